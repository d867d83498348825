"""Counting devices: opened with what is expected, scanned label by label, signed off with what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit, months_after
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.assets import ledger, lifecycle
from shoumi.console.assets.actions.fields import reach_of, text, unit
from shoumi.console.assets.models import STOCK_MONTHS as MONTHS
from shoumi.console.assets.models import Device, StockLine, StockTake
from shoumi.console.roles import LEADER

COUNTERS = ledger.KEEPERS


class OpenStockTake(Action):
    """A count begins: what is expected is written down now."""

    name = "assets.stocktake.open"
    label = _("Open stock-take")
    intro = _("Everything that the ledger has in this unit and below is expected. Then the labels are scanned.")
    roles = COUNTERS

    class Input(ActionForm):
        """Which unit."""

        unit = unit()
        title = text(_("Title"), hint=_("Left empty: the unit and today's date."))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(reach_of(self))

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def check(self) -> None:
        chosen = self.data["unit"]
        above = [chosen.path[: end + 1] for end, sign in enumerate(chosen.path) if sign == "/" and end]
        running = StockTake.objects.filter(closed_at=None)
        if running.filter(unit__path__in=above).exists() or running.filter(unit__path__startswith=chosen.path).exists():
            raise Unmet(_("A stock-take of this unit, or of one above or below it, is open. Sign that one off first."))

    def write(self) -> Done:
        chosen = self.data["unit"]
        title = self.data["title"].strip() or f"{chosen.name} {timezone.localdate().isoformat()}"
        stocktake = StockTake.objects.create(title=title, unit=chosen, opened_by=self.actor.get_full_name())
        expected = Device.objects.filter(live=True, unit__path__startswith=chosen.path).exclude(
            state=lifecycle.REPAIR
        )  # what is in repair is not in the house
        lines = [
            StockLine(stocktake=stocktake, device_id=pk, code=number)
            for pk, number in expected.values_list("pk", "number")
        ]
        StockLine.objects.bulk_create(lines, batch_size=1000)
        return Done(stocktake, {"expected": len(lines)})


class SeeLabel(Action):
    """A label was scanned: the device is here."""

    name = "assets.stocktake.see"
    label = _("It is here")
    roles = COUNTERS
    model = StockTake

    class Input(ActionForm):
        """What the label says: a number, or the address that its QR code holds."""

        code = forms.CharField(
            label=_("Number on the label"), max_length=300,
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "enterkeyhint": "go"}),
        )  # fmt: skip
        remark = text(_("Remark"), 300, hint=_("Damaged label, other place, other user."))

        def clean_code(self) -> str:
            code = self.cleaned_data["code"].strip().rstrip("/").rpartition("/")[2][:60]
            if not code or "\0" in code:
                raise forms.ValidationError(_("Scan the label, or type its number."))
            return str(code)

    def check(self) -> None:
        if self.target.closed_at is not None:
            raise Unmet(_("This stock-take is signed off."))

    def write(self) -> Done:
        code, lines = self.data["code"], self.target.lines
        line = lines.filter(code__iexact=code).first()
        again = line is not None and line.seen_at is not None
        if line is None:
            known = Device.seen_by(self.actor.reach(self.roles)).filter(number__iexact=code).first()
            line = StockLine(stocktake=self.target, device=known, code=known.number if known else code, expected=False)
        if not again:
            line.seen_at, line.seen_by = timezone.now(), self.actor.get_full_name()
        line.remark = self.data["remark"] or line.remark
        line.save()
        kind = "again" if again else "found" if line.expected else "stranger"
        return Done(self.target, {"code": line.code, "as": kind}, result=(kind, line))


class SignStockTake(Action):
    """The count ends: what was found is seen today, what was not is missing."""

    name = "assets.stocktake.sign"
    label = _("Sign off stock-take")
    roles = frozenset({*ledger.KEEPERS, LEADER})
    model = StockTake
    sensitive = True

    class Input(ActionForm):
        """What is said about missing devices and strangers."""

        note = text(_("Remark"), 1000, rows=4, hint=_("Needed when something is missing, or a stranger was found."))

    def check(self) -> None:
        if self.target.closed_at is not None:
            raise Unmet(_("This stock-take is signed off."))
        lines = self.target.lines.all()
        if not lines.filter(seen_at__isnull=False).exists():
            raise Unmet(_("No label was scanned yet."))
        wrong = lines.filter(expected=True, seen_at=None).exists() or lines.filter(expected=False).exists()
        if wrong and not self.data["note"].strip():
            raise Unmet(_("Say in the remark what is done about what is missing or strange."))

    def write(self) -> Done:
        stocktake, today = self.target, timezone.localdate()
        lines = stocktake.lines.exclude(device=None)
        seen = lines.filter(seen_at__isnull=False).values("device")
        missing = lines.filter(expected=True, seen_at=None).values("device")
        found = Device.objects.filter(pk__in=seen).update(
            seen_on=today, missing_since=None, stock_due=months_after(today, MONTHS)
        )
        lost = Device.objects.filter(pk__in=missing, live=True).exclude(state=lifecycle.REPAIR)
        codes = list(lost.values_list("number", flat=True)[:500])
        Device.objects.filter(pk__in=lost.filter(missing_since=None).values("pk")).update(missing_since=today)
        stocktake.closed_at, stocktake.closed_by = timezone.now(), self.actor.get_full_name()
        stocktake.note = self.data["note"]
        stocktake.save()
        strangers = stocktake.lines.filter(expected=False).count()
        facts: dict[str, Any] = {"found": found, "missing": codes, "strangers": strangers, "note": stocktake.note}
        return Done(stocktake, facts)
