"""Streams for members: a window into a blob, and decompression that hands out everything it can before it fails.

Enters a readable stream, leaves another one that is read once from its start. Standard decompressing files lose what
they have decoded when the input breaks off; these return it first, and raise Corrupt when the next bytes are wanted.
"""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol

from shoumi.engine.errors import Corrupt, LimitReached, Unexamined
from shoumi.engine.limits import GIB, KIB

_INPUT: Final = 16 * KIB  # little enough that an error costs little of what was decoded in the same call
_ZSTD_INPUT: Final = KIB  # one KiB of Zstandard may stand for 32 MiB
_PIECE: Final = 64
_LZMA_MEMORY: Final = GIB
_ZSTD_WINDOW: Final = GIB


class Window(io.RawIOBase):
    """The bytes ``start`` to ``start + length`` of a seekable stream, which others may move between reads."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self._stream, self._at, self._end = stream, start, start + length

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; all that is left when it is negative."""
        left = self._end - self._at
        self._stream.seek(self._at)
        data = self._stream.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    @property
    def short(self) -> bool:
        """Whether the stream ended before the window did; known after reading."""
        return self._at < self._end


class Readable(Protocol):
    """What is decompressed."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        ...


class Decoder(Protocol):
    """The form of the standard library's decompressors of bzip2 and LZMA."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was met."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed before there is more output."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What follows the compressed stream."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most ``max_length`` bytes."""
        ...


class Inflate:
    """zlib in the form of a Decoder; ``window`` is -15 for raw deflate, 31 for gzip."""

    def __init__(self, window: int) -> None:
        self._state: Any = zlib.decompressobj(window)
        self._failed: Exception | None = None
        self._tail = b""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was met."""
        return bool(self._state.eof)

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed."""
        return not self._tail and self._failed is None

    @property
    def unused_data(self) -> bytes:
        """What follows the stream."""
        return bytes(self._state.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most ``max_length`` bytes; damaged input is first decoded up to the damage, then zlib.error."""
        if self._failed:
            raise self._failed
        data = self._tail + data
        before = self._state.copy()
        try:
            out: bytes = self._state.decompress(data, max_length)
        except zlib.error as error:
            self._failed, self._tail = error, b""
            return _until_damage(before, data)
        self._tail = self._state.unconsumed_tail
        return out


def _until_damage(state: Any, data: bytes) -> bytes:
    parts = []
    try:
        for start in range(0, len(data), _PIECE):
            parts.append(state.decompress(data[start : start + _PIECE]))  # noqa: PERF401  (kept when it raises)
    except zlib.error:
        pass
    return b"".join(parts)


class Zstandard:
    """zstandard in the form of a Decoder."""

    def __init__(self) -> None:
        import zstandard

        self._state = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._ready = memoryview(b"")
        self._input = b""

    @property
    def eof(self) -> bool:
        """Whether the end of the frame was met and everything was handed out."""
        return bool(self._state.eof) and not self._ready

    @property
    def needs_input(self) -> bool:
        """Whether more input is needed."""
        return not self._ready and not self._input

    @property
    def unused_data(self) -> bytes:
        """What follows the frame."""
        return self._state.unused_data + self._input

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most ``max_length`` bytes."""
        self._input += data
        while not self._ready and self._input and not self._state.eof:
            piece, self._input = self._input[:_ZSTD_INPUT], self._input[_ZSTD_INPUT:]
            self._ready = memoryview(self._state.decompress(piece))
        out, self._ready = self._ready[:max_length], self._ready[max_length:]
        return bytes(out)


def xz() -> Decoder:
    """Return a decoder for .xz and .lzma."""
    return lzma.LZMADecompressor(lzma.FORMAT_AUTO, memlimit=_LZMA_MEMORY)


def bzip2() -> Decoder:
    """Return a decoder for .bz2."""
    return bz2.BZ2Decompressor()


class Decoded(io.RawIOBase):
    """Decompresses a stream. Raises Corrupt at the first damage, after everything before it was read.

    ``again`` decides about what follows the end of a compressed stream: True, another one of the same kind begins;
    False, it is padding and the rest is ignored. Without it, nothing after the end is looked at.
    """

    def __init__(
        self, source: Readable, new: Callable[[], Decoder], again: Callable[[bytes], bool] | None = None
    ) -> None:
        self._source, self._new, self._again = source, new, again
        self._decoder: Decoder | None = new()
        self._given = b""
        self.unused = b""  # what was read from the source and does not belong to the compressed stream

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, nothing at the end. Raises Corrupt or LimitReached."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_INPUT), b""))
        while self._decoder is not None and size:
            if self._decoder.eof:
                self._next(self._decoder)
            elif out := self._step(self._decoder, size):
                return out
        return b""

    def _step(self, decoder: Decoder, size: int) -> bytes:
        data = b""
        if decoder.needs_input:
            data, self._given = self._given or self._source.read(_INPUT), b""
            if not data:
                raise Corrupt("the compressed data breaks off")
        try:
            return decoder.decompress(data, size)
        except (Unexamined, MemoryError):
            raise
        except Exception as error:  # each decoder has its own
            if "emory" in str(error):
                raise LimitReached("the decompression needs too much memory") from error
            raise Corrupt("the compressed data is damaged") from error

    def _next(self, decoder: Decoder) -> None:
        self._decoder, self.unused = None, decoder.unused_data
        if self._again is None:
            return
        rest = (self.unused + self._source.read(_INPUT)).lstrip(b"\0")
        while not rest and (more := self._source.read(_INPUT)):
            rest = more.lstrip(b"\0")
        if rest and self._again(rest):
            self._decoder, self._given = self._new(), rest
