"""Loans: lent, prolonged, returned; carried out after approval, brought back. Each has one borrower and an end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, Done, Unmet
from shoumi.console.approvals import asking
from shoumi.console.custody import fields, flows
from shoumi.console.custody.actions._base import CarrierAction, cleared, may, not_past, people
from shoumi.console.custody.models import BORROW, CARRY, Carrier, Loan, Policy, Ticket
from shoumi.console.custody.models.loans import ASKED, CLOSED, OPEN, WITHDRAWN
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import NAMES, TOP


def due_limit(due: Any) -> None:
    """Raise Unmet for a day that is over, or later than loans may last."""
    not_past(due)
    last = timezone.localdate() + timedelta(days=Policy.current().loan_days)
    if due > last:
        raise Unmet(_("A loan lasts until %(day)s at most. It can be prolonged then.") % {"day": last.isoformat()})


class Lend(CarrierAction):
    """A cleared person borrows a carrier: purpose, day of return, and where the level asks a phone-locker ticket."""

    name = "custody.loan.lend"
    label = _("Lend")
    intro = _("Hand it over when this form is done. Where the level asks, the borrower's phone is locked away first.")
    step = "lend"

    class Input(fields.CustodyForm):
        """Who, for what, until when, with which ticket."""

        borrower = fields.PersonField(label=_("Borrower"))
        purpose = fields.text(_("Purpose"))
        where = fields.text(
            _("Where it is used"), _("The highest level is read in a designated room only."), required=False, most=200
        )
        due_on = fields.day(_("Due back on"), required=True)
        ticket = fields.text(
            _("Phone-locker ticket"), _("The number of the borrower's ticket, where the level asks for one."),
            required=False, most=40,
        )  # fmt: skip

    def initial(self) -> dict[str, Any]:
        return {"due_on": timezone.localdate()}

    def check(self) -> None:
        super().check()
        borrower = self.data["borrower"]
        if borrower.pk == self.target.custodian_id:
            raise Unmet(_("The custodian has this carrier already."))
        cleared(borrower, self.target.level)
        due_limit(self.data["due_on"])
        if self.target.level == TOP and not self.data["where"]:
            raise Unmet(_("Write down the designated room in which it is read."))
        self.ticket = ticket_for(self.target, borrower, self.data["ticket"].strip())

    def write(self) -> Done:
        data = self.data
        loan = Loan.objects.create(
            carrier=self.target, kind=BORROW, borrower=data["borrower"], purpose=data["purpose"], where=data["where"],
            due_on=data["due_on"], ticket=self.ticket, given_by=self.actor.get_full_name(),
        )  # fmt: skip
        self.target.take(self.step, loan.borrower)
        self.target.save()
        facts = people(borrower=loan.borrower, purpose=loan.purpose, due=loan.due_on, ticket=loan.ticket)
        return Done(self.target, facts, result=loan)


def ticket_for(carrier: Carrier, borrower: Any, number: str) -> Ticket | None:
    """Return the borrower's open ticket; raise Unmet when the level asks for one and there is none."""
    found = Ticket.objects.filter(number__iexact=number, person=borrower, returned_at=None).first() if number else None
    if number and found is None:
        raise Unmet(_("Ticket %(number)s is not an open ticket of the borrower.") % {"number": number})
    if found is None and Policy.current().wants_ticket(carrier.level):
        words = {"level": NAMES[carrier.level], "person": borrower.name}
        raise Unmet(_("%(level)s: the phone of %(person)s is locked away first. Issue a ticket, then lend.") % words)
    return found


class _LoanAction(Action):
    """Something about a loan."""

    roles = KEEPERS
    model = Loan

    def open_one(self) -> Loan:
        """Return the loan, if it is out; otherwise raise Unmet."""
        if self.target.state != OPEN:
            raise Unmet(_("This loan is over."))
        loan: Loan = self.target
        return loan


class Prolong(_LoanAction):
    """A later day of return."""

    name = "custody.loan.prolong"
    label = _("Prolong")

    class Input(fields.CustodyForm):
        """Until when, and why."""

        due_on = fields.day(_("Due back on"), required=True)
        reason = fields.reason()

    def check(self) -> None:
        if self.open_one().kind == CARRY:
            raise Unmet(_("What is carried out comes back on the day that was approved."))
        if self.target.overdue:
            raise Unmet(_("This loan is overdue. The carrier comes back first; then it may be lent again."))
        due_limit(self.data["due_on"])

    def write(self) -> Done:
        before, self.target.due_on = self.target.due_on, self.data["due_on"]
        self.target.save()
        facts = {"due": [before.isoformat(), self.target.due_on.isoformat()], "reason": self.data["reason"]}
        return Done(self.target.carrier, facts)


