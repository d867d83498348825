"""When an exam was: the text around an exam mark in, the day after which the mark is only history out.

Published past papers keep their mark. The exam's date decides; where only a year is told, its last day, so that a
paper of this year stays a secret until nobody can doubt it.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_prose import simple
from shoumi.engine.detectors._mark_spot import Spot
from shoumi.engine.detectors._mark_terms import last_day, number

_REACH: Final = 500  # characters on each side
_BESIDE: Final = 60  # characters of a date in which the exam is named
_DIGIT: Final = "零〇○一二三四五六七八九"
_DATE: Final = Lazy(
    rf"(?<!\d)((?:19|20)\d{{2}}|[一二][{_DIGIT}]{{3}})\s{{0,2}}(?:[年./-]|(?=[—~～-]))\s{{0,2}}"
    rf"(?:[—~～至-]\s{{0,2}}((?:19|20)\d{{2}}))?"
    rf"(?:(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s{{0,2}}[月./-]\s{{0,2}}(?:(\d{{1,2}})\s{{0,2}}日?)?)?"
)
_ABOUT: Final = Lazy(
    r"考试|试题|试卷|高考|中考|会考|统考|联考|模拟|期[中末]|学年|招生|自学|竞赛|学业水平|质量检测|测评|答案|评分"
)
_ENTRANCE: Final = Lazy(r"普通高等学校(?:春季)?招生|高考")


def exam_end(place: Spot) -> datetime.date | None:
    """Return the latest day that the dates around allow for the exam, None when none is told."""
    around = simple(f"{place.before[-_REACH:]}\0{place.after[:_REACH]}")  # the mark itself speaks of an exam, too
    days = [
        day
        for found in _DATE.finditer(around)
        if _ABOUT.search(around[max(0, found.start() - _BESIDE) : found.end() + _BESIDE])
        and (day := _day(found, around)) is not None
    ]
    return max(days, default=None)


def _day(found: re.Match[str], around: str) -> datetime.date | None:
    year, until, month, day = (number(part) for part in found.groups())
    year = max(year, until)
    if not month and _ENTRANCE.search(around[found.end() : found.end() + 40]):
        month = 6  # the national entrance examination is held on 7 to 10 June
    return last_day(year, month, day)
