"""A spreadsheet's row of cells in, segments out: each with its place, its column's heading, and its separator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shoumi.engine.types import Locator, Segment

_HEADING: Final = 40  # characters: what is longer is no column's title
_MANY_DIGITS: Final = re.compile(r"[0-9]{6}")

Cell = tuple[str, str, str, bool]  # text, letters of its column, place, hidden


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
        for text, letters, place, hidden in row:
            yield Segment(text, Locator(None, None, sheet, place), hidden, joint, labels.get(letters, ""))
            joint = "\t"
        if row and not self._titled:
            self._learn(row)

    def _learn(self, row: Sequence[Cell]) -> None:
        self._titled = len(row) > 1
        if self._titled or not self._labels:
            self._labels = {
                letters: text for text, letters, _, _ in row if len(text) <= _HEADING and not _MANY_DIGITS.search(text)
            }
