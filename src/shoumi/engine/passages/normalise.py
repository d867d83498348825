"""One form for all text before passages are compared: UTF-8 in, an array of folded letters and digits out.

NFKC, case fold, accents dropped, one character for all that Simplified and Traditional writing put for one another,
everything that is neither letter nor digit dropped: so line breaks, spaces, punctuation, full-width forms, zero-width
characters and the other script make no difference. The way back to bytes is computed only for the few places that turn
out to matter. The table is shipped (``folding.bin``, made by bench/make_folding.py), so that an index means the same
under every Python version.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shoumi.engine.errors import ShoumiError

Codes: TypeAlias = NDArray[np.uint16]
FOLDING: Final = 2  # what ``folding.bin`` means: fingerprints of another folding do not meet those of this one
HEAVY: Final = 3  # weight of a character of Chinese, Japanese or Korean: it says as much as three letters
WIDE: Final = 2  # length of such a character in a k-gram
CHUNK: Final = 1 << 16  # bytes folded at once: what stays in the processor's cache
_MANY: Final = 0xFFFF
_DATA: Final = Path(__file__).with_name("folding.bin")


@dataclass(frozen=True, slots=True)
class Folding:
    """The table: first plane by code, the rest (and what becomes several characters) by character."""

    codes: Codes
    narrow: Codes  # of the 256 bytes, for text that is ASCII
    many: dict[str, str]
    weights: NDArray[np.uint8]  # how much a character says: what coverage is counted in
    lengths: NDArray[np.uint8]  # how far a character carries a k-gram: Latin needs shorter ones to survive misreadings


@cache
def folding() -> Folding:
    """Return the table. Raises ShoumiError when the installation is damaged."""
    try:
        data = zlib.decompress(_DATA.read_bytes())
    except (OSError, zlib.error) as error:
        raise ShoumiError(f"{_DATA.name} is missing or damaged: install Shoumi again") from error
    codes = np.frombuffer(data[: 2 * 0x10000], dtype="<u2").astype(np.uint16)
    many = dict(line.split("\t") for line in data[2 * 0x10000 :].decode().split("\n"))
    weights = np.ones(0x10000, dtype=np.uint8)
    lengths = np.ones(0x10000, dtype=np.uint8)
    for first, last in ((0x1100, 0x11FF), (0x2E80, 0x9FFF), (0xA960, 0xA97F), (0xAC00, 0xDFFF), (0xF900, 0xFAFF)):
        weights[first : last + 1] = HEAVY
        lengths[first : last + 1] = WIDE
    narrow = codes[:256].copy()
    narrow[128:] = 0
    return Folding(codes, narrow, many, weights, lengths)


def fold(raw: bytes) -> Codes:
    """Return the folded letters and digits of valid UTF-8, each as 16 bits."""
    parts = [_fold(piece)[0] for _, piece in pieces(raw)]
    if not parts:
        return np.empty(0, dtype=np.uint16)
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def pieces(raw: bytes) -> list[tuple[int, bytes]]:
    """Cut UTF-8 into pieces of about ``CHUNK`` bytes at whole characters, each with its offset."""
    found, at, size = [], 0, len(raw)
    while at < size:
        end = min(at + CHUNK, size)
        while end < size and raw[end] & 0xC0 == 0x80:
            end += 1
        found.append((at, raw[at:end]))
        at = end
    return found


class Offsets:
    """The way back: from the number of a folded character to its bytes in the text. Pieces are folded on demand."""

    def __init__(self, raw: bytes) -> None:
        self._pieces = pieces(raw)
        self._counts = [0]
        for _, piece in self._pieces:
            self._counts.append(self._counts[-1] + len(_fold(piece)[0]))
        self._known: dict[int, NDArray[Any]] = {}

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the bytes from the start of folded character ``first`` to the end of ``last``."""
        start, _ = self._bytes(first)
        _, end = self._bytes(last)
        return start, end

    def number(self, byte: int) -> int:
        """Return the number of the first folded character that starts at or after a byte."""
        for number, (at, piece) in enumerate(self._pieces):
            if byte < at + len(piece):
                return self._counts[number] + int(np.searchsorted(self._starts(number), byte - at))
        return self._counts[-1]

    def _bytes(self, character: int) -> tuple[int, int]:
        number = int(np.searchsorted(self._counts, character, side="right")) - 1
        at, piece = self._pieces[number]
        begin = int(self._starts(number)[character - self._counts[number]])
        end = begin + 1
        while end < len(piece) and piece[end] & 0xC0 == 0x80:
            end += 1
        return at + begin, at + end

    def _starts(self, number: int) -> NDArray[Any]:
        """Return the byte at which each folded character of a piece starts."""
        if number not in self._known:
            piece = self._pieces[number][1]
            _, index = _fold(piece, places=True)
            data = np.frombuffer(piece, dtype=np.uint8)
            leads = np.flatnonzero((data & 0xC0) != 0x80)
            self._known[number] = leads[index]
        return self._known[number]


def _fold(piece: bytes, *, places: bool = False) -> tuple[Codes, Any]:
    """Return folded codes of a piece and, when asked, the number of the character that each came from."""
    table = folding()
    if piece.isascii():
        codes = table.narrow.take(np.frombuffer(piece, dtype=np.uint8))
    else:
        wide = np.frombuffer(piece.decode("utf-8", "replace").encode("utf-32-le"), dtype=np.uint32)
        if int(wide.max(initial=0)) > 0xFFFF:
            return _spread(wide, table)
        codes = table.codes.take(wide)
        if (codes == _MANY).any():
            return _spread(wide, table)
    kept = codes != 0
    return codes.compress(kept), np.flatnonzero(kept) if places else None  # twice as fast as codes[kept]


def _spread(wide: NDArray[np.uint32], table: Folding) -> tuple[Codes, NDArray[Any]]:
    """Fold a piece that holds characters which become several, or lie beyond the first plane."""
    codes = table.codes[np.minimum(wide, 0xFFFF)]
    special = np.flatnonzero((codes == _MANY) | (wide > 0xFFFF))
    counts = (codes != 0).astype(np.int64)
    texts = [_codes_of(chr(int(wide[place])), table) for place in special]
    counts[special] = [len(text) for text in texts]
    places = np.repeat(np.arange(len(wide)), counts)
    out = codes[places]
    starts = np.cumsum(counts) - counts
    for place, text in zip(special, texts, strict=True):
        out[starts[place] : starts[place] + len(text)] = text
    return out, places


def _codes_of(char: str, table: Folding) -> list[int]:
    """Return 16-bit codes; characters of the further planes share the 2,048 codes that no text uses."""
    folded = table.many.get(char, char if char.isalnum() else "")
    return [code if code < _MANY else 0xD800 + (code * 0x9E3779B1 >> 13) % 0x800 for code in map(ord, folded)]
