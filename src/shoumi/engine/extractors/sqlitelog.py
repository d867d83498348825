"""Write-ahead logs of SQLite (``-wal``): what was written last and does not stand in the database yet.

A log is pages, each behind a header of 24 bytes; the newest copy of each page counts, and earlier ones tell what was
changed. Source: SQLite database file format, 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors.sqlite import page_texts
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.sqlite3-wal"
_HEADER: Final = 32
_FRAME: Final = 24


class SqliteLog:
    """Reads write-ahead logs."""

    name = "sqlite"
    version = 1
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures = (Signature(b"\x37\x7f\x06\x82", MEDIA_TYPE), Signature(b"\x37\x7f\x06\x83", MEDIA_TYPE))
    refines: frozenset[str] = frozenset()

    def refine(self, sample: Sample) -> str | None:  # noqa: ARG002  (the signature says all)
        """Return None: the signature says all."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield the rows of every page that is in the log, each text once. Raises NoText when there is none."""
        size = int.from_bytes(blob.head(12)[8:12], "big")
        size = size if 512 <= size <= 65536 else 4096
        said: set[str] = set()
        cut = False
        with blob.open() as stream:
            stream.seek(_HEADER)
            while len(frame := stream.read(_FRAME + size)) > _FRAME:
                page = int.from_bytes(frame[:4], "big")
                for _, text in page_texts(frame[_FRAME:]):
                    if text not in said:
                        said.add(text)
                        yield Segment(text, Locator(page=page, part="write-ahead log"), joint="\n")
                cut = len(frame) < _FRAME + size
        if cut:
            yield Gap("corrupt", "the log ends inside a page; what was left was read")
        elif not said:
            raise NoText("the log is empty")


PLUGIN = SqliteLog()
