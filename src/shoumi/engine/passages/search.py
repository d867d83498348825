"""A text in, the passages that it has from registered documents out: fold, look up, chain, judge.

A passage counts when an unbroken run is long enough (``align.ENOUGH``), or when a chain of shorter runs stands in the
same order and at the same distances: a text with misreadings has no long runs. Of letters, what is between the runs
must be the document's too, but for single letters (``misread``), or the chain must be very strong; two texts that are
forms filled in otherwise have the same phrases in the same places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.passages import boilerplate
from shoumi.engine.passages.align import ENOUGH, LEAST, SHORT, STRONG, Chain, Runs, chains, runs
from shoumi.engine.passages.grams import Gram
from shoumi.engine.passages.index import Hits, Segment
from shoumi.engine.passages.misread import Misread
from shoumi.engine.passages.normalise import Codes, Offsets, fold, folding

BROKEN: Final = 66.0  # score that a chain of runs needs when none of them is long enough alone …
_SPAN: Final = 200  # … and the weight that it spans: a form letter filled in otherwise is shorter
_DENSE: Final = 100.0  # score from which its span does not matter
# The same for letters: a chain counts as it is when it is strong, long, and mostly says what no other text says; a
# weaker one when most of what is between its runs was misread, and not something else; a shorter one when nearly all
# was.
_LONG: Final = 200
_SINGLE: Final = 60.0
_SAME: Final = 0.55
_SURE: Final = 0.8
FRAGMENT: Final = 24.0  # weight of an excerpt that only counts together with others
_NEAR: Final = 60  # folded characters between pieces of one document that are reported as one passage
_SHORTEST: Final = 8  # folded characters below which nothing can match
BACKGROUND: Final = -1


@dataclass(frozen=True, slots=True)
class Passage:
    """A place of the checked text, in bytes, that stands in a registered document too."""

    number: int  # of the document
    start: int
    end: int
    source: tuple[int, int]  # folded characters of the document
    length: int  # folded characters of the checked text
    coverage: float  # weight that counts
    text: bytes  # folded; for the finding's id, never stored


@dataclass(frozen=True, slots=True)
class Found:
    """Passages in order of place, and excerpts too small to count alone."""

    passages: Sequence[Passage] = ()
    fragments: Sequence[Passage] = ()


class Searcher:
    """Looks texts up. ``families``: number of each living document → its family, ``BACKGROUND`` for the user's list."""

    def __init__(self, key: bytes, segments: Sequence[Segment], families: Mapping[int, int]) -> None:
        self.gram = Gram(key)
        self._segments = [segment for segment in segments if segment.count]
        self._numbers = np.array(sorted(families), dtype=np.int64)
        self._families = np.array([families[int(number)] for number in self._numbers], dtype=np.int64)

    def search(self, raw: bytes, *, fragments: bool = False) -> Found:
        """Return what a text of valid UTF-8 has from registered documents; ``fragments`` only when they are wanted."""
        codes = fold(raw)
        if len(codes) < _SHORTEST:
            return Found()
        hits, phrases = self._hits(codes)
        hits, families = self._living(hits)
        if not len(hits) or (families == BACKGROUND).all():
            return Found()
        return self._judge(raw, codes, hits, families, phrases, fragments=fragments)

    def _hits(self, codes: Codes) -> tuple[Hits, NDArray[np.int64]]:
        """Return all hits, and the places of shipped set phrases among them."""
        found: list[Hits] = []
        known = boilerplate.phrases(self.gram)
        phrases = []
        for at, hashes in self.gram.blocks(codes):
            if not len(hashes):
                continue
            for segment in self._segments:
                passing = segment.passing(hashes)
                if not len(passing):
                    continue
                some = hashes.take(passing)
                found.append(segment.find(some, passing + at))
                common = known[np.minimum(np.searchsorted(known, some), len(known) - 1)] == some
                phrases.append(passing.compress(common) + at)
        if not found:
            return Hits(*(np.empty(0, dtype=np.int64) for _ in range(3))), np.empty(0, dtype=np.int64)
        together = [
            np.concatenate([getattr(part, name) for part in found]) for name in ("query", "numbers", "positions")
        ]
        return Hits(*together), np.unique(np.concatenate(phrases))

    def _living(self, hits: Hits) -> tuple[Hits, NDArray[np.int64]]:
        """Leave out hits of documents that were removed; return the families of the others."""
        if not len(hits) or not len(self._numbers):
            return Hits(hits.query[:0], hits.numbers[:0], hits.positions[:0]), hits.query[:0]
        where = np.minimum(np.searchsorted(self._numbers, hits.numbers), len(self._numbers) - 1)
        alive = self._numbers[where] == hits.numbers
        kept = Hits(hits.query[alive], hits.numbers[alive], hits.positions[alive])
        return kept, self._families[where[alive]]

    def _judge(
        self,
        raw: bytes,
        codes: Codes,
        hits: Hits,
        families: NDArray[np.int64],
        phrases: NDArray[np.int64],
        *,
        fragments: bool,
    ) -> Found:
        weight, length = _before(folding().weights.take(codes)), _before(folding().lengths.take(codes))

        def reach(query: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.minimum(np.searchsorted(length, length.take(query) + self.gram.length), len(codes))

        known = families == BACKGROUND
        starts = np.concatenate([hits.query[known], phrases])
        own = ~known if fragments else ~known & _several(hits.numbers)
        hits, families = Hits(hits.query[own], hits.numbers[own], hits.positions[own]), families[own]
        if not len(hits):
            return Found()
        ends = reach(hits.query)
        several = boilerplate.spread(hits.query, families)
        worth = boilerplate.worth(hits, ends, several, codes, boilerplate.union(starts, reach(starts)))
        share = boilerplate.shares(hits, several)
        every = runs(hits, ends, worth, share, weight)
        misread = Misread(codes, self.gram, self._segments)
        chosen = [chain for chain in chains(every, weight) if _counts(chain, misread)]
        if not chosen and not fragments:
            return Found()
        offsets = Offsets(raw)
        if lines := boilerplate.leaders(raw):  # a table of contents is no passage
            spans = np.array([(offsets.number(start), offsets.number(end)) for start, end in lines], dtype=np.int64)
            worth[boilerplate.inside(hits.query, ends, spans)] = 0.0
            every = runs(hits, ends, worth, share, weight)
            chosen = [chain for chain in chains(every, weight) if _counts(chain, misread)]
        passages = [self._passage(chain, codes, offsets) for chain in _best(chosen)]
        small = _small(every, chosen) if fragments else ()
        return Found(
            sorted(passages, key=lambda one: (one.start, one.number)),
            [self._passage(chain, codes, offsets) for chain in small],
        )

    def _passage(self, chain: Chain, codes: Codes, offsets: Offsets) -> Passage:
        start, end = offsets.span(chain.start, chain.end - 1)
        return Passage(
            chain.number,
            start,
            end,
            (chain.source_start, chain.source_end),
            chain.end - chain.start,
            chain.coverage,
            codes[chain.start : chain.end].tobytes(),
        )


def _before(values: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the sum of the values before each place, and of all at the end."""
    sums = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=sums[1:])
    return sums


def _several(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the document of each hit has another one: a passage is longer than one k-gram."""
    counts = np.bincount(numbers)
    several: NDArray[np.bool_] = counts.take(numbers) > 1
    return several


def _counts(chain: Chain, misread: Misread) -> bool:
    if chain.solid:
        return True
    size = chain.end - chain.start
    if chain.span > 2 * size:  # mostly Chinese
        return chain.score >= _DENSE or (chain.score >= BROKEN and chain.span >= _SPAN)
    own = chain.score >= STRONG and chain.single >= max(_SINGLE, chain.coverage / 2)
    if own and chain.span >= _LONG:
        return True
    if chain.span < SHORT:
        return own and misread.share(chain) >= _SURE
    return chain.score >= LEAST and misread.share(chain) >= _SAME


def _small(every: Runs, chosen: list[Chain]) -> list[Chain]:
    """Return the runs that only count together with others: those of documents that are not found anyway.

    What the document or the text says twice, or another document too, is a phrase: related manuals are full of them.
    """
    known = {chain.number for chain in chosen}
    found = []
    for (number, start, end, diagonal), gain in zip(every.rows.tolist(), every.single.tolist(), strict=True):
        if gain >= FRAGMENT and number not in known:
            run = Chain(
                number, start, end, start - diagonal, end - diagonal, gain, gain, gain, False, 0, ((start, end),)
            )
            found.append(run)
    return found


def _best(found: list[Chain]) -> list[Chain]:
    """Join neighbouring pieces of one document, then drop documents that explain a place much worse than another."""
    joined = _joined(found)
    kept: list[Chain] = []
    for chain in sorted(joined, key=lambda one: (-one.coverage, one.start, one.number)):
        if not any(other.number != chain.number and _explained(chain, other) for other in kept):
            kept.append(chain)
    return kept


def _explained(chain: Chain, other: Chain) -> bool:
    """Whether another document covers the same characters clearly better."""
    own = _covered(chain, chain.start, chain.end)
    theirs = _covered(other, chain.start, chain.end)
    # A phrase in the middle of a passage: the two registered documents share it, and the passage is of one.
    phrase = chain.coverage < 2 * ENOUGH and other.coverage >= 3 * chain.coverage and theirs >= own
    return phrase or own < 0.8 * theirs


def _covered(chain: Chain, start: int, end: int) -> int:
    """Return how many characters of a span the runs of a chain cover."""
    if chain.end <= start or chain.start >= end:
        return 0
    total, at = 0, start
    for first, last in sorted(chain.runs):
        total += max(0, min(end, last) - max(at, first))
        at = max(at, last)
    return total


def _joined(found: list[Chain]) -> list[Chain]:
    result: list[Chain] = []
    for chain in sorted(found, key=lambda one: (one.number, one.start)):
        last = result[-1] if result else None
        if last is not None and last.number == chain.number and chain.start - last.end <= _NEAR:
            overlap = max(0, last.end - chain.start) / max(1, chain.end - chain.start)
            result[-1] = replace(
                last,
                end=max(last.end, chain.end),
                source_start=min(last.source_start, chain.source_start),
                source_end=max(last.source_end, chain.source_end),
                coverage=last.coverage + chain.coverage * max(0.0, 1 - overlap),
                runs=last.runs + chain.runs,
            )
        else:
            result.append(chain)
    return result
