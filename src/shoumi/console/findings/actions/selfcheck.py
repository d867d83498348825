"""A self-inspection: begun, answered item by item, ended; what is wrong becomes cases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.findings import numbers, opening
from shoumi.console.findings.actions.cases import paragraph
from shoumi.console.findings.actions.triage import day_field
from shoumi.console.findings.checklist import ITEMS, QUESTIONS
from shoumi.console.findings.models import Answer, SelfInspection
from shoumi.console.findings.models.cases import SELF
from shoumi.console.findings.models.selfcheck import NO, PARTLY, VERDICTS
from shoumi.console.roles import LEADER, OFFICER

INSPECTORS: Final = frozenset({OFFICER, LEADER})


class Begin(Action):
    """A unit looks at itself."""

    name = "findings.self.begin"
    label = _("Begin self-inspection")
    intro = _("Thirteen items with three questions each, as the Implementing Regulations ask (art. 58).")
    roles = INSPECTORS

    class Input(ActionForm):
        """Which unit, until when."""

        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        due = day_field(_("Until"))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def initial(self) -> dict[str, Any]:
        return {"due": timezone.localdate() + timedelta(days=30)}

    def check(self) -> None:
        if self.data["unit"].self_inspections.filter(ended=None).exists():
            raise Unmet(_("A self-inspection of this unit is under way already."))

    def write(self) -> Done:
        made = SelfInspection.objects.create(
            number=numbers.following(SelfInspection, "S"), by=self.actor.get_full_name(), **self.data
        )
        return Done(made, {"due": made.due.isoformat()})


class AnswersForm(ActionForm):
    """A verdict and a note for each question of the checklist; what is left empty is asked again."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for key, question in QUESTIONS.items():
            self.fields[key] = forms.ChoiceField(
                label=question,
                choices=VERDICTS,
                required=False,
                widget=forms.RadioSelect,
                initial=self.initial.get(key),
            )
            self.fields[f"{key}-note"] = forms.CharField(
                label=_("What was seen"), required=False, max_length=500, initial=self.initial.get(f"{key}-note", "")
            )

    def groups(self) -> list[tuple[Any, list[tuple[Any, Any]]]]:
        """Return the items with their pairs of fields, for the page."""
        return [(item.label, [(self[key], self[f"{key}-note"]) for key, _q in item.keyed()]) for item in ITEMS]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for key in QUESTIONS:
            if data.get(key) in (NO, PARTLY) and not data.get(f"{key}-note"):
                self.add_error(f"{key}-note", _("Say what is wrong: it becomes a case."))
        return data


class Fill(Action):
    """Questions are answered, as far as somebody has looked."""

    name = "findings.self.answer"
    label = _("Save answers")
    roles = INSPECTORS
    model = SelfInspection
    Input = AnswersForm

    def initial(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for answer in self.target.answers.all():
            known |= {answer.question: answer.verdict, f"{answer.question}-note": answer.note}
        return known

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This self-inspection has ended."))

    def write(self) -> Done:
        who, counts = self.actor.get_full_name(), dict.fromkeys((verdict for verdict, _l in VERDICTS), 0)
        for key in QUESTIONS:
            verdict = self.data.get(key)
            if not verdict:
                continue
            counts[verdict] += 1
            note = self.data.get(f"{key}-note", "")
            old = self.target.answers.filter(question=key).first()
            if old is None or (old.verdict, old.note) != (verdict, note):
                Answer.objects.update_or_create(
                    inspection=self.target,
                    question=key,
                    defaults={"verdict": verdict, "note": note, "by": who, "at": timezone.now()},
                )
        return Done(self.target, counts)


class End(Action):
    """The self-inspection ends: each item in which something is wrong becomes a case."""

    name = "findings.self.end"
    label = _("End self-inspection")
    intro = _(
        "Each item with something not or only partly fulfilled becomes a case; the answers can no longer be changed."
    )
    roles = INSPECTORS
    model = SelfInspection

    class Input(ActionForm):
        """The conclusion."""

        conclusion = paragraph(_("Conclusion"))

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This self-inspection has ended."))
        left = len(QUESTIONS) - self.target.answers.count()
        if left:
            raise Unmet(_("%(count)d questions are not answered yet.") % {"count": left})

    def write(self) -> Done:
        made, cases = self.target, []
        for item in ITEMS:
            keys = dict(item.keyed())
            wrong = list(made.answers.filter(question__in=keys, verdict__in=(NO, PARTLY)))
            if wrong:
                cases.append(self._case(item, wrong).number)
        made.ended, made.conclusion = timezone.localdate(), self.data["conclusion"]
        made.save()
        return Done(made, {"cases": cases, **self.data})

    def _case(self, item: Any, wrong: list[Answer]) -> Any:
        made = self.target
        case = opening.open_case(
            title=f"{made.number} · {item.label}",
            unit=made.unit,
            kind=SELF,
            by=self.actor.get_full_name(),
            rank=1 if any(answer.verdict == NO for answer in wrong) else 2,
            source=f"self:{made.pk}:{item.key}",
            order="\n".join(answer.note for answer in wrong),
        )
        Answer.objects.filter(pk__in=[answer.pk for answer in wrong]).update(case=case)
        return case
