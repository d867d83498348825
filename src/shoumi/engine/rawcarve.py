"""Archives in bytes that have no format: stretches of a disk in, pieces to sweep for text and archive fragments out.

A zip or gzip that was deleted shows no readable text; it is found by its first bytes, bounded by what its own structure
says, and handed out as an item. Where the end is missing, as much as may belong to it is handed out: the container
salvages what is whole. Sources: APPNOTE.TXT 6.3.10 (zip), RFC 1952 (gzip), 7zFormat.txt, RAR 5.0 archive format.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, BinaryIO, Final, cast

from shoumi.engine import rawsweep
from shoumi.engine.limits import KIB, MIB
from shoumi.engine.types import Item, Raw

_LONGEST: Final = 256 * MIB  # bytes that an archive may span
_UNBOUNDED: Final = 16 * MIB  # … when its end is missing
_LEAST: Final = 32  # bytes that a gzip stream must give to be one
_MARKS: Final = (b"PK\3\4", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
_END: Final = b"PK\5\6"
_METHODS: Final = frozenset((0, 1, 6, 8, 9, 12, 14, 93, 95, 98, 99))


def swept(
    stream: BinaryIO, extents: Iterable[tuple[int, int]], known: frozenset[int] = frozenset()
) -> Iterator[Raw | Item]:
    """Yield the pieces of stretches, and archives that begin in them; those at ``known`` offsets are files already."""
    for extent in extents:
        done = 0
        for raw in rawsweep.pieces(stream, [extent]):
            yield raw
            for offset in _marks(raw):
                if offset >= done and offset not in known and (found := _bounds(stream, offset, extent[1])):
                    done, suffix = found
                    yield _item(stream, offset, done, suffix)


def _marks(raw: Raw) -> list[int]:
    """Return where archives may begin in a piece's own part."""
    first, last = raw.keep
    found: list[int] = []

    def collect(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append(end - len(_MARKS[number]))

    _database().scan(raw.data, match_event_handler=collect)
    return sorted(raw.offset + at for at in found if first <= at < last)


@cache
def _database() -> Any:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    expressions = ["".join(f"\\x{byte:02x}" for byte in mark).encode() for mark in _MARKS]
    database.compile(
        expressions=expressions, ids=list(range(len(_MARKS))), elements=len(_MARKS), flags=[0] * len(_MARKS)
    )
    database.scratch = hyperscan.Scratch(database)
    return database


def _item(stream: BinaryIO, start: int, end: int, suffix: str) -> Item:
    opener: Callable[[], BinaryIO] = lambda: cast(BinaryIO, _Window(stream, start, end))  # noqa: E731
    return Item("fragment", f"offset {start}.{suffix}", end - start, None, opener, kind="fragment", hidden=True)


def _bounds(stream: BinaryIO, start: int, limit: int) -> tuple[int, str] | None:
    """Return where an archive ends, and its kind; None when its header is not one."""
    stream.seek(start)
    head = stream.read(64)
    limit = min(limit, start + _LONGEST)
    if head.startswith(b"PK"):
        end = _zip(stream, start, limit, head)
        return (end, "zip") if end else None
    if head.startswith(b"\x1f\x8b"):
        end = _gzip(stream, start, limit, head)
        return (end, "gz") if end else None
    if head.startswith(b"7z"):
        if len(head) < 32 or zlib.crc32(head[12:32]) != int.from_bytes(head[8:12], "little"):
            return None
        length = 32 + int.from_bytes(head[12:20], "little") + int.from_bytes(head[20:28], "little")
        return min(limit, start + length), "7z"
    return min(limit, start + 4 * _UNBOUNDED), "rar"


def _zip(stream: BinaryIO, start: int, limit: int, head: bytes) -> int:
    """Return where the directory's end record ends whose numbers fit this start."""
    version, _, method = (int.from_bytes(head[at : at + 2], "little") for at in (4, 6, 8))
    length = int.from_bytes(head[26:28], "little")
    if version & 0xFF > 63 or method not in _METHODS or not 0 < length < 4096:
        return 0
    at, kept = start, b""
    stream.seek(start)
    while at < limit and (chunk := stream.read(min(MIB, limit - at))):
        data = kept + chunk
        base = at - len(kept)
        place = -1
        while (place := data.find(_END, place + 1)) >= 0 and place + 22 <= len(data):
            size, offset = (int.from_bytes(data[place + n : place + n + 4], "little") for n in (12, 16))
            comment = int.from_bytes(data[place + 20 : place + 22], "little")
            if start + offset + size == base + place:
                return base + place + 22 + comment
        at += len(chunk)
        kept = data[-22:]
    return min(limit, start + _UNBOUNDED)


def _gzip(stream: BinaryIO, start: int, limit: int, head: bytes) -> int:
    """Return where a gzip stream ends, by decompressing it."""
    if head[3] & 0xE0 or head[8] not in (0, 2, 4) or (head[9] > 13 and head[9] != 255):
        return 0
    state = zlib.decompressobj(31)
    given = got = 0
    stream.seek(start)
    while not state.eof and got < _LONGEST and (chunk := stream.read(min(64 * KIB, limit - start - given))):
        data = chunk
        given += len(chunk)
        try:
            while data and not state.eof:
                got += len(state.decompress(data, MIB))
                data = state.unconsumed_tail
        except zlib.error:
            break
    if got < _LEAST:
        return 0
    return start + given - len(state.unused_data)


class _Window(io.RawIOBase):
    """Part of a stream that others move, too."""

    def __init__(self, stream: BinaryIO, start: int, end: int) -> None:
        self._stream, self._at, self._end = stream, start, end

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._at
        self._stream.seek(self._at)
        data = self._stream.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data
