"""Background work as the system administrator sees it: which job, how often tried, what went wrong. No content."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action, Gone
from shoumi.console.audit.models import Entry
from shoumi.console.jobs import declared, state
from shoumi.console.jobs.actions import GiveUp, TryAgain
from shoumi.console.jobs.models import DEAD, DONE, RUNNING, STATES, WAITING, Job
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import SYSTEM

_TONES = {DEAD: "seal", DONE: "jade", RUNNING: "amber"}


def words(name: str) -> Any:
    """Return a job in words; its name when it has none."""
    known = declared.registry().get(name)
    return (known.label if known else "") or name


class Jobs(ListPage):
    """All work of the last week, and what waits or failed."""

    name = "jobs.jobs"
    title = gettext_lazy("Background work")
    template = "jobs/jobs.html"
    roles = frozenset({SYSTEM})
    search = ("name", "problem")
    order = ("-pk",)
    empty = gettext_lazy("Reminders, mails and scans that run by themselves stand here. There were none.")
    columns = (
        Column("job", gettext_lazy("Job"), lambda j: words(j.name), "name"),
        Column("state", gettext_lazy("State"), lambda j: j.get_state_display(), "state", "badge",
               tone=lambda j: _TONES.get(j.state, "")),
        Column("at", gettext_lazy("Due at"), lambda j: j.at, "at", "moment"),
        Column("tries", gettext_lazy("Tries"), lambda j: str(j.tries), "tries", "number"),
        Column("ended", gettext_lazy("Ended at"), lambda j: j.ended, "ended", "moment"),
        Column("problem", gettext_lazy("What went wrong"), lambda j: j.problem, "problem"),
        Column("made", gettext_lazy("Asked for"), lambda j: j.made, "made", "moment", shown=False),
    )  # fmt: skip
    filters = (
        Filter("state", gettext_lazy("State"), pairs(STATES), lambda rows, value: rows.filter(state=value)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        everywhere = self.request.user.reach(self.roles).everywhere
        return Job.objects.defer("payload") if everywhere else Job.objects.none()

    def address(self, row: Any) -> str:
        return reverse("jobs:job", args=(row.pk,))

    @property
    def state(self) -> state.State:
        """How the machinery is."""
        return state.now()


class OneJob(Page):
    """One piece of work."""

    roles = frozenset({SYSTEM})

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        del request
        found = Job.objects.filter(pk=pk).first()
        if found is None or not self.request.user.reach(self.roles).everywhere:
            raise Gone
        history = Entry.objects.filter(subject=f"jobs.job:{pk}")[:30]
        stuck = found.state in {DEAD, WAITING}
        return self.show("jobs/job.html", job=found, what=words(found.name), stuck=stuck, history=history)


class _Step(ActionPage):
    def address(self, done: Any) -> str:
        return reverse("jobs:job", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("jobs:job", args=(act.target.pk,))


class Again(_Step):
    """Try again."""

    action = TryAgain


class Drop(_Step):
    """Give up."""

    action = GiveUp
