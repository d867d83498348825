"""What is decided about findings, one by one or many at once, and about what could not be examined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.findings.models import Decision, Finding, Gap, within
from shoumi.console.findings.models.found import CASE, FALSE, GONE, OPEN
from shoumi.console.roles import AREA, OFFICER

DECIDERS: Final = frozenset({OFFICER, AREA})
MOST: Final = 1000  # findings of one decision
LONGEST: Final = timedelta(days=366)


def why(label: Any = "", hint: Any = "", *, required: bool = True) -> forms.CharField:
    """Return a field for a sentence."""
    lines = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label or _("Reason"), help_text=hint, max_length=500, widget=lines, required=required)


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """Return a field for a day, typed or picked."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=hint, widget=picker, input_formats=["%Y-%m-%d"], required=required)


class ChosenForm(ActionForm):
    """The findings that a decision is about."""

    findings = forms.ModelMultipleChoiceField(Finding.objects, widget=forms.MultipleHiddenInput)

    def limit(self) -> None:
        reach = self.action.actor.reach(self.action.roles)
        self.fields["findings"].queryset = Finding.objects.filter(within(reach)).select_related("unit")

    def clean_findings(self) -> list[Finding]:
        found = list(self.cleaned_data["findings"].order_by("pk")[: MOST + 1])
        if len(found) > MOST:
            raise forms.ValidationError(_("At most 1000 at once."))
        return found


class _OfFindings(Action):
    """A decision about chosen findings."""

    roles = DECIDERS
    chosen: Sequence[str] = ()

    @property
    def findings(self) -> list[Finding]:
        """The findings it is about, once the input is known."""
        return self.data.get("findings") or []

    def units(self) -> Iterable[str]:
        return sorted({finding.unit.path for finding in self.findings})

    def initial(self) -> dict[str, Any]:
        return {"findings": list(self.chosen)}

    def decide(self, because: str = "", /, **values: Any) -> Done:
        """Write the values and a line of history for each finding; the entry names them all."""
        keys = [finding.pk for finding in self.findings]
        Finding.objects.filter(pk__in=keys).update(**values)
        record(self.findings, self.actor.get_full_name(), self.name, because)
        facts = {"findings": [finding.content for finding in self.findings][:100], "count": len(keys)}
        thing = self.findings[0] if len(keys) == 1 else None
        return Done(thing, {**facts, **({"reason": because} if because else {})})


def record(findings: Iterable[Finding], by: str, what: str, because: str = "") -> None:
    """Write a line of history for each finding."""
    Decision.objects.bulk_create([Decision(finding=one, by=by, what=what, reason=because) for one in findings])


class Dismiss(_OfFindings):
    """This is no leak: with a reason, and for how long that holds."""

    name = "findings.dismiss"
    label = _("False positive")
    intro = _("It leaves the queue, and scans no longer count it. When its time is over, it comes back to be decided.")

    class Input(ChosenForm):
        """Why, and until when."""

        reason = why(hint=_("What it really is: a sample number on a form, a published paper."))
        until = day_field(_("Holds until"), _("At most a year."))

        def clean_until(self) -> Any:
            until, today = self.cleaned_data["until"], timezone.localdate()
            if not today <= until <= today + LONGEST:
                raise forms.ValidationError(_("A day within the next year."))
            return until

    def initial(self) -> dict[str, Any]:
        return {**super().initial(), "until": timezone.localdate() + timedelta(days=180)}

    def check(self) -> None:
        if any(finding.state == CASE for finding in self.findings):
            raise Unmet(_("One of them belongs to a case. Decide it there."))

    def write(self) -> Done:
        because = self.data["reason"]
        who = self.actor.get_full_name()
        return self.decide(because, state=FALSE, because=because, until=self.data["until"], judge=who)


class Reconsider(_OfFindings):
    """A judgement is taken back: the findings are to be decided again."""

    name = "findings.reconsider"
    label = _("Decide again")
    intro = _("The findings return to the queue.")

    class Input(ChosenForm):
        """Why."""

        reason = why()

    def check(self) -> None:
        if any(finding.state != FALSE for finding in self.findings):
            raise Unmet(_("Only what was judged a false positive can be decided again."))

    def write(self) -> Done:
        done = self.decide(self.data["reason"], state=OPEN, because="", until=None, judge="")
        Finding.objects.filter(pk__in=[one.pk for one in self.findings if not one.places]).update(state=GONE)
        return done


def _above(path: str) -> Iterator[str]:
    """Return the paths of the units above a unit: who answers for them answers for it."""
    steps = path.strip("/").split("/")
    yield from (f"/{'/'.join(steps[:count])}/" for count in range(1, len(steps)))


class Assign(_OfFindings):
    """Somebody is to decide these."""

    name = "findings.assign"
    label = _("Assign")

    class Input(ChosenForm):
        """To whom."""

        to = forms.ModelChoiceField(User.objects, label=_("Assign to whom"), help_text=_("Officers of these units."))

        def limit(self) -> None:
            super().limit()
            reach, held = self.action.actor.reach(DECIDERS), {"granted__role__in": DECIDERS, "granted__ended": None}
            parts = {part for path in reach.paths for part in _above(path)}
            near = Q() if reach.everywhere else reach.within("granted__unit__path") | Q(granted__unit__path__in=parts)
            self.fields["to"].queryset = User.objects.full().filter(near, is_active=True, **held).distinct()

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            to = data.get("to")
            if to and not all(to.reach(DECIDERS).covers(one.unit.path) for one in data.get("findings", ())):
                self.add_error("to", _("This person does not answer for all of these units."))
            return data

    def write(self) -> Done:
        done = self.decide(assigned=self.data["to"])
        return Done(done.thing, {**done.facts, "to": self.data["to"].username})


class SettleGap(Action):
    """What was done about things that could not be examined."""

    name = "findings.gap.settle"
    label = _("Note what was done")
    intro = _("For instance: opened with its keeper and looked at; password asked for; not ours.")
    roles = DECIDERS
    chosen: Sequence[str] = ()

    class Input(ActionForm):
        """Which, and what."""

        gaps = forms.ModelMultipleChoiceField(Gap.objects, widget=forms.MultipleHiddenInput)
        note = why(_("What was done"))

        def limit(self) -> None:
            units = Unit.objects.filter(self.action.actor.reach(self.action.roles).within("path"))
            rows = Gap.objects.filter(inspection__unit__in=units)
            self.fields["gaps"].queryset = rows.select_related("inspection__unit")

        def clean_gaps(self) -> list[Gap]:
            return list(self.cleaned_data["gaps"].order_by("pk")[:MOST])

    def units(self) -> Iterable[str]:
        return sorted({gap.unit_path for gap in self.data.get("gaps") or ()})

    def initial(self) -> dict[str, Any]:
        return {"gaps": list(self.chosen)}

    def write(self) -> Done:
        gaps, note = self.data["gaps"], self.data["note"]
        Gap.objects.filter(pk__in=[gap.pk for gap in gaps]).update(
            note=note, settled=timezone.now(), by=self.actor.get_full_name()
        )
        thing = gaps[0].inspection if len({gap.inspection_id for gap in gaps}) == 1 else None
        return Done(thing, {"count": len(gaps), "note": note, "files": [str(gap)[:200] for gap in gaps[:20]]})
