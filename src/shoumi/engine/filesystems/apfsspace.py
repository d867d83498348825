"""An APFS container: a partition in, the newest state that is whole, its objects by number, and its free blocks out.

Every change is written to new blocks, and a checkpoint says where all of it stands; the newest whose checksum and map
of objects hold is read. Sources: Apple File System Reference, "Container", "Object Maps" and "Space Manager".
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.errors import Corrupt, Unexamined, Unsupported
from shoumi.engine.filesystems.apfstree import Tree, intact
from shoumi.engine.filesystems.volume import Part, clear_bits
from shoumi.engine.limits import MIB

_MAGIC: Final = b"NXSB"
_FUSION: Final = 0x100
_MAP, _OMAP, _CHECKPOINT = 0x05, 0x0B, 0x0C  # types of objects: space manager, map of objects, map of a checkpoint
_AREA: Final = 65536  # blocks of checkpoints that are looked at
_TRIED: Final = 16  # checkpoints whose maps are looked at
_VOLUMES: Final = 100
_GONE: Final = 1  # a mark in the map of objects: the object is deleted
_QUEUES: Final = 200  # where the space manager's queues of freed blocks stand
_KEPT: Final = 64  # bitmaps that are kept for the next question


def recognise(head: bytes) -> bool:
    """Whether the first block is that of a container."""
    return head[32:36] == _MAGIC


class Objects:
    """A map of objects: where each stands, in every state that is kept."""

    def __init__(self, container: Container, number: int) -> None:
        block = container.load(number)
        if block is None or struct.unpack_from("<H", block, 24)[0] != _OMAP:
            raise Corrupt("a map of objects is damaged")
        self._places: dict[int, list[tuple[int, int]]] = {}
        tree = Tree(container.load, struct.unpack_from("<Q", block, 48)[0], _pair)
        for key, value in tree.records():
            if len(key) >= 16 and len(value) >= 16:
                oid, xid = struct.unpack_from("<QQ", key)
                flags, place = struct.unpack_from("<I4xQ", value)
                self._places.setdefault(oid, []).append((xid, 0 if flags & _GONE else place))
        self.broken = tree.broken

    def place(self, number: int, xid: int) -> int:
        """Return the block of an object as it was at a transaction, 0 when it was not."""
        states = self._places.get(number, [])
        at = bisect.bisect_right(states, xid, key=lambda one: one[0])
        return states[at - 1][1] if at else 0

    def __contains__(self, number: int) -> bool:
        return number in self._places


class Container:
    """The container. Blocks are counted from the partition's start."""

    def __init__(self, part: Part) -> None:
        self.part = part
        head = part.exactly(0, 4096)
        self.size, total = struct.unpack_from("<IQ", head, 36)
        if not 4096 <= self.size <= 65536 or self.size & (self.size - 1):
            raise Corrupt("an impossible size of blocks")
        self.total = min(total, part.size // self.size)
        self.older = False  # whether the newest checkpoint could not be read
        self._head, self.objects = self._newest(head)
        self.xid = struct.unpack_from("<Q", self._head, 16)[0]
        if struct.unpack_from("<Q", self._head, 64)[0] & _FUSION:
            raise Unsupported("half of a Fusion drive is not read; text in it was looked for")
        self._fleeting = self._mapped()

    def load(self, number: int) -> bytes | None:
        """Return an object's block, None when there is none with a right checksum."""
        if not 0 < number < self.total:
            return None
        block = self.part.read(number * self.size, self.size)
        return block if len(block) == self.size and intact(block) else None

    def volumes(self) -> Iterator[bytes | None]:
        """Yield the blocks that describe the volumes, None for one that is damaged."""
        count = min(struct.unpack_from("<I", self._head, 180)[0], _VOLUMES)
        for number in struct.unpack_from(f"<{count}Q", self._head, 184):
            if number:
                block = self.load(self.objects.place(number, self.xid))
                yield block if block is not None and block[32:36] == b"APSB" else None

    def _newest(self, first: bytes) -> tuple[bytes, Objects]:
        """Return the newest checkpoint whose map of objects is whole, and that map."""
        count, base = struct.unpack_from("<I4xQ", first, 104)
        if count >> 31:
            raise Unsupported("a container whose checkpoints are scattered is not read; text in it was looked for")
        blocks = [self.load(base + at) for at in range(min(count, _AREA, self.total))]
        blocks.append(block if intact(block := self.part.read(0, self.size)) else None)
        found = [block for block in blocks if block and block[32:36] == _MAGIC and block[36:40] == first[36:40]]
        found.sort(key=lambda block: int(struct.unpack_from("<Q", block, 16)[0]), reverse=True)
        for block in found[:_TRIED]:
            try:
                objects = Objects(self, struct.unpack_from("<Q", block, 160)[0])
            except Unexamined:
                objects = None
            if objects is not None and not objects.broken:
                return block, objects
            self.older = True
        raise Corrupt("no checkpoint of the container is whole; text in it was looked for")

    def _mapped(self) -> dict[int, tuple[int, int]]:
        """Return where the objects stand that are written with each checkpoint: block and bytes, by number."""
        blocks, base = struct.unpack_from("<I4xQ", self._head, 104)
        index, length = struct.unpack_from("<II", self._head, 136)
        found = {}
        for at in range(min(length, blocks, _AREA)):
            block = self.load(base + (index + at) % blocks)
            if block is None or struct.unpack_from("<H", block, 24)[0] != _CHECKPOINT:
                continue
            count = min(struct.unpack_from("<I", block, 36)[0], (self.size - 40) // 40)
            for place in range(40, 40 + 40 * count, 40):
                size, oid, paddr = struct.unpack_from("<I4x8xQQ", block, place + 8)
                found[oid] = (paddr, size)
        return found

    def _fleet(self, number: int) -> bytes | None:
        place, size = self._fleeting.get(number, (0, 0))
        if not place or not self.size <= size <= MIB:
            return None
        data = self.part.read(place * self.size, size)
        return data if len(data) == size and intact(data) else None

    def read_space(self) -> Space:
        """Return what is free. Raises Corrupt."""
        block = self._fleet(struct.unpack_from("<Q", self._head, 152)[0])
        if block is None or struct.unpack_from("<H", block, 24)[0] != _MAP:
            raise Corrupt("the map of free blocks is damaged")
        return Space(self, block, self._freed(block))

    def _freed(self, block: bytes) -> list[tuple[int, int]]:
        """Return runs of blocks that the last transactions freed and no bitmap shows yet: first, one after the last."""
        number = struct.unpack_from("<Q", block, _QUEUES + 40 + 8)[0]
        if not number:
            return []
        found = []
        for key, value in Tree(self._fleet, number, _pair).records():
            if len(key) >= 16:
                first = struct.unpack_from("<Q", key, 8)[0]
                count = struct.unpack_from("<Q", value)[0] if len(value) >= 8 else 1
                if first < self.total:
                    found.append((first, min(first + count, self.total)))
        return found


class Space:
    """Which blocks are in use: a bitmap for each chunk of the container."""

    def __init__(self, container: Container, block: bytes, freed: list[tuple[int, int]]) -> None:
        self._container, self._freed = container, sorted(freed)
        self._each = struct.unpack_from("<I", block, 36)[0]
        self._chunks: dict[int, tuple[int, int]] = {}  # number of blocks and where the bitmap stands, by first block
        if not self._each or self._each % 8 or self._each > 8 * container.size:
            raise Corrupt("the map of free blocks is damaged")
        seen: set[int] = set()
        for number in self._lists(block):
            if number not in seen:
                seen.add(number)
                self._read_list(number)
        if sum(count for count, _ in self._chunks.values()) < container.total:
            raise Corrupt("the map of free blocks is not whole")
        self._kept: dict[int, bytes] = {}

    def _lists(self, block: bytes) -> Iterator[int]:
        """Yield the blocks that list chunks; large containers keep lists of them."""
        lists, longer, offset = struct.unpack_from("<II8xI", block, 64)
        count = min(longer or lists, max(0, len(block) - offset) // 8)
        for number in struct.unpack_from(f"<{count}Q", block, offset):
            if not longer:
                yield number
            elif (above := self._container.load(number)) is not None:
                inside = min(struct.unpack_from("<I", above, 36)[0], (len(above) - 40) // 8)
                yield from struct.unpack_from(f"<{inside}Q", above, 40)

    def _read_list(self, number: int) -> None:
        block = self._container.load(number)
        if block is None:
            raise Corrupt("the map of free blocks is damaged")
        count = min(struct.unpack_from("<I", block, 36)[0], (len(block) - 40) // 32)
        for place in range(40, 40 + 32 * count, 32):
            first, blocks, bitmap = struct.unpack_from("<QI4xQ", block, place + 8)
            self._chunks[first] = (min(blocks, self._each), bitmap)

    def _bitmap(self, first: int) -> bytes:
        """Return a chunk's bitmap; none is all free."""
        if first not in self._kept:
            count, place = self._chunks[first]
            size = (count + 7) // 8
            data = self._container.part.read(place * self._container.size, size) if place else b""
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[first] = data.ljust(size, b"\0")
        return self._kept[first]

    def free(self) -> Iterator[tuple[int, int]]:
        """Yield runs of free blocks: first, one after the last; not in order."""
        total = self._container.total
        for first, (count, _) in sorted(self._chunks.items()):
            for start, end in clear_bits(self._bitmap(first), count):
                if first + start < total:
                    yield first + start, min(first + end, total)
        yield from self._freed

    def taken(self, number: int) -> bool:
        """Whether a block is in use."""
        first = number // self._each * self._each
        at = bisect.bisect_right(self._freed, (number, self._container.total)) - 1
        if first not in self._chunks or (at >= 0 and number < self._freed[at][1]):
            return False
        bitmap, at = self._bitmap(first), number - first
        return at // 8 >= len(bitmap) or bool(bitmap[at // 8] >> at % 8 & 1)


def _pair(key: bytes) -> tuple[int, ...]:
    return int.from_bytes(key[:8], "little"), int.from_bytes(key[8:16], "little")
