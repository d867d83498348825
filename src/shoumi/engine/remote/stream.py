"""A remote file as a stream that survives broken connections, and the retries that all remote work shares.

What breaks is tried again after 0.5, 1, 2, 4 and 8 seconds, where it broke. A file that changed meanwhile, and one that
ends before its size, is never passed off as whole.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from shoumi.engine.errors import Changed, Denied, Unexamined, Unreachable, UsageError
from shoumi.engine.remote import connect
from shoumi.engine.remote.address import Place

WAITS: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds
_T = TypeVar("_T")
_silent: set[str] = set()  # places that did not answer
_MISTAKES: Final = (ValueError, TypeError, LookupError, AttributeError, NotImplementedError)  # no use to try again
_DENIED: Final = ("Forbidden", "AccessDenied", "Unauthorized", "NoCredentials", "Authentication", "Logon", "BadHostKey")


def persistently(work: Callable[[], _T], place: Place) -> _T:
    """Do something remote, again when the connection breaks. Raises Changed, Denied or Unreachable.

    A server that stayed silent through all tries is asked once for each thing that follows, until it answers.
    """
    for wait in (*(() if place.start in _silent else WAITS), None):
        try:
            done = work()
        except (Unexamined, UsageError):
            raise
        except Exception as error:
            verdict = why(error)
            if not isinstance(verdict, Unreachable) or isinstance(error, _MISTAKES):
                raise verdict from error
            if wait is None:
                _silent.add(place.start)
                raise verdict from error
            connect.forget(place)
            time.sleep(wait)
        else:
            _silent.discard(place.start)
            return done
    raise AssertionError  # the last wait is None


def why(error: Exception) -> Unexamined:
    """Translate what a library raised. The words of servers are not repeated: they may hold names or keys."""
    names = {kind.__name__ for kind in type(error).__mro__}
    status = getattr(getattr(error, "response", None), "status_code", None) or getattr(error, "status_code", None)
    said = f"{type(error).__name__} {error}"
    if isinstance(error, FileNotFoundError) or "ResourceNotFound" in names or status == 404:
        return Changed("it was removed during the scan")
    if isinstance(error, PermissionError) or status in {401, 403} or any(word in said for word in _DENIED):
        return Denied(f"the server refuses it ({type(error).__name__})")
    return Unreachable(f"the server does not answer ({type(error).__name__})")


def entry(drive: connect.Drive, path: str) -> dict[str, Any]:
    """Return what the drive says of a path: name, size, type and times."""
    found: dict[str, Any] = drive.files.info(drive.inside(path))
    return found


def signature(details: dict[str, Any]) -> str:
    """Return what changes whenever the content may have: tag, size and time; empty when the drive tells too little."""
    tag = details.get("ETag") or details.get("etag") or details.get("content_hash") or ""
    times = [details.get(name) for name in ("LastModified", "modified", "mtime", "last_write_time", "change_time")]
    told = [str(one) for one in (tag, *times) if one]
    return f"remote:{details.get('size') or 0}:{':'.join(told)}" if told else ""


class Stream(io.RawIOBase):
    """A remote file, read from its start to its end, once."""

    def __init__(self, place: Place, path: str) -> None:
        self._place, self._path = place, path
        self._file: Any = None
        self._at = 0
        self._details = persistently(lambda: entry(connect.connect(place), path), place)
        self._size = self._details.get("size")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises Changed, Denied or Unreachable when the rest cannot be had."""
        return persistently(lambda: self._read(size), self._place)

    def _read(self, size: int) -> bytes:
        try:
            if self._file is None:
                self._file = self._open()
            want = connect.BLOCK if size < 0 else min(size, connect.BLOCK)
            chunk: bytes = self._file.read(want)
        except Exception:
            self._drop()
            raise
        if not chunk and self._size is not None and self._at < self._size:
            self._drop()
            raise ConnectionError("the connection ended early")
        self._at += len(chunk)
        return chunk

    def _open(self) -> Any:
        drive = connect.connect(self._place)
        if self._at and signature(entry(drive, self._path)) != signature(self._details):
            raise Changed(f"it changed while it was read; the first {self._at} bytes were examined")
        return drive.open(self._path, self._at)

    def _drop(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except Exception:
                return  # it is broken: that is why it is dropped

    def close(self) -> None:
        """Close the remote file."""
        self._drop()
        super().close()
