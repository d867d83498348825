"""Office documents are ZIP packages of parts: a blob in, the parts' bytes by name out, damaged or not.

The directory at the end of a ZIP is the first thing that a cut file loses, so parts are also found by their local
headers, and whatever of a damaged part still inflates is given. Bytes are counted as they come out; sizes in headers
are never believed. Names are labels of parts, matched without regard to case as the Open Packaging Conventions
(ECMA-376 part 2, 6.2.2) want, and never used as paths.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, Unexamined, Unsupported
from shoumi.engine.types import Gap, Item

_ENTITY: Final = re.compile(rb"<!ENTITY")
_PROLOGUE: Final = 65_536  # bytes in which a part would define its entities
_CHUNK: Final = 64 * 1024
_BLOW: Final = 1024 * 1024  # most bytes that one inflate step gives
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_MAGIC: Final = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored part: where its local header starts, and what the directory says about it (None: not known)."""

    name: str
    start: int
    method: int
    packed: int | None
    crc: int | None
    encrypted: bool


class Package:
    """The parts of a document. ``cut`` says that the directory is lost; ``damaged`` names parts that end early."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self.limit = 4 * blob.limits.parse_bytes  # bytes of one part that are read as text
        self.cut = False
        self.damaged: dict[str, Unexamined] = {}
        self.entries: dict[str, Entry] = {}
        self.cropping: dict[str, None] = {}  # parts that speak of cropped pictures, as far as they were read
        self.shadowed: list[Entry] = []  # parts that a later one of the same name hides from every reader
        self.cache: dict[str, Any] = {}  # what readers have learnt of a part and ask for again
        self._folded: dict[str, str] = {}
        for entry in self._directory():
            older = self._folded.get(entry.name.lower())
            if older is not None:
                self.shadowed.append(self.entries.pop(older))
            self.entries[entry.name] = entry
            self._folded[entry.name.lower()] = entry.name

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def find(self, name: str) -> str | None:
        """Return a part's name as it is stored, or None."""
        return self._folded.get(name.lower())

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part's bytes, as many as can be had; the reason for a missing end goes to ``damaged``."""
        stored = self.find(name)
        if stored is None:
            return
        size, tail = 0, b""
        try:
            for chunk in self._unpack(self.entries[stored]):
                if not size and _ENTITY.search(chunk, 0, _PROLOGUE):
                    self.damaged[stored] = Corrupt("it defines entities, as no office program does; none was expanded")
                if b"srcRect" in chunk or b"crop" in chunk or b"srcRect" in tail + chunk[:8]:
                    self.cropping[stored] = None
                size, tail = size + len(chunk), chunk[-8:]
                yield chunk
                if size > self.limit:
                    raise Corrupt(f"only the first {size} bytes were read")
        except Unexamined as error:
            self.damaged[stored] = error

    def read(self, name: str) -> bytes:
        """Return a part's bytes, at most ``limits.parse_bytes``; empty when there is none."""
        parts: list[bytes] = []
        room = self._blob.limits.parse_bytes
        for chunk in self.chunks(name):
            parts.append(chunk)
            room -= len(chunk)
            if room < 0:
                break
        return b"".join(parts)

    def item(
        self, entry: Entry, source: str, *, hiding: str = "", frame: tuple[float, float, float, float] | None = None
    ) -> Item:
        """Return a part as something to examine on its own."""
        opener = self._opener(entry)
        return Item(source, entry.name, None, None, opener, source, hidden=bool(hiding), hiding=hiding, frame=frame)

    def gaps(self) -> Iterator[Gap]:
        """Yield what could not be read, once everything has been tried."""
        if self.cut:
            yield Gap("corrupt", f"the ZIP directory is damaged; {len(self.entries)} parts were recovered")
        for name, error in self.damaged.items():
            yield Gap(error.reason, f"{name}: {error}")

    def _opener(self, entry: Entry) -> Callable[[], BinaryIO]:
        return lambda: io.BufferedReader(_Stream(self._unpack(entry)), _CHUNK)

    def _directory(self) -> Iterator[Entry]:
        try:
            with zipfile.ZipFile(self._blob.open()) as archive:
                found = archive.infolist()
        except Exception:  # a damaged directory raises nearly anything
            self.cut = True
            yield from _local_entries(self._blob.head(self._blob.limits.parse_bytes))
            return
        for info in found:
            if info.filename and not info.is_dir():
                name = info.filename.replace("\\", "/").lstrip("/")
                yield Entry(
                    name, info.header_offset, info.compress_type, info.compress_size, info.CRC, bool(info.flag_bits & 1)
                )

    def _unpack(self, entry: Entry) -> Iterator[bytes]:
        if entry.encrypted:
            raise Encrypted("encrypted")
        if entry.start < 0:
            raise Corrupt("its place in the file is wrong")
        with self._blob.open() as stream:
            stream.seek(entry.start)
            header = stream.read(_LOCAL.size)
            if len(header) < _LOCAL.size or not header.startswith(_MAGIC):
                raise Corrupt("its header is damaged")
            name_length, extra_length = _LOCAL.unpack(header)[-2:]
            stream.seek(entry.start + _LOCAL.size + name_length + extra_length)
            raw = _raw(stream, entry.packed)
            if entry.method == _DEFLATED:
                unpacked = _inflate(raw)
            elif entry.method == _STORED:
                unpacked = raw
            else:
                raise Unsupported(f"compression method {entry.method}")
            crc = 0
            for chunk in unpacked:
                crc = zlib.crc32(chunk, crc)
                yield chunk
            if entry.crc is not None and crc != entry.crc:
                raise Corrupt("its checksum is wrong")


