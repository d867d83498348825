"""One outermost item, all the way down: Item in, matches, gaps and skips out.

    Item → Blob → container → Items …      (recursion, bounded by a Budget)
                → extractor → Segments → Documents → Inspector → matches
                            → embedded Items …

Whatever cannot be examined leaves a Gap. A leaf is a blob that is being opened; leaves are numbered in a fixed
order, so that a leaf that killed its process can be named, and left out the next time, while all others
keep their results.
"""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, Protocol, TypeAlias, cast

from shoumi.engine import chat, crop, encoding, parts, rawsweep, registry, sniff
from shoumi.engine.blob import Blob, refused
from shoumi.engine.errors import Corrupt, Unexamined
from shoumi.engine.limits import MIB, Budget
from shoumi.engine.settings import Settings
from shoumi.engine.source import Skipped
from shoumi.engine.types import Document, Gap, GapReason, Item, Match, Raw, Segment, Trail

Event: TypeAlias = Match | Gap | Skipped
_FLUSH: Final = 4_000_000  # characters of a large document that are inspected together
_PER_SEGMENT: Final = 64  # what a segment weighs besides its text: a sheet is many short ones

_NAMED: Final = 1000  # gaps of one kind in one item that are named one by one

# Kinds that carry no text: counted, not examined, no Gap.
SKIPPED: Final = re.compile(
    r"(?:video|audio|font)/.*|application/(?:x-executable|x-sharedlib|x-object|x-coredump|vnd\.microsoft\.portable-executable"
    r"|x-mach-binary|java-vm|x-python-bytecode|x-font-.*|x-gettext-translation|x-dosexec|wasm)|inode/x-empty"
)


class Inspects(Protocol):
    """What happens to text: the Inspector's rules, or a listener that only wants the segments."""

    def inspect(self, document: Document) -> Iterable[Match | Gap]:
        """Return what is found in a document."""
        ...

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterable[Match | Gap]:
        """Return what is found in plain text that is valid UTF-8."""
        ...

    def suspects(self, name: str) -> bool:
        """Whether any rule may apply to an item's name or the path before it."""
        ...

    def inspect_name(self, name: str, trail: Trail) -> Iterable[Match | Gap]:
        """Return what is found in an item's own name."""
        ...

    def mask(self, text: str) -> str:
        """Return a name with the secrets in it masked."""
        ...


GIVEN_UP: Final = -1  # the leaf that stands for the whole item


@dataclass(slots=True)
class Poison:
    """Leaves of an item that killed a process: number → why. ``GIVEN_UP`` among them ends the item at once."""

    leaves: dict[int, tuple[GapReason, str]] = field(default_factory=dict)


