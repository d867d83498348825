"""SMB 2 and 3 through smbclient, with connections of its own: fsspec keeps one set, which forks would share.

Only what a scan needs: list, look, read. Links and junctions are named as links, never followed.
"""

from __future__ import annotations

import datetime
import stat
from typing import Any, Final

import smbclient

_FOLDER: Final = 0x10
_REPARSE: Final = 0x400


class Smb:
    """A server's shares; names are ``share/folder/file``."""

    def __init__(self, host: str, port: int | None, user: str, password: str, timeout: int) -> None:
        self._host = host
        self._options: dict[str, Any] = {"port": port or 445, "connection_cache": {}}
        smbclient.register_session(
            host, username=user or None, password=password or None, connection_timeout=timeout, **self._options
        )

    def ls(self, name: str, detail: bool = True) -> list[dict[str, Any]]:
        """Return what stands in a folder."""
        del detail
        return [_listed(f"{name}/{entry.name}", entry.smb_info) for entry in self._scan(name)]

    def _scan(self, name: str) -> Any:
        return smbclient.scandir(self._path(name), **self._options)

    def info(self, name: str) -> dict[str, Any]:
        """Return type, size and times of a path."""
        return _details(name, smbclient.stat(self._path(name), follow_symlinks=False, **self._options))

    def open(self, name: str, mode: str) -> Any:
        """Return a stream; others may go on writing and deleting."""
        return smbclient.open_file(self._path(name), mode=mode, buffering=0, share_access="rwd", **self._options)

    def _path(self, name: str) -> str:
        return rf"\\{self._host}" + "\\" + name.strip("/").replace("/", "\\")


def _listed(name: str, told: Any) -> dict[str, Any]:
    """Return what a listing tells, so that no file needs a question of its own (MS-FSCC 2.6: attributes)."""
    kind = "link" if told.file_attributes & _REPARSE else "directory" if told.file_attributes & _FOLDER else "file"
    return _entry(name, kind, told.end_of_file, told.last_write_time)


def _details(name: str, status: Any) -> dict[str, Any]:
    kinds = {stat.S_IFDIR: "directory", stat.S_IFREG: "file", stat.S_IFLNK: "link"}
    changed = datetime.datetime.fromtimestamp(status.st_mtime, datetime.UTC)
    return _entry(name, kinds.get(stat.S_IFMT(status.st_mode), "other"), status.st_size, changed)


def _entry(name: str, kind: str, size: int, changed: datetime.datetime) -> dict[str, Any]:
    return {"name": name, "type": kind, "size": size, "modified": changed}
