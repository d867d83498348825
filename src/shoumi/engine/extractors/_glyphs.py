"""Joins the glyph runs of a page to lines: text objects with places in, lines of text out.

Producers cut text as they like: a run may be a paragraph's line, a word or one glyph. Runs are taken in drawing order,
which is reading order nearly always; a run that continues where the last one ended belongs to the same line.
Places are millimetres (GB/T 33190-2016, 11.2 text objects, 11.3 TextCode).
"""

from __future__ import annotations

from typing import Final

from shoumi.engine.extractors._flow import TINY, WHITE
from shoumi.engine.extractors._xml import Element, attribute, local

_SAME: Final = 0.6  # of the font size: runs whose base lines differ less stand on one line
_BACK: Final = 0.5  # of the font size: how far a run may begin before the last one's end
_SPACE: Final = 0.4  # gap, in font sizes, that separates words of Latin text
_CELL: Final = 2.0  # gap, in font sizes, that separates cells
_TINY: Final = 0.35  # millimetres: a point
_MOST: Final = 100_000  # steps of a delta list


class Glyphs:
    """The text objects under an element, in drawing order."""

    def __init__(self, root: Element) -> None:
        self._shown: list[str] = []
        self._hidden: dict[str, list[str]] = {}
        self._end = self._line = float("-inf")
        for element in root.iter("{*}TextObject"):
            self._object(element)
        for element in root.iter("{*}TextCode"):  # outside text objects the standard knows none; writers do
            if local(element.getparent().tag) != "TextObject" and element.text:
                self._shown.append("\n" + element.text)

    def texts(self) -> tuple[str, dict[str, str]]:
        """Return the text that is seen, and the text that is not by how it is hidden."""
        hidden = {how: "\n".join(texts) for how, texts in self._hidden.items()}
        return "".join(self._shown).strip("\n"), hidden

    def _object(self, element: Element) -> None:
        box = _numbers(attribute(element, "Boundary"))
        matrix = _numbers(attribute(element, "CTM"))
        size = (_numbers(attribute(element, "Size")) or [4.0])[0]
        if len(matrix) == 6:
            size *= abs(matrix[3]) or abs(matrix[1]) or 1.0
        unseen = _unseen(element)
        for code in element.iter("{*}TextCode"):
            text = code.text or ""
            if not text:
                continue
            if unseen:
                self._hidden.setdefault(unseen, []).append(text)
                continue
            x, y = _first(attribute(code, "X")), _first(attribute(code, "Y"))
            steps = _deltas(attribute(code, "DeltaX"))
            width = _width(text, steps, size, matrix)
            if len(text) == 1 and len(box) == 4:  # a glyph's own box says how far it reaches
                width = max(width, min(box[2], 1.2 * size))
            self._join(text, *_placed(x, y, box, matrix), width, size)

    def _join(self, text: str, x: float, y: float, width: float, size: float) -> None:
        gap = x - self._end
        if abs(y - self._line) > _SAME * size or gap < -_BACK * size:
            self._shown.append("\n")
        elif gap > _CELL * size:
            self._shown.append("\t")
        elif gap > _SPACE * size and text[:1].isascii() and self._shown[-1][-1:].isascii():
            self._shown.append(" ")
        self._shown.append(text)
        self._end, self._line = x + width, y


def _unseen(element: Element) -> str:
    """Return how an object, or a block around it, is hidden: switched off, wholly see-through, white; empty: it is not.

    White letters may stand on a dark ground that the page draws itself; nothing here tells, and they are named, too.
    """
    for fill in element.iterchildren("{*}FillColor"):
        value = attribute(fill, "Value").split()
        if attribute(fill, "Alpha") == "0":
            return "invisible"
        if value in (["255", "255", "255"], ["#FF", "#FF", "#FF"]):
            return WHITE
    if (_numbers(attribute(element, "Size")) or [4.0])[0] * _scale(element) < _TINY:
        return TINY
    while element is not None:
        if attribute(element, "Visible").lower() == "false":
            return "layer-off"
        if attribute(element, "Alpha") == "0":
            return "invisible"
        element = element.getparent()
    return ""


def _scale(element: Element) -> float:
    matrix = _numbers(attribute(element, "CTM"))
    return (abs(matrix[3]) or abs(matrix[1]) or 1.0) if len(matrix) == 6 else 1.0


def _placed(x: float, y: float, box: list[float], matrix: list[float]) -> tuple[float, float]:
    if len(matrix) == 6:
        a, b, c, d, e, f = matrix
        x, y = a * x + c * y + e, b * x + d * y + f
    return (x + box[0], y + box[1]) if len(box) >= 2 else (x, y)


def _width(text: str, steps: list[float], size: float, matrix: list[float]) -> float:
    last = size if not text[-1:].isascii() else size * 0.5
    if len(steps) >= len(text) - 1:
        scale = abs(matrix[0]) if len(matrix) == 6 and matrix[0] else 1.0
        return sum(steps[: len(text) - 1]) * scale + last
    return sum(size * 0.5 if char.isascii() else size for char in text)


def _deltas(text: str) -> list[float]:
    """Return the steps of a delta list, ``g n v`` (n times v) spelled out."""
    parts = text.split()
    steps: list[float] = []
    at = 0
    while at < len(parts) and len(steps) < _MOST:
        if parts[at] == "g" and at + 2 < len(parts):
            steps += [_first(parts[at + 2])] * min(int(_first(parts[at + 1])), _MOST)
            at += 3
        else:
            steps.append(_first(parts[at]))
            at += 1
    return steps


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split()]
    except ValueError:
        return []


def _first(text: str) -> float:
    found = _numbers(text)
    return found[0] if found and abs(found[0]) < 1e9 else 0.0
