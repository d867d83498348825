"""One page of a PDF: its text in reading order, what of it no reader sees, its annotations and form fields.

PDFium puts spaces where letters stand apart, also between Chinese characters, digits and stars of one word: those
that it invented and that are narrower than a letter are taken out. Source: ISO 32000-2, 9.3.6 and 12.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ctypes import byref, c_double, c_float, c_int, c_uint, create_string_buffer
from dataclasses import dataclass
from typing import Any, Final

from shoumi.engine.extractors import _pdfium
from shoumi.engine.extractors._pdfparts import item
from shoumi.engine.types import Item, Locator, Segment

_WIDE: Final = "\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef★☆※"
_GAP: Final = re.compile(f"(?<=[{_WIDE}]) (?=[{_WIDE}0-9A-Za-z(])|(?<=[0-9A-Za-z)]) (?=[{_WIDE}])")
_SOFT: Final = re.compile("(?<=[a-z])[\x02\ufffe](?=[a-z])")

# A resident ID that a narrow table cell breaks (GB 11643: region, date of birth, order, check): no other number has
# this shape by chance, so that two numbers one below the other are not joined.
_BROKEN: Final = re.compile(r"(?<![0-9])([1-9][0-9]{1,17})\n([0-9]{0,15}[0-9Xx])(?![0-9A-Za-z])")
_RESIDENT: Final = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
_FEW: Final = 10  # characters: a page with pictures and less text than this is one to look at
_OBJECTS: Final = 200_000
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_INVISIBLE, _CLIP = 3, 7
_FLAT: Final = 0.05  # points: letters of a font that this machine does not have take no height
_TINY: Final = 1.0  # points: letters lower than this are not read
_STRINGS: Final = ("Contents", "T", "Subj", "TU", "V", "DV", "RC")
_HIDDEN_FLAGS: Final = 0x02 | 0x20  # Hidden, NoView
_COVERS: Final = frozenset({5, 28})  # square, redaction

Box = tuple[float, float, float, float]  # left, bottom, right, top in points


@dataclass(frozen=True, slots=True)
class Page:
    """What a page gives. ``whole``: all its text, hidden or not; ``bare``: it shows pictures and hardly any
    text; ``unreadable``: letters stand alone in a font that is neither embedded nor installed, and PDFium drops them.
    """

    segments: tuple[Segment | Item, ...]
    whole: str
    bare: bool
    unreadable: bool


def read(document: Any, number: int) -> Page | None:
    """Return page ``number`` (from 1), None when PDFium cannot load it."""
    pypdfium2 = _pdfium.library()

    try:
        page = document.get_page(number - 1)
    except pypdfium2.PdfiumError:
        return None
    try:
        textpage = page.get_textpage()
        try:
            return _page(page, textpage, number)
        finally:
            textpage.close()
    finally:
        page.close()


def _page(page: Any, textpage: Any, number: int) -> Page:
    text = _text(textpage)
    shapes = _shapes(page)
    around = list(_annotations(page, number, shapes))
    secret: list[str] = []
    for piece in _unseen(page, textpage, shapes):
        hidden = _tidy(piece)
        if hidden:
            text = text.replace(hidden, "", 1)
            secret.append(hidden)
    segments: list[Segment | Item] = []
    locator = Locator(page=number)
    if text.strip():
        segments.append(Segment(text, locator))
    if secret:
        segments.append(Segment("\n".join(secret), locator, hidden=True))
    whole = "\n".join([text, *secret, *(part.text for part in around if isinstance(part, Segment))])
    letters = sum(map(len, text.split()), 0) + sum(map(len, secret))
    bare = letters < _FEW and (shapes.pictures > 0 or shapes.outlines > 200)
    return Page((*segments, *around), whole, bare, _unreadable(shapes, letters))


def _unreadable(shapes: _Shapes, letters: int) -> bool:
    """Whether single letters without an outline are lost; those in longer runs are flat but are read."""
    boxes = [box for _, _, box in shapes.texts]
    flat = any(box[2] - box[0] > _FLAT > box[3] - box[1] for box in boxes)
    empty = [thing for _, thing, box in shapes.texts if box[2] - box[0] < _FLAT]
    if not empty or not (flat or len(empty) > letters):
        return False
    pdfium = _pdfium.raw()
    return any(pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(thing)) == 0 for thing in empty)


def _tidy(text: str) -> str:
    """Return text with plain line feeds, hyphens as they were printed, and no broken identity numbers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n ")
    text = _SOFT.sub("", text).replace("\x02", "-").replace("\ufffe", "-")
    return _BROKEN.sub(_joined, text)


