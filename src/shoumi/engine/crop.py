"""What of a picture is seen where it stands: a segment and its item in, the same text parted by hiding out.

Cropping a picture in an office document hides the rest without removing it; OCR reads all of it, and the words outside
the frame are hidden. What stands in a hidden item is hidden as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shoumi.engine.types import Item, Segment, Word


def seen(segment: Segment, item: Item) -> Iterator[Segment]:
    """Yield a segment of an item that is hidden or cropped: as hidden, or in two when it is seen in part."""
    if item.hidden:
        yield replace(segment, hidden=True, hiding=segment.hiding or item.hiding)
    elif item.frame is None or segment.hidden:
        yield segment
    else:
        yield from parted(segment, item.frame)


def parted(segment: Segment, frame: tuple[float, float, float, float]) -> Iterator[Segment]:
    """Yield what of a picture's segment stands within the frame, and what does not, as hidden."""
    if segment.words:
        yield from _parted(segment, frame)
    elif segment.box and not _inside(segment.box, frame):
        yield replace(segment, hidden=True, hiding="cropped")
    else:
        yield segment


def _parted(segment: Segment, frame: tuple[float, float, float, float]) -> Iterator[Segment]:
    lines: tuple[list[tuple[int, int]], list[tuple[int, int]]] = [], []
    at = 0
    for line in segment.text.split("\n"):
        end = at + len(line)
        words = [word for word in segment.words if at <= word.start < end]
        outside = sum(word.end - word.start for word in words if not _inside(word.box, frame))
        lines[outside * 2 > sum(word.end - word.start for word in words)].append((at, end))
        at = end + 1
    for hidden, places in enumerate(lines):
        if not places:
            continue
        if not lines[1 - hidden]:  # all of it on one side
            yield replace(segment, hidden=bool(hidden), hiding="cropped" if hidden else "")
            return
        text, words_ = _kept(segment, places)
        yield replace(segment, text=text, words=words_, hidden=bool(hidden), hiding="cropped" if hidden else "")


def _kept(segment: Segment, places: list[tuple[int, int]]) -> tuple[str, tuple[Word, ...]]:
    """Return some lines of a segment, and their words at their new places."""
    parts: list[str] = []
    words: list[Word] = []
    length = 0
    for start, end in places:
        words += [
            replace(word, start=word.start - start + length, end=word.end - start + length)
            for word in segment.words
            if start <= word.start < end
        ]
        parts.append(segment.text[start:end])
        length += end - start + 1
    return "\n".join(parts), tuple(words)


def _inside(box: tuple[float, float, float, float], frame: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a box lies within a frame."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3]
