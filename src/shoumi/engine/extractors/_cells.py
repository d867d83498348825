"""A spreadsheet's row of cells in, segments out: each with its place, its column's heading, and its separator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shoumi.engine.types import Locator, Segment

_HEADING: Final = 40  # characters: what is longer is no column's title
_MANY_DIGITS: Final = re.compile(r"[0-9]{6}")

HIDDEN_SHEET: Final = "hidden-sheet"
HIDDEN_ROW: Final = "hidden-row"
HIDDEN_COLUMN: Final = "hidden-column"
Cell = tuple[str, str, str, str]  # text, letters of its column, place, how it is hidden (empty: it is not)


class Columns:
    """Turns the rows of one sheet into segments, and remembers what heads each column.

    The heading is the first row of several cells; until one comes, a single cell's text (a sheet of one column).
    """

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._labels: dict[str, str] = {}
        self._titled = False

    def segments(self, row: Sequence[Cell]) -> Iterator[Segment]:
        """Yield the segments of a row."""
        joint = "\n"
        sheet, labels = self._sheet, self._labels
        for text, letters, place, hiding in row:
            where, label = Locator(None, None, sheet, place), labels.get(letters, "")
            if hiding:
                yield Segment(text, where, True, joint, label, hiding=hiding)
            else:
                yield Segment(text, where, False, joint, label)
            joint = "\t"
        if row and not self._titled:
            self._learn(row)

    def _learn(self, row: Sequence[Cell]) -> None:
        self._titled = len(row) > 1
        if self._titled or not self._labels:
            self._labels = {
                letters: text for text, letters, _, _ in row if len(text) <= _HEADING and not _MANY_DIGITS.search(text)
            }
