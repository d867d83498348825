"""TAR archives, read one header after the other: ustar, GNU and pax, also old ones without a magic.

A damaged header does not end the archive: the next sound one is sought; what stands between is a member without a
name, and a Gap. Links carry nothing of their own (what they point to is a member, or is not here); devices and pipes
are Gaps and never opened.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers._names import decoded
from shoumi.engine.containers._streams import Window
from shoumi.engine.errors import Corrupt
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item, Step, Trail

_TAR: Final = "application/x-tar"
_BLOCK: Final = tarfile.BLOCKSIZE


class Tar:
    """The container for TAR archives."""

    name = "tar"
    version = 1
    media_types = frozenset({_TAR})
    signatures = (Signature(b"ustar", _TAR, 257),)
    refines = frozenset({UNKNOWN})

    def refine(self, sample: Sample) -> str | None:
        """Recognise archives without a magic (Unix version 7) by the checksum of their first header."""
        return _TAR if _is_header(sample.head[:_BLOCK]) else None

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:  # noqa: ARG002
        """Yield regular files in stored order. Raises Corrupt where headers are damaged or the end is missing."""
        content = blob.open()
        damaged = False
        expected = 0
        archive = _archive(blob)
        while archive and (info := archive.resume()) is not None:
            if not _empty(blob, expected, info.offset):
                damaged = True
                yield from self._passed(content, expected, info.offset)
            expected = archive.offset
            if info.isdev():
                name = Step(self.name, _name(info))
                yield Gap("special", "a device or pipe, which has no content to examine", Trail((name,)))
            elif not (info.isdir() or info.issym() or info.islnk()):
                yield Item(self.name, _name(info), info.size, None, _opener(archive, content, info), kind=self.name)
        if expected > blob.size:
            raise Corrupt("the archive breaks off")
        if not _empty(blob, expected, blob.size):
            damaged = True
            yield from self._passed(content, expected, blob.size)
        if damaged:
            raise Corrupt("some headers are damaged; what stood behind them was examined without names")
        if expected == blob.size:
            raise Corrupt("the archive's end is missing; members may be missing, too")

    def _passed(self, stream: BinaryIO, start: int, end: int) -> Iterator[Item]:
        """Yield what stands behind a damaged header, without the zeros that fill its last block."""
        if end - start <= _BLOCK:
            return
        stream.seek(end - _BLOCK)
        length = end - start - 2 * _BLOCK + len(stream.read(_BLOCK).rstrip(b"\0"))
        opened = _Content(stream, start + _BLOCK, max(0, length))
        yield Item(self.name, f"damaged at {start}", length, None, lambda: cast(BinaryIO, opened), kind=self.name)


PLUGIN = Tar()


class _Content(Window):
    """A member's content. Raises Corrupt at its end when the archive ended before."""

    def read(self, size: int = -1) -> bytes:
        data = super().read(size)
        if not data and self.short and size:
            raise Corrupt("the archive breaks off")
        return data


class _Archive(tarfile.TarFile):
    """Reads on behind a header that is damaged."""

    def resume(self) -> tarfile.TarInfo | None:
        """Return the next member, None at the end."""
        while True:
            self.members: list[tarfile.TarInfo] = []  # it would keep them all
            try:
                return self.next()
            except tarfile.TarError:
                self.offset += _BLOCK
                if not self._reachable():
                    return None

    def _reachable(self) -> bool:
        stream = cast(BinaryIO, self.fileobj)
        stream.seek(self.offset)
        return len(stream.read(_BLOCK)) == _BLOCK


def _archive(blob: Blob) -> _Archive | None:
    stream, at = blob.open(), 0
    while at < blob.size:
        stream.seek(at)
        try:
            return _Archive(fileobj=stream, mode="r", ignore_zeros=True, errors="surrogateescape")
        except tarfile.TarError:  # what extends the first header is damaged
            at += _BLOCK
    return None


def _opener(archive: tarfile.TarFile, content: BinaryIO, info: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    if info.issparse():
        return lambda: cast(BinaryIO, archive.extractfile(info))
    return lambda: cast(BinaryIO, _Content(content, info.offset_data, info.size))


def _name(info: tarfile.TarInfo) -> str:
    return decoded(info.name.encode("utf-8", "surrogateescape"))


def _empty(blob: Blob, start: int, end: int) -> bool:
    """Whether there is nothing but zeros between two places."""
    stream = blob.open()
    stream.seek(start)
    while start < end:
        chunk = stream.read(min(MIB, end - start))
        if not chunk:
            return True
        if chunk.count(0) != len(chunk):
            return False
        start += len(chunk)
    return True


def _is_header(block: bytes) -> bool:
    if len(block) < _BLOCK or not block[0] or block[156:157] not in b"\0" + b"01234567":
        return False
    try:
        checksum = int(block[148:156].strip(b" \0"), 8)
    except ValueError:
        return False
    return checksum == sum(block[:148]) + sum(b" " * 8) + sum(block[156:])
