"""Word 97–2003 documents, and Word 1 to 95: everything a file carries, shown or not.

A document's text is one long row of characters, body first, then footnotes, headers, comments, endnotes and text
boxes; the piece table says where in the file each piece of it stands (MS-DOC 2.4.1). Deleted and hidden runs, field
codes, authors and paths of earlier savings come out as hidden segments. A file whose piece table is lost is swept
for strings and says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, NoText
from shoumi.engine.extractors import _art, _properties, _sweep
from shoumi.engine.extractors._crypt import opened
from shoumi.engine.extractors._embedded import embedded
from shoumi.engine.extractors._ole import Name, Ole, root_names
from shoumi.engine.extractors._wordtext import Story, clean, hidden_ranges
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Raw, Segment

_STORIES: Final = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "text boxes", "header text boxes")
_KNOWN: Final = frozenset({"worddocument", "0table", "1table", "data", "\x01compobj", "\x01ole", "\x03objinfo"})
_STRINGS: Final = {21: "bookmarks", 32: "properties", 51: "revision authors", 60: "variables", 71: "saved by"}
_STYLES: Final = 1
_PIECES: Final = 33
_AUTHORS: Final = 36
_DRAWINGS: Final = 50
_MOST: Final = 1 << 26  # characters
_EARLY: Final = (b"\x9b\xa5\x21\0", b"\xdb\xa5\x2d\0")
_FAST_SAVED: Final = 0x0004
_LANGUAGES: Final = {0x04: 936, 0x11: 932, 0x12: 949, 0x19: 1251, 0x08: 1253, 0x1F: 1254, 0x0D: 1255, 0x01: 1256}


class Doc:
    """Reads binary Word documents."""

    name = "doc"
    version = 2
    media_types = frozenset({"application/msword"})
    method = "text"
    signatures = tuple(Signature(head, "application/msword") for head in _EARLY)
    refines = frozenset({OLE})

    def refine(self, sample: Sample) -> str | None:
        """Return Word's type for a compound file with a WordDocument stream."""
        return "application/msword" if "WordDocument" in root_names(sample) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap | Raw]:
        """Yield body, notes, headers, comments, text boxes, then what is hidden, then embedded objects and pictures."""
        if blob.head(4) in _EARLY:
            yield from _early(blob.read())
            return
        ole, locked = opened(blob, settings)
        if locked:
            yield from _properties.segments(ole)
            raise Encrypted("the document needs a password")
        empty = True
        try:
            for segment in _Word(ole).segments():
                empty = False
                yield segment
        except (struct.error, IndexError) as error:
            yield from _swept(ole)
            yield Gap("corrupt", f"the document's structure is damaged ({error}); strings were read")
            empty = False
        yield from _properties.segments(ole)
        images = 0
        for stream in ("Data", "WordDocument", "1Table", "0Table"):
            for picture in _art.pictures(ole.read(stream), self.name):
                images += 1
                yield picture
        for part in embedded(ole, self.name, _known, pools=("ObjectPool",)):
            empty = False
            yield part
        if ole.damaged:
            yield Gap("corrupt", "the file is cut off or damaged; what is left was read")
        elif empty and not images:
            raise NoText("the document holds no text")


def _early(data: bytes) -> Iterator[Segment | Gap | Raw]:
    """Read Word 1 and 2 for Windows, whose files are no compound files: the text, then what stands around it."""
    language, flags = struct.unpack_from("<H2xH", data, 6) if len(data) > 32 else (0, 0)
    start, end = struct.unpack_from("<II", data, 24) if len(data) > 32 else (0, 0)
    if not 24 < start <= end <= len(data):
        yield Raw(data, 0, (0, len(data)))
        raise Corrupt("the document's header is damaged; only strings were read")
    codec = _properties.codec(_LANGUAGES.get(language & 0x3FF, 1252))
    text = data[start:end].decode(codec, "replace")
    yield from Story(text, (), ([], [], [])).segments("body")
    yield Raw(data[end:], end, (0, len(data) - end))
    if flags & _FAST_SAVED:
        yield Gap("corrupt", "it was saved in pieces, whose order was not kept")


def _known(name: Name) -> bool:
    return len(name) == 1 and name[0].casefold() in _KNOWN


def _swept(ole: Ole) -> Iterator[Segment]:
    for stream in ("WordDocument", "1Table", "0Table"):
        for offset, text in _sweep.runs(ole.read(stream)):
            yield Segment(text, Locator(part=stream, offset=offset), joint="\n")


