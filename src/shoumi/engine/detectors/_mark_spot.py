"""Where a candidate for a mark stands: its line, its neighbours, its place on the page.

A view and a span in it come in; a ``Spot`` leaves, on which form, position and company can be judged without
touching the view again. Lines end at newlines and page breaks; cells also at tabs, bars and angle brackets, so that
a table's field and the text of an element read like a line of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.types import Segment
from shoumi.engine.view import View

AROUND: Final = 1500  # bytes on each side that are looked at
_BREAK: Final = Lazy(r"[\n\r\f\v\x85\u2028\u2029]")
_CELL: Final = Lazy(r"[\n\r\f\v\x85\u2028\u2029\t|│┃<>]")
_TABLE: Final = Lazy(r"^\s*[|│┃]|[\t│┃<>]")  # bars alone also part the pieces of a footer
_TAG: Final = Lazy(r"<[^<>]*>?|[^<>]*>")
_BLOCK: Final = Lazy(
    r"<(?:p|div|h[1-6]|title|header|footer|body|center)\b[^<>]*>[^<>]*$", re.IGNORECASE
)  # no table's cell
_THING: Final = Lazy(r"名称|题名|标题|文件|文号|编号|份号|资料|姓名|title|name|document", re.IGNORECASE)
_BAR: Final = Lazy(r"[\t|]")
_COMMAS: Final = (",", ";", "，", "；", "\t", "|")
_NEAR: Final = 12  # lines kept above and below
_TOP: Final = 6  # lines that are still the top of a page
_EDGE: Final = Lazy(r"header|footer|页眉|页脚", re.IGNORECASE)


@dataclass(frozen=True)
class Spot:
    """A span and its surroundings. ``start`` and ``end`` are bytes of the view."""

    start: int
    end: int
    text: str
    before: str  # up to AROUND bytes, across lines
    after: str
    opens: bool  # ``before`` reaches back to the start of the page
    closes: bool  # ``after`` reaches to the end of the page
    segment: Segment
    previous: str  # text of the segment before, when a tab joins it: the cell on the left

    @cached_property
    def left(self) -> str:
        """The text before it in its cell."""
        return _CELL.split(self.before)[-1]

    @cached_property
    def right(self) -> str:
        """The text after it in its cell."""
        return _CELL.split(self.after, maxsplit=1)[0]

    @cached_property
    def line(self) -> tuple[str, str]:
        """The text before and after it in its whole line, other cells included."""
        return _BREAK.split(self.before)[-1], _BREAK.split(self.after, maxsplit=1)[0]

    @cached_property
    def above(self) -> tuple[str, ...]:
        """The nearest lines before it that hold text, nearest first."""
        lines = [line.strip() for line in reversed(_BREAK.split(_page_back(self.before))[:-1])]
        return tuple(line for line in lines if line)[:_NEAR]

    @cached_property
    def below(self) -> tuple[str, ...]:
        """The nearest lines after it that hold text, nearest first."""
        lines = [line.strip() for line in _BREAK.split(self.after.split("\f", 1)[0])[1:]]
        return tuple(line for line in lines if line)[:_NEAR]

    @property
    def top(self) -> bool:
        """Among the first lines of its page."""
        return self.opens and len(self.above) < _TOP

    @property
    def bottom(self) -> bool:
        """Among the last two lines of its page, with text above it."""
        return self.closes and len(self.below) < 2 and len(self.above) > 0

    @property
    def edge(self) -> bool:
        """In a part that repeats on every page."""
        return bool(self.segment.locator.part and _EDGE.search(self.segment.locator.part))

    @property
    def first(self) -> bool:
        """On the first page or slide, as far as the format tells pages."""
        place = self.segment.locator
        return place.page in (None, 1) and place.slide in (None, 1) and self.segment.base == 0

    @cached_property
    def row(self) -> bool:
        """One cell of a row that has others with text in them."""
        if self.segment.locator.cell:
            return True
        if not _TABLE.search(self.line[0] + "-" + self.line[1]):
            return False
        if _BLOCK.search(self.line[0][-40:]):
            return False
        first, last = (_TAG.sub("", side) for side in (self.line[0], self.line[1]))
        others = first[: max(0, len(first) - len(self.left))] + last[len(self.right) :]
        return any(char.isalnum() for char in others)

    @property
    def named(self) -> bool:
        """In the name of a file."""
        return self.segment.locator.part == "name"

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The other cells of its row, where tabs or bars part them."""
        return tuple(_BAR.split("\t".join(self.line))) if self.row else ()

    @cached_property
    def column(self) -> str:
        """The title of its column where lines are rows of cells; empty elsewhere and for the first column, its key."""
        index, titles, key = self._table
        return titles[index] if index > key else ""

    @property
    def key(self) -> str:
        """The title of its column when that is the first one, in a table whose other columns name things."""
        index, titles, key = self._table
        if index > key or not any(_THING.search(title) for title in titles[index + 1 :]):
            return ""
        return titles[index] if titles else ""

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles of all columns of the table that it stands in."""
        return self._table[1]

    @cached_property
    def _table(self) -> tuple[int, tuple[str, ...], int]:
        """In which column it stands, the titles of all, and which one is the key."""
        left, right = (side.replace('"', "").strip(" \r") for side in self.line)
        for comma in _COMMAS:
            if (left.endswith(comma) or (not left and comma in right)) and (not right or right.startswith(comma)):
                index = left.count(comma)
                rows = (line.split(comma) for line in _BREAK.split(self.before)[:-1])
                titles = next((row for row in rows if len(row) > max(index, 1)), None)
                return (index, tuple(title.strip() for title in titles), int(comma == "|")) if titles else (0, (), 0)
        return 0, (), 0

    @property
    def heading(self) -> str:
        """What labels it: its column's title, the cell on the left, the words before it in its row."""
        row = self.line[0][: len(self.line[0]) - len(self.left)].rstrip(" \t|│┃<>")
        return " ".join((self.segment.label, self.previous, _CELL.split(row)[-1]))


def spot(view: View, start: int, end: int) -> Spot:
    """Look around a span of the view."""
    first, last = max(0, start - AROUND), min(len(view.raw), end + AROUND)
    before = view.window(first, start).text
    after = view.window(end, last).text
    segments = view.segments
    number = view.segment_at(view.source_span(start, end)[0]) if len(segments) > 1 else 0
    segment = segments[number]
    beside = number > 0 and segment.joint == "\t" and segments[number - 1].locator.cell is not None
    return Spot(
        start,
        end,
        view.window(start, end).text,
        before,
        after,
        opens="\f" in before or (first == 0 and not segment.base),
        closes="\f" in after or last == len(view.raw),
        segment=segment,
        previous=segments[number - 1].text if beside else "",
    )


def _page_back(before: str) -> str:
    return before.rsplit("\f", 1)[-1]