class Examiner:
    """Examines items one after the other. ``beat`` hears the leaf's number, its trail and size before it is opened."""

    def __init__(
        self, inspects: Inspects, settings: Settings, beat: Callable[[int, Trail, int], None] = lambda *_: None
    ) -> None:
        self._inspects = inspects
        self._settings = settings
        self._beat = beat
        self._containers = registry.containers()
        self._extractors = registry.extractors()
        self._sniffer = registry.sniffer()
        self._leaf = 0
        self._budget = Budget(settings.limits)
        self._poison: dict[int, tuple[GapReason, str]] = {}
        self.members = 0
        self.changed = False  # the item changed while it was read: its result must not be kept

    def examine(self, item: Item, poison: Poison | None = None) -> Iterator[Event]:
        """Yield everything about an outermost item; ``item.path`` is its address."""
        self._leaf = 0
        self.members = 0
        self.changed = False
        self._budget = Budget(self._settings.limits)
        self._poison = poison.leaves if poison else {}
        yield from _without_floods(self._item(item, Trail()))

    def _item(self, item: Item, above: Trail) -> Iterator[Event]:
        name = printable(item.path)
        suspect = self._inspects.suspects(name)
        trail = above.child(item.kind, self._inspects.mask(name) if suspect else name)
        leaf, self._leaf = self._leaf, self._leaf + 1
        if cause := self._poison.get(leaf) or self._poison.get(GIVEN_UP):
            yield Gap(*cause, trail, "read")
            return
        self._beat(leaf, trail, 0)
        if suspect:  # a file named after a person's number leaks as its content would
            yield from self._inspects.inspect_name(name.rpartition("/")[2], trail)
        try:
            blob = self._blob(item, leaf, trail)
        except Unexamined as error:
            yield _gap(error, trail, "read")
            return
        except OSError as error:
            yield _gap(refused(error), trail, "read")
            return
        try:
            if item.local and parts.follows(item.path, blob.size, self._settings.limits):
                yield Skipped(parts.PART)
                return
            if blob.size > MIB:
                self._beat(leaf, trail, blob.size)
            yield from self._open(blob, trail, item)
            if blob.partial is not None:
                yield _gap(blob.partial, trail, "read")
            if blob.changed:
                self.changed = True
                yield Gap("changed", "the file changed while it was read", trail, "read")
        finally:
            blob.close()

    def _blob(self, item: Item, leaf: int, trail: Trail) -> Blob:
        if item.local:
            return parts.of(item.path, Blob.of_file(item.path, self._settings.limits))
        with item.open() as stream:
            heard = cast(BinaryIO, _Heard(stream, lambda: self._beat(leaf, trail, 0)))
            nested = len(trail.steps) > 1
            return Blob.spool(heard, self._settings.limits, self._budget if nested else None)

    def _open(self, blob: Blob, trail: Trail, item: Item) -> Iterator[Event]:
        media_type = self._sniffer.media_type(blob)
        if media_type == sniff.TEXT and self._plain(blob):
            yield from self._inspects.inspect_bytes(blob.read(), trail)
            return
        if media_type in self._containers:
            yield from self._container(media_type, blob, trail)
        elif media_type == sniff.UNKNOWN and (store := chat.locked_store(item.path, blob.head())):
            detail = f"{store}: the messenger's own encrypted database; export the chats instead"
            yield Gap("encrypted", detail, trail, "extract")
        elif media_type in self._extractors:
            yield from self._extractor(media_type, blob, trail, item)
        elif SKIPPED.fullmatch(media_type):
            yield Skipped(media_type)
        else:
            yield from self._extractor(sniff.UNKNOWN, blob, trail, item)

    def _plain(self, blob: Blob) -> bool:
        """Whether a text needs no decoding, no blocks and no mark removed."""
        data = blob.data
        if data is None or len(data) > self._settings.limits.block_bytes:
            return False
        return encoding.is_plain(data)

    def _container(self, media_type: str, blob: Blob, trail: Trail) -> Iterator[Event]:
        plugin = self._containers[media_type]
        if gap := self._enter(blob, trail, "unpack"):
            yield gap
            return
        try:
            for part in self._steps(plugin.members(blob, self._settings), trail, blob.size):
                if isinstance(part, Gap):
                    yield replace(part, trail=below(trail, part.trail, self._inspects.mask), stage="unpack")
                    continue
                self._budget.member()
                self.members += 1
                yield from self._item(part if part.path else replace(part, path=stem(trail)), trail)
        except MemoryError:
            raise
        except Exception as error:  # a plug-in's mistake costs a Gap, never the scan
            yield _failure(error, plugin.name, trail, "unpack")
        finally:
            self._budget.leave()

    def _enter(self, blob: Blob, trail: Trail, stage: str) -> Gap | None:
        try:
            self._budget.enter(blob)
        except Unexamined as error:
            return _gap(error, trail, stage)
        return None

    def _steps(self, parts: Iterator[Item | Gap], trail: Trail, size: int) -> Iterator[Item | Gap]:
        """Yield what a container yields. Each step is a leaf of its own: one that kills costs only what follows it."""
        while not (gap := self._step(trail, size)):
            try:
                yield next(parts)
            except StopIteration:
                return
        yield gap

    def _step(self, trail: Trail, size: int) -> Gap | None:
        leaf, self._leaf = self._leaf, self._leaf + 1
        if leaf in self._poison:
            reason, detail = self._poison[leaf]
            return Gap(reason, f"{detail}; what follows was not examined")
        self._beat(leaf, trail, size)
        return None

    def _slow(self, part: Segment, leaf: int, trail: Trail, size: int) -> None:
        """Say after each page that was read by OCR that the work goes on."""
        if part.words:
            self._beat(leaf, trail, size)

    def _extractor(  # noqa: C901  (one branch for each kind of part)
        self, media_type: str, blob: Blob, trail: Trail, item: Item
    ) -> Iterator[Event]:
        plugin = self._extractors[media_type]
        pending: list[Segment] = []
        size, leaf = 0, self._leaf - 1

        def document() -> Iterator[Event]:
            nonlocal pending, size
            segments, pending, size = tuple(pending), [], 0
            if segments:
                yield from self._inspects.inspect(Document(trail, segments, media_type, plugin.method))

        if gap := self._enter(blob, trail, "extract"):
            yield gap
            return
        try:
            for part in plugin.segments(blob, self._settings):
                if isinstance(part, Segment):
                    pending.extend(crop.seen(part, item) if item.hidden or item.frame else (part,))
                    size += len(part.text) + _PER_SEGMENT
                    self._slow(part, leaf, trail, blob.size)
                    if size >= _FLUSH:
                        self._beat(leaf, trail, blob.size)
                        yield from document()
                elif isinstance(part, Gap):
                    yield replace(part, trail=below(trail, part.trail, self._inspects.mask), stage="extract")
                elif isinstance(part, Raw):
                    yield from document()
                    self._beat(leaf, trail, 0)
                    pending.extend(self._swept(part))
                    yield from document()
                else:
                    yield from document()
                    self._budget.member()
                    self.members += 1
                    yield from self._item(part, trail)
                    leaf = self._leaf
                    if gap := self._step(trail, blob.size):
                        yield replace(gap, trail=trail, stage="extract")
                        break
        except MemoryError:
            raise
        except Exception as error:  # a plug-in's mistake costs a Gap, never the scan
            yield from document()
            yield _failure(error, plugin.name, trail, "extract")
        else:
            yield from document()
        finally:
            self._budget.leave()

    def _swept(self, raw: Raw) -> Iterable[Segment]:
        """Return the text of raw bytes: what is near a rule's anchor, unless all text is wanted."""
        if not isinstance(self._inspects, rawsweep.Pointing):
            return rawsweep.segments(raw)
        places = self._inspects.places(raw.data)
        return rawsweep.segments(raw, places, everything=self._inspects.everything)


