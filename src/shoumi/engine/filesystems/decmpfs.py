"""Files that macOS compresses: the attribute ``com.apple.decmpfs`` and the resource fork in, the content out.

zlib, LZVN, LZFSE and plain content, in the attribute itself or in blocks of 64 KiB in the resource fork. LZBITMAP and
references to other files are not read. Sources: Apple's sys/decmpfs.h and bsd/kern/decmpfs.c; the block table as files
show it.
"""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from shoumi.engine.errors import Corrupt, Unsupported
from shoumi.engine.filesystems import lzfse

NAME: Final = "com.apple.decmpfs"
_HEAD: Final = struct.Struct("<4sIQ")
_BLOCK: Final = 65536
_ZLIB, _LZVN, _LZFSE, _PLAIN = "zlib", "lzvn", "lzfse", "plain"
# Type → how it is compressed, whether it stands in the resource fork.
_TYPES: Final = {
    1: (_PLAIN, False),
    3: (_ZLIB, False),
    4: (_ZLIB, True),
    7: (_LZVN, False),
    8: (_LZVN, True),
    11: (_LZFSE, False),
    12: (_LZFSE, True),
}
_NAMES: Final = {5: "a reference to another file", 13: "LZBITMAP", 14: "LZBITMAP"}


def size_of(attribute: bytes) -> int:
    """Return the size of the content. Raises Corrupt or Unsupported."""
    if len(attribute) < _HEAD.size or not attribute.startswith(b"fpmc"):
        raise Corrupt("the attribute of a compressed file is damaged")
    _, kind, size = _HEAD.unpack_from(attribute)
    if kind not in _TYPES:
        raise Unsupported(f"compressed by macOS with {_NAMES.get(kind, f'method {kind}')}")
    return int(size)


class Content(io.RawIOBase):
    """The content of a compressed file. ``fork`` returns bytes of the resource fork at an offset."""

    def __init__(self, attribute: bytes, fork: Callable[[int, int], bytes]) -> None:
        self._left = size_of(attribute)
        method, outside = _TYPES[_HEAD.unpack_from(attribute)[1]]
        packed = _blocks(fork, method) if outside else iter((attribute[_HEAD.size :],))
        self._blocks = (_unpacked(block, method) for block in packed)
        self._ready = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, nothing at the end. Raises Corrupt at the first damaged block."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        while not self._ready and self._left:
            block = next(self._blocks, None)
            if block is None:
                raise Corrupt(f"{self._left} bytes of the compressed file are missing")
            self._ready = block[: self._left]
        data, self._ready = self._ready[:size], self._ready[size:]
        self._left -= len(data)
        return data


def _blocks(fork: Callable[[int, int], bytes], method: str) -> Iterator[bytes]:
    """Yield the packed blocks of a resource fork: zlib keeps a table in a resource, the others one at its start."""
    if method == _ZLIB:
        start = struct.unpack(">I", _exactly(fork, 0, 4))[0] + 4
        count = struct.unpack("<I", _exactly(fork, start, 4))[0]
        table = _exactly(fork, start + 4, 8 * _sane(count))
        for number in range(count):
            offset, size = struct.unpack_from("<II", table, 8 * number)
            yield _exactly(fork, start + offset, size)
        return
    first = struct.unpack("<I", _exactly(fork, 0, 4))[0]
    ends = struct.unpack(f"<{_sane(first // 4)}I", _exactly(fork, 0, first // 4 * 4))
    for begin, end in itertools.pairwise(ends):
        yield _exactly(fork, begin, end - begin)


def _sane(count: int) -> int:
    if count > 1 << 20:
        raise Corrupt("an impossible number of compressed blocks")
    return count


def _exactly(fork: Callable[[int, int], bytes], offset: int, size: int) -> bytes:
    data = fork(offset, size) if 0 <= size <= 8 << 20 else b""
    if len(data) < size:
        raise Corrupt("a compressed block points beyond its fork")
    return data


def _unpacked(block: bytes, method: str) -> bytes:
    if method == _PLAIN:
        return block
    if method == _ZLIB and block and block[0] & 0x0F == 0x0F:  # what zlib would not make smaller
        return block[1:]
    if method == _LZVN:
        return block[1:] if block[:1] == b"\x06" else lzvn(block)
    if method == _LZFSE:
        return lzfse.unpacked(block, lzvn) if block.startswith(b"bvx") else block[1:]
    try:
        return zlib.decompressobj().decompress(block, _BLOCK)
    except zlib.error as error:
        raise Corrupt("a compressed block is damaged") from error


def lzvn(data: bytes) -> bytes:
    """Return what an LZVN block holds, at most 64 KiB. Opcodes name literals to copy, then a match behind them."""
    out = bytearray()
    at = distance = 0
    while at < len(data) and len(out) < _BLOCK:
        literals, length, distance, step = _opcode(data, at, distance)
        if literals < 0:
            break
        at += step
        out += data[at : at + literals]
        at += literals
        if length:
            if not 0 < distance <= len(out):
                raise Corrupt("a compressed block is damaged")
            for _ in range(length):
                out.append(out[-distance])
    return bytes(out[:_BLOCK])


def _opcode(data: bytes, at: int, distance: int) -> tuple[int, int, int, int]:
    """Return literals, length of the match, its distance and the opcode's own size; -1 literals at the end."""
    op = data[at]
    second, third = (*data[at + 1 : at + 3], 0, 0)[:2]
    if 0x70 <= op < 0x80 or 0xD0 <= op < 0xE0 or (op < 0x40 and op & 7 == 6 and op > 0x16):
        raise Corrupt("a compressed block is damaged")
    if op == 0x06:
        return -1, 0, distance, 1
    if op in (0x0E, 0x16):
        return 0, 0, distance, 1
    if op >= 0xF0:
        return (0, op & 15, distance, 1) if op & 15 else (0, second + 16, distance, 2)
    if op >= 0xE0:
        return (op & 15, 0, distance, 1) if op & 15 else (second + 16, 0, distance, 2)
    if 0xA0 <= op < 0xC0:
        both = second | third << 8
        return op >> 3 & 3, ((op & 7) << 2 | both & 3) + 3, both >> 2, 3
    if op & 7 == 7:
        return op >> 6, (op >> 3 & 7) + 3, second | third << 8, 3
    if op & 7 == 6:
        return op >> 6, (op >> 3 & 7) + 3, distance, 1
    return op >> 6, (op >> 3 & 7) + 3, (op & 7) << 8 | second, 2
