"""LZFSE, as macOS packs files with it: a block in, its content out, at most 64 KiB.

A stream of blocks: plain, LZVN, or literals and matches coded by finite-state entropy, whose bits are read backwards.
Every length is checked. Source: Apple's LZFSE reference implementation (format in lzfse_internal.h and lzfse_fse.h).
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shoumi.engine.errors import Corrupt

_MOST: Final = 65536
_LZVN_HEAD: Final = 12
_HEAD: Final = 32
_STATES: Final = (64, 64, 256, 1024)  # of lengths of literals, lengths of matches, distances, literals
_SYMBOLS: Final = (20, 20, 64, 256)
_EXTRA: Final = (
    (0,) * 16 + (2, 3, 5, 8),
    (0,) * 16 + (3, 5, 8, 11),
    tuple(number // 4 for number in range(64)),
)
# How often a symbol occurs stands in a code of its own: bits of the code, value, by the lowest five bits.
_WIDTHS: Final = (2, 3, 2, 5, 2, 3, 2, 8, 2, 3, 2, 5, 2, 3, 2, 14)
_VALUES: Final = (0, 2, 1, 4, 0, 3, 1, 8, 0, 2, 1, 5, 0, 3, 1, 24)


@dataclass(frozen=True, slots=True)
class _Step:
    """What a state stands for: bits to read, of them those of the value; the next state and value without them."""

    bits: int
    inside: int
    state: int
    value: int


class _Bits:
    """Bits that are read from the end backwards; ``spare`` at the end are not used."""

    def __init__(self, data: bytes, spare: int) -> None:
        self._data, self._at = data, 8 * len(data) - spare

    def pull(self, count: int) -> int:
        """Return the next bits. Raises Corrupt when there are no more."""
        self._at -= count
        if self._at < 0:
            raise Corrupt("a compressed block is damaged")
        first = self._at >> 3
        some = int.from_bytes(self._data[first : (self._at + count + 7) >> 3], "little")
        return some >> (self._at & 7) & ((1 << count) - 1)


def unpacked(data: bytes, lzvn: Callable[[bytes], bytes]) -> bytes:
    """Return what a stream holds. ``lzvn`` unpacks the blocks of the simpler kind. Raises Corrupt."""
    out = bytearray()
    at = 0
    try:
        while at < len(data) and len(out) < _MOST and (kind := data[at : at + 4]) != b"bvx$":
            size = struct.unpack_from("<I", data, at + 4)[0]
            if kind == b"bvx-":
                out += data[at + 8 : at + 8 + size]
                at += 8 + size
            elif kind == b"bvxn":
                packed = struct.unpack_from("<I", data, at + 8)[0]
                out += lzvn(data[at + _LZVN_HEAD : at + _LZVN_HEAD + packed])[:size]
                at += _LZVN_HEAD + packed
            elif kind == b"bvx2":
                at += _coded(data[at:], out)
            else:
                raise Corrupt("a compressed block is damaged")
    except (struct.error, IndexError) as error:
        raise Corrupt("a compressed block is damaged") from error
    return bytes(out[:_MOST])


def _coded(data: bytes, out: bytearray) -> int:
    """Add what a coded block holds to ``out``; return the block's size."""
    first, second, third = struct.unpack_from("<QQQ", data, 8)
    literals, literal_size, matches = (first >> at & 0xFFFFF for at in (0, 20, 40))
    match_size, size = second >> 40 & 0xFFFFF, third & 0xFFFFFFFF
    if literals > _MOST or matches > _MOST or not _HEAD <= size <= len(data):
        raise Corrupt("a compressed block is damaged")
    counts = _counts(data[_HEAD:size])
    tables = [_table(some, states, extra) for some, states, extra in zip(counts, _STATES, (*_EXTRA, ()), strict=True)]
    middle, end = size + literal_size, size + literal_size + match_size
    if end > len(data):
        raise Corrupt("a compressed block is damaged")
    states = [second >> at & 0x3FF for at in (0, 10, 20, 30)]
    text = _literals(_Bits(data[size:middle], 7 - (first >> 60 & 7)), tables[3], states, literals)
    states = [third >> at & 0x3FF for at in (32, 42, 52)]
    _join(_matches(_Bits(data[middle:end], 7 - (second >> 60 & 7)), tables, states, matches), text, out)
    return int(end)


def _counts(data: bytes) -> list[list[int]]:
    """Return how often each symbol occurs, in the order of the tables."""
    bits, at = int.from_bytes(data, "little"), 0
    flat = []
    for _ in range(sum(_SYMBOLS)):
        some = bits >> at & 0x3FFF if data else 0
        low = some & 31
        width, value = _WIDTHS[low & 15], _VALUES[low & 15]
        if width == 5:
            value += 2 * (low >> 4)
        elif width == 8:
            value += some >> 4 & 15
        elif width == 14:
            value += some >> 4
        flat.append(value)
        at += width
    places = [0, *itertools.accumulate(_SYMBOLS)]
    return [flat[start:end] for start, end in itertools.pairwise(places)]


def _table(counts: Sequence[int], states: int, extra: Sequence[int]) -> list[_Step]:
    """Return what each state stands for. Without ``extra`` the symbols are their own values."""
    if sum(counts) > states:
        raise Corrupt("a compressed block is damaged")
    table, base = [], 0
    for symbol, count in enumerate(counts):
        more = extra[symbol] if extra else 0
        value = base if extra else symbol
        base += 1 << more
        if not count:
            continue
        wide = states.bit_length() - count.bit_length()
        turn = ((2 * states) >> wide) - count
        for number in range(count):
            bits = wide if number < turn else wide - 1
            state = ((count + number) << wide) - states if number < turn else (number - turn) << (wide - 1)
            table.append(_Step(bits + more, more, state, value))
    return table


def _literals(bits: _Bits, table: list[_Step], states: list[int], count: int) -> bytes:
    """Return the literals: four states take turns."""
    text = bytearray()
    for number in range(count):
        step = table[states[number & 3]]
        states[number & 3] = step.state + bits.pull(step.bits)
        text.append(step.value)
    return bytes(text)


def _matches(bits: _Bits, tables: list[list[_Step]], states: list[int], count: int) -> Iterator[tuple[int, int, int]]:
    """Yield how many literals come next, how long the match behind them is, and how far back; 0: as far as before."""
    for _ in range(count):
        values = []
        for number in range(3):
            step = tables[number][states[number]]
            some = bits.pull(step.bits)
            states[number] = step.state + (some >> step.inside)
            values.append(step.value + (some & ((1 << step.inside) - 1)))
        yield values[0], values[1], values[2]


def _join(matches: Iterator[tuple[int, int, int]], text: bytes, out: bytearray) -> None:
    """Add literals and matches in turn."""
    at = distance = 0
    for literals, length, new in matches:
        distance = new or distance
        out += text[at : at + literals]
        at += literals
        if length and not 0 < distance <= len(out):
            raise Corrupt("a compressed block is damaged")
        if len(out) + length > 2 * _MOST:
            raise Corrupt("a compressed block is longer than it may be")
        start = len(out) - distance
        if distance >= length:
            out += out[start : start + length]
        else:  # it repeats what it adds
            out += (out[start:] * (length // distance + 1))[:length]
