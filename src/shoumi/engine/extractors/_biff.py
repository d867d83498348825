"""Reads records of old Excel workbooks (MS-XLS): a stream in, records with their continuations, texts, numbers out."""

from __future__ import annotations

import datetime
import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

CONTINUE: Final = 0x3C
_DATE: Final = re.compile(r"(?<![a-z])[ymdhs]|年|月|日|上午|下午", re.IGNORECASE)
_NOISE: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|general', re.IGNORECASE)
_DATE_FORMATS: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_PERCENT_FORMATS: Final = frozenset({9, 10})
_DAY: Final = datetime.timedelta(days=1)


@dataclass(slots=True)
class Record:
    """One record: ``parts`` are its body and those of the CONTINUE records after it; ``offset`` where it starts."""

    kind: int
    offset: int
    parts: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        """The first part; most records have no other."""
        return self.parts[0]

    @property
    def whole(self) -> bytes:
        """All parts joined."""
        return b"".join(self.parts)


def records(data: bytes) -> Iterator[Record]:
    """Yield the records in order, a record's continuations with it; a cut record ends the walk."""
    at, current = 0, None
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        body = data[at + 4 : at + 4 + size]
        if kind == CONTINUE and current is not None:
            current.parts.append(body)
        else:
            if current is not None:
                yield current
            current = Record(kind, at, [body])
        at += 4 + size
    if current is not None:
        yield current


class Strings:
    """Reads the shared strings across their continuations: each part may switch between one and two bytes a letter."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._part, self._at = parts, 0, 8

    def __iter__(self) -> Iterator[str]:
        """Yield strings until the table ends or is damaged."""
        count = struct.unpack_from("<I", self._parts[0], 4)[0]
        try:
            for _ in range(count):
                yield self._string()
        except (struct.error, IndexError):
            return

    def _take(self, size: int) -> bytes:
        out = b""
        while len(out) < size:
            piece = self._parts[self._part][self._at : self._at + size - len(out)]
            out += piece
            self._at += len(piece)
            if len(out) < size:
                self._advance()
        return out

    def _advance(self) -> None:
        self._part, self._at = self._part + 1, 0
        if self._part >= len(self._parts):
            raise IndexError("the shared strings end early")

    def _string(self) -> str:
        length, flags = struct.unpack("<HB", self._take(3))
        runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
        text = self._letters(length, flags & 1)
        self._take(runs * 4)
        phonetic = self._take(extra)
        return text + _phonetic(phonetic)

    def _letters(self, length: int, wide: int) -> str:
        out = []
        while length:
            left = len(self._parts[self._part]) - self._at
            count = min(length, left // (2 if wide else 1))
            raw = self._take(count * (2 if wide else 1))
            out.append(raw.decode("utf-16-le" if wide else "latin-1", "surrogatepass"))
            length -= count
            if length:
                self._advance()
                wide = self._take(1)[0] & 1
        return "".join(out)


def _phonetic(data: bytes) -> str:
    """Return the reading aid (ruby) of a string in brackets, or nothing."""
    if len(data) < 16:
        return ""
    length = struct.unpack_from("<H", data, 10)[0]
    text = data[14 : 14 + length * 2].decode("utf-16-le", "ignore").strip("\0 ")
    return f" ({text})" if text else ""


def unicode_string(data: bytes, at: int = 0, *, wide_count: bool = True) -> tuple[str, int]:
    """Return an XLUnicodeString or its short form, and where it ends."""
    length = struct.unpack_from("<H" if wide_count else "<B", data, at)[0]
    at += 2 if wide_count else 1
    flags = data[at] if at < len(data) else 0
    at += 1
    skip = (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    size = length * 2 if flags & 1 else length
    raw = data[at + skip : at + skip + size]
    return raw.decode("utf-16-le" if flags & 1 else "latin-1", "replace"), at + skip + size


def rk(value: int) -> float:
    """Return the number that an RkNumber holds (MS-XLS 2.5.217)."""
    if value & 2:
        number = float(struct.unpack("<i", struct.pack("<I", value))[0] >> 2)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (value & 0xFFFFFFFC) << 32))[0]
    return number / 100 if value & 1 else number


def shown(value: float, form: int, code: str, *, since_1904: bool = False) -> str:
    """Return a number as people read it: never with an exponent, dates as dates, leading zeros and percent kept."""
    bare = _NOISE.sub("", code.partition(";")[0])
    if form in _DATE_FORMATS or (code and _DATE.search(bare)):
        return _date(value, since_1904=since_1904) or plain(value)
    if form in _PERCENT_FORMATS or "%" in bare:
        return plain(round(value * 100, 8)) + "%"
    if re.fullmatch("0{2,}", bare) and value == int(value):
        return plain(value).zfill(len(bare))
    return plain(value)


def plain(value: float) -> str:
    """Return a number with up to 15 significant digits and no exponent, so that long identifiers stay readable."""
    if not math.isfinite(value):
        return str(value)
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text else text


def _date(value: float, *, since_1904: bool) -> str:
    if not 0 <= value < 2_958_466:
        return ""
    start = datetime.datetime(1904, 1, 1) if since_1904 else datetime.datetime(1899, 12, 30)  # noqa: DTZ001  (no zone)
    if value < 61 and not since_1904:
        start += _DAY  # 1900 counts as a leap year in this format
    moment = start + round(value * 86400) * datetime.timedelta(seconds=1)
    if value < 1:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d" if value == int(value) else "%Y-%m-%d %H:%M:%S")
