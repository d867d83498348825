"""What the records of an APFS volume say: keys and values in, names, inodes, attributes and extents out.

Every length is checked against the record it stands in; a record that makes no sense is None. Source: Apple File System
Reference, "File-System Objects", "File-System Constants", "Data Streams" and "Extended Fields".
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.filesystems.apfstree import Record

SNAPSHOT, INODE, ATTRIBUTE, SIBLING, EXTENT, NAME = 1, 3, 4, 5, 8, 9  # kinds of records
_NUMBER: Final = (1 << 60) - 1
_LENGTH: Final = (1 << 56) - 1
_NAME_FIELD, _STREAM_FIELD, _SPARSE_FIELD = 4, 8, 13
_SPARSE: Final = 0x200
_STREAM: Final = 1  # an attribute's content stands in blocks
_FOLDER_NAME: Final = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a stream: where it begins in it, its bytes, its first block (0: a hole)."""

    at: int
    length: int
    block: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a folder."""

    parent: int
    name: str
    number: int
    folder: bool


@dataclass(frozen=True, slots=True)
class Inode:
    """A file, folder or link. ``stream`` is the number that its extents go by."""

    parent: int
    stream: int
    modified: float | None
    flags: int
    mode: int
    size: int
    name: str
    sparse: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its content, or the number and size of the stream that holds it."""

    name: str
    value: bytes
    stream: int = 0
    size: int = 0


@dataclass(slots=True)
class Group:
    """The records of one number."""

    number: int
    inode: Inode | None = None
    attributes: list[Attribute] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    siblings: list[Name] = field(default_factory=list)

    def names(self) -> list[Name]:
        """Return its names as the inode and the links to it say, without a look into folders."""
        if self.siblings or self.inode is None:
            return self.siblings
        name = self.inode.name or f"inode {self.number}"
        return [Name(self.inode.parent, name, self.number, folder=False)]


def order(key: bytes) -> tuple[int, ...]:
    """Return what a volume's records are sorted by: number, kind."""
    raw = int.from_bytes(key[:8], "little")
    return raw & _NUMBER, raw >> 60


def shown(raw: bytes) -> str:
    """Return a name as people see it: composed, one name and no path."""
    text = unicodedata.normalize("NFC", raw.partition(b"\0")[0].decode("utf-8", "replace"))
    return text.replace("/", ":")


def name_of(record: Record, hashed: bool) -> Name | None:
    """Return the name that a folder's record gives."""
    key, value = record
    start = 12 if hashed else 10
    if len(key) < start or len(value) < 18:
        return None
    length = struct.unpack_from("<I", key, 8)[0] & 0x3FF if hashed else struct.unpack_from("<H", key, 8)[0]
    number, kind = struct.unpack_from("<Q8xH", value)
    text = shown(key[start : start + length])
    return Name(order(key)[0], text, number, kind & 15 == _FOLDER_NAME) if text else None


def inode_of(value: bytes) -> Inode | None:
    """Return what an inode's record says."""
    if len(value) < 92:
        return None
    parent, stream, modified, inner = struct.unpack_from("<QQ8xQ16xQ", value)
    flags, mode = struct.unpack_from("<I8xH", value, 68)
    size, name, sparse = 0, "", bool(inner & _SPARSE)
    for kind, data in _fields(value[92:]):
        if kind == _NAME_FIELD:
            name = shown(data)
        elif kind == _STREAM_FIELD and len(data) >= 8:
            size = struct.unpack_from("<Q", data)[0]
        elif kind == _SPARSE_FIELD and len(data) >= 8:
            sparse = sparse or any(data[:8])
    return Inode(parent, stream, modified / 1e9 if modified else None, flags, mode, size, name, sparse)


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield extended fields: a list of kinds and sizes, then the values, each filled up to eight bytes."""
    if len(data) < 4:
        return
    count = min(struct.unpack_from("<H", data)[0], (len(data) - 4) // 4)
    at = 4 + 4 * count
    for number in range(count):
        kind, size = struct.unpack_from("<BxH", data, 4 + 4 * number)
        yield kind, data[at : at + size]
        at += (size + 7) // 8 * 8


def attribute_of(record: Record) -> Attribute | None:
    """Return what an attribute's record says."""
    key, value = record
    if len(key) < 10 or len(value) < 4:
        return None
    name = shown(key[10 : 10 + struct.unpack_from("<H", key, 8)[0]])
    flags, length = struct.unpack_from("<HH", value)
    if not flags & _STREAM:
        return Attribute(name, value[4 : 4 + length])
    if len(value) < 20:
        return None
    return Attribute(name, b"", *struct.unpack_from("<QQ", value, 4))


def piece_of(record: Record) -> Piece | None:
    """Return the piece of a stream that an extent's record gives."""
    key, value = record
    if len(key) < 16 or len(value) < 16:
        return None
    length, block = struct.unpack_from("<QQ", value)
    return Piece(struct.unpack_from("<Q", key, 8)[0], length & _LENGTH, block)


def groups(records: Iterator[Record]) -> Iterator[Group]:
    """Yield what belongs to one number, number by number."""
    group = Group(-1)
    for record in records:
        number, kind = order(record[0])
        if number != group.number:
            if group.number >= 0:
                yield group
            group = Group(number)
        put(group, kind, record)
    if group.number >= 0:
        yield group


def put(group: Group, kind: int, record: Record) -> None:
    """Add what a record says to its group."""
    if kind == INODE:
        group.inode = inode_of(record[1])
    elif kind == ATTRIBUTE and (attribute := attribute_of(record)) is not None:
        group.attributes.append(attribute)
    elif kind == EXTENT and (piece := piece_of(record)) is not None:
        group.pieces.append(piece)
    elif kind == SIBLING and len(record[1]) >= 10:
        parent, length = struct.unpack_from("<QH", record[1])
        group.siblings.append(Name(parent, shown(record[1][10 : 10 + length]), group.number, folder=False))
