"""Which issued records somebody may read. Enters an account, leaves a query."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from shoumi.console.records.models import Issue
from shoumi.console.roles import AUDIT, LEADER, OFFICER

READERS: Final = frozenset({OFFICER, LEADER, AUDIT})


def readable(user: Any) -> QuerySet:
    """Return what the account issued itself, and what concerns the units it answers for."""
    reach = user.reach(READERS)
    condition = Q(by=user)
    return Issue.objects.filter(condition | reach.within("unit__path") if reach else condition)
