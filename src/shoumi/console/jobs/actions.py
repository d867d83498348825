"""What the system administrator does about work that failed: let it be tried again, or give it up."""

from __future__ import annotations

from collections.abc import Iterable

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.jobs.models import DEAD, DROPPED, WAITING, Job
from shoumi.console.roles import SYSTEM


class TryAgain(Action):
    """A job that failed for good, or waits for its next try, is due at once and has all its tries again."""

    name = "jobs.again"
    label = _("Try again")
    intro = _("It is due at once and has all its tries again.")
    roles = frozenset({SYSTEM})
    model = Job

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if self.target.state not in {DEAD, WAITING}:
            raise Unmet(_("Only work that failed or waits can be tried again."))
        twin = Job.objects.filter(name=self.target.name, key=self.target.key, state=WAITING).exclude(pk=self.target.pk)
        if self.target.key and twin.exists():
            raise Unmet(_("The same work waits already; it will be done by that."))

    def write(self) -> Done:
        facts = {"job": self.target.name, "problem": self.target.problem}
        self.target.state, self.target.tries = WAITING, 0
        self.target.since = self.target.at = timezone.now()
        self.target.save()
        return Done(self.target, facts)


class GiveUp(Action):
    """A job is not tried any more."""

    name = "jobs.drop"
    label = _("Give up")
    intro = _("It will not be done. What asked for it is not told.")
    roles = frozenset({SYSTEM})
    model = Job
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if self.target.state not in {DEAD, WAITING}:
            raise Unmet(_("Only work that failed or waits can be given up."))

    def write(self) -> Done:
        facts = {**self.data, "job": self.target.name, "problem": self.target.problem}
        self.target.state, self.target.ended = DROPPED, timezone.now()
        self.target.save()
        return Done(self.target, facts)
