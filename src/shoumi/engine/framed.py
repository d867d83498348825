"""The picture that a report shows of a page: what was found is framed, secrets are painted over, the rest is blurred.

    page (pixels) → reduced JPEG, kept with the segment → only if something is found: frames and bars → WebP

What was found must be seen where it stands, and nothing else needs to be read: like a snippet, the picture shows a
finding's line and those beside it clearly, and everything else as coarse squares. Secrets are covered before that.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from shoumi.engine.types import Segment, Shown

if TYPE_CHECKING:
    from PIL.Image import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom as fractions of the page
WHOLE: Final[Box] = (0.0, 0.0, 1.0, 1.0)
_LONGEST: Final = 1400  # pixels of the longer side that are kept
_WIDEST: Final = 1000  # pixels of width that are kept
_COARSE: Final = 90  # squares along the longer side of what is blurred
_AROUND: Final = (0.16, 1.2)  # of the page's width, of the frame's height: what stays clear around a frame
_FRAME: Final = (179, 38, 30)
_BAR: Final = (20, 20, 20)


def reduced(page: Image, area: Box = WHOLE) -> Shown:
    """Return a page's picture as small as reports need it. ``area``: which part of the page it is."""
    copy = page.convert("RGB")
    scale = min(1.0, _WIDEST / copy.width, max(_LONGEST, copy.width) / copy.height)
    if scale < 1:
        copy = copy.resize((max(1, round(copy.width * scale)), max(1, round(copy.height * scale))))
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=60)
    return Shown(out.getvalue(), area)


def boxes(segment: Segment, start: int, end: int) -> list[Box]:
    """Return where code points ``start:end`` of a segment stand on its page: one box a line; a code's own box."""
    if segment.box is not None and not segment.words:
        return [segment.box]
    found: list[Box] = []
    for word in segment.words:
        if word.start < end and word.end > start:
            if found and _beside(found[-1], word.box):
                found[-1] = _joined(found[-1], word.box)
            else:
                found.append(word.box)
    return found


def framed(shown: Shown, frames: Sequence[Box], secrets: Iterable[Box]) -> Shown:
    """Return the picture for a report (WebP)."""
    from PIL import Image as Pictures
    from PIL import ImageDraw

    page = Pictures.open(io.BytesIO(shown.data)).convert("RGB")
    paint = ImageDraw.Draw(page)
    for box in secrets:
        left, top, right, bottom = _pixels(box, shown.area, page)
        margin = max(1, round((bottom - top) * 0.08))
        paint.rectangle((left - margin, top - margin, right + margin, bottom + margin), fill=_BAR)
    result = _coarse(page)
    places = [_pixels(box, shown.area, page) for box in frames]
    for left, top, right, bottom in places:
        if bottom - top > right - left:  # written downwards, or turned
            across, down = round(_AROUND[1] * (right - left)), round(_AROUND[0] * page.height)
        else:
            across, down = round(_AROUND[0] * page.width), round(_AROUND[1] * (bottom - top))
        clear = (
            max(0, left - across),
            max(0, top - down),
            min(page.width, right + across),
            min(page.height, bottom + down),
        )
        result.paste(page.crop(clear), clear[:2])
    paint = ImageDraw.Draw(result)
    for left, top, right, bottom in places:
        paint.rectangle((left - 4, top - 4, right + 4, bottom + 4), outline=_FRAME, width=2)
    out = io.BytesIO()
    result.save(out, "WEBP", quality=55)
    return Shown(out.getvalue(), shown.area)


def _coarse(page: Image) -> Image:
    from PIL import Image as Pictures

    step = max(1, -(-max(page.size) // _COARSE))
    small = page.reduce(step)
    return small.resize(page.size, Pictures.Resampling.NEAREST)


def _pixels(box: Box, area: Box, page: Image) -> tuple[int, int, int, int]:
    """Return a box of the page as pixels of a picture that shows ``area``."""
    across, down = page.width / ((area[2] - area[0]) or 1.0), page.height / ((area[3] - area[1]) or 1.0)
    left, top = round((box[0] - area[0]) * across), round((box[1] - area[1]) * down)
    right, bottom = round((box[2] - area[0]) * across), round((box[3] - area[1]) * down)
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _beside(one: Box, other: Box) -> bool:
    """Whether two words stand on one line, written across or downwards, next to one another."""
    rows = min(one[3], other[3]) - max(one[1], other[1])
    columns = min(one[2], other[2]) - max(one[0], other[0])
    if rows > 0.5 * min(one[3] - one[1], other[3] - other[1]):
        return True
    near = other[1] - one[3] < 0.3 * (other[3] - other[1])
    return columns > 0.8 * min(one[2] - one[0], other[2] - other[0]) and near


def _joined(one: Box, other: Box) -> Box:
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
