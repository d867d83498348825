"""Places that may be scanned, plans of scans, and what happens to a run: started, paused, resumed, stopped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Action, ActionForm, Done, Machine, Unmet, plain
from shoumi.console.findings import telling, words
from shoumi.console.roles import OFFICER, SYSTEM
from shoumi.console.scans import addresses, running, said, starting
from shoumi.console.scans.models import (
    GO,
    NEVER,
    OCR,
    PAUSE,
    PAUSED,
    RHYTHMS,
    STOP,
    UNDER_WAY,
    WAITING,
    Plan,
    Root,
    Run,
)


def lines(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field of one thing a line."""
    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})
    return forms.CharField(label=label, help_text=hint, max_length=8000, required=required, widget=widget)


class AllowRoot(Action):
    """The system administrator allows a place to be scanned."""

    name = "scans.root.allow"
    label = _("Allow a place")
    intro = _(
        "Officers of the unit, and of those above it, may then scan it. What "
        "this machine's account cannot read stays unread."
    )
    roles = frozenset({SYSTEM})

    class Input(ActionForm):
        """Which, and whose."""

        address = forms.CharField(
            label=_("Address"), max_length=1000, help_text=_("A folder of this machine, or a remote address.")
        )
        label = forms.CharField(label=_("Name of the place"), max_length=200)
        unit = forms.ModelChoiceField(Unit.objects, label=_("Belongs to the unit"))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

        def clean_address(self) -> str:
            try:
                address = addresses.settled(self.cleaned_data["address"])
            except addresses.NotAllowed as error:
                raise forms.ValidationError(str(error)) from error
            if address == "/":
                raise forms.ValidationError(_("Not the whole machine: name the folders."))
            if Root.objects.filter(address=address).exists():
                raise forms.ValidationError(_("This place is allowed already."))
            return address

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def write(self) -> Done:
        root = Root.objects.create(by=self.actor.get_full_name(), **self.data)
        return Done(root, {name: plain(value) for name, value in self.data.items()})


class ForbidRoot(Action):
    """A place may no longer be scanned."""

    name = "scans.root.forbid"
    label = _("No longer allow")
    intro = _("Scans of it fail from now on; what they found stays.")
    roles = frozenset({SYSTEM})
    model = Root
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def write(self) -> Done:
        facts = {"address": self.target.address, **self.data}
        unit = self.target.unit
        Root.objects.filter(pk=self.target.pk).delete()
        return Done(unit, facts)


