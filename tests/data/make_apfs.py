"""Writes an APFS container from nothing but its published layout, with a seed: the test data of the reader.

Linux has no tool that fills one. The Sleuth Kit and apfsck judge what is written here (``test_apfs.py``).
Source: Apple File System Reference.
"""

from __future__ import annotations

import random
import struct
import unicodedata
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.data.make_hfs import DELETED, MARK, decmpfs, zlib_fork

BLOCK = 4096
WHEN = 1_700_000_000 * 10**9
XID = 9
LEAF = 1900  # bytes of records that a leaf is given, so that the tree has several levels
INODE, ATTRIBUTE, SIBLING, STREAM, EXTENT, NAME, MAPPED = 3, 4, 5, 6, 8, 9, 12
CHAIN = bytes.fromhex("ffff0000ffff0000")  # no lists of free places in a node


def checked(block: bytes | bytearray) -> bytes:
    """Return an object with its checksum."""
    low = high = 0
    for (word,) in struct.iter_unpack("<I", block[8:]):
        low = (low + word) % 0xFFFFFFFF
        high = (high + low) % 0xFFFFFFFF
    first = 0xFFFFFFFF - (low + high) % 0xFFFFFFFF
    second = 0xFFFFFFFF - (low + first) % 0xFFFFFFFF
    return struct.pack("<II", first, second) + bytes(block[8:])


def head(oid: int, kind: int, subtype: int = 0, xid: int = XID) -> bytes:
    return struct.pack("<8xQQII", oid, xid, kind, subtype)


