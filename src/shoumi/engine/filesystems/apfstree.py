"""The B-trees of APFS: blocks with their checksum in, records in the order of their keys out.

A node that is damaged is left out and the tree is ``broken``; what the other nodes hold stays. A child must stand one
level below its parent and is read once, so that no tree is endless. Source: Apple File System Reference, "B-Trees" and
"Objects".
"""

from __future__ import annotations

import bisect
import itertools
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from shoumi.engine.errors import Corrupt

ROOT_NODE, NODE = 2, 3  # types of objects
_HEAD: Final = struct.Struct("<HHIHH")  # flags, level, records, place and length of their table
_DATA: Final = 56  # where the table's place is counted from
_INFO: Final = struct.Struct("<IIII")  # of the whole tree, at the end of its root: flags, size of nodes, keys, values
_INFO_SIZE: Final = 40
_IS_ROOT, _IS_LEAF, _FIXED = 1, 2, 4
_DEEPEST: Final = 16
_KEPT: Final = 256  # nodes that are kept for the next question
_LIMIT: Final = 0xFFFFFFFF

Record: TypeAlias = tuple[bytes, bytes]  # key, value
Order: TypeAlias = tuple[int, ...]  # what a key is sorted by, or the beginning of it


def intact(block: bytes) -> bool:
    """Whether an object's checksum is that of its bytes: Fletcher's with two sums of 32 bits."""
    import numpy as np

    if len(block) < 64 or len(block) % 8 or not any(block[:8]):
        return False
    words = np.frombuffer(block, dtype="<u4", offset=8).astype(np.uint64)
    first = int(words.sum()) % _LIMIT
    weights = np.arange(len(words), 0, -1, dtype=np.uint64)
    second = int((words * weights % np.uint64(_LIMIT)).sum()) % _LIMIT
    low = _LIMIT - (first + second) % _LIMIT
    high = _LIMIT - (first + low) % _LIMIT
    return bool(struct.unpack_from("<Q", block)[0] == (high << 32 | low))


@dataclass(frozen=True, slots=True)
class Node:
    """A node's records. ``level`` is 0 in leaves."""

    level: int
    records: list[Record]
    sizes: tuple[int, int] = (0, 0)  # of keys and values, where they are all alike; only a root knows


def node_of(block: bytes, sizes: tuple[int, int] = (0, 0)) -> Node:
    """Return what a node holds, as far as it lies within the node. Raises Corrupt."""
    flags, level, count, place, length = _HEAD.unpack_from(block, 32)
    end = len(block) - (_INFO_SIZE if flags & _IS_ROOT else 0)
    if flags & _IS_ROOT:
        sizes = _INFO.unpack_from(block, end)[2:]
    start = _DATA + place
    keys = start + length
    if keys > end or level > _DEEPEST or bool(flags & _IS_LEAF) != (level == 0):
        raise Corrupt("a node of a B-tree is damaged")
    fixed = bool(flags & _FIXED)
    width = 4 if fixed else 8
    if count * width > length:
        raise Corrupt("a node of a B-tree counts more records than it holds")
    records = []
    for at in range(start, start + count * width, width):
        if fixed:
            key, value = struct.unpack_from("<HH", block, at)
            key_size, value_size = sizes[0], 8 if level else sizes[1]
        else:
            key, key_size, value, value_size = struct.unpack_from("<HHHH", block, at)
        if value == 0xFFFF:  # a key that needs no value
            value = value_size = 0
        if keys + key + key_size > end or value > end - keys or value_size > value:
            raise Corrupt("a record of a B-tree lies outside its node")
        begin = end - value
        records.append((block[keys + key : keys + key + key_size], block[begin : begin + value_size]))
    return Node(level, records, sizes)


class Tree:
    """A B-tree. ``load`` returns the intact block of a node by its number, None when there is none."""

    def __init__(self, load: Callable[[int], bytes | None], root: int, order: Callable[[bytes], Order]) -> None:
        self._load, self._root, self._order = load, root, order
        self._kept: dict[int, Node] = {}
        self._sizes = (0, 0)
        self.broken = False
        top = self._node(root)
        if top is None:
            raise Corrupt("the first node of a B-tree is damaged")
        self._sizes = top.sizes

    def records(
        self, first: Order = (), last: Order | None = None, skip: Callable[[int], bool] | None = None
    ) -> Iterator[Record]:
        """Yield the records whose keys lie from ``first`` to ``last``; shorter ones stand for all that begin so.

        ``skip`` says of a leaf's number whether to leave it out.
        """
        seen: set[int] = set()
        top = self._node(self._root)
        if top is not None and (top.level or skip is None or not skip(self._root)):
            yield from self._below(top, first, last, seen, skip)

    def _below(
        self, node: Node, first: Order, last: Order | None, seen: set[int], skip: Callable[[int], bool] | None
    ) -> Iterator[Record]:
        start = (
            bisect.bisect_left(node.records, first, key=lambda one: self._order(one[0])[: len(first)]) if first else 0
        )
        if node.level:
            start = max(0, start - 1)  # a child begins with its key, and may go on with the same
        for key, value in itertools.islice(node.records, start, None):
            if last is not None and self._order(key)[: len(last)] > last:
                return
            if not node.level:
                yield key, value
                continue
            number = int.from_bytes(value[:8], "little")
            if node.level == 1 and skip is not None and skip(number):
                continue
            child = None if number in seen else self._node(number)
            seen.add(number)
            if child is None or child.level != node.level - 1:
                self.broken = True
                continue
            yield from self._below(child, first, last, seen, skip)

    def _node(self, number: int) -> Node | None:
        node = self._kept.pop(number, None)
        if node is None:
            block = self._load(number)
            if block is None:
                return None
            try:
                node = node_of(block, self._sizes)
            except (Corrupt, struct.error):
                return None
            if len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
        self._kept[number] = node
        return node
