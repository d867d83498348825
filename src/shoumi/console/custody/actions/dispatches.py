"""Carriers leave for elsewhere: sealed, carried by named couriers, acknowledged by receipt or accepted by a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.custody import fields, missing
from shoumi.console.custody.actions._base import ListAction, go, locked, may_all, people
from shoumi.console.custody.actions.carriers import fit
from shoumi.console.custody.models import Carrier, Counter, Dispatch, DispatchItem, Place
from shoumi.console.custody.models.lists import BACK, BROKEN, DONE, IN_HOUSE, OPEN, ROUTES, SEALS
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import TOP


class Send(ListAction):
    """Carriers are packed, sealed and handed to couriers; never by ordinary post (State Secrets Law art 28)."""

    name = "custody.dispatch.send"
    label = _("Dispatch")
    intro = _("Confidential post or own couriers, never ordinary post. The highest level travels with two couriers.")
    step = "send"

    class Input(fields.CustodyForm):
        """What, to whom, how, under which seal."""

        carriers = fields.CarriersField()
        to_unit = forms.ModelChoiceField(
            Unit.objects,
            label=_("To a unit of the house"),
            required=False,
            help_text=_("Left empty: to another organisation."),
        )
        to = fields.text(_("Addressee"), _("The organisation, or the name of who receives it."), most=200)
        route = forms.ChoiceField(label=_("Way"), choices=ROUTES)
        path_taken = fields.text(_("Route"), required=False)
        courier = fields.text(_("Courier"), most=100)
        second = fields.text(_("Second courier"), _("Needed for the highest level."), required=False, most=100)
        seal = fields.text(_("Seal numbers"), _("Of every envelope or case."), most=200)

        def limit(self) -> None:
            super().limit()
            self.fields["to_unit"].queryset = Unit.objects.filter(closed_on=None)

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("second") and data["second"].strip() == (data.get("courier") or "").strip():
                self.add_error("second", _("The second courier is somebody else."))
            if data.get("route") == IN_HOUSE and not data.get("to_unit"):
                self.add_error("to_unit", _("Inside the house it goes to a unit. Choose it."))
            return data

    def check(self) -> None:
        super().check()
        if not self.chosen:
            raise Unmet(_("Name at least one carrier."))
        if len({one.unit_id for one in self.chosen}) > 1:
            raise Unmet(_("One dispatch holds carriers of one unit. Make a second one."))
        if any(one.level == TOP for one in self.chosen) and not self.data["second"]:
            raise Unmet(_("The highest level travels with two couriers. Name the second."))
        if self.data["to_unit"] and self.data["to_unit"].pk == self.chosen[0].unit_id:
            raise Unmet(_("These carriers belong to this unit already."))

    def write(self) -> Done:
        values = {name: value for name, value in self.data.items() if name != "carriers"}
        dispatch = Dispatch.objects.create(
            number=Counter.next("D"), unit=self.chosen[0].unit, sent_by=self.actor.get_full_name(), **values
        )
        go(self.chosen, self.step)
        DispatchItem.objects.bulk_create(DispatchItem(dispatch=dispatch, carrier=one) for one in self.chosen)
        return Done(dispatch, {"carriers": [one.number for one in self.chosen], **people(**values)})


class _Ending(Action):
    """The end of a dispatch."""

    roles = KEEPERS
    model = Dispatch
    step = ""

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This dispatch has ended already."))
        self.chosen = locked(item.carrier for item in self.items())
        may_all(self.chosen, self.step)

    def items(self) -> Any:
        """Return the items that are still on their way."""
        return self.target.items.filter(open=True).select_related("carrier")

    def end(self, state: str, **values: Any) -> Done:
        """Close the dispatch and its items."""
        self.items().update(open=False)
        for name, value in {"state": state, "ended": timezone.now(), **values}.items():
            setattr(self.target, name, value)
        self.target.save()
        if values.get("seal_state") == BROKEN:
            loss = missing.Loss(missing.SEAL, self.chosen, self.target.unit, self.target, self.target.seal)
            missing.tell(self, loss)
        return Done(self.target, {"carriers": [one.number for one in self.chosen], **people(**values)})


class ReceiptForm(fields.CustodyForm):
    """Who took it, in which state."""

    received_by = fields.text(_("Received and signed by"), most=100)
    receipt = fields.text(_("Receipt"), _("Number of the receipt that came back."), most=100)
    seal_state = forms.ChoiceField(label=_("State of the seal"), choices=SEALS[:2])
    note = fields.reason(_("Note"), required=False)


class Acknowledge(_Ending):
    """The receipt of another organisation came back: it answers for the carriers from now on."""

    name = "custody.dispatch.receipt"
    label = _("Record the receipt")
    step = "acknowledge"
    Input = ReceiptForm

    def check(self) -> None:
        super().check()
        if self.target.to_unit_id:
            raise Unmet(_("The unit that it goes to accepts it itself."))

    def write(self) -> Done:
        go(self.chosen, self.step)
        return self.end(DONE, **self.data)


class Accept(_Ending):
    """A unit of the house accepts what was sent to it: counted, the seal looked at, signed for."""

    name = "custody.dispatch.accept"
    label = _("Accept")
    intro = _("Look at the seal, count every carrier, then sign. From now on your unit answers for them.")
    sensitive = True
    step = "accept"

    class Input(fields.CustodyForm):
        """Who keeps it here, and how it arrived."""

        custodian = fields.PersonField(label=_("Custodian"))
        place = forms.ModelChoiceField(Place.objects, label=_("Kept in"), required=False)
        seal_state = forms.ChoiceField(label=_("State of the seal"), choices=SEALS[:2])
        note = fields.reason(_("Note"), required=False)

    def units(self) -> Iterable[str]:
        return (self.target.to_unit.path,) if self.target.to_unit_id else (self.target.unit.path,)

    def check(self) -> None:
        super().check()
        if not self.target.to_unit_id:
            raise Unmet(_("It went to another organisation. Record its receipt."))
        for one in self.chosen:
            fit({"custodian": self.data["custodian"], "place": self.data["place"], "level": one.level})

    def write(self) -> Done:
        for one in self.chosen:
            one.unit, one.custodian = self.target.to_unit, self.data["custodian"]
            one.place = self.data["place"]
            one.take(self.step)
        Carrier.objects.bulk_update(self.chosen, ["unit", "custodian", "place", "state", "since", "holder"])
        ended = {
            "received_by": self.actor.get_full_name(),
            "seal_state": self.data["seal_state"],
            "note": self.data["note"],
        }
        return self.end(DONE, **ended)


class CameBack(_Ending):
    """It could not be delivered and is back with its custodian."""

    name = "custody.dispatch.back"
    label = _("Record that it came back")
    step = "send back"

    class Input(fields.CustodyForm):
        """Why, and how."""

        seal_state = forms.ChoiceField(label=_("State of the seal"), choices=SEALS[:2])
        note = fields.reason()

    def write(self) -> Done:
        go(self.chosen, self.step)
        return self.end(BACK, **self.data)
