"""One page as a picture, wherever it comes from: pixels in, what its codes say and what stands on it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from shoumi.engine import codes, ocr
from shoumi.engine.settings import Settings
from shoumi.engine.types import Locator, Segment

if TYPE_CHECKING:
    from PIL.Image import Image


def page_segments(page: Image, place: Locator, settings: Settings, *, corner: bool = False) -> Iterator[Segment]:
    """Yield the codes and the text of one picture. Icons are passed over unless ``--ocr all`` asks for them."""
    if max(page.size) < ocr.SMALLEST and settings.ocr != "all":
        return
    for code in codes.read(page):
        yield Segment(code.text, Locator(page=place.page, part="qr"), box=code.box)
    reading = ocr.recognise_corner(page) if corner else ocr.recognise(page)
    if reading.text:
        yield Segment(reading.text, place, words=reading.words)
