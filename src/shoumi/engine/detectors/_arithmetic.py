"""Check digits: digits in, yes or no out. The standards they implement stand beside each function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_GB11643: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC: Final = {char: value for value, char in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_D: Final = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)


def weighted(number: str, weights: Sequence[int]) -> int:
    """Return the weighted sum of the digits that have a weight."""
    return sum(int(char) * weight for char, weight in zip(number, weights, strict=False))


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = int(char)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def mod_11_2(number: str) -> bool:
    """ISO 7064 MOD 11-2 on 18 characters, as GB 11643-1999 writes it: remainder 0 to 10 is ``10X98765432``."""
    return "10X98765432"[weighted(number, _GB11643) % 11] == number[17]


def uscc(code: str) -> bool:
    """GB 32100-2015: 31 characters without I O S V Z, weights 3^i mod 31."""
    total = sum(_USCC[char] * pow(3, place, 31) for place, char in enumerate(code[:17]))
    return (31 - total % 31) % 31 == _USCC[code[17]]


def organisation(code: str) -> bool:
    """GB 11714-1997: eight letters or digits and one check character, modulus 11."""
    total = sum(int(char, 36) * weight for char, weight in zip(code, (3, 7, 9, 10, 5, 8, 4, 2), strict=False))
    return "0123456789X0"[11 - total % 11] == code[8]


def mod_97(text: str) -> bool:
    """ISO 7064 MOD 97-10 with letters as 10 to 35: IBAN (rotated by four) and LEI."""
    return int("".join(str(int(char, 36)) for char in text)) % 97 == 1


def verhoeff(number: str) -> bool:
    """The dihedral check of Verhoeff (1969)."""
    state = 0
    for place, char in enumerate(reversed(number)):
        value = int(char)
        for _ in range(place % 8):
            value = _PERMUTED[value]
        state = _D[state][value]
    return state == 0


_PERMUTED: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def mod_11_10(number: str) -> bool:
    """ISO 7064 MOD 11,10: a recursive check over digits."""
    product = 10
    for char in number[:-1]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def mrz(field: str) -> int:
    """ICAO Doc 9303 part 3, 4.9: weights 7 3 1, letters 10 to 35, ``<`` 0."""
    return sum((0 if char == "<" else int(char, 36)) * (7, 3, 1)[place % 3] for place, char in enumerate(field)) % 10
