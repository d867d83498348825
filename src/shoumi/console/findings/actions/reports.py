"""Leaks that people report: filed by name, delivered from envelopes, answered by those who may see them."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit, User
from shoumi.console.action import Action, ActionForm, Done, Gone, Unmet
from shoumi.console.findings import numbers, opening, routing, telling
from shoumi.console.findings.actions.cases import paragraph
from shoumi.console.findings.models import Envelope, Message, Report, Rules
from shoumi.console.findings.models.cases import REPORTED
from shoumi.console.findings.models.found import RANKS
from shoumi.console.findings.models.reports import DONE, NEW, WORKING
from shoumi.console.roles import ADMINISTRATORS, EVERYBODY, SECURITY
from shoumi.console.roles import WORKING as WORKERS

READERS: Final = frozenset({*WORKERS, *ADMINISTRATORS})


class ReportForm(ActionForm):
    """What happened, where, and about whom."""

    text = paragraph(_("What happened"), _("What, where, when; no secret itself."))
    unit = forms.CharField(label=_("Where"), max_length=200, required=False, help_text=_("Name or code of the unit."))
    about = forms.CharField(
        label=_("About whom"),
        required=False,
        max_length=500,
        help_text=_(
            "Names or staff numbers, separated by commas. None of them will see it, nor who is above or below them."
        ),
    )

    def clean_unit(self) -> Unit | None:
        return called(self.cleaned_data["unit"])

    def clean_about(self) -> list[Person]:
        return named(self.cleaned_data["about"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not routing.readers(data.get("unit"), data.get("about") or ()):
            raise forms.ValidationError(
                _(
                    "Everybody who could look into it here is in that chain. "
                    "Report it to the secrecy department directly."
                )
            )
        return data


def called(said: str) -> Unit | None:
    """Return the unit that a line names; no list is offered: it would show the whole office to anybody."""
    word = said.strip()
    if not word:
        return None
    found = Unit.objects.filter(closed_on=None)
    unit = found.filter(code__iexact=word).first() or found.filter(name__iexact=word).first()
    if unit is None:
        raise forms.ValidationError(
            _("No unit is called “%(name)s”. Leave it empty if you are not sure.") % {"name": word}
        )
    return unit


def named(said: str) -> list[Person]:
    """Return the people that a line names, by staff number or by their whole name."""
    words = [word.strip() for word in re.split(r"[,，、;；\n]", said) if word.strip()]
    found = []
    for word in words[:20]:
        people = list(Person.objects.filter(number=word)) or list(Person.objects.filter(name=word)[:20])
        if not people:
            raise forms.ValidationError(_("Nobody here is called “%(name)s”.") % {"name": word})
        found += people
    return found


class FileReport(Action):
    """A report by name."""

    name = "findings.report.file"
    label = _("Report a leak")
    roles = EVERYBODY
    Input = ReportForm

    def write(self) -> Done:
        report = receive(self.data["text"], self.data["unit"], self.data["about"], reporter=self.actor)
        return Done(report)


class Deliver(Action):
    """The machine opens an envelope: a report without a name, or a further message to one."""

    name = "findings.report.anonymous"
    label = _("Deliver an anonymous report")
    roles = frozenset()
    model = Envelope

    def write(self) -> Done:
        envelope = self.target
        report = Report.objects.filter(code=envelope.code).first()
        if envelope.reply and report is not None:
            Message.objects.create(report=report, day=envelope.day, text=envelope.text)
            telling.say(report.readers.all(), _("A message to a report came in."), place(report), thing=report)
        elif not envelope.reply:
            about = Person.objects.filter(pk__in=envelope.about)
            report = receive(envelope.text, envelope.unit, about, code=envelope.code, day=envelope.day)
        facts = {"day": envelope.day.isoformat()}
        Envelope.objects.filter(pk=envelope.pk).delete()
        return Done(report, facts)


def receive(text: str, unit: Unit | None, about: Any, **more: Any) -> Report:
    """Keep a report and tell those who may see it."""
    report = Report.objects.create(number=numbers.following(Report, "R"), text=text, unit=unit, **more)
    report.about.set(about)
    found = routing.readers(unit, about)
    report.readers.set(found)
    telling.say(found, _("A leak was reported."), place(report), urgency="amber", thing=report)
    return report


def place(report: Report) -> str:
    """Return where a report stands."""
    return reverse("findings:report-one", args=(report.pk,))


class _OfReport(Action):
    """A step by one of those who may see the report."""

    model = Report
    roles = READERS

    def _permit(self) -> None:
        if not self.target.readers.filter(pk=getattr(self.actor, "pk", None)).exists():
            raise Gone


class AnswerReport(_OfReport):
    """A message to who reported."""

    name = "findings.report.answer"
    label = _("Write to who reported")
    intro = _("They read it with their reply code, or in their own list. Do not ask who they are.")

    class Input(ActionForm):
        """The message."""

        text = paragraph(_("Message"))

    def write(self) -> Done:
        report = self.target
        Message.objects.create(report=report, text=self.data["text"], by=self.actor.get_full_name())
        if report.state == NEW:
            report.state = WORKING
            report.save()
        if report.reporter is not None:
            telling.say([report.reporter], _("Your report was answered."), reverse("findings:my-reports"), thing=report)
        return Done(report)


class EndReport(_OfReport):
    """The report was looked into."""

    name = "findings.report.end"
    label = _("Record the outcome")

    class Input(ActionForm):
        """The outcome; who reported sees it."""

        outcome = paragraph(_("Outcome"), _("Who reported will read this."))

    def check(self) -> None:
        if self.target.state == DONE:
            raise Unmet(_("The outcome is recorded already."))

    def write(self) -> Done:
        self.target.state, self.target.outcome = DONE, self.data["outcome"]
        self.target.save()
        return Done(self.target)


class ReportToCase(_OfReport):
    """A report becomes a case."""

    name = "findings.report.case"
    label = _("Open case")
    intro = _("Officers and leaders of the unit will see the case. Say nothing in it that shows who reported.")

    class Input(ActionForm):
        """What, and where."""

        title = forms.CharField(label=_("What is wrong"), max_length=200)
        unit = forms.CharField(label=_("Unit"), max_length=200, help_text=_("Name or code of the unit."))
        rank = forms.TypedChoiceField(label=_("Severity"), choices=RANKS, coerce=int, initial=1)

        def clean_unit(self) -> Unit | None:
            return called(self.cleaned_data["unit"])

    def initial(self) -> dict[str, Any]:
        return {"unit": self.target.unit.code if self.target.unit else ""}

    def check(self) -> None:
        if self.target.case_id:
            raise Unmet(_("It is a case already."))

    def write(self) -> Done:
        report = self.target
        report.case = opening.open_case(kind=REPORTED, by=self.actor.get_full_name(), **self.data)
        report.state = WORKING
        report.save()
        return Done(report, {"case": report.case.number})


class SetRules(Action):
    """The office allows reports without a name, or no longer."""

    name = "findings.report.rules"
    label = _("Rules for reports")
    roles = frozenset({SECURITY})

    class Input(ActionForm):
        """Whether."""

        anonymous = forms.BooleanField(label=_("Anonymous reports are allowed"), required=False)

    def units(self) -> tuple[str, ...]:
        return ("",)

    def initial(self) -> dict[str, Any]:
        return {"anonymous": Rules.current().anonymous}

    def write(self) -> Done:
        rules = Rules(pk=1, anonymous=self.data["anonymous"])
        rules.save()
        return Done(rules, self.data)


def mine(user: User) -> Any:
    """Return the reports that somebody filed by name."""
    return Report.objects.filter(reporter=user).prefetch_related("messages")
