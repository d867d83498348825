"""WebDAV as webdav4 speaks it, but for names and broken downloads.

Names may hold ``?``, ``#`` and ``%``: paths go out quoted. A download that is taken up again continues where it broke,
also on servers that ignore ranges and send everything from the start.
"""

from __future__ import annotations

import io
from typing import Any, Final
from urllib.parse import quote

from webdav4.fsspec import WebdavFileSystem

_PARTIAL: Final = 206
_CHUNK: Final = 256 * 1024


class WebDav(WebdavFileSystem):  # type: ignore[misc]
    """The file system, with quoted paths."""

    def info(self, path: str, **options: Any) -> dict[str, Any]:
        """Return name, size, type, tag and time of a path."""
        found: dict[str, Any] = super().info(quote(path), **options)
        return found

    def ls(self, path: str, detail: bool = True, **options: Any) -> list[Any]:
        """Return what stands in a folder."""
        listed: list[Any] = super().ls(quote(path), detail=detail, **options)
        return listed

    def download_from(self, path: str, at: int) -> io.RawIOBase:
        """Return the content from byte ``at`` on."""
        return _Answer(self.client, quote(path), at)


class _Answer(io.RawIOBase):
    """The body of one answer, as it comes."""

    def __init__(self, client: Any, path: str, at: int) -> None:
        headers = {"Accept-Encoding": "identity"}
        if at:
            headers["Range"] = f"bytes={at}-"
        request = client.http.build_request("GET", client.join_url(path), headers=headers)
        self._response = client.http.send(request, stream=True, follow_redirects=False)
        if not self._response.is_success:
            self._response.close()
            self._response.raise_for_status()
        self._chunks = self._response.iter_bytes(_CHUNK)
        self._rest = b""
        self._skip(at if self._response.status_code != _PARTIAL else 0)

    def _skip(self, count: int) -> None:
        while count > 0 and (chunk := next(self._chunks, b"")):
            self._rest = chunk[count:]
            count -= len(chunk)

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes; empty at the end."""
        chunk = self._rest or next(self._chunks, b"")
        if size < 0:
            size = len(chunk)
        self._rest = chunk[size:]
        return bytes(chunk[:size])

    def close(self) -> None:
        """End the answer."""
        self._response.close()
        super().close()
