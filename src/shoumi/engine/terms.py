"""Very many literal terms in one pass: bytes in, ends of terms out.

Hyperscan's literal engine is the fastest for some thousand terms; at 100,000 its tables no longer help. Here the text
is looked at only where a term can be recognised: at each Latin word, by its first letters and its length, and at each
character of three UTF-8 bytes (all of CJK), by it and the next one, two or three. Keys are looked up in a table with
numpy, survivors in a sorted list, and the few that remain are compared byte by byte. Terms that hold neither a word nor
two such characters in a row are left to the literal engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Report: TypeAlias = Callable[[int, int, int, int, object], Any]
Keys: TypeAlias = NDArray[np.uint32]
Places: TypeAlias = NDArray[np.int64]

_BITS: Final = 21  # of a table: 256 KiB, so that all of them stay in the processor's second-level cache
_STEP: Final = 1 << 17  # bytes looked at together, so that what is computed stays in the cache
_MIX: Final = tuple(np.uint32(number) for number in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F))
_BIT: Final = np.array([1 << bit for bit in range(8)], dtype=np.uint8)
_PAD: Final = bytes(16)
_WIDE: Final = re.compile(rb"(?:[\xe2-\xef][\x80-\xbf]{2}){2,}")
_WORD: Final = re.compile(rb"[0-9a-z]+")
_CASE: Final = np.uint32(0x20202020)
_CHARACTER: Final = np.uint32(0xFFFFFF)
_MASKS: Final = np.array([(1 << (8 * size)) - 1 for size in range(5)], dtype=np.uint32)

Entry: TypeAlias = tuple[bytes, int, int]  # the term in lower case, where its key stands in it, what to report


class _Table:
    """Keys that some term has, with those terms."""

    def __init__(self, keys: Keys, entries: Iterable[Entry]) -> None:
        self._terms: dict[int, list[Entry]] = {}
        for key, entry in zip(keys.tolist(), entries, strict=True):
            self._terms.setdefault(key, []).append(entry)
        self._sorted: Keys = np.unique(keys)
        present = np.zeros(1 << _BITS, dtype=np.bool_)
        present[self._sorted >> np.uint32(32 - _BITS)] = True
        self._filter = np.packbits(present, bitorder="little")

    def scan(self, keys: Keys, at: Places, raw: bytes, base: int, report: Report) -> None:
        """Report the ends of the terms whose key stands at one of the places, which count from ``base``."""
        eights = self._filter.take((keys >> np.uint32(35 - _BITS)).astype(np.intp))
        hit = np.flatnonzero(eights & _BIT.take((keys >> np.uint32(32 - _BITS)).astype(np.uint8) & np.uint8(7)))
        if not hit.size:
            return
        known = keys[hit]
        place = np.minimum(np.searchsorted(self._sorted, known), len(self._sorted) - 1)
        sure = self._sorted[place] == known
        for key, start in zip(known[sure].tolist(), at[hit[sure]].tolist(), strict=True):
            for term, offset, number in self._terms[key]:
                begin = base + start - offset
                if begin >= 0 and raw[begin : begin + len(term)].lower() == term:
                    report(number, 0, begin + len(term), 0, None)


class Terms:
    """An index of terms. ``left`` are those it cannot hold; numbers are what ``scan`` reports for each term."""

    def __init__(self, terms: Iterable[tuple[bytes, int]]) -> None:
        self.left: list[tuple[bytes, int]] = []
        self._given: dict[int, list[tuple[bytes, Entry]]] = {}  # characters of the key (0: a word) → key, term
        for given, number in terms:
            term = given.lower()
            wide = _WIDE.search(term)
            if wide is not None:
                size = min(4, len(wide.group()) // 3)
                self._given.setdefault(size, []).append((wide.group()[: size * 3], (term, wide.start(), number)))
            elif words := list(_WORD.finditer(term)):
                word = max(words, key=lambda match: len(match.group()))
                self._given.setdefault(0, []).append((word.group(), (term, word.start(), number)))
            else:
                self.left.append((given, number))

    @cached_property
    def _tables(self) -> dict[int, _Table]:
        tables = {}
        for size, given in self._given.items():
            text = np.frombuffer(b"".join(key + _PAD for key, _ in given), dtype=np.uint8)
            ends = np.cumsum([len(key) + len(_PAD) for key, _ in given])
            at = ends - [len(key) + len(_PAD) for key, _ in given]
            if size:
                fours = _fours(text.tobytes(), 0, len(text))
                characters = [fours.take(at + 3 * place) & _CHARACTER for place in range(size)]
                keys = _sum(characters)
            else:
                keys = _word_keys(_fours(text.tobytes(), 0, len(text)), at, ends - len(_PAD) - at)
            tables[size] = _Table(keys, (entry for _, entry in given))
        return tables

    def scan(self, raw: bytes, match_event_handler: Report) -> None:
        """Report each place where a term ends, as Hyperscan does."""
        for base in range(0, len(raw), _STEP):
            end = min(len(raw), base + _STEP)
            fours = _fours(raw, base, min(len(raw), end + 256))
            data = np.frombuffer(raw, dtype=np.uint8, count=min(len(raw), end + 256) - base, offset=base)
            if len(self._tables) > (0 in self._tables):
                self._scan_wide(raw, base, data, fours, match_event_handler)
            if 0 in self._tables:
                self._scan_words(raw, base, data, fours, match_event_handler)

    def _scan_wide(self, raw: bytes, base: int, data: NDArray[np.uint8], fours: Keys, report: Report) -> None:
        at = np.flatnonzero((data - np.uint8(0xE2)) < 14)
        if len(at) < 2:
            return
        characters = fours.take(at)
        characters &= _CHARACTER
        inside = len(at) if base + len(data) == len(raw) else int(np.searchsorted(at, _STEP))
        keys = characters * _MIX[0]
        for size in range(2, 5):
            keys = keys[: 1 - size + len(at)] + characters[size - 1 :] * _MIX[size - 1]
            if size in self._tables:
                self._tables[size].scan(keys[:inside], at, raw, base, report)

    def _scan_words(self, raw: bytes, base: int, data: NDArray[np.uint8], fours: Keys, report: Report) -> None:
        letters = ((data | np.uint8(0x20)) - np.uint8(97)) < 26
        letters |= (data - np.uint8(48)) < 10
        edges = np.flatnonzero(letters[1:] != letters[:-1]) + 1
        if letters[0]:
            edges = np.concatenate(([0], edges))
        if len(edges) % 2:
            edges = np.concatenate((edges, [len(data)]))
        starts, ends = edges[::2], edges[1::2]
        inside = int(np.searchsorted(starts, _STEP))
        starts, sizes = starts[:inside], (ends - edges[::2])[:inside]
        self._tables[0].scan(_word_keys(fours, starts, sizes), starts, raw, base, report)


def _fours(raw: bytes, start: int, end: int) -> Keys:
    """Return the four bytes that start at each byte of a part of the text, as little-endian numbers."""
    padded = raw[start : end + 4] + _PAD
    return np.ascontiguousarray(np.ndarray((end - start,), dtype="<u4", buffer=padded, strides=(1,)))


def _sum(characters: list[Keys]) -> Keys:
    total = characters[0] * _MIX[0]
    for character, factor in zip(characters[1:], _MIX[1:], strict=False):
        total = total + character * factor
    return total


def _word_keys(fours: Keys, at: Places, sizes: Places) -> Keys:
    """Return keys of words: the first eight letters, in lower case, and the length."""
    first = (fours.take(at) | _CASE) & _MASKS.take(np.minimum(sizes, 4))
    second = (fours.take(np.minimum(at + 4, len(fours) - 1)) | _CASE) & _MASKS.take(np.clip(sizes - 4, 0, 4))
    keys: Keys = first * _MIX[0] + second * _MIX[1] + sizes.astype(np.uint32) * _MIX[2]
    return keys
