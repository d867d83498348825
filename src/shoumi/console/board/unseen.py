"""What was not examined this month: units without inspection, things that could not be read. Stands above the board."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from shoumi.console.accounts.models import Unit
from shoumi.console.findings.models import Gap, Inspection
from shoumi.console.findings.models.found import COMPLETE, REASONS, STOPPED
from shoumi.console.roles import Reach


@dataclass(frozen=True, slots=True)
class Unseen:
    """The month so far."""

    units: list[Unit]  # nothing of theirs was examined
    all_units: int
    reasons: list[tuple[Any, int]]  # why, how many things
    key: str = ""  # of the unit the numbers are about; empty for all

    @property
    def things(self) -> int:
        """How many things were not examined, and nobody settled it."""
        return sum(count for _reason, count in self.reasons)


def this_month(paths: tuple[str, ...]) -> Unseen:
    """Return what was not examined this month in units and all below."""
    since = timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    inside = Reach(paths)
    units = list(Unit.within(inside).order_by("code"))
    keys = [unit.pk for unit in units]
    made = Inspection.objects.filter(began__gte=since, unit__in=keys)
    done = set(made.filter(state__in=(COMPLETE, STOPPED)).values_list("unit", flat=True))
    gaps = Gap.objects.filter(settled=None, inspection__in=made.values("pk"))
    counts = dict(gaps.values_list("reason").order_by().annotate(Count("pk")))
    reasons = [(label, counts[key]) for key, label in REASONS if key in counts]
    return Unseen([unit for unit in units if unit.pk not in done], len(units), reasons)
