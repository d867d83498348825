"""Worker processes: batches of found files in, their events out; a crash, a hang or a memory hog costs one leaf.

The parent never parses content. It forks workers that have the rules loaded, talks JSON with them over pipes, and
watches a page of shared memory where each says what it is opening. A worker that dies or falls silent is replaced; the
leaf it was at is poisoned, the batch runs again without it, and the rest of the item is examined as usual.
"""

from __future__ import annotations

import contextlib
import gc
import json
import mmap
import os
import resource
import selectors
import signal
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, TypeAlias

from shoumi.engine import record, registry
from shoumi.engine.errors import ShoumiError
from shoumi.engine.examine import GIVEN_UP, Examiner, Poison
from shoumi.engine.inspector import Inspector
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.settings import Settings
from shoumi.engine.shortway import ShortWay
from shoumi.engine.source import Found
from shoumi.engine.types import GapReason, Trail

# source's name, what it found
Task: TypeAlias = tuple[str, Found]
_HEADER: Final = struct.Struct("<dqqqI")  # when, task, leaf, size, length of the trail
_PAGE: Final = 4096
_LENGTH: Final = struct.Struct("<Q")
_OUT_OF_MEMORY: Final = 77
_CRASHES: Final = 25  # of one item; then the rest of it is given up


@dataclass(frozen=True, slots=True)
class Result:
    """What a worker says of one task: nothing at all of a file in which nothing is.

    ``keep`` is false when the content changed or could not be reached.
    """

    events: list[Any]
    members: int
    until: int  # ordinal of the last day the verdicts hold, 0: any
    keep: bool


@dataclass(slots=True)
class Batch:
    """Tasks that go to a worker together, and the leaves that are poisoned: task → leaf → why."""

    first: int
    tasks: Sequence[Task]
    poison: dict[int, dict[int, tuple[GapReason, str]]] = field(default_factory=dict)


class Heartbeat:
    """A page that parent and worker share: what the worker is opening, and since when."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, _PAGE)

    def write(self, task: int, leaf: int, size: int, trail: str) -> None:
        """Say what is being opened now."""
        name = trail.encode("utf-8", "replace")[: _PAGE - _HEADER.size]
        _HEADER.pack_into(self._page, 0, time.monotonic(), task, leaf, size, len(name))
        self._page[_HEADER.size : _HEADER.size + len(name)] = name

    def again(self) -> None:
        """Say that the work goes on."""
        struct.pack_into("<d", self._page, 0, time.monotonic())

    def read(self) -> tuple[float, int, int, int, str]:
        """Return when, task, leaf, size, trail."""
        when, task, leaf, size, length = _HEADER.unpack_from(self._page)
        return when, task, leaf, size, self._page[_HEADER.size : _HEADER.size + length].decode("utf-8", "replace")


class Worker:
    """The parent's end of one process."""

    def __init__(self, inspector: Inspector, settings: Settings) -> None:
        self.heartbeat = Heartbeat()
        self.batch: Batch | None = None
        self._answer = bytearray()
        ask_out, ask_in = os.pipe()
        tell_out, tell_in = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(ask_in)
            os.close(tell_out)
            _child(ask_out, tell_in, self.heartbeat, inspector, settings)
        os.close(ask_out)
        os.close(tell_in)
        self._ask, self.answers = ask_in, tell_out
        os.set_blocking(self.answers, False)

    def send(self, batch: Batch) -> None:
        """Give the worker a batch; it must be idle."""
        self.batch = batch
        first = batch.tasks[0][1].path.encode("utf-8", "backslashreplace").decode()
        self.heartbeat.write(0, -1, batch.tasks[0][1].size, first)
        tasks = [[source, found.path] for source, found in batch.tasks]
        data = json.dumps([tasks, list(batch.poison.items())]).encode()
        with contextlib.suppress(BrokenPipeError):  # it died: ``receive`` will say so
            _write_all(self._ask, _LENGTH.pack(len(data)) + data)

    def receive(self) -> dict[int, Result] | None:
        """Return the answer when it is complete, else None. Raises EOFError when the worker has died."""
        while True:
            try:
                chunk = os.read(self.answers, MIB)
            except BlockingIOError:
                return None
            if not chunk:
                raise EOFError
            self._answer += chunk
            if len(self._answer) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(self._answer)
                if len(self._answer) >= _LENGTH.size + length:
                    answer = json.loads(self._answer[_LENGTH.size :])
                    self._answer.clear()
                    self.batch = None
                    return {task: Result(*rest) for task, *rest in answer}

    def overdue(self, limits: Limits) -> bool:
        """Whether the worker has been silent for longer than what it opens may take."""
        when, _, _, size, _ = self.heartbeat.read()
        return time.monotonic() - when > limits.seconds_for(size)

    def end(self) -> int:
        """Kill the process and return its wait status."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self._ask)
        os.close(self.answers)
        return status


class Pool:
    """Some workers. ``run`` yields results in the order of their batches' completion."""

    def __init__(self, inspector: Inspector, settings: Settings, jobs: int) -> None:
        self._inspector, self._settings = inspector, settings
        self._jobs = jobs
        self._workers: list[Worker] = []
        self._selector = selectors.DefaultSelector()
        self._again: list[Batch] = []

    def idle(self) -> bool:
        """Whether a batch can be sent without waiting."""
        return len(self._workers) < self._jobs or any(worker.batch is None for worker in self._workers)

    def busy(self) -> bool:
        """Whether an answer is due."""
        return bool(self._again) or any(worker.batch is not None for worker in self._workers)

    def send(self, batch: Batch) -> None:
        """Give a batch to an idle worker, starting one when all are busy and there may be more."""
        for worker in self._workers:
            if worker.batch is None:
                worker.send(batch)
                return
        worker = Worker(self._inspector, self._settings)
        self._workers.append(worker)
        self._selector.register(worker.answers, selectors.EVENT_READ, worker)
        worker.send(batch)

    def receive(self, timeout: float) -> Iterator[tuple[Batch, dict[int, Result]]]:
        """Wait at most ``timeout`` seconds; yield the batches that are done."""
        while self._again and self.idle():
            self.send(self._again.pop())
        for key, _ in self._selector.select(timeout):
            worker: Worker = key.data
            batch = worker.batch
            try:
                results = worker.receive()
            except EOFError:
                self._replace(worker, None)
                continue
            if results is not None and batch is not None:
                yield batch, results
        for worker in list(self._workers):
            if worker.batch is not None and worker.overdue(self._settings.limits):
                self._replace(worker, "timeout")

    def current(self) -> str:
        """Return what the first busy worker is opening."""
        return next((w.heartbeat.read()[4] for w in self._workers if w.batch is not None), "")

    def close(self) -> None:
        """End all workers at once."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._selector.close()

    def _replace(self, worker: Worker, reason: GapReason | None) -> None:
        """Bury a worker that died or fell silent, and run its batch again without the leaf it was at."""
        self._selector.unregister(worker.answers)
        self._workers.remove(worker)
        status = worker.end()
        batch = worker.batch
        if batch is None:
            return
        _, task, leaf, size, _ = worker.heartbeat.read()
        poison = batch.poison.setdefault(task, {})
        cause = _cause(status, reason, size, self._settings.limits)
        if GIVEN_UP in poison:
            raise ShoumiError(f"workers end before they read anything: {cause[1]}")
        if leaf in poison or leaf < 0 or len(poison) >= _CRASHES:
            leaf = GIVEN_UP
        poison[leaf] = cause
        self._again.append(batch)


def _cause(status: int, reason: GapReason | None, size: int, limits: Limits) -> tuple[GapReason, str]:
    if reason == "timeout":
        return "timeout", f"not done after {limits.seconds_for(size):.0f} seconds"
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _OUT_OF_MEMORY:
        return "limit", f"needs more than {limits.memory_bytes // MIB} MiB of memory"
    how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    return "crashed", f"the process that read it ended ({how})"


def _child(ask: int, tell: int, heartbeat: Heartbeat, inspector: Inspector, settings: Settings) -> NoReturn:
    """Serve batches until the parent closes the pipe. Never returns into the parent's code."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        limit = settings.limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)  # libraries that print must not reach the report
        gc.freeze()
        _serve(ask, tell, heartbeat, inspector, settings)
        code = 0
    except MemoryError:
        code = _OUT_OF_MEMORY
    finally:
        os._exit(code)


