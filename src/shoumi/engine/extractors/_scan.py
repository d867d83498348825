"""One page as a picture, wherever it comes from: pixels in, what its codes say and what stands on it out.

A long screenshot is read strip by strip, cut where nothing is written, so that the work is heard of now and then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from shoumi.engine import codes, framed, ocr
from shoumi.engine.settings import Settings
from shoumi.engine.types import Locator, Segment, Word

if TYPE_CHECKING:
    from PIL.Image import Image

_STRIP: Final = 6000  # pixels of height that are read at once
_LOOK: Final = 600  # pixels above a strip's end among which the emptiest row is sought


def page_segments(page: Image, place: Locator, settings: Settings, *, corner: bool = False) -> Iterator[Segment]:
    """Yield the codes and the text of one picture. Icons are passed over unless ``--ocr all`` asks for them."""
    if max(page.size) < ocr.SMALLEST and settings.ocr != "all":
        return
    symbols = codes.read(page)
    shown = framed.reduced(page) if symbols else None
    for code in symbols:
        yield Segment(code.text, Locator(page=place.page, part="qr"), box=code.box, picture=shown)
    if corner:
        reading = ocr.recognise_corner(page)
        if reading.text:
            yield Segment(reading.text, place, words=reading.words, picture=shown or framed.reduced(page))
        return
    base = lines = 0
    for top, bottom in _strips(page):
        whole = (top, bottom) == (0, page.height)
        strip = page if whole else page.crop((0, top, page.width, bottom))
        reading = ocr.recognise(strip)
        if reading.text:
            words = reading.words if whole else tuple(_moved(word, top, bottom, page.height) for word in reading.words)
            if whole and shown is not None:
                picture = shown
            else:
                picture = framed.reduced(strip, (0.0, top / page.height, 1.0, bottom / page.height))
            joint = "\n" if base else "\f"
            yield Segment(reading.text, place, joint=joint, base=base, lines=lines, words=words, picture=picture)
            base += len(reading.text) + 1
            lines += reading.text.count("\n") + 1


def _strips(page: Image) -> list[tuple[int, int]]:
    import numpy as np

    edges = [0]
    while page.height - edges[-1] > _STRIP + _LOOK and page.height > 2 * page.width:
        start = edges[-1] + _STRIP - _LOOK
        rows = np.asarray(page.crop((0, start, page.width, start + _LOOK)).convert("L"), dtype="int16")
        edges.append(start + int(np.ptp(rows, axis=1).argmin()))
    return list(zip(edges, [*edges[1:], page.height], strict=True))


def _moved(word: Word, top: int, bottom: int, height: int) -> Word:
    """Translate a word's box from a strip to the whole picture."""
    left, upper, right, lower = word.box
    share, shift = (bottom - top) / height, top / height
    return Word(word.start, word.end, (left, round(upper * share + shift, 5), right, round(lower * share + shift, 5)))
