"""The queue itself: put in, taken by one worker, renewed, ended, tried again.

Enters names and payloads, leaves rows that change their state in single statements, so that of two workers one wins on
SQLite (one writer at a time) as on PostgreSQL (SKIP LOCKED). Times decide only what is due, never who owns what.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone

from shoumi.console.jobs import declared
from shoumi.console.jobs.models import DEAD, DONE, RUNNING, WAITING, Job, Slot

FIRST_WAIT: Final = timedelta(seconds=30)  # then four times as long each time: 30 s, 2 min, 8 min, half an hour, 2 h
_JUMP: Final = timedelta(minutes=1)  # a job that began to wait later than now by more: the clock was set back


def put(name: str, key: str, at: datetime | None, payload: dict[str, Any]) -> None:
    """Add a job. With a key, one that waits already takes its place and is due at the earlier time."""
    if name not in declared.registry():
        raise KeyError(f"no job is called {name}")
    now = timezone.now()
    due = at or now
    if not key:
        Job.objects.create(name=name, payload=payload, made=now, since=now, at=due)
        return
    Job.objects.bulk_create(
        [Job(name=name, key=key, payload=payload, made=now, since=now, at=due)], ignore_conflicts=True
    )
    Job.objects.filter(name=name, key=key, state=WAITING, at__gt=due).update(at=due)


def take(worker: str) -> Job | None:
    """Give the worker the job that has been due for longest, or None."""
    due = Job.objects.filter(state=WAITING, at__lte=timezone.now()).order_by("at", "pk")
    if not due.exists():  # no write lock for an empty queue
        return None
    with transaction.atomic():
        job = due.select_for_update(skip_locked=True).first()
        return _begin(job, worker) if job else None


def take_over(worker: str, pk: int, lease: int) -> Job | None:
    """Give the worker a running job whose lease has stood still at a number; None when it moved after all."""
    with transaction.atomic():
        found = Job.objects.filter(pk=pk, state=RUNNING, lease=lease).select_for_update(skip_locked=True).first()
        return _begin(found, worker) if found else None


def _begin(job: Job, worker: str) -> Job | None:
    known = declared.registry().get(job.name)
    if known is None or job.tries >= known.tries:
        problem = "its worker ended while it ran" if known else "no installed room knows this job"
        Job.objects.filter(pk=job.pk).update(state=DEAD, ended=timezone.now(), problem=job.problem or problem)
        return None
    job.state, job.worker, job.began, job.ended = RUNNING, worker, timezone.now(), None
    job.tries += 1
    job.lease += 1
    job.save(update_fields=["state", "worker", "began", "ended", "tries", "lease"])
    return job


def renew(worker: str) -> None:
    """Raise the leases of everything the worker runs."""
    Job.objects.filter(state=RUNNING, worker=worker).update(lease=F("lease") + 1)


def finish(job: Job) -> None:
    """Note that a job is done, unless another worker has taken it over meanwhile."""
    _mine(job).update(state=DONE, ended=timezone.now(), problem="")


def fail(job: Job, problem: str) -> None:
    """Let a job wait for its next try, or give it up when it had its tries."""
    known, now = declared.registry().get(job.name), timezone.now()
    if known is None or job.tries >= known.tries:
        _mine(job).update(state=DEAD, ended=now, problem=problem[:500])
        return
    wait = FIRST_WAIT * 4 ** (job.tries - 1) * random.uniform(0.8, 1.2)  # noqa: S311  (so that not all come at once)
    _wait(job, now, now + wait, problem)


def hand_back(job: Job) -> None:
    """Put a job back that a stopping worker cut short: it counts as no try."""
    now = timezone.now()
    _wait(job, now, now, job.problem, tries=job.tries - 1)


def held(worker: str) -> set[int]:
    """Return the keys of the running jobs that are the worker's."""
    return set(Job.objects.filter(state=RUNNING, worker=worker).values_list("pk", flat=True))


def _wait(job: Job, now: datetime, at: datetime, problem: str, **more: Any) -> None:
    """Put back into the queue; where one with the same key waits already, that one does the work."""
    with transaction.atomic():
        twin = Job.objects.filter(name=job.name, key=job.key, state=WAITING) if job.key else Job.objects.none()
        if twin.exists():
            _mine(job).update(state=DONE, ended=now, problem=problem[:500])
        else:
            _mine(job).update(state=WAITING, since=now, at=at, ended=now, problem=problem[:500], **more)


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=RUNNING, worker=job.worker, tries=job.tries)


def set_right() -> int:
    """After a clock was set back: jobs that began to wait in the future wait as long as they would have, from now."""
    now, moved = timezone.now(), 0
    for job in Job.objects.filter(state=WAITING, since__gt=now + _JUMP):
        moved += Job.objects.filter(pk=job.pk, state=WAITING).update(since=now, at=now + (job.at - job.since))
    return moved


def tick() -> int:
    """Put every job into the queue whose slot is a new one; return how many."""
    slots = dict(Slot.objects.values_list("name", "at"))
    return sum(_start(one, slots.get(one.name)) for one in declared.registry().values() if one.rhythm is not None)


def _start(one: declared.Declared, last: datetime | None) -> bool:
    now, rhythm = timezone.now(), one.rhythm
    if rhythm is None:
        return False
    slot = rhythm.slot(now)
    if last is not None and last >= slot:
        if last > now + rhythm.period:  # from a clock that has been set back since
            Slot.objects.filter(name=one.name, at=last).update(at=slot)
        return False
    with transaction.atomic():
        if last is None:
            won = Slot.objects.get_or_create(name=one.name, defaults={"at": slot})[1]
        else:
            won = bool(Slot.objects.filter(name=one.name, at=last).update(at=slot))
        if won:
            put(one.name, "clock", None, {})
    return won


def drain(limit: int) -> int:
    """Run what is due in this process, one after the other."""
    for count in range(limit):
        job = take("here")
        if job is None:
            return count
        problem = attempt(job)
        finish(job) if problem is None else fail(job, problem)
    return limit


def attempt(job: Job) -> str | None:
    """Run a job and return None, or what went wrong: never the text of an exception, which could hold content."""
    known = declared.registry().get(job.name)
    if known is None:
        return "no installed room knows this job"
    try:
        known.function(**job.payload)
    except declared.JobFailed as error:
        return str(error.sentence)
    except Exception as error:
        return f"{type(error).__name__} ({_place(error)})"
    return None


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "?"


def oldest_wait() -> float:
    """Return for how many seconds the longest-waiting due job has been due."""
    first = Job.objects.filter(state=WAITING, at__lte=timezone.now()).aggregate(first=Min("at"))["first"]
    return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0
