"""exFAT: a partition in, files, deleted files and free clusters out. Source: Microsoft exFAT specification (2019)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems.volume import DEEPEST, Entry, Extent, Part, Stretch, clear_bits, content, joined
from shoumi.engine.limits import MIB
from shoumi.engine.types import Gap, Step, Trail

_USED: Final = 0x80
_FILE, _STREAM, _NAME, _BITMAP = 0x05, 0x40, 0x41, 0x01  # types, without the bit that says in use
_FOLDER: Final = 0x10
_CONTIGUOUS: Final = 2
_LOOKED: Final = 16  # entries that tell whether a cluster is a folder's
_MOST_SECOND: Final = 18  # entries that may follow a file's first one


def recognise(head: bytes) -> bool:
    """Whether a boot sector is one of exFAT."""
    return head[3:11] == b"EXFAT   " and not any(head[11:64]) and head[108] in range(9, 13) and head[109] <= 25


@dataclass(frozen=True, slots=True)
class _Found:
    """A file or folder: where it begins, its size and how much of it was written."""

    name: str
    folder: bool
    cluster: int
    size: int
    valid: int
    contiguous: bool
    deleted: bool


class ExFat:
    """The file system."""

    name = "exfat"

    def __init__(self, part: Part) -> None:
        self._part = part
        head = part.exactly(0, 512)
        fat, length, heap, self._count, self._root = struct.unpack_from("<IIIII", head, 80)
        sector = 1 << head[108]
        self._cluster = sector << head[109]
        self._heap = heap * sector
        self.span = self._heap + self._count * self._cluster
        self._count = min(self._count, max(0, part.size - self._heap) // self._cluster + 1)
        self._table = self._read_table(fat * sector, length * sector)
        self._bitmap = b""
        self._slack: list[Extent] = []
        self._seen: set[int] = set()
        self._read_bitmap()

    def _read_table(self, offset: int, size: int) -> Any:
        import numpy as np

        raw = self._part.read(offset, min(size, (self._count + 2) * 4))
        return np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<u4")

    def _read_bitmap(self) -> None:
        for raw in self._raw(self._runs(self._root, 1 << 40, contiguous=False)):
            if raw[0] == _BITMAP | _USED:
                cluster, size = struct.unpack_from("<IQ", raw, 20)
                data = b"".join(self._part.read(*run) for run in self._runs(cluster, size, contiguous=False))
                self._bitmap = data[: min(size, len(data))]
                return

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield files in the order of their folders, deleted ones where their entries stand."""
        self._seen.add(self._root)
        yield from self._folder(self._runs(self._root, 1 << 40, contiguous=False), "", 0, deleted=False)
        for cluster in self._lost():
            if cluster not in self._seen:
                self._seen.add(cluster)
                runs = self._runs(cluster, self._cluster, contiguous=True)
                yield from self._folder(runs, f"(orphan)/cluster {cluster}", 1, deleted=True)

    def _lost(self) -> Iterator[int]:
        """Yield free clusters that hold a folder's entries: those of deleted folders, and from before formatting."""
        per_step = max(1, MIB // self._cluster)
        for start, end in clear_bits(self._bitmap, self._count):
            for first in range(start, end, per_step):
                data = self._part.read(self._heap + first * self._cluster, min(per_step, end - first) * self._cluster)
                yield from (first + 2 + number for number in _folders(data, self._cluster))

    def _folder(self, runs: list[tuple[int, int]], path: str, depth: int, *, deleted: bool) -> Iterator[Entry | Gap]:
        if depth > DEEPEST:
            yield Gap("limit", f"folders deeper than {DEEPEST} levels", Trail((Step("exfat", path),)))
            return
        for found in self._listed(runs):
            inside = f"{path}/{found.name}" if path else found.name
            gone = deleted or found.deleted
            if not found.folder:
                yield self._file(found, inside, gone)
            elif found.cluster not in self._seen and found.cluster >= 2:
                self._seen.add(found.cluster)
                below = self._runs(found.cluster, found.size, contiguous=found.contiguous or gone)
                self._seen.update((start - self._heap) // self._cluster + 2 for start, _ in below)
                yield from self._folder(below, inside, depth + 1, deleted=gone)

    def _file(self, found: _Found, path: str, deleted: bool) -> Entry:
        runs: list[Stretch]
        if deleted:
            runs = self._left(found)
        else:
            chain = self._runs(found.cluster, found.size, contiguous=found.contiguous)
            self._note_slack(chain, min(found.valid, found.size))
            runs = [*chain]
        held = sum(length for _, length in runs)
        size = min(found.size, held) if deleted else found.size
        valid = min(found.valid, size)
        stretches: list[Stretch] = [*_cut(runs, valid)]
        if size > valid:  # reserved and never written: reads as zeros; what stands there is swept with the slack
            stretches.append((None, size - valid))
        return Entry(path, size, content(self._part, stretches, size), deleted, None, runs[0][0] if runs else None)

    def _note_slack(self, runs: list[tuple[int, int]], size: int) -> None:
        for start, length in runs:
            if size < length:
                self._slack.append((start + max(size, 0), start + length))
            size -= length

    def _left(self, found: _Found) -> list[Stretch]:
        """Return the clusters of a deleted file that are free, zeros for the others.

        The table still knows the chain of a scattered one, unless it was cleared: then those behind the first one
        are taken, up to the first that another file has.
        """
        runs = self._runs(found.cluster, found.size, contiguous=found.contiguous)
        known = len(runs) * self._cluster >= found.size
        left: list[Stretch] = []
        for start, length in runs if known else self._runs(found.cluster, found.size, contiguous=True):
            taken = self._taken(start)
            if taken and not known:
                break
            left.append((None if taken else start, length))
        return left if any(start is not None for start, _ in left) else []

    def _taken(self, place: int) -> bool:
        number = (place - self._heap) // self._cluster
        return number // 8 < len(self._bitmap) and bool(self._bitmap[number // 8] >> number % 8 & 1)

    def _runs(self, cluster: int, size: int, *, contiguous: bool) -> list[tuple[int, int]]:
        """Return the clusters of a file; a chain that leaves the disk or bites its tail ends."""
        wanted = min(-(-size // self._cluster), self._count)
        runs: list[tuple[int, int]] = []
        while wanted > len(runs) and 2 <= cluster < self._count + 2:
            runs.append((self._heap + (cluster - 2) * self._cluster, self._cluster))
            if contiguous:
                cluster += 1
            else:
                cluster = int(self._table[cluster]) if cluster < len(self._table) else 0
        return runs

    def _raw(self, runs: list[tuple[int, int]]) -> Iterator[bytes]:
        for start, length in runs:
            data = self._part.read(start, length)
            for at in range(0, len(data) - 31, 32):
                yield data[at : at + 32]

    def _listed(self, runs: list[tuple[int, int]]) -> Iterator[_Found]:
        """Yield a folder's entries: a file entry, a stream entry, then the pieces of its name."""
        state: list[bytes] = []
        name, left = "", 0
        for raw in self._raw(runs):
            kind, used = raw[0] & 0x7F, bool(raw[0] & _USED)
            if kind == _FILE:
                state, name = [raw], ""
            elif kind == _STREAM and len(state) == 1 and bool(state[0][0] & _USED) == used:
                state.append(raw)
                left = raw[3]
            elif kind == _NAME and len(state) == 2 and left > 0:
                name += raw[2:32].decode("utf-16-le", "replace")[:left]
                left -= 15
                if left <= 0:
                    yield _found(state[0], state[1], name, deleted=not used)
                    state = []
            else:
                state = []

    def free(self) -> Iterator[Extent]:
        """Yield free clusters and slack. Raises Corrupt without the map of free clusters."""
        if len(self._bitmap) * 8 < self._count:
            raise Corrupt("the map of free clusters is missing; text was looked for everywhere")
        extents = list(self._slack)
        extents += [
            (self._heap + first * self._cluster, self._heap + last * self._cluster)
            for first, last in clear_bits(self._bitmap, self._count)
        ]
        behind = self._heap + self._count * self._cluster
        if behind < self._part.size:
            extents.append((behind, self._part.size))
        yield from joined(extents)


def _folders(data: bytes, cluster: int) -> list[int]:
    """Return the clusters of some bytes in whose first entries a file's three stand: itself, its stream, its name."""
    import numpy as np

    count = len(data) // cluster
    rows = np.frombuffer(data, dtype=np.uint8, count=count * cluster).reshape(count, -1, 32)[:, :_LOOKED]
    kind = rows[:, :, 0] & 0x7F
    sets = (kind[:, :-2] == _FILE) & (kind[:, 1:-1] == _STREAM) & (kind[:, 2:] == _NAME)
    sets &= (rows[:, :-2, 1] >= 2) & (rows[:, :-2, 1] <= _MOST_SECOND) & (rows[:, 1:-1, 3] > 0)
    sets &= (rows[:, 1:-1, 1] <= 3) & (rows[:, 2:, 1] == 0)
    found: list[int] = np.flatnonzero(sets.any(axis=1)).tolist()
    return found


def _found(entry: bytes, stream: bytes, name: str, *, deleted: bool) -> _Found:
    attributes = struct.unpack_from("<H", entry, 4)[0]
    valid, _, cluster, size = struct.unpack_from("<QIIQ", stream, 8)
    flags = stream[1]
    return _Found(name, bool(attributes & _FOLDER), cluster, size, valid, bool(flags & _CONTIGUOUS), deleted)


def _cut(runs: list[Stretch], size: int) -> Iterator[Stretch]:
    for start, length in runs:
        if size <= 0:
            return
        yield start, min(length, size)
        size -= length
