"""Beginning a run within somebody's transaction: its inspection, its row, its job."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from shoumi.console.accounts.models import months_after
from shoumi.console.findings import numbers
from shoumi.console.findings.models import Inspection
from shoumi.console.jobs import enqueue
from shoumi.console.scans.models import DAILY, MONTHLY, WEEKLY, Plan, Run

JOB: Final = "scans.run"


def begin(plan: Plan, by: str) -> Run:
    """Return a new run that waits for the worker."""
    inspection = Inspection.objects.create(
        number=numbers.following(Inspection, "I"), series=plan.series, name=plan.name, unit=plan.unit,
        addresses=plan.addresses, by=by,
    )  # fmt: skip
    run = Run.objects.create(plan=plan, inspection=inspection)
    queue(run)
    return run


def queue(run: Run) -> None:
    """Put a run into the queue."""
    enqueue(JOB, key=f"run {run.pk}", run=run.pk)


def following(plan: Plan, now: datetime | None = None) -> datetime | None:
    """Return when a plan runs next: at its time of day, from tomorrow on."""
    here = timezone.localtime(now)
    day: Any = {
        DAILY: here.date() + timedelta(days=1), WEEKLY: here.date() + timedelta(days=7),
        MONTHLY: months_after(here.date(), 1),
    }.get(plan.rhythm)  # fmt: skip
    if day is None or plan.at is None:
        return None
    return timezone.make_aware(datetime.combine(day, plan.at))
