"""Compound files that no other extractor knows: embedded objects, drawings, thumbnails, old or damaged Office files.

The file's properties, its embedded files and pictures as items, the strings of every stream as hidden text. When the
directory itself is gone, all bytes are swept and a Gap says that the file is damaged.
"""

from __future__ import annotations

from collections.abc import Iterator

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, NoText
from shoumi.engine.extractors import _properties, _sweep
from shoumi.engine.extractors._embedded import embedded
from shoumi.engine.extractors._ole import MAGIC, Ole
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment


class Compound:
    """Reads any OLE compound file as far as its streams tell."""

    name = "ole"
    version = 2
    media_types = frozenset({OLE})
    method = "text"
    signatures = (Signature(MAGIC, OLE),)
    refines: frozenset[str] = frozenset()

    def refine(self, sample: Sample) -> str | None:  # noqa: ARG002  (the coarse type is this plug-in's own)
        """Return None: nothing is finer here."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield properties, macros, embedded files and the strings of all streams; raises NoText when none has any."""
        data = blob.read()
        try:
            ole = Ole(data)
        except Corrupt:
            yield from _swept(data)
            raise
        empty = True
        for part in (*_properties.segments(ole), *embedded(ole, self.name, lambda _: False)):
            empty = False
            yield part
        if ole.damaged:
            yield from _swept(data)
            yield Gap("corrupt", "the file is cut off or damaged; its strings were read")
        elif empty:
            raise NoText("a compound file of an unknown kind in which nothing reads like text")


def _swept(data: bytes) -> Iterator[Segment]:
    for offset, text in _sweep.runs(data):
        yield Segment(text, Locator(offset=offset), joint="\n")


PLUGIN = Compound()
