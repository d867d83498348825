"""Mailboxes in the mbox form (RFC 4155 and its older relatives): one member for each message.

A message begins at the start or behind an empty line, with a line ``From …`` that a header follows. A sentence in a
letter that happens to begin with "From" therefore does not cut it in two, and its attachments stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers._streams import Window
from shoumi.engine.limits import KIB, MIB
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import TEXT, UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item

_MBOX: Final = "application/mbox"
_FROM: Final = rb"From [^\r\n]{1,500}\r?\n"
_HEADER: Final = rb"(?:>From [^\r\n]{1,500}\r?\n)?[!-9;-~]{1,80}:[ \t\r\n]"
_START: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\r?\n)*" + _FROM + b"(?=" + _HEADER + b")")
_NEXT: Final = re.compile(rb"\n\r?\n(" + _FROM + b")(?=" + _HEADER + b")")
_OVERLAP: Final = 2 * KIB  # longer than what is searched for


class Mbox:
    """The container for mailboxes."""

    name = "mbox"
    version = 1
    media_types = frozenset({_MBOX})
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({TEXT, UNKNOWN})  # unknown: a letter with odd control characters

    def refine(self, sample: Sample) -> str | None:
        """Recognise the first lines of the first message."""
        return _MBOX if _START.match(sample.head) else None

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:  # noqa: ARG002
        """Yield the messages, numbered from 1, without their ``From`` lines. Raises nothing."""
        stream = blob.open()
        for number, (start, end) in enumerate(_messages(blob), 1):
            yield Item(self.name, f"message {number}", end - start, None, _opener(stream, start, end), kind=self.name)


PLUGIN = Mbox()


def _opener(stream: BinaryIO, start: int, end: int) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, Window(stream, start, end - start))


def _messages(blob: Blob) -> Iterator[tuple[int, int]]:
    first = _START.match(blob.head())
    start = first.end() if first else 0
    for line, body in _separators(blob, start):
        yield start, line
        start = body
    yield start, blob.size


def _separators(blob: Blob, at: int) -> Iterator[tuple[int, int]]:
    """Yield where each further message's ``From`` line begins and ends, reading the mailbox piece by piece."""
    stream = blob.open()
    stream.seek(at)
    kept = b""
    while chunk := stream.read(MIB):
        data = kept + chunk
        done = 0
        for match in _NEXT.finditer(data):
            done = match.end()
            yield at + match.start(1), at + done
        kept = data[max(done, len(data) - _OVERLAP) :]
        at += len(data) - len(kept)
