"""Reads what is only seen on a PDF's pages: scanned pages, and pictures among text.

A page without text is drawn at 200 dpi and read whole. On a page with text its pictures are read, unless the text
lies over them already, as in a scan that was made searchable (``--ocr all`` reads those, too). Pages beyond
``settings.pages`` are read at their upper left corner only, where a mark stands, and a Gap says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from shoumi.engine import codes, ocr
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
_IMAGE: Final = 3  # FPDF_PAGEOBJ_IMAGE


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
            for picture in (self._drawn(page),) if bare else self._pictures(page, number, letters):
                yield from page_segments(picture, place, self.settings, corner=corner)
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

    def _pictures(self, page: Any, number: int, letters: int) -> Iterator[Image]:
        pypdfium2 = _pdfium.library()
        for thing in self._shown(page, letters):
            width, height = thing.get_px_size()
            if width * height > self.pixels:
                self.large.append(number)
                continue
            try:
                yield thing.get_bitmap(render=True).to_pil()
            except (pypdfium2.PdfiumError, ValueError):
                self.damaged.append(number)

    def _drawn(self, page: Any) -> Image:
        longest = max(page.get_width(), page.get_height(), 1.0)
        scale = min(_SCALE, _LONGEST / longest)
        picture: Image = page.render(scale=max(scale, 0.05)).to_pil()
        return picture