def crc32c(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value


@dataclass
class File:
    path: str
    data: bytes = b""
    pieces: int = 1
    holes: dict[int, bytes] | None = None  # what stands where in a file with holes; data tells the size
    attributes: dict[str, bytes] = field(default_factory=dict)
    flags: int = 0
    link: str = ""  # another file that this is a second name of
    clone: str = ""  # a file whose blocks this one shares
    target: str = ""  # of a symbolic link
    gone: str = ""  # "free": its blocks are free, "queued": they wait to be freed, "used": they are in use again


Row = tuple[int, int, bytes, bytes]  # number, kind, the rest of the key, value


class Container:
    """A container of ``blocks`` blocks; what is written is taken from its start upwards."""

    def __init__(self, blocks: int = 1024, areas: tuple[int, int] = (8, 16)) -> None:
        self.blocks, self.areas = blocks, areas
        self.image: dict[int, bytes] = {}
        self.pool = 1 + sum(areas)  # the space manager's own blocks
        self.next = self.pool + 22
        self.used = set(range(self.next))
        self.queued: list[tuple[int, int]] = []
        self.number = 1030
        self.volumes: list[int] = []

    def take(self, count: int = 1, *, used: bool = True) -> int:
        first = self.next
        self.next += count
        if used:
            self.used |= set(range(first, first + count))
        return first

    def put(self, number: int, block: bytes) -> None:
        self.image[number] = block.ljust(BLOCK, b"\0")

    def store(self, data: bytes, *, used: bool = True) -> tuple[int, int]:
        """Write data; return its first block and how many."""
        count = -(-len(data) // BLOCK)
        first = self.take(count, used=used)
        for at in range(count):
            self.put(first + at, data[at * BLOCK : (at + 1) * BLOCK])
        return first, count

    def object(self, kind: int, body: bytes, oid: int = 0) -> int:
        """Write an object of one block; return where it stands."""
        place = self.take()
        self.put(place, checked((head(oid or place, kind) + body).ljust(BLOCK, b"\0")))
        return place

    def oid(self) -> int:
        self.number += 1
        return self.number

    def finish(self) -> None:
        """Write the map of objects, the space manager, the checkpoint."""
        rows = [
            (struct.pack("<QQ", oid, XID), struct.pack("<IIQ", 0, BLOCK, place))
            for oid, place in sorted((1026 + at, place) for at, place in enumerate(self.volumes))
        ]
        tree = Tree(self, 0xB, fixed=(16, 16)).write(rows)
        omap = self.object(0x4000000B, struct.pack("<IIIIQ", 1, 0, 0x40000002, 0x40000002, tree))
        data = 1 + self.areas[0]
        reaper = struct.pack("<QQQQIIIIIQQ", 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
        self.put(
            data,
            checked(
                (head(1025, 0x80000011) + reaper.ljust(76, b"\0") + struct.pack("<I", BLOCK - 112)).ljust(BLOCK, b"\0")
            ),
        )
        self.put(data + 1, self._space())
        for at, (oid, rows) in enumerate(((1028, []), (1029, self._queue())), 2):
            node = Tree(self, 9, fixed=(16, 8), flags=0xC, kind=0x80000000)
            self.put(data + at, node.node(oid, rows, 0, root=True, nodes=1))
        maps = [(0x80000011, 0, 1025), (0x80000005, 0, 1024), (0x80000002, 9, 1028), (0x80000002, 9, 1029)]
        body = struct.pack("<II", 1, len(maps)) + b"".join(
            struct.pack("<IIIIQQQ", kind, subtype, BLOCK, 0, 0, oid, data + at)
            for at, (kind, subtype, oid) in enumerate(maps)
        )
        self.put(1, checked((head(1, 0x4000000C) + body).ljust(BLOCK, b"\0")))
        block = bytearray(BLOCK)
        block[:32] = head(1, 0x80000001)
        struct.pack_into("<4sIQ", block, 32, b"NXSB", BLOCK, self.blocks)
        struct.pack_into("<Q", block, 64, 2)
        block[72:88] = bytes(range(1, 17))
        struct.pack_into("<QQII", block, 88, self.number + 1, XID + 1, *self.areas)
        struct.pack_into("<QQ", block, 112, 1, data)
        struct.pack_into("<IIIIII", block, 128, 2, 4, 0, 2, 0, 4)
        struct.pack_into("<QQQ", block, 152, 1024, omap, 1025)
        struct.pack_into("<II", block, 176, 0, max(1, self.blocks // 131072))
        struct.pack_into("<I", block, 180, max(1, -(-self.blocks * BLOCK // (512 << 20)), len(self.volumes)))
        for at in range(len(self.volumes)):
            struct.pack_into("<Q", block, 184 + 8 * at, 1026 + at)
        struct.pack_into("<Q", block, 1312, 0x800040001)
        self.put(2, checked(block))
        self.put(0, checked(block))

    def _queue(self) -> list[tuple[bytes, bytes]]:
        return [
            (struct.pack("<QQ", XID, first), struct.pack("<Q", count) if count > 1 else b"")
            for first, count in sorted(self.queued)
        ]

    def _space(self) -> bytes:
        bits = bytearray(BLOCK)
        for number in self.used:
            bits[number // 8] |= 1 << number % 8
        free = self.blocks - len(self.used)
        ring, pool = self.pool, self.pool + 16
        self.put(ring, b"\3")
        self.put(pool, bytes(bits))
        chunk = struct.pack("<IIQQIIQ", 0, 1, XID, 0, self.blocks, free, pool)
        self.put(pool + 1, checked((head(pool + 1, 0x40000007) + chunk).ljust(BLOCK, b"\0")))
        block = bytearray(BLOCK)
        block[:32] = head(1024, 0x80000005)
        struct.pack_into("<IIII", block, 32, BLOCK, 32768, 126, 507)
        struct.pack_into("<QQIIQI", block, 48, self.blocks, 1, 1, 0, free, 384)
        struct.pack_into("<I", block, 128, 392)
        struct.pack_into("<IIQIIQQ", block, 144, 0, 16, 6, 1, 16, ring, pool)
        struct.pack_into("<QQQH", block, 200, 0, 1028, 0, 1)
        queued = sum(count for _, count in self.queued)
        struct.pack_into("<QQQH", block, 240, queued, 1029, XID if queued else 0, 8)
        struct.pack_into("<HHIII", block, 320, 1, 15, 336, 344, 352)
        struct.pack_into("<Q", block, 336, XID)
        struct.pack_into("<16H", block, 352, 0xFFFF, *range(2, 16), 0xFFFF)
        struct.pack_into("<Q", block, 384, pool + 1)
        return checked(block)

    def bytes(self) -> bytes:
        """Return the image."""
        data = bytearray(self.blocks * BLOCK)
        for number, block in self.image.items():
            data[number * BLOCK : (number + 1) * BLOCK] = block
        return bytes(data)

    def write(self, path: Path) -> None:
        """Write the image as a file with holes."""
        with path.open("wb") as stream:
            stream.truncate(self.blocks * BLOCK)
            for number, block in self.image.items():
                stream.seek(number * BLOCK)
                stream.write(block)


class Tree:
    """Writes a B-tree: its nodes where the container has room, by block or by the numbers of a map of objects."""

    def __init__(
        self,
        container: Container,
        subtype: int,
        *,
        fixed: tuple[int, int] | None = None,
        flags: int = 0x10,
        kind: int = 0x40000000,
        places: dict[int, int] | None = None,
        leaf: int = 3000,
    ) -> None:
        self.container, self.subtype, self.fixed, self.flags, self.kind = container, subtype, fixed, flags, kind
        self.places, self.leaf = places, leaf
        self.count = self.longest_key = self.longest_value = 0

    def write(self, rows: list[tuple[bytes, bytes]], root: int = 0) -> int:
        """Write a tree; return the number of its root: its block, or the number that the map gives it."""
        self.count = len(rows)
        self.longest_key = max((len(key) for key, _ in rows), default=0)
        self.longest_value = max((len(value) for _, value in rows), default=0)
        level, height, nodes = rows, 0, 0
        while True:
            groups = self._filled(level)
            nodes += len(groups)
            above = []
            for group in groups:
                top = len(groups) == 1
                place = self.container.take()
                oid = place if self.places is None else (root if top else self.container.oid())
                if self.places is not None:
                    self.places[oid] = place
                self.container.put(place, self.node(oid, group, height, root=top, nodes=nodes))
                above.append((group[0][0] if group else b"", struct.pack("<Q", oid)))
            if len(groups) == 1:
                return struct.unpack("<Q", above[0][1])[0]
            level, height = above, height + 1

    def _filled(self, rows: list[tuple[bytes, bytes]]) -> list[list[tuple[bytes, bytes]]]:
        groups: list[list[tuple[bytes, bytes]]] = [[]]
        size = 0
        for key, value in rows:
            if size + len(key) + len(value) + 24 > self.leaf and groups[-1]:
                groups.append([])
                size = 0
            groups[-1].append((key, value))
            size += len(key) + len(value) + 24
        return groups

    def node(
        self, oid: int, rows: list[tuple[bytes, bytes]], height: int, *, root: bool, nodes: int = 0, xid: int = XID
    ) -> bytes:
        width = 4 if self.fixed else 8
        toc = (len(rows) + 8) * width
        if self.fixed:  # the table has room for as many as fit into the node
            toc = (BLOCK - 56) // (20 + (8 if height else self.fixed[1])) * width
        keys, values, table = b"", b"", b""
        for key, value in rows:
            at, keys, values = len(keys), keys + key, value + values
            place = len(values) if value else 0xFFFF
            table += (
                struct.pack("<HH", at, place)
                if self.fixed
                else struct.pack("<HHHH", at, len(key), len(values), len(value))
            )
        end = BLOCK - (40 if root else 0)
        room = end - 56 - toc - len(keys) - len(values)
        assert room >= 0
        flags = (1 if root else 0) | (0 if height else 2) | (4 if self.fixed else 0)
        body = struct.pack("<HHI", flags, height, len(rows)) + struct.pack("<HHHH", 0, toc, len(keys), room) + CHAIN
        block = head(oid, self.kind | (2 if root else 3), self.subtype, xid) + body + table.ljust(toc, b"\0") + keys
        block = block.ljust(end - len(values), b"\0") + values
        if root:
            fixed = self.fixed or (0, 0)
            longest = fixed if self.fixed else (self.longest_key, self.longest_value)
            block += struct.pack("<IIIIIIQQ", self.flags, BLOCK, *fixed, *longest, self.count or len(rows), nodes)
        return checked(block)


class Volume:
    """A volume. ``features`` 1: case does not matter, 8: neither does composition, 0x20: sealed; ``flags`` 1: not encrypted."""

    def __init__(
        self, container: Container, name: str = "Test", features: int = 1, flags: int = 1, role: int = 0
    ) -> None:
        self.container, self.name, self.features, self.flags, self.role = container, name, features, flags, role
        self.before = len(container.used)
        self.rows: list[Row] = []
        self.gone: list[Row] = []
        self.numbers = {"": 2}
        self.children: dict[int, int] = {1: 2, 2: 0, 3: 0}
        self.extents: dict[str, list[tuple[int, int, int]]] = {}
        self.owners: dict[int, list[int]] = {}  # blocks of files: first block → count, owner, references
        self.number, self.counts = 16, [0, 0, 0]
        self.links: dict[int, list[tuple[int, int, str]]] = {}
        self._name(self.rows, 1, "root", 2, 4)
        self._name(self.rows, 1, "private-dir", 3, 4)

    def take(self) -> int:
        self.number += 1
        return self.number

    def folder(self, path: str) -> int:
        if path not in self.numbers:
            above, _, name = path.rpartition("/")
            parent = self.folder(above)
            number = self.numbers[path] = self.take()
            self.children[number] = 0
            self.counts[1] += 1
            self._name(self.rows, parent, name, number, 4)
            self.links[number] = [(0, parent, name)]
        return self.numbers[path]

    def add(self, file: File) -> None:
        rows = self.gone if file.gone else self.rows
        above, _, name = file.path.rpartition("/")
        parent = self.folder(above)
        if file.link:
            number = self.numbers[file.path] = self.numbers[file.link]
            self.links[number].append((self.take(), parent, name))
            return
        number = self.numbers[file.path] = self.take()
        if not file.gone:
            self.links[number] = [
                (self.take() if any(other.link == file.path for other in plan()) else 0, parent, name)
            ]
            self.counts[2 if file.target else 0] += 1
        else:
            self._name(rows, parent, name, number, 8)
        stream = number
        fields = [(4, 2, name.encode() + b"\0")]
        if file.clone:
            stream = self.take()
            self.extents[file.path] = self.extents[file.clone]
            self._stream(rows, stream, self.extents[file.path], stream, shared=True)
        elif file.data:
            self.extents[file.path] = self._stored(file)
            self._stream(rows, number, self.extents[file.path], number, shared=False, used=not file.gone)
        inner = 0x8400 if file.clone or any(other.clone == file.path for other in plan()) else 0x8000
        if file.data:
            held = sum(count for _, _, count in self.extents[file.path]) * BLOCK
            fields.append((8, 0x20, struct.pack("<QQQQQ", len(file.data), held, 0, len(file.data), 0)))
            if hollow := sum(count for _, first, count in self.extents[file.path] if not first) * BLOCK:
                inner |= 0x200
                fields.append((13, 0x28, struct.pack("<Q", hollow)))
        attributes = dict(file.attributes)
        if file.target:
            attributes["com.apple.fs.symlink"] = file.target.encode() + b"\0"
        for key, content in attributes.items():
            value = content
            if len(value) > 3000:
                place = self.take()
                first, count = self.container.store(value)
                self._stream(rows, place, [(0, first, count)], place, shared=False, counted=False)
                value = struct.pack("<QQQQQQ", place, len(value), count * BLOCK, 0, len(value), 0)
                mark = 1
            else:
                mark = 6 if file.target else 2
            if key == "com.apple.ResourceFork":
                inner = inner & ~0x8000 | 0x4000
            raw = key.encode() + b"\0"
            rows.append(
                (number, ATTRIBUTE, struct.pack("<H", len(raw)) + raw, struct.pack("<HH", mark, len(value)) + value)
            )
        mode = 0o120755 if file.target else 0o100644
        self._inode(rows, number, parent, stream, mode, fields, flags=file.flags, inner=inner, links=1)

    def _stored(self, file: File) -> list[tuple[int, int, int]]:
        """Write a file's content; return its pieces: where in it, first block (0: a hole), blocks."""
        pieces, total = [], -(-len(file.data) // BLOCK)
        if file.holes is not None:
            at = 0
            for place, data in sorted(file.holes.items()):
                if place // BLOCK > at:
                    pieces.append((at, 0, place // BLOCK - at))
                first, count = self.container.store(data)
                pieces.append((place // BLOCK, first, count))
                at = place // BLOCK + count
            if at < total:
                pieces.append((at, 0, total - at))
            return pieces
        each = -(-total // file.pieces)
        for at in range(0, total, each):
            first, count = self.container.store(file.data[at * BLOCK : (at + each) * BLOCK], used=file.gone != "free")
            self.container.next += file.pieces > 1
            pieces.append((at, first, count))
            if file.gone == "queued":
                self.container.queued.append((first, count))
        return pieces

    def _stream(
        self,
        rows: list[Row],
        number: int,
        pieces: list[tuple[int, int, int]],
        owner: int,
        *,
        shared: bool,
        used: bool = True,
        counted: bool = True,
    ) -> None:
        if counted:
            rows.append((number, STREAM, b"", struct.pack("<I", 1)))
        for at, first, count in pieces:
            rows.append((number, EXTENT, struct.pack("<Q", at * BLOCK), struct.pack("<QQQ", count * BLOCK, first, 0)))
            if first and used:
                if shared:
                    self.owners[first][2] += 1
                else:
                    self.owners[first] = [count, owner, 1]

    def _inode(
        self,
        rows: list[Row],
        number: int,
        parent: int,
        stream: int,
        mode: int,
        fields: list[tuple[int, int, bytes]],
        *,
        links: int,
        flags: int = 0,
        inner: int = 0,
    ) -> None:
        value = struct.pack("<QQQQQQQ", parent, stream, WHEN, WHEN, WHEN, WHEN, inner)
        value += struct.pack("<iIIIIIHHQ", links, 0, 0, flags, 0, 0, mode, 0, 0)
        rows.append((number, INODE, b"", value + _fields(fields)))

    def _name(self, rows: list[Row], parent: int, name: str, number: int, kind: int, sibling: int = 0) -> None:
        raw = name.encode() + b"\0"
        if self.features & 9:
            text = unicodedata.normalize("NFD", name)
            text = unicodedata.normalize("NFD", text.casefold()) if self.features & 1 else text
            key = struct.pack("<I", (crc32c(text.encode("utf-32-le")) & 0x3FFFFF) << 10 | len(raw)) + raw
        else:
            key = struct.pack("<H", len(raw)) + raw
        value = struct.pack("<QQH", number, WHEN, kind)
        value += _fields([(1, 0, struct.pack("<Q", sibling))]) if sibling else b""
        rows.append((parent, NAME, key, value))
        if rows is self.rows and parent > 1:
            self.children[parent] += 1

    def _linked(self) -> None:
        """Write names of files and folders that are alive, and which names are of one file."""
        for number, links in self.links.items():
            for sibling, parent, name in links:
                if number in self.children:
                    continue
                target = any(row[:2] == (number, ATTRIBUTE) and b"fs.symlink" in row[2] for row in self.rows)
                self._name(self.rows, parent, name, number, 10 if target else 8, sibling if len(links) > 1 else 0)
                if len(links) > 1:
                    raw = name.encode() + b"\0"
                    value = struct.pack("<QH", parent, len(raw)) + raw
                    self.rows.append((number, SIBLING, struct.pack("<Q", sibling), value))
                    self.rows.append((sibling, MAPPED, b"", struct.pack("<Q", number)))
            if len(links) > 1:
                at = next(at for at, row in enumerate(self.rows) if row[:2] == (number, INODE))
                value = bytearray(self.rows[at][3])
                struct.pack_into("<i", value, 56, len(links))
                self.rows[at] = (*self.rows[at][:3], bytes(value))

    def catalog(self) -> list[tuple[bytes, bytes]]:
        """Return the records of the tree of files."""
        self._linked()
        folders = {2: (1, "root"), 3: (1, "private-dir")}
        folders |= {number: self.links[number][0][1:] for number in self.children if number > 3}
        for number, (parent, name) in folders.items():
            fields = [(4, 2, name.encode() + b"\0")]
            self._inode(self.rows, number, parent, number, 0o40755, fields, links=self.children[number])
        return _sorted(self.rows)

    def finish(self, *, snapshot: tuple[str, Volume] | None = None) -> None:
        """Write the trees and the description. ``snapshot``: a name, and what the volume held at transaction 4."""
        container = self.container
        root = container.oid()
        places: dict[int, int] = {}
        Tree(container, 0xE, flags=0x40, kind=0, places=places, leaf=LEAF).write(self.catalog(), root)
        objects = [(oid, XID, place) for oid, place in places.items()]
        listed = []
        if snapshot:
            older: dict[int, int] = {}
            Tree(container, 0xE, flags=0x40, kind=0, places=older).write(snapshot[1].catalog(), root)
            objects += [(oid, 4, place) for oid, place in older.items()]
            described = container.take()
            container.put(described, self._described(root, 0, 0, 0))
            name = snapshot[0].encode() + b"\0"
            value = struct.pack("<QQQQQIIH", 0, described, WHEN, WHEN, 0, 0x40000002, 0, len(name)) + name
            listed = [(struct.pack("<Q", 4 | 1 << 60), value)]
        rows = [(struct.pack("<QQ", oid, xid), struct.pack("<IIQ", 0, BLOCK, at)) for oid, xid, at in sorted(objects)]
        tree = Tree(container, 0xB, fixed=(16, 16)).write(rows)
        omap = container.object(0x4000000B, struct.pack("<IIIIQ", 0, 0, 0x40000002, 0x40000002, tree))
        owners = [
            (struct.pack("<Q", first | 2 << 60), struct.pack("<QQi", count | 1 << 60, owner, references))
            for first, (count, owner, references) in sorted(self.owners.items())
        ]
        shared = Tree(container, 0xF, flags=0x50).write(owners)
        snapshots = Tree(container, 0x10, flags=0x50).write(listed)
        held = len(container.used) - self.before - sum(count for _, count in container.queued)
        place = container.take()
        container.put(place, self._described(root, omap, shared, snapshots, held, len(listed)))
        container.volumes.append(place)
        if self.gone:  # an older state of a leaf, in a free block
            left = Tree(container, 0xE, flags=0x40, kind=0)
            container.put(container.take(used=False), left.node(root, _sorted(self.gone), 0, root=False, xid=XID - 2))

    def _described(self, root: int, omap: int, shared: int, snaps: int, held: int = 0, kept: int = 0) -> bytes:
        block = bytearray(BLOCK)
        block[:32] = head(1026 + len(self.container.volumes), 0xD)
        struct.pack_into("<4sIQQQ", block, 32, b"APSB", len(self.container.volumes), 2, 0, self.features)
        struct.pack_into("<Q", block, 88, held)
        struct.pack_into("<HHIIIHH", block, 96, 5, 0, 0, 6, 0, 1, 0)
        struct.pack_into("<III", block, 116, 2, 0x40000002, 0x40000002)
        struct.pack_into("<QQQQ", block, 128, omap, root, shared, snaps)
        struct.pack_into("<QQQQ", block, 176, self.number + 1, *self.counts)
        struct.pack_into("<Q", block, 216, kept)
        block[240:256] = bytes(range(3, 19))
        struct.pack_into("<QQ", block, 256, 0, self.flags)
        block[272:304] = b"make_apfs".ljust(32, b"\0")
        struct.pack_into("<QQ", block, 304, WHEN, 1)
        block[704 : 704 + len(self.name.encode())] = self.name.encode()
        struct.pack_into("<IH", block, 960, 3, self.role)
        return checked(block)


def _fields(fields: list[tuple[int, int, bytes]]) -> bytes:
    values = b"".join(value.ljust(-(-len(value) // 8) * 8, b"\0") for _, _, value in fields)
    marks = b"".join(struct.pack("<BBH", kind, flags, len(value)) for kind, flags, value in fields)
    return struct.pack("<HH", len(fields), len(values)) + marks + values


def _sorted(rows: list[Row]) -> list[tuple[bytes, bytes]]:
    def order(row: Row) -> tuple[int, int, int, bytes]:
        number, kind, rest, _ = row
        first = int.from_bytes(rest[: 8 if kind in (SIBLING, EXTENT) else 4], "little") if kind != ATTRIBUTE else 0
        return number, kind, first, rest

    return [(struct.pack("<Q", row[0] | row[1] << 60) + row[2], row[3]) for row in sorted(rows, key=order)]


@cache
def plan() -> list[File]:
    """Return what the volume holds."""
    draw = random.Random(11)
    lines = "".join(f"line {number} {'x' * draw.randint(0, 70)}\n" for number in range(2500)).encode()
    big = "".join(f"行 {number} {draw.random()}\n" for number in range(5000)).encode() + MARK.encode()
    text = f"{MARK}\n压缩的文件\n".encode() * 40
    hollow = {BLOCK * 2: f"{MARK}\n在洞之间\n".encode(), BLOCK * 40: b"the end\n"}
    size = BLOCK * 50 + 100
    whole = bytearray(size)
    for place, data in hollow.items():
        whole[place : place + len(data)] = data
    files = [
        File("notes.txt", f"{MARK}\nalpha\n".encode(), attributes={"note": "附注：内部资料".encode()}),
        File("deep/er/中文目录/人员名单.txt", "姓名：Alice 手机：13800138000\n".encode()),
        File("café.txt", b"composed or not\n"),
        File("big.txt", lines),
        File("empty.txt"),
        File("scattered.txt", lines[::-1], pieces=23),
        File("hollow.bin", bytes(whole), holes=hollow),
        File("deep/second name.txt", link="notes.txt"),
        File("clone.txt", lines, clone="big.txt"),
        File("a link", target="deep/er"),
        File("large attribute.txt", b"x\n", attributes={"large": big}),
        File("two forks.txt", b"data fork\n", attributes={"com.apple.ResourceFork": b"resource fork\n" * 500}),
        File(
            "packed inline.txt",
            flags=0x20,
            attributes={"com.apple.decmpfs": decmpfs(3, len(text), zlib.compress(text))},
        ),
        File(
            "packed fork.txt",
            flags=0x20,
            attributes={"com.apple.decmpfs": decmpfs(4, len(big)), "com.apple.ResourceFork": zlib_fork(big)},
        ),
        File("gone one.txt", (DELETED * 3).encode(), pieces=3, gone="free"),
        File("deep/gone two.txt", f"queued {MARK}\n".encode() * 400, pieces=2, gone="queued"),
        File("gone three.txt", b"its place is taken\n", gone="used"),
    ]
    return files + [File(f"many/{number:03}.txt", f"file {number}\n".encode()) for number in range(60)]


def living() -> dict[str, bytes]:
    """Return what whoever reads the volume finds, by path."""
    files = {file.path: file for file in plan() if not file.gone and not file.target}
    found = {path: files[file.link].data if file.link else file.data for path, file in files.items()}
    big = files["large attribute.txt"].attributes["large"]
    found["packed inline.txt"] = f"{MARK}\n压缩的文件\n".encode() * 40
    found["packed fork.txt"] = big
    found["notes.txt:note"] = found["deep/second name.txt:note"] = "附注：内部资料".encode()
    found["large attribute.txt:large"] = big
    found["two forks.txt:rsrc"] = b"resource fork\n" * 500
    return found


def container(
    blocks: int = 1024, areas: tuple[int, int] = (8, 16), *, features: int = 1, judged: bool = False
) -> Container:
    """Return a container with one volume. ``judged``: only what apfsck lets pass, so nothing that is half deleted."""
    made = Container(blocks, areas)
    volume = Volume(made, features=features)
    for file in plan():
        if not (judged and (file.gone == "used" or file.flags)):
            volume.add(file)
    volume.finish()
    made.finish()
    return made


if __name__ == "__main__":
    Path("apfs.img").write_bytes(container().bytes())
