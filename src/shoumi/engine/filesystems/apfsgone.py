"""Deleted files of APFS: free blocks in, what nodes of older trees say of files that no newer one names, out.

A change writes a node anew and frees the old block, which keeps its records until it is used again. Of several records
of one thing the newest counts. Source: Apple File System Reference, "B-Trees".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems import apfsrecords as records
from shoumi.engine.filesystems.apfsrecords import Attribute, Group, Inode, Name, Piece
from shoumi.engine.filesystems.apfsspace import Container, Space
from shoumi.engine.filesystems.apfstree import NODE, ROOT_NODE, Record, intact, node_of

_K = TypeVar("_K")
_V = TypeVar("_V")
_FILES: Final = 0x0E  # what a tree of files and folders is marked with
_STEP: Final = 256  # blocks that are read at once
_MOST: Final = 500_000  # records that are kept


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node that was left: its own number, the transaction that wrote it, its records."""

    number: int
    xid: int
    records: list[Record]


def leaves(container: Container, space: Space) -> Iterator[Leaf]:
    """Yield the leaves of older trees of files that lie in free blocks."""
    import numpy as np

    part, size = container.part, container.size
    for first, last in space.free():
        for start, end in part.image.extents(part.start + first * size, part.start + last * size):
            begin, stop = (start - part.start) // size, -((part.start - end) // size)
            for at in range(begin, stop, _STEP):
                data = part.read(at * size, min(_STEP, stop - at) * size)
                rows = np.frombuffer(data, np.uint8, len(data) // size * size).reshape(-1, size)
                kinds = rows[:, 24]
                likely = ((kinds == ROOT_NODE) | (kinds == NODE)) & (rows[:, 28] == _FILES)
                for row in np.flatnonzero(likely & (rows[:, 25] == 0) & (rows[:, 29] == 0)).tolist():
                    leaf = _leaf(data[row * size : (row + 1) * size])
                    if leaf is not None:
                        yield leaf


def _leaf(block: bytes) -> Leaf | None:
    if not intact(block):
        return None
    try:
        node = node_of(block)
    except (Corrupt, struct.error):
        return None
    number, xid = struct.unpack_from("<QQ", block, 8)
    return None if node.level else Leaf(number, xid, node.records)


class Left:
    """What was left of a volume's files. ``living`` are the numbers that are still in use."""

    def __init__(self, living: set[int], *, hashed: bool) -> None:
        self._living, self._hashed = living, hashed
        self._inodes: dict[int, tuple[int, Inode]] = {}
        self._names: dict[int, tuple[int, Name]] = {}
        self._attributes: dict[tuple[int, str], tuple[int, Attribute]] = {}
        self._pieces: dict[int, dict[int, tuple[int, Piece]]] = {}
        self._count = 0

    @property
    def full(self) -> bool:
        """Whether more is not kept."""
        return self._count >= _MOST

    def add(self, leaf: Leaf) -> None:
        """Keep what a leaf says of files that are gone."""
        for record in leaf.records:
            number, kind = records.order(record[0])
            if kind == records.NAME:
                name = records.name_of(record, self._hashed)
                if name is not None and name.number not in self._living:
                    self._newer(self._names, name.number, leaf.xid, name)
            elif number in self._living:
                continue
            elif kind == records.INODE and (inode := records.inode_of(record[1])) is not None:
                self._newer(self._inodes, number, leaf.xid, inode)
            elif kind == records.ATTRIBUTE and (attribute := records.attribute_of(record)) is not None:
                self._newer(self._attributes, (number, attribute.name), leaf.xid, attribute)
            elif kind == records.EXTENT and (piece := records.piece_of(record)) is not None:
                self._newer(self._pieces.setdefault(number, {}), piece.at, leaf.xid, piece)

    def _newer(self, kept: dict[_K, tuple[int, _V]], key: _K, xid: int, value: _V) -> None:
        if key not in kept:
            self._count += 1
        elif kept[key][0] >= xid:
            return
        kept[key] = (xid, value)

    def folders(self) -> dict[int, tuple[int, str]]:
        """Return the folders that are gone."""
        return {number: (name.parent, name.name) for number, (_, name) in self._names.items() if name.folder}

    def stream(self, number: int, taken: Callable[[int], bool], size: int) -> list[Piece]:
        """Return the pieces of a stream; a hole stands for one whose blocks are in use again."""
        pieces = sorted((piece for _, piece in self._pieces.get(number, {}).values()), key=lambda piece: piece.at)
        found = []
        for piece in pieces:
            last = piece.block + max(0, piece.length - 1) // size
            used = taken(piece.block) or taken(last)
            found.append(Piece(piece.at, piece.length, 0) if used else piece)
        return found

    def groups(self) -> Iterator[tuple[Group, Name]]:
        """Yield files and folders with their names; of those without an inode only the name is known."""
        attributes: dict[int, list[Attribute]] = {}
        for (number, _), (_, attribute) in self._attributes.items():
            attributes.setdefault(number, []).append(attribute)
        for number, (_, inode) in self._inodes.items():
            group = Group(number, inode, attributes.get(number, []))
            yield group, self._names[number][1] if number in self._names else group.names()[0]
        for number, (_, name) in self._names.items():
            if number not in self._inodes and not name.folder:
                yield Group(number), name
