"""What waits in this room: questions of people who checked, scans that failed or were never announced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.findings.models import within
from shoumi.console.roles import OFFICER
from shoumi.console.scans.models import FAILED, Plan, Question, Run
from shoumi.console.todo import Todo, provider


@provider
def questions(user: Any) -> Iterator[Todo]:
    """For officers: what people ask before they send."""
    reach = user.reach({OFFICER})
    if not reach:
        return
    count = Question.objects.filter(within(reach, "user__person__unit"), answered=None).count()
    if count:
        yield Todo(
            ngettext("%(n)d person asks before sending something.", "%(n)d people ask before sending something.", count)
            % {"n": count}, reverse("scans:questions"), "amber", _("Answer it"))  # fmt: skip


@provider
def scans(user: Any) -> Iterator[Todo]:
    """For officers: scans that failed, scans that nobody was told about."""
    reach = user.reach({OFFICER})
    if not reach:
        return
    here = reverse("scans:plans")
    failed = Run.objects.filter(within(reach, "plan__unit"), state=FAILED, plan__ended=None)
    latest = [run for run in failed.select_related("plan")[:20] if run.plan.runs.first() == run]
    if latest:
        yield Todo(ngettext("%(n)d scan failed.", "%(n)d scans failed.", len(latest)) % {"n": len(latest)}, here,
                   "amber", _("Show"))  # fmt: skip
    count = Plan.objects.filter(within(reach), ended=None, announced=None).count()
    if count:
        yield Todo(
            ngettext("%(n)d scan is not announced yet.", "%(n)d scans are not announced yet.", count) % {"n": count},
            here, "plain", _("Announce"))  # fmt: skip
