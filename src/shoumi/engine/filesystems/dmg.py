"""Disk images of macOS (.dmg, UDIF): a blob in, the disk in it as an Image out.

At the end stands a trailer that names a property list; its tables tell for each stretch of the disk where its bytes
stand, and how they are packed. Source: the layout as public descriptions of UDIF have it; no code of others.
"""

from __future__ import annotations

import bz2
import lzma
import plistlib
import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, Unsupported
from shoumi.engine.filesystems import lzfse
from shoumi.engine.filesystems.decmpfs import lzvn
from shoumi.engine.filesystems.images import Mapped
from shoumi.engine.filesystems.volume import Extent
from shoumi.engine.limits import MIB

_SECTOR: Final = 512
_TRAILER: Final = 512
_LIST: Final = 64 * MIB  # largest property list
_CHUNK: Final = 64 * MIB  # of packed bytes
_TABLE: Final = struct.Struct(">4s4xQ8xQ")  # magic, its first sector, where its data begin
_ENTRIES: Final = 204
_ENTRY: Final = struct.Struct(">I4xQQQQ")  # kind, first sector from the table's, sectors, place, packed size
_PLAIN: Final = 1
_EMPTY: Final = frozenset((0, 2))  # zeros; nothing that matters
_PACKED: Final = {0x80000004: "ADC", 0x80000005: "zlib", 0x80000006: "bzip2", 0x80000007: "LZFSE", 0x80000008: "LZMA"}
_DAMAGE: Final = (zlib.error, OSError, EOFError, ValueError, IndexError, struct.error, lzma.LZMAError)


class _Chunk(NamedTuple):
    start: int
    end: int
    kind: int
    place: int
    packed: int


class Dmg(Mapped):
    """An image as hdiutil and Disk Utility write it."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        trailer = self.at(self.length - _TRAILER, _TRAILER)
        if not trailer.startswith(b"koly"):
            raise Encrypted("the image is encrypted")
        (segments,) = struct.unpack_from(">I", trailer, 60)
        base, (place, size) = struct.unpack_from(">Q", trailer, 24)[0], struct.unpack_from(">QQ", trailer, 216)
        self.size = struct.unpack_from(">Q", trailer, 492)[0] * _SECTOR
        if segments > 1:
            raise Unsupported("a disk image of macOS in several parts")
        if not 0 < size <= _LIST:
            raise Unsupported("a disk image of macOS that lists its parts in the old form")
        self._chunks = sorted(self._listed(self.at(place, size), base))
        self._starts = [chunk.start for chunk in self._chunks]
        self._content = lru_cache(maxsize=8)(self._unpack)
        self.size = self.size or max((chunk.end for chunk in self._chunks), default=0)

    def _listed(self, data: bytes, base: int) -> Iterator[_Chunk]:
        try:
            tables = [bytes(one["Data"]) for one in plistlib.loads(data)["resource-fork"]["blkx"]]
            for table in tables:
                magic, first, offset = _TABLE.unpack_from(table)
                if magic != b"mish":
                    raise Corrupt("a table of the disk image is damaged")
                for kind, sector, count, place, packed in _ENTRY.iter_unpack(_whole(table[_ENTRIES:])):
                    if count and (kind in _PACKED or kind == _PLAIN):
                        start = (first + sector) * _SECTOR
                        yield _Chunk(start, start + count * _SECTOR, kind, base + offset + place, packed)
                    elif count and kind not in _EMPTY:
                        raise Unsupported(f"a packing of the disk image that is not known ({kind:#x})")
        except Exception as error:  # a property list of whatever shape
            if isinstance(error, (Corrupt, Unsupported)):
                raise
            raise Corrupt("the list of the disk image's parts is damaged") from error

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the disk; zeros where nothing was ever written. Raises Corrupt or Unsupported."""
        end = max(offset, min(offset + size, self.size))
        out = bytearray(end - offset)
        number = max(0, bisect_right(self._starts, offset) - 1)
        for chunk in self._chunks[number:]:
            if chunk.start >= end:
                break
            first, last = max(offset, chunk.start), min(end, chunk.end)
            if first < last:
                data = self._part(chunk, first - chunk.start, last - first)
                out[first - offset : first - offset + len(data)] = data
        return bytes(out)

    def _part(self, chunk: _Chunk, inside: int, count: int) -> bytes:
        if chunk.kind == _PLAIN:
            return self.at(chunk.place + inside, count)
        return self._content(chunk)[inside : inside + count]

    def _unpack(self, chunk: _Chunk) -> bytes:
        name, most = _PACKED[chunk.kind], chunk.end - chunk.start
        if most > _CHUNK:
            raise Corrupt("a packed piece of the disk image has an impossible size")
        data = self.at(chunk.place, chunk.packed)
        try:
            if name == "zlib":
                return zlib.decompressobj().decompress(data, most)
            if name == "bzip2":
                return bz2.BZ2Decompressor().decompress(data, most)
            if name == "LZMA":
                return lzma.LZMADecompressor(memlimit=4 * _CHUNK).decompress(data, most)
            if name == "LZFSE":
                return lzfse.unpacked(data, lzvn)[:most]
        except _DAMAGE as error:
            raise Corrupt("a packed piece of the disk image is damaged") from error
        return _adc(data, most)

    def extents(self, start: int, end: int) -> Iterator[Extent]:
        """Yield the stretches that were written."""
        number = max(0, bisect_right(self._starts, start) - 1)
        for chunk in self._chunks[number:]:
            if chunk.start >= end:
                return
            if max(start, chunk.start) < min(end, chunk.end):
                yield max(start, chunk.start), min(end, chunk.end)


def _whole(entries: bytes) -> bytes:
    return entries[: len(entries) // _ENTRY.size * _ENTRY.size]


def _adc(data: bytes, most: int) -> bytes:
    """Unpack Apple's old packing: plain bytes, and copies of up to 64 KiB before in a short and a long form."""
    out, at = bytearray(), 0
    while at < len(data) and len(out) < most:
        code = data[at]
        if code & 0x80:
            count = (code & 0x7F) + 1
            out += data[at + 1 : at + 1 + count]
            at += 1 + count
            continue
        long = bool(code & 0x40)
        count, width = ((code & 0x3F) + 4, 3) if long else ((code >> 2 & 0xF) + 3, 2)
        rest = data[at + 1 : at + width]
        back = 1 + (int.from_bytes(rest, "big") if long else (code & 3) << 8 | int.from_bytes(rest, "big"))
        if len(rest) < width - 1 or back > len(out):
            raise Corrupt("a packed piece of the disk image is damaged")
        for _ in range(count):
            out.append(out[-back])
        at += width
    return bytes(out[:most])
