"""The invented office's past weeks: how each unit came to where it stands today, so that the trends have a course.

Told last, when all rooms are filled: the days lead to what the board shows now. A unit never stands better than what
lies below it, on no day.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone

from shoumi.console.board import keeping, standing
from shoumi.console.board.standing import Line
from shoumi.console.roles import Reach
from shoumi.console.steps import FAR, LEAKED, ONE

DAYS: Final = 28
_AT_FIRST: Final = (-2, -1, -1, 0, 0, 0, 1)  # steps nearer to a leak, or farther, four weeks ago
_LATER_KNOWN: Final = 0.2  # the share of areas in which nobody had looked before


def finish(account: Callable[[str], Any]) -> None:
    """Record the past four weeks and today."""
    del account
    draw, today = random.Random(20261128), timezone.localdate()  # noqa: S311  (invented days)
    lines = standing.lines(Reach(("",)))
    days = [today - timedelta(days=back) for back in range(DAYS, -1, -1)]
    courses = {line.unit.path: {area: _course(left, days, draw) for area, left in keeping.known(line).items()}
               for line in lines}  # fmt: skip
    for place, day in enumerate(days):
        keeping.keep(day, [(line.unit, _then(line, lines, courses, place)) for line in lines])


def _course(left: int, days: list[date], draw: random.Random) -> list[int | None]:
    """Return one value a day, ending with what is true today; it changes on a few working days."""
    known = draw.randrange(5, 15) if draw.random() < _LATER_KNOWN else 0
    value = min(max(left + draw.choice(_AT_FIRST), LEAKED if left == LEAKED else ONE), FAR)
    turns = {place for place in draw.sample(range(4, len(days) - 1), 6) if days[place].weekday() < 5}
    found: list[int | None] = []
    for place in range(len(days) - 1):
        if place in turns and value != left:
            value += 1 if value < left else -1
        found.append(value if place >= known else None)
    return [*found, left]


def _then(line: Line, lines: list[Line], courses: dict[str, dict[str, list[int | None]]], place: int) -> dict[str, int]:
    """Return how a unit stood on a day: the fewest steps of itself and of all below."""
    below = [one.unit.path for one in lines if one.unit.path.startswith(line.unit.path)]
    found: dict[str, int] = {}
    for path in below:
        for area, course in courses[path].items():
            value = course[place]
            if value is not None and area in courses[line.unit.path]:
                found[area] = min(found.get(area, FAR), value)
    return found
