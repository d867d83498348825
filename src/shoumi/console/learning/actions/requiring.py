"""Who must do what: required of many, given to one, begun before somebody leaves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.actions.people import day
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.learning import assigning
from shoumi.console.learning.models import (
    CLEARANCES,
    MOMENTS,
    SPECIAL,
    Assignment,
    Material,
    Requirement,
)
from shoumi.console.roles import GRANTED, OFFICER

KEEPERS: Final = frozenset({OFFICER})


class Require(Action):
    """A lesson or letter is required of some people at some moment; who has not done it is assigned it at once."""

    name = "learning.requirement.add"
    label = _("Require it")
    intro = _("Everybody it reaches is assigned it at once, and later everybody who comes to belong to them.")
    roles = KEEPERS
    model = Material

    class Input(ActionForm):
        """When, whom, how long."""

        moment = forms.ChoiceField(label=_("When"), choices=MOMENTS)
        clearance = forms.ChoiceField(label=_("Clearance"), choices=CLEARANCES, required=False)
        role = forms.ChoiceField(label=_("Role"), choices=[("", _("any")), *GRANTED], required=False)
        unit = forms.ModelChoiceField(
            Unit.objects, label=_("In unit"), help_text=_("And all units below. The topmost one: the whole office.")
        )
        days = forms.IntegerField(label=_("Days to do it"), min_value=1, max_value=366, initial=30)
        until = day(_("Due on"), _("For what is done once, by a day."))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))
            self.fields["unit"].initial = self.fields["unit"].queryset.first()

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("moment") == SPECIAL and not data.get("until"):
                self.add_error("until", _("Please fill this in."))
            if data.get("until") and data["until"] < timezone.localdate():
                self.add_error("until", _("This day has passed."))
            return data

    def units(self) -> Iterable[str]:
        """Who keeps a unit may require of it what was published for that unit or one above."""
        unit, path = self.data.get("unit"), self.target.unit.path
        if unit:
            return (unit.path,)
        return () if any(root.startswith(path) for root in self.actor.reach(self.roles).paths) else (path,)

    def check(self) -> None:
        if self.target.retired_on or self.target.current is None:
            raise Unmet(_("Publish it first."))
        if not self.data["unit"].path.startswith(self.target.unit.path):
            raise Unmet(_("It was written for one unit. Require it there."))

    def write(self) -> Done:
        values = {**self.data, "until": self.data["until"] if self.data["moment"] == SPECIAL else None}
        asked = Requirement.objects.create(material=self.target, by=self.actor.get_full_name(), **values)
        added, _lapsed = assigning.carry_out(assigning.plan(only=asked))
        facts = {name: plain(value) for name, value in values.items() if value}
        return Done(asked, {**facts, "assigned": added})


class EndRequirement(Action):
    """Something is no longer required; what is open because of it lapses."""

    name = "learning.requirement.end"
    label = _("End requirement")
    intro = _("Open assignments that come from it lapse. What was done stays on record.")
    roles = KEEPERS
    model = Requirement

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def units(self) -> Iterable[str]:
        return (self.target.unit_path,)

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This requirement has ended already."))

    def write(self) -> Done:
        self.target.ended = timezone.now()
        self.target.save()
        rows = self.target.assignments.filter(ended_on=None)
        lapsed = rows.update(ended_on=timezone.localdate(), way="lapsed")
        return Done(self.target, {"reason": self.data["reason"], "lapsed": lapsed})


class Give(Action):
    """One person is given one lesson or letter."""

    name = "learning.assignment.give"
    label = _("Give a lesson or letter")
    roles = KEEPERS
    model = Person

    class Input(ActionForm):
        """What, and by when."""

        material = forms.ModelChoiceField(Material.objects, label=_("Lesson or letter"))
        due_on = day(_("Due on"), _("Left empty: in 14 days."))

        def limit(self) -> None:
            person, reach = self.target, self.action.actor.reach(self.action.roles)
            usable = Material.objects.filter(retired_on=None).exclude(current=None).select_related("unit")
            keys = [one.pk for one in usable if person.unit.path.startswith(one.unit_path) and reach]
            self.fields["material"].queryset = Material.objects.filter(pk__in=keys)

        def clean_due_on(self) -> Any:
            due = self.cleaned_data["due_on"] or timezone.localdate() + timedelta(days=14)
            if due < timezone.localdate():
                raise forms.ValidationError(_("This day has passed."))
            return due

    def check(self) -> None:
        if self.target.departed_on:
            raise Unmet(_("This person has left."))
        if Assignment.objects.filter(person=self.target, material=self.data["material"], ended_on=None).exists():
            raise Unmet(_("They have it to do already."))

    def write(self) -> Done:
        one = Assignment.objects.create(
            person=self.target, material=self.data["material"], moment=SPECIAL, due_on=self.data["due_on"]
        )
        return Done(one, {"what": self.data["material"].slug, "due": self.data["due_on"].isoformat()})


class BeginDeparture(Action):
    """Somebody will leave: they are given what must be done before, so that the departure can be recorded."""

    name = "learning.departure.begin"
    label = _("Begin departure")
    intro = _(
        "They are given the lesson and the commitment that come before leaving. "
        "Until both are done, the departure cannot be recorded."
    )
    roles = KEEPERS
    model = Person

    class Input(ActionForm):
        """By when."""

        due_on = day(_("Last day in post"), _("Left empty: in seven days."))

        def clean_due_on(self) -> Any:
            return self.cleaned_data["due_on"] or timezone.localdate() + timedelta(days=7)

    def check(self) -> None:
        if self.target.departed_on:
            raise Unmet(_("This person has left."))
        self.rows = assigning.for_departure(self.target, self.data["due_on"])
        if not self.rows:
            raise Unmet(_("Nothing is required of this person before leaving, or it was begun already."))

    def write(self) -> Done:
        Assignment.objects.bulk_create(self.rows, ignore_conflicts=True)
        given = [one.material.slug for one in self.rows]
        return Done(self.target, {"given": given, "due": self.data["due_on"].isoformat()})
