"""Reads property sets of compound files (MS-OLEPS): a SummaryInformation stream in, names and values out.

Title, subject, author, keywords, comments, company, last printed …, and what people and labelling tools add
themselves (sensitivity labels stand there), are text like any other: it leaves the house with the file.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.extractors._ole import Ole
from shoumi.engine.types import Locator, Segment

_SUMMARY: Final = {
    2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 7: "template", 8: "last author",
    9: "revision", 11: "last printed", 12: "created", 13: "saved", 18: "application",
}  # fmt: skip
_DOCUMENT: Final = {
    2: "category", 3: "format", 13: "parts", 14: "manager", 15: "company", 26: "content type", 27: "content status",
    28: "language", 29: "document version",
}  # fmt: skip
_SETS: Final = {
    "f29f85e0-4ff9-1068-ab91-08002b27b3d9": _SUMMARY,
    "d5cdd502-2e9c-101b-9397-08002b2cf9ae": _DOCUMENT,
}
_CODECS: Final = {
    1200: "utf-16-le", 1201: "utf-16-be", 65001: "utf-8", 20127: "cp1252", 28591: "cp1252", 10000: "mac-roman",
    936: "gb18030", 54936: "gb18030", 52936: "gb18030", 20936: "gb18030", 10008: "gb18030",
    950: "big5hkscs", 10002: "big5hkscs", 932: "cp932", 20932: "euc-jp", 51932: "euc-jp", 50220: "iso2022_jp",
    949: "cp949", 1361: "johab", 51949: "euc-kr",
}  # fmt: skip
_MOST: Final = 10_000  # properties of a set, elements of a vector
_EPOCH: Final = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


def segments(ole: Ole) -> Iterator[Segment]:
    """Yield one segment ``name: value`` lines for each property stream of the top storage."""
    for name in ole.names:
        if len(name) == 1 and name[0].startswith("\x05") and name[0].endswith("Information"):
            lines = [f"{key}: {value}" for key, value in properties(ole.read(*name))]
            if lines:
                yield Segment("\n".join(lines), Locator(part="properties"))


def properties(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield (name, value as text) of all sections; stops quietly where the stream is damaged."""
    try:
        count = min(struct.unpack_from("<I", data, 24)[0], 4)
        for index in range(count):
            format_id, offset = struct.unpack_from("<16sI", data, 28 + 20 * index)
            yield from _section(data, offset, _SETS.get(_guid(format_id), {}))
    except (struct.error, ValueError, OverflowError):
        return


def _guid(raw: bytes) -> str:
    a, b, c = struct.unpack_from("<IHH", raw)
    return f"{a:08x}-{b:04x}-{c:04x}-{raw[8:10].hex()}-{raw[10:].hex()}"


def _section(data: bytes, base: int, known: dict[int, str]) -> Iterator[tuple[str, str]]:
    count = min(struct.unpack_from("<I", data, base + 4)[0], _MOST)
    offsets: dict[int, int] = {}
    for index in range(count):
        key, offset = struct.unpack_from("<II", data, base + 8 + 8 * index)
        offsets[key] = base + offset
    codepage = _codepage(data, offsets.get(1))
    names = dict(known)
    if 0 in offsets:
        names |= _dictionary(data, offsets[0], codepage)
    for key, at in offsets.items():
        if key > 1 and key in names:
            value = _shown(_value(data, at, codepage)[0])
            if value:
                yield names[key], value


def _codepage(data: bytes, at: int | None) -> str:
    number = struct.unpack_from("<H", data, at + 4)[0] if at is not None else 1252
    return codec(number)


def codec(number: int) -> str:
    """Return the codec of a Windows code page; unknown ones read as Western."""
    if number in _CODECS:
        return _CODECS[number]
    return f"cp{number}" if 1250 <= number <= 1258 or number in (437, 850, 852, 866, 874) else "cp1252"


def _dictionary(data: bytes, at: int, codepage: str) -> dict[int, str]:
    names: dict[int, str] = {}
    count = min(struct.unpack_from("<I", data, at)[0], _MOST)
    at += 4
    for _ in range(count):
        key, length = struct.unpack_from("<II", data, at)
        size = length * 2 if codepage == "utf-16-le" else length
        names[key] = data[at + 8 : at + 8 + size].decode(codepage, "replace").split("\0")[0]
        at += 8 + size + (-size % 4 if codepage == "utf-16-le" else 0)
    return names


def _value(data: bytes, at: int, codepage: str) -> tuple[Any, int]:
    """Return a typed value and where it ends."""
    kind = struct.unpack_from("<H", data, at)[0]
    at += 4
    if not kind & 0x1000:
        return _scalar(data, at, kind, codepage)
    count = min(struct.unpack_from("<I", data, at)[0], _MOST)
    at += 4
    values = []
    for _ in range(count):
        value, at = _value(data, at, codepage) if kind == 0x100C else _scalar(data, at, kind & 0xFFF, codepage)
        values.append(value)
    return values, at


def _scalar(data: bytes, at: int, kind: int, codepage: str) -> tuple[Any, int]:
    if kind in (0x1E, 0x1F):
        length = struct.unpack_from("<I", data, at)[0]
        size = length * 2 if kind == 0x1F else length
        text = data[at + 4 : at + 4 + size].decode("utf-16-le" if kind == 0x1F else codepage, "replace")
        return text.rstrip("\0"), at + 4 + size + -size % 4
    if kind == 0x40:
        ticks = struct.unpack_from("<Q", data, at)[0]
        return (_EPOCH + datetime.timedelta(microseconds=ticks // 10)) if ticks else None, at + 8
    forms = {2: "<h", 3: "<i", 4: "<f", 5: "<d", 0x13: "<I", 0x16: "<i", 0x17: "<I", 0x14: "<q", 0x15: "<Q"}
    if kind in forms:
        return struct.unpack_from(forms[kind], data, at)[0], at + (8 if kind in (5, 0x14, 0x15) else 4)
    return None, at + 4


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_shown, value)))
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value).strip("\0 ")
