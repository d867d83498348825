"""Hand-overs: listed, signed by who gives, signed by who takes; only then somebody else is custodian."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.custody import fields, states
from shoumi.console.custody.actions._base import cleared, locked, may_all, paths, people
from shoumi.console.custody.models import Carrier, Counter, HandOver, HandOverItem, Loan
from shoumi.console.custody.models.lists import CANCELLED, DONE, OPEN, REASONS
from shoumi.console.custody.models.loans import OPEN as OUT
from shoumi.console.custody.rights import KEEPERS

_STEP = "hand over"


def in_custody(person: Person) -> Any:
    """Return what a person must hand over: everything they are custodian of that is still alive."""
    return Carrier.objects.filter(custodian=person, state__in=sorted(states.LIVE))


def borrowed(person: Person) -> Any:
    """Return the loans that a person must give back."""
    return Loan.objects.filter(Q(borrower=person) | Q(companion=person), state=OUT)


class Propose(Action):
    """A hand-over is listed; nothing changes until both have signed."""

    name = "custody.handover.list"
    label = _("List a hand-over")
    intro = _(
        "Left empty, the list holds everything that this person is custodian of. Nothing moves until both have signed."
    )
    roles = KEEPERS

    class Input(fields.CustodyForm):
        """From whom to whom, what, why."""

        giver = fields.PersonField(label=_("Who gives"))
        taker = fields.PersonField(label=_("Who takes"))
        reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)
        carriers = fields.CarriersField(required=False)
        note = fields.reason(_("Note"), required=False)

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            giver, taker = data.get("giver"), data.get("taker")
            if giver and giver == taker:
                self.add_error("taker", _("Nobody hands over to oneself."))
            if giver and not data.get("carriers"):
                data["carriers"] = list(in_custody(giver).select_related("unit", "custodian", "place"))
            return data

    def units(self) -> Iterable[str]:
        two = [one.unit.path for one in (self.data.get("giver"), self.data.get("taker")) if one]
        return (*paths(self.data.get("carriers") or ()), *two)

    def check(self) -> None:
        self.chosen = locked(self.data["carriers"])
        if not self.chosen:
            raise Unmet(_("This person is custodian of nothing."))
        may_all(self.chosen, _STEP)
        for one in self.chosen:
            if one.custodian_id != self.data["giver"].pk:
                raise Unmet(_("%(number)s is in the custody of somebody else.") % {"number": one.number})
            cleared(self.data["taker"], one.level)
        listed = HandOverItem.objects.filter(carrier__in=self.chosen, open=True).select_related("carrier").first()
        if listed:
            raise Unmet(_("%(number)s stands on another hand-over already.") % {"number": listed.carrier.number})

    def write(self) -> Done:
        giver, taker = self.data["giver"], self.data["taker"]
        made = HandOver.objects.create(
            number=Counter.next("H"), unit=giver.unit, giver=giver, taker=taker, reason=self.data["reason"],
            note=self.data["note"], made_by=self.actor.get_full_name(),
        )  # fmt: skip
        HandOverItem.objects.bulk_create(HandOverItem(hand_over=made, carrier=one) for one in self.chosen)
        facts = people(giver=giver, taker=taker, reason=self.data["reason"])
        return Done(made, {**facts, "carriers": [one.number for one in self.chosen]}, result=made)


class _Signature(Action):
    """One side's signature. The giver signs first, the taker last; with the second the custody passes."""

    model = HandOver
    sensitive = True

    def open_one(self) -> HandOver:
        """Return the hand-over, if it waits; otherwise raise Unmet."""
        if self.target.state != OPEN:
            raise Unmet(_("This hand-over is over."))
        hand_over: HandOver = self.target
        return hand_over

    def sign(self, side: str, paper: str = "") -> Done:
        """Write a signature down; pass the custody when it is the last."""
        hand_over = self.target
        setattr(hand_over, f"{side}_signed", timezone.now())
        setattr(hand_over, f"{side}_paper", paper)
        numbers = pass_on(hand_over) if hand_over.giver_signed and hand_over.taker_signed else []
        hand_over.save()
        facts = people(side=side, person=getattr(hand_over, side), paper=paper)
        return Done(hand_over, {**facts, "passed": numbers} if numbers else facts)