class PlanForm(ActionForm):
    """What is scanned, how, how often, and who is told."""

    name = forms.CharField(label=_("Name of the scan"), max_length=200)
    unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
    addresses = lines(_("Addresses"), _("One a line, each within a place that may be scanned."))
    packs = forms.MultipleChoiceField(
        label=_("Rules"), required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None chosen: all.")
    )
    ocr = forms.ChoiceField(label=_("Text in pictures"), choices=OCR, initial="auto")
    exclude = lines(
        _("Left out"), _("Patterns such as *.iso, one a line; the report counts what was left out."), required=False
    )
    rhythm = forms.ChoiceField(label=_("Repeated"), choices=RHYTHMS, initial=NEVER)
    at = forms.TimeField(
        label=_("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"}), input_formats=["%H:%M"],
        help_text=_("Time of day of the repeated scan."),
    )  # fmt: skip
    told = forms.ModelMultipleChoiceField(
        Unit.objects, label=_("Announced to"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Everybody in these units, and below, is told before the first run."),
    )  # fmt: skip

    def limit(self) -> None:
        units = Unit.within(self.action.actor.reach(self.action.roles))
        self.fields["unit"].queryset = self.fields["told"].queryset = units
        language = words.LANGUAGES.get(get_language() or "", "en")
        self.fields["packs"].choices = [(key, names[language]) for key, names in said.packs().items()]

    def clean_addresses(self) -> list[str]:
        reach = self.action.actor.reach(self.action.roles)
        places = []
        for line in self.cleaned_data["addresses"].splitlines():
            if line.strip():
                try:
                    addresses.root_of(line, reach)
                    places.append(addresses.settled(line))
                except addresses.NotAllowed as error:
                    raise forms.ValidationError(str(error)) from error
        if not places:
            raise forms.ValidationError(_("An address is missing."))
        return list(dict.fromkeys(places))

    def clean_exclude(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["exclude"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("rhythm") not in (NEVER, None) and not data.get("at"):
            self.add_error("at", _("At what time is it repeated?"))
        return data


class DefinePlan(Action):
    """A scan is defined; it runs once it was announced."""

    name = "scans.plan.define"
    label = _("Define scan")
    roles = frozenset({OFFICER})
    Input = PlanForm

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path, *(one.path for one in self.data.get("told", ()))) if unit else ()

    def initial(self) -> dict[str, Any]:
        roots = Root.objects.select_related("unit")
        reach = self.actor.reach(self.roles)
        mine = [root for root in roots if reach.covers(root.unit.path)]
        if len(mine) != 1:
            return {}
        return {"addresses": mine[0].address, "unit": mine[0].unit_id, "told": [mine[0].unit_id], "name": mine[0].label}

    def write(self) -> Done:
        told = self.data.pop("told")
        plan = Plan(by=self.actor.get_full_name(), **self.data)
        plan.following = starting.following(plan)
        plan.save()
        plan.told.set(told)
        return Done(plan, facts(plan))


class ChangePlan(DefinePlan):
    """Other addresses, rules or times; a change of addresses must be announced anew."""

    name = "scans.plan.change"
    label = _("Change scan")
    model = Plan

    def units(self) -> Iterable[str]:
        return (self.target.unit.path, *super().units())

    def initial(self) -> dict[str, Any]:
        plan = self.target
        values = {name: getattr(plan, name) for name in ("name", "packs", "ocr", "rhythm", "at")}
        return {
            **values, "unit": plan.unit_id, "addresses": "\n".join(plan.addresses),
            "exclude": "\n".join(plan.exclude), "told": list(plan.told.values_list("pk", flat=True)),
        }  # fmt: skip

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This scan was ended."))
        if self.target.runs.filter(state__in=UNDER_WAY).exists():
            raise Unmet(_("It is under way. Stop it first, or wait until it is complete."))

    def write(self) -> Done:
        plan, told = self.target, self.data.pop("told")
        widened = not set(self.data["addresses"]) <= set(plan.addresses)
        for name, value in self.data.items():
            setattr(plan, name, value)
        if widened or not set(told) <= set(plan.told.all()):
            plan.announced = None
        plan.following = starting.following(plan)
        plan.save()
        plan.told.set(told)
        return Done(plan, facts(plan))


def facts(plan: Plan) -> dict[str, Any]:
    """Return what the audit entry of a plan holds."""
    names = ("name", "addresses", "packs", "ocr", "exclude", "rhythm")
    return {name: getattr(plan, name) for name in names} | {"at": plain(plan.at)}


class Announce(Action):
    """People are told what will be inspected, why and when."""

    name = "scans.plan.announce"
    label = _("Announce")
    intro = _("Everybody in the units below is told. Nothing is inspected in secret.")
    roles = frozenset({OFFICER})
    model = Plan

    class Input(ActionForm):
        """The sentence that people read."""

        announcement = forms.CharField(
            label=_("What people are told"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
        )

    def initial(self) -> dict[str, Any]:
        text = _("“%(name)s” will be inspected for secrets and personal data: %(places)s.")
        return {"announcement": text % {"name": self.target.name, "places": ", ".join(self.target.addresses)}}

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This scan was ended."))

    def write(self) -> Done:
        plan = self.target
        plan.announced, plan.announcement = timezone.now(), self.data["announcement"]
        plan.save()
        users = list(User.objects.none())
        for unit in plan.told.all():
            users += User.objects.full().filter(person__unit__path__startswith=unit.path, is_active=True)
        telling.say(users, format_lazy("{said}", said=plan.announcement), reverse("scans:announced"), thing=plan)
        return Done(plan, {"announcement": plan.announcement, "people": len({user.pk for user in users})})


class Start(Action):
    """A run begins, by hand or when its time has come."""

    name = "scans.plan.start"
    label = _("Start")
    roles = frozenset({OFFICER})
    model = Plan

    def check(self) -> None:
        plan = self.target
        if plan.ended:
            raise Unmet(_("This scan was ended."))
        if plan.announced is None:
            raise Unmet(_("It was not announced yet: people are told before they are inspected."))
        if plan.runs.filter(state__in=UNDER_WAY).exists():
            raise Unmet(_("It is under way already."))

    def write(self) -> Done:
        plan = self.target
        run = starting.begin(plan, self.actor.get_full_name())
        if isinstance(self.actor, Machine):
            plan.following = starting.following(plan)
            plan.save()
        return Done(plan, {"inspection": run.inspection.number}, run)


class EndPlan(Action):
    """A scan is no longer repeated; its inspections stay."""

    name = "scans.plan.end"
    label = _("End scan")
    roles = frozenset({OFFICER})
    model = Plan

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This scan was ended."))
        if self.target.runs.filter(state__in=UNDER_WAY).exists():
            raise Unmet(_("It is under way. Stop it first, or wait until it is complete."))

    def write(self) -> Done:
        self.target.ended, self.target.following = timezone.now(), None
        self.target.save()
        return Done(self.target, self.data)


class _OfRun(Action):
    """What people want of a run."""

    roles = frozenset({OFFICER})
    model = Run

    def check(self) -> None:
        if not self.target.under_way:
            raise Unmet(_("It is over."))


class Pause(_OfRun):
    """The scan pauses; what was read need not be read again."""

    name = "scans.run.pause"
    label = _("Pause")

    def check(self) -> None:
        super().check()
        if self.target.state == PAUSED or self.target.wanted != GO:
            raise Unmet(_("It pauses already."))

    def write(self) -> Done:
        run = self.target
        run.wanted = PAUSE
        if run.state == WAITING:
            run.state = PAUSED
        run.save(update_fields=("wanted", "state"))
        return Done(run)


class Resume(_OfRun):
    """The scan goes on where it was."""

    name = "scans.run.resume"
    label = _("Resume")

    def check(self) -> None:
        super().check()
        if self.target.state != PAUSED:
            raise Unmet(_("It is not paused."))

    def write(self) -> Done:
        run = self.target
        run.wanted, run.state = GO, WAITING
        run.save(update_fields=("wanted", "state"))
        starting.queue(run)
        return Done(run)


class Stop(_OfRun):
    """The scan ends early; what was not examined is said, and nothing is closed."""

    name = "scans.run.stop"
    label = _("Stop")
    intro = _(
        "What was found so far stays. The report says that the rest was not examined, and nothing is closed as gone."
    )
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def write(self) -> Done:
        run = self.target
        run.wanted = STOP
        run.save(update_fields=("wanted",))
        if run.state in (PAUSED, WAITING):
            running.stop(run)
        return Done(run, self.data)
