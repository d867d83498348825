"""Office documents written as one XML file: flat OpenDocument, Word 2003 XML and flat OPC packages.

The text goes through the same readers as the packaged forms; embedded files, which stand in it as base64, are items.
Source: OASIS ODF 1.3 part 3, 3.1.1; [MS-DOCX] flat OPC; Word 2003 XML reference schemas.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors._odfpart import Reader
from shoumi.engine.extractors._odftext import learned, metadata
from shoumi.engine.extractors._word import Styles
from shoumi.engine.extractors._wordpart import part_text
from shoumi.engine.extractors._xml import Elements, attribute
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import TEXT, Sample, Signature
from shoumi.engine.types import Gap, Item, Segment

_ODF: Final = "application/vnd.oasis.opendocument-flat"
_WORD: Final = "application/vnd.ms-word-xml"
_CHUNK: Final = 64 * 1024
_BINARY: Final = ("{*}binaryData", "{*}binData", "{*}binary-data")


class Flat:
    """Reads office documents in one XML file. Its module's name comes before that of plain XML, which is coarser."""

    name = "office"
    version = 2
    media_types = frozenset({_ODF, _WORD})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({TEXT})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of XML whose root is a whole office document."""
        head = sample.head
        if b"<?xml" not in head[:256] and not head.lstrip().startswith(b"<"):
            return None
        if b"<office:document" in head and b"opendocument:xmlns:office:1.0" in head:
            return _ODF
        if b"<pkg:package" in head and b"wordprocessingml" in head:
            return _WORD
        if b"<w:wordDocument" in head:
            return _WORD
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield the text, then embedded files. Raises NoText when there is nothing."""
        empty = True
        chunks = _chunks(blob)
        for part in _odf(chunks) if b"<office:document" in blob.head() else part_text(chunks, "document", Styles()):
            empty = False
            yield part
        for number, element in enumerate(Elements(chunks(), _BINARY), 1):
            empty = False
            name = attribute(element, "name") or f"object{number}"
            yield Item(self.name, name.lstrip("/"), None, None, _decoded(element.text or ""), kind=self.name)
        if empty:
            raise NoText("no text in it")


def _chunks(blob: Blob) -> Callable[[], Iterator[bytes]]:
    def read() -> Iterator[bytes]:
        with blob.open() as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    return read


def _odf(chunks: Callable[[], Iterator[bytes]]) -> Iterator[Segment]:
    yield from Reader(learned(chunks()), "document").flat(chunks)
    for element in Elements(chunks(), ("{*}meta",)):
        yield from metadata(element, "meta")
        break


def _decoded(text: str) -> Callable[[], BinaryIO]:
    def read() -> BinaryIO:
        data = "".join(text.split())
        try:
            return io.BytesIO(base64.b64decode(data + "=" * (-len(data) % 4)))
        except binascii.Error:
            return io.BytesIO(data.encode())

    return read


PLUGIN = Flat()
