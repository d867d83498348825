"""Text in bytes that have no format: unallocated space of disks, unknown files. Raw pieces in, segments with offsets out.

Text is looked for as ASCII and UTF-8, GB 18030 and UTF-16 in both byte orders, at any offset. Small files and registered
documents want every run of text (``segments`` without places). On large ones the prefilter says where one of the
rules' anchors stands in any of these encodings, and only what surrounds it is decoded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, Protocol, TypeAlias, runtime_checkable

from shoumi.engine import encoding
from shoumi.engine.limits import MIB
from shoumi.engine.types import Locator, Raw, Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes: TypeAlias = NDArray[np.uint8]
    Marks: TypeAlias = NDArray[np.bool_]

Kind: TypeAlias = Literal[0, 1, 2]  # narrow (ASCII, UTF-8, GB 18030), UTF-16LE, UTF-16BE
Place: TypeAlias = tuple[int, int]  # end of an anchor in the piece, its Kind
Run: TypeAlias = tuple[int, int, str]  # start, end, text
LARGE: Final = 4 * MIB  # blobs from this size on are decoded only around anchors
PIECE: Final = MIB
AROUND: Final = 1536  # bytes on either side of an anchor that are decoded
_NEAR: Final = 256  # bytes between runs that are read as neighbours
_STRANGE: Final = 84  # see encoding.strangeness: above it a run is chance
_PAGE: Final = 4096
_WORDS: Final = re.compile(r"[0-9A-Za-z]{4}")
_UTF8: Final = re.compile(
    rb"(?:[\t\r\n\x20-\x7e]++|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})++"
)
_GB: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]++|[\x81-\xfe][\x40-\x7e\x80-\xfe])++")
_GB_COMMON: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]++|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])++")
_USUAL: Final = 88  # see encoding: what rarer characters cost
_TEXTUAL: Final = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]++")
_PRINTABLE, _LETTER, _LEAD, _FOLLOWS, _GB_BYTE, _HIGH = 1, 2, 4, 8, 16, 32  # flags of bytes
_TRIED: Final = 512  # bytes that are decoded first, to see whether they are UTF-8 at all
_JUDGED: Final = 400  # characters
_FIRM: Final = 48  # bytes of a UTF-8 run that no other reading explains
_JOINED: Final = 16  # bytes between seeds of one stretch
_CODECS: Final = {1: "utf-16-le", 2: "utf-16-be"}
_SHORT: Final = 4  # bytes of a run that an anchor stands in
_LEAST: Final = 6  # bytes or characters of a run


@runtime_checkable
class Pointing(Protocol):
    """Something that inspects text and knows places in raw bytes where it may find something."""

    everything: bool  # whether all text is wanted besides

    def places(self, data: bytes) -> Sequence[Place]:
        """Return ends of anchors, rising."""
        ...


def pieces(stream: BinaryIO, extents: Iterable[tuple[int, int]], context: int = AROUND) -> Iterator[Raw]:
    """Read stretches (start, end) of a stream as pieces of at most 1 MiB, each with context from its own stretch.

    Pages of zeros are passed over. Read errors are the caller's (OSError), at the piece that cannot be read.
    """
    for start, end in extents:
        at, before = start, b""
        while at < end:
            stream.seek(at)
            data = stream.read(min(PIECE + context, end - at))
            if not data:
                break
            own = min(PIECE, len(data))
            if data.count(0) != len(data):
                yield Raw(before + data, at - len(before), (len(before), len(before) + own))
            before = data[max(0, own - context) : own]
            at += own


def segments(raw: Raw, places: Sequence[Place] | None = None, *, everything: bool = True) -> Iterator[Segment]:
    """Yield the text of a piece: around ``places``, and with ``everything`` wherever something reads like text."""
    runs: list[Run] = []
    if places:
        runs += _around(raw, places)
    if everything:
        runs += _all(raw.data)
    yield from _grouped(_untangled(runs), raw)


def _untangled(runs: list[Run]) -> list[Run]:
    """Return runs in order; of those that overlap, the one that says more."""
    runs = sorted(set(runs), key=lambda run: (run[0] - run[1], run[0]))
    kept: list[Run] = []
    taken: list[tuple[int, int]] = []
    if not runs:
        return kept
    covered = bytearray(max(run[1] for run in runs))
    for start, end, text in runs:
        if covered.find(1, start, end) < 0:
            covered[start:end] = b"\1" * (end - start)
            kept.append((start, end, text))
            taken.append((start, end))
    return sorted(kept)


def _grouped(runs: Sequence[Run], raw: Raw) -> Iterator[Segment]:
    """Join runs that stand near one another, so that words next to a number are seen with it."""
    group: list[Run] = []
    for run in runs:
        if group and run[0] - group[-1][1] > _NEAR:
            yield from _joined(group, raw)
            group = []
        group.append(run)
    yield from _joined(group, raw)


def _joined(group: Sequence[Run], raw: Raw) -> Iterator[Segment]:
    """Yield runs as one segment. Only what begins in the piece's own part counts; the rest is its neighbour's."""
    first, last = raw.keep
    if not group or group[-1][1] <= first or group[0][0] >= last:
        return
    text = "\n".join(run[2] for run in group)
    keep = None
    if group[0][0] < first or group[-1][1] > last:
        keep = (_point(group, first), _point(group, last))
    yield Segment(text, Locator(offset=raw.offset + group[0][0]), keep=keep)


def _point(group: Sequence[Run], byte: int) -> int:
    """Return the code point of a group's text at which a byte of the piece stands, nearly."""
    points = 0
    for start, end, text in group:
        if byte <= start:
            break
        if byte < end:
            return points + round(len(text) * (byte - start) / (end - start))
        points += len(text) + 1
    return points


