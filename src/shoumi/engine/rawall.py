"""All text in raw bytes: a piece in, every run of characters that reads like text out.

Cheap tests over the whole piece find seeds: four letters in a row, two characters of UTF-8, eight bytes of GB 2312,
four usual units of UTF-16. Only around them is anything decoded and judged. Random bytes hold few seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from shoumi.engine import encoding
from shoumi.engine.rawruns import GB_COMMON, TEXTUAL, UTF8, Run, gb_runs, run, says_something, untangled

if TYPE_CHECKING:
    import re

    import numpy as np
    from numpy.typing import NDArray

    Bytes: TypeAlias = NDArray[np.uint8]
    Marks: TypeAlias = NDArray[np.bool_]

_USUAL: Final = 88  # see encoding: what rarer characters cost
_PRINTABLE, _LETTER, _LEAD, _FOLLOWS, _GB_BYTE, _HIGH = 1, 2, 4, 8, 16, 32  # flags of bytes
_TRIED: Final = 512  # bytes that are decoded first, to see whether they are UTF-8 at all
_FIRM: Final = 48  # bytes of a UTF-8 run that no other reading explains
_JOINED: Final = 16  # bytes between seeds of one stretch
_BEFORE: Final = 64  # bytes before a seed in which its run may begin


def all_runs(data: bytes) -> Iterator[Run]:
    """Yield every run that reads like text. Cheap tests find seeds of each encoding; runs are read only around them."""
    import numpy as np

    flags = np.frombuffer(data.translate(tables().flags), dtype=np.uint8)
    if len(flags) < 16:
        flags = np.append(flags, np.zeros(16, dtype=np.uint8))
    firm = bytearray(len(flags))  # what long UTF-8 runs cover: nothing else reads it
    for found in _utf8(data, _stretches(_narrow_seeds(flags))):
        yield found
        if found.end - found.start >= _FIRM:
            firm[found.start : found.end] = b"\1" * (found.end - found.start)
    free = np.frombuffer(firm, dtype=np.uint8) == 0
    yield from _gb(data, _stretches(_gb_seeds(flags, free)))
    wide = [found for codec, seeds in _wide_seeds(data, flags, free) for found in wide_runs(data, seeds, codec)]
    yield from untangled(wide, likelihood)


def _utf8(data: bytes, stretches: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield the runs of UTF-8 in stretches of seeds."""
    done = 0
    for first, end in stretches:
        if end <= done + 4:
            continue
        done = start = _back(data, first, done, UTF8)
        while done < end and (part := TEXTUAL.search(data, done, end + _TRIED)) and part.start() < end:
            start, size = part.start(), _TRIED
            text = _decoded(part.group())
            while (length := len(text.encode())) > size - 4 and (
                longer := TEXTUAL.match(data, start, start + 8 * size)
            ):
                text, size = _decoded(longer.group()), 8 * size
            done = start + max(1, length)
            found = run(start, done, text, "utf-8")
            if found and says_something(found.text):
                yield found


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
        for found in gb_runs(data, _back(data, first, at, GB_COMMON), len(data)):
            if found.start >= end:
                break
            at = found.end
            if says_something(found.text):
                yield found


def wide_runs(data: bytes, seeds: Any, codec: str, *, certain: bool = False) -> Iterator[Run]:
    """Yield the runs of UTF-16 that seeds stand in; all seeds have the same alignment."""
    import numpy as np

    if not len(seeds):
        return
    parity = int(seeds[0]) % 2
    units = np.frombuffer(
        data, dtype="<u2" if codec == "utf-16-le" else ">u2", offset=parity, count=(len(data) - parity) // 2
    )
    ends = np.append(np.flatnonzero(~tables().possible[units]), len(units))
    after = np.searchsorted(ends, (seeds - parity) // 2)
    after = after[np.append(True, np.diff(after) > 0)]
    for number in after.tolist():
        first = int(ends[number - 1]) + 1 if number else 0
        start, end = parity + 2 * first, parity + 2 * int(ends[number])
        found = run(start, end, data[start:end].decode(codec, "replace"), codec)
        if found and (certain or says_something(found.text)):
            yield found


def likelihood(found: Run) -> int:
    """Return how many of a run's characters are usual, less those that are not: one byte order against the other."""
    usual = tables().usual
    strange = sum(not usual[ord(char)] for char in found.text if "\x7f" < char < "\U00010000")
    return len(found.text) - 2 * strange


def _back(data: bytes, start: int, least: int, pattern: re.Pattern[bytes]) -> int:
    """Return where the run begins that a seed stands in, at most 64 bytes before it."""
    least = max(least, start - _BEFORE)
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
    """Return places of four letters or digits among six printable characters, or of two characters of three bytes."""
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
    table = tables().usual
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
def tables() -> _Tables:
    """Return the tables of what bytes and units may be; made once a process."""
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
