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
LEAST: Final = 60.0  # score below which a chain without such a run never counts …
SHORT: Final = 150  # … nor with a span below this weight …
STRONG: Final = 80.0  # … unless its score is so high
_LETTERS: Final = 46  # characters that a run of mostly letters and digits must have
_CHINESE: Final = 16  # … and one of mostly Chinese, Japanese or Korean
_GAP: Final = 160  # characters between two hits of one passage, at most
_COST: Final = 0.05  # of each uncovered letter between hits
_COST_WIDE: Final = 1.2  # … and more for a Chinese one: misreadings leave few, a form filled in otherwise many
_DRIFT: Final = 0.12  # letters that may be dropped or put in, of those in a gap …
_DROPPED: Final = 0.08  # … of which so many are what misreadings do
_COST_DRIFT: Final = 2.0  # of each letter beyond
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
    diagonals: tuple[int, ...] = ()  # of the runs: place in the checked text minus place in the document
    single: float = 0.0  # weight of what stands once, and in one document


@dataclass(frozen=True, slots=True)
class Runs:
    """Unbroken runs on one diagonal: a row each of document, start, end, diagonal; ``gains``: weight that counts.

    ``shares``: what counts of it in a chain of several runs, where words that other documents have, too, say little;
    ``single``: the weight of what stands once.
    """

    rows: NDArray[np.int64]
    gains: NDArray[np.float64]
    shares: NDArray[np.float64]
    single: NDArray[np.float64]


def runs(
    hits: Hits,
    ends: NDArray[np.int64],
    worth: NDArray[np.float64],
    share: tuple[NDArray[np.float64], NDArray[np.bool_]],
    weight: NDArray[np.int64],
) -> Runs:
    """Join hits to runs, by document, then place. Hits are in any order.

    ``ends`` says for each hit where its k-gram ends; ``worth`` how much of its weight counts (0 for boilerplate … 1);
    ``share`` how much of that when the run is not long enough alone, and whether it stands once;
    ``weight`` is the weight of the checked text before each folded character.
    """
    some = worth > 0
    hits = Hits(hits.query[some], hits.numbers[some], hits.positions[some])
    ends, worth, part, once = ends[some], worth[some], share[0][some], share[1][some]
    if not len(hits):
        return Runs(np.empty((0, 4), dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))
    diagonal = hits.query - hits.positions
    order = np.lexsort((hits.query, diagonal, hits.numbers))
    number, diagonal, query = hits.numbers[order], diagonal[order], hits.query[order]
    ends, worth, part, once = ends[order], worth[order], part[order], once[order]
    new = np.ones(len(number), dtype=bool)
    new[1:] = (number[1:] != number[:-1]) | (diagonal[1:] != diagonal[:-1]) | (query[1:] > ends[:-1])
    # Each hit adds what no hit before it covers; how much that counts depends on the hit.
    begins = query.copy()
    begins[1:] = np.where(new[1:], query[1:], np.maximum(query[1:], ends[:-1]))
    gains = (weight[ends] - weight[begins]) * worth
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(number)) - 1
    rows = np.column_stack([number[first], query[first], ends[last], diagonal[first]])
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    sums = [np.add.reduceat(each, first)[order] for each in (gains, gains * part, gains * once)]
    return Runs(rows[order], *sums)


def chains(found: Runs, weight: NDArray[np.int64]) -> Iterator[Chain]:
    """Yield chains that may count, best first within a neighbourhood.

    Neighbourhoods in which none can count are not even looked at: most of what texts share are a few words.
    """
    rows, gains = found.rows, found.gains
    if not len(rows):
        return
    reach = np.maximum.accumulate(rows[:, 2] + rows[:, 0] * _FAR) - rows[:, 0] * _FAR  # furthest end so far
    apart = np.append(True, (rows[1:, 0] != rows[:-1, 0]) | (rows[1:, 1] > reach[:-1] + _GAP))
    edges = np.append(np.flatnonzero(apart), len(rows))
    enough = _promising(found, edges, weight)
    for start, end in zip(edges[:-1][enough].tolist(), edges[1:][enough].tolist(), strict=True):
        part = Runs(rows[start:end], gains[start:end], found.shares[start:end], found.single[start:end])
        yield from _link(part, weight)


