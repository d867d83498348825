"""NTFS: a partition in, files, named streams, deleted files and free clusters out.

Everything is an attribute of a record in the master file table. A deleted file keeps its record, with its name and
its runs, until the record is used again. Sources: the structures as Microsoft's [MS-FSCC] and the Linux NTFS project
document them; LZNT1 in [MS-XCA] 2.5.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import BinaryIO, Final, cast

from shoumi.engine.errors import Corrupt, Encrypted
from shoumi.engine.filesystems.lznt import Compressed
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

_LIST, _NAME, _DATA, _BITMAP_RECORD = 0x20, 0x30, 0x80, 6
_ROOT: Final = 5
_DOS: Final = 2  # the kind of a name that only DOS sees
_OWN: Final = 16  # records of the file system itself: a file's data never stands in them …
_JOURNAL: Final = frozenset((2,))  # … but the log holds pieces of what was written
_COMPRESSED, _ENCRYPTED = 0x00FF, 0x4000
_END: Final = 0xFFFFFFFF
_WHOLE: Final = 256 * MIB  # largest attribute list or bitmap that is read
_EPOCH: Final = 11_644_473_600  # seconds from 1601 to 1970


def recognise(head: bytes) -> bool:
    """Whether a boot sector is one of NTFS."""
    if head[3:11] != b"NTFS    " or len(head) < 512:
        return False
    return struct.unpack_from("<H", head, 11)[0] in (256, 512, 1024, 2048, 4096)


@dataclass(slots=True)
class _Stream:
    """An attribute's content: at hand, or in runs (the parts of a scattered one by their first cluster)."""

    name: str
    size: int = 0
    valid: int = 0
    flags: int = 0
    unit: int = 0  # clusters that are compressed together
    resident: bytes | None = None
    parts: dict[int, list[tuple[int | None, int]]] = field(default_factory=dict)

    @property
    def runs(self) -> list[tuple[int | None, int]]:
        """Clusters in order: first one (None: a hole), count."""
        return [run for _, part in sorted(self.parts.items()) for run in part]


@dataclass(slots=True)
class _Record:
    """A record of the table."""

    number: int
    sequence: int
    used: bool
    folder: bool
    base: int
    names: list[tuple[int, str, int]] = field(default_factory=list)  # parent with sequence, name, kind
    streams: dict[str, _Stream] = field(default_factory=dict)
    others: set[int] = field(default_factory=set)  # records that hold more of its attributes
    modified: float | None = None


