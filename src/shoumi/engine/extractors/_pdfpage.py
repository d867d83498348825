"""One page of a PDF: its text in reading order, what of it no reader sees, its annotations and form fields.

PDFium puts spaces where letters stand apart, also between Chinese characters, digits and stars of one word: those
that it invented and that are narrower than a letter are taken out. Source: ISO 32000-2, 9.3.6 and 12.5.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ctypes import byref, c_double, c_float, c_int, c_uint, c_ulong, create_string_buffer
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
_INSIDE: Final = 20_000  # objects of a form
_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5
_INVISIBLE, _CLIP = 3, 7
_FLAT: Final = 0.05  # points: letters of a font that this machine does not have take no height
_TINY: Final = 1.0  # points: letters lower than this are not read
_STRINGS: Final = ("Contents", "T", "Subj", "TU", "V", "DV", "RC")
_ANNOTATION: Final = "hidden-annotation"
_HIDDEN_FLAGS: Final = 0x02 | 0x20  # Hidden, NoView
_COVERS: Final = frozenset({5, 28})  # square, redaction

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page gives. ``whole``: all its text, hidden or not; ``bare``: it shows pictures and hardly any
    text; ``unreadable``: letters stand alone in a font that is neither embedded nor installed, and PDFium drops them.
    """

    segments: tuple[Segment | Item, ...]
    whole: str
    bare: bool
    unreadable: bool


def read(document: Any, number: int, off: frozenset[str] = frozenset()) -> Page | None:
    """Return page ``number`` (from 1), None when PDFium cannot load it; ``off``: names of layers that are not shown."""
    pypdfium2 = _pdfium.library()

    try:
        page = document.get_page(number - 1)
    except pypdfium2.PdfiumError:
        return None
    try:
        textpage = page.get_textpage()
        try:
            return _page(page, textpage, number, off)
        finally:
            textpage.close()
    finally:
        page.close()


def _page(page: Any, textpage: Any, number: int, off: frozenset[str]) -> Page:
    text = _text(textpage)
    shapes = _shapes(page)
    around = list(_annotations(page, number, shapes))
    secret: dict[str, list[str]] = {}
    for piece, hiding in _unseen(page, textpage, shapes, off):
        hidden = _tidy(piece)
        if hidden:
            text = text.replace(hidden, "", 1)
            secret.setdefault(hiding, []).append(hidden)
    segments: list[Segment | Item] = []
    locator = Locator(page=number)
    if text.strip():
        segments.append(Segment(text, locator))
    for hiding, found in secret.items():
        segments.append(Segment("\n".join(found), locator, hidden=True, hiding=hiding))
    unseen = [line for found in secret.values() for line in found]
    whole = "\n".join([text, *unseen, *(part.text for part in around if isinstance(part, Segment))])
    letters = sum(map(len, text.split()), 0) + sum(map(len, unseen))
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
    """What is drawn on a page: text objects and opaque areas, each with its place in the order of drawing.

    What a form holds has the form's place in that order, and stands where the form puts it.
    """

    texts: list[tuple[float, Any, Box]]
    dark: list[tuple[float, Box]]  # filled areas that are not white
    light: list[tuple[float, Box]]
    pictures: int
    outlines: int
    grounds: list[tuple[float, Box, tuple[int, int, int]]]  # filled areas with their colours

    def add(self, order: float, thing: Any, kind: int, box: Box) -> None:
        """Take in a text, a path or a picture."""
        if kind == _TEXT:
            self.texts.append((order, thing, box))
        elif kind == _PATH:
            self.outlines += 1
            colour = _filled(thing)
            if colour is not None:
                (self.light if min(colour) > 250 else self.dark).append((order, box))
                self.grounds.append((order, box, colour))
        elif kind == _IMAGE:
            self.pictures += 1
            self.dark.append((order, box))

    def form(self, order: float, form: Any, outer: Matrix, depth: int) -> None:
        """Take in what a form holds, some levels deep."""
        pdfium = _pdfium.raw()
        matrix = _matrix(form, outer)
        count = min(max(0, pdfium.FPDFFormObj_CountObjects(form)), _INSIDE)
        for number in range(count):
            thing = pdfium.FPDFFormObj_GetObject(form, number)
            kind = pdfium.FPDFPageObj_GetType(thing)
            place = order + (number + 1) / (count + 1) / 8**depth
            if kind == _FORM and depth < 5:
                self.form(place, thing, matrix, depth + 1)
            else:
                self.add(place, thing, kind, _moved(_bounds(thing), matrix))