def _promising(found: Runs, edges: NDArray[np.int64], weight: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether a neighbourhood has a run that is long enough alone, or what a chain of short ones must have at least."""
    first = edges[:-1]
    long = np.maximum.reduceat(found.gains, first) >= ENOUGH
    score = np.add.reduceat(found.shares, first)  # a chain's score is what its runs say, less what its gaps cost
    ends = np.maximum.reduceat(found.rows[:, 2], first)
    span = weight.take(ends) - weight.take(found.rows[first, 1])
    promising: NDArray[np.bool_] = long | ((score >= LEAST) & ((span >= SHORT) | (score >= STRONG)))
    return promising


def _link(found: Runs, weight: NDArray[np.int64]) -> list[Chain]:
    """Chain runs of one document, sorted by place: the best predecessor of each, then the best ends first."""
    rows = found.rows[:, 1:].tolist()
    counting = found.shares.tolist()
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
            if start <= earlier_start or end <= earlier_end or drift > max(5, 3 + gap * _DRIFT):
                continue
            if gap < 0:
                value = score[back] - (int(weight[earlier_end]) - int(weight[start]))
            else:
                value = score[back] - _gap(gap, int(weight[start]) - int(weight[earlier_end]))
            value -= _COST_DRIFT * max(0.0, drift - _DROPPED * max(gap, 0))
            if value > best:
                best, link = value, back
        before.append(link)
        score.append(counting[here] + best)
    return _trace(found, rows, (before, score), weight)


def _gap(size: int, weight: int) -> float:
    """Return what a gap of so many characters costs; ``weight`` tells how many of them are Chinese."""
    wide = (weight - size) // (HEAVY - 1)
    return (size + wide * (HEAVY - 1)) * _COST + wide * _COST_WIDE


def _solid(start: int, end: int, weight: NDArray[np.int64]) -> bool:
    """Whether a run that covers enough is long enough, too. Names among Chinese do not make up for Chinese."""
    size = end - start
    wide = (int(weight[end]) - int(weight[start]) - size) // (HEAVY - 1)
    return size >= _LETTERS or wide >= _CHINESE or (size >= _CHINESE and _mostly_chinese(weight[start : end + 1]))


def _mostly_chinese(before: NDArray[np.int64]) -> bool:
    """Whether a stretch of ``_CHINESE`` characters somewhere in a run is mostly Chinese: names are not enough."""
    widest = int((before[_CHINESE:] - before[:-_CHINESE]).max()) - _CHINESE
    return widest // (HEAVY - 1) > _CHINESE // 2


def _trace(
    runs_: Runs,
    rows: list[Any],
    links: tuple[list[int], list[float]],  # the predecessor of each run, the score of the chain that ends with it
    weight: NDArray[np.int64],
) -> list[Chain]:
    before, score = links
    covered, single = runs_.gains.tolist(), runs_.single.tolist()
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
        total = score[last] - (score[at] if at >= 0 else 0.0)
        solid = any(covered[row] >= ENOUGH and _solid(rows[row][0], rows[row][1], weight) for row in path)
        if not solid and total < LEAST:
            continue
        path.reverse()
        start, _, diagonal = rows[path[0]]
        end, last_diagonal = rows[last][1], rows[last][2]
        found.append(
            Chain(
                int(runs_.rows[0, 0]),
                start,
                end,
                start - diagonal,
                end - last_diagonal,
                sum(covered[row] for row in path),
                total,
                max(covered[row] for row in path),
                solid,
                int(weight[end] - weight[start]),
                tuple((rows[row][0], rows[row][1]) for row in path),
                tuple(rows[row][2] for row in path),
                sum(single[row] for row in path),
            )
        )
    return found
