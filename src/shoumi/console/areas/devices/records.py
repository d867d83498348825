"""What this room files: repair form, handover slip, disposal certificate, record of a round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.approvals import asking
from shoumi.console.areas.devices import methods, words
from shoumi.console.areas.devices.actions.base import READERS
from shoumi.console.areas.devices.flows import DISPOSE, REPAIR
from shoumi.console.areas.devices.models import AFTER, BEFORE, Disposal, Repair, Round, serials_of
from shoumi.console.areas.devices.views.rounds import walked
from shoumi.console.assets import qr
from shoumi.console.assets.models import Inspection
from shoumi.console.levels import highest
from shoumi.console.records import Code, Facts, Record, Signature, Signatures, Table, Text


def _name(user: Any) -> str:
    return user.get_full_name() if user else ""


def _approval(flow: Any, thing: Any) -> tuple[str, Any]:
    """Return who approved, and when."""
    request = asking.state(flow, thing).request
    signed = [one for one in request.decisions.all() if one.verdict == "approve"] if request else []
    return ", ".join(_name(one.user) for one in signed), signed[-1].at if signed else None


class RepairForm(Record):
    """The whole repair on one form."""

    name = "devices.repair"
    title = gettext_lazy("Repair of a device: request, approval, work, check")
    model = Repair
    roles = READERS

    def rows(self) -> Any:
        return Repair.objects.select_related(
            "device__unit", "device__responsible", "asked_by__person", "vendor", "engineer", "escort", "technician",
            "keeper", "accepted_by__person", "closed_by__person",
        ).prefetch_related("device__numbers", "log")  # fmt: skip

    def level(self, thing: Any) -> Any:
        return thing.level

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("devices:repair", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        device = thing.device
        yield Facts(
            [
                (_("Device"), device),
                (_("Serial numbers"), serials_of(device)),
                (_("Unit"), device.unit.name),
                (_("Responsible person"), device.responsible),
                (_("Fault"), thing.fault),
                (_("What is on it"), thing.contents),
                (_("Highest level on it"), thing.get_level_display()),
                (_("It may leave the house"), thing.may_leave),
            ],
            title=_("Request"),
        )
        by, at = _approval(REPAIR, thing)
        yield Facts(
            [
                (_("Way of repair"), thing.get_way_display()),
                (_("Vendor"), thing.vendor),
                (_("Engineer"), thing.engineer and f"{thing.engineer.name} {thing.engineer.certificate}"),
                (_("Commitment signed on"), thing.engineer and thing.engineer.committed_on),
                (_("Escort"), thing.escort),
                (_("Our own technician"), thing.technician),
                (_("Storage removed"), ", ".join(thing.removed)),
                (_("Keeper of the storage"), thing.keeper),
                (_("Begun"), thing.begun_at),
                (_("Ended"), thing.ended_at),
                (_("What was done"), thing.work),
                (_("Parts changed"), thing.parts),
            ],
            title=_("Way and work"),
        )
        yield from self._check(thing)
        head = (_("Time"), _("Who"), _("What happened"))
        yield Table(head, [(one.at, one.by_name, one.text) for one in thing.log.all()], title=_("Log"),
                    widths=(3, 3, 9), empty=_("none"))  # fmt: skip
        yield Signatures(
            [
                Signature(_("Asked for by"), _name(thing.asked_by), thing.asked_at),
                Signature(_("Approved by"), by, at),
                Signature(_("Escort")),
                Signature(_("Accepted by"), _name(thing.accepted_by), thing.accepted_at),
                Signature(_("Closed by"), _name(thing.closed_by), thing.closed_at),
            ]
        )

    @staticmethod
    def _check(thing: Any) -> Iterator[Any]:
        before, after, scan = thing.snapshot_of(BEFORE), thing.snapshot_of(AFTER), thing.residue
        found = ""
        if scan.get("digest"):
            found = _("%(n)d findings, %(m)d not examined, %(f)d files") % {
                "n": scan["findings"], "m": scan["gaps"], "f": scan["files"]
            }  # fmt: skip
        yield Facts(
            [
                (_("Snapshot before"), before and before.taken),
                ("SHA-256", before and before.digest),
                (_("Scan for residual data"), found),
                (
                    _("Disks scanned"),
                    ", ".join(one.get("serial") or one.get("name", "") for one in scan.get("media", [])),
                ),
                ("SHA-256", scan.get("digest", "")),
                (_("Snapshot after"), after and after.taken),
                ("SHA-256", after and after.digest),
                (_("Outcome"), thing.get_outcome_display()),
            ],
            title=_("Check"),
        )
        rows = [(words.differing(one), one.explanation, one.explained_by) for one in after.differences.filter(grave=True)] if after else []  # fmt: skip  # noqa: E501
        yield Table((_("What differs"), _("Explanation"), _("Who")), rows, title=_("Differences"), widths=(6, 6, 3),
                    empty=_("none"))  # fmt: skip


class Slip(Record):
    """What goes along with a device that is sent out."""

    name = "devices.slip"
    title = gettext_lazy("Handover of a device for repair outside")
    model = Repair
    roles = READERS

    def rows(self) -> Any:
        rows = Repair.objects.filter(way="out").select_related("device__unit", "vendor", "engineer", "keeper")
        return rows.prefetch_related("device__numbers")

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("devices:repair", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        yield Facts(
            [
                (_("Device"), f"{thing.device.number} {thing.device.get_kind_display()}"),
                (_("Make and model"), f"{thing.device.make} {thing.device.model}".strip()),
                (_("Serial number"), ", ".join(n.value for n in thing.device.numbers.all() if n.sort == "machine")),
                (_("Fault"), thing.fault),
                (_("Storage removed"), _("yes, it stays with the office") if thing.removed else _("it has none")),
                (_("Vendor"), thing.vendor),
                (_("Engineer"), thing.engineer and thing.engineer.name),
                (_("Handed over on"), thing.begun_at),
                (_("To be back by"), thing.back_by),
            ]
        )
        yield Text(
            _("The vendor puts in no storage of its own, joins the device to no network, and hands it to nobody else. "
              "Parts that are taken out come back with it.")
        )  # fmt: skip
        yield Signatures([Signature(_("Handed over by")), Signature(_("Received by the vendor")),
                          Signature(_("Brought back by")), Signature(_("Received by the office"))])  # fmt: skip


class Certificate(Record):
    """What became of a device and everything that was on it."""

    name = "devices.disposal"
    title = gettext_lazy("Certificate of disposal")
    model = Disposal
    roles = READERS

    def rows(self) -> Any:
        return Disposal.objects.select_related(
            "device__unit", "asked_by__person", "sanitised_by__person", "verified_by__person"
        ).prefetch_related("device__numbers", "media__seen_by", "media__proved_by__person")

    def level(self, thing: Any) -> Any:
        del thing
        return ""  # the certificate itself holds nothing of what was on the device

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("devices:disposal", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        device, outcome = thing.device, thing.outcome
        yield Facts(
            [
                (_("Device"), f"{device.number} {device.get_kind_display()}"),
                (_("Make and model"), f"{device.make} {device.model}".strip()),
                (_("Serial numbers"), serials_of(device)),
                (_("Level before"), thing.get_level_display()),
                (_("Unit"), device.unit.name),
                (_("State of the record"), thing.get_state_display()),
                (_("Afterwards"), thing.get_end_display()),
                (_("Reason"), thing.reason),
                (_("To whom"), outcome.get("recipient", "")),
                (_("Contract or receipt number"), outcome.get("paper", "")),
            ]
        )
        head = (
            _("Medium"),
            _("Serial number"),
            _("Bytes"),
            _("Method and technique"),
            _("Tool and version"),
            _("Proof"),
        )
        yield Table(head, [self._medium(one) for one in thing.media.all()], title=_("Media"), widths=(3, 4, 3, 5, 4, 6))
        if thing.end == methods.DESTROYED and outcome:
            how = dict(methods.SHRED).get(outcome.get("method", ""), outcome.get("method", ""))
            yield Facts(
                [
                    (_("Destroyed"), how),
                    (_("Where, and by whom"), outcome.get("where", "")),
                    (_("First supervisor"), outcome.get("first", "")),
                    (_("Second supervisor"), outcome.get("second", "")),
                ],
                title=_("Destruction"),
            )
        yield Text(
            _("Sanitised and verified as NIST SP 800-88r2 asks: method by level, technique by medium, verification by "
              "somebody else. What could not be read was not called clean.")
        )  # fmt: skip
        by, at = _approval(DISPOSE, thing)
        yield Code(qr.code(device), _("Asset label"))
        yield Signatures(
            [
                Signature(_("Approved by"), by, at),
                Signature(_("Sanitised by"), _name(thing.sanitised_by), thing.sanitised_at),
                Signature(_("Verified by"), _name(thing.verified_by), thing.verified_at),
                *([Signature(_("First supervisor")), Signature(_("Second supervisor"))]
                  if thing.end == methods.DESTROYED else []),
            ]
        )  # fmt: skip

    @staticmethod
    def _medium(one: Any) -> tuple[Any, ...]:
        technique = methods.TECHNIQUES.get(one.technique)
        proof = _("none")
        if one.verdict:
            proof = f"{one.verdict} · SHA-256 {one.certificate.get('digest', '')}"
        elif one.evidence:
            proof = _("seen by %(who)s · SHA-256 %(digest)s") % {"who": one.seen_by, "digest": one.evidence}
        how = f"{one.method}: {technique.label} ({technique.source})" if technique else ""
        return (one.get_kind_display(), one.serial, words.size(one.size), how, f"{one.tool} · {one.done_by}", proof)


class RoundRecord(Record):
    """A round of inspections, machine by machine."""

    name = "devices.round"
    title = gettext_lazy("Round of inspections of office equipment")
    model = Round
    roles = READERS

    def rows(self) -> Any:
        return Round.objects.select_related("unit")

    def level(self, thing: Any) -> Any:
        return highest({level for level in thing.stops.values_list("device__level", flat=True) if level})

    def back(self, thing: Any) -> str:
        return reverse("devices:round", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        stops, sums = walked(thing)
        yield Facts(
            [
                (_("Title"), thing.title),
                (_("Unit"), thing.unit.name),
                (_("Kinds"), thing.kind_names()),
                (_("To be finished by"), thing.due),
                (_("Machines"), sums["machines"]),
                (_("Not inspected yet"), sums["left"]),
                (_("Not in order"), sums["flawed"]),
                (_("Remark"), thing.note),
            ]
        )
        rows = list(stops.order_by("device__number"))
        found = Inspection.objects.in_bulk([one.looked for one in rows if one.looked])
        head = (_("Number"), _("Kind"), _("Place"), _("Inspected on"), _("Inspected by"), _("Not in order"))
        yield Table(head, [self._stop(one, found.get(one.looked)) for one in rows], title=_("Machines"),
                    widths=(3, 4, 3, 3, 3, 2))  # fmt: skip
        yield Signatures([Signature(_("Begun by"), thing.opened_by, thing.opened_at),
                          Signature(_("Signed off by"), thing.closed_by, thing.closed_at)])  # fmt: skip

    @staticmethod
    def _stop(stop: Any, looked: Any) -> tuple[Any, ...]:
        device = stop.device
        done = (looked.on, looked.by_name, looked.flaws) if looked else (_("not inspected yet"), "", "")
        return (device.number, device.get_kind_display(), device.place, *done)
