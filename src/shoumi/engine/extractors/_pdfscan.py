"""Reads what is only seen on a PDF's pages: scanned pages, and pictures among text.

A page without text is drawn at 200 dpi and read whole. On a page with text its pictures are read, unless the text
lies over them already, as in a scan that was made searchable (``--ocr all`` reads those, too). Pages beyond
``settings.pages`` are read at their upper left corner only, where a mark stands, and a Gap says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ctypes import byref, c_float
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from shoumi.engine import codes, ocr
from shoumi.engine.crop import parted
from shoumi.engine.extractors import _pdfium
from shoumi.engine.extractors._scan import page_segments
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Locator, Segment

if TYPE_CHECKING:
    from PIL.Image import Image

_SCALE: Final = 200 / 72  # pixels per point
_LONGEST: Final = 3600  # pixels of the longer side of a drawn page
_LEAST: Final = 0.02  # of the page: smaller pictures are ornaments
_MOST: Final = 0.8  # of the page: a picture this large below text is a scan made searchable
_SOME: Final = 50  # letters that such a page has
_PICTURES: Final = 100  # pictures of one page
_NEARLY: Final = 0.95  # of a picture: when more is seen, nothing can be read in the rest
_IMAGE: Final = 3  # FPDF_PAGEOBJ_IMAGE


def _frame(page: Any, thing: Any) -> tuple[float, float, float, float] | None:
    """Return the part of a picture that clipping and the page's edge leave, None when that is nearly all."""
    if thing.level:  # inside a form, whose own clipping is not known
        return None
    left, bottom, right, top = thing.get_bounds()
    width, height = right - left, top - bottom
    if width <= 0 or height <= 0:
        return None
    seen = [*page.get_bbox()]
    for box in _clips(thing):
        seen = [max(seen[0], box[0]), max(seen[1], box[1]), min(seen[2], box[2]), min(seen[3], box[3])]
    frame = (
        max(0.0, (seen[0] - left) / width),
        max(0.0, (top - seen[3]) / height),
        min(1.0, (seen[2] - left) / width),
        min(1.0, (top - seen[1]) / height),
    )
    share = max(0.0, frame[2] - frame[0]) * max(0.0, frame[3] - frame[1])
    return frame if share < _NEARLY else None


def _bitmap(thing: Any, *, whole: bool) -> Image:
    """Return a picture as it stands on the page; ``whole``: with what is clipped off, which PDFium does not draw."""
    picture: Image = thing.get_bitmap(render=not whole).to_pil()
    if whole:
        matrix = thing.get_matrix()
        if abs(matrix.b) > abs(matrix.a):
            picture = picture.rotate(90 if matrix.b > 0 else -90, expand=True)
        elif matrix.a < 0 and matrix.d < 0:
            picture = picture.rotate(180)
    return picture


def _clips(thing: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield the boxes of the paths that a picture is clipped to (ISO 32000-2, 8.5.4)."""
    pdfium = _pdfium.raw()
    clip = pdfium.FPDFPageObj_GetClipPath(thing)
    for path in range(min(max(0, pdfium.FPDFClipPath_CountPaths(clip)), 20)) if clip else ():
        points = []
        for number in range(min(max(0, pdfium.FPDFClipPath_CountPathSegments(clip, path)), 1000)):
            x, y = c_float(), c_float()
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, number)
            if pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y)):
                points.append((x.value, y.value))
        if points:
            xs, ys = zip(*points, strict=True)
            yield min(xs), min(ys), max(xs), max(ys)


@dataclass(slots=True)
class Scans:
    """Reads pages as pictures and counts them. ``unread``: pages with something on them that was not read."""

    settings: Settings
    pixels: int
    read: int = 0
    unread: list[int] = field(default_factory=list)
    corners: list[int] = field(default_factory=list)
    large: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    def page(self, document: Any, number: int, letters: int, *, bare: bool) -> Iterator[Segment]:
        """Yield what stands on page ``number`` (from 1) beside its text; ``letters``: how many its text has."""
        page = document.get_page(number - 1)
        try:
            wanted = bare or self._wanted(page, letters)
            if not wanted:
                return
            if not self._able():
                self.unread.append(number)
                return
            self.read += 1
            corner = self.read > self.settings.pages
            if corner:
                self.corners.append(number)
            place = Locator(page=number) if bare else Locator(page=number, part="picture")
            if bare:
                yield from page_segments(self._drawn(page), place, self.settings, corner=corner)
            for picture, frame in self._pictures(page, number, letters, cropped=bare):
                for segment in page_segments(picture, place, self.settings, corner=corner):
                    parts = (segment,) if frame is None else parted(segment, frame)
                    yield from (part for part in parts if part.hidden or not bare)
        finally:
            page.close()

    def gaps(self, ranges: Callable[[list[int]], str]) -> Iterator[Gap]:
        """Yield what was not read; ``ranges`` prints page numbers."""
        if self.unread and self.settings.ocr == "off":
            yield Gap("no-text", f"pages of pictures: {ranges(self.unread)}; pictures are not read with --ocr off")
        elif self.unread:
            pages = ranges(self.unread)
            yield Gap("missing-extra", f"pages of pictures: {pages}; they are read with: pip install 'shoumi[ocr]'")
        if self.corners:
            most, pages = self.settings.pages, ranges(self.corners)
            yield Gap("limit", f"{most} pages of pictures were read, of these only the upper left corner: {pages}")
        if self.large:
            millions = self.pixels // 1_000_000
            yield Gap("limit", f"pictures of more than {millions} million pixels on pages {ranges(self.large)}")
        if self.damaged:
            yield Gap("corrupt", f"pictures that cannot be decoded on pages {ranges(self.damaged)}")

    def _able(self) -> bool:
        return self.settings.ocr != "off" and ocr.available() and codes.available()

    def _wanted(self, page: Any, letters: int) -> bool:
        return any(True for _ in self._shown(page, letters))

    def _shown(self, page: Any, letters: int) -> Iterator[Any]:
        """Yield the picture objects of a page that are worth reading."""
        whole = max(1.0, page.get_width() * page.get_height())
        for count, thing in enumerate(page.get_objects(filter=(_IMAGE,), max_depth=4)):
            if count >= _PICTURES:
                return
            left, bottom, right, top = thing.get_bounds()
            share = (right - left) * (top - bottom) / whole
            covered = share > _MOST and letters >= _SOME and self.settings.ocr != "all"
            width, height = thing.get_px_size()
            large = max(width, height) >= ocr.SMALLEST and min(width, height) >= 12
            if large and not covered and (share >= _LEAST or self.settings.ocr == "all"):
                yield thing

    def _pictures(
        self, page: Any, number: int, letters: int, *, cropped: bool
    ) -> Iterator[tuple[Image, tuple[float, float, float, float] | None]]:
        """Yield pictures and the part that is seen, None for all of it; ``cropped``: only those seen in part."""
        pypdfium2 = _pdfium.library()
        for thing in self._shown(page, letters):
            frame = _frame(page, thing)
            if cropped and frame is None:
                continue
            width, height = thing.get_px_size()
            if width * height > self.pixels:
                self.large.append(number)
                continue
            try:
                yield _bitmap(thing, whole=frame is not None), frame
            except (pypdfium2.PdfiumError, ValueError):
                self.damaged.append(number)

    def _drawn(self, page: Any) -> Image:
        longest = max(page.get_width(), page.get_height(), 1.0)
        scale = min(_SCALE, _LONGEST / longest)
        picture: Image = page.render(scale=max(scale, 0.05)).to_pil()
        return picture
