"""Destruction: listed, approved, carried out before two supervisors who check every item and both sign (L2 art 28).

No supervisor is custodian of anything on the list, and none is who made it. With the second signature everything on
the list is destroyed at once, and the certificate gets its number; until then nothing is.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.approvals import asking
from shoumi.console.custody import fields, flows
from shoumi.console.custody.actions._base import ListAction, cleared, go, locked, may_all, people
from shoumi.console.custody.models import Carrier, Counter, Destruction, DestructionItem
from shoumi.console.custody.models.lists import CANCELLED, DONE, OPEN
from shoumi.console.custody.rights import KEEPERS


def supervisors(first: Person, second: Person, carriers: list[Carrier], maker: Any = None) -> None:
    """Raise Unmet unless both may supervise: in post, cleared, custodians of nothing listed, not who made it."""
    if first.pk == second.pk:
        raise Unmet(_("Two different people supervise."))
    for person in (first, second):
        if person.departed_on:
            raise Unmet(_("%(person)s has left. Cancel this list.") % {"person": person.name})
        if person.pk == maker:
            raise Unmet(_("Who makes the list does not supervise it."))
        for one in carriers:
            if person.pk == one.custodian_id:
                words = {"person": person.name, "number": one.number}
                raise Unmet(_("%(person)s is custodian of %(number)s and cannot supervise its destruction.") % words)
            cleared(person, one.level)


class ListDestruction(ListAction):
    """Carriers are put on a list for destruction; they can do nothing else until they are struck from it."""

    name = "custody.destruction.list"
    label = _("List for destruction")
    intro = _("Count every item. The list goes to the leader for approval; two supervisors see it destroyed and sign.")
    step = "condemn"

    class Input(fields.CustodyForm):
        """What, why, how, before whom."""

        everywhere = ("first", "second")
        carriers = fields.CarriersField()
        reason = fields.text(_("Reason"))
        method = fields.text(_("How"), _("Shredded to dust, smelted, degaussed and crushed."), most=200)
        where = fields.text(
            _("Where, by whom"), _("A designated plant, or here for small lots on certified machines."), most=200
        )
        first = fields.PersonField(label=_("First supervisor"))
        second = fields.PersonField(label=_("Second supervisor"))

    def check(self) -> None:
        super().check()
        if not self.chosen:
            raise Unmet(_("Name at least one carrier."))
        maker = getattr(self.actor, "person_id", None)
        supervisors(self.data["first"], self.data["second"], self.chosen, maker)
        if len({one.unit_id for one in self.chosen}) > 1:
            raise Unmet(_("One list holds carriers of one unit. Make a second one."))

    def write(self) -> Done:
        values = {name: value for name, value in self.data.items() if name != "carriers"}
        made = Destruction.objects.create(
            number=Counter.next("X"), unit=self.chosen[0].unit, made_by=self.actor.get_full_name(), **values
        )
        go(self.chosen, self.step)
        DestructionItem.objects.bulk_create(DestructionItem(destruction=made, carrier=one) for one in self.chosen)
        facts = {**people(**values), "carriers": [one.number for one in self.chosen]}
        return Done(made, facts, result=made)


class _OnList(Action):
    """Something about a list that is still open."""

    model = Destruction
    roles = KEEPERS

    def items(self) -> Any:
        """Return the items that still stand on it."""
        return self.target.items.filter(open=True).select_related("carrier").order_by("carrier__number")

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This list is closed."))
        self.chosen = locked(item.carrier for item in self.items())

    def unsigned(self) -> None:
        """Raise Unmet when a supervisor has signed already: what was checked does not change."""
        if self.target.signed:
            raise Unmet(_("A supervisor has signed already. The list stays as it is; cancel it if it is wrong."))


class Strike(_OnList):
    """An item comes off the list: it is needed still, or it is not there. An approval for the longer list lapses."""

    name = "custody.destruction.strike"
    label = _("Strike an item")

    class Input(fields.CustodyForm):
        """Which, and why."""

        number = fields.text(_("Ledger number"), most=60)
        reason = fields.reason()

    def check(self) -> None:
        super().check()
        self.unsigned()
        self.item = self.items().filter(carrier__number=self.data["number"].strip()).first()
        if self.item is None:
            raise Unmet(_("This number is not on the list."))

    def write(self) -> Done:
        carrier = next(one for one in self.chosen if one.pk == self.item.carrier_id)
        go([carrier], "spare")
        self.item.open, self.item.struck = False, self.data["reason"]
        self.item.save()
        return Done(self.target, self.data)


class AskDestruction(_OnList):
    """The list goes to the leader."""

    name = "custody.destruction.ask"
    label = _("Ask for approval")
    intro = _("The leader approves exactly this list. Whatever changes on it afterwards needs a new approval.")

    def check(self) -> None:
        super().check()
        if not self.chosen:
            raise Unmet(_("Nothing is left on this list. Cancel it."))

    def write(self) -> Done:
        snapshot = self.target.snapshot()
        asking.ask(self, flows.DESTROY, self.target, snapshot, self.target.reason)
        return Done(self.target, {"carriers": snapshot["items"]})


class Supervise(_OnList):
    """A supervisor has seen every item destroyed, ticks each, and signs. The second signature ends it."""

    name = "custody.destruction.supervise"
    label = _("Sign as supervisor")
    intro = _("You have compared every carrier with the list and have seen it destroyed. This cannot be undone.")
    roles = frozenset()
    personal = True
    sensitive = grave = True

    class Input(fields.CustodyForm):
        """Every item, ticked one by one."""

        seen = forms.MultipleChoiceField(
            label=_("Seen destroyed"), widget=forms.CheckboxSelectMultiple,
            help_text=_("Tick each one. What is not there must be struck from the list first."),
        )  # fmt: skip

        def limit(self) -> None:
            super().limit()
            rows = self.target.items.filter(open=True).select_related("carrier").order_by("carrier__number")
            self.fields["seen"].choices = [
                (row.carrier.number, f"{row.carrier.number} · {row.carrier.title}") for row in rows
            ]

        def clean_seen(self) -> list[str]:
            seen = self.cleaned_data["seen"]
            left = [number for number, _label in self.fields["seen"].choices if number not in seen]
            if left:
                words = {"numbers": ", ".join(left[:10])}
                raise forms.ValidationError(_("Not ticked: %(numbers)s. Each item is seen, or struck.") % words)
            return list(seen)

    def owner(self) -> Any:
        mine = getattr(self.actor, "person_id", None)
        return getattr(self.actor, "pk", None) if mine in {self.target.first_id, self.target.second_id} else None

    def check(self) -> None:
        super().check()
        if not self.target.waits_for(self.actor.person):
            raise Unmet(_("You have signed already. The other supervisor signs next."))
        may_all(self.chosen, "destroy")
        supervisors(self.target.first, self.target.second, self.chosen)
        self.request = asking.granted(flows.DESTROY, self.target, self.target.snapshot())

    def write(self) -> Done:
        listed, now = self.target, timezone.now()
        side = "first" if self.actor.person_id == listed.first_id else "second"
        setattr(listed, f"{side}_signed", now)
        facts: dict[str, Any] = {"side": side, "seen": self.data["seen"]}
        if listed.signed == 2:
            facts |= self._end()
        listed.save()
        return Done(listed, facts)

    def _end(self) -> dict[str, str]:
        asking.spend(self.request)
        go(self.chosen, "destroy")
        self.items().update(open=False)
        self.target.state, self.target.certificate = DONE, Counter.next("Z")
        return {"certificate": self.target.certificate}


class CancelDestruction(_OnList):
    """Nothing on the list is destroyed; everything goes back to its place."""

    name = "custody.destruction.cancel"
    label = _("Cancel list")

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def write(self) -> Done:
        go(self.chosen, "spare")
        self.items().update(open=False)
        self.target.state = CANCELLED
        self.target.save()
        return Done(self.target, {**self.data, "carriers": [one.number for one in self.chosen]})
