"""What a block of a medium holds: zeros, ones, a repeated pattern, random bytes or data; and exactly where data stand.

A uniform block is told by one comparison with a constant. All others are looked at in pages of 4 KiB: one that is
uniform but for some bytes gives the places of these bytes; those that look random are searched for runs of text, which
chance does not make: 30 printable ASCII bytes in a row come up once in 3 * 10^12 random bytes, the others are rarer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

PAGE: Final = 4096
KINDS: Final = ("zeros", "ones", "pattern", "random", "data")
_PERIODS: Final = (2, 3, 4, 8, 16, 32, 64, 128, 256, 512)
_CHI: Final = (140.0, 390.0)  # of 255 degrees of freedom: five standard deviations on either side
_NEAR: Final = 32  # bytes of overwrite between two pieces that still count as one place
_DENSE: Final = 0.5  # of a page; more that differs is no remnant in an overwrite, but data
_TEXT: Final = re.compile(
    rb"[\t\n\r\x20-\x7e]{30,}"  # ASCII
    rb"|(?:[\x20-\x7e\r\n]\0){10,}|(?:\0[\x20-\x7e\r\n]){10,}"  # the same in UTF-16
    rb"|(?:[\xe4-\xe9][\x80-\xbf][\x80-\xbf]|\xef\xbc[\x80-\xbf]|\xe3\x80[\x80-\xbf]){8,}"  # Chinese in UTF-8,
    rb"|(?:[\xb0-\xf7\xa1\xa3][\xa1-\xfe]){16,}"  # in GB 2312,
    rb"|(?:[\x00-\xff][\x4e-\x9f\x30\xff]){26,}|(?:[\x4e-\x9f\x30\xff][\x00-\xff]){26,}"  # and in UTF-16
)
_CARRY: Final = 128  # bytes of the block before: a run may cross the border


@dataclass(slots=True)
class Tally:
    """What all blocks together hold: pages by kind, which patterns, places (offset, bytes) that are no overwrite."""

    pages: Counter[str] = field(default_factory=Counter)
    patterns: Counter[str] = field(default_factory=Counter)
    places: list[list[int]] = field(default_factory=list)

    def note(self, offset: int, size: int) -> None:
        """Add a place; those that touch it are joined with it."""
        end = offset + size
        while self.places and sum(self.places[-1]) >= offset:
            start, length = self.places.pop()
            offset, end = min(offset, start), max(end, start + length)
        self.places.append([offset, end - offset])


class Blocks:
    """Looks at blocks of at most ``size`` bytes."""

    def __init__(self, size: int) -> None:
        self._constant: dict[int, bytes] = {0: bytes(size), 255: b"\xff" * size}
        self._size = size
        self._before = (-1, b"")  # where the block before ended, and its last bytes

    def uniform(self, data: bytearray | memoryview) -> int | None:
        """Return the byte that all of a block consists of; None when there are several. A single comparison."""
        byte = data[0]
        constant = self._constant.get(byte)
        if constant is None:
            if bytes(data[:64]) != bytes([byte]) * len(data[:64]):
                return None
            constant = self._constant[byte] = bytes([byte]) * self._size
        same = constant if len(data) == self._size else constant[: len(data)]
        return byte if same == cast(bytes, data) else None  # a bytearray: compared at the speed of memory

    def look(self, data: bytes, offset: int, tally: Tally) -> float:
        """Add a block to a tally; return its entropy in bits a byte."""
        import numpy as np

        values = np.frombuffer(data, dtype=np.uint8)
        kinds = [self._page(values[at : at + PAGE], offset + at, tally) for at in range(0, len(values), PAGE)]
        if "random" in kinds:
            self._text(data, offset, kinds, tally)
        self._before = (offset + len(data), data[-_CARRY:])
        return entropy(values)

    def _page(self, page: Any, offset: int, tally: Tally) -> str:
        kind, pattern = _kind(page)
        tally.pages[kind] += 1
        if pattern:
            tally.patterns[pattern] += 1
        if kind == "data":
            for start, end in _remnants(page):
                tally.note(offset + start, end - start)
        return kind

    def _text(self, data: bytes, offset: int, kinds: list[str], tally: Tally) -> None:
        """Note the runs of text in pages that look random."""
        end, carry = self._before
        carry = carry if end == offset else b""
        for found in _TEXT.finditer(carry + data):
            start, stop = (max(0, at - len(carry)) for at in found.span())
            if stop > start and "random" in {kinds[start // PAGE], kinds[(stop - 1) // PAGE]}:
                tally.note(offset + start - max(0, len(carry) - found.start()), stop - start)


def entropy(values: Any) -> float:
    """Return Shannon's entropy of bytes, 0 (uniform) to 8 (random)."""
    import numpy as np

    counts = np.bincount(values, minlength=256)
    shares = counts[counts > 0] / len(values)
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def constant(byte: int) -> tuple[str, str]:
    """Return the kind of a uniform block, and its pattern when it is neither zeros nor ones."""
    return {0: ("zeros", ""), 255: ("ones", "")}.get(byte, ("pattern", f"{byte:02x}"))


def _kind(page: Any) -> tuple[str, str]:
    import numpy as np

    first = int(page[0])
    if bool((page == first).all()):
        return constant(first)
    counts = np.bincount(page, minlength=256)
    expected = len(page) / 256
    if len(page) == PAGE and _CHI[0] < float(((counts - expected) ** 2).sum() / expected) < _CHI[1]:
        return "random", ""
    for period in _PERIODS:
        if period < len(page) and bool((page[period:] == page[:-period]).all()):
            shape = bytes(page[:period])  # the same pattern from any of its bytes on
            return "pattern", min(shape[at:] + shape[:at] for at in range(min(period, 16))).hex()
    return "data", ""


def _remnants(page: Any) -> Iterator[tuple[int, int]]:
    """Yield where a page differs from its commonest byte; the whole page when it mostly does."""
    import numpy as np

    common = int(np.bincount(page, minlength=256).argmax())
    other = np.flatnonzero(page != common)
    if len(other) > _DENSE * len(page):
        yield 0, len(page)
        return
    breaks = np.flatnonzero(np.diff(other) > _NEAR)
    starts = np.concatenate((other[:1], other[breaks + 1]))
    ends = np.concatenate((other[breaks], other[-1:])) + 1
    yield from zip(starts.tolist(), ends.tolist(), strict=True)
