"""HFS+ and HFSX: a partition in, files with both forks, deleted files and free blocks out.

Files and folders are records of one B-tree, the catalog; what does not fit into a record's eight extents stands in
another one. Deleted files are sought where their records may have been left: in the free space of the catalog's nodes.
A journal needs no replay for reading: what it holds is swept with the free space. Sources: Apple Technical Note TN1150
and xnu's hfs_format.h.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, cast

from shoumi.engine.errors import Corrupt, Unexamined
from shoumi.engine.filesystems import decmpfs
from shoumi.engine.filesystems.hfstree import Tree
from shoumi.engine.filesystems.volume import DEEPEST, Entry, Extent, Part, Stretch, clear_bits, content, held, joined
from shoumi.engine.limits import MIB
from shoumi.engine.types import Gap, Step, Trail

_HEADER: Final = 1024
_EPOCH: Final = 2_082_844_800  # seconds from 1904 to 1970
_FOLDER, _FILE = 1, 2
_ROOT: Final = 2  # the first folder's number
_USER: Final = 16  # the first number that a file of a user may have
_PACKED: Final = 0x20  # a file's flag: its content is compressed
_DATA, _RESOURCE = 0x00, 0xFF
_PRIVATE: Final = "\0\0\0\0HFS+ Private Data"
_HARD_LINK: Final = b"hlnkhfs+"
_REVERSED: Final = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_RECORD: Final = 248  # bytes of a file's record
_LONGEST: Final = 516  # bytes of a catalog key
_ATTRIBUTE: Final = MIB  # bytes of an attribute that are kept


def recognise(head: bytes) -> bool:
    """Whether a volume header is one of HFS+ or HFSX, alone or in a wrapper of the older HFS."""
    if head[1024:1028] in (b"H+\0\4", b"HX\0\5"):
        return head[1064:1068] > b"\0\0\1\xff"  # blocks of 512 bytes and more
    return head[1024:1026] == b"BD" and head[1148:1150] == b"H+"


@dataclass(frozen=True, slots=True)
class _Fork:
    """The bytes of a fork: their number, and where they stand in blocks (start, count)."""

    size: int
    blocks: int
    extents: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _File:
    """A file's record."""

    parent: int
    name: str
    number: int
    modified: float | None
    packed: bool
    link: int  # the number of the file that holds the content, 0: this one
    data: _Fork
    resource: _Fork


@dataclass(slots=True)
class _Catalog:
    """What the catalog says, in its order."""

    folders: dict[int, tuple[int, str]] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)
    stored: dict[int, _File] = field(default_factory=dict)  # contents of hard links, by the number links name
    damaged: bool = False


