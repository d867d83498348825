"""Metafiles of Windows (EMF, EMF+, WMF) and LibreOffice (SVM): a drawing's records in; texts and pictures out.

Office keeps charts, formulas, pasted tables and the previews of embedded objects in them. Letters often stand in
records of their own, so that records are joined where one begins at the other's end. A large drawing without any
text may be text drawn as curves: that is said. Source: [MS-EMF] 2.3, [MS-EMFPLUS] 2.3.4, [MS-WMF] 2.3;
LibreOffice's metaact.hxx.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._charsets import CHARSETS
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item, Raw, Segment

EMF: Final = "image/emf"
WMF: Final = "image/wmf"
SVM: Final = "image/x-svm"
_PLACED: Final = b"\xd7\xcd\xc6\x9a"
_BARE: Final = re.compile(rb"[\x01\x02]\0\x09\0\0[\x01\x03]", re.DOTALL)
_GLYPHS: Final = 0x10  # the record holds glyph numbers of a font, no letters
_END: Final = 14  # the record that ends an EMF; that of a WMF is 0
_WIDE_TEXTS, _NARROW_TEXTS, _SMALL_TEXT, _COMMENT = frozenset({84, 97}), frozenset({83, 96}), 108, 70
_BITMAPS: Final = {80: 48, 81: 48, 76: 84, 77: 84, 78: 84, 79: 96, 114: 84, 116: 84}  # record → where its DIB is said
_WMF_BITMAPS: Final = {0x0F43: 22, 0x0B41: 20, 0x0940: 16, 0x0D33: 18}
_TEXTOUT, _EXTTEXTOUT, _FONT, _ESCAPE = 0x0521, 0x0A32, 0x02FB, 0x0626
_SVM_TEXTS, _SVM_BITMAPS = range(112, 117), range(117, 123)
_MANY: Final = 300  # records: a drawing of more than this may be a page drawn as curves
_TOUCHING, _APART = 0.6, 2.5  # letters between two texts of one line that belong together, or are words of it
_LEAST: Final = 1024  # bytes: smaller bitmaps are patterns
_PICTURE: Final = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xdb\xe0-\xef]")


class Metafile:
    """Reads metafiles of Windows, both kinds, and LibreOffice's."""

    name = "metafile"
    version = 1
    media_types = frozenset({EMF, WMF, SVM})
    method = "text"
    signatures = (Signature(_PLACED, WMF), Signature(b" EMF", EMF, 40), Signature(b"VCLMTF", SVM))
    refines = frozenset({UNKNOWN})

    def refine(self, sample: Sample) -> str | None:
        """Recognise the header of a metafile that no placement precedes."""
        return WMF if _BARE.match(sample.head) and len(sample.head) > 26 else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap | Raw]:  # noqa: ARG002
        """Yield the texts as one segment, then pictures and what comments hold. Raises NoText for a large drawing."""
        data = blob.read()
        lines = _Lines()
        found: list[Item | Raw] = []
        read = _svm if data.startswith(b"VCLMTF") else _emf if data[40:44] == b" EMF" else _wmf
        count = read(data, lines, found)
        text = lines.text()
        if text.strip():
            yield Segment(text)
        yield from found
        if lines.broken:
            yield Gap("corrupt", "the drawing breaks off; what stood before was read")
        if lines.glyphs:
            yield Gap("no-text", f"{lines.glyphs} texts are numbers of glyphs, whose letters only the font knows")
        elif not text.strip() and not found and count > _MANY:
            raise NoText("a drawing without any text, which may show letters as curves")


class _Lines:
    """Joins texts: what begins where the last one ended continues it."""

    def __init__(self) -> None:
        self.glyphs = 0
        self.broken = False  # the records do not reach the one that ends them
        self._parts: list[str] = []
        self._end: tuple[float, float] | None = None

    def add(self, text: str, x: float, y: float, width: float) -> None:
        """Take in a text that starts at (x, y); ``width`` 0: not known."""
        text = text.rstrip("\0")
        if not text:
            return
        if self._end is not None:
            end, line = self._end
            letters = abs(x - end) / (width / len(text)) if width else abs(x - end)  # how many would fit between
            self._parts.append(
                "\n" if y != line else "" if letters <= _TOUCHING else " " if letters <= _APART else "\t"
            )
        self._parts.append(text)
        self._end = x + width, y

    def say(self, text: str) -> None:
        """Take in a text without a place."""
        if text.strip():
            self._parts += ["\n" if self._parts else "", text]
            self._end = None

    def text(self) -> str:
        """Return everything so far."""
        return "".join(self._parts).replace("\0", "")


