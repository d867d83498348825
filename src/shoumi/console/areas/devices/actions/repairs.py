"""A repair from the request to the closed record. No step can be left out: each looks at what the one before left."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Office
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.approvals import asking
from shoumi.console.areas.devices import drift, models, papers, residue, ways
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
from shoumi.console.areas.devices.flows import REPAIR
from shoumi.console.areas.devices.models import (
    ACCEPTED,
    AFTER,
    ARRANGED,
    ASKED,
    BEFORE,
    CANCELLED,
    CLOSED,
    ENDED,
    READY,
    WORK,
    LogEntry,
    Repair,
    disks_of,
)
from shoumi.console.assets import kinds, ledger, lifecycle, registers, serials
from shoumi.console.assets.actions.fields import day, reach_of, staff, text
from shoumi.console.assets.actions.life import Dated
from shoumi.console.assets.models import Device, Engineer
from shoumi.console.findings import numbers
from shoumi.console.roles import LEADER

CHECKERS: Final = frozenset({*KEEPERS, LEADER})  # who may accept, beside the responsible person


class AskRepair(Action):
    """The responsible person, or a keeper, says what is broken and what is on it."""

    name = "devices.repair.ask"
    label = _("Ask for a repair")
    intro = _("Nobody opens the device, and it goes nowhere, before this is approved.")
    personal = True
    model = Device

    class Input(ActionForm):
        """What is broken, and what is on it."""

        fault = text(_("Fault"), 500, required=True, rows=2)
        contents = text(_("What is on it"), 500, required=True, rows=2, hint=_("Which work, up to which level."))
        level = forms.ChoiceField(label=_("Highest level on it"), choices=levels.LEVELS)
        may_leave = forms.BooleanField(
            label=_("It may leave the house"), required=False,
            help_text=_("Only without its storage. Never for a device of the level “top secret”."),
        )  # fmt: skip

        def clean_level(self) -> str:
            level: str = self.cleaned_data["level"]
            if kinds.rank(self.target.level) > kinds.rank(level):
                raise forms.ValidationError(_("The device itself has a higher level. Choose at least that one."))
            return level

    def initial(self) -> dict[str, Any]:
        return {"level": self.target.level or levels.OPEN}

    def owner(self) -> Any:
        return concerned(self, self.target, self.target.responsible_id)

    def check(self) -> None:
        device = self.target
        if device.repairs.filter(open=True).exists():
            raise Unmet(_("A repair of this device is under way already."))
        refusal = lifecycle.STEPS["repair"].refusal(device.state)
        if refusal is not None:
            raise Unmet(refusal)
        error = ways.closed(ways.OUT, self.data["level"], may_leave=True, removed=True, disk=False)
        if self.data["may_leave"] and error:
            raise Unmet(error)

    def write(self) -> Done:
        repair = Repair.objects.create(
            number=numbers.following(Repair, "WX"), device=self.target, asked_by=self.actor, **self.data
        )
        asking.ask(self, REPAIR, repair, repair.facts(), self.data["fault"])
        return Done(repair, {"device": self.target.number, **self.data})


class CancelRepair(Action):
    """A request is taken back before the work began."""

    name = "devices.repair.cancel"
    label = _("Cancel repair")
    personal = grave = True
    model = Repair

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def owner(self) -> Any:
        asked = self.target.asked_by
        return concerned(self, self.target.device, asked.person_id if asked else None)

    def check(self) -> None:
        if self.target.state not in {ASKED, ARRANGED, READY}:
            raise Unmet(_("Work has begun: the repair is ended, checked and closed like every other."))

    def write(self) -> Done:
        self.target.reason = self.data["reason"]
        self.target.go(CANCELLED)
        return Done(self.target, {"reason": self.data["reason"]})


class Way(ActionForm):
    """How, by whom, watched by whom, and where the storage is meanwhile."""

    way = forms.ChoiceField(label=_("Way of repair"), choices=ways.WAYS, widget=forms.RadioSelect)
    engineer = forms.ModelChoiceField(
        Engineer.objects, label=_("Engineer"), required=False, empty_label="—",
        help_text=_("Of a vendor with a valid certificate; both have signed a commitment."),
    )  # fmt: skip
    escort = staff(_("Escort"), hint=_("Staff number. Stays beside the engineer from begin to end."))
    technician = staff(_("Our own technician"), hint=_("Staff number."))
    removed = text(
        _("Storage removed"), 1000, rows=2, hint=_("Serial numbers of the disks that were taken out, one on each line.")
    )
    keeper = staff(_("Keeper of the storage"), hint=_("Staff number. Where storage was removed."))
    back_by = day(_("To be back by"), _("Where it is sent out."))

    def limit(self) -> None:
        firms = registers.vendors_for(reach_of(self))
        rows = Engineer.objects.filter(vendor__in=firms, ended_on=None).select_related("vendor")
        self.fields["engineer"].queryset = rows

    def clean_escort(self) -> Any:
        return staffed(self, "escort")

    def clean_technician(self) -> Any:
        return staffed(self, "technician")

    def clean_keeper(self) -> Any:
        return staffed(self, "keeper", path=root_of(self.target.unit_path))

    def clean_removed(self) -> list[str]:
        return serials.split(self.cleaned_data["removed"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        way = data.get("way")
        wanted = {ways.ONSITE: ("engineer", "escort"), ways.OWN: ("technician",), ways.OUT: ("engineer", "back_by")}
        for name in wanted.get(way or "", ()):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This way needs it."))
        if bool(data.get("removed")) != bool(data.get("keeper")) and not {"keeper", "removed"} & set(self.errors):
            self.add_error("keeper" if data.get("removed") else "removed", _("Storage that is out has a named keeper."))
        if data.get("back_by") and data["back_by"] < timezone.localdate():
            self.add_error("back_by", _("This day is over."))
        return data


def root_of(path: str) -> str:
    """Return the path of the topmost unit above a unit."""
    return f"/{path.strip('/').split('/')[0]}/"


class ChooseWay(OfDevice):
    """The approved repair gets its way; a forbidden one is refused with the clause."""

    name = "devices.repair.way"
    label = _("Choose the way")
    model = Repair
    states = frozenset({ASKED, ARRANGED, READY})
    Input = Way

    def fit(self) -> None:
        repair, data, device = self.target, self.data, self.target.device
        error = ways.closed(
            data["way"], higher(repair.level, device.level), may_leave=repair.may_leave,
            removed=all_removed(device, data["removed"]), disk=device.sort.disk or bool(disks_of(device)),
        )  # fmt: skip
        if error:
            raise Unmet(error)
        qualified(data)
        for person in (data["escort"], data["technician"], data["keeper"]):
            lack = ledger.unfit_person(person, repair.level) if person else None
            if lack:
                raise Unmet(lack)
        self.request = asking.granted(REPAIR, repair, repair.facts()) if repair.state == ASKED else None

    def write(self) -> Done:
        repair, data = self.target, self.data
        outside = data["way"] in ways.OUTSIDERS
        repair.way, repair.back_by = data["way"], data["back_by"] if data["way"] == ways.OUT else None
        repair.engineer = data["engineer"] if outside else None
        repair.vendor = repair.engineer.vendor if repair.engineer else None
        repair.escort = data["escort"] if data["way"] == ways.ONSITE else None
        repair.technician = None if outside else data["technician"]
        repair.removed, repair.keeper = data["removed"], data["keeper"]
        if self.request is not None:
            asking.spend(self.request)
        repair.go(ARRANGED)  # another way wants its snapshot and scan anew
        return Done(repair, {name: plain(value) for name, value in data.items() if value})


def higher(first: str, second: str) -> str:
    """Return the higher of two levels, either of which may be undecided."""
    return max(first, second, key=kinds.rank)


def all_removed(device: Device, removed: list[str]) -> bool:
    """Say whether every disk that the ledger knows was taken out."""
    out = {serials.key(one) for one in removed}
    held = {serials.key(one) for one in disks_of(device)}
    return bool(out) and held <= out


def qualified(data: dict[str, Any]) -> None:
    """Raise Unmet when engineer or vendor may not come today."""
    lacks = registers.lacks(data["engineer"]) if data["way"] in ways.OUTSIDERS else []
    if lacks:
        raise Unmet(" ".join(str(sentence) for sentence in lacks))


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


class AcceptRepair(Action):
    """Somebody who neither escorted nor repaired looks, and takes the device back."""

    name = "devices.repair.accept"
    label = _("Accept repair")
    intro = _("You say that the device is whole, works, and that every difference is explained.")
    personal = True
    model = Repair

    class Input(ActionForm):
        """What came of it."""

        outcome = forms.ChoiceField(label=_("Outcome"), choices=models.OUTCOMES, widget=forms.RadioSelect)

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.device.responsible_id, roles=CHECKERS)

    def check(self) -> None:
        repair, me = self.target, self.actor.person_id
        if repair.state != ENDED:
            raise Unmet(_("There is nothing to accept before the work has ended."))
        checked(repair)
        if me in {repair.escort_id, repair.technician_id}:
            raise Unmet(_("You were there as escort or technician. Somebody else accepts."))

    def write(self) -> Done:
        repair = self.target
        repair.accepted_at, repair.accepted_by = timezone.now(), self.actor
        repair.outcome = self.data["outcome"]
        repair.go(ACCEPTED)
        return Done(repair, {"outcome": repair.outcome})


class RejectRepair(Action):
    """The check shows that the work is not done: it goes on."""

    name = "devices.repair.reject"
    label = _("Not accepted: work goes on")
    personal = True
    model = Repair

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.device.responsible_id, roles=CHECKERS)

    def check(self) -> None:
        if self.target.state not in {ENDED, ACCEPTED}:
            raise Unmet(_("There is nothing to accept before the work has ended."))

    def write(self) -> Done:
        repair = self.target
        LogEntry.objects.create(repair=repair, by_name=self.actor.get_full_name(), text=self.data["reason"])
        repair.accepted_at = repair.accepted_by = repair.ended_at = None
        repair.outcome = ""
        repair.go(WORK)
        return Done(repair, {"reason": self.data["reason"]})


class CloseRepair(LedgerStep):
    """The record closes, and the device goes back to where it was."""

    name = "devices.repair.close"
    label = _("Close repair")
    step = lifecycle.STEPS["repaired"]
    model = Repair
    states = frozenset({ACCEPTED})

    class Input(Dated):
        """Is the storage back?"""

        storage_back = forms.BooleanField(
            label=_("The keeper gave the storage back, and it is built in"), required=False,
            help_text=_("Only where storage was removed."),
        )  # fmt: skip
        field_order = ("storage_back", "on")

    def fit(self) -> None:
        fit_to_close(self.target)
        if self.target.removed and not self.data["storage_back"]:
            raise Unmet(_("Storage was removed: %(serials)s. It must be back from its keeper first.") % {
                "serials": ", ".join(self.target.removed)
            })  # fmt: skip
        accepted = self.target.accepted_by_id
        if accepted == getattr(self.actor, "pk", None) and not Office.current().small:
            raise Unmet(_("You have accepted it. Somebody else closes the record."))

    def becomes(self) -> str:
        last = self.device.events.filter(after=lifecycle.REPAIR).first()
        was_used = last is not None and last.before == lifecycle.USED
        return lifecycle.USED if was_used and self.device.responsible_id else lifecycle.REGISTERED

    def follow(self) -> None:
        close(self.target, self.actor)


def fit_to_close(repair: Repair) -> None:
    """Raise Unmet when a step was left out."""
    if repair.state != ACCEPTED or repair.accepted_at is None:
        raise Unmet(_("Somebody must check and accept it first."))
    checked(repair)


def close(repair: Repair, actor: Any) -> None:
    """Write down that the record is closed."""
    repair.closed_at, repair.closed_by = timezone.now(), actor if getattr(actor, "pk", None) else None
    repair.go(CLOSED)
