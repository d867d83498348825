"""Drives and file servers: S3, WebDAV, Nextcloud, SMB, SFTP and what else fsspec reads. Read, never written.

The walk asks for one folder at a time, in order of name. A folder that cannot be listed, even after retries, is a Gap;
the scan goes on, and the next one with the same options reads what is missing. Links are not followed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.errors import AddressError, Changed, Unexamined
from shoumi.engine.remote import address as addresses
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy, Skipped, globs
from shoumi.engine.types import Gap, Item, Step, Trail

_DEEPEST: Final = 200  # folders below the address; deeper is a server that goes round in circles


class Remote:
    """The source for addresses with a scheme."""

    name = "remote"

    def accepts(self, address: str) -> bool:
        """Take ``scheme://…``."""
        return addresses.remote(address)

    def walk(
        self,
        address: str,
        policy: Policy,
        own: frozenset[tuple[int, int]],  # noqa: ARG002  (Shoumi keeps nothing there)
    ) -> Iterator[Found | Gap | Skipped]:
        """Yield files in order of name. Raises AddressError when the address does not exist or nobody answers."""
        place = addresses.parse(address)
        details = _reached(place)
        if details.get("type") == "directory":
            yield from _Walk(place, policy).folder(place.path, "", 0)
        else:
            yield _found(place, place.path, details)

    def item(self, path: str, settings: Settings) -> Item:  # noqa: ARG002
        """Return the file for reading; the connection is made when it is opened."""
        from shoumi.engine.remote.stream import Stream

        place = addresses.parse(path)
        return Item(self.name, path, None, None, lambda: Stream(place, place.path))  # type: ignore[arg-type,return-value]

    def share(self, path: str) -> str:
        """Return with whom it is shared, where the drive tells."""
        from shoumi.engine.remote import shares

        place = addresses.parse(path)
        return shares.state(place, place.path)


class _Walk:
    def __init__(self, place: addresses.Place, policy: Policy) -> None:
        self._place = place
        self._include = globs(policy.include)
        self._exclude = globs(policy.exclude)

    def folder(self, path: str, below: str, depth: int) -> Iterator[Found | Gap | Skipped]:
        try:
            entries = _listed(self._place, path)
        except Unexamined as error:
            yield _gap(self._place, path, error.reason, f"the folder cannot be listed: {error}")
            return
        for name, details in entries:
            inner = f"{path}/{name}" if path else name
            inside = f"{below}/{name}" if below else name
            kind = details.get("type")
            if self._exclude and self._exclude.match(inside):
                yield Skipped("excluded")
            elif kind == "directory" and depth >= _DEEPEST:
                yield _gap(self._place, inner, "limit", f"deeper than {_DEEPEST} folders; not entered")
            elif kind == "directory":
                yield from self.folder(inner, inside, depth + 1)
            elif self._include and not self._include.match(inside):
                yield Skipped("excluded")
            elif kind == "link" or details.get("islink"):
                yield _gap(self._place, inner, "special", "a link; links on a server are not followed")
            elif kind == "file":
                yield _found(self._place, inner, details)
            else:
                yield _gap(self._place, inner, "special", "not a regular file; never opened")


def _reached(place: addresses.Place) -> dict[str, Any]:
    from shoumi.engine.remote import stream

    try:
        return stream.persistently(lambda: _entry(place), place)
    except Changed as error:
        raise AddressError(f"{place.address(place.path)}: not there. Check the spelling") from error
    except Unexamined as error:
        raise AddressError(f"{place.address(place.path)}: {error}") from error


def _entry(place: addresses.Place) -> dict[str, Any]:
    from shoumi.engine.remote import connect, stream

    drive = connect.connect(place)
    if place.path or place.kind == "s3":
        return stream.entry(drive, place.path)
    drive.files.ls(drive.inside(""), detail=True)  # some roots can be listed, but say nothing of themselves
    return {"type": "directory"}


def _listed(place: addresses.Place, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the entries of a folder by name; what does not stand in it is not believed."""
    from shoumi.engine.remote import connect, stream

    def ask() -> list[dict[str, Any]]:
        drive = connect.connect(place)
        return list(drive.files.ls(drive.inside(path), detail=True))

    outside = connect.connect(place).outside
    entries: dict[str, dict[str, Any]] = {}
    for details in stream.persistently(ask, place):
        folder, _, name = outside(str(details["name"]).rstrip("/")).rpartition("/")
        if folder == path and name not in {"", ".", ".."}:
            entries[name] = details
    return sorted(entries.items())


def _found(place: addresses.Place, path: str, details: dict[str, Any]) -> Found:
    from shoumi.engine.remote import stream

    return Found(place.address(path), int(details.get("size") or 0), _modified(details), stream.signature(details))


def _modified(details: dict[str, Any]) -> float | None:
    for name in ("LastModified", "modified", "mtime", "last_write_time"):
        value = details.get(name)
        if isinstance(value, datetime.datetime):
            return value.timestamp()
        if isinstance(value, int | float):
            return float(value)
    return None


def _gap(place: addresses.Place, path: str, reason: Any, detail: str) -> Gap:
    return Gap(reason, detail, Trail((Step("file", place.address(path)),)), "walk")


PLUGIN = Remote()
