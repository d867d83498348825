"""What time does to requests: reminders, the next leader up, lapse. The scheduler calls it through the action Tend.

A clock set forward can remind, raise and lapse too early; it can never grant anything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from shoumi.console.accounts.models import User
from shoumi.console.approvals import telling
from shoumi.console.approvals.flow import Flow
from shoumi.console.approvals.models import GRANTED, OPEN, WAITING, Request
from shoumi.console.approvals.standing import as_it_is, case, gone, lapse, waits_for
from shoumi.console.approvals.who import Roll, chain


def due(request: Request, flow: Flow) -> tuple[str, str] | None:
    """Return what should happen to a request now: lapse (and why), raise or remind; None for nothing."""
    now = timezone.now()
    why = gone(request) if request.state in OPEN else ""
    if request.state == GRANTED:
        why = why or lapse(request, flow, as_it_is(request, flow))
    if why:
        return "lapse", why
    if request.state != WAITING or request.due is None:
        return None
    if request.due < now:
        return "raise", ""
    ahead = max(timedelta(days=flow.days_for(request.step)) / 4, timedelta(hours=12))
    return ("remind", "") if not request.reminded and request.due - now < ahead else None


def press(request: Request, flow: Flow, *, raise_it: bool) -> dict[str, Any]:
    """Remind who should sign; or raise it to the next leader up, who may then sign too where a leader is asked."""
    if not raise_it:
        request.reminded = True
        told = sorted(waits_for(request, flow))
        telling.remind(request, flow, told)
        return {"reminded": _accounts(told)}
    leaders = list(chain(case(request), Roll.load()))
    request.raised = min(request.raised + 1, max(len(leaders) - 1, 0))
    request.due = timezone.now() + timedelta(days=flow.days_for(request.step))
    request.reminded = False
    may = waits_for(request, flow)
    above = set(leaders[request.raised : request.raised + 1])
    telling.overdue(request, flow, may, above - may)
    return {"raised": request.raised, "reminded": _accounts(may), "told": _accounts(above - may)}


def _accounts(users: Any) -> list[str]:
    return sorted(User.objects.filter(pk__in=list(users)).values_list("username", flat=True))
