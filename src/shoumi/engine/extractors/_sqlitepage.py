"""Rows on a single page of a SQLite database, without the database: a page in, the values of each row out.

Deleted tables leave their pages behind, and a write-ahead log is nothing but pages. Values stand next to one another
without anything between them, so that only the record's own header tells where a number begins. Source: SQLite
database file format, 1.6 (b-tree pages), 2.1 (records), 4.1 (write-ahead log).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_LEAF: Final = 0x0D
_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # serial type → bytes
_MOST: Final = 2000  # columns of a row


def rows(page: bytes) -> Iterator[list[str]]:
    """Yield texts and numbers of each row on a leaf page of a table; nothing for other pages."""
    start = 100 if page.startswith(b"SQLite format 3\0") else 0
    if len(page) < start + 8 or page[start] != _LEAF:
        return
    (count,) = struct.unpack_from(">H", page, start + 3)
    for number in range(min(count, (len(page) - start - 8) // 2)):
        (at,) = struct.unpack_from(">H", page, start + 8 + 2 * number)
        values = list(_record(page, at)) if start + 8 <= at < len(page) else []
        if values:
            yield values


def _record(page: bytes, at: int) -> Iterator[str]:
    _, at = _varint(page, at)  # size of the row
    _, at = _varint(page, at)  # its number
    begin = at
    size, at = _varint(page, at)
    end = begin + size
    kinds: list[int] = []
    while at < min(end, len(page)) and len(kinds) < _MOST:
        kind, at = _varint(page, at)
        kinds.append(kind)
    at = end
    for kind in kinds:
        if at >= len(page):
            return
        if kind in _INTEGERS:
            yield str(int.from_bytes(page[at : at + _INTEGERS[kind]], "big", signed=True))
            at += _INTEGERS[kind]
        elif kind == 7:
            raw = page[at : at + 8]
            if len(raw) == 8:
                yield repr(struct.unpack(">d", raw)[0]).removesuffix(".0")
            at += 8
        elif kind >= 12:
            length = (kind - 12) // 2
            if kind % 2:
                text = page[at : at + length].decode("utf-8", "replace").strip("\0")
                if text:
                    yield text
            at += length


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes and where it ends."""
    value = 0
    for place in range(9):
        byte = page[at] if at < len(page) else 0
        at += 1
        if place == 8:
            return value << 8 | byte, at
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            break
    return value, at