def _without_floods(events: Iterator[Event]) -> Iterator[Event]:
    """Name the first members that share a gap's reason, then count the rest: a bomb must not bury the report."""
    seen: Counter[tuple[GapReason, str]] = Counter()
    last: dict[tuple[GapReason, str], Gap] = {}
    for event in events:
        if isinstance(event, Gap):
            cause = (event.reason, event.detail)
            seen[cause] += 1
            if seen[cause] > _NAMED:
                last[cause] = event
                continue
        yield event
    for cause, gap in last.items():
        more = f"{seen[cause] - _NAMED} more places inside: {gap.detail}"
        yield replace(gap, detail=more, trail=Trail(gap.trail.steps[:1]))


def printable(name: str) -> str:
    """Return a name that can be printed and stored: undecodable bytes and control characters become escapes."""
    if name.isprintable():
        return name
    name = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)


def stem(trail: Trail) -> str:
    """Return a name for what a compressed file holds when it does not say: its own without folder and last suffix."""
    name = trail.steps[-1].name.replace("\\", "/").rpartition("/")[2]
    return name.rpartition(".")[0] or name


class _Heard(io.RawIOBase):
    """A member's stream that says now and then that it is still being read."""

    _EVERY: Final = 1.0  # seconds: a server may be slow

    def __init__(self, stream: BinaryIO, beat: Callable[[], None]) -> None:
        self._stream, self._beat = stream, beat
        self._last = time.monotonic()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        if (now := time.monotonic()) - self._last >= self._EVERY:
            self._last = now
            self._beat()
        return chunk


def below(trail: Trail, inner: Trail, mask: Callable[[str], str]) -> Trail:
    """Return a plug-in's own trail, which starts at its blob, as one that starts at the address."""
    for step in inner.steps:
        trail = trail.child(step.kind, mask(printable(step.name)))
    return trail


def _gap(error: Unexamined, trail: Trail, stage: str) -> Gap:
    return Gap(error.reason, str(error), trail, stage)


def _failure(error: Exception, plugin: str, trail: Trail, stage: str) -> Gap:
    if not isinstance(error, Unexamined):
        error = Corrupt(f"{plugin} cannot read it: {type(error).__name__}")
    return _gap(error, trail, stage)
