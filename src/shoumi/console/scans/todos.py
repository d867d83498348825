"""What waits in this room: questions of people who checked, scans that failed or were never announced."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.findings.models import within
from shoumi.console.roles import OFFICER
from shoumi.console.scans.models import FAILED, Plan, Question, Run
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def scans(user: Any) -> Asked:
    """For officers: what people ask before they send; scans that failed, scans that nobody was told about."""
    reach = user.reach({OFFICER})
    if not reach:
        return
    last = Run.objects.filter(within(reach, "plan__unit"), plan__ended=None).order_by().values("plan")
    counts = yield Count(
        failed=Run.objects.filter(pk__in=last.annotate(last=Max("pk")).values("last"), state=FAILED),
        questions=Question.objects.filter(within(reach, "user__person__unit"), answered=None),
        unannounced=Plan.objects.filter(within(reach), ended=None, announced=None),
    )
    count = counts["questions"]
    if count:
        yield Todo(
            ngettext("%(n)d person asks before sending something.", "%(n)d people ask before sending something.", count)
            % {"n": count}, reverse("scans:questions"), "amber", _("Answer it"))  # fmt: skip
    here = reverse("scans:plans")
    failed = counts["failed"]
    if failed:
        yield Todo(ngettext("%(n)d scan failed.", "%(n)d scans failed.", failed) % {"n": failed}, here,
                   "amber", _("Show"))  # fmt: skip
    count = counts["unannounced"]
    if count:
        yield Todo(
            ngettext("%(n)d scan is not announced yet.", "%(n)d scans are not announced yet.", count) % {"n": count},
            here, "plain", _("Announce"))  # fmt: skip
