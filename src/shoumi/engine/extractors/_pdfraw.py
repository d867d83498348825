"""PDF read as bytes: what PDFium does not tell (XMP, revisions, custom properties), and damaged documents.

Streams are inflated within bounds; strings in content streams are read without fonts, which is right for simple
fonts and for those whose codes are UTF-16. Source: ISO 32000-2, 7.3 (objects), 7.5.6 (updates), 14.3 (metadata).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from ctypes import c_uint
from itertools import islice
from typing import Any, Final

from shoumi.engine.extractors import _pdfium

_STREAM: Final = re.compile(rb"(?<!end)stream\r?\n")
_END: Final = re.compile(rb"\r?\n?endstream")
_XMP: Final = re.compile(rb"<(?:x:xmpmeta|rdf:RDF)\b.*?</(?:x:xmpmeta|rdf:RDF)>", re.DOTALL)
_INFO: Final = re.compile(rb"/(MSIP_Label_[\w#-]+)\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)")
_FLATE: Final = re.compile(rb"/Filter\s*\[?\s*/Fl")
_LENGTH: Final = re.compile(rb"/Length\s+([0-9]{1,9})(?!\s+[0-9]+\s+R)")
_PAGE: Final = re.compile(
    rb"(?<![0-9])([0-9]{1,8}) 0 obj\s*<<(?:(?!endobj).){0,2000}?/Type\s*/Page(?![a-zA-Z])", re.DOTALL
)
_NUMBER: Final = re.compile(rb"(?<![0-9])([0-9]{1,7}) [0-9]{1,5} obj")
_STRING: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]{4,}>", re.DOTALL)
_SHOWN: Final = re.compile(
    rb"(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>|\[[^\]]*\])\s*(?:Tj|TJ|'|\")|(T\*|Td|TD|Tm|ET)\b", re.DOTALL
)
_OFF: Final = re.compile(rb"/OFF\s*\[([0-9R\s]{1,20000})\]")
_REFERENCE: Final = re.compile(rb"([0-9]+)\s+[0-9]+\s+R")
_LAYER: Final = re.compile(rb"/Name\s*(\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)")
_ESCAPES: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.DOTALL)
_OUT: Final = 64 * 1024 * 1024  # bytes that all streams together may give
_ONE: Final = 8 * 1024 * 1024  # bytes that one stream may give


def revisions(document: Any, data: bytes) -> list[int]:
    """Return where earlier revisions end; the halves of a linearised file are none."""
    pdfium = _pdfium.raw()
    if not data:
        return []
    count = pdfium.FPDF_GetTrailerEnds(document, None, 0)
    if count < 2:
        return _marks(data)
    ends = (c_uint * count)()
    pdfium.FPDF_GetTrailerEnds(document, ends, count)
    return _real(data, sorted(set(ends)))


def xmp(data: bytes) -> Iterator[bytes]:
    """Yield XMP packets, those in compressed streams too."""
    seen: set[bytes] = set()
    for source in (data, *_inflated(data, b"/Metadata")):
        for packet in _XMP.findall(source):
            if packet not in seen:
                seen.add(packet)
                yield packet


def labels(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield sensitivity labels that stand in the information dictionary beside the usual keys."""
    if b"MSIP_Label_" not in data and b"/ObjStm" not in data:
        return
    for source in (data, *_inflated(data, b"/ObjStm")):
        for name, value in _INFO.findall(source):
            yield name.decode("latin-1"), string(value)


def layers_off(data: bytes) -> frozenset[str]:
    """Return the names of layers that are switched off when the document is opened (8.11.4.3)."""
    if b"/OCProperties" not in data and b"/ObjStm" not in data:
        return frozenset()
    sources = (data, *_inflated(data, b"/ObjStm"))
    numbers = {
        number
        for source in sources
        if b"/OCProperties" in source or b"/OFF" in source
        for listed in _OFF.findall(source)
        for number in _REFERENCE.findall(listed)
    }
    if not numbers:
        return frozenset()
    names = set()
    for source in sources:
        for number, body in _objects(source):
            if number in numbers and (name := _LAYER.search(body)):
                names.add(string(name.group(1)))
    return frozenset(names)


