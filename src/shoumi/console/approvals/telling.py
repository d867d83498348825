"""Who is told what about a request, through the notices room: the right people, once, with a place to go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import User
from shoumi.console.approvals.flow import Flow
from shoumi.console.approvals.models import GRANTED, LAPSED, REFUSED, RETURNED, WAITING, WITHDRAWN, Request
from shoumi.console.approvals.standing import waits_for
from shoumi.console.notices import tell

_APPLICANT = {
    GRANTED: _("Approved, it may be done now: {what} · {thing}"),
    RETURNED: _("Returned to you for change: {what} · {thing}"),
    REFUSED: _("Refused: {what} · {thing}"),
    LAPSED: _("The approval has lapsed: {what} · {thing}"),
}


def announce(request: Request, flow: Flow) -> None:
    """Tell how it stands now: those who may sign, or the applicant; those who had signed when it is withdrawn."""
    if request.state == WAITING:
        _tell(waits_for(request, flow), _("Waits for your approval: {what} · {thing}"), request, flow)
    elif request.state == WITHDRAWN:
        signed = {one.user_id for one in request.decisions.all()}
        _tell(signed, _("Withdrawn by the applicant: {what} · {thing}"), request, flow)
    elif request.state in _APPLICANT:
        urgency = "plain" if request.state == GRANTED else "amber"
        _tell({request.applicant_id}, _APPLICANT[request.state], request, flow, urgency)


def remind(request: Request, flow: Flow, users: Iterable[int]) -> None:
    """Remind those who may sign that it is due soon."""
    _tell(users, _("Still waits for your approval, and is due soon: {what} · {thing}"), request, flow, "amber")


def overdue(request: Request, flow: Flow, signers: Iterable[int], above: Iterable[int]) -> None:
    """Tell those who may sign that it is overdue, the leader above who may not, and the applicant."""
    _tell(signers, _("Overdue, waits for your approval: {what} · {thing}"), request, flow, "seal")
    _tell(above, _("Overdue in your units, not yet approved: {what} · {thing}"), request, flow, "amber")
    _tell({request.applicant_id}, _("Your request is overdue and went to the next leader: {what} · {thing}"),
          request, flow)  # fmt: skip


def _tell(users: Iterable[int], words: Any, request: Request, flow: Flow, urgency: str = "plain") -> None:
    found = list(User.objects.filter(pk__in=list(users), is_active=True))
    if found:
        address = reverse("approvals:request", args=(request.pk,))
        tell(found, format_lazy(words, what=flow.label, thing=request.title), address, urgency=urgency, thing=request)
