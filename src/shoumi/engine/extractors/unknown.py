"""What nothing recognises: whatever reads like text in it is examined, and the rest is said not to be.

A database of an unknown program, a drawing, a damaged document: names and numbers often stand in them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unsupported
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

SEARCHED: Final = 64 * MIB  # bytes of a file that are searched
_BLOCK: Final = MIB
_OVERLAP: Final = 1024  # bytes: a run of text that crosses two blocks is found whole in one of them
_NEAR: Final = 256  # bytes between runs that are read as neighbours
_STRANGE: Final = 84  # see encoding.strangeness: above it a run is chance
_WORDS: Final = re.compile(r"[0-9A-Za-z]{4}")
_PATTERNS: Final = (
    ("utf-8", re.compile(
        rb"(?:[\t\r\n\x20-\x7e]|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}){6,}+"
    )),
    ("gb18030", re.compile(rb"(?:[\t\r\n\x20-\x7e]|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe]){6,}+")),
    ("utf-16-le", re.compile(
        rb"(?:[\t\r\n\x20-\x7e]\0|[\x00-\xff][\x4e-\x9f]|[\x00-\x1f]\x30|[\x00-\xef]\xff|[\x10-\x3f]\x20|[\x05\x06]\x26){6,}+"
    )),
    ("utf-16-be", re.compile(
        rb"(?:\0[\t\r\n\x20-\x7e]|[\x4e-\x9f][\x00-\xff]|\x30[\x00-\x1f]|\xff[\x00-\xef]|\x20[\x10-\x3f]|\x26[\x05\x06]){6,}+"
    )),
)  # fmt: skip


class Unknown:
    """Sweeps bytes for text in ASCII, UTF-8, GB 18030 and UTF-16."""

    name = "salvage"
    version = 1
    media_types = frozenset({sniff.UNKNOWN})
    method = "salvage"
    signatures: tuple[sniff.Signature, ...] = ()
    refines: frozenset[str] = frozenset()

    def refine(self, sample: sniff.Sample) -> str | None:  # noqa: ARG002  (the contract's)
        """Recognise nothing: this is what is left."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield runs of text with their offsets. Raises Unsupported in the end, always."""
        head = blob.head(16)
        found = False
        for segment in _segments(blob):
            found = True
            yield segment
        what = "text that was found in it was examined" if found else "no text was found in it"
        size = f", the first {SEARCHED // MIB} MiB were searched" if blob.size > SEARCHED else ""
        raise Unsupported(f"unknown format (starts with {head[:8].hex(' ')}): {what}{size}")


def _segments(blob: Blob) -> Iterator[Segment]:
    with blob.open() as stream:
        start, data = 0, b""
        while start < SEARCHED:
            new = stream.read(_BLOCK)
            data = data[-_OVERLAP:] + new
            if not new or not data.strip(b"\0"):
                if not new:
                    return
                start += len(new)
                continue
            yield from _grouped(_runs(data), start - (len(data) - len(new)))
            start += len(new)


def _runs(data: bytes) -> list[tuple[int, int, str]]:
    """Return (start, end, text) of what reads like text, in order; of readings that overlap the one that says more."""
    found = [run for codec, pattern in _PATTERNS for run in _read(data, codec, pattern)]
    found.sort(key=lambda run: run[0] - run[1])
    taken = bytearray(len(data))
    kept = []
    for start, end, text in found:
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append((start, end, text))
    return sorted(kept)


def _read(data: bytes, codec: str, pattern: re.Pattern[bytes]) -> Iterator[tuple[int, int, str]]:
    at = 0
    while found := pattern.search(data, at):
        shifted = pattern.match(data, found.start() + 1) if codec.startswith("utf-16") else None
        at = found.end()
        for run in (found, shifted):
            if run and _says_something(text := run.group().decode(codec, "ignore").strip("\t\r\n ")):
                yield run.start(), run.end(), text
                at = max(at, run.end())
                break


def _says_something(text: str) -> bool:
    letters = [char for char in text if char > "\x7f"]
    if len(letters) < 2:
        return _WORDS.search(text) is not None
    return encoding.strangeness(text) < _STRANGE


def _grouped(runs: list[tuple[int, int, str]], base: int) -> Iterator[Segment]:
    """Join runs that stand near one another, so that words next to a number are seen with it."""
    texts: list[str] = []
    first = last = 0
    for offset, end, text in runs:
        if texts and offset - last > _NEAR:
            yield Segment("\n".join(texts), Locator(offset=base + first))
            texts = []
        if not texts:
            first = offset
        texts.append(text)
        last = end
    if texts:
        yield Segment("\n".join(texts), Locator(offset=base + first))


PLUGIN = Unknown()