class Hfs:
    """The file system."""

    name = "hfs"

    def __init__(self, part: Part) -> None:
        outer = part.start
        self._part = part = _embedded(part)
        self._shift = part.start - outer  # bytes of the wrapper before the volume: offsets are the partition's
        head = part.exactly(_HEADER, 512)
        if head[:4] not in (b"H+\0\4", b"HX\0\5"):
            raise Corrupt("the volume header in the HFS wrapper is damaged")
        self._block, self._total = struct.unpack_from(">II", head, 40)
        if self._block < 512 or self._block & (self._block - 1) or self._block > 16 * MIB:
            raise Corrupt("an impossible size of blocks")
        self.span = self._shift + self._total * self._block
        self._total = min(self._total, part.size // self._block + 1)
        self._bitmap, overflow, catalog, attributes = (_fork(head, at) for at in (112, 192, 272, 352))
        self._overflow: dict[tuple[int, int], list[tuple[int, tuple[tuple[int, int], ...]]]] = {}
        if overflow.size:
            self._read_overflow(overflow)
        self._catalog = Tree(self._reader(catalog, 4))
        self._attributes = self._read_attributes(attributes) if attributes.size else {}
        self._slack: list[Extent] = []
        self._free: Any = None

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield files in the catalog's order, then files that were deleted."""
        found = self._read_catalog()
        linked: set[int] = set()
        for file in found.files:
            yield from self._entries(file, found, linked)
        for number, file in found.stored.items():
            if number not in linked:  # deleted while a program had it open
                yield from self._entries(file, found, linked, deleted=True)
        if found.damaged or self._catalog.broken:
            yield Gap("corrupt", "the catalog of files is damaged; more files may exist", Trail((Step("hfs", "/"),)))
        yield from self._deleted(found)

    def _entries(
        self, file: _File, found: _Catalog, linked: set[int], *, deleted: bool = False
    ) -> Iterator[Entry | Gap]:
        path = self._path(file, found.folders)
        if file.link:
            linked.add(file.link)
            stored = found.stored.get(file.link)
            if stored is None:
                yield Gap("corrupt", "the content of a hard link is missing", Trail((Step("hfs", path),)))
                return
            file = stored
        if file.packed and (attribute := self._attributes.get(file.number, {}).get(decmpfs.NAME)):
            yield self._unpacked(file, path, attribute)
        else:
            yield self._entry(file, file.data, _DATA, path, deleted=deleted)
            if file.resource.size:
                yield self._entry(file, file.resource, _RESOURCE, f"{path}:rsrc", deleted=deleted)
        for name, value in self._attributes.get(file.number, {}).items():
            if name != decmpfs.NAME and not name.startswith(("com.apple.FinderInfo", "com.apple.quarantine")):
                yield Entry(f"{path}:{name}", len(value), held(value))

    def _entry(self, file: _File, fork: _Fork, kind: int, path: str, *, deleted: bool) -> Entry:
        runs = self._runs(fork, file.number, kind)
        if deleted:
            runs = [(None if start is None or self._taken(start) else start, length) for start, length in runs]
            size = fork.size if any(start is not None for start, _ in runs) else 0
        else:
            size = fork.size
            self._note_slack(runs, size)
        first = next((start + self._shift for start, _ in runs if start is not None), None)
        return Entry(path, size, content(self._part, runs, size), deleted, file.modified, first)

    def _unpacked(self, file: _File, path: str, attribute: bytes) -> Entry | Gap:
        runs = self._runs(file.resource, file.number, _RESOURCE)
        self._note_slack(runs, file.resource.size)
        try:
            size = decmpfs.size_of(attribute)
        except Unexamined as error:
            return Gap(error.reason, str(error), Trail((Step("hfs", path),)))
        read = self._reader(file.resource, file.number, _RESOURCE)
        opened: Callable[[], BinaryIO] = lambda: cast(BinaryIO, decmpfs.Content(attribute, read))  # noqa: E731
        return Entry(path, size, opened, modified=file.modified)

    def _path(self, file: _File, folders: dict[int, tuple[int, str]]) -> str:
        names, parent = [file.name], file.parent
        while parent != _ROOT and len(names) <= DEEPEST:
            if parent not in folders:
                return "/".join(["(orphan)", *reversed(names)])
            parent, name = folders[parent]
            names.append(name)
        return "/".join(reversed(names))

    def _read_catalog(self) -> _Catalog:
        found = _Catalog()
        private = 0
        for key, data in self._catalog.leaves():
            kind = data[1] if len(data) >= 2 and not data[0] else 0
            if kind == _FOLDER and len(data) >= 12 and (named := _key(key)):
                number = struct.unpack_from(">I", data, 8)[0]
                found.folders[number] = named
                private = number if named == (_ROOT, _shown(_PRIVATE)) else private
            elif kind == _FILE and (file := _record(key, data)):
                found.files.append(file)
            elif kind in (_FOLDER, _FILE):
                found.damaged = True
        inside = [file for file in found.files if private and file.parent == private]
        found.stored = {_stored(file): file for file in inside}
        found.files = [file for file in found.files if not private or file.parent != private]
        return found

    def _deleted(self, found: _Catalog) -> Iterator[Entry]:
        """Yield files whose records were left behind, and which no record in use names any more."""
        known = {(file.number, file.name) for file in (*found.files, *found.stored.values())}
        numbers = {number for number, _ in known}
        for left in self._catalog.gone():
            for file in _carved(left):
                if (file.number, file.name) in known:
                    continue
                known.add((file.number, file.name))
                if file.number not in numbers:  # else it was moved or renamed, and is read where it is now
                    path = self._path(file, found.folders)
                    yield self._entry(file, file.data, _DATA, path, deleted=True)
                    if file.resource.size:
                        yield self._entry(file, file.resource, _RESOURCE, f"{path}:rsrc", deleted=True)

    def _runs(self, fork: _Fork, number: int, kind: int) -> list[Stretch]:
        """Return where a fork stands: its own extents, then those of the overflow tree."""
        extents = list(fork.extents)
        have = sum(count for _, count in extents)
        for start, more in self._overflow.get((number, kind), ()):
            if start == have and have < fork.blocks:
                extents += more
                have += sum(count for _, count in more)
        return [(start * self._block, count * self._block) for start, count in extents if start < self._total]

    def _reader(self, fork: _Fork, number: int, kind: int = _DATA) -> Callable[[int, int], bytes]:
        """Return what reads a fork at any offset."""
        runs = self._runs(fork, number, kind)
        places, at = [], 0
        for start, length in runs:
            places.append((at, start, length))
            at += length

        def read(offset: int, size: int) -> bytes:
            size = max(0, min(size, fork.size - offset))
            pieces = []
            for begin, start, length in places:
                inside = max(offset - begin, 0)
                if size and start is not None and begin <= offset < begin + length:
                    piece = self._part.read(start + inside, min(size, length - inside))
                    pieces.append(piece)
                    offset, size = offset + len(piece), size - len(piece)
            return b"".join(pieces)

        return read

    def _read_overflow(self, fork: _Fork) -> None:
        for key, data in Tree(self._reader(fork, 3)).leaves():
            if len(key) >= 10 and len(data) >= 64:
                kind, number, start = struct.unpack_from(">BxII", key)
                self._overflow.setdefault((number, kind), []).append((start, _extents(data, 0)))

    def _read_attributes(self, fork: _Fork) -> dict[int, dict[str, bytes]]:
        """Return the attributes that stand in the tree itself, by file."""
        found: dict[int, dict[str, bytes]] = {}
        try:
            for key, data in Tree(self._reader(fork, 8)).leaves():
                if len(key) < 12 or len(data) < 16 or struct.unpack_from(">I", data)[0] != 0x10:
                    continue
                number, length = struct.unpack_from(">2xI4xH", key)
                size = struct.unpack_from(">I", data, 12)[0]
                name = key[12 : 12 + 2 * length].decode("utf-16-be", "replace")
                found.setdefault(number, {})[name] = data[16 : 16 + min(size, _ATTRIBUTE)]
        except (Unexamined, struct.error):  # its files stay; those that were compressed are gaps
            return found
        return found

    def _note_slack(self, runs: list[Stretch], size: int) -> None:
        for start, length in runs:
            if size < length and start is not None:
                self._slack.append((start + max(size, 0), start + length))
            size -= length

    def _map(self) -> bytes:
        """Return the map of blocks in use, lowest bit first."""
        if self._free is None:
            self._free = self._reader(self._bitmap, 6)(0, (self._total + 7) // 8).translate(_REVERSED)
        return cast(bytes, self._free)

    def _taken(self, place: int) -> bool:
        number, bitmap = place // self._block, self._map()
        return number // 8 < len(bitmap) and bool(bitmap[number // 8] >> number % 8 & 1)

    def free(self) -> Iterator[Extent]:
        """Yield free blocks and slack. Raises Corrupt without the map of blocks."""
        bitmap = self._map()
        if len(bitmap) * 8 < self._total:
            raise Corrupt("the map of free blocks is missing; text was looked for everywhere")
        extents = list(self._slack)
        extents += [(first * self._block, last * self._block) for first, last in clear_bits(bitmap, self._total)]
        behind = self._total * self._block
        if behind < self._part.size:
            extents.append((behind, self._part.size))
        shift, size = self._shift, self._part.size
        yield from joined((start + shift, min(end, size) + shift) for start, end in extents if start < size)


def _embedded(part: Part) -> Part:
    """Return the volume inside a wrapper of the older HFS; else the partition itself."""
    head = part.exactly(_HEADER, 512)
    if not head.startswith(b"BD"):
        return part
    size = struct.unpack_from(">I", head, 20)[0]
    first = struct.unpack_from(">H", head, 28)[0]
    start, count = struct.unpack_from(">HH", head, 126)
    offset = first * 512 + start * size
    if not size or offset + size * count > part.size + size:
        raise Corrupt("the volume lies outside its HFS wrapper")
    return Part(part.image, part.start + offset, min(size * count, part.size - offset))


def _fork(data: bytes, at: int) -> _Fork:
    size, blocks = struct.unpack_from(">Q4xI", data, at)
    return _Fork(size, blocks, _extents(data, at + 16))


def _extents(data: bytes, at: int) -> tuple[tuple[int, int], ...]:
    numbers = struct.unpack_from(">16I", data, at)
    return tuple((start, count) for start, count in zip(numbers[::2], numbers[1::2], strict=True) if count)


def _key(key: bytes) -> tuple[int, str] | None:
    """Return the folder that a catalog key stands in, and the name."""
    if len(key) < 6:
        return None
    parent, length = struct.unpack_from(">IH", key)
    if 6 + 2 * length > len(key):
        return None
    return parent, _shown(key[6 : 6 + 2 * length].decode("utf-16-be", "replace"))


def _shown(name: str) -> str:
    """Return a name as people see it: composed, and a slash where the disk keeps a colon's place."""
    return unicodedata.normalize("NFC", name).replace("/", ":")


def _record(key: bytes, data: bytes) -> _File | None:
    named = _key(key)
    if named is None or len(data) < _RECORD:
        return None
    number, _, changed = struct.unpack_from(">III", data, 8)
    link = struct.unpack_from(">I", data, 44)[0] if data[48:56] == _HARD_LINK else 0
    modified = float(changed - _EPOCH) if changed > _EPOCH else None
    packed = bool(data[41] & _PACKED)
    return _File(*named, number, modified, packed, link, _fork(data, 88), _fork(data, 168))


def _stored(file: _File) -> int:
    """Return the number by which hard links name a stored content: ``iNode`` and digits."""
    digits = file.name.removeprefix("iNode")
    return int(digits) if digits.isdecimal() and digits != file.name else -file.number


def _carved(left: bytes) -> Iterator[_File]:
    """Yield files whose records stand somewhere in bytes that no record has any more."""
    at = left.find(b"\0\2", 8)
    while at >= 0:
        if (file := _ending_at(left, at)) is not None:
            yield file
        at = left.find(b"\0\2", at + 1)


def _ending_at(left: bytes, at: int) -> _File | None:
    """Return the file whose record begins at a place when a key that makes sense ends there."""
    data = left[at : at + _RECORD]
    if len(data) < _RECORD or data[4:8] != bytes(4) or not _plausible(data):
        return None
    for start in range(at - 8, max(-1, at - _LONGEST - 3), -2):
        length = struct.unpack_from(">H", left, start)[0]
        if start + 2 + length + (length & 1) == at:
            characters = struct.unpack_from(">H", left, start + 6)[0]
            if length == 6 + 2 * characters and 0 < characters <= 255:
                return _record(left[start + 2 : start + 2 + length], data)
    return None


def _plausible(data: bytes) -> bool:
    """Whether bytes can be a file's record: a number, and extents that add up. Asked before the key is sought."""
    fork = _fork(data, 88)
    listed = sum(count for _, count in fork.extents)
    whole = listed == fork.blocks or (listed < fork.blocks and len(fork.extents) == 8)
    return struct.unpack_from(">I", data, 8)[0] >= _USER and whole and (fork.blocks > 0) == (fork.size > 0)
