"""House rules: issued by version, acknowledged by everybody whom they bind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.assets import ledger
from shoumi.console.assets.actions.fields import reach_of, somebody, staff, text, unit
from shoumi.console.assets.models import Acknowledgement, Rules, RulesVersion


class AddRules(Action):
    """New house rules with their first text."""

    name = "assets.rules.add"
    label = _("Issue house rules")
    intro = _("Everybody whom they bind is asked to read and acknowledge them.")
    roles = ledger.KEEPERS

    class Input(ActionForm):
        """Title, whom they bind, text."""

        title = text(_("Title"), required=True)
        unit = unit(_("For unit"))
        holders = forms.BooleanField(label=_("Only for people who answer for a device"), required=False)
        text = text(_("Text"), 20_000, required=True, rows=14, hint=_("An empty line begins a new paragraph."))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(reach_of(self))

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def write(self) -> Done:
        body = self.data.pop("text")
        rules = Rules.objects.create(**self.data)
        version = RulesVersion.objects.create(rules=rules, version=1, text=body, issued_by=self.actor.get_full_name())
        return Done(rules, {"title": rules.title, "version": version.version, "text": body})


class ReviseRules(Action):
    """A new version: everybody acknowledges again."""

    name = "assets.rules.revise"
    label = _("Issue new version")
    intro = _("Everybody whom they bind is asked again. The earlier version and its acknowledgements are kept.")
    roles = ledger.KEEPERS
    model = Rules

    class Input(ActionForm):
        """The new text."""

        text = text(_("Text"), 20_000, required=True, rows=14, hint=_("An empty line begins a new paragraph."))

    def initial(self) -> dict[str, Any]:
        current = self.target.versions.first()
        return {"text": current.text if current else ""}

    def check(self) -> None:
        if self.target.ended_on is not None:
            raise Unmet(_("These rules have ended."))
        if self.target.versions.filter(current=True, text=self.data["text"]).exists():
            raise Unmet(_("The text is the same as before."))

    def write(self) -> Done:
        last = self.target.versions.first()
        self.target.versions.filter(current=True).update(current=False)
        version = RulesVersion.objects.create(
            rules=self.target, version=last.version + 1, text=self.data["text"], issued_by=self.actor.get_full_name()
        )
        return Done(self.target, {"version": version.version, "text": version.text})


class EndRules(Action):
    """House rules end: nobody is asked any more."""

    name = "assets.rules.end"
    label = _("End house rules")
    roles = ledger.KEEPERS
    model = Rules
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def check(self) -> None:
        if self.target.ended_on is not None:
            raise Unmet(_("These rules have ended."))

    def write(self) -> Done:
        self.target.ended_on = timezone.localdate()
        self.target.save()
        self.target.versions.filter(current=True).update(current=False)
        return Done(self.target, {"reason": self.data["reason"]})


class AcknowledgeRules(Action):
    """Somebody has read a version and will keep it."""

    name = "assets.rules.acknowledge"
    label = _("I have read this and will keep it")
    personal = True
    model = RulesVersion

    def owner(self) -> Any:
        """Return the actor, when the rules bind them."""
        person = getattr(self.actor, "person", None)
        bound = person is not None and self.target.rules.bound().filter(pk=person.pk).exists()
        return self.actor.pk if bound else 0

    def check(self) -> None:
        if not self.target.current:
            raise Unmet(_("There is a newer version. Read that one."))
        if self.target.acknowledgements.filter(person=self.actor.person).exists():
            raise Unmet(_("You have acknowledged this already."))

    def write(self) -> Done:
        Acknowledgement.objects.create(version=self.target, person=self.actor.person)
        return Done(self.target, {"version": self.target.version, "person": self.actor.person.number})


class EnterAcknowledgement(Action):
    """Somebody without an account signed on paper."""

    name = "assets.rules.paper"
    label = _("Enter a signature on paper")
    roles = ledger.KEEPERS
    model = RulesVersion

    class Input(ActionForm):
        """Who."""

        person = staff(_("Person"), required=True)

        def clean_person(self) -> Person | None:
            person = somebody(self, "person")
            if person is not None and not self.target.waiting().filter(pk=person.pk).exists():
                raise forms.ValidationError(_("They are not bound by these rules, or have acknowledged them already."))
            return person

    def units(self) -> Iterable[str]:
        person = self.data.get("person")
        return (self.target.unit_path, person.unit.path) if person else (self.target.unit_path,)

    def check(self) -> None:
        if not self.target.current:
            raise Unmet(_("There is a newer version. Read that one."))

    def write(self) -> Done:
        person = self.data["person"]
        Acknowledgement.objects.create(version=self.target, person=person, paper=True)
        return Done(self.target, {"version": self.target.version, "person": person.number, "paper": True})
