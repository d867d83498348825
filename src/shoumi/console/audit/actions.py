"""Keys that sign checkpoints, and the checkpoints themselves. The console never sees a private key."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.audit import canonical, keys
from shoumi.console.audit.models import Checkpoint, Entry, SigningKey
from shoumi.console.roles import AUDIT


class EnrolKey(Action):
    """The public half of the audit administrator's key becomes known."""

    name = "audit.key.enrol"
    label = _("Enrol key")
    intro = _(
        "Make the key on a machine of your own with “shoumi audit key FILE”, and paste the public half that it prints."
    )
    roles = frozenset({AUDIT})
    sensitive = True

    class Input(ActionForm):
        """The public half."""

        public = forms.CharField(
            label=_("Public key (PEM)"),
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )

        def clean_public(self) -> str:
            try:
                return keys.pem(keys.public(self.cleaned_data["public"]))
            except keys.KeyProblem as error:
                raise forms.ValidationError(
                    _("This is no Ed25519 public key. Paste the whole text that “shoumi audit key” printed.")
                ) from error

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if SigningKey.objects.filter(key=keys.name(keys.public(self.data["public"]))).exists():
            raise Unmet(_("This key is enrolled already."))

    def write(self) -> Done:
        key = SigningKey.objects.create(
            key=keys.name(keys.public(self.data["public"])),
            algorithm=keys.ALGORITHM,
            public=self.data["public"],
            holder=self.actor.username,
            holder_name=self.actor.get_full_name(),
            since=timezone.now(),
        )
        return Done(key, {"key": key.key, "public": key.public})


class WithdrawKey(Action):
    """A key signs no more. What it has signed stays good."""

    name = "audit.key.withdraw"
    label = _("Withdraw key")
    intro = _("It signs nothing more. Checkpoints that it has signed stay good.")
    roles = frozenset({AUDIT})
    model = SigningKey
    sensitive = grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if self.target.until:
            raise Unmet(_("This key is withdrawn already."))

    def write(self) -> Done:
        self.target.until = timezone.now()
        self.target.save()
        return Done(self.target, {**self.data, "key": self.target.key})


class AddCheckpoint(Action):
    """A signed statement about the chain is kept. The signature itself is the proof of who signed."""

    name = "audit.checkpoint"
    label = _("Add checkpoint")
    intro = _(
        "Made by “shoumi audit checkpoint” with your key. Keep the file off this machine: it proves a cut-off end."
    )
    roles = frozenset({AUDIT})

    class Input(ActionForm):
        """The statement as the command wrote it."""

        statement = forms.CharField(
            label=_("Checkpoint (JSON)"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )

        def clean_statement(self) -> dict[str, Any]:
            wrong = forms.ValidationError(_("This is no checkpoint. Paste the whole content of the file."))
            try:
                point = json.loads(self.cleaned_data["statement"])
                named = {name: point[name] for name in ("seq", "digest", "at", "key", "signature")}
                datetime.strptime(str(named["at"]), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            except (ValueError, TypeError, KeyError) as error:
                raise wrong from error
            if not isinstance(named["seq"], int) or not all(
                isinstance(named[name], str) for name in named if name != "seq"
            ):
                raise wrong
            return named

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        point = self.data["statement"]
        key = SigningKey.objects.filter(key=point["key"], until=None).first()
        if key is None:
            raise Unmet(_("This key is not enrolled, or it is withdrawn."))
        message = canonical.statement(point["seq"], point["digest"], point["at"], point["key"])
        if not keys.genuine(keys.public(key.public), point["signature"], message):
            raise Unmet(_("The signature is not genuine."))
        entry = Entry.objects.filter(seq=point["seq"]).first()
        if entry is None or entry.digest != point["digest"]:
            raise Unmet(_("The signed entry is not in this chain. Run “shoumi audit verify” now."))
        self.key = key

    def write(self) -> Done:
        point = self.data["statement"]
        at = datetime.strptime(point["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        checkpoint = Checkpoint.objects.create(
            seq=point["seq"], digest=point["digest"], at=at, algorithm=self.key.algorithm,
            key=self.key.key, holder=self.key.holder_name, signature=point["signature"],
        )  # fmt: skip
        return Done(checkpoint, {"seq": point["seq"], "digest": point["digest"], "key": self.key.key})