def _around(raw: Raw, places: Sequence[Place]) -> Iterator[Run]:
    """Yield the runs that places stand in, and what reads like text beside them."""
    data, (first, last) = raw.data, raw.keep
    lanes: dict[tuple[int, int], list[int]] = {}
    for end, kind in places:
        if first < end <= last + AROUND:
            lanes.setdefault((kind, end % 2 if kind else 0), []).append(end)
    for (kind, _), ends in lanes.items():
        for low, high, inside in _windows(ends, len(data)):
            if kind:
                yield from _wide_near(data, low, high, inside, _CODECS[kind])
            else:
                yield from _narrow_near(data, low, high, inside)


def _windows(ends: Sequence[int], size: int) -> Iterator[tuple[int, int, list[int]]]:
    """Yield what is around ends, joined where it overlaps: start, end (an even number of bytes from the ends), ends."""
    inside: list[int] = []
    for end in ends:
        if inside and end - inside[-1] > 2 * AROUND:
            yield _window(inside, size)
            inside = []
        inside.append(end)
    if inside:
        yield _window(inside, size)


def _window(inside: list[int], size: int) -> tuple[int, int, list[int]]:
    low, high = inside[0] - AROUND, inside[-1] + AROUND
    return low if low >= 0 else inside[0] % 2, min(high, size), inside


def _wide_near(data: bytes, low: int, high: int, ends: Sequence[int], codec: str) -> Iterator[Run]:
    import numpy as np

    seeds = np.array(ends, dtype=np.int64) - 2 - low
    for start, end, text in _wide(data[low:high], seeds[seeds >= 0], codec, certain=True):
        yield low + start, low + end, text


def _narrow_near(data: bytes, low: int, high: int, ends: Sequence[int]) -> Iterator[Run]:
    """Yield the runs of a window: UTF-8 where it is, GB 18030 elsewhere; those without a hit only near one that has."""
    for part in _TEXTUAL.finditer(data, low, high):
        start, end = part.span()
        hit = bisect_right(ends, start)
        hits = hit < len(ends) and ends[hit] <= end
        if end - start < _LEAST and not (hits and end - start >= _SHORT):
            continue
        if not hits and not _close(start, end, ends, hit):
            continue
        for run in _either(data, start, end):
            at = bisect_right(ends, run[0])
            if (at < len(ends) and ends[at] <= run[1]) or _says_something(run[2]):
                yield run


def _close(start: int, end: int, ends: Sequence[int], after: int) -> bool:
    return (after > 0 and start - ends[after - 1] < _NEAR) or (after < len(ends) and ends[after] - end < _NEAR)


