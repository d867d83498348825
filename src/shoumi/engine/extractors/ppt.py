"""PowerPoint 97–2003 presentations: slides, notes, masters, comments and what earlier savings left behind.

A presentation is a tree of records (MS-PPT 2.3); text stands in three kinds of atoms, wherever they are. Slides get
their numbers from the slide list and the newest persist directory; slides that no directory names any more
are earlier revisions, and hidden.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, NoText
from shoumi.engine.extractors import _art, _properties, _sweep
from shoumi.engine.extractors._crypt import opened
from shoumi.engine.extractors._embedded import embedded
from shoumi.engine.extractors._ole import Name, root_names
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample
from shoumi.engine.types import Gap, Item, Locator, Segment

_TYPE: Final = "application/vnd.ms-powerpoint"
_MAIN: Final = "PowerPoint Document"
_KNOWN: Final = frozenset({"powerpoint document", "current user", "pictures", "\x01compobj", "\x01ole"})
_CHARS, _BYTES, _STRING = 0xFA0, 0xFA8, 0xFBA
_DOCUMENT, _SLIDE, _NOTES, _MASTER, _HANDOUT, _TITLES = 0x3E8, 0x3EE, 0x3F0, 0x3F8, 0xFC9, 0xFF0
_PERSIST, _SLIDE_INFO, _NOTES_ATOM, _DIRECTORY, _OBJECT = 0x3F3, 0x3F9, 0x3F1, 0x1772, 0x1011
_COLLECTIONS: Final = frozenset({0x7D5, 0x7D6, 0xFC8})  # fonts and sounds: names of no interest
_NOISE: Final = re.compile(r"\*|___PPT\w+")  # page number fields, names of binary extensions
_REVISION: Final = "revision"
_DEEPEST: Final = 64
_LARGEST: Final = 512 << 20  # bytes of an embedded object


class Ppt:
    """Reads binary PowerPoint presentations."""

    name = "ppt"
    version = 2
    media_types = frozenset({_TYPE})
    method = "text"
    signatures = ()
    refines = frozenset({OLE})

    def refine(self, sample: Sample) -> str | None:
        """Return PowerPoint's type for a compound file with its main stream."""
        return _TYPE if _MAIN in root_names(sample) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield slides and their notes, masters, the rest of the document, then embedded objects and pictures."""
        ole, locked = opened(blob, settings)
        yield from _properties.segments(ole)
        if locked:
            raise Encrypted("the presentation needs a password")
        data = ole.read(_MAIN)
        empty = True
        for part in (*_Presentation(data).segments(), *_art.pictures(ole.read("Pictures"), self.name)):
            empty = False
            yield part
        for part in embedded(ole, self.name, _known):
            empty = False
            yield part
        if ole.damaged:
            for offset, text in _sweep.runs(data):
                yield Segment(text, Locator(offset=offset), joint="\n", hidden=True, hiding="machinery")
            yield Gap("corrupt", "the file is cut off or damaged; what is left was read")
        elif empty:
            raise NoText("the presentation holds no text")


def _known(name: Name) -> bool:
    return len(name) == 1 and name[0].casefold() in _KNOWN


class _Presentation:
    """The main stream's records."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._tops = list(_level(data, 0, len(data)))
        self._persist = self._directory()
        self._numbers: dict[int, int] = {}  # offset of a slide's record → its number
        self._ids: dict[int, int] = {}  # slide id → its number
        self._list_slides()

    def segments(self) -> Iterator[Segment | Item]:
        current = set(self._persist.values())
        parts = sorted(self._tops, key=lambda top: (self._numbers.get(top[0], 1 << 30), top[0]))
        for at, kind, _, start, end in parts:
            stale = at not in current and kind in (_SLIDE, _NOTES, _MASTER, _DOCUMENT)
            if kind == _DOCUMENT:
                yield from self._document(start, end, stale=stale)
            elif kind == _OBJECT:
                yield _art.item(f"object at {at}.ole", _unpacked(self._data[at:end]), "ppt")
            elif kind in (_SLIDE, _NOTES, _MASTER, _HANDOUT):
                yield from self._page(at, kind, start, end, stale=stale)
            else:
                yield from _segment(self._texts(at, end), Locator(part="other"), "machinery")

    def _directory(self) -> dict[int, int]:
        """Return persist id → offset; later directories win."""
        found: dict[int, int] = {}
        for _, kind, _, start, end in self._tops:
            at = start
            while kind == _DIRECTORY and at + 4 <= end:
                head = struct.unpack_from("<I", self._data, at)[0]
                first, count = head & 0xFFFFF, head >> 20
                at += 4
                for index in range(min(count, (end - at) // 4)):
                    found[first + index] = struct.unpack_from("<I", self._data, at + 4 * index)[0]
                at += 4 * count
        return found

    def _list_slides(self) -> None:
        for _, kind, _, start, end in self._tops:
            if kind != _DOCUMENT:
                continue
            number = 0
            for _, inner, instance, first, last in _level(self._data, start, end):
                if inner != _TITLES or instance != 0:
                    continue
                for _, atom, _, begin, finish in _level(self._data, first, last):
                    if atom == _PERSIST and finish - begin >= 16:
                        number += 1
                        reference, slide = struct.unpack_from("<I8xI", self._data, begin)
                        self._numbers.setdefault(self._persist.get(reference, -1), number)
                        self._ids[slide] = number

    def _document(self, start: int, end: int, *, stale: bool) -> Iterator[Segment]:
        for _, kind, instance, first, last in _level(self._data, start, end):
            if kind == _TITLES:
                yield from self._outline(instance, first, last, stale=stale)
            elif kind not in _COLLECTIONS:
                yield from _segment(self._texts(first - 8, last), Locator(part="document"), "machinery")

    def _outline(self, instance: int, start: int, end: int, *, stale: bool) -> Iterator[Segment]:
        """Yield the texts that placeholders show, slide by slide; instance 0 is slides, 1 masters, 2 notes."""
        number = 0
        lines: list[str] = []
        part = {0: None, 1: "master", 2: "notes"}.get(instance, "outline")
        for at, kind, _, first, last in _level(self._data, start, end):
            if kind == _PERSIST:
                yield from _segment(lines, self._outline_place(instance, number, part), _REVISION if stale else "")
                lines = []
                number += 1
            else:
                lines += self._texts(at, last) if first <= last else []
        yield from _segment(lines, self._outline_place(instance, number, part), _REVISION if stale else "")

    def _outline_place(self, instance: int, number: int, part: str | None) -> Locator:
        return Locator(slide=(number or None) if instance == 0 else None, part=part)

    def _page(self, at: int, kind: int, start: int, end: int, *, stale: bool) -> Iterator[Segment]:
        hiding, number = _REVISION if stale else "", self._numbers.get(at)
        for _, atom, _, first, last in _level(self._data, start, end):
            if atom == _SLIDE_INFO and last - first >= 12:
                hiding = hiding or ("hidden-slide" if self._data[first + 10] & 4 else "")
            if atom == _NOTES_ATOM and last - first >= 4:
                number = self._ids.get(struct.unpack_from("<I", self._data, first)[0])
        part = {_NOTES: "notes", _MASTER: "master", _HANDOUT: "handout"}.get(kind)
        if stale:
            part = "earlier revision"
        yield from _segment(self._texts(start - 8, end), Locator(slide=number, part=part), hiding)

    def _texts(self, start: int, end: int) -> list[str]:
        return [text for text in _texts(self._data, start, end, 0) if text.strip() and not _NOISE.fullmatch(text)]


def _level(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield (offset, type, instance, start, end of the body) of the records side by side in a range."""
    at, end = start, min(end, len(data))
    while at + 8 <= end:
        head, kind, size = struct.unpack_from("<HHI", data, at)
        yield at, kind, head >> 4, at + 8, min(at + 8 + size, end)
        at += 8 + size


def _texts(data: bytes, start: int, end: int, depth: int) -> Iterator[str]:
    for at, kind, instance, first, last in _level(data, start, end):
        body = data[first:last]
        if kind in (_CHARS, _STRING):
            yield _clean(body.decode("utf-16-le", "replace"))
        elif kind == _BYTES:
            yield _clean(body.decode("latin-1"))
        elif kind in _COLLECTIONS:
            continue
        elif data[at] & 0xF == 0xF and depth < _DEEPEST:
            yield from _texts(data, first, last, depth + 1)
        else:
            yield from (text for _, text in _art.texts(kind, instance, body))


def _clean(text: str) -> str:
    return text.replace("\r", "\n").replace("\x0b", "\n").replace("\0", "")


def _segment(lines: list[str], place: Locator, hiding: str) -> Iterator[Segment]:
    if lines:
        yield Segment("\n".join(lines), place, hidden=bool(hiding), hiding=hiding)


def _unpacked(record: bytes) -> bytes:
    """Return an embedded object; instance 1 of its record is compressed behind its size."""
    body = record[8:]
    if struct.unpack_from("<H", record)[0] >> 4 != 1:
        return body
    try:
        return zlib.decompressobj().decompress(body[4:], _LARGEST)
    except zlib.error:
        return body


PLUGIN = Ppt()