class Return(_LoanAction):
    """A carrier comes back to its custodian, who looks at it."""

    name = "custody.loan.return"
    label = _("Take back")
    intro = _("Count the pages or look at the medium. Who takes it back answers for it from now on.")

    class Input(fields.CustodyForm):
        """As it came back."""

        complete = forms.BooleanField(label=_("It is complete and unchanged"), required=False)
        found = fields.reason(_("What is not as it was"), required=False)

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if not data.get("complete") and not data.get("found"):
                self.add_error("found", _("Tick that it is complete, or write down what is not."))
            return data

    def check(self) -> None:
        self.open_one()

    def write(self) -> Done:
        loan, carrier = self.target, Carrier.objects.select_for_update().get(pk=self.target.carrier_id)
        loan.state, loan.ended, loan.taken_by = CLOSED, timezone.now(), self.actor.get_full_name()
        loan.found = self.data["found"]
        loan.save()
        carrier.take("return" if loan.kind == BORROW else "bring back")
        carrier.save()
        late = max((timezone.localdate() - loan.due_on).days, 0)
        return Done(carrier, {**people(borrower=loan.borrower, found=loan.found), "days_late": late})


class AskCarry(CarrierAction):
    """Somebody wants to carry a carrier out of the office: approval first."""

    name = "custody.carry.ask"
    label = _("Ask to carry it out")
    intro = _("Two people, protective measures, approval of the leader. The highest level never leaves the country.")
    step = "carry out"

    class Input(fields.CustodyForm):
        """Who, with whom, where, how protected, until when."""

        borrower = fields.PersonField(label=_("Who carries it"))
        companion = fields.PersonField(label=_("Second person"))
        purpose = fields.text(_("Reason"))
        where = fields.text(_("Where to"), most=200)
        route = fields.text(_("Route"))
        measures = fields.text(_("Protective measures"), _("Locked case, own car, never out of sight."))
        due_on = fields.day(_("Due back on"), required=True)
        abroad = fields.yes(_("It leaves the country"))

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("borrower") and data["borrower"] == data.get("companion"):
                self.add_error("companion", _("Two different people carry it."))
            return data

    def check(self) -> None:
        super().check()
        not_past(self.data["due_on"])
        carriable(self.target, abroad=self.data["abroad"])
        cleared(self.data["borrower"], self.target.level)
        cleared(self.data["companion"], self.target.level)
        if Loan.objects.filter(carrier=self.target, kind=CARRY, state=ASKED).exists():
            raise Unmet(_("Somebody asked already. Withdraw that first."))

    def write(self) -> Done:
        reason = self.data["purpose"]
        loan = Loan.objects.create(
            carrier=self.target, kind=CARRY, state=ASKED, given_by=self.actor.get_full_name(), **self.data
        )
        asking.ask(self, flows.CARRY_OUT, loan, loan.snapshot(), reason)
        return Done(self.target, loan.snapshot(), result=loan)


def carriable(carrier: Carrier, *, abroad: bool) -> None:
    """Raise Unmet for what never leaves the country (L2 art 29)."""
    if abroad and carrier.level == TOP:
        raise Unmet(_("The highest level is never carried out of the country."))


class CarryOut(_LoanAction):
    """What was approved leaves the office, with both people."""

    name = "custody.carry.start"
    label = _("Carry out")
    intro = _("Both people are here and take it now.")

    def check(self) -> None:
        if self.target.state != ASKED:
            raise Unmet(_("This does not wait for anything any more."))
        self.carrier = (
            Carrier.objects.select_for_update(of=("self",)).select_related("unit").get(pk=self.target.carrier_id)
        )
        may(self.carrier, "carry out")
        carriable(self.carrier, abroad=self.target.abroad)
        for one in (self.target.borrower, self.target.companion):
            cleared(one, self.carrier.level)
            if one.departed_on:
                raise Unmet(_("%(person)s has left. Ask again.") % {"person": one.name})
        not_past(self.target.due_on)
        self.request = asking.granted(flows.CARRY_OUT, self.target, self.target.snapshot())

    def write(self) -> Done:
        asking.spend(self.request)
        self.target.state, self.target.began = OPEN, timezone.now()
        self.target.given_by = self.actor.get_full_name()
        self.target.save()
        self.carrier.take("carry out", self.target.borrower)
        self.carrier.save()
        return Done(self.carrier, self.target.snapshot())


class WithdrawCarry(_LoanAction):
    """It is not carried out after all."""

    name = "custody.carry.withdraw"
    label = _("Take the request back")

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def check(self) -> None:
        if self.target.state != ASKED:
            raise Unmet(_("This does not wait for anything any more."))

    def write(self) -> Done:
        self.target.state = WITHDRAWN
        self.target.save()
        return Done(self.target.carrier, self.data)


def open_loans(carriers: Iterable[Carrier]) -> Any:
    """Return the loans that are out."""
    return Loan.objects.filter(carrier__in=list(carriers), state=OPEN)
