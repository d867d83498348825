"""A remote address in its parts: ``scheme://[user@]host[:port]/path``, or ``s3://bucket/path``.

Paths are taken as they stand: keys and names may hold ``?``, ``#`` and ``%``. A password is refused, because an address
stands in reports, in the state of scans and in the shell's history.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shoumi.engine.errors import AddressError

_FORM: Final = re.compile(r"([a-z][a-z0-9+.-]*)://(?:([^/@]*)@)?([^/]*)(?:/(.*))?", re.IGNORECASE | re.DOTALL)
_HOST: Final = re.compile(r"(\[[0-9a-f:]+\]|[^:\[\]]*)(?::(\d{1,5}))?", re.IGNORECASE)

# what each scheme is: kind, encrypted on the way (None: the kind decides), port
SCHEMES: Final = {
    "s3": ("s3", None),
    "s3+http": ("s3", False),
    "s3+https": ("s3", True),
    "webdav": ("webdav", False),
    "webdavs": ("webdav", True),
    "nextcloud": ("nextcloud", True),
    "nextcloud+http": ("nextcloud", False),
    "smb": ("smb", None),
    "sftp": ("sftp", None),
    "ftp": ("ftp", False),
    "gs": ("gs", None),
    "abfs": ("abfs", None),
    "hdfs": ("hdfs", None),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An address in parts. ``start`` is the address up to the path, as it stands before everything found there."""

    scheme: str
    kind: str
    encrypted: bool | None
    user: str
    host: str
    port: int | None
    path: str  # without slashes around it

    @property
    def start(self) -> str:
        """Return the address without its path."""
        at = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{at}{self.host}{port}"

    @property
    def web(self) -> str:
        """Return scheme, host and port for HTTP."""
        port = f":{self.port}" if self.port else ""
        return f"http{'s' if self.encrypted else ''}://{self.host}{port}"

    def address(self, path: str) -> str:
        """Return the address of something found here."""
        return f"{self.start}/{path}"


def remote(address: str) -> bool:
    """Whether an address names a scheme, and so is no path of this machine."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", address) is not None


def parse(address: str) -> Place:
    """Return the parts. Raises AddressError for a scheme that nothing reads, a password, or a missing host."""
    form = _FORM.fullmatch(address)
    if form is None:
        raise AddressError(f"{address}: write scheme://host/path")
    scheme, user, authority, path = form[1].lower(), form[2] or "", form[3], form[4] or ""
    if ":" in user:
        hidden = f"{form[1]}://{user.partition(':')[0]}@{authority}/…"
        raise AddressError(
            f"{hidden}: no password in an address; put it into SHOUMI_REMOTE_PASSWORD or the system's keyring"
        )
    if scheme not in SCHEMES:
        raise AddressError(f"{address}: nothing here reads {scheme}://; known are {', '.join(SCHEMES)}")
    host = _HOST.fullmatch(authority)
    if host is None or not host[1]:
        raise AddressError(f"{address}: no host is named; write {scheme}://host/path")
    kind, encrypted = SCHEMES[scheme]
    port = int(host[2]) if host[2] else None
    return Place(scheme, kind, encrypted, user, host[1], port, path.strip("/"))
