"""How long a carrier stays secret: the term as it is marked, and the day on which it ends.

Enters the words of a mark ("10年", "6个月", "2030-01-01", "会议开始前", "长期") and the date of issue; leaves a day,
or a condition that no calendar knows. A mark of a state secret without a term means the longest the law allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from shoumi.console.accounts.models import months_after
from shoumi.console.levels import LONGEST_YEARS

_YEARS: Final = re.compile(r"(\d{1,2})\s*(?:年|y|years?)", re.I)
_MONTHS: Final = re.compile(r"(\d{1,3})\s*(?:个月|個月|月|m|months?)", re.I)
_DAY_FORMS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
MOST_YEARS: Final = 100


@dataclass(frozen=True, slots=True)
class Term:
    """The end of a term: a day, or a condition; neither means that nobody said one."""

    until: date | None = None
    condition: str = ""


def read(text: str, level: str, issued: date) -> Term:
    """Return the end of a term as it is marked."""
    text = text.strip()
    if not text:
        years = LONGEST_YEARS.get(level)
        return Term(months_after(issued, 12 * years) if years else None)
    years_, months = _YEARS.fullmatch(text), _MONTHS.fullmatch(text)
    if years_ and 0 < int(years_[1]) <= MOST_YEARS:
        return Term(months_after(issued, 12 * int(years_[1])))
    if months and 0 < int(months[1]) <= 12 * MOST_YEARS:
        return Term(months_after(issued, int(months[1])))
    day = _day(text)
    return Term(day) if day else Term(None, text)


def _day(text: str) -> date | None:
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    return None


def too_long(term: Term, level: str, issued: date) -> bool:
    """Say whether a term is longer than the law allows for its level (State Secrets Law art 20)."""
    years = LONGEST_YEARS.get(level)
    return years is not None and term.until is not None and term.until > months_after(issued, 12 * years)


def longest(carriers: Iterable[Any]) -> Term:
    """Return the longest of several terms. One that ends by a condition, or never, has no day and is the longest."""
    untils, conditions = [], []
    for one in carriers:
        untils.append(one.until)
        if one.condition and one.condition not in conditions:
            conditions.append(one.condition)
    days = [day for day in untils if day is not None]
    return Term(max(days) if days and len(days) == len(untils) else None, "；".join(conditions)[:200])


def soon(days: int, today: date) -> date:
    """Return the last day of a notice period."""
    return today + timedelta(days=days)
