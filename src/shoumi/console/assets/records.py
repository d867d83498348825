"""What this room files: ledger card, label sheet, stock-take record, inspection record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.assets import ledger, qr
from shoumi.console.assets.models import Device, Inspection, LabelSheet, StockTake
from shoumi.console.assets.views.stock import spoken, sums
from shoumi.console.audit.views import words
from shoumi.console.levels import highest
from shoumi.console.records import Code, Facts, Label, Labels, Record, Signature, Signatures, Table


class Card(Record):
    """All that the ledger holds about a device."""

    name = "assets.device"
    title = gettext_lazy("Ledger card of a device")
    model = Device
    roles = ledger.READERS

    def rows(self) -> Any:
        return Device.objects.select_related("unit", "responsible", "custodian").prefetch_related("numbers", "events")

    def level(self, thing: Any) -> Any:
        return thing.level

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("assets:device", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        yield Facts(
            [
                (_("Number"), thing.number),
                (_("Kind"), thing.get_kind_display()),
                (_("Make and model"), f"{thing.make} {thing.model}".strip()),
                (_("Level"), thing.get_level_display()),
                (_("Secrecy label number"), thing.label),
                (_("State"), thing.get_state_display()),
                (_("Unit"), thing.unit.name),
                (_("Responsible person"), thing.responsible),
                (_("Custodian"), thing.custodian),
                (_("Place"), thing.place),
                (_("Network it may join"), thing.get_network_display()),
                (_("Bought on"), thing.bought_on),
                (_("Registered on"), thing.registered_on),
                *((one.get_sort_display(), one.value) for one in thing.numbers.all()),
                (_("Remark"), thing.note),
            ]
        )
        head = (_("Time"), _("Step"), _("State afterwards"), _("Who"))
        rows = [(one.at, words(one.step), one.get_after_display(), one.by_name) for one in reversed(thing.events.all())]
        yield Table(head, rows, title=_("Its life"), widths=(3, 4, 4, 3))
        yield Code(qr.code(thing), _("Asset label"))
        yield Signatures([Signature(_("Responsible person")), Signature(_("Secrecy officer"))])


class LabelSheets(Record):
    """A sheet of asset labels."""

    name = "assets.labels"
    title = gettext_lazy("Asset labels")
    model = LabelSheet
    roles = ledger.READERS
    forms = ("html", "pdf")

    def rows(self) -> Any:
        return LabelSheet.objects.select_related("unit")

    def back(self, thing: Any) -> str:
        return reverse("assets:labels", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        devices = thing.devices.select_related("unit").order_by("number")
        yield Labels(
            [Label(qr.code(one), one.number, (one.get_kind_display(), one.unit.name)) for one in devices], columns=3
        )


class Count(Record):
    """What a stock-take found."""

    name = "assets.stocktake"
    title = gettext_lazy("Stock-take of devices")
    model = StockTake
    roles = ledger.READERS

    def rows(self) -> Any:
        return StockTake.objects.select_related("unit")

    def level(self, thing: Any) -> Any:
        return highest({level for level in thing.lines.values_list("device__level", flat=True) if level})

    def back(self, thing: Any) -> str:
        return reverse("assets:stocktake", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        found = sums(thing)
        yield Facts(
            [
                (_("Title"), thing.title),
                (_("Unit"), thing.unit.name),
                (_("Begun"), thing.opened_at),
                (_("Begun by"), thing.opened_by),
                (_("Expected"), found["expected"]),
                (_("Found"), found["found"]),
                (_("Missing"), found["missing"]),
                (_("Strangers"), found["strange"]),
                (_("Remark"), thing.note),
            ]
        )
        lines = thing.lines.select_related("device__responsible", "device__unit").order_by("code")
        head = (_("Number"), _("Kind"), _("Place"), _("Responsible person"), _("Seen"), _("Remark"))
        for title, rows in (
            (_("Missing"), lines.filter(expected=True, seen_at=None)),
            (_("Strangers"), lines.filter(expected=False)),
            (_("Found"), lines.filter(expected=True, seen_at__isnull=False)),
        ):
            yield Table(
                head, [self._line(one) for one in rows], title=title, empty=_("none"), widths=(3, 3, 3, 3, 3, 3)
            )
        yield Signatures([Signature(_("Counted by"), thing.opened_by, thing.opened_at),
                          Signature(_("Signed off by"), thing.closed_by, thing.closed_at)])  # fmt: skip

    @staticmethod
    def _line(line: Any) -> tuple[Any, ...]:
        device = line.device
        if device is None:
            return (line.code, _("not in the ledger"), "", "", line.seen_at, line.remark)
        who = device.responsible.name if device.responsible else ""
        return (line.code, device.get_kind_display(), device.place, who, line.seen_at, line.remark)


class InspectionRecord(Record):
    """An inspection, item by item."""

    name = "assets.inspection"
    title = gettext_lazy("Inspection of a device")
    model = Inspection
    roles = ledger.READERS

    def rows(self) -> Any:
        return Inspection.objects.select_related("device__unit", "device__responsible").prefetch_related(
            "device__numbers"
        )

    def level(self, thing: Any) -> Any:
        return thing.device.level

    def back(self, thing: Any) -> str:
        return reverse("assets:inspection", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        device = thing.device
        yield Facts(
            [
                (_("Device"), device),
                (_("Serial number"), ", ".join(one.value for one in device.numbers.all() if one.sort == "machine")),
                (_("Unit"), device.unit.name),
                (_("Responsible person"), device.responsible),
                (_("Inspected on"), thing.on),
                (_("Not in order"), thing.flaws),
                (_("Remark"), thing.remark),
            ]
        )
        rows = [(number, text, said, why) for number, (text, _a, said, why) in enumerate(spoken(thing), 1)]
        yield Table(
            (_("No."), _("Item"), _("Outcome of the item"), _("Remark")),
            rows,
            title=_("Item by item"),
            widths=(1, 9, 3, 5),
        )
        yield Signatures([Signature(_("Inspected by"), thing.by_name, thing.on), Signature(_("Responsible person"))])
