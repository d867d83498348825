"""What many texts share says nothing about where a text comes from: how much each hit counts, 0 … 1.

Boilerplate is what many registered documents have (drafts and copies of one text count once), what the user's
background list has, the shipped set phrases of official documents and licences, lines of a table of contents, and
k-grams of a few characters repeated. A passage may contain such text; it cannot consist of it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.passages.grams import Gram, Hashes
from shoumi.engine.passages.index import Hits
from shoumi.engine.passages.normalise import Codes, fold

FEW: Final = 4  # families of documents that may share a text which still counts whole
MANY: Final = 9  # … and from which on it counts nothing
_FEWEST: Final = 5  # different characters in a k-gram that says something
_PHRASES: Final = Path(__file__).with_name("phrases.txt")
_LINE: Final = re.compile(rb"[^\r\n\f]+")
_TAIL: Final = 64  # bytes at the end of a line that hold leader and page number
_LEADER: Final = re.compile(rb"(?:(?:\. ?){4}|(?:\xe2\x80\xa6 ?){2}|(?:\xc2\xb7 ?){4})[ \t]*\d{1,4}[ \t]*$")


def worth(
    hits: Hits, ends: NDArray[np.int64], several: NDArray[np.int64], codes: Codes, common: Any
) -> NDArray[np.float64]:
    """Return how much each hit counts. ``several``: see ``spread``; ``common``: spans that are boilerplate, sorted."""
    found = np.clip((MANY - several) / (MANY - FEW), 0.0, 1.0)
    found[~_varied(hits.query, ends, codes)] = 0.0
    if len(common):
        found[inside(hits.query, ends, common)] = 0.0
    return found


def shares(hits: Hits, several: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return how much each hit says in a chain of short runs: 1/n when n families have it; and whether it is single.

    Single is what one family alone has, and the document and the checked text only once. Forms, tables and reference
    pages repeat themselves and one another; pieces of them in the same order are no sign of a copy.
    """
    times = np.maximum(_times(hits.query, hits.numbers), _times(hits.positions, hits.numbers))
    return 1.0 / several, (several == 1) & (times == 1)


def _times(places: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    _, where, counts = np.unique((numbers << 32) | places, return_inverse=True, return_counts=True)
    times: NDArray[np.int64] = counts[where]
    return times


def spread(query: NDArray[np.int64], families: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each hit how many families have the words at its place."""
    pairs = (query << 32) | families
    pairs.sort()
    places = pairs[np.append(True, pairs[1:] != pairs[:-1])] >> 32  # each family once at each place
    first = np.flatnonzero(np.append(True, places[1:] != places[:-1]))
    shared: NDArray[np.int64] = np.diff(np.append(first, len(places)))[np.searchsorted(places[first], query)]
    return shared


def _varied(query: NDArray[np.int64], ends: NDArray[np.int64], codes: Codes) -> NDArray[np.bool_]:
    """Whether a k-gram has enough different characters (half of them are enough for Chinese)."""
    places, where = np.unique(query, return_inverse=True)
    lengths = np.zeros(len(places), dtype=np.int64)
    lengths[where] = ends - query
    width = int(lengths.max(initial=1))
    letters = codes[np.minimum(places[:, None] + np.minimum(np.arange(width), lengths[:, None] - 1), len(codes) - 1)]
    letters.sort(axis=1)
    different = (letters[:, 1:] != letters[:, :-1]).sum(axis=1) + 1
    enough: NDArray[np.bool_] = (different >= np.minimum(_FEWEST, lengths // 2 + 1))[where]
    return enough


def union(starts: NDArray[np.int64], ends: NDArray[np.int64], slack: int = 4) -> NDArray[np.int64]:
    """Return spans as few disjoint ones, sorted, one in a row; those closer than ``slack`` become one."""
    if not len(starts):
        return np.empty((0, 2), dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    new = np.append(True, starts[1:] > ends[:-1] + slack)
    first = np.flatnonzero(new)
    return np.column_stack([starts[first], ends[np.append(first[1:], len(starts)) - 1]])


def inside(starts: NDArray[np.int64], ends: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each start…end lies inside one of some disjoint spans."""
    number = np.searchsorted(spans[:, 0], starts, side="right") - 1
    within: NDArray[np.bool_] = (number >= 0) & (ends <= spans[np.maximum(number, 0), 1] + 2)
    return within


def leaders(raw: bytes) -> list[tuple[int, int]]:
    """Return the bytes of lines of a table of contents: words, a leader of dots, a page number."""
    if not any(leader in raw for leader in (b"....", b". . .", b"\xe2\x80\xa6", b"\xc2\xb7\xc2\xb7")):
        return []
    lines = (match.span() for match in _LINE.finditer(raw))
    found = [(start, end) for start, end in lines if _LEADER.search(raw[max(start, end - _TAIL) : end])]
    # A single such line is a sentence that trails off, or a row of a table; a table of contents has several together.
    return [span for span, near in zip(found, _neighbours(found), strict=True) if near]


def _neighbours(spans: list[tuple[int, int]]) -> list[bool]:
    close = [later[0] - earlier[1] <= 4 for earlier, later in pairwise(spans)]
    return [sum(close[max(0, number - 2) : number + 2]) >= 2 for number in range(len(spans))]


@cache
def phrases(gram: Gram) -> Hashes:
    """Return the hashes of the shipped set phrases, sorted."""
    found = [np.empty(0, dtype=np.uint64)]
    for paragraph in _PHRASES.read_bytes().split(b"\n\n"):
        found += [hashes for _, hashes in gram.blocks(fold(paragraph))]
    return np.unique(np.concatenate(found))