def check_side(hand_over: HandOver, side: str) -> None:
    """Raise Unmet when it is not this side's turn, or what is listed changed since."""
    if getattr(hand_over, f"{side}_signed"):
        raise Unmet(_("This side has signed already."))
    if side == "taker" and not hand_over.giver_signed:
        raise Unmet(_("Who gives signs first."))
    carriers = locked(item.carrier for item in hand_over.items.filter(open=True).select_related("carrier"))
    if not carriers:
        raise Unmet(_("Nothing is left on this list. Cancel it."))
    may_all(carriers, _STEP)
    for one in carriers:
        if one.custodian_id != hand_over.giver_id:
            raise Unmet(_("%(number)s is in the custody of somebody else.") % {"number": one.number})
        cleared(hand_over.taker, one.level)
        if one.holder_id == hand_over.taker_id and one.state in states.OUT:
            raise Unmet(_("Who takes has borrowed %(number)s. It comes back first.") % {"number": one.number})
    if hand_over.taker.departed_on:
        raise Unmet(_("%(person)s has left. Cancel this list.") % {"person": hand_over.taker.name})


def pass_on(hand_over: HandOver) -> list[str]:
    """Make the taker custodian of everything on the list."""
    carriers = locked(item.carrier for item in hand_over.items.filter(open=True).select_related("carrier"))
    for one in carriers:
        one.custodian = hand_over.taker
        if one.state not in states.OUT:
            one.holder = hand_over.taker
    Carrier.objects.bulk_update(carriers, ["custodian", "holder"])
    hand_over.items.filter(open=True).update(open=False)
    hand_over.state = DONE
    return [one.number for one in carriers]


class SignGiver(_Signature):
    """Who gives signs: everything on the list is there."""

    name = "custody.handover.give"
    label = _("Sign: I hand this over")
    intro = _("Everything on the list is complete and goes to the other side.")
    personal = True

    def owner(self) -> Any:
        return getattr(getattr(self.target.giver, "account", None), "pk", None)

    def check(self) -> None:
        check_side(self.open_one(), "giver")

    def write(self) -> Done:
        return self.sign("giver")


class SignTaker(_Signature):
    """Who takes signs: everything on the list was seen and counted. Custody passes at this moment."""

    name = "custody.handover.take"
    label = _("Sign: I take this over")
    intro = _("You have seen and counted every carrier on the list. From this moment you answer for them.")
    personal = True

    class Input(fields.CustodyForm):
        """A word about the counting."""

        counted = forms.BooleanField(label=_("I have seen and counted every carrier on the list"))

    def owner(self) -> Any:
        return getattr(getattr(self.target.taker, "account", None), "pk", None)

    def check(self) -> None:
        check_side(self.open_one(), "taker")

    def write(self) -> Done:
        return self.sign("taker")


class SignOnPaper(_Signature):
    """The officer records the paper signature of somebody who has no account."""

    name = "custody.handover.paper"
    label = _("Record a signature on paper")
    intro = _("Only for somebody without an account. Both have signed before your eyes; the paper stays in the file.")
    roles = KEEPERS

    class Input(fields.CustodyForm):
        """Whose, and where the paper is."""

        side = forms.ChoiceField(label=_("Side"), choices=(("giver", _("who gives")), ("taker", _("who takes"))))
        paper = fields.text(_("Where the paper is kept"), most=200)

    def check(self) -> None:
        hand_over = self.open_one()
        person = getattr(hand_over, self.data["side"])
        if getattr(self.actor, "person_id", None) in {hand_over.giver_id, hand_over.taker_id}:
            raise Unmet(_("You are one of the two sides. Another officer records the paper."))
        account = getattr(person, "account", None)
        if account is not None and account.is_active:
            raise Unmet(_("%(person)s has an account and signs in person.") % {"person": person.name})
        check_side(hand_over, self.data["side"])

    def write(self) -> Done:
        return self.sign(self.data["side"], f"{self.data['paper']} · {self.actor.get_full_name()}")


class Cancel(Action):
    """A hand-over that does not take place. Nothing has moved."""

    name = "custody.handover.cancel"
    label = _("Cancel hand-over")
    roles = KEEPERS
    model = HandOver

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This hand-over is over."))

    def write(self) -> Done:
        self.target.items.filter(open=True).update(open=False)
        self.target.state = CANCELLED
        self.target.save()
        return Done(self.target, self.data)
