"""What the room's actions share: who they are about, papers as form fields, steps of the ledger taken from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.db import connection
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.devices import papers
from shoumi.console.assets import ledger
from shoumi.console.assets.actions.life import Dated, Life
from shoumi.console.assets.models import Device

KEEPERS, READERS = ledger.KEEPERS, ledger.READERS


def paper(label: Any, hint: Any = "", *, required: bool = True) -> forms.FileField:
    """Return a field for an uploaded file."""
    return forms.FileField(label=label, help_text=hint, required=required, max_length=200)


def read(form: ActionForm, name: str, reader: Callable[[Any], Any]) -> Any:
    """Return what a file holds; a wrong one is answered beside its field."""
    file = form.cleaned_data.get(name)
    if not file:
        return None
    try:
        return reader(file)
    except papers.Wrong as wrong:
        raise forms.ValidationError(wrong.sentence) from wrong


def staffed(form: ActionForm, name: str, *, path: str = "") -> Person | None:
    """Return the person in post whose staff number a field holds; of the unit ``path`` or below when given."""
    number = form.cleaned_data.get(name, "").strip()
    if not number:
        return None
    person = Person.objects.select_related("unit").filter(number=number, departed_on=None).first()
    if person is None or (path and not person.unit.path.startswith(path)):
        raise forms.ValidationError(_("Nobody here has this staff number. Look it up in the list of people."))
    return person


def concerned(act: Action, device: Device, *people: int | None, roles: frozenset[str] = KEEPERS) -> Any:
    """Return the actor when they hold a role here, or are one of ``people`` (keys of persons); else nobody."""
    me = getattr(act.actor, "pk", None)
    if me is None:
        return 0
    return me if act.actor.person_id in people or act.actor.reach(roles).covers(device.unit.path) else 0


def device_of(key: Any) -> Device:
    """Return a device, locked where the database can and a transaction runs."""
    rows = Device.objects.select_related("unit", "responsible").prefetch_related("numbers")
    return (rows.select_for_update(of=("self",)) if connection.in_atomic_block else rows).get(pk=key)


class OfDevice(Action):
    """Something about one thing of this room that hangs on a device."""

    roles = KEEPERS
    states: ClassVar[frozenset[str]] = frozenset()  # from which it may be done

    def units(self) -> Iterable[str]:
        return (self.target.unit_path,)

    def check(self) -> None:
        self.in_state()
        self.fit()

    def in_state(self) -> None:
        """Raise Unmet when it is not the turn of this step."""
        if self.states and self.target.state not in self.states:
            raise Unmet(
                _("This is not the turn of this step: the record is at “%(state)s”.")
                % {"state": self.target.get_state_display()}
            )

    def fit(self) -> None:
        """Raise Unmet when a further condition does not hold."""


class LedgerStep(Life):
    """A step of the ledger that is taken from a record of this room, in one act and with one entry."""

    states: ClassVar[frozenset[str]] = frozenset()
    Input = Dated

    @property
    def device(self) -> Device:
        """The device of the record."""
        if not hasattr(self, "_device"):
            self._device = device_of(self.target.device_id)
        return self._device

    def units(self) -> Iterable[str]:
        return (self.target.unit_path,)

    def check(self) -> None:
        OfDevice.in_state(self)  # type: ignore[arg-type]
        super().check()

    def write(self) -> Done:
        facts = super().write().facts
        self.follow()
        return Done(self.target, {"device": self.device.number, **facts})

    def follow(self) -> None:
        """Take the record along."""
