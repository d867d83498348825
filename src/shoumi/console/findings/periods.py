"""Times when the office is closed, so that what was written in them can be seen: official holidays, and what rooms add.

Enters two days, leaves periods that touch them. Public holidays come from the calendar of mainland China with its
make-up working days; a year that is not announced yet has none of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

_NAMES: Final = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "National Day": _("National Day"),
}
YEARS: Final = 3  # how far back the filter looks


@dataclass(frozen=True, slots=True)
class Period:
    """Some time during which the office is closed."""

    name: Any
    start: datetime
    end: datetime


_PROVIDERS: Final[list[Callable[[date, date], Iterable[Period]]]] = []


def provider(function: Callable[[date, date], Iterable[Period]]) -> Callable[[date, date], Iterable[Period]]:
    """Register a function that knows closures between two days."""
    _PROVIDERS.append(function)
    return function


def between(first: date, last: date) -> list[Period]:
    """Return all closures that touch the days, earliest first."""
    found = [period for ask in _PROVIDERS for period in ask(first, last)]
    return sorted(found, key=lambda period: period.start)


def recent() -> list[Period]:
    """Return the closures of the last years and of this one."""
    today = timezone.localdate()
    return between(date(today.year - YEARS, 1, 1), date(today.year, 12, 31))


def during(column: str, periods: Iterable[Period] | None = None) -> Q:
    """Return the condition that a moment lies within a closure."""
    condition = Q(pk__in=())
    for period in recent() if periods is None else periods:
        condition |= Q(**{f"{column}__gte": period.start, f"{column}__lt": period.end})
    return condition


def of(moment: datetime | None, periods: Iterable[Period] | None = None) -> Any:
    """Return the name of the closure a moment lies within, or nothing."""
    if moment is None:
        return ""
    return next((p.name for p in (recent() if periods is None else periods) if p.start <= moment < p.end), "")


@provider
def official(first: date, last: date) -> Iterator[Period]:
    """Yield the public holidays, each with the free days around it."""
    for year in range(first.year, last.year + 1):
        for name, start, end in _holidays(year):
            if start <= last and end >= first:
                yield Period(_NAMES.get(name, name), _midnight(start), _midnight(end + timedelta(days=1)))


@lru_cache(maxsize=16)
def _holidays(year: int) -> tuple[tuple[str, date, date], ...]:
    import chinese_calendar

    found: list[tuple[str, date, date]] = []
    run: list[date] = []
    name = ""
    day = date(year, 1, 1)
    try:
        while day <= date(year + 1, 1, 1):
            free, festival = chinese_calendar.get_holiday_detail(day) if day.year == year else (False, None)
            if free:
                run.append(day)
                name = name or (festival or "")
            else:
                if run and name:
                    found.append((name, run[0], run[-1]))
                run, name = [], ""
            day += timedelta(days=1)
    except NotImplementedError:  # a year without a notice yet
        return ()
    return tuple(found)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
