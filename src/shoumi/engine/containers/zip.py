"""ZIP archives, streamed: what the directory lists, what it hides, and what is left when it is damaged.

Office documents, e-books and packages are ZIP files, too; whoever refines ``application/zip`` takes those, this
container takes the rest. Members that need a password, or a method that nothing here decodes, are Gaps of their own.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers import _zipcrypt
from shoumi.engine.containers._streams import Decoded, Decoder, Inflate, Readable, Zstandard, bzip2, xz
from shoumi.engine.containers._zipread import Entry, entries, find_directory, locate, salvage, uncovered
from shoumi.engine.errors import Corrupt, Encrypted, Unsupported
from shoumi.engine.limits import KIB
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Step, Trail

_PROBE: Final = 64 * KIB
_DECODERS: Final[dict[int, Callable[[], Decoder]]] = {
    8: partial(Inflate, -15),
    12: bzip2,
    20: Zstandard,  # the number it had before 93
    93: Zstandard,
    95: xz,
}
_NAMES: Final = {9: "Deflate64", 19: "LZ77", 97: "WavPack", 98: "PPMd", 10: "implode", 6: "implode", 1: "shrink"}
_LZMA: Final = 14


class Zip:
    """The container for ZIP archives."""

    name = "zip"
    version = 1
    media_types = frozenset({ZIP})
    signatures = (
        Signature(b"PK\3\4", ZIP),
        Signature(b"PK\5\6", ZIP),  # empty
        Signature(b"PK\7\x08PK\3\4", ZIP),  # was meant to be split
        Signature(b"PK00PK\3\4", ZIP),
    )
    refines: frozenset[str] = frozenset()

    def refine(self, sample: Sample) -> str | None:  # noqa: ARG002
        """Claim nothing beyond the signatures."""
        return None

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:
        """Yield what the directory lists, then what it does not. Raises Corrupt or Unsupported at the end."""
        stream = blob.open()
        covered: list[tuple[int, int]] = []
        damage: Corrupt | Unsupported | None = None
        try:
            directory = find_directory(blob.open(), blob.size)
            for entry in entries(blob.open(), directory):
                yield from self._listed(stream, entry, covered, settings)
        except (Corrupt, Unsupported) as error:
            damage = error
        salvaged = 0
        for start, stop in uncovered(covered, blob.size):
            for entry in salvage(stream, start, stop, whole=damage is None):
                salvaged += 1
                if not entry.folder:
                    yield self._item(stream, entry, settings)
        if damage:
            raise type(damage)(f"{damage}; {salvaged} members were found without it" if salvaged else str(damage))

    def _listed(
        self, stream: BinaryIO, entry: Entry, covered: list[tuple[int, int]], settings: Settings
    ) -> Iterator[Item | Gap]:
        try:
            entry = locate(stream, entry)
        except Corrupt as error:
            yield Gap(error.reason, str(error), Trail((Step(self.name, entry.name),)))
            return
        if covered and covered[-1][1] == entry.offset:
            covered[-1] = (covered[-1][0], entry.end)
        else:
            covered.append((entry.offset, entry.end))
        if not entry.folder:
            yield self._item(stream, entry, settings)

    def _item(self, stream: BinaryIO, entry: Entry, settings: Settings) -> Item:
        def content() -> BinaryIO:
            return cast(BinaryIO, _opened(stream, entry, settings.passwords))

        return Item(self.name, entry.name, entry.size, None, content, kind=self.name)


PLUGIN = Zip()


def _opened(stream: BinaryIO, entry: Entry, passwords: tuple[str, ...]) -> _Checked:
    if not entry.encrypted:
        return _Checked(_decoded(_zipcrypt.window(stream, entry), entry.method, entry), entry)
    method = _zipcrypt.method(entry)
    for password in _zipcrypt.candidates(passwords):
        if (found := _unlocked(stream, entry, method, password)) and _sound(found):
            return cast(_Checked, _unlocked(stream, entry, method, password))
    raise Encrypted("none of the passwords opens it" if passwords else "it needs a password")


def _unlocked(stream: BinaryIO, entry: Entry, method: int, password: bytes) -> _Checked | None:
    source = _zipcrypt.decrypted(entry, _zipcrypt.window(stream, entry), password)
    return None if source is None else _Checked(_decoded(source, method, entry), entry)


def _sound(stream: _Checked) -> bool:
    try:
        left = _PROBE
        while left > 0 and (data := stream.read(left)):
            left -= len(data)
    except Corrupt:
        return False
    return True


def _decoded(source: Readable, method: int, entry: Entry) -> Readable:
    if method == 0:
        return source
    if method == _LZMA:
        return Decoded(_Alone(source, entry), xz)
    if method not in _DECODERS:
        raise Unsupported(f"compressed with {_NAMES.get(method, f'method {method}')}, which is not read")
    return Decoded(source, _DECODERS[method])


class _Alone(io.RawIOBase):
    """ZIP's form of LZMA (APPNOTE.TXT 5.8.8) as a .lzma file: another header before the same data."""

    def __init__(self, source: Readable, entry: Entry) -> None:
        head = source.read(4)
        properties = source.read(int.from_bytes(head[2:4], "little"))
        size = 2**64 - 1 if entry.flags & 2 else entry.size
        self._source = source
        self._head = properties + size.to_bytes(8, "little")

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head or self._source.read(size)


class _Checked(io.RawIOBase):
    """A member's content. Raises Corrupt at its end when it is shorter than it should be, or its checksum differs."""

    def __init__(self, source: Readable, entry: Entry) -> None:
        self._source = source
        self._crc, self._size = 0, 0
        unknown = entry.flags & 8 and not entry.crc  # sizes and checksum stand behind data that was salvaged
        self._least = 0 if unknown else entry.size
        self._expected = None if unknown or (entry.method == _zipcrypt.AES and not entry.crc) else entry.crc

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(_PROBE), b""))
        data = self._source.read(size)
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        if not data and size:
            if self._size < self._least:
                raise Corrupt(f"breaks off after {self._size} of {self._least} bytes")
            if self._expected is not None and self._expected != self._crc:
                raise Corrupt("damaged: the checksum differs")
        return data
