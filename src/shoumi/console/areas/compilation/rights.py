"""Who is of the job: the people of a manuscript, and who may take a seat that is still empty.

The list shows a manuscript to its own people and to those who answer for its unit; its text is opened to fewer: the
three seats, and, while a seat is empty, those who could take it.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q

from shoumi.console.areas.compilation.models import (
    APPROVER,
    APPROVING,
    CLEARED,
    COMPILER,
    PRINTED,
    REVIEWER,
    REVIEWING,
    SIGNING,
    Manuscript,
)
from shoumi.console.roles import APPROVER as APPROVES
from shoumi.console.roles import LEADER, OFFICER

READERS: Final = frozenset({OFFICER, LEADER, APPROVES})
REVIEWS: Final = frozenset({OFFICER})
APPROVE: Final = frozenset({APPROVES, LEADER})
LATE: Final = (CLEARED, PRINTED)  # when it is the publisher's turn


def visible(user: Any) -> Q:
    """Return the condition that a manuscript may be listed for an account."""
    own = Q(compiler=user) | Q(reviewer=user) | Q(approver=user) | Q(publisher=user)
    return own | user.reach(READERS).within("unit__path")


def may_see(user: Any, thing: Manuscript) -> bool:
    """Say whether an account may know of a manuscript."""
    return user.pk in seats(thing).values() or user.reach(READERS).covers(thing.unit_path)


def seats(thing: Manuscript) -> dict[str, Any]:
    """Return who sits where."""
    return {
        COMPILER: thing.compiler_id, REVIEWER: thing.reviewer_id, APPROVER: thing.approver_id,
        "publisher": thing.publisher_id,
    }  # fmt: skip


def may_read(user: Any, thing: Manuscript) -> bool:
    """Say whether an account may open the text."""
    if user.pk in (thing.compiler_id, thing.reviewer_id, thing.approver_id):
        return True
    return seat(user, thing) != ""


def seat(user: Any, thing: Manuscript) -> str:
    """Return the seat that an account has, or could take now; empty for none. Nobody has two."""
    if user.pk == thing.compiler_id:
        return COMPILER
    if user.pk == thing.reviewer_id:
        return REVIEWER
    if user.pk == thing.approver_id:
        return APPROVER
    if thing.state == REVIEWING and free(thing.reviewer) and user.reach(REVIEWS).covers(thing.unit_path):
        return REVIEWER
    late = (APPROVING, SIGNING)
    if thing.state in late and free(thing.approver) and user.reach(APPROVE).covers(thing.unit_path):
        return APPROVER
    return ""


def free(holder: Any) -> bool:
    """Say whether a seat is empty: nobody took it, or who did has no open account any more."""
    return holder is None or not holder.is_active
