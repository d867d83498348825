"""Which requests somebody may sign now, and which they may read. Enters an account, leaves queries.

Who may sign is decided by the flows' expressions, in memory, over the requests within reach that wait; the number of
queries does not depend on how many there are.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from shoumi.console.accounts.models import Unit
from shoumi.console.approvals.flow import registry
from shoumi.console.approvals.models import WAITING, Request
from shoumi.console.approvals.standing import ever, waits_for
from shoumi.console.approvals.who import Case, Roll
from shoumi.console.roles import ADMINISTRATORS, AUDIT, LEADER, OFFICER, WORKING

READERS = frozenset({OFFICER, LEADER, AUDIT})
HOLDERS = WORKING | ADMINISTRATORS


def waiting(user: Any) -> QuerySet:
    """Return the requests that this account may sign now, as a query."""
    return Request.objects.filter(pk__in=[request.pk for request in to_sign(user)])


def to_sign(user: Any) -> list[Request]:
    """Return the requests that this account may sign now."""
    flows = registry()
    near = _near(user)
    if near is None or not flows:
        return []
    rows = Request.objects.filter(near, state=WAITING, flow__in=flows).exclude(applicant=user)
    rows = list(rows.select_related("unit", "about__account").prefetch_related("decisions"))
    if not rows:
        return []
    roll, found = Roll.load(), []
    for request in rows:
        about = getattr(request.about, "account", None)
        barred = {request.applicant_id, about.pk if about else request.applicant_id}
        here = Case(request.unit.path, frozenset(barred), request.raised)
        if user.pk in waits_for(request, flows[request.flow], roll, here):
            found.append(request)
    return found


def readable(user: Any) -> QuerySet:
    """Return the requests that this account may read: its own, those it signed, those in the units it answers for."""
    mine = Q(applicant=user) | Q(decisions__user=user) | _reach(user, READERS)
    return Request.objects.filter(mine).distinct()


def may_read(user: Any, request: Request) -> bool:
    """Say whether this account may read a request: as its reader, or as somebody who could sign a step of it."""
    if readable(user).filter(pk=request.pk).exists():
        return True
    flow = registry().get(request.flow)
    return flow is not None and user.pk in ever(request, flow)


def _near(user: Any) -> Q | None:
    """Return the condition for requests in units where the account has any say; None when there are none."""
    led = list(Unit.objects.filter(leader=user.person_id).values_list("path", flat=True))
    condition = _reach(user, HOLDERS)
    for path in led:
        condition |= Q(unit__path__startswith=path)
    return condition if led or user.holds(HOLDERS) else None


def _reach(user: Any, wanted: frozenset[str]) -> Q:
    reach = user.reach(wanted)
    return reach.within("unit__path") if reach else Q(pk__in=())
