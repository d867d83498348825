"""Puts the lines that were read on a picture in order: pieces with corners in, one text with word boxes out.

Pieces that stand side by side become one line, also on a page that is skewed or photographed at an angle. A gap
as wide as two characters becomes a tab, so that a table's cells and a mark beside a number stay apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shoumi.engine.types import Word

Point = tuple[float, float]
Frame = tuple[int, int, int]  # width and height in pixels, quarters turned counter-clockwise
_TOKEN: Final = re.compile(r"[0-9A-Za-z]+(?:[.@_+/:-][0-9A-Za-z]+)*|\S")
_TAIL: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{1,17}$")
_HEAD: Final = re.compile(r"[0-9]{0,17}[0-9Xx](?![0-9A-Za-z])")
_RESIDENT: Final = re.compile(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]")
_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_CARD: Final = re.compile(r"(?:62|[3-5])[0-9]{13,17}")
_LONG: Final = 10  # characters of a piece that reads like prose, not like a table's cell
_ROWS: Final = 4  # rows with prose on both sides that make two columns


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a line: its corners clockwise from the upper left, in pixels, and each character's place along it."""

    text: str
    score: float
    corners: tuple[Point, ...]
    places: tuple[float, ...] = ()

    @property
    def centre(self) -> Point:
        """The middle."""
        return sum(x for x, _ in self.corners) / 4, sum(y for _, y in self.corners) / 4

    @property
    def height(self) -> float:
        """The mean length of the left and right edges."""
        a, b, c, d = self.corners
        return (math.dist(a, d) + math.dist(b, c)) / 2

    @property
    def slope(self) -> float:
        """How much the middle sinks per pixel to the right."""
        a, b, c, d = self.corners
        across = (b[0] + c[0] - a[0] - d[0]) / 2
        return ((b[1] + c[1] - a[1] - d[1]) / 2) / across if across > 1 else 0.0

    @property
    def left(self) -> Point:
        """The middle of the left edge."""
        a, _, _, d = self.corners
        return (a[0] + d[0]) / 2, (a[1] + d[1]) / 2

    @property
    def right(self) -> Point:
        """The middle of the right edge."""
        _, b, c, _ = self.corners
        return (b[0] + c[0]) / 2, (b[1] + c[1]) / 2


def arranged(lines: Sequence[Line], width: int, height: int, turn: int = 0) -> tuple[str, tuple[Word, ...]]:
    """Return the text in reading order and its words.

    ``width`` and ``height`` are those of the picture as it was read, after ``turn`` quarters counter-clockwise;
    the words' boxes are fractions of the picture before that.
    """
    parts: list[str] = []
    words: list[Word] = []
    at = 0
    for column in _columns(lines, width):
        for row in _rows(column):
            for index, line in enumerate(row):
                joint = _joint(row[index - 1], line) if index else _turned_over(parts, line.text)
                at += len(joint)
                words += _words(line, at, (width, height, turn))
                parts += (joint, line.text)
                at += len(line.text)
    return "".join(parts), tuple(words)


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Gather the pieces of each row from left to right, following each piece's own slope."""
    tilt = _tilt(lines)
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda entry: entry.left[0]):
        best, least = None, 0.5
        for row in rows:
            last = row[-1]
            if line.left[0] < last.centre[0]:
                continue
            slope = last.slope if last.right[0] - last.left[0] > 4 * last.height else tilt
            expected = last.right[1] + slope * (line.left[0] - last.right[0])
            off = abs(line.left[1] - expected) / max(1.0, min(line.height, last.height))
            if off < least:
                best, least = row, off
        if best is None:
            rows.append([line])
        else:
            best.append(line)
    return sorted(rows, key=lambda row: row[0].left[1] - tilt * row[0].left[0])


