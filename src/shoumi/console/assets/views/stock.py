"""Counting, labels, inspections: what is done on foot, with a phone in hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shoumi.console.action import Action
from shoumi.console.assets import ledger, qr
from shoumi.console.assets.actions import inspections, labels, stocktakes
from shoumi.console.assets.models import Device, Inspection, LabelSheet, StockLine, StockTake
from shoumi.console.assets.views.base import Form, below, history, units
from shoumi.console.assets.views.ledger import Devices
from shoumi.console.lists import Column, Filter, ListPage, yes_no
from shoumi.console.pages import Page
from shoumi.console.roles import OFFICER


class StockTakes(ListPage):
    """All counts."""

    name = "assets.stocktakes"
    title = gettext_lazy("Stock-takes of devices")
    roles = ledger.READERS
    search = ("title", "unit__name", "opened_by")
    order = ("-opened_at",)
    empty = gettext_lazy(
        "Once a year each device is seen: open a stock-take, walk round with a phone and scan the labels, sign it off."
    )
    columns = (
        Column("title", gettext_lazy("Title"), lambda s: s.title, "title"),
        Column("unit", gettext_lazy("Unit"), lambda s: s.unit.name, "unit__name"),
        Column("opened", gettext_lazy("Begun"), lambda s: s.opened_at, "opened_at", "day"),
        Column("state", gettext_lazy("State"), lambda s: _("signed off") if s.closed_at else _("still open"),
               "closed_at", "badge", tone=lambda s: "jade" if s.closed_at else "amber"),
        Column("seen", gettext_lazy("Found"), lambda s: s.found, "", "number"),
        Column("missing", gettext_lazy("Missing"), lambda s: s.expected - s.found, "", "number"),
        Column("strange", gettext_lazy("Strangers"), lambda s: s.strange, "", "number"),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(ledger.READERS), below("unit")),
        Filter("open", gettext_lazy("State"), yes_no(gettext_lazy("still open"), gettext_lazy("signed off")),
               lambda rows, value: rows.filter(closed_at__isnull=value == "yes")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = StockTake.objects.filter(self.request.user.reach(self.roles).within("unit__path"))
        return rows.select_related("unit").annotate(
            expected=Count("lines", filter=Q(lines__expected=True)),
            found=Count("lines", filter=Q(lines__expected=True, lines__seen_at__isnull=False)),
            strange=Count("lines", filter=Q(lines__expected=False)),
        )

    def address(self, row: Any) -> str:
        return reverse("assets:stocktake", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(stocktakes.OpenStockTake):
            return []
        return [(_("Open stock-take"), reverse("assets:stocktake-open"))]


def sums(stocktake: StockTake) -> dict[str, int]:
    """Return how many are expected, found, missing, strange."""
    row = stocktake.lines.aggregate(
        n_expected=Count("pk", filter=Q(expected=True)),
        n_found=Count("pk", filter=Q(expected=True, seen_at__isnull=False)),
        n_strange=Count("pk", filter=Q(expected=False)),
    )
    found: dict[str, int] = {key.removeprefix("n_"): value for key, value in row.items()}
    return {**found, "missing": found["expected"] - found["found"]}


class OneStockTake(Page):
    """A count: how far it is, what is missing, who is strange."""

    roles = ledger.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        stocktake = self.see(StockTake.objects.select_related("unit"), pk)
        reach = request.user.reach(self.roles)
        lines = StockLine.objects.filter(stocktake=stocktake).select_related("device__unit", "device__responsible")
        return self.show(
            "assets/stocktake.html",
            stocktake=stocktake,
            sums=sums(stocktake),
            missing=lines.filter(expected=True, seen_at=None)[:100],
            strangers=lines.filter(expected=False)[:100],
            last=lines.filter(seen_at__isnull=False).order_by("-seen_at")[:10],
            counts=stocktake.closed_at is None and request.user.reach(ledger.KEEPERS).covers(stocktake.unit.path),
            signs=stocktake.closed_at is None
            and request.user.reach(stocktakes.SignStockTake.roles).covers(stocktake.unit.path),
            history=history(stocktake, reach),
        )


class StockTakeOpen(Form):
    """Open a count."""

    action, thing, lists = stocktakes.OpenStockTake, "assets:stocktake", "assets:stocktakes"


class StockTakeSign(Form):
    """Sign a count off."""

    action, thing = stocktakes.SignStockTake, "assets:stocktake"
    template = "assets/sign.html"

    def more(self, act: Action) -> dict[str, Any]:
        return {"sums": sums(act.target)}


class StockTakeCount(Form):
    """Scan, or type, one label after another: made for a phone."""

    action, thing = stocktakes.SeeLabel, "assets:stocktake"
    template = "assets/count.html"

    def _open(self, keys: dict[str, Any]) -> Action:
        act = super()._open(keys)
        code = self.request.GET.get("code", "")[:300]
        act.initial = lambda: {"code": code} if code else {}  # type: ignore[method-assign]
        return act

    def more(self, act: Action) -> dict[str, Any]:
        code = self.request.GET.get("code", "")[:60]
        device = None
        if code:
            reach = self.request.user.reach(act.roles)
            device = Device.seen_by(reach).filter(number=code).select_related("unit", "responsible").first()
        last = act.target.lines.filter(seen_at__isnull=False).select_related("device").order_by("-seen_at")[:5]
        return {"sums": sums(act.target), "last": last, "device": device, "scanned": code}

    def after(self, done: Any) -> HttpResponse:
        kind, line = done.result
        words = {
            "found": _("Found: %(code)s"),
            "again": _("Counted already: %(code)s"),
            "stranger": _("Not expected here, written down as a stranger: %(code)s"),
        }
        add = messages.success if kind == "found" else messages.warning
        add(self.request, words[kind] % {"code": line.device or line.code})
        return redirect("assets:stocktake-count", pk=done.thing.pk)


class Scanned(Page):
    """Where the QR code of a label leads: to the open count that expects it, else to the device."""

    anybody = True

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        keeps, reads = (request.user.reach(roles) for roles in (ledger.KEEPERS, ledger.READERS))
        device = Device.seen_by(reads).filter(number=code).select_related("unit").first() if reads else None
        path = device.unit.path if device else ""
        running = StockTake.objects.filter(keeps.within("unit__path"), closed_at=None).select_related("unit")
        open_ones = sorted(running, key=lambda one: (not path.startswith(one.unit.path), -one.opened_at.timestamp()))
        if open_ones:
            return redirect(f"{reverse('assets:stocktake-count', args=(open_ones[0].pk,))}?{_query(code)}")
        if device is not None:
            return redirect("assets:device", pk=device.pk)
        if Device.objects.filter(number=code, responsible=request.user.person).exists():
            return redirect("assets:mine")
        raise Http404


def _query(code: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"code": code})


class LabelsNew(Form):
    """Choose devices for a sheet: those of the list one came from."""

    action, thing = labels.PrintLabels, "assets:labels"

    def back(self, act: Action) -> str:
        del act
        return reverse("assets:devices")

    def _open(self, keys: dict[str, Any]) -> Action:
        act = super()._open(keys)
        if self.request.GET:
            chosen = Devices(request=self.request)
            rows = chosen._searched(chosen._filtered(Device.seen_by(self.request.user.reach(act.roles))))
            wanted = self.request.GET.get("number", "")
            rows = rows.filter(number=wanted) if wanted else rows.exclude(state="destroyed")
            numbers = "\n".join(rows.order_by("number").values_list("number", flat=True)[: labels.MOST])
            act.initial = lambda: {"numbers": numbers}  # type: ignore[method-assign]
        return act


class Labels(Page):
    """A sheet of labels, to be printed as it stands."""

    roles = ledger.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sheet = self.see(LabelSheet.objects.select_related("unit"), pk)
        devices = sheet.devices.filter(request.user.reach(self.roles).within("unit__path"))
        devices = devices.select_related("unit").order_by("number")
        return self.show("assets/labels.html", sheet=sheet, labels=[(device, qr.picture(device)) for device in devices])


class OneInspection(Page):
    """The record of an inspection."""

    roles = ledger.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        inspection = self.see(Inspection.objects.select_related("device__unit"), pk, "device__unit__path")
        return self.show("assets/inspection.html", inspection=inspection, lines=spoken(inspection),
                         history=history(inspection.device, request.user.reach({OFFICER})))  # fmt: skip


def spoken(inspection: Inspection) -> list[tuple[str, str, Any, str]]:
    """Return each item as it was read that day: sentence, answer, its words, remark."""
    language, names = get_language() or "en", dict(inspections.ANSWERS)
    return [
        (one["text"].get(language) or one["text"]["en"], one["answer"], names[one["answer"]], one["remark"])
        for one in inspection.answers
    ]
