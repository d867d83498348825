"""The contract of extractors: a Blob in, its text as segments out, embedded files as items.

Implementations stand in ``extractors/``, one module per format family, each with a ``PLUGIN``. Modules must import
fast: libraries that are not in the standard library are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from shoumi.engine.blob import Blob
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Raw, Segment


class Extractor(Protocol):
    """Reads the text of blobs of some media types."""

    name: str  # also the ``kind`` of the trail's step for embedded files
    version: int  # for people; earlier results end with any change of the code (made.py)
    media_types: frozenset[str]  # as ``sniff.media_type`` names them
    method: str  # text, ocr, salvage

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap | Raw]:
        """Yield all text in reading order, hidden text too (``hidden=True``), then what is embedded.

        Bytes without a format are yielded as Raw pieces, in which the caller looks for text.

        Raises Unexamined when the rest cannot be read: what was yielded stays valid. Never returns nothing in
        silence for a format that should carry text: raise NoText.
        """
        ...
