"""Which pictures of an OOXML document are seen only in part: the package in, part name → the frame that is seen out.

Cropping leaves the whole picture in the file. A picture that is also used uncropped hides nothing. Source: ECMA-376
part 1, 20.1.8.55 (srcRect, thousandths of a per cent of each side); part 4, 14.1.2.11 (crop of VML pictures).
"""

from __future__ import annotations

import re
from typing import Final

from shoumi.engine.extractors._package import Package

Frame = tuple[float, float, float, float]  # left, top, right, bottom as fractions
WHOLE: Final[Frame] = (0.0, 0.0, 1.0, 1.0)
_USE: Final = re.compile(
    rb'<(?:\w+:)?blip\b[^>]*?\b(?:embed|link)="([^"]+)"'
    rb"|<(?:\w+:)?srcRect\b([^>]*)>"
    rb"|<(?:\w+:)?imagedata\b([^>]*)>"
)
_SIDE: Final = re.compile(rb'\b([ltrb])="(-?[0-9]+)(%?)"')
_VML: Final = re.compile(rb'\bcrop(left|top|right|bottom)="(-?[0-9.]+)(f?)"')
_VML_ID: Final = re.compile(rb'(?:\br:id|\bo:relid)="([^"]+)"')
_LEAST: Final = 0.005  # of a side: less is rounding


def crops(package: Package, targets: dict[str, dict[str, str]]) -> dict[str, Frame]:
    """Return the frames of cropped pictures; ``targets``: for each part that crops one, relationship id → picture."""
    seen: dict[str, Frame] = {}
    for part, pictures in targets.items():
        for relation, frame in _uses(package.read(part)):
            picture = pictures.get(relation)
            if picture is not None:
                seen[picture] = _joined(seen.get(picture, frame), frame)
    return {picture: frame for picture, frame in seen.items() if frame != WHOLE}


def _uses(data: bytes) -> list[tuple[str, Frame]]:
    uses: list[tuple[str, Frame]] = []
    for found in _USE.finditer(data):
        if found.group(1):
            uses.append((found.group(1).decode("utf-8", "replace"), WHOLE))
        elif found.group(2) is not None and uses:
            uses[-1] = uses[-1][0], _frame(found.group(2))
        elif found.group(3) is not None and (relation := _VML_ID.search(found.group(3))):
            uses.append((relation.group(1).decode("utf-8", "replace"), _vml_frame(found.group(3))))
    return uses


def _frame(attributes: bytes) -> Frame:
    sides = {
        name.decode(): int(value) / (100 if percent else 100_000) for name, value, percent in _SIDE.findall(attributes)
    }
    return _clean(*(sides.get(name, 0.0) for name in "ltrb"))


def _vml_frame(attributes: bytes) -> Frame:
    sides: dict[str, float] = {}
    for name, value, fixed in _VML.findall(attributes):
        try:
            sides[name.decode()] = float(value) / (65536 if fixed else 1)
        except ValueError:
            continue
    return _clean(*(sides.get(name, 0.0) for name in ("left", "top", "right", "bottom")))


def _clean(left: float, top: float, right: float, bottom: float) -> Frame:
    """Return the frame that is left when so much is cut off each side; negative sides add a margin and hide nothing."""
    left, top, right, bottom = (side if _LEAST < side < 1 else 0.0 for side in (left, top, right, bottom))
    return WHOLE if left + right >= 1 or top + bottom >= 1 else (left, top, 1 - right, 1 - bottom)


def _joined(one: Frame, other: Frame) -> Frame:
    """Return the frame that holds both: what any use shows is seen."""
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