def _either(data: bytes, start: int, end: int) -> Iterator[Run]:
    """Yield the runs of a stretch without control characters: UTF-8 when all of it is, else in both readings."""
    part = data[start:end]
    try:
        yield start, end, part.decode()
    except UnicodeDecodeError:
        for codec, pattern in (("utf-8", _UTF8), ("gb18030", _GB_COMMON), ("gb18030", _GB)):
            for match in pattern.finditer(part):
                text = match.group().decode(codec, "ignore")
                if len(text) >= (_LEAST if text.isascii() else 2) and (pattern is not _GB or _says_something(text)):
                    yield start + match.start(), start + match.end(), text


def _says_something(text: str) -> bool:
    """Whether a run is words rather than chance; the start of a long one speaks for the rest."""
    text = text[:_JUDGED]
    letters = len(text) - len(text.encode("ascii", "ignore"))
    if letters < 2 or letters * 4 < len(text):
        return _WORDS.search(text) is not None
    return encoding.strangeness(text) < _STRANGE


def _all(data: bytes) -> Iterator[Run]:
    """Yield every run that reads like text. Cheap tests find seeds of each encoding; runs are read only around them."""
    import numpy as np

    flags = np.frombuffer(data.translate(_tables().flags), dtype=np.uint8)
    if len(flags) < 16:
        flags = np.append(flags, np.zeros(16, dtype=np.uint8))
    firm = bytearray(len(flags))  # what long UTF-8 runs cover: nothing else reads it
    for run in _utf8(data, _stretches(_narrow_seeds(flags))):
        yield run
        if run[1] - run[0] >= _FIRM:
            firm[run[0] : run[1]] = b"\1" * (run[1] - run[0])
    free = np.frombuffer(firm, dtype=np.uint8) == 0
    yield from _gb(data, _stretches(_gb_seeds(flags, free)))
    for codec, seeds in _wide_seeds(data, flags, free):
        yield from _wide(data, seeds, codec)


