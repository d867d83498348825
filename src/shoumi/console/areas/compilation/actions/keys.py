"""Keys that sign clearances. The console only ever sees the public half."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.compilation import fields, rights
from shoumi.console.areas.compilation.models import REVIEWER, SEATS, Key
from shoumi.console.audit import keys


class EnrolKey(Action):
    """The public half of one's own key becomes known, for one of the two signatures."""

    name = "compilation.key.enrol"
    label = _("Enrol my key")
    intro = _(
        "Make the key on a machine of your own (the guide names the command), and paste the file that ends in .pub. "
        "The other file stays with you."
    )
    personal = sensitive = True

    class Input(ActionForm):
        """The public half, and what it signs."""

        seat = forms.ChoiceField(label=_("Signs as"), choices=SEATS[1:], widget=forms.RadioSelect)
        public = forms.CharField(
            label=_("Public key (PEM)"), max_length=1000,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )  # fmt: skip

        def clean_public(self) -> str:
            try:
                return keys.pem(keys.public(self.cleaned_data["public"]))
            except keys.KeyProblem as error:
                raise forms.ValidationError(
                    _("This is no Ed25519 public key. Paste the whole text of the file that ends in .pub.")
                ) from error

    def check(self) -> None:
        seat = self.data["seat"]
        if not self.actor.holds(rights.REVIEWS if seat == REVIEWER else rights.APPROVE):
            raise Unmet(_("Reviewers are secrecy officers; approvers are approvers or leaders. You are not."))
        mine = Key.objects.filter(holder=self.actor, until=None)
        if mine.exists():
            raise Unmet(_("You have a key already. Withdraw it first: one person, one key."))
        self.short = keys.name(keys.public(self.data["public"]))
        if Key.objects.filter(key=self.short).exists():
            raise Unmet(_("This key is enrolled already."))

    def write(self) -> Done:
        key = Key.objects.create(key=self.short, public=self.data["public"], holder=self.actor, seat=self.data["seat"])
        return Done(key, {"key": key.key, "seat": key.seat, "public": key.public})


class WithdrawKey(Action):
    """A key signs no more. What it has signed stays good."""

    name = "compilation.key.withdraw"
    label = _("Withdraw my key")
    intro = _("It signs nothing more. Clearances that it has signed stay good.")
    personal = sensitive = grave = True
    model = Key

    class Input(ActionForm):
        """Why."""

        reason = fields.because()

    def owner(self) -> Any:
        return self.target.holder_id

    def check(self) -> None:
        if self.target.until:
            raise Unmet(_("This key is withdrawn already."))

    def write(self) -> Done:
        self.target.until = timezone.now()
        self.target.save()
        return Done(self.target, {"key": self.target.key, "reason": self.data["reason"]})
