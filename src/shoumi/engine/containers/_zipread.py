"""The structure of ZIP files: a seekable stream in, entries out (APPNOTE.TXT 6.3.10, PKWARE).

Two ways lead to entries. The central directory is read piece by piece, however large it claims to be. Where there is
none, and in every part of the file that it does not account for, local headers are searched: a damaged directory
loses nothing, and neither does an entry that was left out of it hide anything.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from shoumi.engine.containers._names import decoded
from shoumi.engine.errors import Corrupt, Unsupported
from shoumi.engine.limits import KIB, MIB

_END: Final = struct.Struct("<4sHHHHIIH")  # 4.3.16
_END64: Final = struct.Struct("<4sQHHIIQQQQ")  # 4.3.14
_LOCATOR64: Final = struct.Struct("<4sIQI")  # 4.3.15
_CENTRAL: Final = struct.Struct("<4sBBHHHHHIIIHHHHHII")  # 4.3.12
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")  # 4.3.7
_TAIL: Final = 65535 + _END.size
_MAX32: Final = 0xFFFFFFFF
_METHODS: Final = frozenset({0, 1, 6, 8, 9, 10, 12, 14, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99})
_DESCRIBED: Final = 8  # flag: sizes follow the data


@dataclass(frozen=True, slots=True)
class Entry:
    """One member. ``packed`` is -1 while it is not known; ``start`` is where its data begins, -1 before ``locate``."""

    name: str
    flags: int
    method: int
    time: int
    crc: int
    packed: int
    size: int
    offset: int
    extra: bytes
    start: int = -1

    @property
    def folder(self) -> bool:
        """Whether it is a folder, and carries nothing."""
        return self.name.endswith(("/", "\\")) and 0 <= self.packed <= 2  # Deflate of nothing is two bytes

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed."""
        return bool(self.flags & 1)

    @property
    def end(self) -> int:
        """Where its data ends."""
        return self.start + max(0, self.packed)


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the central directory is, and by how much offsets are off: something stands, or stood, before the ZIP."""

    start: int
    size: int
    count: int
    shift: int


def find_directory(stream: BinaryIO, size: int) -> Directory:
    """Return where the central directory is. Raises Corrupt when there is none, Unsupported for split archives."""
    base = max(0, size - _TAIL)
    stream.seek(base)
    tail = stream.read(_TAIL)
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if at + _END.size <= len(tail) and (found := _directory(stream, base + at, tail[at:])):
            return found
        at = tail.rfind(b"PK\5\6", 0, at)
    raise Corrupt("the directory of the archive is missing")


def _directory(stream: BinaryIO, at: int, tail: bytes) -> Directory | None:
    _, disk, first, _, count, size, offset, _ = _END.unpack_from(tail)
    end = at
    if at >= _LOCATOR64.size:
        stream.seek(at - _LOCATOR64.size)
        locator = stream.read(_LOCATOR64.size)
        if locator.startswith(b"PK\6\7") and (wide := _wide(stream, at, _LOCATOR64.unpack(locator)[2])):
            end, disk, first, count, size, offset = wide
    if disk or first:
        raise Unsupported("one part of an archive that was split; the parts must be joined")
    start = end - size
    if start < 0:
        return None
    stream.seek(start)
    if size and stream.read(4) != b"PK\1\2":
        return None
    return Directory(start, size, count, start - offset)


def _wide(stream: BinaryIO, at: int, offset: int) -> tuple[int, int, int, int, int, int] | None:
    for where in (offset, at - _LOCATOR64.size - _END64.size):  # the second when something stands before the ZIP
        if 0 <= where < at:
            stream.seek(where)
            raw = stream.read(_END64.size)
            if len(raw) == _END64.size and raw.startswith(b"PK\6\6"):
                _, _, _, _, disk, first, _, count, size, start = _END64.unpack(raw)
                return where, disk, first, count, size, start
    return None


def entries(stream: BinaryIO, directory: Directory) -> Iterator[Entry]:
    """Yield what the central directory lists. Raises Corrupt where it is damaged or shorter than it says."""
    stream.seek(directory.start)
    left, seen = directory.size, 0
    while left >= _CENTRAL.size:
        raw = stream.read(_CENTRAL.size)
        if len(raw) < _CENTRAL.size or not raw.startswith(b"PK\1\2"):
            break
        fields = _CENTRAL.unpack(raw)
        flags, method, time, _, crc, packed, size, names, extras, comments = fields[4:14]
        rest = stream.read(names + extras + comments)
        left -= _CENTRAL.size + len(rest)
        seen += 1
        extra = rest[names : names + extras]
        packed, size, offset = _wide_sizes(extra, packed, size, fields[17])
        name = _name(rest[:names], flags, extra)
        yield Entry(name, flags, method, time, crc, packed, size, offset + directory.shift, extra)
    if seen & 0xFFFF != directory.count & 0xFFFF:
        raise Corrupt(f"the directory of the archive is damaged after {seen} members")


def locate(stream: BinaryIO, entry: Entry) -> Entry:
    """Return the entry with the place of its data. Raises Corrupt when no local header is where it should be."""
    stream.seek(max(0, entry.offset))
    raw = stream.read(_LOCAL.size)
    if entry.offset < 0 or len(raw) < _LOCAL.size or not raw.startswith(b"PK\3\4"):
        raise Corrupt("the data is not where the directory says")
    fields = _LOCAL.unpack(raw)
    return replace(entry, start=entry.offset + _LOCAL.size + fields[9] + fields[10])


def uncovered(covered: list[tuple[int, int]], end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts before ``end`` that no range covers and that are large enough for a local header."""
    at = 0
    for start, stop in sorted(covered):
        if start - at >= _LOCAL.size:
            yield at, start
        at = max(at, stop)
    if end - at >= _LOCAL.size:
        yield at, end