def _emf(data: bytes, lines: _Lines, found: list[Item | Raw]) -> int:
    """Read the records of an EMF and return how many there were."""
    at = count = 0
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if size < 8 or kind == _END:
            break
        record = data[at : at + size]
        count += 1
        try:
            if kind == 1:
                letters, offset = struct.unpack_from("<II", record, 60)
                lines.say(_wide(record[offset : offset + 2 * letters]).replace("\0", " ").strip())
            elif kind in _WIDE_TEXTS or kind in _NARROW_TEXTS:
                _emf_texts(record, kind, lines)
            elif kind == _SMALL_TEXT:
                _small_text(record, lines)
            elif kind == _COMMENT:
                _comment(record, at, lines, found)
            elif kind in _BITMAPS:
                _bitmap(*_dib(record, _BITMAPS[kind]), found)
        except struct.error:
            lines.broken = True  # a record that is shorter than it must be
        at += size
    lines.broken |= data[at : at + 4] != struct.pack("<I", _END)
    return count


def _emf_texts(record: bytes, kind: int, lines: _Lines) -> None:
    several = kind in (96, 97)
    first, count = (40, struct.unpack_from("<I", record, 36)[0]) if several else (36, 1)
    for at in range(first, min(first + 40 * count, len(record)), 40):
        x, y, letters, offset, options = struct.unpack_from("<iiIII", record, at)
        if options & _GLYPHS:
            lines.glyphs += letters > 0
            continue
        wide = kind in _WIDE_TEXTS
        raw = record[offset : offset + letters * (2 if wide else 1)]
        steps = struct.unpack_from("<I", record, at + 36)[0]
        widths = record[steps : steps + 4 * letters] if steps else b""
        width = sum(struct.unpack(f"<{len(widths) // 4}i", widths[: len(widths) // 4 * 4]))
        lines.add(_wide(raw) if wide else _narrow(raw, "cp1252"), x, y, width)


def _small_text(record: bytes, lines: _Lines) -> None:
    x, y, letters, options = struct.unpack_from("<iiII", record, 8)
    if options & _GLYPHS:
        lines.glyphs += 1
        return
    start = 36 if options & 0x100 else 52
    small = bool(options & 0x200)
    raw = record[start : start + letters * (1 if small else 2)]
    lines.add(_narrow(raw, "cp1252") if small else _wide(raw), x, y, 0)


def _comment(record: bytes, at: int, lines: _Lines, found: list[Item | Raw]) -> None:
    """Read EMF+ records, which stand in comments; comments of anybody else may hold anything."""
    size = struct.unpack_from("<I", record, 8)[0]
    data = record[12 : 12 + size]
    if not data.startswith(b"EMF+"):
        _other(data, at + 12, found)
        return
    place = 4
    while place + 12 <= len(data):
        kind, _, whole, length = struct.unpack_from("<HHII", data, place)
        body = data[place + 12 : place + 12 + length]
        if kind == 0x401C and len(body) >= 28:  # DrawString
            letters = struct.unpack_from("<I", body, 8)[0]
            lines.say(_wide(body[28 : 28 + 2 * letters]))
        elif kind == 0x4036 and len(body) >= 16:  # DrawDriverString
            options, _, letters = struct.unpack_from("<III", body, 4)
            if options & 1:
                lines.say(_wide(body[16 : 16 + 2 * letters]))
            else:
                lines.glyphs += letters > 0
        elif kind == 0x4008:  # Object: a picture among others
            _pictures(body, found)
        if whole < 12:
            break
        place += whole


def _wmf(data: bytes, lines: _Lines, found: list[Item | Raw]) -> int:
    """Read the records of a WMF and return how many there were."""
    at = (22 if data.startswith(_PLACED) else 0) + 18
    count, codec = 0, "cp1252"
    while at + 6 <= len(data):
        words, kind = struct.unpack_from("<IH", data, at)
        if words < 3 or kind == 0:
            break
        body = data[at + 6 : at + 2 * words]
        count += 1
        try:
            if kind == _TEXTOUT:
                letters = struct.unpack_from("<H", body)[0]
                y, x = struct.unpack_from("<hh", body, 2 + letters + letters % 2)
                lines.add(_narrow(body[2 : 2 + letters], codec), x, y, 0)
            elif kind == _EXTTEXTOUT:
                _wmf_text(body, codec, lines)
            elif kind == _FONT and len(body) > 13:
                codec = CHARSETS.get(body[13], "cp1252")
            elif kind == _ESCAPE:
                _other(body[4:], at + 10, found)
            elif kind in _WMF_BITMAPS:
                _packed(body[_WMF_BITMAPS[kind] :], found)
        except struct.error:
            lines.broken = True
        at += 2 * words
    lines.broken |= data[at + 4 : at + 6] != b"\0\0"
    return count


def _svm(data: bytes, lines: _Lines, found: list[Item | Raw]) -> int:
    """Read the actions of LibreOffice's own metafile and return how many there were."""
    size, count = struct.unpack_from("<I", data, 18)[0] if len(data) > 22 else 0, 0
    at = 22 + size + 12
    while at + 8 <= len(data):
        kind, version, size = struct.unpack_from("<HHI", data, at)
        body = data[at + 8 : at + 8 + size]
        if kind in _SVM_TEXTS and len(body) >= 10:
            x, y = struct.unpack_from("<ii", body)
            lines.add(_svm_text(body, version), x, y, 0)
        elif kind in _SVM_BITMAPS and (start := body.find(b"BM")) >= 0:
            found.append(item(f"picture-{len(found) + 1}.bmp", body[start:], "metafile"))
        at += 8 + size
        count += 1
    lines.broken = at > len(data)
    return count


def _svm_text(body: bytes, version: int) -> str:
    """Return an action's text: since version 2 it stands last, as a number of UTF-16 units and the units."""
    for letters in range(1, (len(body) - 8) // 2 if version > 1 else 0):
        start = len(body) - 2 * letters
        if struct.unpack_from("<H", body, start - 2)[0] == letters:
            return _wide(body[start:])
    return _narrow(body[10 : 10 + struct.unpack_from("<H", body, 8)[0]], "cp1252")


def _wmf_text(body: bytes, codec: str, lines: _Lines) -> None:
    y, x, letters, options = struct.unpack_from("<hhHH", body)
    start = 16 if options & 6 else 8
    if options & _GLYPHS:
        lines.glyphs += 1
        return
    widths = body[start + letters + letters % 2 :]
    steps = struct.unpack(f"<{len(widths) // 2}h", widths[: len(widths) // 2 * 2])[:letters]
    lines.add(_narrow(body[start : start + letters], codec), x, y, sum(steps))


def _dib(record: bytes, at: int) -> tuple[bytes, bytes]:
    """Return a bitmap's header and its pixels."""
    header, length, bits, size = struct.unpack_from("<IIII", record, at)
    return record[header : header + length], record[bits : bits + size]


def _packed(dib: bytes, found: list[Item | Raw]) -> None:
    """Take a bitmap whose pixels follow its header and colours."""
    if len(dib) < 40:
        return  # the operation is one without a bitmap
    size, depth, used = struct.unpack_from("<I", dib)[0], *struct.unpack_from("<H14xI", dib, 14)
    colours = 4 * (used or (1 << depth if depth <= 8 else 0))
    _bitmap(dib[: size + colours], dib[size + colours :], found)


def _bitmap(header: bytes, pixels: bytes, found: list[Item | Raw]) -> None:
    if len(pixels) < _LEAST or len(header) < 40:
        return
    start = 14 + len(header)
    head = b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start)
    found.append(item(f"picture-{len(found) + 1}.bmp", head + header + pixels, "metafile"))


def _pictures(data: bytes, found: list[Item | Raw]) -> None:
    match = _PICTURE.search(data)
    if match:
        suffix = "png" if match.group().startswith(b"\x89") else "jpg"
        found.append(item(f"picture-{len(found) + 1}.{suffix}", data[match.start() :], "metafile"))


def _other(data: bytes, offset: int, found: list[Item | Raw]) -> None:
    if len(data) >= 8:
        found.append(Raw(data, offset, (0, len(data))))


def _wide(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace")


def _narrow(raw: bytes, codec: str) -> str:
    return raw.decode(codec, "replace")


PLUGIN = Metafile()
