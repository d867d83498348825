"""From decided to cleared: the reviewer asks for approval, the record is made, two people sign it with their keys.

Each step looks again at everything before it: every item decided by both, the approval granted for exactly this text
with exactly these decisions, three different people. The signatures are made elsewhere; here they are verified.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.approvals import asking
from shoumi.console.approvals.models import APPROVE as SIGNED_YES
from shoumi.console.areas.compilation import flows, rights, store
from shoumi.console.areas.compilation.actions import items
from shoumi.console.areas.compilation.actions.manuscripts import page, wake
from shoumi.console.areas.compilation.models import (
    APPROVER,
    APPROVING,
    CLEARED,
    DECLASSIFIED,
    REVIEWER,
    REVIEWING,
    SETTLED,
    SIGNERS,
    SIGNING,
    Key,
    Manuscript,
    Signature,
    Version,
)
from shoumi.console.audit import keys
from shoumi.console.notices import tell
from shoumi.console.scans import reviewing

_CLEARANCE: int = 16 * 2**20  # bytes of a record with its signatures


def up_to_date(version: Version) -> None:
    """Raise Unmet when documents were registered or removed since the manuscript was examined."""
    if version.generation != reviewing.generation():
        raise Unmet(
            _("Documents were registered or removed since it was examined. The compiler lets it be examined again.")
        )


def undecided(thing: Manuscript, seat: str) -> int:
    """Return how many items a seat has not let stand."""
    column = "reviewed" if seat == REVIEWER else "approved"
    return int(thing.present.exclude(**{f"{column}__in": SETTLED}).count())


class PassOn(Action):
    """The reviewer has decided everything and asks the responsible approver."""

    name = "compilation.pass"
    label = _("Ask the approver")
    intro = _("Every item is decided and may stay. The responsible approver decides them again and signs.")
    roles = rights.REVIEWS
    model = Manuscript

    class Input(ActionForm):
        """A word to the approver."""

        reason = forms.CharField(
            label=_("To the approver"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("What the manuscript draws on, and why it may appear."),
        )  # fmt: skip

    def check(self) -> None:
        thing: Manuscript = self.target
        if thing.state != REVIEWING:
            raise Unmet(_("It is not with a reviewer now."))
        items.may_sit(self.actor, thing, REVIEWER)
        left = undecided(thing, REVIEWER)
        if left:
            raise Unmet(_("%(n)d items are undecided, or are not to stay. Decide them, or send it back.") % {"n": left})
        up_to_date(thing.current)

    def write(self) -> Done:
        thing: Manuscript = self.target
        items.take_seat(self.actor, thing, REVIEWER)
        thing.enter(APPROVING)
        thing.save()
        request = asking.ask(self, flows.CLEAR, thing, thing.snapshot(), self.data["reason"])
        return Done(thing, {"version": thing.version, "request": request.pk, "digest": request.digest})


class MakeRecord(Action):
    """Approved: the record that both sign is made, and the approval is used up."""

    name = "compilation.record"
    label = _("Make the record to sign")
    intro = _("The approval is used for it. Reviewer and approver then sign the record with their own keys.")
    roles = rights.READERS
    model = Manuscript

    def check(self) -> None:
        thing: Manuscript = self.target
        if thing.state != APPROVING:
            raise Unmet(_("It is not with an approver now."))
        if self.actor.pk not in (thing.reviewer_id, thing.approver_id):
            raise Unmet(_("Only its reviewer or approver makes the record."))
        left = max(undecided(thing, REVIEWER), undecided(thing, APPROVER))
        if left:
            raise Unmet(_("%(n)d items are undecided, or are not to stay. Decide them, or send it back.") % {"n": left})
        up_to_date(thing.current)
        self.request = asking.granted(flows.CLEAR, thing, thing.snapshot())
        signer = self.request.decisions.filter(round=self.request.round, verdict=SIGNED_YES).last()
        if signer is None or (thing.items_count and signer.user_id != thing.approver_id):
            raise Unmet(_("Who approves must be who decided the items. Send it back, and let one person do both."))
        self.signer = signer.user
        three = {thing.compiler_id, thing.reviewer_id, self.signer.pk}
        if len(three) < 3 or None in three:
            raise Unmet(_("Compiler, reviewer and approver are three people; you have another part in it."))

    def write(self) -> Done:
        thing: Manuscript = self.target
        asking.spend(self.request)
        version = thing.current
        record = filled(store.take_json(version.token, "record"), thing)
        store.keep_json(version.token, "signed", record)
        version.record_digest = digest(record)
        version.save()
        thing.approver = self.signer
        thing.enter(SIGNING)
        thing.save()
        sentence = format_lazy(_("Sign the record with your key: {what}"), what=str(thing))
        tell([thing.reviewer, thing.approver], sentence, page(thing), thing=thing)
        return Done(thing, {"version": version.number, "record": version.record_digest})


def filled(record: dict[str, Any], thing: Manuscript) -> dict[str, Any]:
    """Return the engine's record with the decisions in it."""
    record["findings"] = {
        item.content: {
            "verdict": "approve" if DECLASSIFIED in (item.reviewed, item.approved) else "keep",
            "reason": f"{item.reviewed_because} / {item.approved_because}",
            "by": f"{item.reviewed_by} / {item.approved_by}",
        }
        for item in thing.present
    }
    return record


