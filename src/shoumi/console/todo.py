"""What waits for somebody: each room's ``todos.py`` registers functions that answer for one account.

Enters an account, leaves sentences with a place to go. The home page shows them, and later the officer's morning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

_PROVIDERS: Final[list[Callable[[Any], Iterable[Todo]]]] = []


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. ``urgency``: seal (overdue), amber (due soon) or plain."""

    sentence: Any
    address: str
    urgency: str = "plain"
    step: Any = ""  # the words on the link


def provider(function: Callable[[Any], Iterable[Todo]]) -> Callable[[Any], Iterable[Todo]]:
    """Register a function that lists what one account has to do."""
    _PROVIDERS.append(function)
    return function


def tally(**rows: QuerySet) -> dict[str, int]:
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
    return sorted((todo for ask in _PROVIDERS for todo in ask(user)), key=lambda todo: order[todo.urgency])
