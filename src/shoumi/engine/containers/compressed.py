"""Files that hold one compressed stream: gzip, bzip2, xz, lzma, Zstandard. One member comes out.

The member carries the name that gzip stores; without one its path is empty and the caller names it after the
container. Several streams behind one another are one member, as the tools read them; what follows and is
none is a Gap, as is a stream that breaks off (what was decoded before is examined).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers._names import decoded
from shoumi.engine.containers._streams import Decoded, Decoder, Inflate, Zstandard, bzip2, xz
from shoumi.engine.errors import Corrupt
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item

_GZIP: Final = "application/gzip"
_BZIP2: Final = "application/x-bzip2"
_XZ: Final = "application/x-xz"
_LZMA: Final = "application/x-lzma"
_ZSTD: Final = "application/zstd"
_ZSTD_SKIPPABLE: Final = tuple(bytes([low]) + b"\x2a\x4d\x18" for low in range(0x50, 0x60))  # RFC 8878, 3.1.2
_ZSTD_MAGIC: Final = (b"\x28\xb5\x2f\xfd", *_ZSTD_SKIPPABLE)
_ALONE: Final = struct.Struct("<BIQ")  # properties, dictionary size, unpacked size


@dataclass(frozen=True, slots=True)
class _Format:
    new: Callable[[], Decoder]
    magic: tuple[bytes, ...]


_FORMATS: Final = {
    _GZIP: _Format(partial(Inflate, 31), (b"\x1f\x8b",)),
    _BZIP2: _Format(bzip2, (b"BZh",)),
    _XZ: _Format(xz, (b"\xfd7zXZ",)),
    _LZMA: _Format(xz, ()),
    _ZSTD: _Format(Zstandard, _ZSTD_MAGIC),
}


class Compressed:
    """The container for single compressed streams."""

    name = "compressed"
    version = 1
    media_types = frozenset(_FORMATS)
    signatures = (
        Signature(b"\x1f\x8b\x08", _GZIP),
        *(Signature(b"BZh%d1AY&SY" % level, _BZIP2) for level in range(1, 10)),
        *(Signature(b"BZh%d\x17\x72\x45\x38\x50\x90" % level, _BZIP2) for level in range(1, 10)),  # empty
        Signature(b"\xfd7zXZ\0", _XZ),
        *(Signature(magic, _ZSTD) for magic in _ZSTD_MAGIC),
    )
    refines = frozenset({UNKNOWN})

    def refine(self, sample: Sample) -> str | None:
        """Recognise .lzma, which has no magic: a plausible header whose data can be decoded."""
        head = sample.head
        if len(head) < _ALONE.size + 5:
            return None
        properties, dictionary, size = _ALONE.unpack_from(head)
        plausible = properties < 225 and _round(dictionary) and (size == 2**64 - 1 or size < 2**38) and not head[13]
        if not plausible:
            return None
        try:
            xz().decompress(head[:4096], 4096)
        except Exception:  # whatever the decoder says: it is something else
            return None
        return _LZMA

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:  # noqa: ARG002
        """Yield the one member. Raises nothing: what breaks does so while the member is read."""
        head = blob.head()
        for kind in _kinds(head):
            yield Item(
                self.name, _stored_name(head) if kind == _GZIP else "", None, None, _opener(blob, kind), kind=self.name
            )


PLUGIN = Compressed()


def _kinds(head: bytes) -> Iterator[str]:
    for kind, form in _FORMATS.items():
        if head.startswith(form.magic):
            yield kind
            return
    yield _LZMA


def _opener(blob: Blob, kind: str) -> Callable[[], BinaryIO]:
    form = _FORMATS[kind]

    def again(rest: bytes) -> bool:
        if rest.startswith(form.magic):
            return True
        raise Corrupt("what follows the compressed data was not examined")

    return lambda: cast(BinaryIO, Decoded(blob.open(), form.new, again))


def _round(dictionary: int) -> bool:
    """Whether a dictionary size is one that encoders write: 2^n or 2^n + 2^(n-1)."""
    return dictionary >= 4096 and bin(dictionary).count("1") <= 2 and "101" not in bin(dictionary)


def _stored_name(head: bytes) -> str:
    """Return the name in a gzip header (RFC 1952, 2.3), or nothing."""
    flags, at = head[3] if len(head) > 3 else 0, 10
    if not flags & 8:
        return ""
    if flags & 4:
        at += 2 + int.from_bytes(head[10:12], "little")
    end = head.find(b"\0", at)
    return decoded(head[at:end]) if end > at else ""