def _utf8(data: bytes, stretches: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield the runs of UTF-8 in stretches of seeds."""
    done = 0
    for first, end in stretches:
        if end <= done + 4:
            continue
        done = start = _back(data, first, done, _UTF8)
        while done < end and (part := _TEXTUAL.search(data, done, end + _TRIED)) and part.start() < end:
            start, size = part.start(), _TRIED
            text = _decoded(part.group())
            while (length := len(text.encode())) > size - 4 and (
                longer := _TEXTUAL.match(data, start, start + 8 * size)
            ):
                text, size = _decoded(longer.group()), 8 * size
            done = start + max(1, length)
            text = text.strip("\t\r\n ")
            if len(text) >= (_LEAST if text.isascii() else 2) and _says_something(text):
                yield start, done, text


def _decoded(raw: bytes) -> str:
    """Return bytes as UTF-8 as far as they are."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        return raw[: error.start].decode()


def _gb(data: bytes, stretches: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield the runs of GB 18030 in stretches of seeds."""
    at = 0
    for first, end in stretches:
        if end <= at + 4:
            continue
        at = _back(data, first, at, _GB_COMMON)
        while at < end and (match := _GB_COMMON.search(data, at)) and match.start() < end:
            at = match.end()
            text = match.group().decode("gb18030", "ignore").strip("\t\r\n ")
            if len(text) >= (_LEAST if text.isascii() else 2) and _says_something(text):
                yield match.start(), at, text


def _wide(data: bytes, seeds: Any, codec: str, *, certain: bool = False) -> Iterator[Run]:
    """Yield the runs of UTF-16 that seeds stand in; all seeds have the same alignment."""
    import numpy as np

    if not len(seeds):
        return
    parity = int(seeds[0]) % 2
    units = np.frombuffer(
        data, dtype="<u2" if codec == "utf-16-le" else ">u2", offset=parity, count=(len(data) - parity) // 2
    )
    ends = np.append(np.flatnonzero(~_tables().possible[units]), len(units))
    after = np.searchsorted(ends, (seeds - parity) // 2)
    after = after[np.append(True, np.diff(after) > 0)]
    for number in after.tolist():
        first = int(ends[number - 1]) + 1 if number else 0
        start, end = parity + 2 * first, parity + 2 * int(ends[number])
        text = data[start:end].decode(codec, "ignore").strip("\t\r\n ")
        if len(text) >= 2 and (certain or _says_something(text)):
            yield start, end, text


def _back(data: bytes, start: int, least: int, pattern: re.Pattern[bytes]) -> int:
    """Return where the run begins that a seed stands in, at most 64 characters before it."""
    least = max(least, start - 64)
    while start > least:
        width = next(
            (width for width in (1, 3, 2) if start - width >= least and pattern.fullmatch(data, start - width, start)),
            0,
        )
        if not width:
            break
        start -= width
    return start


def _narrow_seeds(flags: Bytes) -> Any:
    """Return places of four letters or digits in at least six printable characters, or two characters of three bytes."""
    import numpy as np

    size = len(flags)
    two = flags[:-1] & flags[1:]
    four = two[:-2] & two[2:]
    six = (four[:-2] & two[4:]) & _PRINTABLE
    near = np.zeros(size, dtype=np.uint8)  # whether six printable bytes begin at most two before
    near[: len(six)] = six
    near[1 : 1 + len(six)] |= six
    near[2 : 2 + len(six)] |= six[: size - 2]
    near[: len(four)] &= (four & _LETTER) >> 1
    near[len(four) :] = 0
    three = (flags[:-2] & _LEAD) & ((two[1:] & _FOLLOWS) >> 1)
    near[: len(three) - 3] |= three[:-3] & three[3:]
    return np.flatnonzero(near)


def _gb_seeds(flags: Bytes, free: Marks) -> Any:
    """Return places of eight bytes of GB 2312 in a row."""
    import numpy as np

    two = flags[:-1] & flags[1:]
    four = two[:-2] & two[2:]
    eight = (four[:-4] & four[4:] & _GB_BYTE) != 0
    return np.flatnonzero(eight & free[: len(eight)])


def _wide_seeds(data: bytes, flags: Bytes, free: Marks) -> Iterator[tuple[str, Any]]:
    """Yield places of four usual units of UTF-16 in a row, each byte order and alignment apart."""
    import numpy as np

    apart = flags[:-2] & flags[2:]
    high = (apart[:-4] & apart[4:] & _HIGH) != 0
    places = np.flatnonzero(high & free[: len(high)])
    array = np.frombuffer(data, dtype=np.uint8).astype(np.uint16)
    table = _tables().usual
    for codec, back, low in (("utf-16-le", 1, -1), ("utf-16-be", 0, 1)):
        at = places[(places >= back) & (places + 8 < len(array))]
        for step in (0, 2, 4, 6):
            at = at[table[(array[at + step] << 8) | array[at + step + low]]]
        at = at - back
        for parity in (0, 1):
            yield codec, at[at % 2 == parity]


def _stretches(seeds: Any) -> Iterator[tuple[int, int]]:
    """Join seeds that are near one another into (start, end)."""
    import numpy as np

    if not len(seeds):
        return
    breaks = np.flatnonzero(np.diff(seeds) > _JOINED)
    starts = np.concatenate((seeds[:1], seeds[breaks + 1]))
    ends = np.concatenate((seeds[breaks], seeds[-1:])) + 4
    yield from zip(starts.tolist(), ends.tolist(), strict=True)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What each byte may be part of, as flags; which units of UTF-16 are usual in text."""

    flags: bytes
    usual: Any
    possible: Any


@cache
def _tables() -> _Tables:
    import numpy as np

    flags = bytearray(256)
    plain = (9, 10, 13, *range(0x20, 0x7F))
    wide = {0, *range(0x30, 0x34), *range(0x4E, 0xA0), 0xFF, 0x20}
    for bit, values in (
        (_PRINTABLE, plain),
        (_LETTER, [byte for byte in range(128) if chr(byte).isalnum()]),
        (_LEAD, range(0xE3, 0xF0)),
        (_FOLLOWS, range(0x80, 0xC0)),
        (_GB_BYTE, range(0xA1, 0xFF)),
        (_HIGH, wide),
    ):
        for value in values:
            flags[value] |= bit
    table = np.zeros(65536, dtype=bool)
    table[[ord(char) for char in encoding.usual(_USUAL) if ord(char) < 65536]] = True
    table[[*plain, *range(0x3041, 0x30FF)]] = True
    possible = table.copy()
    for low, high in (
        (0xA0, 0x250),
        (0x370, 0x530),
        (0x2010, 0x2070),
        (0x2100, 0x2700),
        (0x3000, 0x3400),
        (0x4E00, 0xA000),
    ):
        possible[low:high] = True
    possible[0xAC00:0xD7A4] = possible[0xFE10:0xFE70] = possible[0xFF01:0xFFF0] = True
    return _Tables(bytes(flags), table, possible)
