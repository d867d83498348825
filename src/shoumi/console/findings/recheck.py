"""Looking again: a case asks for the inspections of its findings to be repeated. The scans room registers how.

Enters series of inspections, leaves how many of them began again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

_AGAIN: Final[list[Callable[[Iterable[str], Any], int]]] = []


def repeats(function: Callable[[Iterable[str], Any], int]) -> Callable[[Iterable[str], Any], int]:
    """Register a function that repeats series and says how many it could."""
    _AGAIN.append(function)
    return function


def again(series: Iterable[str], actor: Any) -> int:
    """Repeat the inspections of these series; return how many began."""
    wanted = list(series)
    return sum(repeat(wanted, actor) for repeat in _AGAIN)
