"""The worker: one process that watches, and for each job a child of its own.

Enters the queue, leaves jobs done. A child that crashes, hangs or eats all memory costs one try of one job; the parent
sees it at once. When the parent is killed its children die with it, and the next worker takes their jobs over.
The parent has no threads, so that what a job does (the engine starts processes) is safe.
"""

from __future__ import annotations

import ctypes
import logging
import os
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any, Final

from django.db import DatabaseError, connection
from django.utils import timezone

from shoumi.console.jobs import declared, queue
from shoumi.console.jobs.models import RUNNING, Job, Worker

LEASE: Final = 60.0  # seconds that a lease may stand still before its worker is held for dead
_RENEW: Final = 10.0
_GRACE: Final = 15.0  # seconds that jobs have to end when the worker is stopped
_PARENT_DIED: Final = 1  # prctl(PR_SET_PDEATHSIG, …)
_log = logging.getLogger("shoumi.jobs")


@dataclass(slots=True)
class Child:
    """A job that runs, the process it runs in, and the pipe it says on what went wrong."""

    job: Job
    process: int
    pipe: int
    began: float
    limit: float


class Loop:
    """Takes, starts, renews, reaps, until it is told to stop."""

    def __init__(self, at_once: int = 2, *, lease: float = LEASE, renew: float = _RENEW, pause: float = 1.0) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{os.urandom(4).hex()}"
        self.at_once, self.lease, self.renewal, self.pause = at_once, lease, renew, pause
        self.children: dict[int, Child] = {}
        self.watched: dict[int, tuple[int, float]] = {}  # running elsewhere: number of the lease, since when it stands
        self.renewed = float("-inf")
        self.stopping = False

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then let jobs end, and hand back what does not."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.stopping:
            try:
                self.turn()
            except DatabaseError as error:
                _log.warning("the database does not answer (%s); trying again", type(error).__name__)
                connection.close()
                time.sleep(min(5.0, self.pause * 5))
        self._wind_up()

    def _stop(self, *_signal: Any) -> None:
        self.stopping = True

    def turn(self) -> None:
        """Do once whatever there is to do, then wait a moment."""
        now = time.monotonic()
        self.reap()
        if now - self.renewed >= self.renewal:
            self.renewed = now
            self._sign_of_life()
            self._let_go()
            queue.set_right()
            queue.tick()
            for job in self.orphans():
                self.start(job)
        while len(self.children) < self.at_once and not self.stopping:
            taken = queue.take(self.name)
            if taken is None:
                break
            self.start(taken)
        self._wait()

    def _wait(self) -> None:
        """Wait until a child says something or ends, or a moment has passed."""
        select.select([child.pipe for child in self.children.values()], [], [], self.pause)

    def _sign_of_life(self) -> None:
        queue.renew(self.name)
        now = timezone.now()
        Worker.objects.update_or_create(name=self.name, defaults={"seen": now}, create_defaults={"seen": now})

    def _let_go(self) -> None:
        """End children whose job another worker has taken over: this process was stopped for too long."""
        mine = queue.held(self.name) if self.children else set()
        for child in self.children.values():
            if child.job.pk not in mine:
                _end(child, signal.SIGKILL)

    def orphans(self) -> list[Job]:
        """Take over jobs whose lease has stood still, by this process's own counter, for as long as a lease lasts."""
        now = time.monotonic()
        running = dict(Job.objects.filter(state=RUNNING).exclude(worker=self.name).values_list("pk", "lease"))
        before, self.watched = self.watched, {}
        taken: list[Job | None] = []
        for pk, lease in running.items():
            known = before.get(pk)
            since = known[1] if known and known[0] == lease else now
            self.watched[pk] = (lease, since)
            if now - since >= self.lease and len(self.children) + len(taken) < self.at_once:
                taken.append(queue.take_over(self.name, pk, lease))
        return [job for job in taken if job is not None]

    def start(self, job: Job) -> None:
        """Start a child for a job. No connection crosses the fork: two processes on one would garble each other."""
        known = declared.registry()[job.name]
        connection.close()
        read, write = os.pipe()
        parent, process = os.getpid(), os.fork()
        if process == 0:
            os.close(read)
            _in_child(job, write, parent)
        os.close(write)
        os.set_blocking(read, False)
        self.children[process] = Child(job, process, read, time.monotonic(), known.minutes * 60.0)

    def reap(self) -> None:
        """Note what children have done; end those that took too long."""
        for child in list(self.children.values()):
            if time.monotonic() - child.began > child.limit:
                _end(child, signal.SIGKILL)
            ended, status = os.waitpid(child.process, os.WNOHANG)
            if ended:
                self._close(child, status)

    def _close(self, child: Child, status: int) -> None:
        del self.children[child.process]
        said = _said(child.pipe)
        if os.waitstatus_to_exitcode(status) == 0:
            queue.finish(child.job)
            return
        late = time.monotonic() - child.began > child.limit
        problem = said or (f"ended after {child.limit:.0f} seconds" if late else _status(status))
        _log.warning("job %s failed: %s", child.job, problem)
        queue.fail(child.job, problem)

    def _wind_up(self) -> None:
        """Give jobs a moment to end; end the rest and put them back."""
        until = time.monotonic() + _GRACE
        while self.children and time.monotonic() < until:
            self._wait()
            self.reap()
        for child in list(self.children.values()):
            _end(child, signal.SIGKILL)
            os.waitpid(child.process, 0)
            os.close(child.pipe)
            queue.hand_back(child.job)
        Worker.objects.filter(name=self.name).delete()
        connection.close()


def _in_child(job: Job, pipe: int, parent: int) -> None:
    """Run the job and end this process; nothing of the parent's is cleaned up twice."""
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C on a terminal goes to the parent, which waits
        die_with(parent)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        problem = queue.attempt(job)
        code = 0 if problem is None else 1
        os.write(pipe, (problem or "").encode()[:4000])
        connection.close()
    except BaseException as error:
        os.write(pipe, type(error).__name__.encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Ask the system to end this process together with its parent (Linux; elsewhere the lease alone counts)."""
    try:
        ctypes.CDLL(None).prctl(_PARENT_DIED, number)
    except (AttributeError, OSError):
        return
    if os.getppid() != parent:
        os._exit(1)


def _end(child: Child, number: int) -> None:
    """End a child and what it has started."""
    for end in (os.killpg, os.kill):
        try:
            end(child.process, number)
        except (ProcessLookupError, PermissionError):
            continue


def _said(pipe: int) -> str:
    """Return what a child wrote before it ended; what it started may still hold the pipe open."""
    try:
        return os.read(pipe, 4000).decode("utf-8", "replace")
    except BlockingIOError:
        return ""
    finally:
        os.close(pipe)


def _status(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"its process was killed by signal {-code}" if code < 0 else f"its process ended with {code}"
