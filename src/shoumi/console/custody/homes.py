"""On the home page of staff: what they have borrowed and until when, what they asked for, and asking for a loan."""

from __future__ import annotations

from typing import Any

from shoumi.console.custody import borrowing
from shoumi.console.home import Part, part
from shoumi.console.roles import ADMINISTRATORS, WORKING

_MOST = 5


@part
def loans(user: Any) -> Part | None:
    """For staff always; for who keeps or leads only when there is something."""
    if user.holds(ADMINISTRATORS):
        return None
    borrowed, asked = list(borrowing.borrowed(user.person)[: _MOST + 1]), borrowing.asked(user.person)
    if not (borrowed or asked) and user.holds(WORKING):
        return None
    shown = {"loans": borrowed[:_MOST], "more": len(borrowed) > _MOST, "asked": asked}
    return Part(40, "custody/home.html", shown)
