"""The board, one unit of it, why a cell is what it is, and the wall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

from shoumi.console.accounts.models import Unit
from shoumi.console.board import standing, trend, unseen
from shoumi.console.board.actions import KeepToday
from shoumi.console.pages import ActionPage, Page
from shoumi.console.steps import AREAS, LEAKED, ONE, Step, rules

SMALL = 40  # so many units are shown at once; more are opened branch by branch


class _Reading(Page):
    roles = standing.READERS

    @property
    def reach(self) -> Any:
        """What the account may see."""
        return self.request.user.reach(self.roles)

    def board(self, lines: list[standing.Line], **context: Any) -> HttpResponse:
        """Answer with lines as a table: all of them when there are few, else the first two levels."""
        shown = lines if len(lines) <= SMALL else [line for line in lines if line.depth < 2]
        sums = [
            (left, sum(cell.left == left for line in lines for cell in (*line.cells, line.whole)))
            for left in (LEAKED, ONE)
        ]
        return self.show(
            "board/board.html", lines=shown, areas=AREAS, folded=len(shown) < len(lines), sums=sums, rules=rules(),
            may_keep=self.request.user.may_act(KeepToday), **context,
        )  # fmt: skip


class Board(_Reading):
    """All units that somebody sees."""

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        lines = standing.lines(self.reach)
        return self.board(lines, unseen=unseen.this_month(self.reach.paths), top=lines[0].unit if lines else None)


class OneUnit(_Reading):
    """One unit with all below, and how it went from day to day."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        del request
        unit = self.see(Unit.objects.filter(closed_on=None).select_related("leader", "parent"), pk, "path")
        above = unit.parent if unit.parent and self.reach.covers(unit.parent.path) else None
        return self.board(
            standing.lines(self.reach, unit), unit=unit, top=unit, above=above, courses=trend.courses(unit),
            days=trend.DAYS, unseen=unseen.this_month((unit.path,)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """A step as a page shows it: the unit it lies in, and the next action where the reader may take it."""

    step: Step
    unit: str
    address: str

    @property
    def words(self) -> Any:
        """The number of steps in words."""
        return standing.words(self.step.left)

    @property
    def tone(self) -> str:
        """Its colour."""
        return standing.TONES.get(self.step.left, "")


class Why(_Reading):
    """Why a cell is what it is: rules, facts, dates, and the next action."""

    def get(self, request: HttpRequest, pk: int, area: str) -> HttpResponse:
        unit = self.see(Unit.objects.filter(closed_on=None).select_related("leader"), pk, "path")
        cell = standing.cell(unit, "" if area == "whole" else area)
        names = dict(Unit.objects.filter(path__startswith=unit.path).values_list("path", "name"))
        reasons = [
            Reason(step, names.get(step.unit, ""), step.address if may_open(request.user, step.address) else "")
            for step in cell.steps
        ]
        here = next((one for one in reasons if one.address), None)
        return self.show("board/why.html", unit=unit, cell=cell, reasons=reasons, following=here)


class Wall(_Reading):
    """The same for a screen on a wall: larger, nothing to press, fresh every minute. It shows what its account sees."""

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        lines = [line for line in standing.lines(self.reach) if line.depth < 2]
        page = self.show("board/wall.html", lines=lines, areas=AREAS, unseen=unseen.this_month(self.reach.paths))
        page["Refresh"] = "60"
        return page


class Keep(ActionPage):
    """Keep today's state."""

    action = KeepToday

    def address(self, done: Any) -> str:
        del done
        return reverse("board:board")

    def back(self, act: Any) -> str:
        del act
        return reverse("board:board")


def may_open(user: Any, address: str) -> bool:
    """Say whether an account's roles open a page of this console; nothing leads to a closed door."""
    try:
        view = resolve(address.partition("?")[0]).func
    except Resolver404:
        return False
    page = getattr(view, "view_class", None)
    if page is None:
        return True
    action = getattr(page, "action", None)
    if action is not None and issubclass(page, ActionPage):
        return bool(user.may_act(action))
    return bool(page.anybody or user.holds(page.roles))