def _joined(found: re.Match[str]) -> str:
    number = found.group(1) + found.group(2)
    return number if _RESIDENT.fullmatch(number) else found.group()


def _text(textpage: Any) -> str:
    """Return a page's text without the spaces that PDFium invented inside words."""
    raw = textpage.get_text_range(errors="replace")
    invented = [found.start() for found in _GAP.finditer(raw) if _narrow(textpage, found.start())]
    if invented:
        pieces = [
            raw[start:end] for start, end in zip([0, *(at + 1 for at in invented)], [*invented, len(raw)], strict=True)
        ]
        raw = "".join(pieces)
    return _tidy(raw)


def _narrow(textpage: Any, at: int) -> bool:
    pdfium = _pdfium.raw()
    index = pdfium.FPDFText_GetCharIndexFromTextIndex(textpage, at)
    if index < 1 or pdfium.FPDFText_IsGenerated(textpage, index) != 1:
        return False
    before, after = _box(textpage, index - 1), _box(textpage, index + 1)
    if before is None or after is None:
        return False
    size = max(box[at + 2] - box[at] for box in (before, after) for at in (0, 1))
    return after[0] - before[2] < 0.6 * size


def _box(textpage: Any, index: int) -> Box | None:
    pdfium = _pdfium.raw()
    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    if not pdfium.FPDFText_GetCharBox(textpage, index, byref(left), byref(right), byref(bottom), byref(top)):
        return None
    return left.value, bottom.value, right.value, top.value


@dataclass(slots=True)
class _Shapes:
    """What is drawn on a page: text objects and opaque areas, each with its place in the order of drawing."""

    texts: list[tuple[int, Any, Box]]
    dark: list[tuple[int, Box]]  # filled areas that are not white
    light: list[tuple[int, Box]]
    pictures: int
    outlines: int


def _shapes(page: Any) -> _Shapes:
    pdfium = _pdfium.raw()
    shapes = _Shapes([], [], [], 0, 0)
    for order in range(min(pdfium.FPDFPage_CountObjects(page), _OBJECTS)):
        thing = pdfium.FPDFPage_GetObject(page, order)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == _TEXT:
            shapes.texts.append((order, thing, _bounds(thing)))
        elif kind == _PATH:
            shapes.outlines += 1
            colour = _filled(thing)
            if colour is not None:
                (shapes.light if min(colour) > 250 else shapes.dark).append((order, _bounds(thing)))
        elif kind == _IMAGE:
            shapes.pictures += 1
            shapes.dark.append((order, _bounds(thing)))
        elif kind == _FORM:
            shapes.pictures += _pictures(thing, 0)
    return shapes


def _pictures(form: Any, depth: int) -> int:
    """Count pictures inside a form, some levels deep."""
    pdfium = _pdfium.raw()
    count = 0
    for number in range(min(pdfium.FPDFFormObj_CountObjects(form), 1000)):
        thing = pdfium.FPDFFormObj_GetObject(form, number)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == _IMAGE:
            count += 1
        elif kind == _FORM and depth < 5:
            count += _pictures(thing, depth + 1)
    return count


def _bounds(thing: Any) -> Box:
    pdfium = _pdfium.raw()
    left, bottom, right, top = c_float(), c_float(), c_float(), c_float()
    pdfium.FPDFPageObj_GetBounds(thing, byref(left), byref(bottom), byref(right), byref(top))
    return left.value, bottom.value, right.value, top.value


def _filled(path: Any) -> tuple[int, int, int] | None:
    """Return the colour that a path covers its area with, None when it does not."""
    pdfium = _pdfium.raw()
    mode, stroke = c_int(), c_int()
    if not pdfium.FPDFPath_GetDrawMode(path, byref(mode), byref(stroke)) or not mode.value:
        return None
    colour = _colour(path)
    return colour[:3] if colour and colour[3] > 200 else None


def _colour(thing: Any) -> tuple[int, int, int, int] | None:
    pdfium = _pdfium.raw()
    red, green, blue, alpha = c_uint(), c_uint(), c_uint(), c_uint()
    if not pdfium.FPDFPageObj_GetFillColor(thing, byref(red), byref(green), byref(blue), byref(alpha)):
        return None
    return red.value, green.value, blue.value, alpha.value