class Ntfs:
    """The file system."""

    name = "ntfs"

    def __init__(self, part: Part) -> None:
        self._part = part
        head = part.exactly(0, 512)
        sector, cluster = struct.unpack_from("<HB", head, 11)
        self._sector = sector
        self._cluster = sector * (cluster if cluster <= 0x80 else 1 << (256 - cluster))
        total, table, mirror = struct.unpack_from("<QQQ", head, 40)
        per_record = struct.unpack_from("<b", head, 64)[0]
        self._size = per_record * self._cluster if per_record > 0 else 1 << -per_record
        if not 256 <= self._size <= 65_536 or not self._cluster:
            raise Corrupt("the boot sector of the NTFS file system is damaged")
        self.span = total * sector
        self._count = min(total * sector, part.size) // self._cluster
        self._load = lru_cache(maxsize=4096)(self._parse)
        self._table: list[tuple[int, int]] = [(table * self._cluster, self._size * 16)]
        self._find_table(table, mirror)
        self._slack: list[Extent] = []

    def _find_table(self, table: int, mirror: int) -> None:
        """Read the table's own record, or its mirror's, to know where all of the table is."""
        for place in (table, mirror):
            self._table = [(place * self._cluster, self._size * 4)]
            self._load.cache_clear()
            record = self._load(0)
            if record and "" in record.streams and record.streams[""].parts:
                runs = self._bytes(record.streams[""])
                self._table = [(start, length) for start, length in runs if start is not None]
                self._load.cache_clear()
                record = self._complete(0)
                if record:
                    runs = self._bytes(record.streams[""])
                    self._table = [(start, length) for start, length in runs if start is not None]
                self._load.cache_clear()
                return
        raise Corrupt("the master file table cannot be found")

    def _raw(self, number: int) -> bytes:
        offset = number * self._size
        for start, length in self._table:
            if offset < length:
                return self._part.read(start + offset, self._size)
            offset -= length
        return b""

    def _parse(self, number: int) -> _Record | None:
        raw = self._raw(number)
        if len(raw) < self._size or raw[:4] != b"FILE":
            return None
        data = self._fixed(raw)
        if data is None:
            return None
        sequence, _, at, flags = struct.unpack_from("<HHHH", data, 16)
        base = struct.unpack_from("<Q", data, 32)[0] & 0xFFFFFFFFFFFF
        record = _Record(number, sequence, bool(flags & 1), bool(flags & 2), base)
        with contextlib.suppress(struct.error, IndexError):  # what was read before the damage stays
            self._attributes(data, at, record)
        return record

    def _fixed(self, raw: bytes) -> bytes | None:
        """Put back the last two bytes of each sector, which a number replaces while they are on disk."""
        at, count = struct.unpack_from("<HH", raw, 4)
        data = bytearray(raw)
        if at + 2 * count > len(raw) or count < 1:
            return None
        mark = raw[at : at + 2]
        step = len(raw) // (count - 1) if count > 1 else len(raw)
        for number in range(1, count):
            end = number * step
            if data[end - 2 : end] != mark:
                return None
            data[end - 2 : end] = raw[at + 2 * number : at + 2 * number + 2]
        return bytes(data)

    def _attributes(self, data: bytes, at: int, record: _Record) -> None:
        while at + 16 <= len(data):
            kind, length = struct.unpack_from("<II", data, at)
            if kind == _END or length < 16 or at + length > len(data):
                return
            raw = data[at : at + length]
            if kind == 0x10 and not raw[8]:
                start = struct.unpack_from("<H", raw, 20)[0]
                record.modified = _when(struct.unpack_from("<Q", raw, start + 8)[0])
            elif kind == _NAME and not raw[8]:
                record.names.append(_file_name(raw[struct.unpack_from("<H", raw, 20)[0] :]))
            elif kind == _DATA:
                self._data(raw, record)
            elif kind == _LIST:
                self._list(raw, record)
            at += length

    def _data(self, raw: bytes, record: _Record) -> None:
        count, start, flags = struct.unpack_from("<BHH", raw, 9)
        name = raw[start : start + 2 * count].decode("utf-16-le", "replace")
        stream = record.streams.setdefault(name, _Stream(name))
        if not raw[8]:
            size, place = struct.unpack_from("<IH", raw, 16)
            stream.resident, stream.size, stream.valid = raw[place : place + size], size, size
            stream.flags = flags
            return
        first, _, place, unit = struct.unpack_from("<QQHH", raw, 16)
        stream.parts[first] = list(_runs(raw[place:]))
        if first == 0:
            _, stream.size, stream.valid = struct.unpack_from("<QQQ", raw, 40)
            stream.flags, stream.unit = flags, 1 << unit if 0 < unit < 8 else 0

    def _list(self, raw: bytes, record: _Record) -> None:
        if not raw[8]:
            size, place = struct.unpack_from("<IH", raw, 16)
            data = raw[place : place + size]
        else:
            place = struct.unpack_from("<H", raw, 32)[0]
            size = struct.unpack_from("<Q", raw, 48)[0]
            listed = _Stream("", parts={0: list(_runs(raw[place:]))})
            data = RunStream(self._part, self._bytes(listed), min(size, MIB)).read()
        at = 0
        while at + 26 <= len(data):
            length = struct.unpack_from("<H", data, at + 4)[0]
            if length < 26:
                return
            record.others.add(struct.unpack_from("<Q", data, at + 16)[0] & 0xFFFFFFFFFFFF)
            at += length

    def _complete(self, number: int) -> _Record | None:
        """Return a record with what stands in its other records; None for those that are another's."""
        record = self._load(number)
        if record is None or record.base:
            return None
        for other in sorted(record.others - {number}):
            more = self._load(other)
            if more is None or more.base != number:
                continue
            record.names += [name for name in more.names if name not in record.names]
            for name, stream in more.streams.items():
                own = record.streams.setdefault(name, _Stream(name))
                own.parts |= stream.parts
                if 0 in stream.parts or stream.resident is not None:
                    own.size, own.valid, own.flags = stream.size, stream.valid, stream.flags
                    own.unit, own.resident = stream.unit, stream.resident
        return record

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield every file of the table, in its order; each named stream as a file of its own."""
        total = min(sum(length for _, length in self._table), self._part.size) // self._size
        damaged = 0
        for number in range(total):
            record = self._complete(number)
            if record is None:
                damaged += self._raw(number)[:4] == b"BAAD"
                continue
            if number < _OWN and number != _ROOT:
                self._note_own(record)
                continue
            if record.names or record.streams:
                yield from self._files(record)
        if damaged:
            yield Gap("corrupt", f"{damaged} records of the master file table are damaged")

    def _note_own(self, record: _Record) -> None:
        """Have the log swept: it holds pieces of names and small files."""
        if record.number in _JOURNAL and "" in record.streams:
            for start, length in self._bytes(record.streams[""]):
                if start is not None:
                    self._slack.append((start, start + length))

    def _files(self, record: _Record) -> Iterator[Entry | Gap]:
        for path, stream in product(self._paths(record), record.streams.values()):
            if record.folder and not stream.name:
                continue
            name = f"{path}:{stream.name}" if stream.name else path
            if stream.resident is None and 0 not in stream.parts:
                if record.used:
                    yield Gap("corrupt", "a part of the file's list of runs is missing", Trail((Step("ntfs", name),)))
                continue
            yield self._file(record, stream, name)

    def _file(self, record: _Record, stream: _Stream, path: str) -> Entry:
        deleted = not record.used
        first: int | None = None
        if stream.flags & _ENCRYPTED:
            return Entry(path, stream.size, _locked, deleted, record.modified)
        if stream.resident is not None:
            return Entry(path, stream.size, held(stream.resident), deleted, record.modified)
        runs = self._bytes(stream)
        first = next((start for start, _ in runs if start is not None), None)
        if not deleted:
            self._note_slack(runs, stream)
        if stream.flags & _COMPRESSED and stream.unit:
            unit = stream.unit * self._cluster
            part, size = self._part, stream.size
            return Entry(
                path, size, lambda: cast(BinaryIO, Compressed(part, runs, size, unit)), deleted, record.modified, first
            )
        return Entry(path, stream.size, self._plain(runs, stream), deleted, record.modified, first)

    def _plain(self, runs: list[Stretch], stream: _Stream) -> Callable[[], BinaryIO]:
        valid = min(stream.valid, stream.size)
        if valid == stream.size:
            return content(self._part, runs, stream.size)
        return content(self._part, [*_cut(runs, valid), (None, stream.size - valid)], stream.size)

    def _note_slack(self, runs: list[Stretch], stream: _Stream) -> None:
        if stream.flags & _COMPRESSED:
            return
        left = min(stream.size, stream.valid)
        for start, length in runs:
            if start is not None and left < length:
                self._slack.append((start + max(left, 0), start + length))
            left -= length

    def _bytes(self, stream: _Stream) -> list[Stretch]:
        """Return a stream's runs in bytes; none reaches beyond the partition."""
        limit = self._part.size // self._cluster
        return [
            (None, count * self._cluster)
            if first is None
            else (first * self._cluster, min(count, limit - first) * self._cluster)
            for first, count in stream.runs
            if first is None or first < limit
        ]

    def _paths(self, record: _Record) -> list[str]:
        """Return every path of a file: one a hard link, none for the short names of DOS."""
        names = [entry for entry in record.names if entry[2] != _DOS] or record.names[:1] or [(_ROOT, "", 0)]
        return list(dict.fromkeys(self._path(record, parent, name) for parent, name, _ in names))

    def _path(self, record: _Record, parent: int, name: str) -> str:
        names, seen = [name or f"record {record.number}"], {record.number}
        while (number := parent & 0xFFFFFFFFFFFF) != _ROOT and len(names) < DEEPEST:
            above = self._load(number)
            if above is None or number in seen or not above.names:
                names.append("(lost)")
                break
            if above.sequence != parent >> 48 and not (not above.used and above.sequence == (parent >> 48) + 1):
                names.append("(lost)")  # the folder was deleted and its record belongs to another file now
                break
            seen.add(number)
            parent, name = _best(above)
            names.append(name)
        return "/".join(reversed(names))

    def free(self) -> Iterator[Extent]:
        """Yield free clusters, the unused ends of files, the log, and what is behind the last cluster."""
        extents = list(self._slack)
        record = self._complete(_BITMAP_RECORD)
        stream = record.streams.get("") if record else None
        if stream is None:
            raise Corrupt("the map of free clusters cannot be read; all of the partition should be swept")
        if stream.resident is not None:
            bitmap = stream.resident
        else:
            bitmap = RunStream(self._part, self._bytes(stream), min(stream.size, _WHOLE)).read()
        extents += [(first * self._cluster, last * self._cluster) for first, last in clear_bits(bitmap, self._count)]
        if self._count * self._cluster < self._part.size:
            extents.append((self._count * self._cluster, self._part.size))
        yield from joined(extents)


