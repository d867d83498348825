"""APFS: a partition in, the files of its volumes, what snapshots keep besides, deleted files and free blocks out.

Files, folders and attributes are records of one B-tree for each volume; its nodes stand where the volume's map of
objects says, in the newest state or in that of a snapshot. Nothing is ever overwritten, so nodes of older states lie in
free blocks, and deleted files are sought there. Encrypted, sealed and split volumes are gaps. Source: Apple File
System Reference.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, TypeAlias, cast

from shoumi.engine.errors import Corrupt, Unexamined
from shoumi.engine.filesystems import apfsrecords as records
from shoumi.engine.filesystems import decmpfs
from shoumi.engine.filesystems.apfsgone import Left, leaves
from shoumi.engine.filesystems.apfsrecords import Attribute, Group, Inode, Name, Piece
from shoumi.engine.filesystems.apfsspace import Container, Objects, Space, recognise
from shoumi.engine.filesystems.apfstree import Record, Tree
from shoumi.engine.filesystems.volume import DEEPEST, Entry, Extent, Part, Stretch, content, held, joined
from shoumi.engine.types import Gap, GapReason, Step, Trail

__all__ = ["Apfs", "recognise"]
_ROOT, _PRIVATE = 2, 3  # folders: the first one, and the one of files that are deleted and still open
_HASHED: Final = 1 | 8  # features: names are found by a hash
_SEALED: Final = 0x20
_UNENCRYPTED: Final = 1
_PHYSICAL: Final = 0x40000000
_FILE: Final = 0x8000
_PACKED, _AWAY = 0x20, 0x40000000  # flags of a file: compressed, and its content is kept elsewhere
_FORK: Final = "com.apple.ResourceFork"
_SILENT: Final = (  # attributes that are no text of a user
    "com.apple.FinderInfo",
    "com.apple.quarantine",
    "com.apple.fs.symlink",
    "purgeable-drecs-fixed",
    decmpfs.NAME,
)
_Find: TypeAlias = Callable[[int], list[Piece]]  # a stream's number in, its pieces out
_ROLES: Final = {1: "System", 2: "User", 4: "Recovery", 8: "VM", 16: "Preboot", 32: "Installer", 64: "Data"}


@dataclass(slots=True)
class _Volume:
    """A volume that can be read."""

    name: str
    prefix: str
    hashed: bool
    objects: Objects
    tree: Tree
    physical: bool  # whether nodes of its tree go by the number of their block
    snapshots: int  # the tree that lists them
    folders: dict[int, tuple[int, str]] = field(default_factory=dict)
    living: set[int] = field(default_factory=set)
    versions: set[int] = field(default_factory=set)  # of files, so that snapshots give only what differs
    leaves: set[int] = field(default_factory=set)  # blocks of the tree that were read: snapshots share most of them

    def skip(self, xid: int) -> Callable[[int], bool]:
        """Return what says whether a leaf, as it was at a transaction, was read before."""

        def known(number: int) -> bool:
            place = number if self.physical else self.objects.place(number, xid)
            if place in self.leaves:
                return True
            self.leaves.add(place)
            return False

        return known


class Apfs:
    """The container with its volumes."""

    name = "apfs"

    def __init__(self, part: Part) -> None:
        self._part = part
        self._container = Container(part)
        self._block = self._container.size
        self.span = self._container.total * self._block
        self._claimed = array("Q")  # first block and number of blocks of what files hold, in turn
        self._slack: list[Extent] = []
        self._space: Space | None = None
        self._names: set[str] = set()  # of volumes
        self._unread = False  # whether blocks in use may hold what was not read
        self._locked = False  # whether every volume is encrypted

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield the files of each volume, those of its snapshots that differ, then files that were deleted."""
        if self._container.older:
            self._unread = True
            yield self._gap("corrupt", "the newest state of the container is damaged; an older one was read", "/")
        volumes = []
        blocks = list(self._container.volumes())
        for at, block in enumerate(blocks, 1):
            name = records.shown(block[704:960]) if block else ""
            name = f"{name or 'volume'} {at}" if not name or name in self._names else name
            self._names.add(name)
            volume = self._opened(block, name, len(blocks) > 1)
            if isinstance(volume, Gap):
                self._unread = self._unread or volume.reason != "encrypted"
                yield volume
                continue
            volumes.append(volume)
            yield from self._files(volume)
            yield from self._snapshots(volume)
        self._locked = bool(blocks) and not volumes and not self._unread
        if self._locked:
            return
        try:
            self._space = self._container.read_space()
        except (Unexamined, struct.error) as error:
            self._unread = True
            yield self._gap("corrupt", f"{error}; text was looked for everywhere but in files", "/")
        if self._space is not None and volumes:
            yield from self._deleted(volumes, self._space)

    def _opened(self, block: bytes | None, name: str, several: bool) -> _Volume | Gap:
        """Return a volume, or why it cannot be read."""
        if block is None:
            return self._gap("corrupt", "the description of the volume is damaged", name)
        features, flags, role = *struct.unpack_from("<Q200xQ", block, 56), struct.unpack_from("<H", block, 964)[0]
        called = "the volume" + (f" ({_ROLES[role]})" if role in _ROLES else "")
        if not flags & _UNENCRYPTED:
            return self._gap("encrypted", f"{called} is encrypted (FileVault)", name)
        if features & _SEALED:
            return self._gap("unsupported", f"{called} is sealed and is not read; text in it was looked for", name)
        kind = struct.unpack_from("<I", block, 116)[0]
        omap, root, _, snapshots = struct.unpack_from("<QQQQ", block, 128)
        try:
            objects = Objects(self._container, omap)
            physical = bool(kind & _PHYSICAL)
            load = self._container.load if physical else self._loader(objects, self._container.xid)
            tree = Tree(load, root, records.order)
        except (Unexamined, struct.error) as error:
            return self._gap("corrupt", f"{called} is not read: {error}", name)
        return _Volume(
            name, f"{name}/" if several else "", bool(features & _HASHED), objects, tree, physical, snapshots
        )

    def _loader(self, objects: Objects, xid: int) -> Callable[[int], bytes | None]:
        """Return what loads a volume's objects as they were at a transaction."""

        def load(number: int) -> bytes | None:
            block = self._container.load(objects.place(number, xid))
            return block if block is not None and block[8:16] == number.to_bytes(8, "little") else None

        return load

    def _gap(self, reason: GapReason, detail: str, path: str) -> Gap:
        return Gap(reason, detail, Trail((Step("apfs", path),)))

    def _files(self, volume: _Volume) -> Iterator[Entry | Gap]:
        """Yield what a volume holds."""
        tree, prefix = volume.tree, volume.prefix
        names = self._names_of(volume)
        find: _Find = lambda number: _stream(tree, number)  # noqa: E731
        for group in records.groups(tree.records()):
            if group.inode is None:
                continue
            volume.living.add(group.number)
            own = names.pop(group.number, [])
            pieces = _pieces(group, find)
            if volume.snapshots:
                volume.versions.add(_version(group, pieces))
            for name in own:
                deleted = name.parent == _PRIVATE  # while a program had it open: the inode knows its old name
                known = group.names()[0] if deleted and group.inode.name else name
                path = prefix + (_path(known, volume.folders) if group.number != _ROOT else "(root)")
                yield from self._entries(find, group, pieces, path, deleted=deleted)
            if not own and group.number > _PRIVATE:
                path = f"{prefix}(orphan)/{group.inode.name or f'inode {group.number}'}"
                yield from self._entries(find, group, pieces, path, deleted=True)
        if tree.broken or volume.objects.broken or names:
            self._unread = True
            yield self._gap("corrupt", "the catalog of files is damaged; more files may exist", prefix or "/")

    def _names_of(self, volume: _Volume) -> dict[int, list[Name]]:
        """Return every name by the number that it leads to, and keep the folders."""
        found: dict[int, list[Name]] = {}
        for record in volume.tree.records(skip=volume.skip(self._container.xid) if volume.snapshots else None):
            if records.order(record[0])[1] == records.NAME and (name := records.name_of(record, volume.hashed)):
                found.setdefault(name.number, []).append(name)
                if name.folder:
                    volume.folders[name.number] = (name.parent, name.name)
        return found

    def _older(self, volume: _Volume, tree: Tree, xid: int, prefix: str) -> Iterator[Entry | Gap]:
        """Yield files of a snapshot that no state before gave. Leaves that were read before hold none."""
        find: _Find = lambda number: _stream(tree, number)  # noqa: E731
        folders: dict[int, tuple[int, str]] = {}
        numbers = dict.fromkeys(records.order(key)[0] for key, _ in tree.records(skip=volume.skip(xid)))
        for number in numbers:
            for group in records.groups(tree.records((number,), (number,))):
                pieces = _pieces(group, find)
                version = _version(group, pieces)
                if group.inode is None or version in volume.versions or number <= _PRIVATE:
                    continue
                volume.versions.add(version)
                volume.living.add(number)
                for name in group.names():
                    _climb(tree, name.parent, folders)
                    yield from self._entries(find, group, pieces, prefix + _path(name, folders), deleted=False)
        if tree.broken:
            self._unread = True
            yield self._gap("corrupt", "the catalog of files is damaged; more files may exist", prefix)

    def _entries(
        self, find: _Find, group: Group, pieces: list[Piece], path: str, *, deleted: bool
    ) -> Iterator[Entry | Gap]:
        inode = cast(Inode, group.inode)
        values = {attribute.name: attribute for attribute in group.attributes}
        if inode.mode & 0xF000 == _FILE:
            if inode.flags & _PACKED and decmpfs.NAME in values:
                yield self._unpacked(find, inode, values, path, deleted=deleted)
            elif inode.flags & _AWAY:
                yield self._gap("unsupported", "the content is in a cloud drive and not on this disk", path)
            else:
                runs = self._runs(pieces, inode.size, sparse=inode.sparse)
                yield self._entry(path, inode.size, runs, deleted, inode.modified)
        for name, attribute in values.items():
            if name.startswith(_SILENT) or (name == _FORK and inode.flags & _PACKED and decmpfs.NAME in values):
                continue
            inside = f"{path}:rsrc" if name == _FORK else f"{path}:{name}"
            if attribute.stream:
                runs = self._runs(find(attribute.stream), attribute.size)
                yield self._entry(inside, attribute.size, runs, deleted, None)
            else:
                yield Entry(inside, len(attribute.value), held(attribute.value), deleted)

    def _entry(self, path: str, size: int, runs: list[Stretch], deleted: bool, modified: float | None) -> Entry:
        if not deleted:
            self._claim(runs, size)
        first = next((start for start, _ in runs if start is not None), None)
        return Entry(path, size, content(self._part, runs, size), deleted, modified, first)

    def _unpacked(
        self, find: _Find, inode: Inode, values: dict[str, Attribute], path: str, *, deleted: bool
    ) -> Entry | Gap:
        """Return a file that macOS compressed."""
        fork = values.get(_FORK, Attribute(_FORK, b""))
        runs = self._runs(find(fork.stream), fork.size) if fork.stream else []
        if not deleted:
            self._claim(runs, fork.size)
        elif any(start is None for start, _ in runs):  # some of it was written over
            return Entry(path, 0, held(b""), deleted, inode.modified)
        packed = values[decmpfs.NAME]
        value = packed.value
        if packed.stream:
            value = self._reader(self._runs(find(packed.stream), packed.size), packed.size)(0, 1 << 20)
        try:
            size = decmpfs.size_of(value)
        except Unexamined as error:
            return self._gap(error.reason, str(error), path)
        read = self._reader(runs, fork.size)
        if not fork.stream:
            read = lambda offset, size: fork.value[offset : offset + size]  # noqa: E731
        opened: Callable[[], BinaryIO] = lambda: cast(BinaryIO, decmpfs.Content(value, read))  # noqa: E731
        return Entry(path, size, opened, deleted, inode.modified)

    def _runs(self, pieces: list[Piece], size: int, *, sparse: bool = False) -> list[Stretch]:
        """Return where a stream stands; what is missing at its end or outside of the container is missing here too."""
        runs: list[Stretch] = []
        at = 0
        for piece in pieces:
            if piece.at < at or not piece.length:
                continue  # it lies: no two pieces overlap
            if piece.at > at:
                runs.append((None, piece.at - at))
            if piece.block * self._block + piece.length > self._part.size:
                return runs
            runs.append((piece.block * self._block if piece.block else None, piece.length))
            at = piece.at + piece.length
        if sparse and at < size:
            runs.append((None, size - at))
        return runs

    def _reader(self, runs: list[Stretch], size: int) -> Callable[[int, int], bytes]:
        """Return what reads a stream at any offset."""
        places, at = [], 0
        for start, length in runs:
            places.append((at, start, length))
            at += length

        def read(offset: int, wanted: int) -> bytes:
            wanted = max(0, min(wanted, size - offset))
            pieces = []
            for begin, start, length in places:
                if wanted and begin <= offset < begin + length:
                    inside = offset - begin
                    many = min(wanted, length - inside)
                    piece = bytes(many) if start is None else self._part.read(start + inside, many)
                    pieces.append(piece)
                    offset, wanted = offset + len(piece), wanted - len(piece)
            return b"".join(pieces)

        return read

    def _claim(self, runs: list[Stretch], size: int) -> None:
        """Note what a file holds, and what is left over behind its end."""
        for start, length in runs:
            if start is not None:
                self._claimed.extend((start // self._block, -(-length // self._block)))
                if size < length:
                    self._slack.append((start + max(size, 0), start + length))
            size -= length

    def _snapshots(self, volume: _Volume) -> Iterator[Entry | Gap]:
        """Yield files of snapshots that differ from what was yielded before."""
        if not volume.snapshots:
            return
        found: list[tuple[int, str, int]] = []
        try:
            tree = Tree(self._container.load, volume.snapshots, records.order)
            found = [one for record in tree.records() if (one := _snapshot(record)) is not None]
            broken = tree.broken
        except (Unexamined, struct.error):
            broken = True
        if broken:
            self._unread = True
            yield self._gap("corrupt", "the list of snapshots is damaged", volume.prefix or "/")
        for xid, name, place in found:
            block = self._container.load(place)
            try:
                if block is None or block[32:36] != b"APSB":
                    raise Corrupt("its description is damaged")
                tree = Tree(self._loader(volume.objects, xid), struct.unpack_from("<Q", block, 136)[0], records.order)
            except (Unexamined, struct.error) as error:
                self._unread = True
                yield self._gap("corrupt", f"the snapshot is not read: {error}", f"{volume.prefix}(snapshot {name})")
                continue
            yield from self._older(volume, tree, xid, f"{volume.prefix}(snapshot {name})/")

    def _deleted(self, volumes: list[_Volume], space: Space) -> Iterator[Entry | Gap]:
        """Yield files whose records were left in free blocks, and which no state names any more."""
        left = [Left(volume.living, hashed=volume.hashed) for volume in volumes]
        full = False
        for leaf in leaves(self._container, space):
            for kept, volume in zip(left, volumes, strict=True):
                if len(self._names) == 1 or leaf.number in volume.objects:
                    kept.add(leaf)
                    full = full or kept.full
            if full:
                yield self._gap("limit", "more was deleted than is kept in mind; text of the rest was looked for", "/")
                break
        for kept, volume in zip(left, volumes, strict=True):
            folders = {**kept.folders(), **volume.folders}
            for group, name in kept.groups():
                yield from self._left(kept, group, volume.prefix + _path(name, folders), space)

    def _left(self, kept: Left, group: Group, path: str, space: Space) -> Iterator[Entry | Gap]:
        if group.inode is None:
            yield Entry(path, 0, held(b""), deleted=True)
            return
        find: _Find = lambda number: kept.stream(number, space.taken, self._block)  # noqa: E731
        pieces = find(group.inode.stream)
        if not any(piece.block for piece in pieces):
            group.inode = replace(group.inode, size=0)
        yield from self._entries(find, group, pieces, path, deleted=True)

    def free(self) -> Iterator[Extent]:
        """Yield free blocks and slack; all that no file holds, when blocks in use may hold what was not read."""
        if self._locked:
            return
        size, block = self._part.size, self._block
        if self._unread or self._space is None:
            extents = list(self._unclaimed())
        else:
            extents = [(first * block, last * block) for first, last in self._space.free()]
            behind = self._container.total * block
            extents += [(behind, size)] if behind < size else []
        yield from joined((start, min(end, size)) for start, end in extents + self._slack if start < size)

    def _unclaimed(self) -> Iterator[Extent]:
        starts, counts = self._claimed[::2], self._claimed[1::2]
        at = 0
        for first, last in joined((one, one + count) for one, count in zip(starts, counts, strict=True)):
            if first * self._block > at:
                yield at, first * self._block
            at = max(at, last * self._block)
        if at < self._part.size:
            yield at, self._part.size


def _stream(tree: Tree, number: int) -> list[Piece]:
    key = (number, records.EXTENT)
    return [piece for record in tree.records(key, key) if (piece := records.piece_of(record)) is not None]


def _pieces(group: Group, find: _Find) -> list[Piece]:
    """Return a file's pieces; those of a clone go by another number than the file."""
    same = group.inode is None or group.inode.stream == group.number
    return group.pieces if same else find(cast(Inode, group.inode).stream)


def _version(group: Group, pieces: list[Piece]) -> int:
    inode = group.inode
    return hash((group.number, inode and (inode.modified, inode.size), tuple(pieces), len(group.attributes)))


def _climb(tree: Tree, number: int, folders: dict[int, tuple[int, str]]) -> None:
    """Add the folders above a file, as their inodes name them."""
    while number > _PRIVATE and number not in folders:
        key = (number, records.INODE)
        inode = next((records.inode_of(value) for _, value in tree.records(key, key)), None)
        if inode is None:
            return
        folders[number] = (inode.parent, inode.name)
        number = inode.parent


def _path(name: Name, folders: dict[int, tuple[int, str]]) -> str:
    names, parent = [name.name], name.parent
    while parent != _ROOT and len(names) <= DEEPEST:
        if parent not in folders:
            return "/".join(["(orphan)", *reversed(names)])
        parent, above = folders[parent]
        names.append(above)
    return "/".join(reversed(names))


def _snapshot(record: Record) -> tuple[int, str, int] | None:
    """Return a snapshot's transaction, name and the block of its description."""
    key, value = record
    xid, kind = records.order(key)
    if kind != records.SNAPSHOT or len(value) < 50:
        return None
    length = struct.unpack_from("<H", value, 48)[0]
    return xid, records.shown(value[50 : 50 + length]), struct.unpack_from("<Q", value, 8)[0]
