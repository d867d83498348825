"""A text whose encoding is in doubt is read twice (extractors/plain.py). What both readings have counts once.

In: a view. Out: its bytes, where what the second reading only repeats is blanked: of letters among ASCII both readings
say the same. Otherwise every word of such a text would stand in it twice, and what stands twice is taken for a phrase.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final

from shoumi.engine.view import View

_BESIDE: Final = 24  # bytes beside a character that the readings differ in: what a k-gram with it may span
_AHEAD, _SEEN = 1 << 16, 8  # how far ahead the first reading may say it: some bytes, and times its length
_SAME: Final = re.compile(rb"[\x00-\x7f]{%d,}" % (2 * _BESIDE + 1))


def once(view: View) -> bytes:
    """Return the bytes of a view, offsets unchanged, without what a second reading says again."""
    if not any(_second(segment.locator.part) for segment in view.segments[1:]):
        return view.raw
    raw = bytearray(view.raw)
    ends = [*view.starts[1:], len(raw)]
    for number, segment in enumerate(view.segments):
        if number and _second(segment.locator.part):
            start, end = view.starts[number], ends[number]
            first = view.raw[view.starts[number - 1] : start]
            _blank(raw, start, end, first)
    return bytes(raw)


def _blank(raw: bytearray, start: int, end: int, first: bytes) -> None:
    """Blank what the first reading has, too: both say it in the same order, so nothing is looked for from the start."""
    at = 0
    for same in _SAME.finditer(bytes(raw[start:end])):
        middle = same.group()[_BESIDE:-_BESIDE]
        found = first.find(middle, at, at + _SEEN * (same.end() - same.start()) + _AHEAD)
        if found >= 0:
            at = found + len(middle)
            raw[start + same.start() + _BESIDE : start + same.end() - _BESIDE] = b" " * len(middle)


@cache
def _second(part: str | None) -> bool:
    """Whether a part of a document is named as an encoding: then it is another reading of the part before."""
    try:
        return part is not None and bool(codecs.lookup(part))
    except (LookupError, ValueError):
        return False
