"""The home page: what waits for this person, and further parts that rooms add for whom they concern.

Enters an account, leaves the parts of its page in order. A room's ``homes.py`` registers functions:

    @part
    def box(user: Any) -> Part | None:
        return Part(50, "scans/box.html", {…}) if … else None
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_PARTS: Final[list[Callable[[Any], Part | None]]] = []


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a home page: its place, its template, what the template shows."""

    order: int
    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


def part(function: Callable[[Any], Part | None]) -> Callable[[Any], Part | None]:
    """Register a function that makes a part for one account, or none."""
    _PARTS.append(function)
    return function


def parts(user: Any) -> list[Part]:
    """Return the parts of somebody's home page."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("homes")
    return sorted((made for make in _PARTS if (made := make(user))), key=lambda made: made.order)
