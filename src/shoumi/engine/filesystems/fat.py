"""FAT12, FAT16 and FAT32: a partition in, files, deleted files and free clusters out.

A deleted file keeps its entry but for the first character of the short name; its clusters are free again. They are
taken in order from the first one, as far as they are still free. Source: Microsoft FAT Specification (2005).
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems.volume import DEEPEST, Entry, Extent, Part, Stretch, content, joined
from shoumi.engine.limits import MIB
from shoumi.engine.types import Gap, Step, Trail

_DELETED: Final = 0xE5
_LONG, _FOLDER, _LABEL = 0x0F, 0x10, 0x08
_LONGEST: Final = 4096  # clusters of a deleted folder
_LOOKED: Final = 16  # entries that tell whether a cluster is a folder's
_FORBIDDEN: Final = b'"*+,./:;<=>?[\\]|'
_OWN: Final = (b".          ", b"\xe5          ")  # a folder's entry for itself, as it is and deleted
_ENTRIES: Final = 65_536 * 8  # of one folder


@dataclass(frozen=True, slots=True)
class _Found:
    """An entry of a folder."""

    name: str
    attributes: int
    cluster: int
    size: int
    deleted: bool
    modified: float | None


def recognise(head: bytes) -> bool:
    """Whether a boot sector is one of FAT: its parameters are all possible."""
    if len(head) < 512 or head[510:512] != b"\x55\xaa" or head[3:11] in (b"NTFS    ", b"EXFAT   "):
        return False
    sector, cluster, reserved, copies = struct.unpack_from("<HBHB", head, 11)
    small = struct.unpack_from("<H", head, 19)[0] or struct.unpack_from("<I", head, 32)[0]
    return bool(
        sector in (512, 1024, 2048, 4096)
        and cluster
        and not cluster & (cluster - 1)
        and reserved
        and copies in (1, 2)
        and small
        and (head[0] in (0xE9, 0xEB) or head[54:57] == b"FAT" or head[82:85] == b"FAT")
        and (head[21] >= 0xF0)
    )


class Fat:
    """The file system."""

    name = "fat"

    def __init__(self, part: Part) -> None:
        self._part = part
        head = part.exactly(0, 512)
        self._sector, per_cluster, reserved, copies, root, small, _, fat16 = struct.unpack_from("<HBHBHHBH", head, 11)
        total = small or struct.unpack_from("<I", head, 32)[0]
        length = fat16 or struct.unpack_from("<I", head, 36)[0]
        if not self._sector or not per_cluster or not length:
            raise Corrupt("the boot sector of the FAT file system is damaged")
        self._cluster = per_cluster * self._sector
        self.span = total * self._sector
        self._root = ((reserved + copies * length) * self._sector, root * 32)
        self._data = (self._root[0] + self._root[1] + self._sector - 1) // self._sector * self._sector
        clusters = max(0, total * self._sector - self._data) // self._cluster
        self._bits = 12 if clusters < 4085 else 16 if clusters < 65525 else 32
        if fat16 == 0:
            self._bits = 32
        self._first = struct.unpack_from("<I", head, 44)[0] if self._bits == 32 else 0
        self._table = self._read_table(reserved * self._sector, length * self._sector, clusters + 2)
        self._slack: list[Extent] = []
        self._seen: set[int] = set()

    def _read_table(self, offset: int, size: int, count: int) -> Any:
        import numpy as np

        raw = self._part.read(offset, min(size, (count * self._bits + 7) // 8 + 4))
        if self._bits == 12:
            data = np.frombuffer(raw[: len(raw) // 3 * 3], dtype=np.uint8).reshape(-1, 3).astype(np.uint16)
            table: Any = np.empty(len(data) * 2, dtype=np.uint16)
            table[0::2] = data[:, 0] | (data[:, 1] & 15) << 8
            table[1::2] = data[:, 1] >> 4 | data[:, 2] << 4
        elif self._bits == 16:
            table = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<u2")
        else:
            table = np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<u4") & 0x0FFFFFFF
        return table[:count]

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield files in the order of their folders, deleted ones where their entries stand."""
        if self._bits == 32:
            self._seen.add(self._first)
            yield from self._folder(list(self._chain(self._first)), "", 0, deleted=False)
        else:
            yield from self._folder([(self._root[0], self._root[1])], "", 0, deleted=False)
        for cluster in self._lost():
            if cluster not in self._seen:  # one that was found before may lead to it
                self._seen.add(cluster)
                yield from self._folder(self._fallow(cluster), f"(orphan)/cluster {cluster}", 1, deleted=True)

    def _lost(self) -> Iterator[int]:
        """Yield free clusters that hold a folder's entries: nothing names the folder any more."""
        for start, count in self._clear():
            per_step = max(1, MIB // self._cluster)
            for first in range(start, start + count, per_step):
                data = self._part.read(self._place(first)[0], min(per_step, start + count - first) * self._cluster)
                yield from (first + number for number in _folders(data, self._cluster))

    def _fallow(self, cluster: int) -> list[tuple[int, int]]:
        """Return the clusters of a deleted folder: the first one, and those behind it that go on like it."""
        found = [self._place(cluster)]
        while (cluster := cluster + 1) < len(self._table) and self._table[cluster] == 0 and len(found) < _LONGEST:
            data = self._part.read(self._place(cluster)[0], self._cluster)
            if cluster in self._seen or data[:11] in _OWN or not any(_folders(data, self._cluster, least=1)):
                break
            self._seen.add(cluster)
            found.append(self._place(cluster))
        return found

    def _folder(self, runs: list[tuple[int, int]], path: str, depth: int, *, deleted: bool) -> Iterator[Entry | Gap]:
        if depth > DEEPEST:
            yield Gap("limit", f"folders deeper than {DEEPEST} levels", Trail((Step("fat", path),)))
            return
        for found in self._listed(runs):
            inside = f"{path}/{found.name}" if path else found.name
            gone = deleted or found.deleted
            if not found.attributes & _FOLDER:
                yield self._file(found, inside, gone)
            elif found.cluster not in self._seen and self._is_folder(found.cluster):
                self._seen.add(found.cluster)
                chain = self._fallow(found.cluster) if gone else list(self._chain(found.cluster))
                yield from self._folder(chain, inside, depth + 1, deleted=gone)

    def _is_folder(self, cluster: int) -> bool:
        """Whether a folder's cluster still begins with its own entry; that of a deleted one may hold anything."""
        if cluster < 2:
            return False
        head = self._part.read(self._place(cluster)[0], 12)
        return head[:11] in _OWN and bool(head[11:] and head[11] & _FOLDER)

    def _file(self, found: _Found, path: str, deleted: bool) -> Entry:
        if deleted:
            runs = self._left(found.cluster, found.size)
        else:
            runs = list(self._chain(found.cluster)) if found.size else []
            self._note_slack(runs, found.size)
        whole = sum(length for _, length in runs)
        size = min(found.size, whole) if deleted else found.size
        stretches: list[Stretch] = [*runs]
        first = runs[0][0] if runs else None
        return Entry(path, size, content(self._part, stretches, size), deleted, found.modified, first)

    def _note_slack(self, runs: list[tuple[int, int]], size: int) -> None:
        for start, length in runs:
            if size < length:
                self._slack.append((start + max(size, 0), start + length))
            size -= length

    def _left(self, cluster: int, size: int) -> list[tuple[int, int]]:
        """Return the clusters from a deleted file's first one on that are free, as many as it had."""
        found: list[tuple[int, int]] = []
        wanted = -(-size // self._cluster)
        while wanted > 0 and 2 <= cluster < len(self._table):
            if self._table[cluster] == 0:
                found.append(self._place(cluster))
                wanted -= 1
            elif not found:
                return []  # another file has taken its place
            cluster += 1
        return found

    def _chain(self, cluster: int) -> Iterator[tuple[int, int]]:
        """Yield the clusters of a file; a chain that leaves the disk or bites its tail ends."""
        last, steps = len(self._table), 0
        while 2 <= cluster < last and steps < last:
            yield self._place(cluster)
            cluster = int(self._table[cluster])
            steps += 1

    def _place(self, cluster: int) -> tuple[int, int]:
        return self._data + (cluster - 2) * self._cluster, self._cluster

    def _listed(self, runs: list[tuple[int, int]]) -> Iterator[_Found]:
        """Yield a folder's entries, with their long names."""
        parts: list[tuple[int, str]] = []
        count = 0
        for start, length in runs:
            data = self._part.read(start, length)
            for at in range(0, len(data) - 31, 32):
                raw = data[at : at + 32]
                count += 1
                if raw[0] == 0:
                    if not any(data[at:]):  # the end; what was deleted may still stand behind it
                        break
                    parts = []
                    continue
                if raw[11] & 0x3F == _LONG:
                    parts.append((raw[0], (raw[1:11] + raw[14:26] + raw[28:32]).decode("utf-16-le", "replace")))
                    continue
                found = _entry(raw, parts, wide=self._bits == 32)
                parts = []
                if found and found.name not in (".", ".."):
                    yield found
            if count > _ENTRIES:
                return

    def _clear(self) -> Iterator[tuple[int, int]]:
        """Yield runs of free clusters: the first one, how many."""
        import numpy as np

        clear = np.flatnonzero(self._table[2:] == 0) + 2
        if len(clear):
            breaks = np.flatnonzero(np.diff(clear) > 1)
            starts = np.concatenate((clear[:1], clear[breaks + 1]))
            ends = np.concatenate((clear[breaks], clear[-1:])) + 1
            yield from zip(starts.tolist(), (ends - starts).tolist(), strict=True)

    def free(self) -> Iterator[Extent]:
        """Yield free clusters and slack, also what is behind the last cluster."""
        extents = list(self._slack)
        for first, count in self._clear():
            start = self._place(first)[0]
            extents.append((start, start + count * self._cluster))
        behind = self._data + (len(self._table) - 2) * self._cluster
        if behind < self._part.size:
            extents.append((behind, self._part.size))
        yield from joined(extents)


@cache
def _possible() -> Any:
    """Return which bytes may stand in a short name, as a table."""
    import numpy as np

    table = np.zeros(256, dtype=bool)
    table[[byte for byte in range(0x20, 256) if byte not in _FORBIDDEN]] = True
    return table


def _folders(data: bytes, cluster: int, *, least: int = 2) -> list[int]:
    """Return the clusters of some bytes whose first entries are all possible ones, at least so many before the end."""
    import numpy as np

    count = len(data) // cluster
    rows = np.frombuffer(data, dtype=np.uint8, count=count * cluster).reshape(count, cluster // 32, 32)[:, :_LOOKED]
    kind = rows[:, :, 11]
    long = (kind & 0x3F == _LONG) & (rows[:, :, 12] == 0) & (rows[:, :, 26] == 0) & (rows[:, :, 27] == 0)
    name = rows[:, :, 1:11]
    short = (kind & 0xC8 == 0) & (kind != 0) & _possible()[name].all(axis=2) & (rows[:, :, 0] >= 0x20)
    short &= (rows[:, :, 20] == 0) | (rows[:, :, 21] < 0x10)  # clusters beyond 2^28 do not exist
    empty = ~rows.any(axis=2)
    used = long | short
    whole = (used | empty).all(axis=1) & used[:, 0] & (used.sum(axis=1) >= least) & short.any(axis=1)
    own = (name == 0x20).all(axis=2)[:, 0] & short[:, 0] & np.isin(rows[:, 0, 0], (0x2E, _DELETED))
    found: list[int] = np.flatnonzero(whole | own & (kind[:, 0] & _FOLDER != 0)).tolist()
    return found


def _entry(raw: bytes, parts: list[tuple[int, str]], *, wide: bool) -> _Found | None:
    deleted = raw[0] == _DELETED
    attributes = raw[11]
    if attributes & _LABEL and not attributes & _FOLDER:
        return None
    high, time, day, low, size = struct.unpack_from("<HHHHI", raw, 20)
    if attributes & 0xC0 or (deleted and not _sound(raw)):
        return None
    name = _long_name(parts, deleted=deleted) or _short_name(raw, deleted=deleted)
    return _Found(name, attributes, low | (high << 16 if wide else 0), size, deleted, _when(day, time))


def _sound(raw: bytes) -> bool:
    """Whether the rest of a deleted entry is a possible short name."""
    return all(byte >= 0x20 and byte not in _FORBIDDEN for byte in raw[1:11])


def _long_name(parts: list[tuple[int, str]], *, deleted: bool) -> str:
    """Return the long name that stands before an entry, when it belongs to it."""
    if not parts or any((number == _DELETED) != deleted for number, _ in parts):
        return ""
    if not deleted and [number & 0x3F for number, _ in parts] != list(range(len(parts), 0, -1)):
        return ""
    return "".join(text for _, text in reversed(parts)).partition("\0")[0].rstrip("\uffff")


def _short_name(raw: bytes, *, deleted: bool) -> str:
    first = b"_" if deleted else b"\xe5" if raw[0] == 5 else raw[:1]
    stem, suffix = first + raw[1:8], raw[8:11]
    if raw[12] & 0x08:
        stem = stem.lower()
    if raw[12] & 0x10:
        suffix = suffix.lower()
    names = [_decoded(part.rstrip(b" ")) for part in (stem, suffix)]
    return ".".join(name for name in names if name)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("gb18030")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _when(day: int, time: int) -> float | None:
    try:
        return datetime.datetime(
            1980 + (day >> 9), day >> 5 & 15, day & 31, time >> 11, time >> 5 & 63, (time & 31) * 2, tzinfo=datetime.UTC
        ).timestamp()
    except ValueError:
        return None
