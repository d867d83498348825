"""The B-trees of HFS+: a fork's bytes in, the records of its leaves out; and what is left of records that are gone.

Leaves are followed from the first to the last. Nodes that no chain reaches any more, and the free space of those it
does, hold records of files that were deleted. Every length is checked against the node that it stands in. Source:
Apple Technical Note TN1150, "B-Trees" and "Catalog File".
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator
from typing import Final

from shoumi.engine.errors import Corrupt

_LEAF: Final = 0xFF  # kind of a node: -1
_NODE: Final = struct.Struct(">IIBBH")  # forward link, backward link, kind, height, records
_SIZES: Final = frozenset(1 << bits for bits in range(9, 16))

Record = tuple[bytes, bytes]  # key without its length, data


class Tree:
    """A B-tree. ``read`` returns bytes of the fork at an offset."""

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        self._read = read
        head = read(0, 512)
        if len(head) < 106 or head[8] != 1:
            raise Corrupt("the header of a B-tree is damaged")
        self._first = struct.unpack_from(">I", head, 24)[0]
        self.size, self.binary = struct.unpack_from(">H", head, 32)[0], head[51] == 0xBC
        self.count = struct.unpack_from(">I", head, 36)[0]
        if self.size not in _SIZES:
            raise Corrupt("an impossible size of nodes")
        self.seen: set[int] = set()
        self.broken = False

    def leaves(self) -> Iterator[Record]:
        """Yield the records in their order. A chain that leaves the tree or bites its tail ends, and is ``broken``."""
        number = self._first
        while number:
            node = self._node(number)
            if node is None or number in self.seen or node[8] != _LEAF:
                self.broken = True
                return
            self.seen.add(number)
            yield from records(node)
            number = _NODE.unpack_from(node)[0]

    def gone(self) -> Iterator[bytes]:
        """Yield bytes in which records may have been left: the free space of leaves, and leaves out of use."""
        for number in range(1, self.count):
            node = self._node(number)
            if node is None:
                return
            if number in self.seen:
                offsets = _offsets(node)
                yield node[offsets[-1] : self.size - 2 * len(offsets)] if offsets else b""
            elif node[8] == _LEAF or any(node[:64]):
                yield node

    def _node(self, number: int) -> bytes | None:
        if number >= self.count:
            return None
        node = self._read(number * self.size, self.size)
        return node if len(node) == self.size else None


def records(node: bytes) -> Iterator[Record]:
    """Yield the records of a node."""
    offsets = _offsets(node)
    for start, end in itertools.pairwise(offsets):
        length = struct.unpack_from(">H", node, start)[0]
        data = start + 2 + length + (length & 1)
        if data < end:
            yield node[start + 2 : start + 2 + length], node[data:end]


def _offsets(node: bytes) -> list[int]:
    """Return where the records begin, and the free space behind them; as many as make sense."""
    count = min(_NODE.unpack_from(node)[4], len(node) // 4)
    raw = struct.unpack_from(f">{count + 1}H", node, len(node) - 2 * (count + 1))[::-1]
    offsets: list[int] = []
    last = 14
    for offset in raw:
        if not last <= offset <= len(node) - 2 * (count + 1):
            break
        offsets.append(offset)
        last = offset
    return offsets
