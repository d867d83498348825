"""What staff have asked to borrow, and how each request stands; a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Q
from django.db.models.functions import Cast
from django.urls import reverse

from shoumi.console.approvals.models import GRANTED, Request
from shoumi.console.custody import flows
from shoumi.console.custody.models.loans import ASKED, BORROW, OPEN, Loan


@dataclass(frozen=True, slots=True)
class Asked:
    """A loan that somebody asked for: how its request stands, and where that is."""

    loan: Loan
    state: Any
    tone: str
    address: str


def granted() -> Q:
    """Return the condition that a loan was asked for and approved, and waits to be handed out."""
    rows = Request.objects.filter(flow=flows.LOAN.name, kind="custody.loan", state=GRANTED)
    keys = rows.annotate(loan=Cast("key", BigIntegerField())).values("loan")
    return Q(kind=BORROW, state=ASKED, pk__in=keys)


def asked(person: Any) -> list[Asked]:
    """Return what somebody asked for and does not have yet."""
    loans = list(Loan.objects.filter(borrower=person, kind=BORROW, state=ASKED).select_related("carrier"))
    keys = [str(loan.pk) for loan in loans]
    rows = Request.objects.filter(flow=flows.LOAN.name, kind="custody.loan", key__in=keys) if loans else ()
    newest = {row.key: row for row in sorted(rows, key=lambda row: row.pk)}
    return [_asked(loan, newest.get(str(loan.pk))) for loan in loans]


def _asked(loan: Loan, request: Any) -> Asked:
    if request is None:
        return Asked(loan, loan.get_state_display(), "amber", "")
    return Asked(loan, request.get_state_display(), request.tone, reverse("approvals:request", args=(request.pk,)))


def borrowed(person: Any) -> Any:
    """Return what somebody has borrowed or carried out, soonest due first."""
    return Loan.objects.filter(borrower=person, state=OPEN).select_related("carrier__custodian").order_by("due_on")
