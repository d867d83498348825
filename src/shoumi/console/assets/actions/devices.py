"""Devices: bought, entered in the ledger, corrected; numbers that no device carries, explained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, changes, plain
from shoumi.console.assets import kinds, ledger, lifecycle, serials
from shoumi.console.assets.actions.fields import (
    day,
    next_free,
    numbers_of,
    past,
    reach_of,
    somebody,
    staff,
    text,
    unit,
)  # fmt: skip
from shoumi.console.assets.models import Device, Event, Void

_TYPED = ("serial", "disks", "macs", "imeis")  # as typed; what was read of them stands in "numbers"
OWN = ("kind", "level", "make", "model", "place", "bought_on", "label", "network", "note")


class Bought(ActionForm):
    """What is known when it was bought."""

    number = text(_("Number"), 60, hint=_("Left empty: the next number of the series."))
    kind = forms.ChoiceField(label=_("Kind"), choices=kinds.CHOICES)
    make = text(_("Make"), 100)
    model = text(_("Model"), 100)
    unit = unit()
    bought_on = day(_("Bought on"))
    note = text(_("Remark"), 500)

    def limit(self) -> None:
        if "unit" in self.fields:
            self.fields["unit"].queryset = Unit.within(reach_of(self))

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip() or (self.target.number if self.target else next_free())
        if "/" in number or "\\" in number:
            raise forms.ValidationError(_("A number holds no slash: it stands in the address of its label."))
        mine = self.target.pk if isinstance(self.target, Device) else None
        if Device.objects.filter(number=number).exclude(pk=mine).exists():
            raise forms.ValidationError(_("This number is taken."))
        if Void.objects.filter(number=number).exists():
            raise forms.ValidationError(_("This number was explained as never used. Take another."))
        return number

    def clean_bought_on(self) -> Any:
        return past(self, "bought_on") if self.cleaned_data["bought_on"] else None


class Described(Bought):
    """Everything that the ledger holds about a device, except who answers for it."""

    level = forms.ChoiceField(label=_("Level"), choices=kinds.LEVELS, required=False)
    label = text(_("Secrecy label number"), 60, hint=_("The number on the label that shows the level."))
    serial = text(_("Serial number of the device"), 100)
    disks = text(_("Serial numbers of its disks"), 1000, rows=2, hint=_("One on each line."))
    macs = text(_("MAC addresses"), 1000, rows=2, hint=_("One on each line."))
    imeis = text(_("IMEI"), 200, hint=_("Phones only; press *#06# to see it."))
    network = forms.ChoiceField(label=_("Network it may join"), choices=kinds.NETWORKS, required=False)
    place = text(_("Place"), hint=_("Building, room."))

    field_order: ClassVar[tuple[str, ...]] = (
        "number", "kind", "level", "label", "make", "model", "serial", "disks", "macs", "imeis", "network", "unit",
        "place", "bought_on", "note",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        data["numbers"] = numbers_of(self, self.target if isinstance(self.target, Device) else None)
        error = ledger.unfit_network(data.get("level", ""), data.get("network", ""))
        if error:
            self.add_error("network", error)
        return data


def keep(device: Device, numbers: list[tuple[str, str]] | None = None) -> None:
    """Save a device; somebody who was quicker with the same number is answered with a sentence."""
    try:
        with transaction.atomic():
            device.settle(numbers)
    except IntegrityError as error:
        raise Unmet(
            _("Somebody else has just registered this number or serial number. Look it up in the list.")
        ) from error


def written(data: dict[str, Any]) -> dict[str, Any]:
    """Return input as the audit entry keeps it."""
    facts = {name: plain(value) for name, value in data.items() if value and name not in {"numbers", *_TYPED}}
    numbers = data.get("numbers")
    return {**facts, "numbers": [f"{sort} {value}" for sort, value in numbers]} if numbers else facts


class _New(Action):
    """A new device in one of the actor's units."""

    roles = ledger.KEEPERS

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def enter(self, device: Device, numbers: list[tuple[str, str]]) -> Done:
        """Save the device with the first event of its life."""
        keep(device, numbers)
        Event.objects.create(
            device=device, step=self.name, after=device.state, by=getattr(self.actor, "pk", None) and self.actor,
            by_name=self.actor.get_full_name(), facts=written(self.data),
        )  # fmt: skip
        return Done(device, written(self.data))


class BuyDevice(_New):
    """A device was bought; it waits to be registered."""

    name = "assets.device.buy"
    label = _("Enter purchase")
    intro = _("It is not in use before it was registered with its serial numbers, level and label.")
    Input = Bought

    def write(self) -> Done:
        return self.enter(Device(**self.data, state=lifecycle.BOUGHT), [])


