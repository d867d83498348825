"""Work for later: a queue in the console's own database, a clock that fills it, a worker that empties it.

    @job("loans.remind", tries=5)            # in a room's jobs.py
    def remind(loan: int) -> None: …         # may run twice, so it looks first whether it is still needed

    @job("loans.morning")
    @every(day_at="06:00")                   # or minutes=10
    def morning() -> None: …

    enqueue("loans.remind", key="loan 7", loan=7)   # within the caller's transaction: both happen or neither

Importing this needs no database, so that ``jobs.py`` can be read before Django is ready.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shoumi.console.jobs.declared import JobFailed, every, job

__all__ = ["JobFailed", "enqueue", "every", "job", "work"]


def enqueue(name: str, /, key: str = "", at: datetime | None = None, **payload: Any) -> None:
    """Put a job into the queue. ``key``: not twice while one waits; the earlier time counts. Payload: JSON."""
    from shoumi.console.jobs import queue

    queue.put(name, key, at, payload)


def work(limit: int = 1000) -> int:
    """Run what is due, here and now, one after the other; return how many ran. For tests and the demo."""
    from shoumi.console.jobs import queue

    return queue.drain(limit)
