"""Recording how everything stood on a day: one row for each unit, written over when the day is recorded again.

Enters a day and what was known then; leaves rows that the trends draw. The clock, the button and the demo record here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from shoumi.console.accounts.models import Unit
from shoumi.console.board.models import Snapshot
from shoumi.console.board.standing import Line


def keep(day: date, states: Iterable[tuple[Unit, Mapping[str, int]]]) -> int:
    """Record a day: units with the steps left by area. Return how many units it holds."""
    rows = [Snapshot(unit=unit, day=day, left=dict(left)) for unit, left in states]
    Snapshot.objects.bulk_create(rows, update_conflicts=True, update_fields=("left",), unique_fields=("unit", "day"))
    return len(rows)


def known(line: Line) -> dict[str, int]:
    """Return what is known of a unit now, by area."""
    return {cell.area: cell.left for cell in line.cells if cell.left is not None}
