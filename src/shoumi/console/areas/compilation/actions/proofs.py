"""The last gate: the publisher compares the file or the typeset proof with the clearance, and signs it off."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.compilation import fields, store
from shoumi.console.areas.compilation.models import (
    ANSWERED,
    CHANGED,
    CLEARED,
    PRINTED,
    SIGNERS,
    Manuscript,
    Proof,
)
from shoumi.console.jobs import enqueue


def cleared(thing: Manuscript) -> None:
    """Raise Unmet unless the current version is cleared, with both signatures."""
    signed = set(thing.current.signatures.values_list("seat", flat=True))
    if thing.state != CLEARED or signed != set(SIGNERS):
        raise Unmet(_("It is not cleared for print: it is %(state)s.") % {"state": thing.get_state_display()})


class Compare(Action):
    """A file is compared with what was cleared."""

    name = "compilation.proof.compare"
    label = _("Compare a proof")
    intro = _("The file, or the typeset proof: is it what was cleared? The file itself is not kept.")
    personal = True
    model = Manuscript

    class Input(ActionForm):
        """The file."""

        file = fields.UploadField(_("File or proof"))

    def owner(self) -> Any:
        return self.target.publisher_id

    def check(self) -> None:
        cleared(self.target)

    def write(self) -> Done:
        data, name = self.data["file"].read(), self.data["file"].name[:200]
        token = store.token()
        store.keep(token, "proof", data)
        proof = Proof.objects.create(
            manuscript=self.target, version=self.target.version, name=name, size=len(data), token=token, by=self.actor,
            sha256=hashlib.sha256(data).hexdigest(),
        )  # fmt: skip
        enqueue("compilation.compare", key=f"proof {proof.pk}", proof=proof.pk)
        return Done(proof, {"manuscript": self.target.number, "file": name, "sha256": proof.sha256})


class SignOff(Action):
    """The publisher answers for the proof: it is what was cleared, and goes to print."""

    name = "compilation.proof.sign-off"
    label = _("Sign the proof off")
    intro = _("You answer for it: this proof is what was cleared, and nothing else goes to print.")
    personal = sensitive = True
    model = Proof

    def owner(self) -> Any:
        return self.target.manuscript.publisher_id

    def check(self) -> None:
        proof: Proof = self.target
        thing = Manuscript.objects.select_for_update(of=("self",)).get(pk=proof.manuscript_id)
        cleared(thing)
        if proof.version != thing.version:
            raise Unmet(_("This proof was compared with another version. Compare it again."))
        if proof.state != ANSWERED or not proof.answer:
            raise Unmet(_("It is not compared yet."))
        if proof.answer == CHANGED:
            raise Unmet(_("The text differs from what was cleared: it needs a new version and a new clearance."))
        self.thing = thing

    def write(self) -> Done:
        proof: Proof = self.target
        proof.signed, proof.signed_by = timezone.now(), self.actor.get_full_name()
        proof.save()
        self.thing.enter(PRINTED)
        self.thing.save()
        facts = {
            "manuscript": self.thing.number,
            "version": proof.version,
            "sha256": proof.sha256,
            "answer": proof.answer,
        }
        return Done(proof, facts)
