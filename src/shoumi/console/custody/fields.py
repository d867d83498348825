"""Fields that the room's forms share: a person by number or name, carriers by number, a day, a reason.

Enters what somebody typed or scanned; leaves people and carriers within the actor's reach, or a sentence that names
what is not known. What lies beyond the reach is as unknown as what does not exist.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import ActionForm
from shoumi.console.custody.models import Carrier, Place
from shoumi.console.roles import Reach

MOST: Final = 500  # carriers on one list
_CODE: Final = re.compile(r"/custody/scan/([\w-]+)/?")


def day(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateField:
    """Return a field for a day, typed or picked."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, help_text=help_text, required=required, widget=picker, input_formats=["%Y-%m-%d"]
    )


def text(label: Any, help_text: Any = "", *, required: bool = True, most: int = 300, **more: Any) -> forms.CharField:
    """Return a field for one line."""
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=most, **more)


_REASON: Final = _("Reason")


def reason(label: Any = _REASON, help_text: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for a few lines of why."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=300, widget=area)


def yes(label: Any, help_text: Any = "") -> forms.BooleanField:
    """Return a box that may be ticked."""
    return forms.BooleanField(label=label, help_text=help_text, required=False)


class PersonField(forms.CharField):
    """Somebody in post, by staff number or by full name. The form says how far it looks (``reach``)."""

    reach: Reach | None = None

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("Staff number, or the full name when only one person has it."))
        super().__init__(max_length=200, **options)

    def clean(self, value: Any) -> Person | None:
        if isinstance(value, Person):
            value = value.number
        typed = super().clean(value).strip()
        if not typed:
            return None
        rows = Person.objects.filter(departed_on=None).select_related("unit")
        if self.reach is not None:
            rows = rows.filter(self.reach.within("unit__path"))
        found = list(rows.filter(number=typed)[:1]) or list(rows.filter(name=typed)[:2])
        if not found:
            raise ValidationError(_("Nobody in post has this staff number or name."))
        if len(found) > 1:
            raise ValidationError(_("Several people have this name. Write the staff number."))
        return found[0]


class CarriersField(forms.CharField):
    """Carriers by ledger number, separated by lines, commas or spaces; each once, all within the reach."""

    reach: Reach | None = None

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", _("Carriers"))
        options.setdefault("help_text", _("Ledger numbers, one a line. A label that was scanned works too."))
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), max_length=40_000, **options)

    def clean(self, value: Any) -> list[Carrier]:
        typed = super().clean(value)
        wanted = list(dict.fromkeys(re.split(r"[\s,;，；、]+", typed.strip()))) if typed.strip() else []
        if len(wanted) > MOST:
            raise ValidationError(_("At most %(most)s carriers on one list.") % {"most": MOST})
        found = _known(wanted, self.reach)
        unknown = [number for number in wanted if number not in found]
        if unknown:
            raise ValidationError(_("Not in your ledger: %(numbers)s") % {"numbers": ", ".join(unknown[:10])[:300]})
        return list({row.pk: row for row in (found[number] for number in wanted)}.values())


def _known(wanted: list[str], reach: Reach | None) -> dict[str, Carrier]:
    """Return carriers by what was typed for them: the number, the token, or the address of a label."""
    tokens = {number: (_CODE.search(number) or [number, number])[1] for number in wanted}
    rows = Carrier.objects.select_related("unit", "custodian", "place")
    if reach is not None:
        rows = rows.filter(reach.within("unit__path"))
    numbers = {row.number: row for row in rows.filter(number__in=wanted)}
    labels = {row.token: row for row in rows.filter(token__in=list(tokens.values()))}
    both = {number: numbers.get(number) or labels.get(tokens[number]) for number in wanted}
    return {number: row for number, row in both.items() if row is not None}


def one_carrier(typed: str, reach: Reach) -> Carrier | None:
    """Return the carrier of a number, a token or a scanned label."""
    return _known([typed.strip()], reach).get(typed.strip())


class CustodyForm(ActionForm):
    """A form whose people, carriers, units and places lie within the actor's reach."""

    everywhere: tuple[str, ...] = ()  # names of person fields that look through the whole office

    def limit(self) -> None:
        reach = self.action.actor.reach(self.action.roles)
        for name, field in self.fields.items():
            if isinstance(field, PersonField | CarriersField) and name not in self.everywhere:
                field.reach = reach
            elif isinstance(field, forms.ModelChoiceField) and field.queryset.model is Unit:
                field.queryset = Unit.within(reach)
            elif isinstance(field, forms.ModelChoiceField) and field.queryset.model is Place:
                field.queryset = Place.objects.filter(reach.within("unit__path"), closed_on=None)


def numbers(carriers: Any) -> str:
    """Return carriers as the field takes them."""
    return "\n".join(carrier.number for carrier in carriers)
