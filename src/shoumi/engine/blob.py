"""A piece of content at rest: an Item's stream in, something that can be read again and again out.

Plug-ins see nothing but blobs, so that no parser depends on where content came from. Small content stays in
memory, large members go to a private temporary file that has no name, files on disk are read in place. Local
files are opened without following links, never blocking, and only when they are regular files or block devices (a FIFO
or a terminal planted in a share must not stop a scan).
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from shoumi.engine.errors import Changed, Corrupt, Denied, Special, TooLarge, Unexamined, Unreachable
from shoumi.engine.limits import MIB, Budget, Limits

HEAD: Final = 64 * 1024
_CHUNK: Final = MIB


class Blob:
    """Bytes that can be read again. ``partial`` says why the end is missing, if it is; ``size`` counts what is here."""

    __slots__ = ("_data", "_digest", "_file", "_fresh", "limits", "partial", "size")

    def __init__(self, *, data: bytes | None, file: BinaryIO | None, size: int, limits: Limits) -> None:
        self._data, self._file, self.size, self.limits = data, file, size, limits
        self._digest: bytes | None = None
        self._fresh: Callable[[], bool] | None = None
        self.partial: Unexamined | None = None

    @classmethod
    def of_bytes(cls, data: bytes, limits: Limits) -> Blob:
        """Wrap bytes that are already in memory."""
        return cls(data=data, file=None, size=len(data), limits=limits)

    @classmethod
    def of_file(cls, path: str, limits: Limits) -> Blob:
        """Open a file or a disk. Raises Special, Denied, Changed (vanished) or Corrupt (input/output error)."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        except OSError as error:
            raise refused(error) from error
        before = os.fstat(descriptor)
        if stat.S_ISBLK(before.st_mode):  # only an address that names it leads here; a walk never does
            size = os.lseek(descriptor, 0, os.SEEK_END)
            return cls(data=None, file=os.fdopen(descriptor, "rb", buffering=0), size=size, limits=limits)
        if not stat.S_ISREG(before.st_mode):
            os.close(descriptor)
            raise Special("not a regular file")
        mark = (before.st_size, before.st_mtime_ns)
        if before.st_size <= limits.spool_bytes:
            return cls._small(descriptor, mark, limits)
        blob = cls(data=None, file=os.fdopen(descriptor, "rb", buffering=0), size=before.st_size, limits=limits)
        blob._fresh = lambda: _mark(descriptor) == mark
        return blob

    @classmethod
    def _small(cls, descriptor: int, mark: tuple[int, int], limits: Limits) -> Blob:
        """Read an open file whole and close it; whether it changed is known at once."""
        try:
            data = _read_all(descriptor, mark[0])
            fresh = _mark(descriptor) == mark
        except OSError as error:
            raise refused(error) from error
        finally:
            os.close(descriptor)
        blob = cls.of_bytes(data, limits)
        if not fresh:
            blob._fresh = lambda: False
        if len(data) != mark[0]:
            blob.partial = Changed(f"{mark[0]} bytes were expected, {len(data)} were there")
        return blob

    @classmethod
    def spool(cls, stream: BinaryIO, limits: Limits, budget: Budget | None = None) -> Blob:
        """Copy a member's stream, counting real bytes. What cannot be read any more is ``partial``, not lost."""
        memory = io.BytesIO()
        file: BinaryIO = memory
        size, partial = 0, None
        room = limits.member_bytes
        if budget is not None:
            room = min(room, budget.room)
        while True:
            try:
                chunk = stream.read(min(_CHUNK, room - size + 1))
            except Unexamined as error:
                partial = error
                break
            except MemoryError:
                raise
            except Exception as error:  # decoders raise what they like on damaged input
                partial = Corrupt(f"damaged after {size} bytes: {type(error).__name__}")
                break
            if not chunk:
                break
            if size + len(chunk) > room:
                chunk = chunk[: room - size]
                partial = TooLarge(f"only the first {room} bytes were examined")
            file.write(chunk)
            size += len(chunk)
            if file is memory and size > limits.spool_bytes:
                file = tempfile.TemporaryFile(prefix="shoumi-")  # noqa: SIM115  (closed by the blob)
                file.write(memory.getvalue())
            if partial:
                break
        if budget is not None:
            budget.unpacked += size
        blob = cls(
            data=memory.getvalue() if file is memory else None,
            file=None if file is memory else file,
            size=size,
            limits=limits,
        )
        blob.partial = partial
        return blob

    @property
    def data(self) -> bytes | None:
        """The whole content when it is in memory, else None."""
        return self._data

    def head(self, count: int = HEAD) -> bytes:
        """Return the first bytes, at most ``count``."""
        if self._data is not None:
            return self._data[:count]
        stream = self.open()
        return stream.read(count)

    def open(self) -> BinaryIO:
        """Return a seekable stream at its start; several may be open at once."""
        if self._data is not None:
            return io.BytesIO(self._data)
        return io.BufferedReader(_Slice(self._descriptor(), self.size), buffer_size=256 * 1024)

    def read(self) -> bytes:
        """Return everything, for parsers that need it whole. Raises TooLarge beyond ``limits.parse_bytes``."""
        if self._data is not None:
            return self._data
        if self.size > self.limits.parse_bytes:
            raise TooLarge(f"{self.size // MIB} MiB; documents up to {self.limits.parse_bytes // MIB} MiB are parsed")
        return self.open().read()

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Yield where content is (start, end): the holes of a sparse file are zeros, and need not be read."""
        at = 0
        while self._data is None and at < self.size:
            try:
                start = os.lseek(self._descriptor(), at, os.SEEK_DATA)
                at = min(self.size, os.lseek(self._descriptor(), start, os.SEEK_HOLE))
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing but a hole from here on
                    return
                yield at, self.size  # a file system that does not tell
                return
            yield start, at
        if self._data is not None:
            yield 0, self.size

    def path(self) -> str:
        """Return a path that libraries can open while the blob is; never inside a place others can write."""
        if self._file is None and self._data is not None:
            self._file = tempfile.TemporaryFile(prefix="shoumi-")  # noqa: SIM115  (closed by the blob)
            self._file.write(self._data)
            self._file.flush()
        return f"/proc/self/fd/{self._descriptor()}"

    def _descriptor(self) -> int:
        if self._file is None:
            raise ValueError("the blob is closed")
        return self._file.fileno()

    @property
    def digest(self) -> bytes:
        """SHA-256 of what is here."""
        if self._digest is None:
            if self._data is not None:
                self._digest = hashlib.sha256(self._data).digest()
            else:
                self._digest = hashlib.file_digest(
                    io.BufferedReader(_Slice(self._descriptor(), self.size)), "sha256"
                ).digest()
        return self._digest

    @property
    def changed(self) -> bool:
        """Whether the file on disk has changed since it was opened; never true for members."""
        return self._fresh is not None and not self._fresh()

    def close(self) -> None:
        """Free the file or memory; streams that were handed out end with it."""
        if self._file is not None:
            self._file.close()
        self._data = b""


class _Slice(io.RawIOBase):
    """An independent read position on a shared descriptor."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor, self._size, self._at = descriptor, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = os.preadv(self._descriptor, [buffer], self._at)
        self._at += count
        return count


def whole(path: str, most: int) -> bytes | None:
    """Return what is in a regular file that did not change meanwhile, None in any other case: ``Blob`` says which."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:
        return None
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode) or before.st_size > most:
            return None
        data = _read_all(descriptor, before.st_size)
        after = os.fstat(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    fresh = after.st_mtime_ns == before.st_mtime_ns and len(data) == before.st_size == after.st_size
    return data if fresh else None


def refused(error: OSError) -> Unexamined:
    """Translate what the system says into the Gap it makes; the message never repeats the path."""
    text = os.strerror(error.errno) if error.errno else type(error).__name__
    if isinstance(error, PermissionError):
        return Denied(text)
    if isinstance(error, FileNotFoundError):
        return Changed("it was removed during the scan")
    if isinstance(error, TimeoutError | ConnectionError):
        return Unreachable(text)
    return Corrupt(text)


def _read_all(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size)
    if len(data) == size:
        return data
    parts = [data]
    while chunk := os.read(descriptor, size - sum(map(len, parts))):
        parts.append(chunk)
    return b"".join(parts)


def _mark(descriptor: int) -> tuple[int, int]:
    now = os.fstat(descriptor)
    return now.st_size, now.st_mtime_ns