class _Word:
    """One document. Raises struct.error or IndexError where its structure is damaged."""

    def __init__(self, ole: Ole) -> None:
        self._main = main = ole.read("WordDocument")
        ident, version = struct.unpack_from("<HH", main)
        if ident not in (0xA5EC, 0xA5DC, 0xA697, 0xA699):
            raise IndexError("no document header")
        language, flags = struct.unpack_from("<H2xH", main, 6)
        self._old = version < 0xC1
        primary = language & 0x3FF
        self._codec = _properties.codec(950 if language in (0x404, 0xC04) else _LANGUAGES.get(primary, 1252))
        if self._old and main[18] == 1 and self._codec == "cp1252":  # it was written on a Macintosh
            self._codec = "mac-roman"
        self._start, self._end = struct.unpack_from("<II", main, 24)
        self._wide = bool(flags & 0x1000)
        if self._old:
            self._table = main
            counts = struct.unpack_from("<8I", main, 0x34)
            self._clx = struct.unpack_from("<II", main, 0x160)
            self._bins = struct.unpack_from("<II", main, 0xB8)
        else:
            self._table = ole.read("1Table" if flags & 0x200 else "0Table") or ole.read("0Table") or ole.read("1Table")
            counts = struct.unpack_from("<8I", main, 0x4C)
            self._clx, self._bins = self._place(_PIECES), self._place(12)
        self._lengths = counts

    def segments(self) -> Iterator[Segment]:
        text, places = self._text()
        at = 0
        sheet = b"" if self._old else self._part(_STYLES)
        hidden = hidden_ranges(self._main, self._table, self._bins, sheet, old=self._old)
        for name, length in zip(_STORIES, self._lengths, strict=True):
            story = Story(text[at : at + length], places[at : at + length], hidden)
            at += length
            yield from story.segments(name)
        rest = clean(text[at:]).strip()
        if rest:
            yield Segment(rest, Locator(part="rest"), hidden=True, hiding="leftover")
        if not self._old:
            yield from self._strings()
            yield from self._shapes()

    def _place(self, index: int) -> tuple[int, int]:
        offset, size = struct.unpack_from("<II", self._main, 0x9A + 8 * index)
        return offset, size

    def _part(self, index: int) -> bytes:
        offset, size = self._place(index)
        return self._table[offset : offset + size]

    def _text(self) -> tuple[str, list[int]]:
        """Return the whole text, and for each character the byte of the main stream where it stands."""
        pieces = self._pieces()
        if not pieces:
            width = 2 if self._wide else 1
            pieces = [((self._end - self._start) // width, self._start, self._wide)]
        parts: list[str] = []
        places: list[int] = []
        for count, offset, wide in pieces:
            width = 2 if wide else 1
            raw = self._main[offset : offset + count * width]
            text = self._decoded(raw, wide=wide)
            parts.append(text)
            places += range(offset, offset + len(text) * width, width)
            if len(places) > _MOST:
                raise IndexError("too many characters")
        return "".join(parts), places

    def _decoded(self, raw: bytes, *, wide: bool) -> str:
        if wide:
            # Half a surrogate pair is a character of its own here, so that positions keep counting.
            return "".join(map(chr, struct.unpack(f"<{len(raw) // 2}H", raw[: len(raw) & ~1])))
        if not self._old:
            return raw.decode("cp1252", "replace")
        text = raw.decode(self._codec, "replace")
        # Two bytes of an East Asian code page count as two positions.
        return text if len(text) == len(raw) else _spread(text, self._codec)

    def _pieces(self) -> list[tuple[int, int, bool]]:
        """Return (characters, offset, two bytes each) of every piece, from the last piece table of the Clx."""
        offset, size = self._clx
        clx = self._table[offset : offset + size]
        at = 0
        while at < len(clx) and clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if at >= len(clx) or clx[at] != 2:
            if self._old or not self._end:
                return []
            raise IndexError("no piece table")
        length = struct.unpack_from("<I", clx, at + 1)[0]
        table = clx[at + 5 : at + 5 + length]
        count = (len(table) - 4) // 12
        ends = struct.unpack_from(f"<{count + 1}I", table)
        pieces = []
        for index in range(count):
            place = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * index + 2)[0]
            characters = ends[index + 1] - ends[index]
            if not 0 <= characters <= _MOST:
                raise IndexError("a piece without end")
            if self._old:
                pieces.append((characters, place, self._wide))
            elif place & 0x40000000:
                pieces.append((characters, (place & 0x3FFFFFFF) // 2, False))
            else:
                pieces.append((characters, place, True))
        return pieces

    def _strings(self) -> Iterator[Segment]:
        for index, name in _STRINGS.items():
            lines = [text for text in _string_table(self._part(index)) if text.strip() and not text.startswith("_")]
            if lines:
                yield Segment("\n".join(dict.fromkeys(lines)), Locator(part=name), hidden=True, hiding="machinery")
        owners, data, at = [], self._part(_AUTHORS), 0
        while at + 2 <= len(data):
            size = struct.unpack_from("<H", data, at)[0] * 2
            owners.append(data[at + 2 : at + 2 + size].decode("utf-16-le", "replace"))
            at += 2 + size
        if owners:
            yield Segment("\n".join(owners), Locator(part="comment authors"), hidden=True, hiding="machinery")

    def _shapes(self) -> Iterator[Segment]:
        data = self._part(_DRAWINGS)
        if len(data) < 8:
            return
        at = 8 + struct.unpack_from("<I", data, 4)[0]
        drawings = [data[:at]]
        while at + 9 <= len(data):  # one byte says whether the drawing is of the headers or of the body
            size = 8 + struct.unpack_from("<I", data, at + 5)[0]
            drawings.append(data[at + 1 : at + 1 + size])
            at += 1 + size
        for drawing in drawings:
            for kind, count, body in _art.records(drawing):
                for name, text in _art.texts(kind, count, body):
                    yield Segment(text, Locator(part=name))


def _spread(text: str, codec: str) -> str:
    return "".join(char + "\x00" * (len(char.encode(codec, "replace")) - 1) for char in text)


def _string_table(data: bytes) -> Iterator[str]:
    """Yield the strings of an STTB (MS-DOC 2.2.4)."""
    if len(data) < 4:
        return
    wide = data[:2] == b"\xff\xff"
    at = 2 if wide else 0
    count, extra = struct.unpack_from("<HH", data, at)
    at += 4
    for _ in range(count):
        if at + 2 > len(data):
            return
        size = struct.unpack_from("<H", data, at)[0] * 2 if wide else data[at]
        at += 2 if wide else 1
        raw = data[at : at + size]
        yield raw.decode("utf-16-le" if wide else "cp1252", "replace")
        at += size + extra


PLUGIN = Doc()
