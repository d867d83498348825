"""The headers of RAR 5 archives, for what libarchive before 3.7 passes over: which members are encrypted.

Without this, encrypted content would be examined as if it were the content. Source: RAR 5.0 archive format (RARLAB).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from shoumi.engine.blob import Blob
from shoumi.engine.containers._names import decoded

_MAGIC = b"Rar!\x1a\x07\x01\x00"
_FILE = 2
_ENCRYPTION = 1
_HEADER_BYTES = 2 * 1024 * 1024  # the format's own limit


def encrypted_names(blob: Blob) -> frozenset[str]:
    """Return the names of encrypted members; as far as the headers are sound."""
    try:
        return frozenset(name for name, encrypted in _files(blob) if encrypted)
    except (IndexError, struct.error):
        return frozenset()


def _files(blob: Blob) -> Iterator[tuple[str, bool]]:
    stream = blob.open()
    at = len(_MAGIC) if stream.read(len(_MAGIC)) == _MAGIC else blob.size
    while at < blob.size:
        stream.seek(at)
        head = stream.read(4 + 3)
        length, begin = vint(head, 4)
        if not 0 < length <= _HEADER_BYTES:
            return
        header = head[begin:] + stream.read(length - len(head) + begin)
        kind, place = vint(header, 0)
        flags, place = vint(header, place)
        extra, place = vint(header, place) if flags & 1 else (0, place)
        data, place = vint(header, place) if flags & 2 else (0, place)
        if kind == _FILE:
            yield _name(header, place), any(record == _ENCRYPTION for record in _records(header[len(header) - extra :]))
        at += begin + length + data


def _name(header: bytes, place: int) -> str:
    flags, place = vint(header, place)
    for _ in range(2):  # unpacked size, attributes
        _, place = vint(header, place)
    place += 4 * bool(flags & 2) + 4 * bool(flags & 4)  # time, checksum
    for _ in range(2):  # compression, system
        _, place = vint(header, place)
    length, place = vint(header, place)
    return decoded(header[place : place + length])


def _records(extra: bytes) -> Iterator[int]:
    at = 0
    while at < len(extra):
        size, start = vint(extra, at)
        yield vint(extra, start)[0]
        at = start + size


def vint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number (seven bits a byte, lowest first, at most ten bytes) and where it ends. Raises IndexError."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    return value, at
