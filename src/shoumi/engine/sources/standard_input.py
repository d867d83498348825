"""Standard input, addressed as ``-``: kept in a private temporary file, so that it can be read again after a crash."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy, Skipped
from shoumi.engine.types import Gap, Item


class StandardInput:
    """The source for what is piped in."""

    name = "stdin"

    def __init__(self) -> None:
        self._spool: BinaryIO | None = None  # workers inherit the descriptor

    def accepts(self, address: str) -> bool:
        """Take ``-``."""
        return address == "-"

    def walk(
        self,
        address: str,
        policy: Policy,  # noqa: ARG002  (there is nothing to choose from)
        own: frozenset[tuple[int, int]],  # noqa: ARG002
    ) -> Iterator[Found | Gap | Skipped]:
        """Read everything, then yield it as one thing that is never cached."""
        spool: BinaryIO = tempfile.TemporaryFile(prefix="shoumi-")  # noqa: SIM115  (workers read it)
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.flush()
        self._spool = spool
        yield Found(address, spool.tell(), None, "")

    def item(self, path: str, settings: Settings) -> Item:  # noqa: ARG002  (remote sources need them)
        """Return what was read, from its start."""
        return Item(self.name, path, None, None, self._open)

    def share(self, path: str) -> str:  # noqa: ARG002
        """Return nothing: what is piped in stands nowhere."""
        return ""

    def _open(self) -> BinaryIO:
        if self._spool is None:
            raise ValueError("standard input was not read")
        return open(f"/proc/self/fd/{self._spool.fileno()}", "rb")


PLUGIN = StandardInput()