def salvage(stream: BinaryIO, start: int, end: int, *, whole: bool) -> Iterator[Entry]:
    """Yield the entries whose local headers are found between two places; only ``whole`` ones when that is asked.

    A length that is not known (sizes after the data, data cut off) reaches up to the next header.
    """
    at = start
    while (at := _search(stream, b"PK\3\4", at, end)) >= 0:
        entry = _local(stream, at, end)
        if entry is None or (whole and entry.end > end):
            at += 4
            continue
        if entry.packed < 0 or entry.end > end:
            entry = _described(stream, replace(entry, packed=_next_header(stream, entry.start, end) - entry.start))
        yield entry
        at = max(entry.end, at + 4)


def _local(stream: BinaryIO, at: int, end: int) -> Entry | None:
    stream.seek(at)
    raw = stream.read(_LOCAL.size)
    if len(raw) < _LOCAL.size:
        return None
    _, version, flags, method, time, _, crc, packed, size, names, extras = _LOCAL.unpack(raw)
    if method not in _METHODS or version & 0xFF > 99 or not names:
        return None
    rest = stream.read(names + extras)
    extra = rest[names:]
    packed, size, _ = _wide_sizes(extra, packed, size, 0)
    if flags & _DESCRIBED and not packed:
        packed = -1
    begin = at + _LOCAL.size + len(rest)
    if begin > end:
        return None
    return Entry(_name(rest[:names], flags, extra), flags, method, time, crc, packed, size, at, extra, begin)


def _next_header(stream: BinaryIO, at: int, end: int) -> int:
    for magic in (b"PK\3\4", b"PK\1\2"):
        place = _search(stream, magic, at, end)
        end = place if place >= 0 else end
    return end


def _described(stream: BinaryIO, entry: Entry) -> Entry:
    """Take the data descriptor (4.3.9), with or without ZIP64, from the end of the data, when it has a signature."""
    for length in (16, 24):
        if entry.packed >= length:
            stream.seek(entry.end - length)
            raw = stream.read(length)
            if raw.startswith(b"PK\7\x08"):
                (crc,) = struct.unpack_from("<I", raw, 4)
                return replace(entry, packed=entry.packed - length, crc=crc)
    return entry


def _search(stream: BinaryIO, magic: bytes, at: int, end: int) -> int:
    overlap, length = len(magic) - 1, 4 * KIB  # most often it is near
    while at + overlap < end:
        stream.seek(at)
        chunk = stream.read(min(length, end - at))
        found = chunk.find(magic)
        if found >= 0:
            return at + found
        if len(chunk) <= overlap:
            return -1
        at, length = at + len(chunk) - overlap, min(4 * length, MIB)
    return -1


def fields_of(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the extra fields (4.5): number and content; stops where they are damaged."""
    while len(extra) >= 4:
        number, length = struct.unpack_from("<HH", extra)
        yield number, extra[4 : 4 + length]
        extra = extra[4 + length :]


def _wide_sizes(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Replace what did not fit into 32 bits by the ZIP64 field (4.5.3)."""
    if _MAX32 not in (packed, size, offset):
        return packed, size, offset
    wide = next((data for number, data in fields_of(extra) if number == 1), b"")
    values = iter(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
    if size == _MAX32:
        size = next(values, size)
    if packed == _MAX32:
        packed = next(values, packed)
    if offset == _MAX32:
        offset = next(values, offset)
    return packed, size, offset


def _name(raw: bytes, flags: int, extra: bytes) -> str:
    """Return the name: the Unicode path field (4.6.9) when it belongs to these bytes, else UTF-8, else GB18030."""
    for number, data in fields_of(extra):
        if number == 0x7075 and data[:1] == b"\1" and data[1:5] == zlib.crc32(raw).to_bytes(4, "little"):
            return decoded(data[5:])
    if flags & 0x800:
        return raw.decode("utf-8", "surrogateescape")
    return decoded(raw)
