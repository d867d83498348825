"""The life of a case: opened, ordered, answered, re-checked, closed; an incident reported within 24 hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.findings import ingest, opening, recheck, telling
from shoumi.console.findings.actions.triage import ChosenForm, _OfFindings, day_field, record, why
from shoumi.console.findings.models import Case, Finding, Step
from shoumi.console.findings.models.cases import CHECKING, CLOSED, ENDED, EXCEPTED, KINDS, NEW, ORDERED, OTHER
from shoumi.console.findings.models.found import CASE, GONE, OPEN, RANKS
from shoumi.console.roles import AREA, LEADER, OFFICER, STAFF

ANSWERERS: Final = frozenset({OFFICER, LEADER, AREA, STAFF})


def paragraph(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for a paragraph."""
    lines = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=label, help_text=hint, max_length=4000, widget=lines, required=required)


def moment_field(label: Any, hint: Any = "") -> forms.DateTimeField:
    """Return a field for a point in time."""
    picker = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    forms_of = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, help_text=hint, widget=picker, input_formats=forms_of)


def staff_number(label: Any, hint: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for somebody's staff number."""
    return forms.CharField(label=label, help_text=hint, max_length=40, required=required)


class PeopleForm(ActionForm):
    """Forms that name people by staff number."""

    people: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in self.people:
            number = (data.get(name) or "").strip()
            found = Person.objects.filter(number=number, departed_on=None).first() if number else None
            if number and found is None:
                self.add_error(name, _("Nobody in post has this staff number."))
            data[name] = found
        return data


class OpenCase(_OfFindings):
    """Findings, or something else that is wrong, become a case."""

    name = "findings.case.open"
    label = _("Open case")
    intro = _(
        "The unit's responsible leader and officers are told. What must be put right, and until when, comes next."
    )
    roles = frozenset({OFFICER, AREA})

    class Input(ChosenForm):
        """What is wrong, and where."""

        findings = forms.ModelMultipleChoiceField(Finding.objects, widget=forms.MultipleHiddenInput, required=False)
        title = forms.CharField(label=_("What is wrong"), max_length=200)
        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        kind = forms.ChoiceField(label=_("Comes from"), choices=KINDS, initial=OTHER)
        rank = forms.TypedChoiceField(label=_("Severity"), choices=RANKS, coerce=int, initial=1)

        def limit(self) -> None:
            super().limit()
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return [*super().units(), *([unit.path] if unit else [])]

    def initial(self) -> dict[str, Any]:
        first = (
            Finding.objects.filter(pk__in=[key for key in self.chosen if key.isdigit()]).select_related("unit").first()
        )
        if first is None:
            return {"findings": []}
        from shoumi.console.findings import words

        return {
            **super().initial(), "kind": "finding", "rank": first.rank, "unit": first.unit_id,
            "title": f"{words.rule(first.rule)} · {first.path.rpartition('/')[2]}"[:200],
        }  # fmt: skip

    def check(self) -> None:
        if any(finding.state == CASE for finding in self.findings):
            raise Unmet(_("One of them belongs to a case already."))

    def write(self) -> Done:
        found = self.findings
        given = {name: self.data[name] for name in ("title", "unit", "kind", "rank")}
        case = opening.open_case(by=self.actor.get_full_name(), findings=found, **given)
        record(found, self.actor.get_full_name(), self.name, case.number)
        return Done(case, {"title": case.title, "kind": case.kind, "findings": [one.content for one in found][:100]})


class AddToCase(_OfFindings):
    """Findings join a case that is open."""

    name = "findings.case.add"
    label = _("Add to case")

    class Input(ChosenForm):
        """Which case."""

        case = forms.ModelChoiceField(Case.objects, label=_("Case"))

        def limit(self) -> None:
            super().limit()
            units = Unit.objects.filter(self.action.actor.reach(self.action.roles).within("path"))
            self.fields["case"].queryset = Case.objects.filter(unit__in=units).exclude(state__in=ENDED)

    def check(self) -> None:
        if any(finding.state == CASE for finding in self.findings):
            raise Unmet(_("One of them belongs to a case already."))

    def write(self) -> Done:
        case = self.data["case"]
        opening.join(case, self.findings)
        record(self.findings, self.actor.get_full_name(), self.name, case.number)
        return Done(case, {"findings": [finding.content for finding in self.findings][:100]})


class _OfCase(Action):
    """A step in the life of a case."""

    model = Case
    roles = frozenset({OFFICER})

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This case is closed. Open it again first."))

    def tell(self, users: Iterable[Any], sentence: Any, urgency: str = "amber") -> None:
        """Tell people about the case."""
        said = format_lazy(sentence, case=str(self.target), day=plain(self.target.deadline) or "")
        telling.say(users, said, opening.address(self.target), urgency=urgency, thing=self.target)


class Order(_OfCase):
    """What must be put right, by whom, until when."""

    name = "findings.case.order"
    label = _("Order rectification")
    intro = _(
        "The directly responsible person and the responsible leader are both named, told, and printed on the notice."
    )

    class Input(PeopleForm):
        """The order."""

        people = ("responsible", "leader")
        order = paragraph(_("What must be put right"))
        responsible = staff_number(_("Directly responsible person"), _("Their staff number."))
        leader = staff_number(_("Responsible leader"), _("Staff number of who answers for the unit."))
        deadline = day_field(_("Until"))

        def clean_deadline(self) -> Any:
            if self.cleaned_data["deadline"] < timezone.localdate():
                raise forms.ValidationError(_("This day has passed."))
            return self.cleaned_data["deadline"]

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("leader") and data.get("leader") == data.get("responsible"):
                self.add_error("leader", _("Two people are named: one is directly responsible, another leads."))
            return data

    def initial(self) -> dict[str, Any]:
        case = self.target
        leader = case.leader or telling.leader(case.unit)
        return {
            "order": case.order, "responsible": case.responsible.number if case.responsible else "",
            "leader": leader.number if leader else "",
            "deadline": case.deadline or timezone.localdate() + timedelta(days=7),
        }  # fmt: skip

    def write(self) -> Done:
        case = self.target
        for name in ("order", "responsible", "leader", "deadline"):
            setattr(case, name, self.data[name])
        case.state, case.ordered, case.escalated = ORDERED, timezone.now(), 0
        case.answer, case.answered, case.checked, case.clean, case.check_result = "", None, None, False, ""
        case.save()
        told = telling.accounts([case.responsible, case.leader])
        self.tell(told, _("Rectification was ordered, until {day}: {case}"))
        return Done(case, {name: plain(self.data[name]) for name in ("order", "responsible", "leader", "deadline")})


class AnswerOrder(_OfCase):
    """The unit, or the responsible person, says what was done."""

    name = "findings.case.answer"
    label = _("Say what was done")
    intro = _("The officer then has it re-checked.")
    roles = ANSWERERS

    class Input(ActionForm):
        """What was done."""

        answer = paragraph(_("What was done"))

    def units(self) -> Iterable[str]:
        mine = self.target.responsible_id is not None and self.target.responsible_id == getattr(
            self.actor, "person_id", None
        )
        return () if mine else super().units()

    def check(self) -> None:
        super().check()
        if self.target.state == NEW:
            raise Unmet(_("Nothing was ordered yet."))

    def write(self) -> Done:
        case = self.target
        case.answer, case.answered, case.state = self.data["answer"], timezone.now(), CHECKING
        case.save()
        self.tell(telling.officers(case.unit), _("Said to be put right, re-check it: {case}"))
        return Done(case, self.data)


class Recheck(_OfCase):
    """Look again: by repeating the inspections, or by hand where no inspection found it."""

    name = "findings.case.recheck"
    label = _("Re-check")
    intro = _("Findings are looked for again where they stood. What no inspection found is looked at by hand.")

    class Input(ActionForm):
        """How."""

        how = forms.ChoiceField(
            label=_("How"),
            choices=(("scan", _("repeat the inspections")), ("hand", _("I have looked at it"))),
            widget=forms.RadioSelect,
        )
        clean_now = forms.BooleanField(label=_("It has been put right"), required=False)
        note = why(_("What was seen"), _("Needed when it was looked at by hand."), required=False)

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("how") == "hand" and not data.get("note"):
                self.add_error("note", _("Say what you looked at and what you saw."))
            return data

    def initial(self) -> dict[str, Any]:
        return {"how": "scan" if self.target.findings.exists() else "hand"}

    def check(self) -> None:
        super().check()
        if self.target.state == NEW:
            raise Unmet(_("Nothing was ordered yet."))
        if self.data["how"] == "hand" and self.data["clean_now"] and not ingest.clean(self.target):
            raise Unmet(
                _("The last inspection still saw some of it. Repeat the inspection: only that shows it is gone.")
            )

    def write(self) -> Done:
        case = self.target
        case.state = CHECKING
        if self.data["how"] == "scan":
            series = case.findings.values_list("occurrences__series", flat=True).distinct()
            began = recheck.again(sorted({one for one in series if one}), self.actor)
            if not began:
                raise Unmet(_("No inspection of this console can be repeated. Upload a new report, or look by hand."))
            case.checked, case.clean, case.check_result = None, False, ""
            case.save()
            return Done(case, {"how": "scan", "inspections": began})
        case.checked, case.clean, case.check_result = timezone.now(), self.data["clean_now"], self.data["note"]
        case.save()
        return Done(case, {"how": "hand", "clean": case.clean, "note": self.data["note"]})


class Close(_OfCase):
    """The end, after a clean re-check."""

    name = "findings.case.close"
    label = _("Close case")
    intro = _(
        "Only after a re-check that found nothing left. Otherwise the leader may grant an exception, with a reason."
    )

    class Input(ActionForm):
        """The result."""

        closing = paragraph(_("Result"))

    def check(self) -> None:
        super().check()
        case = self.target
        if case.ordered is None:
            raise Unmet(_("Nothing was ordered yet."))
        if case.checked is None or case.checked < case.ordered:
            raise Unmet(_("It was not re-checked since the order. Re-check it first."))
        if not (case.clean and ingest.clean(case)):
            raise Unmet(_("The re-check found it still there. It cannot be closed; the leader may grant an exception."))
        if case.incident and case.reported is None:
            raise Unmet(_("This is an incident that was not reported yet."))
        if getattr(self.actor, "person_id", None) == case.responsible_id:
            raise Unmet(_("You are the directly responsible person: somebody else closes it."))

    def write(self) -> Done:
        case = self.target
        case.state, case.closed, case.closing = CLOSED, timezone.now(), self.data["closing"]
        case.save()
        case.findings.filter(state=CASE).update(state=GONE)
        self.tell(telling.accounts([case.responsible, case.leader]), _("Closed after re-check: {case}"), "plain")
        return Done(case, self.data)


class Except(_OfCase):
    """The responsible leader closes it although something is left, and answers for that."""

    name = "findings.case.except"
    label = _("Close with an exception")
    intro = _("Something is left, and you answer for it: your name and reason stand on the case file.")
    roles = frozenset({LEADER})
    sensitive = grave = True

    class Input(ActionForm):
        """Why."""

        reason = paragraph(_("Reason"))

    def check(self) -> None:
        super().check()
        case = self.target
        if case.ordered is None:
            raise Unmet(_("Nothing was ordered yet."))
        if case.incident and case.reported is None:
            raise Unmet(_("This is an incident that was not reported yet."))
        if getattr(self.actor, "person_id", None) == case.responsible_id:
            raise Unmet(_("You are the directly responsible person: somebody else decides it."))

    def write(self) -> Done:
        case = self.target
        case.state, case.closed, case.closing = EXCEPTED, timezone.now(), self.data["reason"]
        case.save()
        self.tell(telling.officers(case.unit), _("Closed with an exception by the leader: {case}"))
        return Done(case, {**self.data, "left": case.findings.filter(places__gt=0).count()})


class Reopen(_OfCase):
    """A closed case is not over."""

    name = "findings.case.reopen"
    label = _("Open again")

    class Input(ActionForm):
        """Why."""

        reason = why()

    def check(self) -> None:
        if not self.target.ended:
            raise Unmet(_("This case is open."))

    def write(self) -> Done:
        case = self.target
        case.state, case.closed, case.closing = ORDERED if case.ordered else NEW, None, ""
        case.checked, case.clean, case.check_result = None, False, ""
        case.save()
        case.findings.filter(places__gt=0).exclude(state=CASE).update(state=CASE)
        return Done(case, self.data)


class Release(_OfCase):
    """Findings leave a case: they were put there by mistake."""

    name = "findings.case.release"
    label = _("Take findings out")
    intro = _("They return to the queue, to be decided again.")

    class Input(ActionForm):
        """Which, and why."""

        findings = forms.ModelMultipleChoiceField(
            Finding.objects, label=_("Findings"), widget=forms.CheckboxSelectMultiple
        )
        reason = why()

        def limit(self) -> None:
            self.fields["findings"].queryset = self.target.findings.order_by("rank", "pk")

    def write(self) -> Done:
        found = list(self.data["findings"])
        for state, rows in ((OPEN, [f for f in found if f.places]), (GONE, [f for f in found if not f.places])):
            Finding.objects.filter(pk__in=[one.pk for one in rows]).update(case=None, state=state)
        record(found, self.actor.get_full_name(), self.name, self.data["reason"])
        facts = {"findings": [one.content for one in found][:100], "reason": self.data["reason"]}
        return Done(self.target, facts)


class Incident(_OfCase):
    """It leaked, or may have: the clock of 24 hours begins with the discovery."""

    name = "findings.case.incident"
    label = _("Declare an incident")
    intro = _(
        "From its discovery 24 hours remain to report it to the secrecy department and the superior "
        "(Implementing Regulations art. 61)."
    )
    grave = True

    class Input(ActionForm):
        """When it was discovered."""

        discovered = moment_field(_("Discovered"))
        reason = why(_("What happened"))

        def clean_discovered(self) -> Any:
            if self.cleaned_data["discovered"] > timezone.now():
                raise forms.ValidationError(_("This time is still to come."))
            return self.cleaned_data["discovered"]

    def initial(self) -> dict[str, Any]:
        return {"discovered": timezone.localtime()}

    def check(self) -> None:
        super().check()
        if self.target.incident:
            raise Unmet(_("The clock runs already."))

    def write(self) -> Done:
        case = self.target
        case.incident, case.discovered, case.rank = True, self.data["discovered"], 0
        case.form = {**case.form, "happened": self.data["reason"]}
        case.save()
        told = [*telling.officers(case.unit), *telling.accounts([case.leader, telling.leader(case.unit, 1)])]
        self.tell(told, _("An incident: report it within 24 hours. {case}"), "seal")
        return Done(case, {"discovered": plain(case.discovered), "reason": self.data["reason"]})


class ReportIncident(_OfCase):
    """The incident was reported: to whom, when, what."""

    name = "findings.case.report"
    label = _("Record the report")
    intro = _("What was said to the secrecy department and to the superior; the form can be printed from the case.")
    roles = frozenset({OFFICER, LEADER})

    class Input(ActionForm):
        """The report's form."""

        reported = moment_field(_("Reported"))
        authority = forms.CharField(label=_("To the secrecy department"), max_length=200)
        superior = forms.CharField(label=_("To the superior"), max_length=200)
        happened = paragraph(_("What happened"))
        content = paragraph(_("What it is about"), _("Level, kind and amount; no secret itself."))
        measures = paragraph(_("What was done at once"))

        def clean_reported(self) -> Any:
            if self.cleaned_data["reported"] > timezone.now():
                raise forms.ValidationError(_("This time is still to come."))
            return self.cleaned_data["reported"]

    def initial(self) -> dict[str, Any]:
        return {"reported": timezone.localtime(), "happened": self.target.form.get("happened", "")}

    def check(self) -> None:
        if not self.target.incident:
            raise Unmet(_("This case is no incident."))
        if self.target.reported:
            raise Unmet(_("The report is recorded already."))
        if self.data["reported"] < self.target.discovered:
            raise Unmet(_("It cannot have been reported before it was discovered."))

    def write(self) -> Done:
        case = self.target
        case.reported = self.data["reported"]
        case.form = {**case.form, **{k: plain(v) for k, v in self.data.items() if k != "reported"}}
        case.save()
        return Done(case, {"reported": plain(case.reported), "late": case.late, "authority": self.data["authority"]})


class Account(_OfCase):
    """Who answered how for what happened."""

    name = "findings.case.account"
    label = _("Record accountability")
    roles = frozenset({OFFICER, LEADER})

    class Input(ActionForm):
        """The note."""

        accountability = paragraph(
            _("Accountability"), _("Whom it concerns, what was decided, by whom, on which ground.")
        )

    def initial(self) -> dict[str, Any]:
        return {"accountability": self.target.accountability}

    def check(self) -> None:
        return

    def write(self) -> Done:
        self.target.accountability = self.data["accountability"]
        self.target.save()
        return Done(self.target, self.data)


class Escalate(_OfCase):
    """The machine brings an overdue case one level up."""

    name = "findings.case.escalate"
    label = _("Bring an overdue case up")
    roles = frozenset()

    def check(self) -> None:
        super().check()
        if not self.target.overdue:
            raise Unmet(_("It is not overdue."))

    def write(self) -> Done:
        case = self.target
        case.escalated += 1
        case.save()
        above = telling.leader(case.unit, case.escalated - 1)
        Step.objects.create(case=case, what="escalated", detail={"to": str(above) if above else ""})
        told = [*telling.accounts([case.responsible, case.leader, above]), *telling.officers(case.unit)]
        self.tell(told, _("Overdue since {day}: {case}"), "seal")
        return Done(case, {"level": case.escalated, "to": str(above) if above else ""})
