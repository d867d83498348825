"""PDF: pages as text, then annotations, forms, attachments, metadata, bookmarks, and what earlier revisions said.

Text that no reader sees (white, invisible, covered by a box, beside the page) is ``hidden``. Pages that show pictures
are read by OCR, and named in a Gap when they are not. Source: ISO 32000-2; text by PDFium.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, NoText, TooLarge
from shoumi.engine.extractors import _pdfium, _pdfpage, _pdfparts, _pdfraw, _pdfscan
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/pdf"
_HEADER: Final = re.compile(rb"%PDF-[12]\.[0-9]\s")
_OBJECT: Final = re.compile(rb"[\r\n][0-9]+ [0-9]+ obj\b")
_HEADLESS: Final = re.compile(rb"\s*(?:%[^\r\n]{0,80}\s+)?[0-9]+ [0-9]+ obj\s*<<")
_REVISIONS: Final = 8
_WRONG_PASSWORD: Final = 4  # FPDF_ERR_PASSWORD


class Pdf:
    """Reads PDF documents, one process at a time: PDFium is not safe in threads."""

    name = "pdf"
    version = 3
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures = (Signature(b"%PDF-", MEDIA_TYPE), Signature(b"\xef\xbb\xbf%PDF-", MEDIA_TYPE))
    refines = frozenset({"application/octet-stream", "text/plain"})

    def refine(self, sample: Sample) -> str | None:
        """Return PDF for content whose header stands behind some other bytes, as readers accept (Annex H.3.4.1).

        Some readers open a document without any header, too.
        """
        if _HEADLESS.match(sample.head):
            return MEDIA_TYPE
        return MEDIA_TYPE if _HEADER.search(sample.head[:2048]) and _OBJECT.search(sample.head) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield page by page, then all else. Raises Encrypted, Corrupt, NoText."""
        document = _opened(blob, settings) or _rebuilt(blob)
        if document is None:
            yield from _salvage(blob)
            return
        try:
            yield from _document(document, blob, settings)
        finally:
            document.close()


def _opened(blob: Blob, settings: Settings) -> Any:
    """Return the document, None when it is damaged beyond repair. Raises Encrypted when no password fits."""
    pypdfium2 = _pdfium.library()

    for password in (None, *settings.passwords):
        try:
            return pypdfium2.PdfDocument(blob.data or blob.path(), password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != _WRONG_PASSWORD:
                return None
    raise Encrypted("the document needs a password")


def _rebuilt(blob: Blob) -> Any:
    """Return a document made of the pages that are left when the catalogue is lost, else None."""
    pypdfium2 = _pdfium.library()
    with blob.open() as stream:
        data = _pdfraw.rebuilt(stream.read(blob.limits.parse_bytes))
    try:
        return None if data is None else pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None


def _document(document: Any, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
    said: list[str] = []
    lost: list[int] = []
    unreadable: list[int] = []
    scans = _pdfscan.Scans(settings, blob.limits.pixels)
    off = _pdfraw.layers_off(blob.data or b"")
    empty = True
    part: Segment | Item | Gap
    for number in range(1, len(document) + 1):
        page = _pdfpage.read(document, number, off)
        if page is None:
            lost.append(number)
            continue
        if page.unreadable:
            unreadable.append(number)
        said.append(page.whole)
        for part in (*page.segments, *scans.page(document, number, len(page.whole), bare=page.bare)):
            empty = False
            yield part
    for part in _around(document, blob, said):
        empty = False
        yield part
    if lost:
        yield Gap("corrupt", f"pages that cannot be read: {_ranges(lost)}")
    yield from scans.gaps(_ranges)
    if unreadable:
        yield Gap("no-text", f"letters of fonts that are not embedded were lost on pages {_ranges(unreadable)}")
    if len(document) == 0:
        yield from _salvage(blob)
    elif empty and not (scans.read or scans.unread or unreadable):
        raise NoText("no text in it")


def _around(document: Any, blob: Blob, said: list[str]) -> Iterator[Segment | Item | Gap]:
    yield from _pdfparts.bookmarks(document)
    try:
        data = blob.read()
    except TooLarge as error:
        data = b""
        yield Gap("too-large", f"{error}; metadata and earlier revisions were not read")
    broken = _pdfraw.damaged(data)
    if broken:
        yield Gap("corrupt", f"{broken} streams are damaged; what they still hold was read")
    elif data and not re.search(rb"%%EOF|startxref", data[-4096:]):
        yield Gap("corrupt", "the end of the document is missing")
    yield from _pdfparts.information(document, data)
    yield from _pdfparts.forms(document)
    yield from _revisions(document, data, said)
    yield from _pdfparts.attachments(document)


def _revisions(document: Any, data: bytes, said: list[str]) -> Iterator[Segment | Gap]:
    """Yield lines of earlier revisions that the last one does not say: saving adds, it does not remove (7.5.6)."""
    pypdfium2 = _pdfium.library()

    ends = _pdfraw.revisions(document, data)
    known = {_plain(line) for text in said for line in text.splitlines()}
    for number, end in list(enumerate(ends, 1))[-_REVISIONS:]:
        try:
            older = pypdfium2.PdfDocument(data[:end])
        except pypdfium2.PdfiumError:
            continue
        try:
            for at in range(1, len(older) + 1):
                page = _pdfpage.read(older, at)
                lines = [line for line in (page.whole if page else "").splitlines() if _plain(line) not in known]
                known.update(map(_plain, lines))
                if lines:
                    place = Locator(page=at, part=f"revision {number}")
                    yield Segment("\n".join(lines), place, hidden=True, hiding="revision")
        finally:
            older.close()
    if len(ends) > _REVISIONS:
        yield Gap("limit", f"of {len(ends)} earlier revisions the last {_REVISIONS} were read")


def _plain(line: str) -> str:
    return "".join(line.split())


def _salvage(blob: Blob) -> Iterator[Segment | Item | Gap]:
    """Give what streams and strings of a broken document still say."""
    with blob.open() as stream:
        data = stream.read(blob.limits.parse_bytes)
    found = False
    for text in _pdfraw.texts(data):
        found = True
        yield Segment(text, Locator(part="salvage"))
    for number, image in enumerate(_pdfraw.images(data), 1):
        yield _pdfparts.item(f"image{number}.jpg", image)
    if b"/Encrypt" in data and not found:
        raise Encrypted("the document is encrypted and damaged")
    raise Corrupt(
        "the document is damaged; " + ("some of its text was recovered" if found else "no text was recovered")
    )


def _ranges(numbers: list[int]) -> str:
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in parts)


PLUGIN = Pdf()
