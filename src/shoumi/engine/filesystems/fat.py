"""FAT12, FAT16 and FAT32: a partition in, files, deleted files and free clusters out.

A deleted file keeps its entry but for the first character of the short name; its clusters are free again. They are
taken in order from the first one, as far as they are still free. Source: Microsoft FAT Specification (2005).
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems.volume import DEEPEST, Entry, Extent, Part, Stretch, content, joined
from shoumi.engine.types import Gap, Step, Trail

_DELETED: Final = 0xE5
_LONG, _FOLDER, _LABEL = 0x0F, 0x10, 0x08
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
                chain = [self._place(found.cluster)] if gone else list(self._chain(found.cluster))
                yield from self._folder(chain, inside, depth + 1, deleted=gone)

    def _is_folder(self, cluster: int) -> bool:
        """Whether a folder's cluster still begins with its own entry; that of a deleted one may hold anything."""
        return cluster >= 2 and self._part.read(self._place(cluster)[0], 11) == b".          "

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

    def free(self) -> Iterator[Extent]:
        """Yield free clusters and slack, also what is behind the last cluster."""
        import numpy as np

        clear = np.flatnonzero(self._table[2:] == 0)
        extents = list(self._slack)
        if len(clear):
            breaks = np.flatnonzero(np.diff(clear) > 1)
            starts = np.concatenate((clear[:1], clear[breaks + 1]))
            ends = np.concatenate((clear[breaks], clear[-1:])) + 1
            extents += [
                (self._data + start * self._cluster, self._data + end * self._cluster)
                for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            ]
        behind = self._data + (len(self._table) - 2) * self._cluster
        if behind < self._part.size:
            extents.append((behind, self._part.size))
        yield from joined(extents)


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
    return all(byte >= 0x20 and byte not in b'"*+,./:;<=>?[\\]|' for byte in raw[1:11])


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