def _shapes(page: Any) -> _Shapes:
    pdfium = _pdfium.raw()
    shapes = _Shapes([], [], [], 0, 0, [])
    for order in range(min(pdfium.FPDFPage_CountObjects(page), _OBJECTS)):
        thing = pdfium.FPDFPage_GetObject(page, order)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == _FORM:
            shapes.form(order, thing, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), 0)
        else:
            shapes.add(order, thing, kind, _bounds(thing))
    return shapes


def _matrix(form: Any, outer: Matrix) -> Matrix:
    """Return a form's matrix, followed by the one of what it stands in (8.3.4)."""
    pdfium = _pdfium.raw()
    own = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(form, byref(own)):
        return outer
    a, b, c, d, e, f = outer
    return (
        own.a * a + own.b * c, own.a * b + own.b * d, own.c * a + own.d * c, own.c * b + own.d * d,
        own.e * a + own.f * c + e, own.e * b + own.f * d + f,
    )  # fmt: skip


def _moved(box: Box, matrix: Matrix) -> Box:
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in box[::2] for y in box[1::2]]
    across, down = zip(*corners, strict=True)
    return min(across), min(down), max(across), max(down)


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


def _unseen(page: Any, textpage: Any, shapes: _Shapes, off: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield text that no reader sees, and how it is hidden."""
    width, height = page.get_size()
    scanned = _scanned(shapes, width * height)
    left, bottom, right, top = page.get_bbox() if hasattr(page, "get_bbox") else (0.0, 0.0, width, height)
    for order, thing, box in shapes.texts:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        hiding = ""
        if not (left <= x <= right and bottom <= y <= top):
            hiding = "off-page"
        elif off and not _layers(thing).isdisjoint(off):
            hiding = "layer-off"
        elif not scanned:
            covered = any(at > order and _inside(x, y, area) for at, area in (*shapes.dark, *shapes.light))
            hiding = "covered" if covered else _colourless(order, thing, x, y, shapes)
        tiny = not hiding and _FLAT < box[3] - box[1] < _TINY  # or a row of dots, which has no letter in it
        if hiding or tiny:
            text = _object_text(thing, textpage)
            if hiding or any(map(str.isalnum, text)):
                yield text, hiding or "tiny"


def _colourless(order: float, thing: Any, x: float, y: float, shapes: _Shapes) -> str:
    """Return how a text is hidden by the way it is painted, empty when it is not."""
    if _pdfium.raw().FPDFTextObj_GetTextRenderMode(thing) in (_INVISIBLE, _CLIP):
        return "invisible"
    colour = _colour(thing)
    if not colour:
        return ""
    if colour[3] < 10:
        return "invisible"
    ground = [(at, area, rgb) for at, area, rgb in shapes.grounds if at < order and _inside(x, y, area)]
    if min(colour[:3]) > 250:
        below = any(at < order and _inside(x, y, area) for at, area in shapes.dark)
        return "" if below else "ground-colour"
    return "ground-colour" if ground and ground[-1][2] == colour[:3] else ""


def _layers(thing: Any) -> set[str]:
    """Return the names of the layers that an object is marked to belong to (ISO 32000-2, 8.11.3.2)."""
    pdfium = _pdfium.raw()
    found = set()
    for number in range(min(max(0, pdfium.FPDFPageObj_CountMarks(thing)), 20)):
        mark = pdfium.FPDFPageObj_GetMark(thing, number)
        if _mark_text(lambda *rest, mark=mark: pdfium.FPDFPageObjMark_GetName(mark, *rest)) != "OC":
            continue
        found.add(_mark_text(lambda *rest, mark=mark: pdfium.FPDFPageObjMark_GetParamStringValue(mark, b"Name", *rest)))
    return found


def _mark_text(ask: Callable[..., Any]) -> str:
    pdfium = _pdfium.raw()
    size = c_ulong()
    if not ask(None, 0, byref(size)) or size.value <= 2:
        return ""
    buffer = (pdfium.FPDF_WCHAR * (size.value // 2 + 1))()
    ask(buffer, size.value, byref(size))
    return bytes(buffer)[: size.value - 2].decode("utf-16-le", "replace").rstrip("\0")


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
            yield Segment(
                "\n".join(texts),
                Locator(page=number, part="annotation"),
                bool(unseen),
                hiding=_ANNOTATION if unseen else "",
            )


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
