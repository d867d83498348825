"""Binary workbooks (xlsb): streams of records in, the same segments as for xlsx out.

A record is a type and a length, both of seven bits a byte, then its data. Read record by record, so that a sheet of
two cells a million rows apart costs two cells. Source: [MS-XLSB] 2.1.4 (records), 2.3 (enumeration), 2.5 (structures).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from shoumi.engine.extractors import _numbers
from shoumi.engine.extractors._cells import HIDDEN_COLUMN, HIDDEN_ROW, Cell, Columns
from shoumi.engine.extractors._package import Package
from shoumi.engine.types import Locator, Segment

if TYPE_CHECKING:
    from shoumi.engine.extractors._worksheet import Book

_ROW, _SHEET, _STRING, _COLUMN = 0, 156, 19, 60
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED = 2, 3, 4, 5, 6, 7
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_BOOL, _FORMULA_ERROR, _RICH = 8, 9, 10, 11, 62
_COMMENT, _COMMENT_TEXT, _AUTHOR = 635, 637, 632
_LONGEST: Final = 64 * 1024 * 1024  # bytes of one record
_TEXTS: Final = 256 * 1024 * 1024  # characters of shared strings that are kept


def records(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield type and data of each record; ends where the stream or its sense ends."""
    data = b""
    for chunk in chunks:
        data += chunk
        at = 0
        while True:
            head = _head(data, at)
            if head is None:
                break
            kind, length, start = head
            if length > _LONGEST:
                return
            if start + length > len(data):
                break
            yield kind, data[start : start + length]
            at = start + length
        data = data[at:]


def shared_strings(package: Package, part: str, book: Book) -> None:
    """Read the shared strings into the book."""
    room = _TEXTS
    for kind, data in records(package.chunks(part)):
        if kind == _STRING:
            text = _wide(data, 1)
            room -= len(text)
            if room < 0:
                break
            book.strings.append(text)
    book.used = bytearray(len(book.strings))


def sheets(package: Package, part: str) -> Iterator[tuple[str, str, bool]]:
    """Yield name, relationship id and hiddenness of each sheet of the workbook part."""
    for kind, data in records(package.chunks(part)):
        if kind == _SHEET and len(data) >= 12:
            relation = _wide(data, 8)
            state = int.from_bytes(data[:4], "little")
            yield _wide(data, 12 + len(relation.encode("utf-16-le"))), relation, state != 0


def cells(package: Package, part: str, name: str, book: Book, *, hiding: str) -> Iterator[Segment]:
    """Yield a sheet's cells in stored order."""
    yield Segment(name, Locator(sheet=name), bool(hiding), hiding=hiding)
    row, row_hidden = 0, False
    gone: set[int] = set()
    found: list[Cell] = []
    columns = Columns(name)
    for kind, data in records(package.chunks(part)):
        if kind == _ROW and len(data) >= 12:
            yield from columns.segments(found)
            found = []
            row, row_hidden = int.from_bytes(data[:4], "little"), bool(data[11] & 0x10)
        elif kind == _COLUMN and len(data) >= 18:
            first, last = struct.unpack_from("<II", data)
            if data[16] & 1:
                gone.update(range(first, min(last, 16383) + 1))
        elif _RK <= kind <= _FORMULA_ERROR or kind == _RICH:
            text = _value(kind, data, book)
            if text:
                column = min(int.from_bytes(data[:4], "little"), 16383)
                letters = _numbers.column(column + 1)
                how = hiding or (HIDDEN_ROW if row_hidden else HIDDEN_COLUMN if column in gone else "")
                found.append((text, letters, f"{letters}{row + 1}", how))
    yield from columns.segments(found)


def comments(package: Package, part: str, sheet: str) -> Iterator[Segment]:
    """Yield a sheet's comments."""
    place = None
    for kind, data in records(package.chunks(part)):
        if kind == _COMMENT and len(data) >= 20:
            row, _, column, _ = struct.unpack_from("<4I", data, 4)
            place = f"{_numbers.column(min(column, 16383) + 1)}{row + 1}"
        elif kind == _COMMENT_TEXT:
            yield Segment(_wide(data, 1), Locator(sheet=sheet, cell=place, part=part), joint="\n")
        elif kind == _AUTHOR:
            yield Segment(_wide(data, 0), Locator(sheet=sheet, part=part), joint="\n")


def _head(data: bytes, at: int) -> tuple[int, int, int] | None:
    if at + 2 > len(data):
        return None
    kind = data[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
        at += 1
    length = 0
    for shift in range(0, 28, 7):
        if at >= len(data):
            return None
        length |= (data[at] & 0x7F) << shift
        at += 1
        if not data[at - 1] & 0x80:
            break
    return kind, length, at


def _wide(data: bytes, at: int) -> str:
    """Read a counted UTF-16 string (XLWideString, 2.5.168)."""
    count = int.from_bytes(data[at : at + 4], "little")
    if count == 0xFFFFFFFF:
        return ""
    return data[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace")


def _value(kind: int, data: bytes, book: Book) -> str:
    style = str(int.from_bytes(data[4:7], "little"))
    if kind == _SHARED:
        return book.string(str(int.from_bytes(data[8:12], "little")))
    if kind in (_TEXT, _FORMULA_TEXT):
        return _wide(data, 8)
    if kind == _RICH:
        return _wide(data, 9)
    if kind in (_REAL, _FORMULA_REAL) and len(data) >= 16:
        return book.number(repr(struct.unpack_from("<d", data, 8)[0]).removesuffix(".0"), style)
    if kind == _RK and len(data) >= 12:
        return book.number(_rk(int.from_bytes(data[8:12], "little")), style)
    if kind in (_BOOL, _FORMULA_BOOL):
        return "TRUE" if data[8:9] == b"\x01" else "FALSE"
    return ""


def _rk(raw: int) -> str:
    """Return a number packed into 30 bits (RkNumber, 2.5.122)."""
    value: float
    if raw & 2:
        value = (raw >> 2) - (1 << 30 if raw & 0x80000000 else 0)
    else:
        value = struct.unpack("<d", (raw & 0xFFFFFFFC).to_bytes(8, "little")[:4].rjust(8, b"\0"))[0]
    if raw & 1:
        value /= 100
    return repr(value).removesuffix(".0")
