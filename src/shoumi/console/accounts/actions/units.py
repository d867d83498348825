"""Units: added, changed, moved, closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import posts
from shoumi.console.accounts.models import Grant, Person, Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, changes
from shoumi.console.roles import LEADER, SYSTEM


class UnitForm(ActionForm):
    """What describes a unit."""

    name = forms.CharField(label=_("Unit name"), max_length=200)
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Short and unique, such as the office's own number.")
    )
    parent = forms.ModelChoiceField(Unit.objects, label=_("Belongs to"))
    leader = forms.CharField(
        label=_("Responsible leader"),
        max_length=40,
        required=False,
        help_text=_("The staff number of the person who answers for the unit and all below it."),
    )

    def limit(self) -> None:
        units = Unit.within(self.action.actor.reach(self.action.roles))
        if self.target is not None:
            units = units.exclude(path__startswith=self.target.path)
            if self.target.parent_id is None:
                del self.fields["parent"]
        if "parent" in self.fields:
            self.fields["parent"].queryset = units

    def clean_leader(self) -> Person | None:
        number = self.cleaned_data["leader"].strip()
        if not number:
            return None
        covered = self.action.actor.reach(self.action.roles).within("unit__path")
        found = Person.objects.filter(covered, number=number, departed_on=None).first()
        if found is None:
            raise forms.ValidationError(_("Nobody in post has this staff number."))
        return found

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        if Unit.objects.filter(code__iexact=code).exclude(pk=self.target.pk if self.target else None).exists():
            raise forms.ValidationError(_("Another unit has this code already."))
        return code


def _may_lead(person: Person | None) -> None:
    """Raise Unmet when somebody lacks what is required before they lead a unit."""
    if person is not None:
        posts.demand(posts.Post(person, role=LEADER))


class AddUnit(Action):
    """A new unit below another."""

    name = "accounts.unit.add"
    label = _("Add unit")
    roles = frozenset({SYSTEM})
    Input = UnitForm

    def units(self) -> Iterable[str]:
        parent = self.data.get("parent")
        return (parent.path,) if parent else ()

    def check(self) -> None:
        _may_lead(self.data["leader"])

    def write(self) -> Done:
        unit = Unit(**self.data)
        unit.settle()
        return Done(unit, {name: str(value) for name, value in self.data.items() if value})


class ChangeUnit(Action):
    """Another name, code, leader or place in the tree."""

    name = "accounts.unit.change"
    label = _("Change unit")
    roles = frozenset({SYSTEM})
    model = Unit
    Input = UnitForm

    def units(self) -> Iterable[str]:
        parent = self.data.get("parent")
        return (self.target.path, parent.path) if parent else (self.target.path,)

    def initial(self) -> dict[str, Any]:
        unit = self.target
        return {
            "name": unit.name,
            "code": unit.code,
            "parent": unit.parent_id,
            "leader": unit.leader.number if unit.leader else "",
        }

    def check(self) -> None:
        if self.data["leader"] != self.target.leader:
            _may_lead(self.data["leader"])

    def write(self) -> Done:
        changed = changes(self.target, self.data)
        self.target.settle()
        return Done(self.target, changed)


class CloseUnit(Action):
    """A unit that is no more. Its records stay."""

    name = "accounts.unit.close"
    label = _("Close unit")
    intro = _("The unit disappears from lists and choices. Its people must have moved or left before. Records stay.")
    roles = frozenset({SYSTEM})
    model = Unit
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        below = Unit.objects.filter(path__startswith=self.target.path, closed_on=None).exclude(pk=self.target.pk)
        if self.target.closed_on:
            raise Unmet(_("This unit is closed already."))
        if self.target.parent_id is None:
            raise Unmet(_("The topmost unit stays as long as the office does."))
        if below.exists():
            raise Unmet(_("Close or move the units below it first."))
        if self.target.people.filter(departed_on=None).exists():
            raise Unmet(_("People still belong to this unit. Move them first."))
        if Grant.objects.filter(unit=self.target, ended=None).exists():
            raise Unmet(_("Roles over this unit are still held. The security administrator withdraws them first."))

    def write(self) -> Done:
        self.target.closed_on = timezone.localdate()
        self.target.save()
        return Done(self.target, self.data)
