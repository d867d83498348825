"""Reads Office drawings (MS-ODRAW): records in, the texts of word art and alternative texts out, pictures as items.

A watermark "机密" across every page is word art: it stands in no paragraph, only among a shape's properties.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from shoumi.engine.types import Item

_PROPERTIES: Final = (0xF00B, 0xF121, 0xF122)
_TEXTS: Final = {0x0C0: "word art", 0x380: "shape name", 0x381: "alternative text", 0x38D: "shape tooltip"}
_DEEPEST: Final = 32

# The instance numbers that MS-ODRAW allows for each kind of picture, and how many bytes stand before its data.
_PICTURES: Final[dict[int, tuple[str, tuple[int, ...], int]]] = {
    0xF01A: ("emf", (0x3D4, 0x3D5), 16 + 34),
    0xF01B: ("wmf", (0x216, 0x217), 16 + 34),
    0xF01C: ("pict", (0x542, 0x543), 16 + 34),
    0xF01D: ("jpg", (0x46A, 0x46B, 0x6E2, 0x6E3), 17),
    0xF01E: ("png", (0x6E0, 0x6E1), 17),
    0xF01F: ("dib", (0x7A8, 0x7A9), 17),
    0xF029: ("tif", (0x6E4, 0x6E5), 17),
    0xF02A: ("jpg", (0x46A, 0x46B, 0x6E2, 0x6E3), 17),
}
_HEADER: Final = re.compile(
    b"|".join(
        re.escape(struct.pack("<HH", instance << 4, kind))
        for kind, (_, instances, _) in _PICTURES.items()
        for instance in instances
    )
)


def records(data: bytes, start: int = 0, end: int | None = None, depth: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """Yield (type, instance, body) of all records that are no containers, containers opened; stops at damage."""
    at, end = start, len(data) if end is None else end
    while at + 8 <= end:
        head, kind, size = struct.unpack_from("<HHI", data, at)
        at += 8
        if head & 0xF == 0xF and depth < _DEEPEST:
            yield from records(data, at, min(end, at + size), depth + 1)
        else:
            yield kind, head >> 4, data[at : min(end, at + size)]
        at += size


def texts(kind: int, count: int, body: bytes) -> Iterator[tuple[str, str]]:
    """Yield (what it is, text) for the texts among a property record's complex properties."""
    if kind not in _PROPERTIES or count * 6 > len(body):
        return
    at = count * 6
    for index in range(count):
        number, size = struct.unpack_from("<HI", body, index * 6)
        if not number & 0x8000:
            continue
        name = _TEXTS.get(number & 0x3FFF)
        if name:
            text = body[at : at + size].decode("utf-16-le", "replace").split("\0")[0].strip()
            if text and not (name == "shape name" and text.isascii()):  # "Picture 2" says nothing
                yield name, text
        at += size


def pictures(data: bytes, kind: str) -> Iterator[Item]:
    """Yield every picture stored in a stream as an item named ``image1.png`` …; metafiles are unpacked."""
    number, done = 0, 0
    for found in _HEADER.finditer(data):
        at = found.start()
        if at < done or at + 8 > len(data):
            continue
        head, code, size = struct.unpack_from("<HHI", data, at)
        suffix, instances, before = _PICTURES[code]
        if size > len(data) - at + 64:
            continue
        before += 16 if (head >> 4) == instances[1] or (head >> 4) == instances[-1] else 0
        body = data[at + 8 + before : at + 8 + size]
        if suffix in ("emf", "wmf", "pict"):
            body = _inflated(body)
        if suffix == "dib":
            body = _bitmap(body)
        number, done = number + 1, at + 8 + size
        yield item(f"image{number}.{suffix}", body, kind)


def item(name: str, data: bytes, kind: str, *, hiding: str = "") -> Item:
    """Return bytes as an embedded item."""
    return Item("", name, len(data), None, lambda: BytesIO(data), kind, hidden=bool(hiding), hiding=hiding)


def _inflated(body: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(body, 64 << 20)
    except zlib.error:
        return body


def _bitmap(body: bytes) -> bytes:
    """Put the file header before a bitmap that comes without one."""
    if len(body) < 40 or body[:2] == b"BM":
        return body
    size, bits, colours = struct.unpack_from("<I", body)[0], *struct.unpack_from("<H16xI", body, 14)
    colours = colours or (1 << bits if bits <= 8 else 0)
    return b"BM" + struct.pack("<IHHI", 14 + len(body), 0, 0, 14 + size + min(colours, 256) * 4) + body
