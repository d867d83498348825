"""Files that NTFS compresses: units of some clusters, each whole, compressed with LZNT1, or a hole ([MS-XCA] 2.5)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from shoumi.engine.errors import Corrupt
from shoumi.engine.filesystems.volume import Part, Stretch


class Compressed(io.RawIOBase):
    """The content of a compressed file. Raises Corrupt at the first unit that is damaged."""

    def __init__(self, part: Part, runs: Iterable[Stretch], size: int, unit: int) -> None:
        self._units = _units(part, list(runs), unit)
        self._left, self._unit = size, unit
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, nothing at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(self._unit), b""))
        if not self._ready and self._left:
            unit = next(self._units, None)
            if unit is None:
                raise Corrupt(f"{self._left} bytes of the file are nowhere listed")
            self._ready = memoryview(unit.ljust(min(self._unit, self._left), b"\0")[: self._left])
            self._left -= len(self._ready)
        data, self._ready = bytes(self._ready[:size]), self._ready[size:]
        return data


def _units(part: Part, runs: list[Stretch], unit: int) -> Iterator[bytes]:
    """Yield the units: without a hole they are as they are, with one at the end they are compressed."""
    pieces: list[tuple[int | None, int]] = []
    held = 0
    for start, length in runs:
        done = 0
        while done < length:
            count = min(length - done, unit - held)
            pieces.append((None if start is None else start + done, count))
            held += count
            done += count
            if held == unit:
                yield _unit(part, pieces, unit)
                pieces, held = [], 0
    if pieces:
        yield _unit(part, pieces, unit)


def _unit(part: Part, pieces: list[tuple[int | None, int]], unit: int) -> bytes:
    data = b"".join(part.exactly(start, count) for start, count in pieces if start is not None)
    if not data:
        return bytes(unit)
    return data if len(data) == unit else decompress(data, unit)


def decompress(data: bytes, most: int) -> bytes:
    """Return what LZNT1 stands for, at most ``most`` bytes. Raises Corrupt."""
    out = bytearray()
    at = 0
    while at + 2 <= len(data) and len(out) < most:
        header = int.from_bytes(data[at : at + 2], "little")
        if not header:
            break
        size = (header & 0xFFF) + 1
        chunk = data[at + 2 : at + 2 + size]
        at += 2 + size
        if header & 0x8000:
            _chunk(chunk, out)
        else:
            out += chunk
        if len(out) % 4096 and at + 2 <= len(data) and len(out) < most:
            out += bytes(-len(out) % 4096)  # a short chunk stands for a whole one
    return bytes(out[:most])


def _chunk(data: bytes, out: bytearray) -> None:
    """Append a chunk: eight items for each byte of flags, a byte or a pair of distance and length."""
    base, at = len(out), 0
    while at < len(data):
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                return
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            pair = int.from_bytes(data[at : at + 2], "little")
            at += 2
            bits = max(4, (len(out) - base - 1).bit_length())
            back, length = (pair >> (16 - bits)) + 1, (pair & (0xFFFF >> bits)) + 3
            if back > len(out) - base or len(out) - base > 4096:
                raise Corrupt("compressed data of the file system is damaged")
            for _ in range(length):
                out.append(out[-back])
