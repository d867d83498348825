"""Text around places where a rule may apply: raw bytes and the ends of anchors in, runs of characters out.

A window around each anchor is decoded in the encoding that the anchor was written in. The run that holds the anchor
always counts; its neighbours do when they read like text, because words beside a number decide about it.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from shoumi.engine.rawall import likelihood, tables, wide_runs
from shoumi.engine.rawruns import CONTROL, GB, GB_COMMON, TEXTUAL, UTF8, Run, gb_runs, run, says_something, untangled

AROUND: Final = 512  # bytes on either side of an anchor that are decoded
_NEAR: Final = 128  # bytes between a run with an anchor and a neighbour
_LOCAL: Final = 24  # bytes on either side that tell whether a hit stands in text at all
_FEW: Final = 7  # bytes of text that stand around a hit, at least …
_FEWER: Final = 4  # … and when it ends in a character beyond ASCII
_NEIGHBOUR: Final = 16  # bytes without control characters that may be words beside a hit
_CONTROLS: Final = bytes((*range(9), 11, 12, *range(14, 32), 127))
_FEWEST: Final = 4  # units of UTF-16
_WORD: Final = re.compile(rb"[0-9A-Za-z]{4}|(?:[\xe3-\xe9][\x80-\xbf]{2}){2}|(?:[\xb0-\xf7][\xa1-\xfe]){3}")
_LOCAL_TEXT: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]|[\xc3-\xef][\x80-\xbf]{1,2}|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])++")
_CODECS: Final = {1: "utf-16-le", 2: "utf-16-be"}


def around(data: bytes, places: Sequence[tuple[int, int]], first: int, last: int) -> Iterator[list[Run]]:
    """Yield the runs near places (end, kind) that lie in ``first`` to ``last``: narrow ones, then wide ones.

    They are apart because the first byte of a wide text may be a letter that ends a narrow one.
    """
    lanes: dict[tuple[int, int], list[int]] = {}
    for end, kind in places:
        if first < end <= last:
            lanes.setdefault((kind, end % 2 if kind else 0), []).append(end)
    wide: list[Run] = []
    for (kind, _), ends in lanes.items():
        if kind:
            sound = [end for end in ends if _in_wide_text(data, end, kind)]
            wide += [found for window in _windows(sound, len(data)) for found in _wide(data, *window, _CODECS[kind])]
        else:
            sound = [end for end in ends if _in_text(data, end)]
            yield [found for window in _windows(sound, len(data)) for found in _narrow(data, *window)]
    yield untangled(wide, likelihood)


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


def _wide(data: bytes, low: int, high: int, ends: Sequence[int], codec: str) -> Iterator[Run]:
    import numpy as np

    seeds = np.array(ends, dtype=np.int64) - 2 - low
    for found in wide_runs(data[low:high], seeds[seeds >= 0], codec, certain=True):
        yield found._replace(start=low + found.start, end=low + found.end)


def _in_text(data: bytes, end: int) -> bool:
    """Whether some text stands around a hit; in random bytes short anchors are everywhere."""
    low = max(0, end - _LOCAL)
    for match in _LOCAL_TEXT.finditer(data, low, end + _LOCAL):
        if match.start() >= end:
            return False
        if match.end() >= end:
            length = match.end() - match.start()
            return length >= _FEW or (length >= _FEWER and data[end - 1] > 127)
    return False


def _in_wide_text(data: bytes, end: int, kind: int) -> bool:
    """Whether three possible characters stand in a row around a hit."""
    possible, high, row = tables().possible, 1 if kind == 1 else 0, 0
    for at in range(max(end % 2, end - 8), min(len(data) - 1, end + 6), 2):
        row = row + 1 if possible[data[at + high] << 8 | data[at + 1 - high]] else 0
        if row >= _FEWEST:
            return True
    return False


def _narrow(data: bytes, low: int, high: int, ends: Sequence[int]) -> Iterator[Run]:
    """Yield the runs of a window: UTF-8 where it is, GB 18030 elsewhere; beside hits only what reads like text."""
    part = data[low:high]
    if len(part.translate(None, _CONTROLS)) == len(part) and (whole := _utf8(data, low, high, edge=True)):
        yield whole
        return
    done = low
    while (inside := _next(data, done, high, ends)) >= 0:
        start = _start(data, done, inside)
        stop = TEXTUAL.match(data, inside, high)
        done = max(inside + 1, stop.end() if stop else 0)
        if done - start < _NEIGHBOUR and inside + 1 not in ends:
            continue
        for found in _either(data, start, done, edge=start == low):
            hit = bisect_right(ends, found.start)
            if (hit < len(ends) and ends[hit] <= found.end) or says_something(found.text):
                yield found


def _next(data: bytes, at: int, high: int, ends: Sequence[int]) -> int:
    """Return a byte of the next stretch to read: one that holds a hit, or a word near one; -1 when there is none."""
    after = bisect_right(ends, at)
    if after and (word := _WORD.search(data, at, min(high, ends[after - 1] + _NEAR))):
        return word.start() if after == len(ends) else min(word.start(), ends[after] - 1)
    if after == len(ends):
        return -1
    hit = ends[after] - 1
    word = _WORD.search(data, max(at, hit - _NEAR), hit)
    return word.start() if word else hit


def _start(data: bytes, least: int, inside: int) -> int:
    """Return where the stretch without control characters begins that a place is in."""
    size = 64
    while True:
        low = max(least, inside - size)
        controls = list(CONTROL.finditer(data, low, inside))
        if controls:
            return controls[-1].end()
        if low == least:
            return least
        size *= 8


def _either(data: bytes, start: int, end: int, *, edge: bool) -> Iterator[Run]:
    """Yield the runs of a stretch without control characters: UTF-8 when all of it is, else in both readings."""
    if whole := _utf8(data, start, end, edge=edge):
        yield whole
    else:
        yield from untangled(list(_readings(data[start:end], start)))


def _utf8(data: bytes, start: int, end: int, *, edge: bool) -> Run | None:
    """Return a stretch when all of it is UTF-8; at the edge of a window characters may be cut."""
    if edge:
        start = next((at for at in range(start, min(start + 4, end)) if data[at] & 0xC0 != 0x80), start)
    try:
        text, used = codecs.utf_8_decode(data[start:end], "strict", False)
    except UnicodeDecodeError:
        return None
    return run(start, start + used, text, "utf-8")


def _readings(part: bytes, base: int) -> Iterator[Run]:
    for match in UTF8.finditer(part):
        text = match.group().decode("utf-8", "ignore")
        if found := run(base + match.start(), base + match.end(), text, "utf-8"):
            yield found
    for pattern in (GB_COMMON, GB):
        for found in gb_runs(part, 0, len(part), pattern):
            if pattern is not GB or says_something(found.text):
                yield found._replace(start=base + found.start, end=base + found.end)
