"""Who wants to know that something is missing: other rooms subscribe in their own ``missing.py``.

    @missing_found
    def open_case(act: Action, loss: Loss) -> None: …

Called within the transaction of the action that found it, so that a loss and its case are written together or not at
all. A carrier counts as lost when a stock-take was signed off without it, when somebody reported it, or when a list
for destruction could not find it; a broken seal counts as well, with no carrier named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

STOCK_TAKE, REPORTED, SEAL = "stock-take", "reported", "seal"
_SUBSCRIBERS: Final[list[Callable[[Any, Loss], None]]] = []


@dataclass(frozen=True, slots=True)
class Loss:
    """What is not there: how it came out, which carriers, the unit that answers, the thing that shows it."""

    how: str
    carriers: Sequence[Any]
    unit: Any
    thing: Any
    note: str = ""


def missing_found(function: Callable[[Any, Loss], None]) -> Callable[[Any, Loss], None]:
    """Register a function that is called when something is missing."""
    if function not in _SUBSCRIBERS:
        _SUBSCRIBERS.append(function)
    return function


def tell(act: Any, loss: Loss) -> None:
    """Call everybody who subscribed."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("missing")
    for call in _SUBSCRIBERS:
        call(act, loss)
