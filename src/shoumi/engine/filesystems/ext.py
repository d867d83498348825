"""ext2, ext3 and ext4: a partition in, files, deleted files and free blocks out.

A deleted file's name stays in the slack of its folder, its inode keeps what the version leaves: ext2 the blocks, ext3
and ext4 nothing but times; their content is found by sweeping free blocks. The journal holds old blocks and is swept,
too. Sources: Linux Documentation/filesystems/ext4, the ext2 layout by Dave Poirier.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, Final

from shoumi.engine.errors import Corrupt, Encrypted, Unsupported
from shoumi.engine.filesystems.volume import (
    DEEPEST,
    Entry,
    Extent,
    Part,
    RunStream,
    Stretch,
    clear_bits,
    content,
    held,
    joined,
)
from shoumi.engine.limits import MIB
from shoumi.engine.types import Gap, Step, Trail

_SUPER: Final = 1024
_ROOT, _JOURNAL = 2, 8
_FOLDER, _FILE, _LINK = 0x4000, 0x8000, 0xA000
_EXTENTS, _INLINE, _LOCKED = 0x80000, 0x10000000, 0x800
_64BIT, _JOURNAL_DEVICE, _META_BG = 0x80, 0x8, 0x10
_GROUP_SUMS, _CLUSTERS = 0x410, 0x200  # features that older systems may ignore
_UNWRITTEN: Final = 2  # a group whose map of blocks was never written: all of it is free
_MOST_BLOCKS: Final = 1 << 32  # of one file
_FOLDER_BYTES: Final = 256 * MIB


def recognise(head: bytes) -> bool:
    """Whether the first two KiB hold an ext superblock whose numbers are possible."""
    if len(head) < 2048 or head[1080:1082] != b"\x53\xef":
        return False
    inodes, blocks = struct.unpack_from("<II", head, _SUPER)
    shift, per_group, per = struct.unpack_from("<I4xI4xI", head, _SUPER + 24)
    return bool(inodes and blocks and shift <= 6 and per_group and per)


@dataclass(frozen=True, slots=True)
class _Inode:
    """What is known of a file."""

    number: int
    mode: int
    size: int
    modified: float | None
    deleted: bool
    flags: int
    blocks: bytes  # 60 bytes: pointers, extents, or the content itself
    raw: bytes


class Ext:
    """The file system."""

    name = "ext"

    def __init__(self, part: Part) -> None:
        self._part = part
        head = part.exactly(_SUPER, 1024)
        self._inodes, low = struct.unpack_from("<II", head, 0)
        self._first, shift = struct.unpack_from("<II", head, 20)
        self._block = 1024 << shift
        self._per_group, self._per_inodes = struct.unpack_from("<I4xI", head, 32)
        revision = struct.unpack_from("<I", head, 76)[0]
        self._own, self._size = struct.unpack_from("<IH", head, 84) if revision else (11, 128)
        incompatible = struct.unpack_from("<I", head, 96)[0] if revision else 0
        if incompatible & _JOURNAL_DEVICE:
            raise Unsupported("the journal of another ext file system; no files are in it")
        high = struct.unpack_from("<I", head, 336)[0] if incompatible & _64BIT else 0
        self.span = (low | high << 32) * self._block
        self._count = min(low | high << 32, part.size // self._block)
        wide = struct.unpack_from("<H", head, 254)[0] if incompatible & _64BIT else 32
        self._wide = wide if 32 <= wide <= 1024 else 32
        self._meta = struct.unpack_from("<I", head, 260)[0] if incompatible & _META_BG else None
        self._typed = bool(incompatible & 2)
        lenient = struct.unpack_from("<I", head, 100)[0] if revision else 0
        self._sparse = bool(lenient & 1)
        self._summed = bool(lenient & _GROUP_SUMS)
        ratio = struct.unpack_from("<I", head, 28)[0] - shift if lenient & _CLUSTERS else 0
        self._together = 1 << min(max(ratio, 0), 20)  # blocks that a bit of the map stands for
        self._inodes = min(self._inodes, part.size // max(128, self._size) + self._own)
        if not 128 <= self._size <= self._block or not self._per_group or not self._per_inodes:
            raise Corrupt("the superblock of the ext file system is damaged")
        self._groups = -(-(self._count - self._first) // self._per_group)
        self._descriptor = lru_cache(maxsize=4096)(self._read_descriptor)
        self._slack: list[Extent] = []
        self._seen: set[int] = set()

    def _read_descriptor(self, group: int) -> tuple[int, int, bool]:
        """Return where the block bitmap and the inodes of a group stand, and whether the bitmap was ever written."""
        if self._meta is not None and group // (self._block // self._wide) >= self._meta:
            each = self._block // self._wide
            head = group // each * each
            base = self._first + head * self._per_group + self._has_copy(head)
            offset = base * self._block + group % each * self._wide
        else:
            offset = (_SUPER // self._block + 1) * self._block + group * self._wide
        raw = self._part.exactly(offset, self._wide)
        bitmap, _, table = struct.unpack_from("<III", raw, 0)
        if self._wide >= 64:
            high, _, more = struct.unpack_from("<III", raw, 32)
            bitmap, table = bitmap | high << 32, table | more << 32
        blank = self._summed and bool(raw[18] & _UNWRITTEN)
        return bitmap * self._block, table * self._block, not blank

    def _has_copy(self, group: int) -> bool:
        """Whether a group begins with a copy of the superblock."""
        if not self._sparse or group <= 1:
            return True
        return any(group == power**exponent for power in (3, 5, 7) for exponent in range(1, 21))

    def _inode(self, number: int) -> _Inode | None:
        if not 1 <= number <= self._inodes:
            return None
        group, index = divmod(number - 1, self._per_inodes)
        if group >= self._groups:
            return None
        raw = self._part.read(self._descriptor(group)[1] + index * self._size, self._size)
        if len(raw) < 128:
            return None
        mode, _, size = struct.unpack_from("<HHI", raw, 0)
        modified, gone = struct.unpack_from("<II", raw, 16)
        links = struct.unpack_from("<H", raw, 26)[0]
        flags = struct.unpack_from("<I", raw, 32)[0]
        if mode & 0xF000 == _FILE:
            size |= struct.unpack_from("<I", raw, 108)[0] << 32
        deleted = links == 0 and mode != 0 and gone != 0
        return _Inode(number, mode, size, float(modified) or None, deleted, flags, raw[40:100], raw)

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield files in the order of their folders, then deleted ones whose folder is gone."""
        yield from self._folder(_ROOT, "", 0)
        whole = _ROOT in self._seen
        journal = self._inode(_JOURNAL)
        if journal is not None and journal.mode:
            self._slack += [(start, start + length) for start, length in self._runs(journal) if start is not None]
        for number in range(self._own, self._inodes + 1):
            if number in self._seen:
                continue
            inode = self._inode(number)
            if inode is not None and inode.mode & 0xF000 == _FILE and (inode.deleted or inode.size):
                yield from self._file(inode, f"(orphan)/inode {number}", deleted=True)
        if not whole:
            raise Corrupt("the first folder of the ext file system is damaged; text in it was looked for")

    def _folder(self, number: int, path: str, depth: int, *, deleted: bool = False) -> Iterator[Entry | Gap]:
        inode = self._inode(number)
        if number in self._seen or inode is None or inode.mode & 0xF000 != _FOLDER:
            return
        self._seen.add(number)
        if depth > DEEPEST:
            yield Gap("limit", f"folders deeper than {DEEPEST} levels", Trail((Step("ext", path),)))
            return
        if inode.flags & _LOCKED:
            yield Gap("encrypted", "the folder is encrypted by the file system", Trail((Step("ext", path or "/"),)))
        living = []
        for child, name, gone in self._listed(inode):
            inside = f"{path}/{name}" if path else name
            if gone or deleted:
                yield from self._gone(child, inside, depth)
            else:
                living.append((child, inside))
        for child, inside in living:
            yield from self._living(child, inside, depth)

    def _living(self, number: int, path: str, depth: int) -> Iterator[Entry | Gap]:
        inode = self._inode(number)
        if inode is None:
            yield Gap("corrupt", "the folder names a file that does not exist", Trail((Step("ext", path),)))
        elif inode.mode & 0xF000 == _FOLDER:
            yield from self._folder(number, path, depth + 1)
        elif inode.mode & 0xF000 in (_FILE, 0):  # 0: its kind is lost
            self._seen.add(number)  # a file with two names is read as both, as in any folder
            yield from self._file(inode, path, deleted=False)

    def _gone(self, number: int, path: str, depth: int) -> Iterator[Entry | Gap]:
        """Yield what a deleted name leads to: nothing when its inode is used again or empty."""
        inode = self._inode(number)
        if inode is not None and inode.deleted and number not in self._seen:
            if inode.mode & 0xF000 == _FOLDER:
                yield from self._folder(number, path, depth + 1, deleted=True)
                return
            if inode.mode & 0xF000 == _FILE:
                self._seen.add(number)
                yield from self._file(inode, path, deleted=True)
                return
        yield Entry(path, 0, held(b""), deleted=True)

    def _file(self, inode: _Inode, path: str, *, deleted: bool) -> Iterator[Entry | Gap]:
        if inode.flags & _LOCKED:
            yield Entry(path, inode.size, _locked, deleted, inode.modified)
            return
        if inode.flags & _INLINE and not (inode.flags & _EXTENTS and inode.blocks.startswith(b"\x0a\xf3")):
            yield Entry(path, inode.size, held(self._inline(inode)), deleted, inode.modified)
            return
        try:
            runs = list(self._runs(inode))
        except Corrupt as error:
            yield Gap("corrupt", str(error), Trail((Step("ext", path),)))
            return
        size = inode.size
        if deleted:
            size = min(size, sum(length for _, length in runs))
            if not any(start for start, _ in runs):
                size, runs = 0, []
        else:
            self._note_slack(runs, size)
            if (short := size - sum(length for _, length in runs)) > 0:
                runs.append((None, short))  # a hole at the end
        first = next((start for start, _ in runs if start is not None), None)
        yield Entry(path, size, content(self._part, runs, size), deleted, inode.modified, first)

    def _note_slack(self, runs: list[Stretch], size: int) -> None:
        for start, length in runs:
            if start is not None and size < length:
                self._slack.append((start + max(size, 0), start + length))
            size -= length

    def _inline(self, inode: _Inode) -> bytes:
        """Return content that stands in the inode: 60 bytes, the rest in the attribute ``system.data``."""
        data = inode.blocks[: inode.size]
        if inode.size > 60 and len(inode.raw) > 132:
            base = 128 + struct.unpack_from("<H", inode.raw, 128)[0]
            area = inode.raw[base + 4 :]
            at = 0
            while at + 16 <= len(area) and area[at]:
                length, index, place, _, size = struct.unpack_from("<BBHII", area, at)
                if index == 7 and area[at + 16 : at + 16 + length] == b"data":
                    return (data + area[place : place + size])[: inode.size]
                at += (16 + length + 3) & ~3
        return data

    def _runs(self, inode: _Inode) -> Iterator[Stretch]:
        """Yield where a file's blocks stand, with the holes between them. Raises Corrupt."""
        pieces = self._extents(inode.blocks, set()) if inode.flags & _EXTENTS else self._pointers(inode)
        at = blocks = 0
        for logical, physical, count in pieces:
            blocks += 1
            if blocks > self._count:
                raise Corrupt("the file's list of blocks is longer than the disk")
            if logical > at:
                yield None, (logical - at) * self._block
            elif logical < at:
                continue
            yield (None if physical is None else physical * self._block), count * self._block
            at = logical + count

    def _extents(self, raw: bytes, seen: set[int]) -> Iterator[tuple[int, int | None, int]]:
        """Yield logical block, physical block, count. Blocks that were reserved but never written read as zeros."""
        magic, count, _, level = struct.unpack_from("<HHHH", raw, 0)
        if magic != 0xF30A or level > 5 or 12 + 12 * count > len(raw):
            if not any(raw):
                return
            raise Corrupt("the file's list of extents is damaged")
        entries = (raw[12 + 12 * number : 24 + 12 * number] for number in range(count))
        for entry in sorted(entries, key=lambda entry: entry[3::-1]):  # a damaged list may be out of order
            if level:
                _, low, high = struct.unpack_from("<IIH", entry, 0)
                place = low | high << 32
                if place in seen:
                    raise Corrupt("the file's list of extents bites its own tail")
                seen.add(place)
                yield from self._extents(self._part.exactly(place * self._block, self._block), seen)
            else:
                logical, length, high, low = struct.unpack_from("<IHHI", entry, 0)
                written = length <= 32768
                yield logical, (low | high << 32) if written else None, length if written else length - 32768

    def _pointers(self, inode: _Inode) -> Iterator[tuple[int, int | None, int]]:
        """Yield the blocks of ext2 and ext3: twelve direct ones, then tables in up to three levels."""
        wanted = min(-(-inode.size // self._block), _MOST_BLOCKS)
        logical = 0
        pointers = struct.unpack("<15I", inode.blocks)
        for block in pointers[:12]:
            if logical >= wanted:
                return
            if block:
                yield logical, block, 1
            logical += 1
        for level, block in enumerate(pointers[12:], 1):
            if logical >= wanted:
                return
            yield from self._indirect(block, level, logical, wanted)
            logical += (self._block // 4) ** level

    def _indirect(self, block: int, level: int, logical: int, wanted: int) -> Iterator[tuple[int, int | None, int]]:
        if not block:
            return
        below = (self._block // 4) ** (level - 1)
        raw = self._part.read(block * self._block, self._block)
        for number in range(len(raw) // 4):
            at = logical + number * below
            if at >= wanted:
                return
            pointer = struct.unpack_from("<I", raw, 4 * number)[0]
            if pointer and level > 1:
                yield from self._indirect(pointer, level - 1, at, wanted)
            elif pointer:
                yield at, pointer, 1

    def _listed(self, inode: _Inode) -> Iterator[tuple[int, str, bool]]:
        """Yield inode, name and whether it was deleted, of every entry of a folder."""
        if inode.flags & _INLINE:
            yield from self._entries(self._inline(inode)[4:])
            return
        try:
            data = RunStream(self._part, self._runs(inode), min(inode.size, _FOLDER_BYTES)).read()
        except Corrupt:
            return
        for at in range(0, len(data), self._block):
            yield from self._entries(data[at : at + self._block])

    def _entries(self, block: bytes) -> Iterator[tuple[int, str, bool]]:
        at = 0
        while at + 8 <= len(block):
            number, length, name = self._entry(block, at)
            if length < 8:
                return
            if number and name not in ("", ".", ".."):
                yield number, name, False
            if not number and name and name.isprintable():  # the first entry of a block, which nothing can cover
                yield 0, name, True
            used = (8 + block[at + 6] + 3) & ~3
            yield from self._hidden(block, at + used, min(at + length, len(block)))
            at += length

    def _hidden(self, block: bytes, start: int, end: int) -> Iterator[tuple[int, str, bool]]:
        """Yield names that a longer entry before them covers: deleted ones."""
        at, last = start, min(end - 12, start + len(block[start:end].rstrip(b"\0")) - 1)
        while at <= last:
            number, length, name = self._entry(block, at)
            count = block[at + 6]
            sound = (
                0 < number <= self._inodes
                and count
                and at + 8 + count <= end
                and length % 4 == 0
                and length >= 8 + count
                and name.isprintable()
                and (not self._typed or block[at + 7] <= 7)
            )
            if sound and name not in (".", ".."):
                yield number, name, True
            at += (8 + count + 3) & ~3 if sound else 4

    def _entry(self, block: bytes, at: int) -> tuple[int, int, str]:
        number, length, count = struct.unpack_from("<IHB", block, at)
        raw = block[at + 8 : at + 8 + count]
        try:
            return number, length, raw.decode()
        except UnicodeDecodeError:
            return number, length, raw.decode("gb18030", "replace")

    def free(self) -> Iterator[Extent]:
        """Yield free blocks, the unused ends of files, the journal, and what is behind the last block."""
        extents = list(self._slack)
        for group in range(self._groups):
            first = self._first + group * self._per_group
            count = min(self._per_group, self._count - first)
            place, _, written = self._descriptor(group)
            step = self._together * self._block
            bitmap = self._part.read(place, self._block) if written else b""
            if len(bitmap) * 8 * self._together < count:  # it was never written, or the image ends before it
                extents.append((first * self._block, (first + count) * self._block))
                continue
            extents += [
                (first * self._block + start * step, min(first * self._block + end * step, self._count * self._block))
                for start, end in clear_bits(bitmap, -(-count // self._together))
            ]
        if self._count * self._block < self._part.size:
            extents.append((self._count * self._block, self._part.size))
        yield from joined(extents)


def _locked() -> BinaryIO:
    raise Encrypted("the file is encrypted by the file system (fscrypt)")
