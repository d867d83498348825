"""What all images and file systems have in common: a stretch of readable bytes, entries in it, streams over runs."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, TypeAlias, cast

from shoumi.engine.errors import Corrupt
from shoumi.engine.limits import KIB, MIB
from shoumi.engine.types import Gap

Extent: TypeAlias = tuple[int, int]  # start, end in bytes
Stretch: TypeAlias = tuple[int | None, int]  # where a piece of a file stands (None: zeros), its length in bytes
DEEPEST: Final = 200  # folders in one another
_CHUNK: Final = MIB


class Image(Protocol):
    """A disk, whatever it is wrapped in. Offsets are those of the disk."""

    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes, fewer at the end; zeros where nothing was ever written."""
        ...

    def extents(self, start: int, end: int) -> Iterator[Extent]:
        """Yield the parts of a stretch that were written."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """A partition, or a whole disk: bytes ``start`` to ``start + size`` of an image."""

    image: Image
    start: int
    size: int

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes at an offset of the partition, fewer at its end."""
        if offset < 0 or offset >= self.size:
            return b""
        return self.image.read(self.start + offset, min(size, self.size - offset))

    def exactly(self, offset: int, size: int) -> bytes:
        """Return all of the bytes asked for. Raises Corrupt when the partition or image ends before."""
        data = self.read(offset, size)
        if len(data) < size:
            raise Corrupt("the file system points beyond the end of the image")
        return data


@dataclass(frozen=True, slots=True)
class Entry:
    """A file. ``open`` returns its content; ``first`` is where it begins in the partition, when it is known."""

    path: str
    size: int
    open: Callable[[], BinaryIO]
    deleted: bool = False
    modified: float | None = None
    first: int | None = None


class Volume(Protocol):
    """A file system on a partition. Offsets are those of the partition. ``span`` is the size that it says it has."""

    name: str
    span: int

    def entries(self) -> Iterator[Entry | Gap]:
        """Yield every file, deleted ones too, and a Gap for what cannot be read. Raises Unexamined."""
        ...

    def free(self) -> Iterator[Extent]:
        """Yield the stretches that belong to no file, and what is left over behind the ends of files; in order."""
        ...


class RunStream(io.RawIOBase):
    """The content of a file that stands in several places. Raises Corrupt where the image breaks off."""

    def __init__(self, part: Part, runs: Iterable[Stretch], size: int) -> None:
        self._part, self._runs, self._left = part, iter(runs), size
        self._at: int | None = None
        self._length = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, nothing at the end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        size = min(size, self._left, _CHUNK)
        while size and not self._length:
            run = next(self._runs, None)
            if run is None:
                raise Corrupt(f"{self._left} bytes of the file are nowhere listed")
            self._at, self._length = run
        size = min(size, self._length)
        if not size:
            return b""
        data = bytes(size) if self._at is None else self._part.read(self._at, size)
        if len(data) < size:
            if not data:
                raise Corrupt(f"the image breaks off {self._left} bytes before the end of the file")
            size = len(data)
        self._left -= size
        self._length -= size
        if self._at is not None:
            self._at += size
        return data


def content(part: Part, runs: Iterable[Stretch], size: int) -> Callable[[], BinaryIO]:
    """Return what opens a file that stands in these runs."""
    return lambda: cast(BinaryIO, RunStream(part, runs, size))


def held(data: bytes) -> Callable[[], BinaryIO]:
    """Return what opens a file whose content is at hand."""
    return lambda: io.BytesIO(data)


def joined(extents: Iterable[Extent], *, least: int = 1) -> Iterator[Extent]:
    """Yield extents in order, those that touch or overlap as one; shorter ones than ``least`` are left out."""
    start, end = -1, -1
    for first, last in sorted(extents):
        if first > end:
            if end - start >= least and start >= 0:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end - start >= least and start >= 0:
        yield start, end


def clear_bits(bitmap: bytes, count: int) -> Iterator[tuple[int, int]]:
    """Yield runs of zero bits (first, one after the last) among the first ``count``; lowest bit first."""
    import numpy as np

    step = 512 * KIB
    begin = -1
    for base in range(0, min(len(bitmap), (count + 7) // 8), step):
        bits = np.unpackbits(np.frombuffer(bitmap[base : base + step], dtype=np.uint8), bitorder="little")
        bits = bits[: count - base * 8]
        edges = np.flatnonzero(np.diff(bits)) + 1
        places = [0, *edges.tolist(), len(bits)]
        for first in places[:-1]:
            if bits[first]:
                if begin >= 0:
                    yield begin, base * 8 + first
                begin = -1
            elif begin < 0:
                begin = base * 8 + first
    if begin >= 0:
        yield begin, min(count, len(bitmap) * 8)
