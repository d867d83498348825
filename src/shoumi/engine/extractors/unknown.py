"""What nothing recognises: whatever reads like text in it is examined, and the rest is said not to be.

A database of an unknown program, a drawing, a damaged document: names and numbers often stand in them as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shoumi.engine import sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unsupported
from shoumi.engine.extractors import _sweep
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

SEARCHED: Final = 64 * MIB  # bytes of a file that are searched
_BLOCK: Final = MIB
_OVERLAP: Final = 1024  # bytes: a run of text that crosses two blocks is found whole in one of them
_NEAR: Final = 256  # bytes between runs that are read as neighbours


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
            yield from _grouped(_sweep.runs(data), start - (len(data) - len(new)))
            start += len(new)


def _grouped(runs: Iterator[tuple[int, str]], base: int) -> Iterator[Segment]:
    """Join runs that stand near one another, so that words next to a number are seen with it."""
    texts: list[str] = []
    first = last = 0
    for offset, text in runs:
        if texts and not 0 <= offset - last <= _NEAR:
            yield Segment("\n".join(texts), Locator(offset=base + first))
            texts = []
        if not texts:
            first = offset
        texts.append(text)
        last = offset + len(text.encode("utf-8", "replace"))
    if texts:
        yield Segment("\n".join(texts), Locator(offset=base + first))


PLUGIN = Unknown()
