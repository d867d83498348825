"""Fields that several forms of this room share: days, people by staff number, serial numbers."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.actions.people import day
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import ActionForm
from shoumi.console.assets import ledger, serials
from shoumi.console.assets.models import Device, next_number
from shoumi.console.roles import Reach

FIRST_SERIES: Final = "SB-"
__all__ = ["day", "next_free", "past", "reach_of", "somebody", "staff", "text", "unit"]


def text(label: Any, most: int = 200, *, required: bool = False, rows: int = 0, hint: Any = "") -> forms.CharField:
    """Return a field for words; ``rows`` makes it several lines high."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=most, required=required, help_text=hint, widget=widget)


def staff(label: Any, *, required: bool = False, hint: Any = "") -> forms.CharField:
    """Return a field for one person, by staff number."""
    return text(label, 60, required=required, hint=hint or _("Staff number."))


def unit(label: Any = "") -> forms.ModelChoiceField:
    """Return a field for one of the actor's units; ``limit`` must narrow it."""
    return forms.ModelChoiceField(Unit.objects, label=label or _("Unit"))


def reach_of(form: ActionForm) -> Reach:
    """Return how far the actor's roles for this action reach."""
    reach: Reach = form.action.actor.reach(form.action.roles)
    return reach


def somebody(form: ActionForm, name: str, *, anywhere: bool = False) -> Person | None:
    """Return the person whose staff number a field holds, within the actor's reach unless ``anywhere``."""
    number = form.cleaned_data[name].strip()
    if not number:
        return None
    person = Person.objects.select_related("unit").filter(number=number).first()
    if person is None or not (anywhere or reach_of(form).covers(person.unit.path)):
        raise forms.ValidationError(_("Nobody here has this staff number. Look it up in the list of people."))
    if person.departed_on:
        raise forms.ValidationError(_("%(name)s has left. Name somebody in post.") % {"name": person.name})
    return person


def past(form: ActionForm, name: str) -> Any:
    """Return a day that is not still to come; today when the field is empty."""
    found = form.cleaned_data[name] or timezone.localdate()
    if found > timezone.localdate():
        raise forms.ValidationError(_("This day is still to come."))
    return found


def next_free() -> str:
    """Return the number that follows the one given last."""
    last = Device.objects.exclude(place_in_series=None).order_by("-pk").first()
    return next_number(last.series if last else FIRST_SERIES)


def numbers_of(form: ActionForm, device: Device | None) -> list[tuple[str, str]]:
    """Return serials, MACs and IMEIs of a form; errors stand beside the field: no number, twice, taken by another."""
    found: list[tuple[str, str, str]] = []
    for name, sort in (("serial", "machine"), ("disks", "disk"), ("macs", "mac"), ("imeis", "imei")):
        found += [(name, sort, value) for value in serials.split(form.cleaned_data.get(name, ""))]
    held = ledger.holders((sort, value) for _name, sort, value in found)
    seen: set[tuple[str, str]] = set()
    good = []
    for name, sort, value in found:
        key = serials.space(sort), serials.key(value)
        other = held.get(key)
        error = ledger.unfit_number(sort, value)
        if error is None and key in seen:
            error = _("%(value)s stands twice here.") % {"value": value}
        elif error is None and other is not None and (device is None or other.pk != device.pk):
            error = ledger.twice(value, other, reach_of(form))
        if error is not None:
            form.add_error(name, error)
        seen.add(key)
        good.append((sort, ledger.spelled(sort, value)))
    return good
