"""What waits for somebody: each room's ``todos.py`` registers functions that answer for one account.

Enters an account, leaves sentences with a place to go. The home page shows them, and later the officer's morning.

    @provider
    def late(user: Any) -> Asked:
        counts = yield Count(late=Loan.objects.filter(…))     # all rooms' numbers come from one query
        if counts["late"]:
            yield Todo(…)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Asked: TypeAlias = "Generator[Todo | Count, dict[str, int], None]"
Provider: TypeAlias = "Callable[[Any], Iterable[Todo | Count]]"
_PROVIDERS: Final[list[Provider]] = []


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. ``urgency``: seal (overdue), amber (due soon) or plain."""

    sentence: Any
    address: str
    urgency: str = "plain"
    step: Any = ""  # the words on the link


def provider(function: Provider) -> Provider:
    """Register a function that lists what one account has to do."""
    _PROVIDERS.append(function)
    return function


class Count:
    """Numbers that a provider wants: ``counts = yield Count(late=…, due=…)``. All rooms' numbers are one query."""

    def __init__(self, **rows: QuerySet) -> None:
        self.rows = rows


def tally(rows: dict[str, QuerySet]) -> dict[str, int]:
    """Count several querysets in one query: the home asks every room, and most of what it asks are numbers."""
    parts, values, found = [], [], dict.fromkeys(rows, 0)
    for name, one in rows.items():
        try:
            sql, given = one.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append((name, f"(SELECT COUNT(*) FROM ({sql}) AS counted)"))  # noqa: S608  (Django's own SQL)
        values += given
    if parts:
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(part for _name, part in parts), values)
            found |= dict(zip((name for name, _part in parts), cursor.fetchone(), strict=True))
    return found


def todos(user: Any) -> list[Todo]:
    """Return everything that waits for this account, most urgent first."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("todos")
    order = {"seal": 0, "amber": 1, "plain": 2}
    return sorted(collect(ask(user) for ask in _PROVIDERS), key=lambda todo: order[todo.urgency])


def collect(asked: Iterable[Iterable[Todo | Count]]) -> list[Todo]:
    """Let all providers run side by side: each until it wants numbers, then all numbers at once, then on."""
    running = [_Running(iter(one)) for one in asked]
    for one in running:
        one.go(None)
    while waiting := {str(place): one for place, one in enumerate(running) if one.wanted}:
        wanted = {f"{place}:{name}": rows for place, one in waiting.items() for name, rows in one.wanted.items()}
        numbers = tally(wanted)
        for place, one in waiting.items():
            one.go({name: numbers[f"{place}:{name}"] for name in one.wanted})
    return [todo for one in running for todo in one.found]


class _Running:
    """A provider on its way: what it has said, and which numbers it waits for."""

    def __init__(self, asked: Any) -> None:
        self.asked, self.found, self.wanted = asked, list[Todo](), dict[str, QuerySet]()

    def go(self, numbers: dict[str, int] | None) -> None:
        """Go on until it wants numbers, or to its end."""
        self.wanted = {}
        try:
            said = self.asked.send(numbers) if numbers is not None else next(self.asked)
            while not isinstance(said, Count):
                self.found.append(said)
                said = next(self.asked)
            self.wanted = said.rows
        except StopIteration:
            return