def _objects(source: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield number and beginning of objects, of a file's body or of an object stream (7.5.7)."""
    for found in _NUMBER.finditer(source):
        yield found.group(1), source[found.end() : found.end() + 1000].partition(b"endobj")[0]
    index = re.match(rb"\s*((?:[0-9]+\s+[0-9]+\s+)+)", source)
    if index:
        pairs = index.group(1).split()
        places = [*map(int, pairs[1::2]), len(source)]
        for number, start, end in zip(pairs[::2], places, places[1:], strict=False):
            yield number, source[index.end() + start : index.end() + min(end, start + 1000)]


def string(raw: bytes) -> str:
    """Return a literal or hexadecimal string as text (7.3.4, 7.9.2.2)."""
    if raw.startswith(b"<"):
        digits = re.sub(rb"\s", b"", raw.strip(b"<>"))
        data = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        data = _ESCAPE.sub(_unescape, raw[1:-1])
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    return data.decode("latin-1")


def damaged(data: bytes) -> int:
    """Count compressed streams, pictures aside, that do not inflate to their end; 0 for encrypted documents."""
    if b"/Encrypt" in data:
        return 0
    count, room = 0, _OUT
    for start in _STREAM.finditer(data):
        head = data[max(0, start.start() - 400) : start.start()].rpartition(b" obj")[2]
        if b"/Image" in head or not _FLATE.search(head):
            continue
        length = _LENGTH.search(head)
        end = start.end() + int(length.group(1)) if length else -1
        if not length or b"endstream" not in data[end : end + 12]:
            found = _END.search(data, start.end())
            end = found.start() if found else len(data)
        whole, size = _whole(data[start.end() : end], min(room, _ONE))
        count += not whole
        room -= size
        if room <= 0:
            break
    return count


def rebuilt(data: bytes) -> bytes | None:
    """Return the document with a new catalogue of the pages that are there, None when there are none (7.7.2)."""
    pages = [found.group(1) for found in _PAGE.finditer(data)]
    if not pages or b"/Encrypt" in data:
        return None
    base = 1 + max(int(found) for found in _NUMBER.findall(data))
    kids = b" ".join(page + b" 0 R" for page in pages)
    tail = b"\nendobj\n%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (base, base + 1)
    tail += b"%d 0 obj\n<</Type/Pages/Count %d/Kids[%s]>>\nendobj\n" % (base + 1, len(pages), kids)
    return data + tail + b"trailer\n<</Root %d 0 R/Size %d>>\nstartxref\n0\n%%%%EOF\n" % (base, base + 2)


def texts(data: bytes) -> Iterator[str]:
    """Yield the text of every stream that shows text, and of strings outside streams."""
    for content in _inflated(data, b""):
        if b"Tj" in content or b"TJ" in content:
            text = _shown(content)
            if text.strip():
                yield text
    outside = [string(raw) for raw in _STRING.findall(_outside(data))]
    lines = [text for text in outside if len(re.findall(r"[^\W_]", text)) > 3 and text.isprintable()]
    if lines:
        yield "\n".join(lines)


def images(data: bytes) -> Iterator[bytes]:
    """Yield JPEG pictures, at most a hundred."""
    for start in islice(re.finditer(rb"stream\r?\n(?=\xff\xd8\xff)", data), 100):
        end = _END.search(data, start.end())
        yield data[start.end() : end.start() if end else len(data)]


def _marks(data: bytes) -> list[int]:
    return _real(data, [found.end() for found in re.finditer(rb"%%EOF\r?\n?", data)])


def _real(data: bytes, ends: list[int]) -> list[int]:
    """Leave out the last revision and the first half of a linearised file, which is no document of its own."""
    ends = [end for end in ends[:-1] if 0 < end < len(data)]
    if b"/Linearized" in data[:2048] and ends:
        ends = ends[1:]
    return ends


def _inflated(data: bytes, near: bytes) -> Iterator[bytes]:
    """Yield the inflated streams whose dictionary holds ``near``."""
    room = _OUT
    for start in _STREAM.finditer(data):
        head = data[max(0, start.start() - 400) : start.start()].rpartition(b" obj")[2]
        if near not in head or b"/Image" in head or (near == b"" and b"/ObjStm" in head and room <= 0):
            continue
        end = _END.search(data, start.end())
        raw = data[start.end() : end.start() if end else len(data)]
        if b"/FlateDecode" in head or b"/Fl" in head:
            content = inflate(raw, min(room, _ONE))
        elif b"/Filter" in head:
            continue
        else:
            content = raw[:_ONE]
        room -= len(content)
        yield content
        if room <= 0:
            return


def _whole(raw: bytes, room: int) -> tuple[bool, int]:
    """Return whether data inflates to its end, or to the bound, and to how many bytes."""
    inflater = zlib.decompressobj()
    try:
        size = len(inflater.decompress(raw, room))
    except zlib.error:
        return False, 0
    return inflater.eof or size >= room, size


def inflate(raw: bytes, room: int) -> bytes:
    """Return what inflates of possibly damaged data, at most ``room`` bytes."""
    inflater = zlib.decompressobj()
    out: list[bytes] = []
    for at in range(0, len(raw), 256):
        try:
            piece = inflater.decompress(raw[at : at + 256], room)
        except zlib.error:
            break
        out.append(piece)
        room -= len(piece)
        if room <= 0 or inflater.eof:
            break
    return b"".join(out)


def _shown(content: bytes) -> str:
    parts: list[str] = []
    for found in _SHOWN.finditer(content):
        if found.group(2):
            if parts and parts[-1] != "\n":
                parts.append("\n")
            continue
        shown = found.group(1)
        pieces = _STRING.findall(shown) if shown.startswith(b"[") else [shown]
        parts.append("".join(map(_readable, pieces)))
    return "".join(parts).strip("\n")


def _readable(raw: bytes) -> str:
    text = string(raw)
    if raw.startswith(b"<") or "\0" in text:
        wide = text.encode("latin-1", "ignore").decode("utf-16-be", "ignore")
        text = wide if sum(char.isalnum() for char in wide) * 2 > len(wide) else text
    return "".join(char for char in text if char.isprintable() or char in "\n\t")


def _outside(data: bytes) -> bytes:
    """Return the bytes between streams."""
    parts: list[bytes] = []
    at = 0
    for start in _STREAM.finditer(data):
        if start.start() < at:
            continue
        parts.append(data[at : start.start()])
        end = _END.search(data, start.end())
        at = end.end() if end else len(data)
    parts.append(data[at:])
    return b"".join(parts)


def _unescape(found: re.Match[bytes]) -> bytes:
    value = found.group(1)
    if value[:1] in b"01234567" and value[:1]:
        return bytes([int(value, 8) & 0xFF])
    if value in (b"\n", b"\r\n"):
        return b""
    return _ESCAPES.get(value, value)
