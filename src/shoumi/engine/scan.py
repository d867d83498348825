"""The whole path: addresses in, matches and gaps out, in an order that two scans of the same content share.

    scan = shoumi.scan("/srv/share")
    for event in scan:          # Match or Gap, as they come
        ...
    scan.summary                # complete once the loop has ended

The walk runs here and nowhere else; content is read by workers (``worker.py``). What is found waits until everything
that stands before it in the walk is done, so the order does not depend on which worker was faster. Files that have
not changed since an earlier scan with the same options are not read again (``state.py``).
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from shoumi.engine import record, registry
from shoumi.engine.device import medium
from shoumi.engine.errors import AddressError
from shoumi.engine.examine import printable
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy, Skipped, Source
from shoumi.engine.state import State
from shoumi.engine.suppression import Suppressions
from shoumi.engine.types import SEVERITIES, Gap, Match, Step, Summary, Trail
from shoumi.engine.worker import Batch, Pool, Result, Task
from shoumi.version import VERSION

_BATCH_FILES: Final = 128
_BATCH_BYTES: Final = 4 * MIB
_STRETCH: Final = 1000  # things of the walk in one stretch: what is known already must not wait for its end
_AHEAD: Final = 20_000  # results that may wait for one that is slow,
_EVENTS: Final = 100_000  # and the events in them
_TICK: Final = 0.2  # seconds between looks at the clock


@dataclass(slots=True)
class Progress:
    """How far a scan is. ``total_bytes`` grows while the walk goes on; ``walked`` says that it has ended."""

    files: int = 0
    bytes: int = 0
    total_files: int = 0
    total_bytes: int = 0
    findings: int = 0
    gaps: int = 0
    walked: bool = False
    current: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class _Stretch:
    """Some of what the walk found, in its order: done when the results of its tasks are there.

    Results stand by the place of what they belong to; most places have none, because nothing is in most files.
    """

    size: int = 0  # places
    files: int = 0
    bytes: int = 0
    members: int = 0
    unchanged: int = 0
    tasks: list[Task] = field(default_factory=list)
    places: list[int] = field(default_factory=list)  # of the tasks
    task_bytes: int = 0
    events: dict[int, list[Any]] = field(default_factory=dict)
    shares: dict[int, tuple[Source, str]] = field(default_factory=dict)  # places whose source tells who sees them
    done: bool = False


# What the walk says: a task for the workers, or an event that is ready.
_Walked: TypeAlias = tuple[Source, Found] | Gap | Skipped


@dataclass
class Scan:
    """A scan that runs while it is iterated, once. ``stop`` ends it early, with a Gap that says so."""

    addresses: Sequence[str]
    settings: Settings = field(default_factory=Settings)
    home: Home = field(default_factory=Home)
    policy: Policy = field(default_factory=Policy)
    jobs: int = 0  # worker processes; 0: one for each processor this process may use
    suppressions: Suppressions | None = None
    watch: Callable[[Progress], None] | None = None  # hears of progress a few times a second
    remember: bool = True  # use and keep the results of earlier scans

    def __post_init__(self) -> None:
        """Load rules and earlier results. Raises UsageError or RuleError before anything is read."""
        self.summary = Summary(version=VERSION)
        self.progress = Progress()
        self.errors: list[AddressError] = []
        self._stopped = False
        self._grave = 0
        self._started = time.monotonic()
        self._inspector = Inspector(self.settings, self.home)
        if self._inspector.passages is not None:
            self._inspector.passages.accumulates = self.remember
        self.summary.packs = {pack.id: pack.version for pack in self._inspector.packs}
        self.summary.addresses = tuple(self._inspector.mask(printable(address)) for address in self.addresses)
        self.summary.media = tuple(
            {**one, "path": self._inspector.mask(printable(one["path"]))} for one in medium.media(self.addresses)
        )
        self._state = State(self.home, self._options(), self.settings.today) if self.remember else None
        registry.sources()
        registry.sniffer()  # workers inherit the plug-ins, and a broken one is said here
        own = self.home.folder("").stat()
        self._own = frozenset({(own.st_dev, own.st_ino)})
        self._stretches: deque[_Stretch] = deque()
        self._open = _Stretch()  # the one that the walk is filling
        self._ahead = 0  # places in all of them
        self._waiting = 0  # events that have come and stand behind something undone
        self._running: dict[int, _Stretch] = {}
        self._batches = 0

    def stop(self) -> None:
        """End the scan at the next opportunity; what is done is kept and reported."""
        self._stopped = True

    @property
    def failed(self) -> bool:
        """Whether an address did not exist (the others were scanned)."""
        return bool(self.errors)

    @property
    def exit_code(self) -> int:
        """0 all clear, 1 findings above info that are not suppressed, 3 none but gaps, 2 an address that failed."""
        if self.errors:
            return 2
        if self._grave:
            return 1
        return 3 if self.summary.gaps else 0

    def __iter__(self) -> Iterator[Match | Gap]:
        """Run the scan."""
        pool = Pool(self._inspector, self.settings, self.jobs or len(os.sched_getaffinity(0)))
        try:
            yield from self._run(pool)
            yield from self._registered()
            if self._stopped:
                self.summary.stopped = True
                yield self._count(self._unfinished())
        finally:
            pool.close()
            if self._state:
                self._state.close()
            self.summary.seconds = time.monotonic() - self._started
            self._tell("")

    def _run(self, pool: Pool) -> Iterator[Match | Gap]:
        walk = self._walk()
        walking, last = True, 0.0
        while not self._stopped and (walking or self._stretches or self._open.size):
            room = self._ahead < _AHEAD and (self._waiting < _EVENTS or not pool.busy())
            while walking and room and not self._full():
                walking = self._take(next(walk, None))
            if room or not pool.busy():
                self._send(pool, last=not walking)
            if pool.busy():
                wait = 0.0 if pool.idle() and (walking or self._open.size) and room else _TICK
                for batch, results in pool.receive(wait):
                    if room:  # first of all, so that no worker waits while results are written down
                        self._send(pool, last=not walking)
                    self._fill(batch, results)
            yield from self._ready()
            if self.watch and (now := time.monotonic()) - last >= _TICK:
                last = now
                self.progress.walked = not walking
                self._tell(pool.current())

    def _registered(self) -> Iterator[Match | Gap]:
        """Say what registered documents ask of the whole scan: damage of their index, excerpts that add up."""
        passages = self._inspector.passages
        if passages is None:
            return
        for gap in passages.gaps():
            yield self._count(gap)
        if self.remember:
            from shoumi.engine import accumulated

            for match in accumulated.due(self.home, self.addresses):
                yield self._count(match)

    def _walk(self) -> Iterator[_Walked]:
        for address in self.addresses:
            try:
                source = registry.source_of(address)
                for entry in source.walk(address, self.policy, self._own):
                    yield (source, entry) if isinstance(entry, Found) else entry
            except AddressError as error:
                self.errors.append(error)
                # a report is read without the exit code beside it: it must not say that all was examined
                detail = str(error).removeprefix(f"{address}: ")
                yield Gap("unreachable", detail, Trail((Step("file", printable(address)),)), "walk")

    def _take(self, walked: _Walked | None) -> bool:
        """Give the next thing of the walk its place in the order; False at the walk's end."""
        if walked is None:
            return False
        stretch = self._open
        place = stretch.size
        stretch.size += 1
        if isinstance(walked, Gap | Skipped):
            stretch.events[place] = [record.write(self._masked(walked))]
            self._waiting += 1
            return True
        source, found = walked
        stretch.files += 1
        stretch.bytes += found.size
        self.progress.total_files += 1
        self.progress.total_bytes += found.size
        if source.name == "remote":
            stretch.shares[place] = (source, found.path)
        known = self._state.known(found) if self._state else None
        if known is None:
            stretch.tasks.append((source.name, found))
            stretch.places.append(place)
            stretch.task_bytes += found.size
            return True
        events, members = known
        stretch.unchanged += 1
        stretch.members += members
        if events:
            stretch.events[place] = events
            self._waiting += len(events)
        return True

    def _masked(self, event: Gap | Skipped) -> Gap | Skipped:
        if isinstance(event, Skipped):
            return event
        steps = tuple(Step(step.kind, self._inspector.mask(step.name)) for step in event.trail.steps)
        return Gap(event.reason, event.detail, Trail(steps), event.stage)

    def _full(self) -> bool:
        stretch = self._open
        return len(stretch.tasks) >= _BATCH_FILES or stretch.task_bytes >= _BATCH_BYTES or stretch.size >= _STRETCH

    def _send(self, pool: Pool, *, last: bool) -> None:
        """Close the stretch that the walk was filling when it is full or the last, and give its tasks to a worker."""
        stretch = self._open
        if not stretch.size or not (last or self._full()) or (stretch.tasks and not pool.idle()):
            return
        self._open = _Stretch()
        self._stretches.append(stretch)
        self._ahead += stretch.size
        stretch.done = not stretch.tasks
        if stretch.tasks:
            self._running[self._batches] = stretch
            pool.send(Batch(self._batches, stretch.tasks))
            self._batches += 1

    def _fill(self, batch: Batch, results: dict[int, Result]) -> None:
        stretch = self._running.pop(batch.first)
        stretch.done = True
        for task, (_, found) in enumerate(stretch.tasks):
            result = results.get(task)
            if result is None:
                if self._state:
                    self._state.keep(found, [], 0, 0)
                continue
            if result.events:
                stretch.events[stretch.places[task]] = result.events
            stretch.members += result.members
            self._waiting += len(result.events)
            if self._state and result.keep:
                self._state.keep(found, result.events, result.members, result.until)

    def _ready(self) -> Iterator[Match | Gap]:
        """Yield what is done and has nothing undone before it."""
        while self._stretches and self._stretches[0].done:
            stretch = self._stretches.popleft()
            self._account(stretch)
            for place in sorted(stretch.events):
                yield from self._events(stretch.events[place], stretch.shares.get(place))

    def _events(self, entries: list[Any], place: tuple[Source, str] | None) -> Iterator[Match | Gap]:
        """Yield what one file's entries say; ``place`` when its source tells with whom it is shared."""
        share = None
        for entry in entries:
            event = record.read(entry)
            if isinstance(event, Skipped):
                self._skip(event)
                continue
            if place is not None and isinstance(event, Match):
                share = place[0].share(place[1]) if share is None else share
                event = shared(event, share)
            yield self._count(event)

    def _account(self, stretch: _Stretch) -> None:
        self._ahead -= stretch.size
        self._waiting -= sum(map(len, stretch.events.values()))
        self.summary.files += stretch.files
        self.summary.members += stretch.members
        self.summary.bytes += stretch.bytes
        self.summary.unchanged += stretch.unchanged
        self.progress.files, self.progress.bytes = self.summary.files, self.summary.bytes

    def _skip(self, event: Skipped) -> None:
        if event.media_type == "excluded":
            self.summary.excluded += 1
        else:
            self.summary.skipped[event.media_type] = self.summary.skipped.get(event.media_type, 0) + 1

    def _count(self, event: Match | Gap) -> Match | Gap:
        if isinstance(event, Gap):
            self.summary.gaps[event.reason] = self.summary.gaps.get(event.reason, 0) + 1
            self.progress.gaps += 1
            return event
        if self.suppressions is not None:
            event = self.suppressions.apply(event)
        self.summary.findings[event.severity] = self.summary.findings.get(event.severity, 0) + 1
        if "suppressed" in event.data:
            self.summary.suppressed += 1
        else:
            self.progress.findings += 1
            self._grave += event.severity != "info"
        return event

    def _unfinished(self) -> Gap:
        address = self._inspector.mask(self.addresses[0]) if self.addresses else ""
        waiting = self._open.files + sum(stretch.files for stretch in self._stretches)
        detail = (
            f"the scan was stopped: {waiting} files that had been found were not examined, nor the rest of the walk"
        )
        return Gap("limit", detail, Trail((Step("file", address),)), "scan")

    def _tell(self, current: str) -> None:
        if self.watch:
            self.progress.seconds = time.monotonic() - self._started
            self.progress.current = current
            self.watch(self.progress)

    def _options(self) -> str:
        """Everything but the content that decides a result: the cache key of earlier scans."""
        settings = self.settings
        chosen = (settings.ocr, settings.pages, settings.passwords, settings.mentions, settings.limits)
        packs = [(pack.id, pack.digest) for pack in self._inspector.packs]
        parts = (VERSION, registry.versions(), packs, chosen, self.home.key_id, self._inspector.generation)
        return repr(parts)


def shared(match: Match, share: str) -> Match:
    """Return a match as it stands on a drive: ``data.share``, one severity up when others see it (row N3).

    What is information only stays so: a released document may be shared.
    """
    if not share:
        return match
    place = SEVERITIES.index(match.severity)
    raised = SEVERITIES[max(0, place - 1)] if share != "private" and match.severity != "info" else match.severity
    return replace(match, severity=raised, data={**match.data, "share": share})


def scan(*addresses: str, **options: Any) -> Scan:
    """Return a scan of addresses; ``options`` are the fields of ``Scan``."""
    return Scan(addresses, **options)
