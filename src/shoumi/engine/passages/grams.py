"""Keyed k-grams of folded text: an array of codes in, 64-bit hashes with their positions out.

A k-gram starts at every character and is ``LENGTH`` long, where a character of Chinese, Japanese or Korean counts
``WIDE`` and others 1, so that one definition serves Chinese, Latin and mixed text. The hash is a
polynomial over secret values of the characters, modulo 2**64, from prefix sums: its cost does not depend on the
length. Fast, but no cipher: what is stored of it is encrypted by the index (index.py).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.passages.normalise import Codes, folding

Hashes: TypeAlias = NDArray[np.uint64]
STEP: Final = 1 << 14  # characters hashed at once: what stays in the processor's cache
LENGTH: Final = 16
WINDOW: Final = 4  # winnowing: one k-gram of any four neighbours is kept (Schleimer, Wilkerson, Aiken 2003)
_MASK: Final = (1 << 64) - 1
_CROSSES: Final = np.uint64(_MASK)  # stands for a k-gram that is none


class Gram:
    """Hashes k-grams under a key. One per process and key."""

    def __init__(self, key: bytes, length: int = LENGTH) -> None:
        self.length = length
        self.pad = length  # characters that the longest k-gram spans
        secret = hashlib.shake_256(key).digest(8 * 0x10000 + 16)
        self._values = np.frombuffer(secret[16:], dtype="<u8").astype(np.uint64)
        base = int.from_bytes(secret[:8], "little") | 1
        self._mixer = np.uint64(int.from_bytes(secret[8:16], "little") | 1)
        size = STEP + self.pad + 2 * WINDOW + 1
        self._powers = _powers(base, size)
        self._inverse = _powers(pow(base, -1, 1 << 64), size)

    def hashes(self, codes: Codes) -> Hashes:
        """Return the hash of the k-gram that starts at each character; the last ones, too short, are left out.

        ``codes`` holds at most ``STEP + pad + 2 * WINDOW`` characters.
        """
        size = len(codes)
        sums = np.zeros(size + 1, dtype=np.uint64)
        np.cumsum(self._values.take(codes) * self._powers[:size], out=sums[1:])
        lengths = folding().lengths.take(codes)
        widest = int(lengths.max(initial=1))
        if widest == int(lengths.min(initial=widest)):
            length = -(-self.length // widest)
            mixed = sums[length:] - sums[: max(0, size + 1 - length)]
        else:
            ends = _ends(lengths, self.length)
            mixed = sums.take(ends) - sums[: len(ends)]
        mixed *= self._inverse[: len(mixed)]
        return self._mix(mixed)

    def _mix(self, sums: Hashes) -> Hashes:
        sums ^= sums >> np.uint64(31)
        sums *= self._mixer
        sums ^= sums >> np.uint64(29)
        return sums

    def misread(self, codes: Codes, alphabet: Codes) -> Hashes:
        """Return the hashes of what the k-grams of narrow letters may have been before one letter was misread.

        A row for each k-gram of ``codes`` that has a letter more beside it: one letter replaced by each of
        ``alphabet``, one put in (it had been dropped), one left out (it had been put in).
        """
        size, width = self.length, max(0, len(codes) - self.length)
        letters = np.lib.stride_tricks.sliding_window_view(codes, size + 1)[:width] if width else codes[:0, None]
        if not width:
            return np.empty((0, 0), dtype=np.uint64)
        powers, value = self._powers, self._values.take(letters)
        other = self._values.take(alphabet)
        here = value[:, :size] * powers[:size]
        before = np.zeros((width, size + 1), dtype=np.uint64)  # sum of the letters before each place
        np.cumsum(here, axis=1, out=before[:, 1:])
        right = value[:, : size - 1] * powers[1:size]  # the letters one place further right
        behind = np.zeros((width, size), dtype=np.uint64)
        behind[:, : size - 1] = np.cumsum(right[:, ::-1], axis=1)[:, ::-1]
        left = value[:, 1:] * powers[:size]  # … and one further left
        after = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
        new = other[None, None, :] * powers[:size, None][None, :, :]
        replaced = (before[:, size:] - here)[:, :, None] + new
        put_in = (before[:, :size] + behind)[:, :, None] + new
        left_out = before[:, :size] + after
        return self._mix(np.concatenate([part.reshape(width, -1) for part in (replaced, put_in, left_out)], axis=1))

    def blocks(self, codes: Codes) -> list[tuple[int, Hashes]]:
        """Return all hashes of a text in blocks, each with the number of its first character."""
        return [(at, self.hashes(codes[at : at + STEP + self.pad])[:STEP]) for at in range(0, len(codes), STEP)]

    def select(self, codes: Codes, ends: Sequence[int] = ()) -> tuple[NDArray[np.int64], Hashes]:
        """Return positions and hashes of the k-grams that are stored for a text (winnowing).

        Any run of ``WINDOW`` neighbouring k-grams has one of them; k-grams of one repeated character are left out.
        ``ends`` are the ends of several documents in one array: no k-gram reaches from one into the next.
        """
        places: list[NDArray[np.int64]] = []
        values: list[Hashes] = []
        borders = self._borders(codes, ends)
        for at in range(0, len(codes), STEP):
            first = max(0, at - WINDOW)  # neighbours of the block before, so that no window is lost at the seam
            hashes = self.hashes(codes[first : at + STEP + self.pad + WINDOW])
            for start, end in borders[bisect_left(borders, (first - self.pad,)) :]:
                if start >= first + len(hashes):
                    break
                hashes[max(0, start - first) : max(0, end - first)] = _CROSSES
            chosen = winnow(hashes)
            chosen = chosen[(chosen >= at - first) & (chosen < at - first + STEP)]
            kept = hashes.take(chosen)
            places.append(chosen[kept != _CROSSES] + first)
            values.append(kept[kept != _CROSSES])
        if not places:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)
        return np.concatenate(places), np.concatenate(values)

    def _borders(self, codes: Codes, ends: Sequence[int]) -> list[tuple[int, int]]:
        """Return the ranges of starts whose k-gram would reach over the end of a document."""
        found = []
        lengths = folding().lengths
        for end in ends:
            if end < len(codes):
                tail = lengths.take(codes[max(0, end - self.pad) : end])[::-1]
                fits = int(np.searchsorted(np.cumsum(tail), self.length))
                found.append((end - min(fits, len(tail)), end))
        return found


def winnow(hashes: Hashes) -> NDArray[np.int64]:
    """Return the places of those hashes that are the smallest of some window of ``WINDOW``."""
    if len(hashes) < WINDOW:
        return np.array([int(hashes.argmin())] if len(hashes) else [], dtype=np.int64)
    order = (hashes >> np.uint64(32)).astype(np.uint32)
    pairs = np.minimum(order[:-1], order[1:])
    around = np.zeros(len(order) + WINDOW - 1, dtype=np.uint32)
    np.minimum(pairs[:-2], pairs[2:], out=around[WINDOW - 1 : 1 - WINDOW])  # least of the window that starts there
    pairs = np.maximum(around[:-1], around[1:])
    chosen = order == np.maximum(pairs[:-2], pairs[2:])  # greatest among the windows that hold this place
    differs = order[1:] != order[:-1]  # a k-gram of one repeated character says nothing
    chosen[1:] &= differs
    chosen[:-1] &= differs
    return np.flatnonzero(chosen)


def _ends(lengths: NDArray[np.uint8], wanted: int) -> NDArray[np.int64]:
    """Return where the k-gram that starts at each character ends, for those that fit."""
    before = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=before[1:])
    owner = np.repeat(np.arange(len(lengths)), lengths)  # which character each unit of length belongs to
    fits = int(np.searchsorted(before[:-1], before[-1] - wanted, side="right"))
    ends: NDArray[np.int64] = owner.take(before[:fits] + (wanted - 1)) + 1
    return ends


def _powers(base: int, size: int) -> NDArray[Any]:
    values, value = [], 1
    for _ in range(size):
        values.append(value)
        value = value * base & _MASK
    return np.array(values, dtype=np.uint64)
