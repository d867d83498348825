"""What may be done with carriers, one module for each kind of work."""

from shoumi.console.custody.actions import (
    carriers,
    copies,
    destructions,
    dispatches,
    handovers,
    imports,
    levels,
    loans,
    lockers,
    own,
    places,
    policy,
    reminders,
    stocktakes,
)

__all__ = [
    "carriers", "copies", "destructions", "dispatches", "handovers", "imports", "levels", "loans", "lockers", "own",
    "places", "policy", "reminders", "stocktakes",
]  # fmt: skip