class AddDevice(_New):
    """A device enters the ledger."""

    name = "assets.device.add"
    label = _("Register device")

    class Input(Described):
        """The device, and since when it is registered."""

        registered_on = day(_("Registered on"), _("Left empty: today."))

        def clean_registered_on(self) -> Any:
            return past(self, "registered_on")

    def write(self) -> Done:
        values = {name: value for name, value in self.data.items() if name in {*OWN, "number", "unit"}}
        registered = self.data["registered_on"]
        return self.enter(Device(**values, registered_on=registered, since=registered), self.data["numbers"])


class ChangeDevice(Action):
    """Other facts about a device. Unit, person and state have steps of their own."""

    name = "assets.device.change"
    label = _("Change device")
    roles = ledger.KEEPERS
    model = Device

    class Input(Described):
        """The same fields, without the unit: a device changes units by a handover."""

        unit = None

        def clean_level(self) -> str:
            level: str = self.cleaned_data["level"]
            error = ledger.unfit_level(self.target, level)
            if error is None and self.target.responsible is not None:
                error = ledger.unfit_person(self.target.responsible, level)
            if error:
                raise forms.ValidationError(error)
            return level

    def initial(self) -> dict[str, Any]:
        values = {name: getattr(self.target, name) for name in (*OWN, "number")}
        return {**values, **shown_numbers(self.target)}

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("The record of this device is closed and stays as it is."))

    def write(self) -> Done:
        device, numbers = self.target, self.data.pop("numbers")
        before = [f"{one.sort} {one.value}" for one in device.numbers.all()]
        changed = changes(device, {name: self.data[name] for name in (*OWN, "number")})
        keep(device, numbers)
        after = [f"{sort} {value}" for sort, value in numbers]
        return Done(device, changed if before == after else {**changed, "numbers": [before, after]})


def shown_numbers(device: Device) -> dict[str, str]:
    """Return the numbers of a device as a form shows them."""
    held: dict[str, list[str]] = {}
    for one in device.numbers.all():
        held.setdefault(one.sort, []).append(one.value)
    names = {"serial": serials.MACHINE, "disks": serials.DISK, "macs": serials.MAC, "imeis": serials.IMEI}
    return {name: ("\n" if name != "imeis" else ", ").join(held.get(sort, ())) for name, sort in names.items()}


class AssignDevice(Action):
    """Somebody answers for a device whose person left, moved or was never named."""

    name = "assets.device.assign"
    label = _("Name responsible person")
    intro = _("Where somebody answers for it already, the device is handed over by both sides instead.")
    roles = ledger.KEEPERS
    model = Device

    class Input(ActionForm):
        """Who, and where."""

        responsible = staff(_("Responsible person"), required=True)
        custodian = staff(_("Custodian"), hint=_("Staff number. Only where somebody else keeps it."))
        place = text(_("Place"))

        def clean_responsible(self) -> Any:
            return somebody(self, "responsible")

        def clean_custodian(self) -> Any:
            return somebody(self, "custodian")

    def initial(self) -> dict[str, Any]:
        keeper = self.target.custodian
        return {"place": self.target.place, "custodian": keeper.number if keeper else ""}

    def check(self) -> None:
        now, device = self.target.responsible, self.target
        if device.ended or device.state in {lifecycle.BOUGHT, lifecycle.TRANSFER, lifecycle.REPURPOSED}:
            raise Unmet(_("Not from “%(state)s”.") % {"state": device.get_state_display()})
        if now is not None and not now.departed_on and now.unit.path.startswith(device.unit.path):
            raise Unmet(_("%(name)s answers for it. Let it be handed over.") % {"name": now.name})
        error = ledger.unfit_person(self.data["responsible"], device.level)
        if error:
            raise Unmet(error)

    def write(self) -> Done:
        changed = changes(self.target, self.data)
        self.target.settle()
        return Done(self.target, changed)


class ExplainNumber(Action):
    """A number that no device carries: why, so that the gap is closed."""

    name = "assets.number.explain"
    label = _("Explain number")
    intro = _(
        "A gap in the numbers may be a device that nobody entered. Look for it first; this says that there is none."
    )
    roles = ledger.KEEPERS

    class Input(ActionForm):
        """Which number, why, for which unit."""

        number = text(_("Number"), 60, required=True)
        unit = unit()
        reason = text(_("Reason"), 500, required=True, rows=2)

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(reach_of(self))

        def clean_number(self) -> str:
            number: str = self.cleaned_data["number"].strip()
            if serials.series(number)[1] is None:
                raise forms.ValidationError(_("A number ends in digits."))
            if Device.objects.filter(number=number).exists() or Void.objects.filter(number=number).exists():
                raise forms.ValidationError(_("This number is taken."))
            return number

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def write(self) -> Done:
        series, place = serials.series(self.data["number"])
        void = Void.objects.create(**self.data, series=series, place_in_series=place)
        return Done(void, {"number": void.number, "reason": void.reason})


__all__ = ["AddDevice", "AssignDevice", "BuyDevice", "ChangeDevice", "ExplainNumber", "keep", "written"]