def _serve(ask: int, tell: int, heartbeat: Heartbeat, inspector: Inspector, settings: Settings) -> None:
    task = 0

    def beat(leaf: int, trail: Trail, size: int) -> None:
        heartbeat.write(task, leaf, size, str(trail))

    examiner = Examiner(inspector, settings, beat)
    short = ShortWay(inspector, settings)
    later = inspector.later
    if later is not None:
        later.open, later.beat = True, heartbeat.again
    sources = {source.name: source for source in registry.sources()}
    while header := _read_all(ask, _LENGTH.size):
        tasks, poisoned = json.loads(_read_all(ask, _LENGTH.unpack(header)[0]))
        poison: dict[int, Any] = dict(poisoned)
        found: dict[int, list[Any]] = {}  # task → events, members, until
        for task, (source, path) in enumerate(tasks):
            inspector.until = None
            if later is not None:
                later.task = task
            heartbeat.write(task, 0, 0, path)
            events = short.events(path) if source == "local" and task not in poison else None
            examiner.members = 0
            if events is None:
                leaves = {int(leaf): tuple(why) for leaf, why in poison.get(task, {}).items()}
                events = examiner.examine(sources[source].item(path, settings), Poison(leaves))
            written = [record.write(event) for event in events]
            until = inspector.until.toordinal() if inspector.until else 0
            if written or examiner.members or until:
                found[task] = [written, examiner.members, until]
        for number, event in inspector.settle() if later is not None else ():
            found.setdefault(number, [[], 0, 0])[0].append(record.write(event))
        answer = [(number, *entry, not _transient(entry[0])) for number, entry in sorted(found.items())]
        data = json.dumps(answer, separators=(",", ":")).encode()
        _write_all(tell, _LENGTH.pack(len(data)) + data)


_TRANSIENT: Final = frozenset(("changed", "denied", "unreachable", "crashed", "timeout", "missing-extra"))


def _transient(events: list[Any]) -> bool:
    """Whether another try may end otherwise, so that the result must not be kept."""
    return any(event[0] == "g" and event[1] in _TRANSIENT for event in events)


def _read_all(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        chunk = os.read(descriptor, count)
        if not chunk:
            return b""
        parts.append(chunk)
        count -= len(chunk)
    return b"".join(parts)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
