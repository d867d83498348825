"""The end of a device: asked, approved, sanitised, proved, verified by somebody else, gone. Or destroyed before two."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Office
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.approvals import asking
from shoumi.console.areas.devices import methods, papers
from shoumi.console.areas.devices.actions.base import (
    KEEPERS,
    LedgerStep,
    OfDevice,
    concerned,
    device_of,
    paper,
    read,
    staffed,
)
from shoumi.console.areas.devices.flows import DISPOSE
from shoumi.console.areas.devices.models import (
    ARRANGED,
    ASKED,
    CANCELLED,
    CLOSED,
    OVER,
    SANITISED,
    VERIFIED,
    Disposal,
    Medium,
)
from shoumi.console.assets import lifecycle, serials
from shoumi.console.assets.actions import life
from shoumi.console.assets.actions.fields import staff, text
from shoumi.console.assets.actions.life import Dated
from shoumi.console.assets.models import Device, Event
from shoumi.console.findings import numbers


class AskDisposal(Action):
    """A retired device is to go: what shall become of it, and why."""

    name = "devices.disposal.ask"
    label = _("Ask for disposal")
    intro = _("Nothing is erased, sold or given away before this is approved.")
    personal = True
    model = Device

    class Input(ActionForm):
        """What becomes of it."""

        end = forms.ChoiceField(label=_("Afterwards"), choices=methods.ENDS, widget=forms.RadioSelect)
        reason = text(_("Reason"), 500, required=True, rows=2)

    def owner(self) -> Any:
        return concerned(self, self.target, self.target.responsible_id)

    def check(self) -> None:
        device = self.target
        if device.disposals.filter(open=True).exists():
            raise Unmet(_("The disposal of this device is under way already."))
        if device.state != lifecycle.RETIRED:
            raise Unmet(lifecycle.STEPS["sanitise"].refusal(device.state) or lifecycle.CLAUSES[lifecycle.SANITISED])
        error = methods.unfit_end(device.level, self.data["end"])
        if error:
            raise Unmet(error)

    def write(self) -> Done:
        device = self.target
        disposal = Disposal.objects.create(
            number=numbers.following(Disposal, "XH"),
            device=device,
            asked_by=self.actor,
            level=device.level,
            **self.data,
        )
        Medium.objects.bulk_create(media_of(disposal))
        asking.ask(self, DISPOSE, disposal, disposal.facts(), self.data["reason"])
        return Done(disposal, {"device": device.number, **self.data})


def media_of(disposal: Disposal) -> list[Medium]:
    """Return the media of a device, not saved: its disks as the ledger has them, else the device itself."""
    device = disposal.device
    disks = [one.value for one in device.numbers.all() if one.sort == serials.DISK]
    own = [one.value for one in device.numbers.all() if one.sort in {serials.MACHINE, serials.IMEI}]
    kind, sizes = methods.usual(device.kind), _sizes(device)
    kind = methods.HDD if disks and kind == methods.MEMORY else kind
    return [
        Medium(disposal=disposal, serial=one, kind=kind, size=sizes.get(serials.key(one)))
        for one in disks or own[:1] or [device.number]
    ]


def _sizes(device: Device) -> dict[str, int]:
    """Return the sizes of disks in bytes, as the newest snapshot tells them."""
    last = device.snapshots.order_by("-taken", "-pk").first()
    disks = last.body.get("disks", []) if last else []
    return {
        serials.key(str(one["serial"])): one["size"]
        for one in disks if one.get("serial") and type(one.get("size")) is int and one["size"] > 0
    }  # fmt: skip


def approved(disposal: Disposal) -> Any:
    """Return the request that allows it, to be spent; None when it was spent at the first try. Raises Unmet."""
    return asking.granted(DISPOSE, disposal, disposal.facts()) if disposal.state == ASKED else None


class CancelDisposal(OfDevice):
    """The device stays."""

    name = "devices.disposal.cancel"
    label = _("Cancel disposal")
    grave = True
    model = Disposal
    states = frozenset({ASKED, ARRANGED})

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def write(self) -> Done:
        self.target.why = self.data["reason"]
        self.target.go(CANCELLED)
        return Done(self.target, {"reason": self.data["reason"]})


class Sanitised(Dated):
    """For each medium what it is, how large, and how it was sanitised."""

    tool = text(_("Tool and version"), 200, required=True)
    done_by = text(_("Carried out by"), 200, required=True)

    def __init__(self, *arguments: Any, action: Action, **options: Any) -> None:
        super().__init__(*arguments, action=action, **options)
        names = []
        for one in action.target.media.all():
            words = {"serial": one.serial}
            self.fields[f"kind-{one.pk}"] = forms.ChoiceField(
                label=_("Medium %(serial)s") % words, choices=methods.MEDIA, initial=one.kind
            )
            self.fields[f"size-{one.pk}"] = forms.IntegerField(
                label=_("Size of %(serial)s in bytes") % words, min_value=1, required=False, initial=one.size,
                help_text=_("As the disk tells it. The certificate must name the same."),
            )  # fmt: skip
            self.fields[f"how-{one.pk}"] = forms.ChoiceField(
                label=_("How %(serial)s was sanitised") % words,
                choices=[("", _("Please choose")), *methods.fitting(dict(methods.MEDIA))],
            )
            names += [f"kind-{one.pk}", f"size-{one.pk}", f"how-{one.pk}"]
        self.order_fields([*names, "tool", "done_by", "on"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        for one in self.action.target.media.all():
            kind, how = data.get(f"kind-{one.pk}"), data.get(f"how-{one.pk}")
            error = methods.unfit(kind, self.action.target.device.level, how) if kind and how else None
            if error:
                self.add_error(f"how-{one.pk}", error)
            if kind in methods.IMAGED and not data.get(f"size-{one.pk}") and not self.errors.get(f"size-{one.pk}"):
                self.add_error(f"size-{one.pk}", _("How large is it? Only a certificate of the same size counts."))
        return data


class SanitiseDisposed(LedgerStep):
    """What the device held is removed, medium by medium."""

    name = "devices.disposal.sanitise"
    label = _("Record sanitising")
    intro = _("Nothing leaves yet: each medium is proved, and somebody else verifies.")
    step = lifecycle.STEPS["sanitise"]
    grave = True
    model = Disposal
    states = frozenset({ASKED, ARRANGED})
    Input = Sanitised

    def fit(self) -> None:
        if self.target.end == methods.DESTROYED:
            raise Unmet(_("Approved is its destruction, and nothing else. Cancel and ask again for another end."))
        fit_to_sanitise(self.target)
        self.request = approved(self.target)

    def follow(self) -> None:
        disposal, data = self.target, self.data
        for one in disposal.media.all():
            one.kind, one.size = data[f"kind-{one.pk}"], data[f"size-{one.pk}"]
            treat(one, data[f"how-{one.pk}"], data["tool"], data["done_by"])
        sanitised(disposal, self.actor, self.request)


def fit_to_sanitise(disposal: Disposal) -> None:
    """Raise Unmet when the level changed since, so that other methods are wanted."""
    device = disposal.device
    error = methods.unfit_end(device.level, disposal.end)
    if error:
        raise Unmet(error)


def treat(medium: Medium, technique: str, tool: str, done_by: str) -> None:
    """Write down how a medium was sanitised; what proved it before counts no more."""
    medium.technique, medium.tool, medium.done_by = technique, tool, done_by
    medium.sanitised_at, medium.proved_at = timezone.now(), None
    medium.verdict, medium.certificate, medium.evidence = "", {}, ""
    medium.save()


def sanitised(disposal: Disposal, actor: Any, request: Any) -> None:
    """Take the record along."""
    if request is not None:
        asking.spend(request)
    disposal.sanitised_at = timezone.now()
    disposal.sanitised_by = actor if getattr(actor, "pk", None) else None
    disposal.verified_at = disposal.verified_by = None
    disposal.go(SANITISED)


class _Proof(OfDevice):
    """Something that proves one medium."""

    model = Medium

    def in_state(self) -> None:
        if self.target.disposal.state != SANITISED:
            raise Unmet(_("There is nothing to prove before it was sanitised."))
        if self.target.proved:
            raise Unmet(_("This medium is proved already."))


class UploadCertificate(_Proof):
    """A wipe certificate. Clean, of this medium and of all of it: else the device goes back to be sanitised again."""

    name = "devices.medium.certificate"
    label = _("Upload wipe certificate")
    intro = _("Only “clean” for the same serial number and size counts. Everything else sends the device back.")

    class Input(ActionForm):
        """The file."""

        file = paper(_("Wipe certificate"), _("shoumi device verify-wipe DISK -o FILE.json"))

        def clean_file(self) -> Any:
            return read(self, "file", papers.certificate)

    def fit(self) -> None:
        medium, body = self.target, self.data["file"]
        serial = str(body["device"].get("serial", ""))
        if not serial:
            raise Unmet(_("The certificate names no serial number: verify the disk itself, not a copy of it."))
        if serials.key(serial) != serials.key(medium.serial):
            raise Unmet(_("The certificate is of %(other)s, not of %(this)s.") % {
                "other": serial[:60], "this": medium.serial
            })  # fmt: skip
        if medium.size != body["size"]:
            raise Unmet(
                _("The certificate is of %(other)s bytes; this medium has %(this)s. A part is not the whole.")
                % {"other": f"{body['size']:,}", "this": f"{medium.size:,}" if medium.size else "?"}
            )
        taken = papers.taken(body)
        if taken is None or medium.sanitised_at is None or taken < since(medium):
            raise Unmet(_("The certificate is older than the sanitising. Verify again."))
        if Medium.objects.filter(certificate__digest=body["digest"]).exists():
            raise Unmet(_("This certificate was used already."))

    def write(self) -> Done:
        medium, body = self.target, self.data["file"]
        medium.verdict = body["verdict"] if body["read"] == body["size"] else "not known"
        medium.certificate = {name: value for name, value in body.items() if name not in {"map", "found", "places"}}
        medium.proved_at = timezone.now()
        medium.proved_by = self.actor if getattr(self.actor, "pk", None) else None
        medium.save()
        if medium.verdict != papers.CLEAN:
            back(medium.disposal, self.actor, f"{medium.serial}: {medium.verdict}")
        facts = {"medium": medium.serial, "verdict": medium.verdict, "size": body["size"], "sha256": body["digest"]}
        return Done(medium.disposal, facts)


def since(medium: Medium) -> Any:
    """Return from when on a certificate may be: the day that the ledger gives the sanitising, when that is earlier."""
    day = medium.disposal.device.since
    start = timezone.make_aware(datetime.combine(day, time.min))
    return min(start, medium.sanitised_at) if medium.sanitised_at else start


def back(disposal: Disposal, actor: Any, found: str) -> None:
    """Send a device back to be sanitised again, in the ledger as well."""
    device = device_of(disposal.device_id)
    before, device.state, device.since = device.state, lifecycle.RETIRED, timezone.localdate()
    device.settle()
    Event.objects.create(
        device=device, step="devices.medium.certificate", before=before, after=device.state, facts={"found": found},
        by=actor if getattr(actor, "pk", None) else None, by_name=actor.get_full_name(),
    )  # fmt: skip
    disposal.go(ARRANGED)


class RecordEvidence(_Proof):
    """A medium that nobody can image: a photograph or protocol of the erasure, and who saw it."""

    name = "devices.medium.evidence"
    label = _("Record evidence of erasure")
    intro = _("For phones, copiers and memories that cannot be read out: the file stays with you, its SHA-256 is kept.")

    class Input(ActionForm):
        """The file, and who saw it."""

        file = paper(
            _("Photograph or protocol"), _("Showing the device, its serial number and the state after the reset.")
        )
        seen_by = staff(_("Seen by"), required=True, hint=_("Staff number. Somebody other than you."))

        def clean_seen_by(self) -> Any:
            person = staffed(self, "seen_by")
            if person is not None and person.pk == getattr(self.action.actor, "person_id", None):
                raise forms.ValidationError(_("Somebody other than you."))
            return person

    def fit(self) -> None:
        medium, digest = self.target, papers.file_digest(self.data["file"])
        if medium.kind in methods.IMAGED:
            raise Unmet(_("This medium can be read: only a wipe certificate proves it."))
        if Medium.objects.filter(evidence=digest).exists():
            raise Unmet(_("This file was used as evidence already."))
        self.digest = digest

    def write(self) -> Done:
        medium, data = self.target, self.data
        medium.evidence, medium.evidence_name, medium.seen_by = self.digest, data["file"].name[:200], data["seen_by"]
        medium.proved_at = timezone.now()
        medium.proved_by = self.actor if getattr(self.actor, "pk", None) else None
        medium.save()
        facts = {"medium": medium.serial, "sha256": self.digest, "seen_by": data["seen_by"].number}
        return Done(medium.disposal, facts)


def fit_to_verify(disposal: Disposal, actor: Any) -> None:
    """Raise Unmet when a medium is not proved, or the same person sanitised, proved or saw it."""
    if disposal.state != SANITISED:
        raise Unmet(_("There is nothing to verify before the device was sanitised (State Secrets Law art. 31(5))."))
    left = disposal.unproved()
    if left:
        raise Unmet(
            _("Nothing proves yet that these are clean: %(media)s. Upload the wipe certificate, or the evidence.")
            % {"media": ", ".join(one.serial for one in left)}
        )
    if disposal.sanitised_by_id == getattr(actor, "pk", None) and not Office.current().small:
        raise Unmet(_("You recorded the sanitising. Somebody else verifies it."))


class VerifyDisposed(LedgerStep):
    """Somebody else read the proofs: the device may leave."""

    name = "devices.disposal.verify"
    label = _("Verify disposal")
    intro = _("You have read every certificate and all evidence. After this the device may leave.")
    step = lifecycle.STEPS["verify"]
    sensitive = True
    model = Disposal
    states = frozenset({SANITISED})

    def fit(self) -> None:
        fit_to_verify(self.target, self.actor)

    def follow(self) -> None:
        verified(self.target, self.actor)


def verified(disposal: Disposal, actor: Any) -> None:
    """Take the record along."""
    disposal.verified_at = timezone.now()
    disposal.verified_by = actor if getattr(actor, "pk", None) else None
    disposal.go(VERIFIED)


class RejectDisposed(LedgerStep):
    """Somebody doubts the proof: the device is sanitised again, or destroyed."""

    name = "devices.disposal.reject"
    label = _("Not clean: back")
    step = lifecycle.STEPS["reject"]
    model = Disposal
    states = frozenset({SANITISED})
    Input = life.Reject.Input

    def follow(self) -> None:
        self.target.go(ARRANGED)


def fit_to_end(disposal: Disposal, end: str) -> None:
    """Raise Unmet when another end was approved, or the level forbids this one."""
    if disposal.state in OVER or disposal.device.state != lifecycle.VERIFIED or disposal.state != VERIFIED:
        raise Unmet(lifecycle.STEPS["sell"].refusal(disposal.device.state) or lifecycle.CLAUSES[lifecycle.SOLD] % {
            "state": disposal.get_state_display()
        })  # fmt: skip
    level = disposal.device.level
    error = methods.unfit_end(level, end)
    for one in disposal.media.all():
        error = error or methods.unfit(one.kind, level, one.technique)
    if error:
        raise Unmet(error)
    if end != disposal.end:
        raise Unmet(_("Approved is “%(end)s”, not this.") % {"end": disposal.get_end_display()})


def ended(disposal: Disposal, data: dict[str, Any]) -> None:
    """Close the record with what the last step was told."""
    disposal.outcome = {name: plain(value) for name, value in data.items() if value}
    disposal.closed_at = timezone.now()
    disposal.go(CLOSED)


class _End(LedgerStep):
    """The device leaves the protection it had."""

    sensitive = grave = True
    model = Disposal
    states = frozenset({VERIFIED})

    def fit(self) -> None:
        fit_to_end(self.target, self.step.target or "")

    def follow(self) -> None:
        ended(self.target, self.data)


class SellDisposed(_End):
    """Sold."""

    name = "devices.disposal.sell"
    label = _("Record sale")
    step = lifecycle.STEPS["sell"]
    Input = life.Sell.Input


class DonateDisposed(_End):
    """Given away."""

    name = "devices.disposal.donate"
    label = _("Record donation")
    step = lifecycle.STEPS["donate"]
    Input = life.Donate.Input


class RepurposeDisposed(_End):
    """Released for another use in the office, and registered anew."""

    name = "devices.disposal.repurpose"
    label = _("Release for another use")
    step = lifecycle.STEPS["repurpose"]
    Input = life.Repurpose.Input

    def change(self) -> None:
        life.Repurpose.change(self)  # type: ignore[arg-type]


class DestroyDisposed(LedgerStep):
    """Destroyed before two supervisors: always open once disposal was approved, whatever the proofs say."""

    name = "devices.disposal.destroy"
    label = _("Record destruction")
    intro = life.Destroy.intro
    step = lifecycle.STEPS["destroy"]
    sensitive = grave = True
    model = Disposal
    states = frozenset({ASKED, ARRANGED, SANITISED, VERIFIED})
    Input = life.Destroy.Input

    def fit(self) -> None:
        self.request = approved(self.target)

    def follow(self) -> None:
        destroyed(self.target, self.data, self.request)


def destroyed(disposal: Disposal, data: dict[str, Any], request: Any) -> None:
    """Close the record: destruction is an end of its own, whichever was asked for."""
    if request is not None:
        asking.spend(request)
    disposal.end = methods.DESTROYED
    ended(disposal, data)


ENDINGS = {methods.SOLD: SellDisposed, methods.DONATED: DonateDisposed, methods.REPURPOSED: RepurposeDisposed,
           methods.DESTROYED: DestroyDisposed}  # fmt: skip
__all__ = ["ENDINGS", "KEEPERS", "AskDisposal", "CancelDisposal"]
