"""EnCase images (E01): one or more segments, one behind the other, in; the disk in them out.

A segment is a chain of sections. The tables name where each chunk of the disk stands; chunks are zlib streams, or
plain bytes with a checksum. What a missing segment held reads as zeros, and is said. Sources: the Expert Witness
Compression Format as documented by libewf and ASR Data; no code of either.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems.images import Mapped, inflated
from shoumi.engine.types import Gap

MAGIC: Final = b"EVF\t\r\n\xff\0"
_HEAD: Final = 13  # bytes of a segment before its first section
_SECTION: Final = struct.Struct("<16sQQ")
_DESCRIPTOR: Final = 76
_TABLE_HEAD: Final = 24
_PACKED: Final = 1 << 31
_MOST: Final = 1 << 24  # sections of all segments


class Ewf(Mapped):
    """An image as EnCase, FTK Imager and libewf write it."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        self.size = self.block = 0
        self._firsts: list[int] = []  # the first chunk of each table,
        self._tables: list[tuple[int, list[int], int]] = []  # its base, entries, and where its last chunk ends
        self._chunks = 0
        self._sectors = (0, 0)  # the section of chunks that the next table is about
        base, number = 0, 0
        while base + _HEAD < self.length and self.at(base, 8) == MAGIC:
            number += 1
            base = self._segment(base)
        if not self.block:
            raise Corrupt("the image does not say how large its disk is")
        if self._chunks * self.block < self.size:
            missing = self.size - self._chunks * self.block
            self.gaps.append(
                Gap("corrupt", f"the image breaks off after segment {number}: {missing} bytes are missing")
            )

    def _segment(self, base: int) -> int:
        """Read the sections of a segment; return where the next one begins."""
        at = base + _HEAD
        for _ in range(_MOST):
            if at + _DESCRIPTOR > self.length:
                return self.length
            kind, following, size = _SECTION.unpack(self.at(at, _SECTION.size))
            name = kind.partition(b"\0")[0]
            body = at + _DESCRIPTOR
            if name in (b"volume", b"disk") and not self.block:
                self._describe(body)
            elif name == b"sectors":
                self._sectors = (body, at + size)
            elif name == b"table" and self.block:
                self._table(base, body, at)
            if name in (b"next", b"done"):
                return body if following == at - base else base + max(following, at - base + _DESCRIPTOR)
            if base + following <= at:
                return self.length
            at = base + following
        return self.length

    def _describe(self, body: int) -> None:
        each, width, sectors = struct.unpack_from("<IIQ", self.at(body, 24), 8)
        if not 0 < each <= 1 << 16 or width not in (512, 1024, 2048, 4096):
            raise Corrupt("an impossible size of chunks")
        self.block, self.size = each * width, sectors * width

    def _table(self, segment: int, body: int, end: int) -> None:
        count, base = struct.unpack_from("<I4xQ", self.at(body, _TABLE_HEAD))
        if not 0 < count <= self.length // 4:
            raise Corrupt("a table of chunks is damaged")
        entries = self.numbers(body + _TABLE_HEAD, count, "<u4")
        last = self._sectors[1] if self._sectors[1] > self._sectors[0] else end
        self._firsts.append(self._chunks)
        self._tables.append((segment + base, entries, last))
        self._chunks += count

    def where(self, number: int) -> int | bytes | None:
        """Return where a chunk stands: a packed one as place and size."""
        if not 0 <= number < self._chunks:
            return None
        table = bisect_right(self._firsts, number) - 1
        base, entries, last = self._tables[table]
        inside = number - self._firsts[table]
        place = base + (entries[inside] & ~_PACKED)
        if not entries[inside] & _PACKED:
            return place
        end = base + (entries[inside + 1] & ~_PACKED) if inside + 1 < len(entries) else last
        return struct.pack("<QI", place, max(0, min(end - place, 2 * self.block + 64)))

    def unpacked(self, key: bytes) -> bytes:
        """Return a packed chunk."""
        place, size = struct.unpack("<QI", key)
        return inflated(self.at(place, min(size, max(0, self.length - place))), 15, self.block)
