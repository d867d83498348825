"""Safes, cabinets and rooms: added, changed, closed, sealed, opened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet, changes, plain
from shoumi.console.custody import fields, missing, states
from shoumi.console.custody.actions._base import people
from shoumi.console.custody.models import Place, Seal
from shoumi.console.custody.models.places import PLACES
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import TOP

_FACTS = ("name", "kind", "room", "keeper", "top")


class PlaceForm(fields.CustodyForm):
    """What describes a place."""

    name = fields.text(_("Place name"), most=100)
    kind = forms.ChoiceField(label=_("Kind"), choices=PLACES)
    room = fields.text(_("Where it stands"), required=False, most=200)
    keeper = fields.PersonField(label=_("Who has the key"), required=False)
    top = fields.yes(_("Certified for the highest level"), _("Top secret carriers may only be kept in such places."))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        unit = data.get("unit") or (self.target.unit if self.target else None)
        same = Place.objects.filter(unit=unit, name=data.get("name", "")) if unit else Place.objects.none()
        if same.exclude(pk=self.target.pk if self.target else None).exists():
            self.add_error("name", _("This unit has one of this name already."))
        return data


class AddPlace(Action):
    """A safe, a cabinet, a room."""

    name = "custody.place.add"
    label = _("Add place")
    roles = KEEPERS

    class Input(PlaceForm):
        """A place and its unit."""

        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        field_order = ("name", "unit", "kind", "room", "keeper", "top")

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def write(self) -> Done:
        place = Place.objects.create(**self.data)
        return Done(place, {name: plain(value) for name, value in self.data.items() if value})


class ChangePlace(Action):
    """Other facts about a place."""

    name = "custody.place.change"
    label = _("Change place")
    roles = KEEPERS
    model = Place
    Input = PlaceForm

    def initial(self) -> dict[str, Any]:
        values = {name: getattr(self.target, name) for name in _FACTS}
        return {**values, "keeper": self.target.keeper.number if self.target.keeper else ""}

    def check(self) -> None:
        tops = self.target.carriers.filter(level=TOP, state__in=sorted(states.HERE))
        if not self.data["top"] and tops.exists():
            raise Unmet(_("Top secret carriers are kept here. Put them in another certified place first."))

    def write(self) -> Done:
        changed = changes(self.target, self.data)
        self.target.save()
        return Done(self.target, changed)


class ClosePlace(Action):
    """A place that is used no more; it must be empty."""

    name = "custody.place.close"
    label = _("Close place")
    roles = KEEPERS
    model = Place

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def check(self) -> None:
        if self.target.closed_on:
            raise Unmet(_("This place is closed already."))
        if self.target.carriers.filter(state__in=sorted(states.LIVE)).exists():
            raise Unmet(_("Carriers are still kept here. Put them in another place first."))

    def write(self) -> Done:
        self.target.closed_on = timezone.localdate()
        self.target.save()
        return Done(self.target, self.data)


class SealPlace(Action):
    """Two people seal a place, before a holiday for instance."""

    name = "custody.place.seal"
    label = _("Seal")
    intro = _("Two people: you, and who stands beside you. Sign across the seal, note its number.")
    roles = KEEPERS
    model = Place

    class Input(fields.CustodyForm):
        """Which seal, with whom, why."""

        number = fields.text(_("Seal number"), most=60)
        second = fields.PersonField(label=_("Together with"))
        reason = fields.text(_("Occasion"), _("Holiday, handing over, move."), required=False, most=200)

    def check(self) -> None:
        if self.target.closed_on:
            raise Unmet(_("This place is closed already."))
        if self.target.seals.filter(opened_at=None).exists():
            raise Unmet(_("This place is sealed already. Open the seal first, and note how it was found."))
        if self.data["second"].pk == getattr(self.actor, "person_id", None):
            raise Unmet(_("The second person is somebody else."))

    def write(self) -> Done:
        seal = Seal.objects.create(place=self.target, set_by=self.actor.get_full_name(), **self.data)
        return Done(self.target, people(number=seal.number, second=seal.second, reason=seal.reason))


class OpenSeal(Action):
    """A seal is opened: intact, or broken, which opens a case."""

    name = "custody.place.open"
    label = _("Open the seal")
    intro = _("Look at the seal before you touch it. A broken seal opens a case at once, and the place is counted.")
    roles = KEEPERS
    model = Place

    class Input(fields.CustodyForm):
        """How it was found."""

        intact = forms.ChoiceField(
            label=_("The seal was"), choices=(("yes", _("intact")), ("no", _("broken"))), widget=forms.RadioSelect
        )
        note = fields.reason(_("Note"), required=False)

    def check(self) -> None:
        self.seal = self.target.seals.filter(opened_at=None).first()
        if self.seal is None:
            raise Unmet(_("No seal is on this place."))

    def write(self) -> Done:
        seal = self.seal
        seal.opened_at, seal.opened_by = timezone.now(), self.actor.get_full_name()
        seal.intact, seal.note = self.data["intact"] == "yes", self.data["note"]
        seal.save()
        if not seal.intact:
            missing.tell(self, missing.Loss(missing.SEAL, (), self.target.unit, self.target, seal.number))
        return Done(self.target, {"number": seal.number, "intact": seal.intact, "note": seal.note})
