"""Deciding item by item, each with a reason: the compiler proposes, the reviewer decides, the approver decides.

Whoever decides first in an empty seat takes it. Nobody takes two seats of one manuscript, neither now nor later: what
somebody once decided in one seat bars them from the others.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.compilation import fields, rights
from shoumi.console.areas.compilation.models import (
    APPROVER,
    APPROVING,
    ASK,
    COMPILER,
    COMPILING,
    REVIEWER,
    REVIEWING,
    Decision,
    Item,
    Manuscript,
)
from shoumi.console.findings import telling
from shoumi.console.notices import tell


class _Decide(Action):
    """A decision about one item."""

    model = Item
    seat: ClassVar[str] = ""
    state: ClassVar[str] = ""

    class Input(ActionForm):
        """What, and why."""

        verdict = fields.verdict()
        because = fields.because(_("Reason"), _("Whoever reads the review form should understand it without asking."))

    def check(self) -> None:
        thing = lock(self.target)
        if thing.state != self.state:
            raise Unmet(
                _("The manuscript is not with you now: it is %(state)s.") % {"state": thing.get_state_display()}
            )
        if self.target.last != thing.version:
            raise Unmet(_("This no longer stands in the manuscript; nothing is to be decided."))
        may_sit(self.actor, thing, self.seat)
        self.thing = thing

    def write(self) -> Done:
        item, thing = self.target, self.thing
        verdict, because = self.data["verdict"], self.data["because"].strip()
        take_seat(self.actor, thing, self.seat)
        Decision.objects.create(
            item=item, seat=self.seat, verdict=verdict, because=because, by=self.actor, version=thing.version
        )
        self.settle(item, verdict, because)
        item.save()
        thing.recount()
        thing.save()
        return Done(item, {"manuscript": thing.number, "verdict": verdict, "reason": because, "version": thing.version})

    def settle(self, item: Item, verdict: str, because: str) -> None:
        """Write the decision into its place."""
        raise NotImplementedError


def lock(item: Item) -> Manuscript:
    """Return the item's manuscript, locked: two decisions count one after the other."""
    return Manuscript.objects.select_for_update(of=("self",)).select_related("unit").get(pk=item.manuscript_id)


def may_sit(user: Any, thing: Manuscript, seat: str) -> None:
    """Raise Unmet unless somebody has this seat, or may take it."""
    if user.pk == thing.compiler_id and seat != COMPILER:
        raise Unmet(_("You compiled this manuscript. Others decide."))
    holder = {REVIEWER: thing.reviewer, APPROVER: thing.approver}.get(seat)
    if seat != COMPILER and not rights.free(holder) and holder is not None and holder.pk != user.pk:
        raise Unmet(_("%(name)s decides about this manuscript.") % {"name": holder.get_full_name()})
    others = {key for name, key in rights.seats(thing).items() if name not in (seat, "publisher")}
    decided = Decision.objects.filter(item__manuscript=thing, by=user).exclude(seat=seat).exists()
    if user.pk in others or decided:
        raise Unmet(_("Compiler, reviewer and approver are three people; you have another part in it."))


def take_seat(user: Any, thing: Manuscript, seat: str) -> None:
    """Sit down."""
    if seat == REVIEWER:
        thing.reviewer = user
    elif seat == APPROVER:
        thing.approver = user


class Propose(_Decide):
    """The compiler says where an item comes from and why it may stay, or that it will go."""

    name = "compilation.item.propose"
    label = _("Explain")
    intro = _("Say where it comes from and why it may stay. What has to go is taken out in the next version.")
    personal = True
    seat, state = COMPILER, COMPILING

    def owner(self) -> Any:
        return self.target.manuscript.compiler_id

    def initial(self) -> dict[str, Any]:
        return {"verdict": self.target.proposed, "because": self.target.proposed_because}

    def settle(self, item: Item, verdict: str, because: str) -> None:
        item.proposed, item.proposed_because = verdict, because


class Review(_Decide):
    """The secrecy reviewer decides."""

    name = "compilation.item.review"
    label = _("Review")
    roles = rights.REVIEWS
    seat, state = REVIEWER, REVIEWING

    def initial(self) -> dict[str, Any]:
        return {"verdict": self.target.reviewed, "because": self.target.reviewed_because}

    def settle(self, item: Item, verdict: str, because: str) -> None:
        item.reviewed, item.reviewed_because, item.reviewed_by = verdict, because, self.actor.get_full_name()
        if verdict == ASK and item.document:
            self._ask(item)

    def _ask(self, item: Item) -> None:
        """Tell the officers of the unit to which the document belongs that it is asked about."""
        from django.utils.text import format_lazy

        from shoumi.console.scans import reviewing

        unit = reviewing.keeper(item.document)
        told = [one for one in telling.officers(unit) if one.pk != self.actor.pk] if unit is not None else []
        sentence = format_lazy(
            _("{who} asks whether an excerpt of a document of your unit may be published: {what}"),
            who=self.actor.get_full_name(), what=self.thing.number,
        )  # fmt: skip
        tell(told, sentence, "", urgency="amber", thing=item)


class Judge(_Decide):
    """The responsible approver decides."""

    name = "compilation.item.judge"
    label = _("Decide this item")
    roles = rights.APPROVE
    seat, state = APPROVER, APPROVING

    def initial(self) -> dict[str, Any]:
        return {"verdict": self.target.approved, "because": self.target.approved_because}

    def settle(self, item: Item, verdict: str, because: str) -> None:
        item.approved, item.approved_because, item.approved_by = verdict, because, self.actor.get_full_name()
