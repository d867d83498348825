"""People: added, changed, departed, imported from a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import departures, importing, posts, signin
from shoumi.console.accounts.models import CATEGORIES, NONE, Office, Person, Unit, Upload, months_after
from shoumi.console.action import Action, ActionForm, Done, Unmet, changes, plain
from shoumi.console.roles import OFFICER, SYSTEM
from shoumi.console.sheets import Plan, ReadList, WriteList

KEEPERS: Final = frozenset({SYSTEM, OFFICER})


def day(label: Any, help_text: Any = "") -> forms.DateField:
    """Return a field for an optional day, typed or picked."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=False, widget=picker, input_formats=["%Y-%m-%d"])


class PersonForm(ActionForm):
    """What describes a person."""

    number = forms.CharField(label=_("Staff number"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=200)
    unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
    post = forms.CharField(label=_("Post"), max_length=200, required=False)
    category = forms.ChoiceField(
        label=_("Clearance"),
        choices=CATEGORIES,
        help_text=_("By the post, not by the person: core, important, general."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    joined_on = day(_("In post since"))
    vetted_on = day(_("Vetted on"), _("Nobody takes a cleared post before vetting."))
    trained_on = day(_("Trained on"))
    committed_on = day(_("Commitment signed on"))

    def limit(self) -> None:
        self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip()
        if Person.objects.filter(number=number).exclude(pk=self.target.pk if self.target else None).exists():
            raise forms.ValidationError(_("This staff number is taken."))
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in ("vetted_on", "trained_on", "committed_on"):
            if data.get(name) and data[name] > timezone.localdate():
                self.add_error(name, _("This day is still to come."))
        return data


class AddPerson(Action):
    """A new person in a unit."""

    name = "accounts.person.add"
    label = _("Add person")
    roles = KEEPERS
    Input = PersonForm

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def check(self) -> None:
        if posts.rises(NONE, self.data["category"]):
            posts.demand(posts.Post(Person(**self.data), category=self.data["category"]))

    def write(self) -> Done:
        person = Person.objects.create(**self.data)
        return Done(person, {name: plain(value) for name, value in self.data.items() if value})


class ChangePerson(Action):
    """Other facts about a person; a move needs both units."""

    name = "accounts.person.change"
    label = _("Change person")
    roles = KEEPERS
    model = Person
    Input = PersonForm

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (self.target.unit.path, unit.path) if unit else (self.target.unit.path,)

    def initial(self) -> dict[str, Any]:
        values = {name: getattr(self.target, name) for name in PersonForm.base_fields}
        return {**values, "unit": self.target.unit_id}

    def check(self) -> None:
        if self.target.departed_on:
            raise Unmet(_("This person has left. The record stays as it was."))
        if posts.rises(self.target.category, self.data["category"]):
            posts.demand(posts.Post(self.target, category=self.data["category"]))

    def write(self) -> Done:
        changed = changes(self.target, self.data)
        self.target.save()
        return Done(self.target, changed)


class Depart(Action):
    """Somebody leaves: the cooling-off begins, account, sessions and roles end."""

    name = "accounts.person.depart"
    label = _("Record departure")
    intro = _("The cooling-off begins, and the account, its sessions and its roles end at once. This cannot be undone.")
    roles = KEEPERS
    model = Person
    sensitive = grave = True

    class Input(ActionForm):
        """When and why; the cooling-off may be longer than usual."""

        departed_on = day(_("Last day in post"))
        cooling_until = day(_("Cooling-off until"), _("Left empty: as long as the office has set for this clearance."))
        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

        def clean_departed_on(self) -> Any:
            departed = self.cleaned_data["departed_on"] or timezone.localdate()
            if departed > timezone.localdate():
                raise forms.ValidationError(_("Record it on the day itself: rights end at once."))
            return departed

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            departed = data.get("departed_on") or timezone.localdate()
            least = months_after(departed, Office.current().cooling_months(self.target.category))
            if data.get("cooling_until") and data["cooling_until"] < least:
                self.add_error(
                    "cooling_until", _("Not before %(day)s: the office's own term.") % {"day": least.isoformat()}
                )
            data["cooling_until"] = data.get("cooling_until") or (least if least > departed else None)
            return data

    def check(self) -> None:
        if self.target.departed_on:
            raise Unmet(_("This departure is recorded already."))
        if self.target.leads.filter(closed_on=None).exists():
            raise Unmet(_("This person is the responsible leader of a unit. Name another leader first."))
        account = getattr(self.target, "account", None)
        if account is not None and account.pk == getattr(self.actor, "pk", None):
            raise Unmet(_("Nobody records their own departure."))
        left = departures.unsettled(self.target)
        if left:
            links = [(one.words, one.address) for one in left if one.address and one.words]
            raise Unmet(" ".join(str(one.sentence) for one in left), links)

    def write(self) -> Done:
        person, now = self.target, timezone.now()
        changed = changes(person, {name: self.data[name] for name in ("departed_on", "cooling_until")})
        person.save()
        account = getattr(person, "account", None)
        if account is not None:
            account.is_active = False
            account.save(update_fields=["is_active"])
            account.granted.filter(ended=None).update(ended=now)
            signin.end_all(account)
        return Done(person, {**changed, "reason": self.data["reason"], "account_closed": account is not None})


class UploadPeople(ReadList):
    """A list is read and kept until it is confirmed. Nothing about people changes yet."""

    name = "accounts.people.upload"
    roles = KEEPERS
    sheet, waiting = importing.SHEET, Upload


class ImportPeople(WriteList):
    """The good rows of a list that was read become people; rows with errors are left out and named."""

    name = "accounts.people.import"
    label = _("Import people")
    roles = KEEPERS
    model = Upload

    def plans(self) -> Plan:
        return importing.plan(self.target.rows, self.actor.reach(self.roles))

    def write(self) -> Done:
        for row in self.plan.good:
            person = row.thing or Person(**row.values)
            if row.thing:
                changes(person, row.values)
            person.save()
        facts = {
            "file": self.target.name,
            "added": [row.values["number"] for row in self.plan.added],
            "changed": {row.values["number"]: row.changed for row in self.plan.altered},
            "left_out": len(self.plan.bad),
        }
        result = (len(facts["added"]), len(facts["changed"]), facts["left_out"])
        self.target.delete()
        return Done(None, facts, result=result)
