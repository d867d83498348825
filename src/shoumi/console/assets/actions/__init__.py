"""Everything that may be done in this room."""

from shoumi.console.assets.actions import (
    devices,
    handovers,
    inspections,
    labels,
    life,
    lists,
    rules,
    stocktakes,
    vendors,
)

__all__ = ["devices", "handovers", "inspections", "labels", "life", "lists", "rules", "stocktakes", "vendors"]
