"""Terms of marks (保密期限): how long in years, until which day, and whether the law allows it.

The text of a term comes in as it is written, spaces included; a ``Term`` leaves. Sources: State Secrets Law 2024,
article 20 (at most 30, 20 and 10 years for 绝密, 机密 and 秘密).
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from typing import Final

from shoumi.engine.detectors._lazy import Lazy

LIMITS: Final = {"绝密": 30, "机密": 20, "秘密": 10}  # years, law article 20
_DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        ("零〇○", "一壹", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_TENS: Final = "十拾"
_SPACE: Final = Lazy(r"\s+")
_YEARS: Final = Lazy(r"([0-9]+|[一二三四五六七八九十两兩〇零壹贰貳叁參肆伍陆陸柒捌玖拾百]+)年")
_DATE: Final = Lazy(
    r"((?:19|20)[0-9]{2}|[一二][零〇○一二三四五六七八九]{3})[年./-]"
    r"(?:([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:[月./-]([0-9]{1,2}|[一二三四五六七八九十]{1,3})?日?)?)?"
)


@dataclass(frozen=True, slots=True)
class Term:
    """A term: its text without spaces, its length in years, or the day on which it ends."""

    text: str
    years: int | None = None
    until: datetime.date | None = None


def term(written: str) -> Term:
    """Read a term; what is neither a number of years nor a date keeps its text only."""
    text = _SPACE.sub("", written).replace("廿", "二十").replace("卅", "三十")
    if (found := _DATE.match(text)) and (found[2] or int(number(found[1])) > 1900):
        return Term(text, until=last_day(number(found[1]), number(found[2]), number(found[3])))
    if found := _YEARS.match(text):
        return Term(text, years=number(found[1]))
    return Term(text)


def over(level: str, length: Term) -> int | None:
    """Return the legal maximum in years when a term exceeds it."""
    limit = LIMITS.get(level)
    return limit if limit is not None and length.years is not None and length.years > limit else None


def last_day(year: int, month: int = 0, day: int = 0) -> datetime.date | None:
    """Return the day, or the last one of the month or year when the rest is 0; None for a date that is none."""
    try:
        if not month:
            return datetime.date(year, 12, 31)
        return datetime.date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, IndexError):
        return None


def number(text: str | None) -> int:
    """Read a number in Arabic or Chinese digits, up to 9999; 0 for nothing."""
    if not text:
        return 0
    if text.isdecimal():
        return int(text)
    if not any(char in _TENS + "百" for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    hundreds, _, rest = text.rpartition("百")
    tens, ten, ones = rest.rpartition(next((char for char in rest if char in _TENS), "十"))
    total = 100 * number(hundreds) if hundreds else 0
    if not ten:
        return total + (number(ones) if ones else 0)
    return total + 10 * (number(tens.strip("零〇")) or 1) + number(ones.strip("零〇"))
