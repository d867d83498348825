"""Was a text misread, or is it a form filled in otherwise? What stands between the runs of a chain decides.

In: a chain of runs, none of which is long enough alone. Out: the share of the letters between them that stand in the
document too, but for one letter in each k-gram. A page that was misread has most of them; of a form, a reference page
or a licence with other words in the blanks, next to none. Only for letters and digits: a Chinese character that was
misread may have been any of thousands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.passages.align import Chain
from shoumi.engine.passages.grams import Gram, Hashes
from shoumi.engine.passages.index import Segment
from shoumi.engine.passages.normalise import Codes, folding

_ALPHABET: Final = np.frombuffer("abcdefghijklmnopqrstuvwxyz0123456789".encode("utf-16-le"), dtype="<u2").astype(
    np.uint16
)
_MOST: Final = 3_000  # letters of one checked text that are tried: each costs a thousand look-ups
_SLACK: Final = 3  # letters by which the place in the document may be shifted


class Misread:
    """Tries the gaps of chains in one checked text, as long as that is affordable."""

    def __init__(self, codes: Codes, gram: Gram, segments: Sequence[Segment]) -> None:
        self._codes, self._gram, self._segments = codes, gram, segments
        self._left = _MOST

    def share(self, chain: Chain) -> float:
        """Return which part of the letters between the runs of a chain the document has, but for single letters."""
        gaps = [
            (first[1], second[0], diagonal, next_)
            for (first, diagonal), (second, next_) in pairwise(zip(chain.runs, chain.diagonals, strict=True))
            if second[0] > first[1]
        ]
        total = sum(end - start for start, end, *_ in gaps)
        self._left -= total
        if not total:
            return 1.0
        if self._left < 0:
            return 0.0
        return sum(self._known(chain.number, *gap) for gap in gaps) / total

    def _known(self, number: int, start: int, end: int, first: int, second: int) -> int:
        """Return how many letters of a gap the document has where they are expected."""
        begin = max(0, start - self._gram.length + 1)
        codes = self._codes[begin : end + self._gram.length]
        if (folding().lengths.take(codes) > 1).any():
            return 0
        hashes = self._gram.misread(codes, _ALPHABET)
        if not hashes.size:
            return 0
        known = np.zeros(len(codes), dtype=bool)
        near = (min(first, second) - _SLACK, max(first, second) + _SLACK)
        for place in self._places(hashes, number, begin, near).tolist():
            known[place : place + self._gram.length] = True
        return int(known[start - begin : end - begin].sum())

    def _places(self, hashes: Hashes, number: int, begin: int, near: tuple[int, int]) -> NDArray[np.int64]:
        found = []
        rows = np.repeat(np.arange(len(hashes), dtype=np.int64), hashes.shape[1])
        flat = hashes.reshape(-1)
        for segment in self._segments:
            if number not in segment.numbers:
                continue
            passing = segment.passing(flat)
            hits = segment.find(flat.take(passing), rows.take(passing))
            shift = hits.query + begin - hits.positions
            found.append(hits.query[(hits.numbers == number) & (shift >= near[0]) & (shift <= near[1])])
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
