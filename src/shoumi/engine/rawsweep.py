"""Text in bytes that have no format: unallocated space of disks, unknown files. Raw pieces in, segments out.

Text is looked for as ASCII and UTF-8, GB 18030 and UTF-16 in both byte orders, at any offset. Small files and
registered documents want every run of text. On large ones the prefilter says where one of the rules' anchors stands in
any of these encodings, and only what surrounds it is decoded. Segments know which byte each character came from.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, Literal, Protocol, TypeAlias, runtime_checkable

from shoumi.engine.limits import MIB
from shoumi.engine.rawall import all_runs
from shoumi.engine.rawnear import AROUND, around
from shoumi.engine.rawruns import Run, untangled
from shoumi.engine.types import Locator, Raw, Segment

Kind: TypeAlias = Literal[0, 1, 2]  # narrow (ASCII, UTF-8, GB 18030), UTF-16LE, UTF-16BE
Place: TypeAlias = tuple[int, int]  # end of an anchor in the piece, its Kind
LARGE: Final = 4 * MIB  # blobs from this size on are decoded only around anchors
PIECE: Final = MIB
CONTEXT: Final = 3 * AROUND  # bytes of its neighbours that a piece holds, too
_FIRST: Final = 64  # bytes that tell most pieces from zeros
_NEAR: Final = 256  # bytes between runs that are read as neighbours


@runtime_checkable
class Pointing(Protocol):
    """Something that inspects text and knows places in raw bytes where it may find something."""

    @property
    def everything(self) -> bool:
        """Whether all text is wanted besides."""
        ...

    def places(self, data: bytes) -> Sequence[Place]:
        """Return ends of anchors, rising."""
        ...


def pieces(stream: BinaryIO, extents: Iterable[tuple[int, int]]) -> Iterator[Raw]:
    """Read stretches (start, end) of a stream as pieces of at most 1 MiB, each with context from its own stretch.

    Pieces of zeros are passed over. Read errors are the caller's (OSError).
    """
    for start, end in extents:
        at = start
        while at < end:
            low = max(start, at - CONTEXT)
            stream.seek(low)
            data = stream.read(min(at + PIECE + CONTEXT, end) - low)
            before = at - low
            own = min(PIECE, len(data) - before)
            if own <= 0:
                break
            if not _blank(data, before):
                yield Raw(data, low, (before, before + own))
            at += own


def _blank(data: bytes, start: int) -> bool:
    """Whether bytes are zeros from a place on. Most are told from the first few."""
    return not data[start : start + _FIRST].strip(b"\0") and data.count(0, start) == len(data) - start


def segments(raw: Raw, places: Sequence[Place] | None = None, *, everything: bool = True) -> Iterator[Segment]:
    """Yield the text of a piece: around ``places``, and with ``everything`` wherever something reads like text."""
    lanes = list(around(raw.data, places, raw.keep[0], raw.keep[1] + AROUND)) if places else []
    if everything:
        found = untangled(list(all_runs(raw.data)))
        found = _outside(found, [run for lane in lanes for run in lane])
        taken = bytearray(len(raw.data))
        for run in found:
            taken[run.start : run.end] = b"\1" * (run.end - run.start)
        lanes = [[run for run in lane if taken.find(1, run.start, run.end) < 0] for lane in lanes]
        lanes.append(found)
    for lane in lanes:
        yield from _grouped(untangled(lane), raw)


def _outside(found: Sequence[Run], pointed: Sequence[Run]) -> list[Run]:
    """Return the runs that are no part of a longer one that a rule pointed at: digits within a Chinese line."""
    starts = [run.start for run in found]
    within: set[int] = set()
    for run in pointed:
        first, last = bisect_left(starts, run.start), bisect_left(starts, run.end)
        if first and found[first - 1].end > run.start:
            continue  # a run of another reading reaches into it
        covered = sum(found[at].end - found[at].start for at in range(first, last))
        if first < last and found[last - 1].end <= run.end and covered < run.end - run.start:
            within.update(range(first, last))
    return [run for at, run in enumerate(found) if at not in within]


def _grouped(runs: Sequence[Run], raw: Raw) -> Iterator[Segment]:
    """Join runs that stand near one another, so that words next to a number are seen with it."""
    group: list[Run] = []
    for run in runs:
        if group and run.start - group[-1].end > _NEAR:
            yield from _joined(group, raw)
            group = []
        group.append(run)
    yield from _joined(group, raw)


def _joined(group: Sequence[Run], raw: Raw) -> Iterator[Segment]:
    """Yield runs as one segment. Only what begins in the piece's own part counts; the rest is its neighbour's."""
    first, last = raw.keep
    if not group or group[-1].end <= first or group[0].start >= last:
        return
    keep = None
    if group[0].start < first or group[-1].end > last:
        keep = (_point(group, first), _point(group, last))
    origins, points = [], 0
    for run in group:
        origins.append((points, raw.offset + run.start, run.codec))
        points += len(run.text) + 1
    text = "\n".join(run.text for run in group)
    yield Segment(text, Locator(offset=origins[0][1]), keep=keep, origins=tuple(origins))


def _point(group: Sequence[Run], byte: int) -> int:
    """Return the code point of a group's text at which a byte of the piece stands."""
    points = 0
    for run in group:
        if byte < run.end:
            return points + run.index(byte)
        points += len(run.text) + 1
    return points
