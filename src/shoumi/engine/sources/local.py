"""Local files and folders: a fixed-order walk that opens nothing it should not.

Links are not followed unless asked: one that points inside the tree is counted, one that points outside is a Gap.
Devices, pipes and sockets are named and never opened, but for a disk that is itself the address. Other file systems
are entered unless asked not to.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final

from shoumi.engine import parts
from shoumi.engine.blob import refused
from shoumi.engine.errors import AddressError
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy, Skipped, globs
from shoumi.engine.types import Gap, Item, Step, Trail

_KINDS: Final = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}


class Local:
    """The source for paths of this machine."""

    name = "local"

    def accepts(self, address: str) -> bool:
        """Take whatever is not another source's."""
        return bool(address)

    def walk(self, address: str, policy: Policy, own: frozenset[tuple[int, int]]) -> Iterator[Found | Gap | Skipped]:
        """Yield files in order of name, folders where their name stands. Raises AddressError."""
        try:
            status = os.stat(address)  # noqa: PTH116
        except (OSError, ValueError) as error:
            reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not a valid path"
            raise AddressError(f"{address}: {reason}. Check the spelling, or whether the drive is connected") from error
        if stat.S_ISDIR(status.st_mode):
            yield from _Walk(address, policy, status, own).folder(address, "")
        elif stat.S_ISREG(status.st_mode):
            first = parts.follows(address, status.st_size, Limits())
            yield _later_part(address, first) if first else _found(address, status)
        elif stat.S_ISBLK(status.st_mode):
            yield _device(address)
        else:
            yield _special(address, status)

    def item(self, path: str, settings: Settings) -> Item:  # noqa: ARG002  (remote sources need them)
        """Return the file for reading in place."""
        return Item(self.name, path, None, None, lambda: open(path, "rb"), local=True)

    def share(self, path: str) -> str:  # noqa: ARG002
        """Return nothing: a path of this machine does not tell who sees it."""
        return ""


class _Walk:
    def __init__(self, root: str, policy: Policy, status: os.stat_result, own: frozenset[tuple[int, int]]) -> None:
        self._own = own
        self._root = os.path.realpath(root)
        self._policy = policy
        self._device = status.st_dev
        self._open: set[tuple[int, int]] = {(status.st_dev, status.st_ino)}  # folders above the present one
        self._include = globs(policy.include)
        self._exclude = globs(policy.exclude)

    def folder(self, path: str, below: str) -> Iterator[Found | Gap | Skipped]:
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            unread = refused(error)
            yield Gap(unread.reason, f"the folder cannot be listed: {unread}", _trail(path), "walk")
            return
        plain = self._include is None and self._exclude is None
        for entry in entries:
            try:
                if plain and entry.is_file(follow_symlinks=False):  # nearly all: no generator for each of them
                    yield _found(entry.path, entry.stat(follow_symlinks=False))
                else:
                    yield from self._entry(entry, f"{below}/{entry.name}" if below else entry.name)
            except OSError as error:
                unread = refused(error)
                yield Gap(unread.reason, str(unread), _trail(entry.path), "walk")

    def _entry(self, entry: os.DirEntry[str], inside: str) -> Iterator[Found | Gap | Skipped]:
        if self._exclude and self._exclude.match(inside):
            yield Skipped("excluded")
            return
        if entry.is_symlink() and not self._policy.follow_links:
            target = os.path.realpath(entry.path)
            if target == self._root or target.startswith(self._root + os.sep):
                yield Skipped("inode/symlink")
            else:
                yield Gap(
                    "special",
                    "a link that leads out of the tree; --follow-links follows it",
                    _trail(entry.path),
                    "walk",
                )
            return
        status = entry.stat()
        mode = status.st_mode
        if stat.S_ISDIR(mode):
            yield from self._subfolder(entry, inside, status)
        elif self._include and not self._include.match(inside):
            yield Skipped("excluded")
        elif stat.S_ISREG(mode):
            yield self._alone(entry.path, inside, status) or _found(entry.path, status)
        else:
            yield _special(entry.path, status)

    def _alone(self, path: str, inside: str, status: os.stat_result) -> Gap | None:
        """Return a gap for a later part of a split image whose first part, which stands for it, is left out."""
        if (first := parts.follows(path, status.st_size, Limits())) is None:
            return None
        name = os.path.join(os.path.dirname(inside), os.path.basename(first))
        left_out = (self._exclude and self._exclude.match(name)) or (self._include and not self._include.match(name))
        return _later_part(path, first) if left_out else None

    def _subfolder(
        self, entry: os.DirEntry[str], inside: str, status: os.stat_result
    ) -> Iterator[Found | Gap | Skipped]:
        identity = (status.st_dev, status.st_ino)
        if self._policy.one_file_system and status.st_dev != self._device:
            yield Gap("special", "another file system; left out as --one-file-system asks", _trail(entry.path), "walk")
        elif identity in self._own:
            yield Skipped("excluded")
        elif identity in self._open:
            yield Gap("special", "a link to a folder that it stands in", _trail(entry.path), "walk")
        else:
            self._open.add(identity)
            yield from self.folder(entry.path, inside)
            self._open.discard(identity)


def _found(path: str, status: os.stat_result) -> Found:
    signature = f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"
    if parts.may_be(path, status.st_size):  # what is found in one part depends on the others
        signature += parts.stamp(path)
    return Found(path, status.st_size, status.st_mtime, signature)


def _later_part(path: str, first: str) -> Gap:
    detail = f"a later part of the split image {os.path.basename(first)}, which stands for the whole: name that one"
    return Gap("special", detail, _trail(path), "walk")


def _device(path: str) -> Found | Gap:
    """Return a disk that the address itself names. It is read, never written; its result is never remembered."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        unread = refused(error)
        return Gap(unread.reason, f"the device cannot be opened: {unread}", _trail(path), "walk")
    try:
        return Found(path, os.lseek(descriptor, 0, os.SEEK_END), 0.0, "")
    finally:
        os.close(descriptor)


def _special(path: str, status: os.stat_result) -> Gap:
    kind = _KINDS.get(stat.S_IFMT(status.st_mode), "not a regular file")
    return Gap("special", f"{kind}; never opened", _trail(path), "walk")


def _trail(path: str) -> Trail:
    return Trail((Step("file", path),))


PLUGIN = Local()