def _tilt(lines: Sequence[Line]) -> float:
    """Return the slope of the page: that of its longest pieces, their median."""
    longest = sorted(lines, key=lambda line: line.left[0] - line.right[0])[:9]
    slopes = sorted(line.slope for line in longest if line.right[0] - line.left[0] > 3 * line.height)
    return slopes[len(slopes) // 2] if slopes else 0.0


def _columns(lines: Sequence[Line], width: int) -> list[list[Line]]:
    """Split a page of two prose columns at its gutter; everything else stays whole."""
    prose = [line for line in lines if len(line.text) >= _LONG]
    middle = [line for line in prose if line.left[0] < width / 2 < line.right[0]]
    left = [line for line in prose if line.right[0] <= width * 0.54]
    right = [line for line in prose if line.left[0] >= width * 0.46]
    if min(len(left), len(right)) < _ROWS or len(middle) > min(len(left), len(right)) // 2:
        return [list(lines)]
    gutter = (max(line.right[0] for line in left) + min(line.left[0] for line in right)) / 2
    top = min(line.centre[1] for line in (*left, *right))
    above = [line for line in lines if line.centre[1] < top - line.height / 2 or line in middle]
    rest = [line for line in lines if line not in above]
    return [
        above,
        [line for line in rest if line.centre[0] < gutter],
        [line for line in rest if line.centre[0] >= gutter],
    ]


def _joint(before: Line, after: Line) -> str:
    gap = (after.left[0] - before.right[0]) / max(1.0, min(before.height, after.height))
    if gap >= 2:
        return "\t"
    plain = before.text[-1:].isascii() and after.text[:1].isascii()
    return " " if gap > 0.8 or (plain and gap > 0.2) else ""


def _turned_over(before: Sequence[str], after: str) -> str:
    """Return what stands between two rows: nothing where the end of a row cuts a number in two, else a newline."""
    if not before:
        return ""
    head, tail = _TAIL.search(before[-1]), _HEAD.match(after)
    return "" if head and tail and _is_number(head.group() + tail.group()) else "\n"


def _is_number(text: str) -> bool:
    """Whether digits make a resident ID (GB 11643, with its check), a mobile number or a bank card (ISO/IEC 7812-1)."""
    if _RESIDENT.fullmatch(text):
        total = sum(int(digit) << (17 - place) for place, digit in enumerate(text[:17]))
        return "10X98765432"[total % 11] == text[17].upper()
    if _MOBILE.fullmatch(text):
        return True
    if not _CARD.fullmatch(text):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(text))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _words(line: Line, at: int, frame: Frame) -> list[Word]:
    found = []
    places = _places(line)
    step = _step(places)
    for token in _TOKEN.finditer(line.text):
        first, last = places[token.start()], places[token.end() - 1]
        box = _box(line, max(0.0, first - step), min(1.0, last + step), frame)
        found.append(Word(at + token.start(), at + token.end(), box))
    return found


def _places(line: Line) -> list[float]:
    """Return a place for every character, spaces too; even ones where the reader gave none."""
    count = len(line.text)
    known = iter(line.places)
    solid = sum(not char.isspace() for char in line.text)
    if len(line.places) != solid:
        return [(index + 0.5) / count for index in range(count)]
    places: list[float] = []
    for char in line.text:
        places.append((places[-1] if places else 0.0) if char.isspace() else next(known))
    return places


def _step(places: list[float]) -> float:
    """Return half the usual width of a character."""
    gaps = sorted(b - a for a, b in pairwise(places) if b > a)
    return gaps[len(gaps) * 3 // 4] * 0.55 if gaps else 0.5


def _box(line: Line, start: float, end: float, frame: Frame) -> tuple[float, float, float, float]:
    width, height, turn = frame
    a, b, c, d = line.corners
    points = [_between(a, b, start), _between(a, b, end), _between(d, c, start), _between(d, c, end)]
    if line.height > 1.5 * math.dist(line.left, line.right) and not line.places:  # written downwards, or turned
        points = [_between(a, d, start), _between(a, d, end), _between(b, c, start), _between(b, c, end)]
    fractions = [_unturned(x / width, y / height, turn) for x, y in points]
    xs = [min(1.0, max(0.0, x)) for x, _ in fractions]
    ys = [min(1.0, max(0.0, y)) for _, y in fractions]
    return round(min(xs), 4), round(min(ys), 4), round(max(xs), 4), round(max(ys), 4)


def _between(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _unturned(x: float, y: float, turn: int) -> Point:
    """Translate fractions of a picture that was turned counter-clockwise back to the picture before."""
    return ((x, y), (1 - y, x), (1 - x, 1 - y), (y, 1 - x))[turn % 4]