def _runs(raw: bytes) -> Iterator[tuple[int | None, int]]:
    """Yield runs: first cluster (None: a hole), number of clusters."""
    at, cluster = 0, 0
    while at < len(raw) and raw[at]:
        wide, far = raw[at] & 15, raw[at] >> 4
        if not wide or wide > 8 or far > 8 or at + 1 + wide + far > len(raw):
            return
        count = int.from_bytes(raw[at + 1 : at + 1 + wide], "little")
        if far:
            cluster += int.from_bytes(raw[at + 1 + wide : at + 1 + wide + far], "little", signed=True)
        at += 1 + wide + far
        if cluster < 0 or count > 1 << 48:
            return
        yield (cluster if far else None), count


def _file_name(raw: bytes) -> tuple[int, str, int]:
    parent = struct.unpack_from("<Q", raw, 0)[0]
    count, kind = raw[64], raw[65]
    return parent, raw[66 : 66 + 2 * count].decode("utf-16-le", "replace"), kind


def _best(record: _Record) -> tuple[int, str]:
    """Return the parent and name of a record: the long one, not the DOS name."""
    parent, name, _ = min(record.names, key=lambda entry: entry[2] == _DOS, default=(_ROOT, "", 0))
    return parent, name


def _cut(runs: list[Stretch], size: int) -> Iterator[Stretch]:
    for start, length in runs:
        if size <= 0:
            return
        yield start, min(length, size)
        size -= length


def _locked() -> BinaryIO:
    raise Encrypted("the file is encrypted by the file system (EFS)")


def _when(ticks: int) -> float | None:
    return ticks / 10_000_000 - _EPOCH if ticks else None
