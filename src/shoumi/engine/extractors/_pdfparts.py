"""What stands around a PDF's pages: bookmarks, document information, form data, attached files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from ctypes import byref, c_ulong, create_string_buffer
from typing import Any, Final

from shoumi.engine.extractors import _pdfium, _pdfraw
from shoumi.engine.extractors._xml import stripped
from shoumi.engine.types import Gap, Item, Locator, Segment

_BOOKMARKS: Final = 20_000


def bookmarks(document: Any) -> Iterator[Segment]:
    """Yield the outline as one segment."""
    titles: list[str] = []
    try:
        for bookmark in document.get_toc(max_depth=15):
            titles.append(bookmark.get_title())
            if len(titles) >= _BOOKMARKS:
                break
    except Exception:  # noqa: S110  (a damaged outline: the pages have been read)
        pass
    if any(titles):
        yield Segment("\n".join(titles), Locator(part="bookmarks"))


def information(document: Any, data: bytes) -> Iterator[Segment]:
    """Yield the information dictionary with sensitivity labels as lines ``name: value``, and XMP metadata."""
    lines = [f"{key}: {value}" for key, value in document.get_metadata_dict(skip_empty=True).items()]
    labels = dict(_pdfraw.labels(data))
    lines += [f"{name}: {meta(document, name) or value}" for name, value in labels.items()]
    if lines:
        yield Segment("\n".join(lines), Locator(part="information"))
    for packet in _pdfraw.xmp(data):
        text = stripped([packet], values=True)
        if text:
            yield Segment(text, Locator(part="metadata"))


def meta(document: Any, key: str) -> str:
    """Return an entry of the information dictionary."""
    pdfium = _pdfium.raw()
    size = pdfium.FPDF_GetMetaText(document, key.encode(), None, 0)
    if size <= 2:
        return ""
    buffer = create_string_buffer(size)
    pdfium.FPDF_GetMetaText(document, key.encode(), buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def forms(document: Any) -> Iterator[Segment]:
    """Yield the data of XFA forms, whose fields no page shows."""
    pdfium = _pdfium.raw()
    for number in range(max(0, pdfium.FPDF_GetXFAPacketCount(document))):
        size = c_ulong()
        if not pdfium.FPDF_GetXFAPacketContent(document, number, None, 0, byref(size)) or not size.value:
            continue
        buffer = create_string_buffer(size.value)
        pdfium.FPDF_GetXFAPacketContent(document, number, buffer, size, byref(size))
        text = stripped([buffer.raw])
        if text:
            yield Segment(text, Locator(part=f"form {number + 1}"), hidden=True, hiding="form")


def attachments(document: Any) -> Iterator[Item | Gap]:
    """Yield attached files."""
    for number in range(max(0, document.count_attachments())):
        try:
            attachment = document.get_attachment(number)
            name, data = attachment.get_name(), bytes(attachment.get_data())
        except Exception as error:  # PDFium's errors have no common base worth naming
            yield Gap("corrupt", f"attachment {number + 1} cannot be read: {type(error).__name__}")
            continue
        yield item(name or f"attachment{number + 1}", data)


def item(name: str, data: bytes) -> Item:
    """Return bytes as an embedded file."""
    return Item("pdf", name, len(data), None, lambda: io.BytesIO(data), kind="pdf")
