"""The work of a repair: the state before, the beginning, the log, the end, the state after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.devices import drift, papers, residue, ways
from shoumi.console.areas.devices.actions.base import LedgerStep, OfDevice, concerned, device_of, paper, read
from shoumi.console.areas.devices.actions.repairs import all_removed, higher, qualified
from shoumi.console.areas.devices.models import AFTER, ARRANGED, BEFORE, ENDED, READY, WORK, LogEntry, Repair, disks_of
from shoumi.console.assets import lifecycle, serials
from shoumi.console.assets.actions.fields import text
from shoumi.console.assets.models import Device


class Taken(ActionForm):
    """A snapshot, or the serial numbers as they stand on the labels where the machine cannot be asked."""

    snapshot = paper(_("Snapshot"), _("Made on the device: shoumi device snapshot -o FILE"), required=False)
    serial = text(_("Serial number, read from the label"), 100, hint=_("Where no snapshot can be taken."))
    disks = text(_("Serial numbers of its disks, read from their labels"), 1000, rows=2, hint=_("One on each line."))

    def clean_snapshot(self) -> Any:
        return read(self, "snapshot", papers.snapshot)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("snapshot") is None and "snapshot" not in self.errors:
            if not data.get("serial", "").strip():
                self.add_error("snapshot", _("Upload a snapshot, or read the serial numbers from the labels."))
            data["snapshot"] = papers.by_hand(data.get("serial", "").strip(), serials.split(data.get("disks", "")))
        return data


def same_device(device: Device, body: dict[str, Any]) -> None:
    """Raise Unmet when a snapshot is of another device."""
    held = {serials.key(value) for sort, value in device.numbers.values_list("sort", "value") if sort != serials.MAC}
    told = {serials.key(value) for sort, value in drift.numbers(body) if sort != serials.MAC}
    if held and not held & told:
        raise Unmet(_("This is of another device: no serial number is one of %(device)s.") % {"device": device})


def untaken(repair: Repair, body: dict[str, Any], purpose: str) -> None:
    """Raise Unmet for a file that was used already, or was taken before the work it should follow."""
    if repair.snapshots.filter(digest=body["digest"]).exists():
        raise Unmet(_("This snapshot was uploaded for this repair already. Take a new one."))
    taken = papers.taken(body)
    if purpose == AFTER and repair.ended_at and taken and taken < repair.ended_at and not body.get("by_hand"):
        raise Unmet(_("This snapshot is older than the end of the work. Take one of the device as it is now."))
    if purpose == BEFORE and taken and taken < repair.asked_at and not body.get("by_hand"):
        raise Unmet(_("This snapshot is older than the request. Take one of the device as it is now."))


class RecordBefore(OfDevice):
    """What the device is before hands are laid on it, and that nothing is left on it for others to read."""

    name = "devices.repair.before"
    label = _("Record the state before")
    intro = _("The snapshot is compared with the one after the repair; the scan looks for what others must not see.")
    model = Repair
    states = frozenset({ARRANGED})

    class Input(Taken):
        """Snapshot and scan."""

        scan = paper(
            _("Scan for residual data"), _("shoumi scan DISK -f jsonl -o FILE. Not needed where storage was removed."),
            required=False,
        )  # fmt: skip
        image_of = text(
            _("Disk of the scanned image"), 500, rows=1,
            hint=_("Serial number. Only where an image was scanned and not the disk itself."),
        )  # fmt: skip
        bare = forms.BooleanField(label=_("It has no storage at all"), required=False)

        def clean_scan(self) -> Any:
            return read(self, "scan", papers.residue)

        def clean_image_of(self) -> list[str]:
            return serials.split(self.cleaned_data["image_of"])

    def fit(self) -> None:
        repair, data, device = self.target, self.data, self.target.device
        same_device(device, data["snapshot"])
        untaken(repair, data["snapshot"], BEFORE)
        disk = device.sort.disk or bool(disks_of(device))
        if data["bare"] and disk:
            raise Unmet(_("This kind of device has a disk, or the ledger knows one: scan it, or take it out."))
        out = all_removed(device, repair.removed)
        if not out and not data["bare"] and data["scan"] is None:
            raise Unmet(_("Scan it for residual data first, or take all its storage out and name a keeper."))
        further = residue.disks(device, data["snapshot"], repair.removed) if out else {}
        if further:
            raise Unmet(_("Further storage is built in: %(disks)s. Choose the way again, with all of it removed.") % {
                "disks": ", ".join(one["serial"] or one["name"] for one in further.values())
            })  # fmt: skip
        found, self.media = data["scan"], []
        if found is not None and not out:
            self.media = residue.named(found.media, data["image_of"])
            residue.covered(device, data["snapshot"], repair.removed, self.media)
            residue.fresh(self.media, repair.asked_at)
        if found is not None and (found.findings or found.gaps) and not out and repair.way in ways.OUTSIDERS:
            raise Unmet(
                _("The scan found %(n)d things, and could not examine %(m)d. An outside engineer would have them in "
                  "hand: remove them and scan again, or take the storage out and name a keeper "
                  "(Implementing Regulations art. 27(7)).") % {"n": found.findings, "m": found.gaps}
            )  # fmt: skip

    def write(self) -> Done:
        repair, found = self.target, self.data["scan"]
        made = drift.take(
            self.data["snapshot"], device_of(repair.device_id), by=self.actor.get_full_name(), purpose=BEFORE,
            repair=repair,
        )  # fmt: skip
        if found is not None:
            repair.residue = {"findings": found.findings, "gaps": found.gaps, "files": found.files,
                              "worst": found.worst, "digest": found.digest, "media": self.media}  # fmt: skip
        else:
            repair.residue = {"bare": True} if self.data["bare"] else {}
        repair.go(READY)
        return Done(repair, {"snapshot": made.digest, "scan": repair.residue, "removed": repair.removed})


def fit_to_begin(repair: Repair) -> None:
    """Raise Unmet when the work may not begin today: a certificate has ended since, or nothing was recorded before."""
    if repair.state != READY or repair.snapshot_of(BEFORE) is None:
        raise Unmet(_("Record the state before first: snapshot, and scan or storage removed."))
    device, before = repair.device, repair.snapshot_of(BEFORE)
    out = all_removed(device, repair.removed)
    error = ways.closed(
        repair.way, higher(repair.level, device.level), may_leave=repair.may_leave,
        removed=out, disk=device.sort.disk or bool(disks_of(device)),
    )  # fmt: skip
    if error:
        raise Unmet(error)
    if before is not None and not out and not repair.residue.get("bare"):  # the ledger may have changed since
        residue.covered(device, before.body, repair.removed, repair.residue.get("media", []))
    qualified({"way": repair.way, "engineer": repair.engineer})


class BeginRepair(LedgerStep):
    """Hands are laid on the device, from now on."""

    name = "devices.repair.begin"
    label = _("Begin work")
    step = lifecycle.STEPS["repair"]
    model = Repair
    states = frozenset({READY})

    def fit(self) -> None:
        fit_to_begin(self.target)

    def becomes(self) -> str:
        return lifecycle.REPAIR

    def follow(self) -> None:
        begin(self.target)


def begin(repair: Repair) -> None:
    """Write down that the work has begun."""
    repair.begun_at = timezone.now()
    repair.go(WORK)


class LogRepair(Action):
    """A line of the log, by the escort or a keeper, while the work goes on."""

    name = "devices.repair.log"
    label = _("Write in the log")
    personal = True
    model = Repair

    class Input(ActionForm):
        """What happened."""

        text = text(_("What happened"), 1000, required=True, rows=3)

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.escort_id, self.target.technician_id)

    def check(self) -> None:
        if self.target.state != WORK:
            raise Unmet(_("The log is written while the work goes on."))

    def write(self) -> Done:
        LogEntry.objects.create(repair=self.target, by_name=self.actor.get_full_name(), text=self.data["text"])
        return Done(self.target, {"text": self.data["text"]})


class EndRepair(Action):
    """The work ends: what was done, what was changed, and what the escort saw."""

    name = "devices.repair.end"
    label = _("End work")
    personal = True
    model = Repair

    class Input(ActionForm):
        """What was done."""

        work = text(_("What was done"), 1000, required=True, rows=2)
        parts = text(_("Parts changed"), 500, hint=_("With serial numbers; where the old ones are now."))
        log = text(_("What the escort saw"), 1000, rows=2, hint=_("Needed when the log is still empty."))

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.escort_id, self.target.technician_id)

    def check(self) -> None:
        if self.target.state != WORK:
            raise Unmet(_("No work is going on."))
        if self.target.way == ways.ONSITE and not self.data["log"].strip() and not self.target.log.exists():
            raise Unmet(_("Write what the escort saw: who worked, from when to when, what was touched, what left."))

    def write(self) -> Done:
        repair = self.target
        if self.data["log"].strip():
            LogEntry.objects.create(repair=repair, by_name=self.actor.get_full_name(), text=self.data["log"])
        repair.work, repair.parts, repair.ended_at = self.data["work"], self.data["parts"], timezone.now()
        repair.go(ENDED)
        return Done(repair, {name: value for name, value in self.data.items() if value})


class RecordAfter(OfDevice):
    """What the device is afterwards; what differs must be explained."""

    name = "devices.repair.after"
    label = _("Record the state after")
    intro = _("It is compared with the snapshot before, part by part. Put removed storage back first.")
    model = Repair
    states = frozenset({ENDED})
    Input = Taken

    def fit(self) -> None:
        same_device(self.target.device, self.data["snapshot"])
        untaken(self.target, self.data["snapshot"], AFTER)

    def write(self) -> Done:
        repair = self.target
        made = drift.take(
            self.data["snapshot"], device_of(repair.device_id), by=self.actor.get_full_name(), purpose=AFTER,
            repair=repair,
        )  # fmt: skip
        repair.refresh_from_db()
        grave = [f"{one.part} {one.change} {one.what}" for one in made.differences.filter(grave=True)]
        return Done(repair, {"snapshot": made.digest, "differences": grave})


def checked(repair: Repair) -> None:
    """Raise Unmet when the check after the work is not whole."""
    after = repair.snapshot_of(AFTER)
    if after is None or repair.ended_at is None or after.made < repair.ended_at:
        raise Unmet(_("Record the state after first: the snapshot is compared with the one before."))
    left = after.differences.filter(grave=True, explained_at=None).count()
    if left:
        raise Unmet(_("%(n)d differences are not explained yet. Explain each one first.") % {"n": left})