def digest(record: dict[str, Any]) -> str:
    """Return the digest of a record, whatever the order of its keys."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def clearance(version: Version) -> dict[str, Any]:
    """Return the record with the signatures that are there, as ``verify-clearance`` reads it."""
    record = store.take_json(version.token, "signed")
    signatures = [
        {"role": one.seat, "key": one.key.key, "algorithm": "Ed25519", "signature": one.signature}
        for one in version.signatures.select_related("key").order_by("-seat")
    ]
    return {"record": record, "signatures": signatures}


class Sign(Action):
    """A signature that was made elsewhere is verified and kept. With the second one the manuscript is cleared."""

    name = "compilation.sign"
    label = _("Hand in my signature")
    intro = _(
        "Take the record, sign it on your own machine (the guide names the command), and hand in what came out: the "
        "file, or its text. Your private key never comes here."
    )
    roles = rights.READERS
    model = Manuscript
    sensitive = True

    class Input(ActionForm):
        """The signed record as a file or text, or the signature alone."""

        file = forms.FileField(label=_("Signed record"), required=False, max_length=200)
        signature = forms.CharField(
            label=_("Or its text, or the signature alone (base 16)"), required=False, max_length=_CLEARANCE,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )  # fmt: skip

        def clean(self) -> dict[str, Any]:
            data = super().clean() or {}
            file = data.get("file")
            if file is not None and file.size > _CLEARANCE:
                raise forms.ValidationError(_("This is no signed record of this manuscript."))
            text = file.read().decode("utf-8", "replace") if file is not None else data.get("signature", "")
            if not text.strip():
                raise forms.ValidationError(_("Choose the signed record, or paste the signature."))
            data["text"] = text.strip()
            return data

    def check(self) -> None:
        thing: Manuscript = self.target
        if thing.state != SIGNING:
            raise Unmet(_("There is no record to sign now."))
        seat = {thing.reviewer_id: REVIEWER, thing.approver_id: APPROVER}.get(self.actor.pk, "")
        if not seat or self.actor.pk == thing.compiler_id:
            raise Unmet(_("Its reviewer and its approver sign, nobody else."))
        self.version, self.seat = thing.current, seat
        up_to_date(self.version)
        self.key = Key.objects.filter(holder=self.actor, seat=seat, until=None).first()
        if self.key is None:
            raise Unmet(_("You have no key enrolled for this signature. Enrol it first."))
        record = store.take_json(self.version.token, "signed")
        if digest(record) != self.version.record_digest:
            raise Unmet(_("The record was changed where it lies. Send it back and make it again."))
        self.signature = self._signature(record)
        if not keys.genuine(keys.public(self.key.public), self.signature, reviewing.message(seat, record)):
            raise Unmet(_("The signature is not genuine: another key, another record, or signed in another role."))

    def _signature(self, record: dict[str, Any]) -> str:
        text = self.data["text"]
        if not text.startswith("{"):
            return str(text)
        given = reviewing.record_of(text)
        if given is None or digest(given.get("record", {})) != digest(record):
            raise Unmet(_("This is no signed record of this manuscript."))
        found = [one for one in given.get("signatures", ()) if isinstance(one, dict) and one.get("role") == self.seat]
        if not found:
            raise Unmet(_("It carries no signature in your role. Sign it with your key first."))
        return str(found[0].get("signature", ""))

    def write(self) -> Done:
        thing: Manuscript = self.target
        values = {"by": self.actor, "key": self.key, "signature": self.signature}
        Signature.objects.update_or_create(version=self.version, seat=self.seat, defaults=values)
        both = set(self.version.signatures.values_list("seat", flat=True)) == set(SIGNERS)
        if both:
            thing.enter(CLEARED)
            thing.save()
            wake(thing)
        return Done(thing, {"version": thing.version, "seat": self.seat, "key": self.key.key, "cleared": both})
