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
            raw[start:end] = _SAME.sub(lambda found: _blanked(found.group(), first), view.raw[start:end])  # noqa: B023
    return bytes(raw)


def _blanked(same: bytes, first: bytes) -> bytes:
    middle = same[_BESIDE:-_BESIDE]
    return same[:_BESIDE] + b" " * len(middle) + same[-_BESIDE:] if middle in first else same


@cache
def _second(part: str | None) -> bool:
    """Whether a part of a document is named as an encoding: then it is another reading of the part before."""
    try:
        return part is not None and bool(codecs.lookup(part))
    except (LookupError, ValueError):
        return False
