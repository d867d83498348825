"""Reads OLE compound files (MS-CFB): bytes in, named streams out, also where the file is damaged.

Old Word, Excel and PowerPoint files, Outlook messages and embedded objects are small file systems. This reader
exists beside olefile because that one refuses a file whose allocation table or directory is cut off. Here a missing
table entry means "the next sector", which is how nearly all producers write; what is lost is lost, the rest is read.
``damaged`` says that this happened. Streams that no directory node leads to any more are returned as well.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt
from shoumi.engine.sniff import Sample

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Name = tuple[str, ...]
_END: Final = 0xFFFFFFFA  # this and above are no sector numbers
_NONE: Final = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_HEAD: Final = 1 << 22  # bytes looked at to tell the kind of a damaged file
LOST: Final = "lost"  # the storage under which unreachable streams appear


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    clsid: bytes
    start: int
    size: int


class Ole:
    """A compound file in memory. Raises Corrupt when there is no header or no directory at all."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise Corrupt("not a compound file")
        self._data = data
        self.damaged = False
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        self._sector = 1 << (shift if shift in (9, 12) else 9)
        self._mini = 1 << (mini_shift if 4 <= mini_shift <= 9 else 6)
        directory, self._cutoff, mini_fat = struct.unpack_from("<I4xI", data, 48) + struct.unpack_from("<I", data, 60)
        self._count = -(-(len(data) - self._sector) // self._sector)
        self._fat = self._read_fat()
        self._entries = self._read_directory(directory)
        self._mini_fat = self._numbers(self._chain(mini_fat, self._count))
        root = self._entries[0]
        self.clsid = root.clsid
        self._mini_stream = self._chain(root.start, self._count)[: root.size or None]
        self._paths: dict[Name, _Entry] = {}
        self._clsids: dict[Name, bytes] = {}
        self._walk()
        self._children: dict[Name, list[Name]] = {}
        self._folded: dict[Name, _Entry] = {}
        for name, entry in self._paths.items():
            self._children.setdefault(name[:-1], []).append(name)
            self._folded.setdefault(tuple(part.casefold() for part in name), entry)

    def streams(self, storage: Name) -> list[Name]:
        """Return the paths of the streams that stand right in a storage."""
        return self._children.get(storage, [])

    @property
    def names(self) -> list[Name]:
        """Paths of all streams, in directory order."""
        return list(self._paths)

    @property
    def storages(self) -> list[Name]:
        """Paths of all storages but the root."""
        return list(self._clsids)

    def __contains__(self, name: Name) -> bool:
        return self._find(name) is not None

    def read(self, *name: str) -> bytes:
        """Return a stream's bytes, as many as are left; empty when there is no such stream. Case does not matter."""
        entry = self._find(name)
        if entry is None or not entry.size:
            return b""
        if entry.size < self._cutoff:
            data = self._mini_chain(entry.start, entry.size)
        else:
            data = self._chain(entry.start, -(-entry.size // self._sector))
        if len(data) < entry.size:
            self.damaged = True
        return data[: entry.size]

    def storage_clsid(self, name: Name) -> bytes:
        """Return the class id of a storage, 16 bytes, zeros when unknown."""
        return self._clsids.get(name, bytes(16))

    def below(self, storage: Name) -> dict[Name, bytes]:
        """Return all streams under a storage, paths relative to it."""
        depth = len(storage)
        return {name[depth:]: self.read(*name) for name in self._paths if name[:depth] == storage and name != storage}

    def _find(self, name: Name) -> _Entry | None:
        found = self._paths.get(name)
        if found is None:
            found = self._folded.get(tuple(part.casefold() for part in name))
        return found

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        return self._data[start : start + self._sector]

    def _read_fat(self) -> list[int]:
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        following, seen = struct.unpack_from("<I", self._data, 68)[0], 0
        while following < _END and seen < self._count:
            more = self._numbers(self._at(following))
            if len(more) < 2:
                break
            numbers += more[:-1]
            following, seen = more[-1], seen + 1
        fat: list[int] = []
        for number in numbers:
            if number >= _END or len(fat) >= self._count:
                continue
            part = self._numbers(self._at(number))
            fat += part + [_NONE] * (self._sector // 4 - len(part))
        return fat

    def _numbers(self, data: bytes) -> list[int]:
        return list(struct.unpack(f"<{len(data) // 4}I", data[: len(data) & ~3]))

    def _next(self, table: list[int], number: int) -> int:
        """Return the sector after one; where the table does not say, the neighbour."""
        following = table[number] if number < len(table) else _NONE
        if following == _NONE:
            self.damaged = True
            return number + 1
        return following

    def _chain(self, number: int, most: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        while number < self._count and len(parts) < most and number not in seen:
            seen.add(number)
            parts.append(self._at(number))
            number = self._next(self._fat, number)
        if number in seen or self._count <= number < _END:
            self.damaged = True
        return b"".join(parts)

    def _mini_chain(self, number: int, size: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        limit, most = -(-len(self._mini_stream) // self._mini), -(-size // self._mini)
        while number < limit and len(parts) < most and number not in seen:
            seen.add(number)
            parts.append(self._mini_stream[number * self._mini : (number + 1) * self._mini])
            number = self._next(self._mini_fat, number)
        return b"".join(parts)

    def _read_directory(self, start: int) -> list[_Entry]:
        data = self._chain(start, self._count)
        entries = []
        for at in range(0, len(data) - 127, 128):
            if data[at + 66] > _ROOT or data[at + 67] > 1:  # a chain that was guessed has left the directory
                self.damaged = True
                break
            entries.append(_entry(data[at : at + 128]))
        if not entries or entries[0].kind != _ROOT:
            raise Corrupt("the compound file has no directory")
        return entries

    def _walk(self) -> None:
        seen = {0}
        pending: list[tuple[int, Name]] = [(self._entries[0].child, ())]
        while pending:
            number, above = pending.pop()
            if number >= len(self._entries) or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            name = (*above, entry.name)
            if entry.kind == _STREAM:
                self._paths.setdefault(name, entry)
            elif entry.kind == _STORAGE and len(name) < 64:
                self._clsids[name] = entry.clsid
                pending.append((entry.child, name))
            pending += [(entry.right, above), (entry.left, above)]
        for number, entry in enumerate(self._entries):
            if number not in seen and entry.kind == _STREAM and entry.size:
                self.damaged = True
                self._paths.setdefault((LOST, f"{number} {entry.name}"), entry)


def _entry(raw: bytes) -> _Entry:
    length = min(struct.unpack_from("<H", raw, 64)[0], 64)
    left, right, child = struct.unpack_from("<III", raw, 68)
    start, size = struct.unpack_from("<II", raw, 116)
    name = raw[: max(0, length - 2) & ~1].decode("utf-16-le", "replace")
    return _Entry(name, raw[66], left, right, child, raw[80:96], start, size)


def root_names(sample: Sample) -> frozenset[str]:
    """Return the names at the top of a compound file, also of one whose directory olefile refuses."""
    names = sample.ole_streams or _salvaged(sample.blob)
    return frozenset(names) | frozenset(name.partition("/")[0] for name in names)


def _salvaged(blob: Blob) -> frozenset[str]:
    try:
        return frozenset("/".join(name) for name in Ole(blob.head(_HEAD)).names)
    except Corrupt:
        return frozenset()