class _Stream(io.RawIOBase):
    """A readable stream over chunks; an error in their source reaches the reader after the bytes before it."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _raw(stream: BinaryIO, packed: int | None) -> Iterator[bytes]:
    left = packed
    while left is None or left > 0:
        chunk = stream.read(_CHUNK if left is None else min(_CHUNK, left))
        if not chunk:
            if left is not None:
                raise Corrupt("it is cut off")
            return
        if left is not None:
            left -= len(chunk)
        yield chunk


def _inflate(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Yield inflated bytes up to the first damaged one; a step that fails is repeated in small pieces."""
    inflater = zlib.decompressobj(-15)
    try:
        for chunk in raw:
            before = inflater.copy()
            try:
                yield from _step(inflater, chunk)
            except zlib.error as error:
                for at in range(0, len(chunk), 16):
                    try:
                        yield from _step(before, chunk[at : at + 16])
                    except zlib.error:
                        break
                raise Corrupt("its compressed data is damaged") from error
            if inflater.eof:
                return
    except Corrupt:
        raise
    raise Corrupt("it is cut off")


def _step(inflater: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    out: list[bytes] = []
    while True:
        data = inflater.decompress(chunk, _BLOW)
        chunk = inflater.unconsumed_tail
        if len(data) == _BLOW and chunk:
            yield b"".join(out) + data
            out = []
        else:
            out.append(data)
        if not chunk or inflater.eof:
            break
    yield b"".join(out)


def _local_entries(data: bytes) -> Iterator[Entry]:
    """Find parts by their local headers (APPNOTE 4.3.7), skipping what a stored part holds."""
    at = data.find(_MAGIC)
    while at >= 0:
        header = data[at : at + _LOCAL.size]
        if len(header) < _LOCAL.size:
            return
        _, _, flags, method, _, _, crc, packed, _, name_length, extra_length = _LOCAL.unpack(header)
        begin = at + _LOCAL.size
        name = data[begin : begin + name_length].decode("utf-8", "replace").replace("\\", "/").lstrip("/")
        known = not flags & 8 and packed != 0xFFFFFFFF
        plausible = bool(name) and not re.search(r"[\x00-\x1f]", name) and method in (_STORED, _DEFLATED)
        follows = begin + name_length + extra_length
        if plausible:
            if not name.endswith("/"):
                yield Entry(name, at, method, packed if known else None, crc if known else None, bool(flags & 1))
            end = follows + packed
            if known and data[end : end + 2] == b"PK":
                follows = end
        at = data.find(_MAGIC, follows if plausible else at + 4)
