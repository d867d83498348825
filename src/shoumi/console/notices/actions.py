"""Reading notices, choosing how to be told, and the office's ways out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet, changes
from shoumi.console.jobs import enqueue
from shoumi.console.notices import channels
from shoumi.console.notices.models import PERSONAL, RHYTHMS, SCOPES, Channel, Notice, Preference
from shoumi.console.notices.telling import inform
from shoumi.console.roles import SYSTEM


class Read(Action):
    """One notice is read."""

    name = "notices.read"
    label = _("Mark as read")
    personal = True
    model = Notice

    def write(self) -> Done:
        if self.target.read is None:
            self.target.read = timezone.now()
            self.target.save(update_fields=["read"])
        return Done(self.target.user, {"notice": self.target.pk}, self.target)


class ReadAll(Action):
    """Everything in one's inbox is read."""

    name = "notices.read-all"
    label = _("Mark all as read")
    intro = _("They stay in the inbox, as read.")
    personal = True

    def write(self) -> Done:
        count = Notice.objects.filter(user=self.actor.pk, read=None).update(read=timezone.now())
        return Done(None, {"notices": count})


class Choose(Action):
    """How one wants to be told outside the console."""

    name = "notices.choose"
    label = _("How I am told")
    intro = _("Mails say only that something waits in Shoumi, never what. The inbox holds everything in any case.")
    personal = True

    class Input(ActionForm):
        """Rhythm, address, language."""

        rhythm = forms.ChoiceField(label=_("Mail"), choices=RHYTHMS, widget=forms.RadioSelect)
        address = forms.EmailField(
            label=_("E-mail"), required=False, help_text=_("Left empty: the address in the list of people.")
        )
        language = forms.ChoiceField(
            label=_("Language of mails"),
            choices=[(code, settings.LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES],
        )

    def initial(self) -> dict[str, Any]:
        told = inform(self.actor)
        language = told.language if told.pk else get_language() or told.language
        return {"rhythm": told.rhythm, "address": told.address, "language": language}

    def write(self) -> Done:
        told, _made = Preference.objects.get_or_create(user=self.actor)
        changed = changes(told, self.data)
        told.save()
        return Done(self.actor, {key: changed[key] for key in sorted(changed)})


class AddChannel(Action):
    """A new way out. Its address is sealed; it is not in the audit entry and on no page."""

    name = "notices.channel.add"
    label = _("Add way out")
    intro = _(
        "A mail server, or a group's robot in WeCom, DingTalk or Feishu. Its address holds a password or a token: it "
        "is sealed and never shown again."
    )
    roles = frozenset({SYSTEM})
    sensitive = True

    class Input(ActionForm):
        """Name, kind, address."""

        name = forms.CharField(label=_("Name of the way out"), max_length=100)
        scope = forms.ChoiceField(label=_("Reaches"), choices=SCOPES)
        url = forms.CharField(
            label=_("Address with its secret"),
            max_length=2000,
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
            help_text=_(
                "For example mailtos://user:password@smtp.example.org?from=shoumi@example.org, or wecombot://KEY."
            ),
        )

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("url") and data.get("scope"):
                try:
                    data["service"] = channels.service(data["url"], personal=data["scope"] == PERSONAL)
                except channels.WrongAddress as error:
                    self.add_error("url", str(error))
            return data

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if Channel.objects.filter(name=self.data["name"]).exists():
            raise Unmet(_("There is or was one with this name. Choose another."))

    def write(self) -> Done:
        data = self.data
        last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        channel = Channel.objects.create(
            name=data["name"], scope=data["scope"], service=data["service"][:60],
            sealed=channels.seal(data["url"], data["name"]), upto=last,
        )  # fmt: skip
        return Done(channel, {"name": channel.name, "scope": channel.scope, "service": channel.service})


class TryChannel(Action):
    """A trial message, to oneself or to the group."""

    name = "notices.channel.try"
    label = _("Send a trial message")
    intro = _("It goes to your own address, or to the group.")
    roles = frozenset({SYSTEM})
    model = Channel

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        self.to = ""
        if self.target.until:
            raise Unmet(_("This way out was removed."))
        if self.target.scope == PERSONAL:
            person = getattr(self.actor, "person", None)
            self.to = inform(self.actor).address or (person.email if person else "")
            if not self.to:
                raise Unmet(_("You have no e-mail address. Set one under “How I am told”."))

    def write(self) -> Done:
        language = get_language() or settings.LANGUAGE_CODE
        enqueue("notices.test", channel=self.target.pk, to=self.to, language=language)
        return Done(self.target, {"name": self.target.name})


class RemoveChannel(Action):
    """A way out is closed, and its address forgotten."""

    name = "notices.channel.remove"
    label = _("Remove way out")
    intro = _("Nothing goes out this way any more, and its address is forgotten.")
    roles = frozenset({SYSTEM})
    model = Channel
    sensitive = grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if self.target.until:
            raise Unmet(_("This way out was removed."))

    def write(self) -> Done:
        self.target.until, self.target.sealed = timezone.now(), b""
        self.target.save()
        return Done(self.target, {**self.data, "name": self.target.name})
