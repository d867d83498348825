"""Stock-takes: the list of them, and the page on which labels are counted, made for a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.custody.actions import stocktakes
from shoumi.console.custody.models import Line, StockTake
from shoumi.console.custody.models.stocktakes import (
    EXPECTED,
    FOUND,
    MISSING,
    OPEN,
    SIGNED,
    STOCK_STATES,
    STRANGER,
    VERDICTS,
)
from shoumi.console.custody.reminding import uncounted
from shoumi.console.custody.rights import COUNTERS, KEEPERS
from shoumi.console.custody.views._base import CustodyList, Form, Prefilled, Step, history, state_column, unit_filter
from shoumi.console.lists import Column, Filter, pairs
from shoumi.console.pages import ActionPage

_TONES = {EXPECTED: "amber", MISSING: "seal", STRANGER: "amber", FOUND: "jade"}
_SHOWN = 100  # lines on the counting page; the full list is a page of its own


class StockTakes(CustodyList):
    """What was counted, when, with which result."""

    name = "custody.stocktakes"
    title = gettext_lazy("Stock-takes")
    roles = COUNTERS
    search = ("number", "unit__name", "place__name", "reason", "began_by")
    order = ("-began", "-pk")
    empty = gettext_lazy("Carriers are counted by the codes on their labels, with a phone. Begin a stock-take.")
    columns = (
        Column("number", gettext_lazy("Number"), lambda s: s.number, "number"),
        Column("unit", gettext_lazy("Unit"), lambda s: s.unit.name, "unit__name"),
        Column("place", gettext_lazy("Kept in"), lambda s: s.place.name if s.place else _("everything"), "place__name"),
        Column("reason", gettext_lazy("Occasion"), lambda s: s.reason, "reason"),
        Column("began", gettext_lazy("Began"), lambda s: s.began, "began", "moment"),
        Column("by", gettext_lazy("Begun by"), lambda s: s.began_by, "began_by"),
        Column("signed", gettext_lazy("Signed off"), lambda s: s.signed_at, "signed_at", "moment"),
        state_column(lambda s: {OPEN: "amber", SIGNED: "jade"}.get(s.state, "")),
    )
    filters = (
        unit_filter(),
        Filter("state", gettext_lazy("State"), pairs(STOCK_STATES), lambda rows, value: rows.filter(state=value)),
    )

    def rows(self) -> QuerySet:
        rows = StockTake.objects.filter(self.request.user.reach(self.roles).within("unit__path"))
        return rows.select_related("unit", "place")

    def address(self, row: Any) -> str:
        return reverse("custody:stocktake", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Begin stock-take"), reverse("custody:stocktake-add"))]

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        reach = self.request.user.reach(self.roles)
        return super().show(template, status, uncounted=uncounted().filter(reach.within("path"))[:20], **context)

    template = "custody/stocktakes.html"


class Begin(Prefilled, Form):
    """Begin a counting."""

    action, thing, lists = stocktakes.Begin, "custody:stocktake", "custody:stocktakes"


class Counting(ActionPage):
    """One counting: a box for the next label, what is left, what does not belong here."""

    action = stocktakes.Count
    template = "custody/stocktake.html"

    def more(self, act: Action) -> dict[str, Any]:
        take, user = act.target, self.request.user
        lines = take.lines.select_related("carrier__place", "carrier__custodian")
        left = lines.filter(verdict__in=(EXPECTED, MISSING)).order_by("carrier__place__name", "carrier__number")
        return {
            "take": take,
            "sums": take.sums(),
            "open": take.state == OPEN,
            "tone": {OPEN: "amber", SIGNED: "jade"}.get(take.state, ""),
            "left": left[:_SHOWN],
            "strangers": lines.filter(verdict=STRANGER).order_by("-found_at")[:_SHOWN],
            "recent": lines.filter(verdict=FOUND).order_by("-found_at")[:5],
            "keeps": user.reach(KEEPERS).covers(take.unit_path),
            "history": history(user, f"custody.stocktake:{take.pk}", 10),
        }

    def after(self, done: Any) -> HttpResponse:
        line, new = done.result
        words = {"what": str(line.carrier or line.text)[:120]}
        if line.verdict == STRANGER:
            messages.error(self.request, _("Stranger, not expected here: %(what)s") % words)
        elif not new:
            messages.info(self.request, _("Counted before: %(what)s") % words)
        else:
            messages.success(self.request, _("Found: %(what)s") % words)
        return redirect("custody:stocktake", pk=done.thing.pk)


class CountStep(Step):
    """Sign off, or cancel."""

    steps, thing = {"sign": stocktakes.SignOff, "cancel": stocktakes.CancelCount}, "custody:stocktake"


class Lines(CustodyList):
    """Every line of a counting."""

    name = "custody.lines"
    title = gettext_lazy("Counted")
    roles = COUNTERS
    search = ("carrier__number", "carrier__title", "carrier__place__name", "text")
    order = ("pk",)
    empty = gettext_lazy("What was expected, found, or does not belong here.")
    columns = (
        Column("number", gettext_lazy("Number"), lambda n: n.carrier.number if n.carrier else n.text,
               "carrier__number"),
        Column("title", gettext_lazy("Title"), lambda n: n.carrier.title if n.carrier else "", "carrier__title"),
        Column("place", gettext_lazy("Kept in"),
               lambda n: n.carrier.place.name if n.carrier and n.carrier.place else "", "carrier__place__name"),
        Column("custodian", gettext_lazy("Custodian"), lambda n: n.carrier.custodian.name if n.carrier else "",
               "carrier__custodian__name"),
        Column("found", gettext_lazy("Found here"), lambda n: n.found_at, "found_at", "moment"),
        Column("by", gettext_lazy("Found by"), lambda n: n.found_by, "found_by"),
        Column("verdict", gettext_lazy("Result"), lambda n: n.get_verdict_display(), "verdict", "badge",
               tone=lambda n: _TONES.get(n.verdict, "")),
    )  # fmt: skip
    filters = (
        Filter("verdict", gettext_lazy("Result"), pairs(VERDICTS), lambda rows, value: rows.filter(verdict=value)),
    )

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # type: ignore[override]  # the list of one counting
        self.take = self.see(StockTake.objects.select_related("unit"), pk)
        return super().get(request)

    def rows(self) -> QuerySet:
        return Line.objects.filter(stock_take=self.take).select_related("carrier__place", "carrier__custodian")

    def address(self, row: Any) -> str:
        return reverse("custody:carrier", args=(row.carrier_id,)) if row.carrier_id else ""

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Back to the stock-take"), reverse("custody:stocktake", args=(self.take.pk,)))]
