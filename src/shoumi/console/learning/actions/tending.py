"""Keeping it going: assignments brought up to date, reminders, what was done on paper, what is waived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.actions.people import day
from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.learning import assigning
from shoumi.console.learning.finishing import finish
from shoumi.console.learning.models import PAPER, SOON, WAIVED, Assignment
from shoumi.console.roles import LEADER, OFFICER

KEEPERS: Final = frozenset({OFFICER})
EVERY: Final = timedelta(days=7)  # nobody is reminded of the same thing more often


class BringUpToDate(Action):
    """What the requirements ask for is assigned, the rest lapses. The clock does the same every hour."""

    name = "learning.assign"
    label = _("Bring assignments up to date")
    intro = _("People who are new here or moved are given what is required of them. This also happens by itself.")
    roles = KEEPERS

    def write(self) -> Done:
        added, lapsed = assigning.carry_out(assigning.plan(self.actor.reach(self.roles)))
        return Done(None, {"assigned": added, "lapsed": lapsed})


class Remind(Action):
    """Whoever has something overdue or due within a week is told, at most once a week."""

    name = "learning.remind"
    label = _("Remind")
    intro = _("Everybody with something overdue or due within a week gets one message, at most once a week.")
    roles = frozenset({OFFICER, LEADER})

    class Input(ActionForm):
        """Which unit."""

        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"), required=False, empty_label=_("all your units"))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def check(self) -> None:
        rows = reminding().filter(self.actor.reach(self.roles).within("person__unit__path"))
        unit = self.data["unit"]
        self.rows = rows.filter(person__unit__path__startswith=unit.path) if unit else rows
        if not self.rows.exists():
            raise Unmet(_("Nobody has to be reminded: nothing is due, or they were reminded within a week."))

    def write(self) -> Done:
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        today = timezone.localdate()
        counts = self.rows.values_list("person__account").order_by()
        for key, count, late in counts.annotate(count=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today))):
            groups[count, late].append(key)
        for (count, late), keys in groups.items():
            _tell(keys, count, late)
        keys = list(self.rows.values_list("pk", flat=True))
        for start in range(0, len(keys), 1000):
            Assignment.objects.filter(pk__in=keys[start : start + 1000]).update(reminded_on=today)
        unit = self.data["unit"]
        return Done(unit, {"people": sum(map(len, groups.values())), "assignments": len(keys)})


def reminding() -> Any:
    """Return the assignments whose people should hear of them now; only people with an account can."""
    today = timezone.localdate()
    rows = Assignment.objects.filter(ended_on=None, due_on__lte=today + SOON, person__departed_on=None)
    rows = rows.filter(person__account__is_active=True)
    return rows.filter(Q(reminded_on=None) | Q(reminded_on__lte=today - EVERY) | Q(reminded_on__gt=today))


def _tell(keys: list[int], count: int, late: int) -> None:
    from shoumi.console.notices import tell

    words = _("Lessons and letters to do: {n}, of which overdue: {m}.")
    users = list(User.objects.filter(pk__in=keys))
    sentence = format_lazy(words, n=count, m=late)
    tell(users, sentence, reverse("learning:mine"), urgency="seal" if late else "amber")


class OnPaper(Action):
    """Somebody took a lesson in a class-room, or signed on paper: it is noted with its day and where the paper is."""

    name = "learning.assignment.paper"
    label = _("Done on paper")
    intro = _("For people without an account, and for lessons given in a room. The list will say “on paper”.")
    roles = KEEPERS
    model = Assignment

    class Input(ActionForm):
        """When, and where the paper is kept."""

        done_on = day(_("Done on"))
        note = forms.CharField(label=_("Where the paper is kept"), max_length=500)

        def clean_done_on(self) -> date:
            done = self.cleaned_data["done_on"] or timezone.localdate()
            if done > timezone.localdate():
                raise forms.ValidationError(_("This day is still to come."))
            return done

    def check(self) -> None:
        _still_open(self.target)
        if self.target.person_id == getattr(getattr(self.actor, "person", None), "pk", None):
            raise Unmet(_("Nobody notes this for themselves."))

    def write(self) -> Done:
        one = self.target
        kept = finish(one.person, one.material.current, PAPER, self.data["done_on"], self.data["note"])
        facts = {"done_on": self.data["done_on"].isoformat(), "note": self.data["note"], **kept}
        return Done(one, {**facts, "edition": one.material.current.number})


class Waive(Action):
    """Somebody need not do it: with a reason, and on record."""

    name = "learning.assignment.waive"
    label = _("Waive")
    intro = _("They need not do it this time. Your name and the reason stay on record.")
    roles = KEEPERS
    model = Assignment
    sensitive = grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        _still_open(self.target)
        if self.target.person_id == getattr(getattr(self.actor, "person", None), "pk", None):
            raise Unmet(_("Nobody waives something for themselves."))

    def write(self) -> Done:
        one = self.target
        one.ended_on, one.way, one.note = timezone.localdate(), WAIVED, self.data["reason"]
        one.save()
        return Done(one, {"reason": self.data["reason"], "what": one.material.slug})


def _still_open(one: Assignment) -> None:
    if one.ended_on is not None:
        raise Unmet(_("This is done already."))
