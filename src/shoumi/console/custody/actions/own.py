"""What a member of staff does about loans themself: ask for one, take the request back, ask to give back.

Approved, the keeper hands it out (``HandOut``); nobody takes a carrier by themself. Who asks learns nothing about what
is not for them: a number that is unknown, of another unit or above their clearance gets the same answer.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.approvals import asking
from shoumi.console.approvals.models import OPEN as PENDING
from shoumi.console.custody import fields, flows, reminding, states
from shoumi.console.custody.actions._base import cleared, may, not_past, people
from shoumi.console.custody.actions.loans import due_limit, ticket_for
from shoumi.console.custody.models import BORROW, Carrier, Loan
from shoumi.console.custody.models.loans import ASKED, OPEN, WITHDRAWN
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import TOP
from shoumi.console.notices import tell


def for_person(number: str, person: Any) -> Carrier:
    """Return a carrier that somebody may ask for: of their unit or one above, within their clearance."""
    path = person.unit.path
    rows = Carrier.objects.select_related("unit").filter(number__iexact=number.strip())
    found = next((one for one in rows if path.startswith(one.unit.path)), None)
    if found is None or found.state not in states.ASKABLE or not levels.cleared(person.category, found.level):
        raise Unmet(_("No carrier with this number can be lent to you. Look at the number, or ask its keeper."))
    return found


class AskLoan(Action):
    """Somebody asks to borrow a carrier; the leader of its unit approves, its keeper hands it out."""

    name = "custody.loan.ask"
    label = _("Ask for a loan")
    intro = _("The leader of the carrier's unit approves it; then its keeper hands it to you, where the level asks "
              "against a phone-locker ticket.")  # fmt: skip
    personal = True

    class Input(fields.CustodyForm):
        """Which, for what, where, until when."""

        number = fields.text(_("Ledger number"), _("It stands on the label and in the register."), most=80)
        purpose = fields.text(_("Purpose"))
        where = fields.text(
            _("Where it is used"), _("The highest level is read in a designated room only."), required=False, most=200
        )
        due_on = fields.day(_("Due back on"), required=True)

    def initial(self) -> dict[str, Any]:
        return {"due_on": timezone.localdate()}

    def check(self) -> None:
        person = self.actor.person
        self.carrier = for_person(self.data["number"], person)
        if person.pk in {self.carrier.custodian_id, self.carrier.holder_id}:
            raise Unmet(_("You hold this carrier already."))
        due_limit(self.data["due_on"])
        if self.carrier.level == TOP and not self.data["where"]:
            raise Unmet(_("Write down the designated room in which it is read."))
        self.earlier = list(Loan.objects.filter(carrier=self.carrier, borrower=person, kind=BORROW, state=ASKED))
        for one in self.earlier:
            if asking.state(flows.LOAN, one).state in PENDING:
                raise Unmet(_("You have asked for it already. Take that request back first."))

    def write(self) -> Done:
        for one in self.earlier:  # refused or lapsed: it waits for nothing any more
            one.state = WITHDRAWN
            one.save()
        data = self.data
        loan = Loan.objects.create(
            carrier=self.carrier, kind=BORROW, state=ASKED, borrower=self.actor.person, purpose=data["purpose"],
            where=data["where"], due_on=data["due_on"],
        )  # fmt: skip
        asking.ask(self, flows.LOAN, loan, loan.wanted(), loan.purpose)
        return Done(self.carrier, people(borrower=loan.borrower, purpose=loan.purpose, due=loan.due_on), result=loan)


class _Own(Action):
    """Something about one's own loan."""

    personal = True
    model = Loan

    def owner(self) -> Any:
        account = getattr(self.target.borrower, "account", None)
        return account.pk if account is not None else 0


class TakeBack(_Own):
    """One's own request is no longer wanted."""

    name = "custody.loan.withdraw"
    label = _("Take the request back")
    intro = _("You need it no longer; nobody has to decide any more.")

    def check(self) -> None:
        if self.target.kind != BORROW or self.target.state != ASKED:
            raise Unmet(_("This does not wait for anything any more."))

    def write(self) -> Done:
        self.target.state = WITHDRAWN
        self.target.save()
        return Done(self.target.carrier, people(borrower=self.target.borrower))


class AskReturn(_Own):
    """The borrower wants to give it back: the keepers are told and find it among what waits."""

    name = "custody.loan.offer"
    label = _("Ask to give it back")
    intro = _("The keeper is told and arranges when to take it back. Until then you answer for it.")

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This loan is over."))
        if self.target.offered is not None:
            raise Unmet(_("The keeper knows already that you want to give it back."))

    def write(self) -> Done:
        loan = self.target
        loan.offered = timezone.now()
        loan.save()
        sentence = format_lazy(
            _("{person} wants to give back {number}."), person=loan.borrower.name, number=loan.carrier.number
        )
        address = reverse("custody:carrier", args=(loan.carrier_id,))
        tell(reminding.officers(loan.unit_path), sentence, address, urgency="amber", thing=loan)
        return Done(loan.carrier, people(borrower=loan.borrower))


class HandOut(Action):
    """The keeper hands out what was asked for and approved, where the level asks against a phone-locker ticket."""

    name = "custody.loan.hand-out"
    label = _("Hand it out")
    intro = _("The borrower is here. Where the level asks, their phone is locked away first.")
    roles = KEEPERS
    model = Loan

    class Input(fields.CustodyForm):
        """With which ticket."""

        ticket = fields.text(
            _("Phone-locker ticket"), _("The number of the borrower's ticket, where the level asks for one."),
            required=False, most=40,
        )  # fmt: skip

    def check(self) -> None:
        loan = self.target
        if loan.kind != BORROW or loan.state != ASKED:
            raise Unmet(_("This does not wait for anything any more."))
        self.carrier = Carrier.objects.select_for_update(of=("self",)).select_related("unit").get(pk=loan.carrier_id)
        may(self.carrier, "lend")
        if loan.borrower.departed_on:
            raise Unmet(_("%(person)s has left. Ask again.") % {"person": loan.borrower.name})
        cleared(loan.borrower, self.carrier.level)
        not_past(loan.due_on)
        self.request = asking.granted(flows.LOAN, loan, loan.wanted())
        self.ticket = ticket_for(self.carrier, loan.borrower, self.data["ticket"].strip())

    def write(self) -> Done:
        asking.spend(self.request)
        loan = self.target
        loan.state, loan.began, loan.ticket = OPEN, timezone.now(), self.ticket
        loan.given_by = self.actor.get_full_name()
        loan.save()
        self.carrier.take("lend", loan.borrower)
        self.carrier.save()
        facts = people(borrower=loan.borrower, purpose=loan.purpose, due=loan.due_on, ticket=loan.ticket)
        return Done(self.carrier, facts, result=loan)
