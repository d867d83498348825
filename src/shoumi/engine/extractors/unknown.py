"""What nothing recognises: whatever reads like text in it is examined, and the rest is said not to be.

A database of an unknown program, a drawing, a damaged document: names and numbers often stand in them as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from shoumi.engine import rawcarve, rawsweep, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unsupported
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Raw, Segment


class Unknown:
    """Sweeps bytes for text in ASCII, UTF-8, GB 18030 and UTF-16."""

    name = "salvage"
    version = 2
    media_types = frozenset({sniff.UNKNOWN})
    method = "salvage"
    signatures: tuple[sniff.Signature, ...] = ()
    refines: frozenset[str] = frozenset()

    def refine(self, sample: sniff.Sample) -> str | None:  # noqa: ARG002  (the contract's)
        """Recognise nothing: this is what is left."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap | Raw]:  # noqa: ARG002
        """Yield what reads like text, large files as pieces, and archives. Raises Unsupported in the end, always."""
        head = blob.head(16)
        with blob.open() as stream:
            for part in rawcarve.swept(stream, blob.stretches(), frozenset({0})):
                if isinstance(part, Raw) and blob.size < rawsweep.LARGE:
                    yield from rawsweep.segments(part)
                else:
                    yield part
        raise Unsupported(f"unknown format (starts with {head[:8].hex(' ')}): only text that stands in it was examined")


PLUGIN = Unknown()
