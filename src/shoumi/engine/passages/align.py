"""From single hits to passages: hits of one document that follow one another in both texts are chained.

In: hits (where a k-gram of the checked text stands in a registered document) and the weights of the checked text.
Out: passages with their spans in both texts and their coverage: the weight of the characters that hits cover. Gaps
cost: a few set phrases that happen to stand in the same order do not add up to a passage, a re-typed page with
misreadings does. Shifts along the way (words dropped or put in) are allowed in proportion to the gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.passages.index import Hits
from shoumi.engine.passages.normalise import HEAVY

ENOUGH: Final = 45.5  # weight that an unbroken run must cover: 16 characters of Chinese, 46 letters
_LETTERS: Final = 46  # characters that a run of mostly letters and digits must have
_CHINESE: Final = 16  # … and one of mostly Chinese, Japanese or Korean
_GAP: Final = 160  # characters between two hits of one passage, at most
_COST: Final = 0.05  # of each uncovered letter between hits
_COST_WIDE: Final = 1.2  # … and more for a Chinese one: misreadings leave few, a form filled in otherwise many
_BACK: Final = 24  # runs that are looked back at
_FAR: Final = 1 << 32  # more than any place in a text


@dataclass(frozen=True, slots=True)
class Chain:
    """A passage: folded characters ``start:end`` of the checked text, ``source_start:source_end`` of the document."""

    number: int
    start: int
    end: int
    source_start: int
    source_end: int
    coverage: float  # weight
    score: float
    longest: float  # weight that the longest unbroken run covers
    solid: bool  # whether one unbroken run is enough
    span: int  # weight from start to end, covered or not
    runs: tuple[tuple[int, int], ...]  # spans of the checked text that hits cover


@dataclass(frozen=True, slots=True)
class Runs:
    """Unbroken runs on one diagonal: a row each of document, start, end, diagonal; ``gains``: weight that counts."""

    rows: NDArray[np.int64]
    gains: NDArray[np.float64]


def runs(hits: Hits, ends: NDArray[np.int64], worth: NDArray[np.float64], weight: NDArray[np.int64]) -> Runs:
    """Join hits to runs, by document, then place. Hits are in any order.

    ``ends`` says for each hit where its k-gram ends; ``worth`` how much of its weight counts (0 for boilerplate … 1);
    ``weight`` is the weight of the checked text before each folded character.
    """
    some = worth > 0
    hits = Hits(hits.query[some], hits.numbers[some], hits.positions[some])
    ends, worth = ends[some], worth[some]
    if not len(hits):
        return Runs(np.empty((0, 4), dtype=np.int64), np.empty(0))
    diagonal = hits.query - hits.positions
    order = np.lexsort((hits.query, diagonal, hits.numbers))
    number, diagonal, query = hits.numbers[order], diagonal[order], hits.query[order]
    ends, worth = ends[order], worth[order]
    new = np.ones(len(number), dtype=bool)
    new[1:] = (number[1:] != number[:-1]) | (diagonal[1:] != diagonal[:-1]) | (query[1:] > ends[:-1])
    # Each hit adds what no hit before it covers; how much that counts depends on the hit.
    begins = query.copy()
    begins[1:] = np.where(new[1:], query[1:], np.maximum(query[1:], ends[:-1]))
    gains = (weight[ends] - weight[begins]) * worth
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(number)) - 1
    rows = np.column_stack([number[first], query[first], ends[last], diagonal[first]])
    sums = np.add.reduceat(gains, first)
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    return Runs(rows[order], sums[order])


def chains(found: Runs, weight: NDArray[np.int64]) -> Iterator[Chain]:
    """Yield chains, best first within a neighbourhood; neighbourhoods that cover too little are not even looked at."""
    rows, gains = found.rows, found.gains
    if not len(rows):
        return
    reach = np.maximum.accumulate(rows[:, 2] + rows[:, 0] * _FAR) - rows[:, 0] * _FAR  # furthest end so far
    apart = np.append(True, (rows[1:, 0] != rows[:-1, 0]) | (rows[1:, 1] > reach[:-1] + _GAP))
    edges = np.append(np.flatnonzero(apart), len(rows))
    enough = np.add.reduceat(gains, edges[:-1]) >= ENOUGH
    for start, end in zip(edges[:-1][enough].tolist(), edges[1:][enough].tolist(), strict=True):
        yield from _link(rows[start:end], gains[start:end], weight)


def _link(found: NDArray[np.int64], sums: NDArray[np.float64], weight: NDArray[np.int64]) -> list[Chain]:
    """Chain runs of one document, sorted by place: the best predecessor of each, then the best ends first."""
    number = int(found[0, 0])
    rows = found[:, 1:].tolist()
    covered = sums.tolist()
    before: list[int] = []
    score: list[float] = []
    for here, (start, end, diagonal) in enumerate(rows):
        best, link = 0.0, -1
        for back in range(here - 1, max(-1, here - 1 - _BACK), -1):
            earlier_start, earlier_end, earlier_diagonal = rows[back]
            gap = start - earlier_end
            if gap > _GAP:
                continue
            drift = abs(diagonal - earlier_diagonal)
            if start <= earlier_start or end <= earlier_end or drift > 3 + max(gap, 0) * 0.2:
                continue
            if gap < 0:
                value = score[back] - (int(weight[earlier_end]) - int(weight[start]))
            else:
                value = score[back] - _gap(gap, int(weight[start]) - int(weight[earlier_end]))
            value -= drift
            if value > best:
                best, link = value, back
        before.append(link)
        score.append(covered[here] + best)
    return _trace(number, rows, covered, (before, score), weight)


def _gap(size: int, weight: int) -> float:
    """Return what a gap of so many characters costs; ``weight`` tells how many of them are Chinese."""
    wide = (weight - size) // (HEAVY - 1)
    return (size + wide * (HEAVY - 1)) * _COST + wide * _COST_WIDE


def _solid(start: int, end: int, covered: float, weight: NDArray[np.int64]) -> bool:
    """Whether a run is long enough alone. Names and addresses among Chinese do not make up for Chinese."""
    size = end - start
    wide = (int(weight[end]) - int(weight[start]) - size) // (HEAVY - 1)
    long = size >= _LETTERS or wide >= _CHINESE or (size >= _CHINESE and 2 * wide > size)
    return long and covered >= ENOUGH


def _trace(
    number: int,
    rows: list[Any],
    covered: list[float],
    links: tuple[list[int], list[float]],  # the predecessor of each run, the score of the chain that ends with it
    weight: NDArray[np.int64],
) -> list[Chain]:
    before, score = links
    used = [False] * len(rows)
    found = []
    for last in sorted(range(len(rows)), key=lambda row: -score[row]):
        if used[last]:
            continue
        path = []
        at = last
        while at >= 0 and not used[at]:
            path.append(at)
            used[at] = True
            at = before[at]
        path.reverse()
        start, _, diagonal = rows[path[0]]
        end, last_diagonal = rows[last][1], rows[last][2]
        found.append(
            Chain(
                number,
                start,
                end,
                start - diagonal,
                end - last_diagonal,
                sum(covered[row] for row in path),
                score[last] - (score[at] if at >= 0 else 0.0),
                max(covered[row] for row in path),
                any(_solid(rows[row][0], rows[row][1], covered[row], weight) for row in path),
                int(weight[end] - weight[start]),
                tuple((rows[row][0], rows[row][1]) for row in path),
            )
        )
    return found
