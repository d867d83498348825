"""Invented people and numbers: valid in form, drawn from a seeded generator, belonging to nobody on purpose."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN: Final = "安博昌德恩凡光海嘉凯兰明宁平庆蓉尚涛文欣雅泽志晨怡"
_REGIONS: Final = ("110101", "310104", "440305", "330106", "510107", "420106", "320102", "610113")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    name: str
    resident_id: str
    mobile: str
    card: str


def person(chance: random.Random) -> Person:
    """Return an invented person with numbers whose check digits are right."""
    name = chance.choice(_FAMILY) + "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))
    return Person(name, resident_id(chance), mobile(chance), card(chance))


def resident_id(chance: random.Random) -> str:
    """Return an 18-digit resident number (GB 11643-1999)."""
    born = f"{chance.randint(1960, 2003)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body = f"{chance.choice(_REGIONS)}{born}{chance.randint(1, 999):03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def mobile(chance: random.Random) -> str:
    """Return an 11-digit mobile number."""
    return chance.choice(("136", "139", "150", "158", "186", "189")) + f"{chance.randint(0, 99999999):08}"


def card(chance: random.Random) -> str:
    """Return a 19-digit debit card number (ISO/IEC 7812-1 check digit)."""
    body = chance.choice(("621700", "622848", "622202")) + f"{chance.randint(0, 10**12 - 1):012}"
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)