def _unseen(page: Any, textpage: Any, shapes: _Shapes) -> Iterator[str]:
    pdfium = _pdfium.raw()
    width, height = page.get_size()
    scanned = _scanned(shapes, width * height)
    left, bottom, right, top = page.get_bbox() if hasattr(page, "get_bbox") else (0.0, 0.0, width, height)
    for order, thing, box in shapes.texts:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        covered = any(at > order and _inside(x, y, area) for at, area in (*shapes.dark, *shapes.light))
        outside = not (left <= x <= right and bottom <= y <= top)
        tiny = _FLAT < box[3] - box[1] < _TINY  # or a row of dots, which has no letter in it
        hidden = (covered and not scanned) or outside
        if not hidden and not scanned:
            mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
            hidden = mode in (_INVISIBLE, _CLIP)
            colour = None if hidden else _colour(thing)
            if colour and (colour[3] < 10 or min(colour[:3]) > 250):
                below = any(at < order and _inside(x, y, area) for at, area in shapes.dark)
                hidden = not below or colour[3] < 10
        if hidden or tiny:
            text = _object_text(thing, textpage)
            if hidden or any(map(str.isalnum, text)):
                yield text


def _scanned(shapes: _Shapes, area: float) -> bool:
    """Whether a picture fills the page: text below or above it is then a scanner's reading of it, not hidden."""
    return shapes.pictures > 0 and any((box[2] - box[0]) * (box[3] - box[1]) > 0.7 * area for _, box in shapes.dark)


def _inside(x: float, y: float, box: Box) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _object_text(thing: Any, textpage: Any) -> str:
    pdfium = _pdfium.raw()
    size = pdfium.FPDFTextObj_GetText(thing, textpage, None, 0)
    if size <= 2:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size // 2 + 1))()
    pdfium.FPDFTextObj_GetText(thing, textpage, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace").rstrip("\0")


def _annotations(page: Any, number: int, shapes: _Shapes) -> Iterator[Segment | Item]:
    """Yield what annotations say, and add opaque ones that lie over text to the areas that cover it."""
    pdfium = _pdfium.raw()
    last = _OBJECTS + 1
    said: tuple[list[str], list[str]] = [], []
    for index in range(min(max(0, pdfium.FPDFPage_GetAnnotCount(page)), 10_000)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            hidden = bool(pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN_FLAGS)
            values = [_string(annotation, key) for key in _STRINGS] + [_address(page, annotation)]
            values = [re.sub(r"<[^>]*>", " ", value) if value.startswith("<?xml") else value for value in values]
            text = "\n".join(dict.fromkeys(value for value in values if value.strip()))
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            if text:
                said[hidden].append(text)
            if kind in _COVERS and pdfium.FPDFAnnot_HasKey(annotation, b"IC"):
                rectangle = pdfium.FS_RECTF()
                if pdfium.FPDFAnnot_GetRect(annotation, byref(rectangle)):
                    box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
                    shapes.dark.append((last, box))
            yield from _file(annotation)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    for unseen, texts in enumerate(said):
        if texts:
            yield Segment("\n".join(texts), Locator(page=number, part="annotation"), bool(unseen))


def _string(annotation: Any, key: str) -> str:
    pdfium = _pdfium.raw()
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key.encode(), None, 0)
    if size <= 2:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size // 2 + 1))()
    pdfium.FPDFAnnot_GetStringValue(annotation, key.encode(), buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace").replace("\r", "\n")


def _address(page: Any, annotation: Any) -> str:
    pdfium = _pdfium.raw()
    link = pdfium.FPDFAnnot_GetLink(annotation)
    action = pdfium.FPDFLink_GetAction(link) if link else None
    if not action:
        return ""
    size = pdfium.FPDFAction_GetURIPath(page.pdf, action, None, 0)
    if size <= 1:
        return ""
    buffer = create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(page.pdf, action, buffer, size)
    return buffer.value.decode("utf-8", "replace")


def _file(annotation: Any) -> Iterator[Item]:
    pypdfium2 = _pdfium.library()
    pdfium = _pdfium.raw()
    attached = pdfium.FPDFAnnot_GetFileAttachment(annotation)
    if attached:
        wrapped = pypdfium2.PdfAttachment(attached, None)
        try:
            yield item(wrapped.get_name() or "attachment", bytes(wrapped.get_data()))
        except pypdfium2.PdfiumError:
            return
