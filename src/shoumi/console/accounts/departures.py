"""What must be settled before somebody leaves: each room's ``departures.py`` registers who answers for a person.

Enters a person; leaves sentences with a place to go. While any is left, ``Depart`` refuses, so that nobody's account
closes before the departure lesson, the departure commitment and whatever else a room asks for (L2 art 53).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

_GATES: Final[list[Callable[[Any], Iterable[Unsettled]]]] = []


@dataclass(frozen=True, slots=True)
class Unsettled:
    """One thing that is left: what, and where it is settled."""

    sentence: Any
    address: str = ""
    words: Any = ""  # on the link


def gate(function: Callable[[Any], Iterable[Unsettled]]) -> Callable[[Any], Iterable[Unsettled]]:
    """Register a function that lists what one person has left to settle."""
    _GATES.append(function)
    return function


def unsettled(person: Any) -> list[Unsettled]:
    """Return everything that keeps a person from leaving."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("departures")
    return [left for ask in _GATES for left in ask(person)]
