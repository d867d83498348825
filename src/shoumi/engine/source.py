"""The contract of sources: an address in, what is found there out.

Implementations stand in ``sources/``, one module per kind of place, each with a ``PLUGIN``. The walk happens in the
parent process; workers open what was found with ``item``, so that nothing but paths travels between them.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item


@dataclass(frozen=True, slots=True)
class Policy:
    """Which part of a place is walked. Patterns are shell globs on the path below the address, or on a name."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    follow_links: bool = False
    one_file_system: bool = False


class Found(NamedTuple):  # a walk makes one for each file: three times as fast as a dataclass
    """Something to examine. ``signature`` changes whenever the content may have changed (empty: never cached)."""

    path: str
    size: int
    modified: float | None
    signature: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is left out on purpose and counted: a link inside the tree, a path that was excluded."""

    media_type: str


class Source(Protocol):
    """Reads addresses of one kind."""

    name: str

    def accepts(self, address: str) -> bool:
        """Whether this source is meant by the address; the local source takes what no other wants."""
        ...

    def walk(self, address: str, policy: Policy, own: frozenset[tuple[int, int]]) -> Iterator[Found | Gap | Skipped]:
        """Yield what is there in a fixed order; ``own`` are folders (device, inode) that are left out as Shoumi's.

        Raises AddressError when the address itself does not exist.
        """
        ...

    def item(self, path: str, settings: Settings) -> Item:
        """Return what was found at ``path`` for opening, possibly in another process."""
        ...

    def share(self, path: str) -> str:
        """Return with whom what was found is shared (private, internal, external, public-link); "" when not told.

        Asked in the parent process, and only for files in which something was found.
        """
        ...


def globs(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    """Compile globs: one with a slash is matched on the whole inner path, one without on any name in it."""
    if not patterns:
        return None
    parts = []
    for pattern in patterns:
        glob = fnmatch.translate(pattern.strip("/")).removesuffix(r"\Z").removesuffix(r"\z")
        if "/" not in pattern.strip("/"):
            glob = "(?:.*/)?" + glob.replace(".*", "[^/]*")
        parts.append(rf"{glob}(?:/.*)?\Z")
    return re.compile("|".join(parts), re.DOTALL)
