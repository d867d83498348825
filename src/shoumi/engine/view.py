"""How detectors see a document: its segments joined as UTF-8, with the way back to segment, line and code point.

Everything is in bytes until a match is certain, because decoding costs more than scanning. Offsets that detectors
get and give are bytes of ``View.raw``. Texts with zero-width characters, soft hyphens or full-width letters are
folded first; the way back is kept, so that spans always point into the original.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shoumi.engine.types import Segment

_DELETED: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u00ad"
_WIDE: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_KEPT_WIDE: Final = "，：；！？（）、。"  # punctuation that Chinese text uses as its own
_FOLDS: Final[dict[str, str]] = (
    {chr(code): char for code, char in _WIDE.items() if chr(code) not in _KEPT_WIDE}
    | dict.fromkeys(_DELETED, "")
    | dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " ")
)
_PLAIN: Final = {char.encode(): plain.encode() for char, plain in _FOLDS.items()}
_PAIRS: Final = rb"\xc2[\xa0\xad]"  # the same characters as bytes: two, or three
_TRIPLES: Final = (
    rb"\xe2\x80[\x80-\x8f\xaf]|\xe2\x81[\x9f\xa0]|\xef\xbb\xbf|\xef\xb8[\x8e\x8f]"
    rb"|\xef\xbc[\x82-\x87\x8a\x8b\x8d-\x99\x9c-\x9e\xa0-\xbf]|\xef\xbd[\x80-\x9e]"
)

# Hyperscan bytes patterns that say a view must be folded before its other hits count. A no-break or thin space alone
# does not: web pages are full of it, and patterns take it for a space. Only where it parts the pieces of a mark (密, a
# star, words in capitals) it does.
_THIN: Final = rb"(?:\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe2\x81\x9f)"
FOLD_ANCHOR: Final = (
    _THIN + rb"(?:\xe5\xaf\x86|\xe2\x98[\x85\x86]|\x2a[0-9]|//|[Cc]onfidential)"
    rb"|(?:\xe5\xaf\x86|\xe2\x98[\x85\x86]|\xe2\x98[\x85\x86][0-9]{1,4}|TLP:|//|[Ii]nternal)" + _THIN + rb"|"
    rb"[A-Z]{2}" + _THIN + rb"[A-Z/]{2}|\n" + _THIN + rb"{1,8}[A-Z]{4}|"
    rb"\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf|\xef\xb8[\x8e\x8f]|\xc2\xad"
    rb"|\xef\xbc[\x82-\x87\x8a\x8b\x8d-\x99\x9c-\x9e\xa0-\xbf]|\xef\xbd[\x80-\x9e]"
)


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a view, decoded: ``start`` is the byte of its first character in the view."""

    text: str
    start: int

    def byte(self, index: int) -> int:
        """Return the view's byte offset of the character at ``index``."""
        if self.text.isascii():
            return self.start + index
        return self.start + len(self.text[:index].encode())

    def index(self, byte: int) -> int:
        """Return the character index of a byte offset of the view."""
        if self.text.isascii():
            return byte - self.start
        return len(self.text.encode()[: byte - self.start].decode("utf-8", "ignore"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a byte offset is: the segment, the code point in it, the line (from 1)."""

    segment: Segment
    offset: int
    line: int


class View:
    """The joined text of some segments. ``raw`` is always valid UTF-8."""

    __slots__ = ("_last", "_pieces", "_replaced", "_source", "raw", "segments", "starts")

    def __init__(self, segments: Sequence[Segment], raw: bytes | None = None) -> None:
        self.segments = segments
        self._source: View | None = None  # never itself: a circle keeps a block until the collector comes
        self._pieces: tuple[list[int], list[int], list[int]] | None = None
        self._replaced: list[tuple[int, int, int]] = []  # of a folded view: bytes of its source, size of what came
        self._last = (-1, 0, 0, 0)  # segment, byte, code points and lines before it: matches come in order
        if raw is not None:
            self.raw, self.starts = raw, [0]
            return
        parts: list[bytes] = []
        self.starts = []
        size = 0
        for number, segment in enumerate(segments):
            if number:
                joint = segment.joint.encode()
                parts.append(joint)
                size += len(joint)
            self.starts.append(size)
            data = segment.text.encode("utf-8", "replace")
            parts.append(data)
            size += len(data)
        self.raw = b"".join(parts)

    @property
    def original(self) -> View:
        """The view that this one was folded from, or itself."""
        return self if self._source is None else self._source

    @property
    def text(self) -> str:
        """The whole view, decoded."""
        return self.raw.decode()

    def fold(self) -> View:
        """Return the view without zero-width characters and with plain letters for full-width ones."""
        parts: list[bytes] = []
        replaced: list[tuple[int, int, int]] = []
        at = 0
        for start, end in _folded_spans(self.raw):
            plain = _PLAIN[self.raw[start:end]]
            parts += (self.raw[at:start], plain)
            replaced.append((start, end, len(plain)))
            at = end
        folded = View(self.segments, b"".join((*parts, self.raw[at:])))
        folded.starts = self.starts  # of the source: folded offsets go through ``source_span`` first
        folded._source, folded._replaced = self, replaced
        return folded

    def _align(self) -> tuple[list[int], list[int], list[int]]:
        """Return where pieces start in the folded view, where in its source, and where they end there."""
        folded_at: list[int] = [0]
        source_at: list[int] = [0]
        source_end: list[int] = []
        shift = 0  # bytes by which the folded view is behind
        for start, end, size in self._replaced:
            source_end += (start, end)
            source_at += (start, end)
            at = start - shift
            folded_at += (at, at + size)
            shift += end - start - size
        source_end.append(len(self.original.raw))
        return folded_at, source_at, source_end

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Translate a span of this view to one of ``original``."""
        if self._source is None:
            return start, end
        if self._pieces is None:  # few folded views hold anything that asks
            self._pieces = self._align()
        folded_at, source_at, source_end = self._pieces
        first = bisect_right(folded_at, start) - 1
        last = bisect_right(folded_at, max(start, end - 1)) - 1
        begin = source_at[first] + start - folded_at[first]
        finish = min(source_at[last] + end - folded_at[last], source_end[last])
        if source_end[last] - source_at[last] <= 3 and last % 2:  # a replaced character is taken whole
            finish = source_end[last]
        return begin, finish

    def window(self, start: int, end: int) -> Window:
        """Return the text around a byte span, cut at whole characters inside it."""
        raw = self.raw
        start, end = max(0, start), min(len(raw), end)
        while start < end and raw[start] & 0xC0 == 0x80:
            start += 1
        while end < len(raw) and end > start and raw[end] & 0xC0 == 0x80:
            end -= 1
        return Window(raw[start:end].decode(), start)

    def segment_at(self, byte: int) -> int:
        """Return the index of the segment that a byte offset of the *original* view is in."""
        return max(0, bisect_right(self.starts, byte) - 1)

    def place(self, byte: int) -> Place:
        """Locate a byte offset of the *original* view; fast when offsets come in rising order."""
        number = self.segment_at(byte)
        last, at, points, lines = self._last
        if last != number or byte < at:
            at, points, lines = self.starts[number], 0, 0
        part = self.raw[at:byte]
        points += len(part) if part.isascii() else len(part.decode("utf-8", "ignore"))
        lines += part.count(b"\n")
        self._last = (number, byte, points, lines)
        segment = self.segments[number]
        return Place(segment, segment.base + points, segment.lines + lines + 1)


_LOCAL: Final = threading.local()  # a compiled set and its scratch space belong to one thread


def _folded_spans(raw: bytes) -> list[tuple[int, int]]:
    """Return where characters stand that folding replaces, in order; several times faster than ``re``."""
    import hyperscan as hs

    if not hasattr(_LOCAL, "database"):
        _LOCAL.database = hs.Database(mode=hs.HS_MODE_BLOCK)
        _LOCAL.database.compile(expressions=[_PAIRS, _TRIPLES], ids=[2, 3], elements=2, flags=[0, 0])
        _LOCAL.database.scratch = hs.Scratch(_LOCAL.database)
    found: list[tuple[int, int]] = []

    def collect(width: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append((end - width, end))

    _LOCAL.database.scan(raw, match_event_handler=collect)
    return found
