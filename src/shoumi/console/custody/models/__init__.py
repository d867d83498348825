"""The tables of the room: carriers, what happens to them, where they stand, how they are counted."""

from shoumi.console.custody.models.carriers import KINDS, Carrier, Counter, Descent, Policy, Told, Upload
from shoumi.console.custody.models.lists import (
    Destruction,
    DestructionItem,
    Dispatch,
    DispatchItem,
    HandOver,
    HandOverItem,
)
from shoumi.console.custody.models.loans import BORROW, CARRY, CopyOrder, Loan
from shoumi.console.custody.models.places import Locker, Place, Seal, Ticket, Zone
from shoumi.console.custody.models.stocktakes import Line, StockTake

__all__ = [
    "BORROW", "CARRY", "KINDS", "Carrier", "CopyOrder", "Counter", "Descent", "Destruction", "DestructionItem",
    "Dispatch", "DispatchItem", "HandOver", "HandOverItem", "Line", "Loan", "Locker", "Place", "Policy", "Seal",
    "StockTake", "Ticket", "Told", "Upload", "Zone",
]  # fmt: skip
