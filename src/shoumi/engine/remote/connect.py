"""A place in, an fsspec file system out, and the path in it. Connections are never shared between processes.

Certificates and the keys of SSH hosts are checked, always. Libraries keep no listing: a scan sees what is there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from shoumi.engine.errors import AddressError
from shoumi.engine.remote.address import Place
from shoumi.engine.remote.login import login

TIMEOUT: Final = 30  # seconds without an answer
BLOCK: Final = 4 * 2**20  # bytes that are asked for at once


@dataclass(frozen=True, slots=True)
class Drive:
    """An open file system and how paths of addresses are called in it."""

    place: Place
    files: Any  # fsspec.AbstractFileSystem
    inside: Callable[[str], str]  # path of an address → name in the file system
    outside: Callable[[str], str]  # … and back

    def open(self, path: str, at: int) -> Any:
        """Return a stream of a file's bytes from ``at`` on."""
        name = self.inside(path)
        if hasattr(self.files, "download_from"):
            return self.files.download_from(name, at)
        file = self.files.open(name, "rb")
        if at:
            file.seek(at)
        return file


_open: dict[tuple[int, str], Drive] = {}


def connect(place: Place) -> Drive:
    """Return the drive at a place. Raises AddressError when a library is missing or nobody answers."""
    key = (os.getpid(), place.start if place.kind != "s3" else f"{place.scheme}://{place.web}")
    drive = _open.get(key)
    if drive is None:
        try:
            drive = _open[key] = _KINDS.get(place.kind, _other)(place)
        except ImportError as error:
            extra = "sftp" if place.kind == "sftp" else "remote"
            raise AddressError(
                f"{place.start}: {error.name or error} is not installed: pip install 'shoumi[{extra}]'"
            ) from error
    return drive


def forget(place: Place) -> None:
    """Drop a connection that broke; the next use makes a new one."""
    key = (os.getpid(), place.start if place.kind != "s3" else f"{place.scheme}://{place.web}")
    _open.pop(key, None)


def _plain(path: str) -> str:
    return path.strip("/")


def _rooted(path: str) -> str:
    return f"/{path.strip('/')}"


def _s3(place: Place) -> Drive:
    import s3fs

    whole = place.encrypted is None  # s3://bucket/key; the others name a server before the bucket
    files = s3fs.S3FileSystem(
        endpoint_url=None if whole else place.web,
        use_listings_cache=False,
        skip_instance_cache=True,
        config_kwargs={
            "connect_timeout": TIMEOUT,
            "read_timeout": TIMEOUT,
            "retries": {"max_attempts": 1},
            "s3": {"addressing_style": "auto" if whole else "path"},
        },
    )
    files.retries = 1  # ``stream.persistently`` tries again, and knows when it is of no use
    if not whole:
        return Drive(place, files, _plain, _plain)
    return Drive(
        place,
        files,
        lambda path: f"{place.host}/{path.strip('/')}".rstrip("/"),
        lambda name: name.strip("/").partition("/")[2],
    )


def _webdav(place: Place, below: str = "") -> Drive:
    from shoumi.engine.remote.webdav import WebDav

    who = login(place)
    files = WebDav(
        f"{place.web}/{below}",
        auth=(who.user, who.password) if who.user else None,
        timeout=TIMEOUT,
        retry=False,
        follow_redirects=False,
    )
    return Drive(place, files, _plain, _plain)


def _nextcloud(place: Place) -> Drive:
    from urllib.parse import quote

    user = login(place).user
    if not user:
        raise AddressError(f"{place.start}: say whose files: {place.scheme}://user@{place.host}/…")
    return _webdav(place, f"remote.php/dav/files/{quote(user, safe='')}/")


def _smb(place: Place) -> Drive:
    from shoumi.engine.remote.smb import Smb

    who = login(place)
    return Drive(place, Smb(place.host, place.port, who.user, who.password, TIMEOUT), _plain, _plain)


def _sftp(place: Place) -> Drive:
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class Checked(SFTPFileSystem):  # type: ignore[misc]
        """Connects only to hosts whose key is known to this user or this machine."""

        protocol = "sftp"

        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys()
            if os.path.exists("/etc/ssh/ssh_known_hosts"):
                self.client.load_system_host_keys("/etc/ssh/ssh_known_hosts")
            self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()

    who = login(place)
    options: dict[str, Any] = {"timeout": TIMEOUT, "banner_timeout": TIMEOUT, "auth_timeout": TIMEOUT}
    if place.port:
        options["port"] = place.port
    if who.user:
        options["username"] = who.user
    if who.password:
        options["password"] = who.password
    return Drive(place, Checked(place.host, skip_instance_cache=True, **options), _rooted, _plain)


def _ftp(place: Place) -> Drive:
    from fsspec.implementations.ftp import FTPFileSystem

    who = login(place)
    files = FTPFileSystem(
        place.host, port=place.port or 21, username=who.user or None, password=who.password or None, timeout=TIMEOUT
    )
    return Drive(place, files, _rooted, _plain)


def _other(place: Place) -> Drive:
    """Return what fsspec knows under the scheme; the library of that store reads its own credentials."""
    import fsspec

    files = fsspec.filesystem(place.scheme, skip_instance_cache=True)
    return Drive(
        place,
        files,
        lambda path: f"{place.host}/{path.strip('/')}".rstrip("/"),
        lambda name: name.strip("/").partition("/")[2],
    )


_KINDS: Final[dict[str, Callable[[Place], Drive]]] = {
    "s3": _s3,
    "webdav": _webdav,
    "nextcloud": _nextcloud,
    "smb": _smb,
    "sftp": _sftp,
    "ftp": _ftp,
}
