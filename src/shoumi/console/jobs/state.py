"""How the machinery is: whether a worker is alive, and for how long due work has waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from shoumi.console.jobs import queue
from shoumi.console.jobs.models import DEAD, Job, Worker

_HEARD: Final = timedelta(seconds=60)
LATE: Final = 600.0  # seconds that due work may wait before somebody should look


@dataclass(frozen=True, slots=True)
class State:
    """Workers heard of within a minute; seconds the oldest due job has waited; jobs that failed for good."""

    workers: int
    waited: float
    dead: int

    @property
    def well(self) -> bool:
        """Say whether work gets done."""
        return self.workers > 0 and self.waited < LATE


def now() -> State:
    """Look."""
    moment = timezone.now()
    alive = Worker.objects.filter(seen__gte=moment - _HEARD, seen__lte=moment + _HEARD).count()
    return State(alive, queue.oldest_wait(), Job.objects.filter(state=DEAD).count())
