"""Steps made into a board: one line a unit, one cell an area, each with the nearest step of the unit and all below.

Enters the paths that somebody may see, leaves lines in the order of the tree. Rooms say the steps (``steps.py``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.accounts.models import Unit
from shoumi.console.board.stairs import STAIRS
from shoumi.console.roles import AREA, LEADER, OFFICER, Reach
from shoumi.console.steps import AREAS, FAR, LEAKED, ONE, Step
from shoumi.console.steps import steps as all_steps

READERS: Final = frozenset({OFFICER, LEADER, AREA})
NAMES: Final = dict(AREAS)
WHOLE: Final = ""  # what belongs to no single area
TONES: Final = {LEAKED: "seal", ONE: "amber", FAR: "jade"}
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Cell:
    """One unit in one area: its steps, nearest first."""

    area: str
    unit: Unit
    steps: list[Step] = field(default_factory=list)
    where: str = ""  # the unit below in which the nearest step lies

    @property
    def label(self) -> Any:
        """The area in words."""
        return NAMES.get(self.area) or _("Whatever the area")

    @property
    def key(self) -> str:
        """The area as it stands in addresses."""
        return self.area or "whole"

    @property
    def nearest(self) -> Step | None:
        """The step that makes the cell what it is."""
        return self.steps[0] if self.steps else None

    @property
    def left(self) -> int | None:
        """The steps left; None when nothing is known."""
        return self.steps[0].left if self.steps else None

    @property
    def tone(self) -> str:
        """The colour; the number and the words say the same."""
        return "" if self.left is None else TONES.get(self.left, "")

    @property
    def known(self) -> bool:
        """Say whether any room said anything."""
        return bool(self.steps)

    @property
    def words(self) -> Any:
        """The number in words."""
        return words(self.left)

    @property
    def beside(self) -> Any:
        """What stands beside the large number."""
        if self.left is None:
            return _("not known yet")
        return {LEAKED: _("leaked"), FAR: _("far")}.get(self.left) or ngettext("step", "steps", self.left)

    @property
    def stair(self) -> SafeString:
        """The picture of it."""
        return STAIRS[self.left]

    @property
    def reason(self) -> Any:
        """Why, in five words."""
        return self.steps[0].reason if self.steps else ""

    @property
    def more(self) -> int:
        """How many further steps are not far."""
        return sum(step.left < FAR for step in self.steps[1:])


@dataclass(slots=True)
class Line:
    """One unit with its cells; ``whole`` holds what belongs to no single area."""

    unit: Unit
    depth: int
    cells: list[Cell]
    whole: Cell

    @property
    def left(self) -> int | None:
        """The fewest steps of all."""
        return min((cell.left for cell in (*self.cells, self.whole) if cell.left is not None), default=None)


def words(left: int | None) -> Any:
    """Say a number of steps in words."""
    if left is None:
        return _("not known yet")
    return {LEAKED: _("leaked"), ONE: _("one step"), FAR: _("far")}.get(left) or _("%(n)d steps") % {"n": left}


def lines(reach: Reach, within: Unit | None = None) -> list[Line]:
    """Return a line for each open unit of a reach, or of one unit with all below; parents before children."""
    paths = (within.path,) if within else reach.paths
    units = _tree(Unit.within(reach).filter(Reach(paths).within("path")))
    found = _by_place(all_steps(paths), {unit.path: unit for unit in units})
    top = min((unit.depth for unit in units), default=0)
    return [
        Line(
            unit,
            unit.depth - top,
            [found.get((unit.path, area)) or Cell(area, unit) for area, _label in AREAS],
            found.get((unit.path, WHOLE)) or Cell(WHOLE, unit),
        )
        for unit in units
    ]


def cell(unit: Unit, area: str) -> Cell:
    """Return one cell, with the steps of the unit and all below."""
    below = {one.path: one for one in Unit.objects.filter(path__startswith=unit.path, closed_on=None)}
    made = _by_place((step for step in all_steps((unit.path,)) if step.area == area), below)
    return made.get((unit.path, area)) or Cell(area, unit)


def _by_place(steps: Iterable[Step], units: dict[str, Unit]) -> dict[tuple[str, str], Cell]:
    """Return the cells that have steps: each step counts for its unit and for those above."""
    cells: dict[tuple[str, str], Cell] = {}
    for step in sorted(steps, key=_order):
        for path in _above(step.unit):
            if path in units:
                key = (path, step.area)
                if key not in cells:
                    below = units.get(step.unit) if step.unit != path else None
                    cells[key] = Cell(step.area, units[path], where=below.name if below else "")
                cells[key].steps.append(step)
    return cells


def _order(step: Step) -> tuple[int, bool, datetime]:
    return step.left, step.since is None, _moment(step.since) if step.since else _EARLIEST


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time.min, UTC)


def _above(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:length])}/" for length in range(1, len(parts) + 1)]


def _tree(rows: Any) -> list[Unit]:
    """Return units as a tree is read: each followed by those below it, siblings by code."""
    units = list(rows)
    inside = {unit.pk for unit in units}
    children: dict[int | None, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: unit.code):
        children[unit.parent_id if unit.parent_id in inside else None].append(unit)
    found: list[Unit] = []

    def walk(above: int | None) -> None:
        for unit in children[above]:
            found.append(unit)
            walk(unit.pk)

    walk(None)
    return found
