"""Opening a case within somebody's transaction, and what inspections say about cases that wait for them.

Enters what is wrong and where it came from (``source``: not twice while one is open); leaves a case, and the people
who answer for it are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.findings import ingest, numbers, telling
from shoumi.console.findings.models import Case, Finding, Inspection, Occurrence, Step
from shoumi.console.findings.models.cases import CHECKING, ENDED, ORDERED
from shoumi.console.findings.models.found import CASE, COMPLETE


def open_case(
    *, title: str, unit: Unit, kind: str, by: str, rank: int = 1, source: str = "", findings: Sequence[Finding] = (),
    **more: Any,
) -> Case:  # fmt: skip
    """Return the case: a new one, or the one that the source opened and that is not closed yet."""
    case = Case.objects.filter(source=source).exclude(state__in=ENDED).first() if source else None
    if case is None:
        case = Case(title=title[:200], unit=unit, kind=kind, by=by, rank=rank, source=source, **more)
        case.number = numbers.following(Case, "C")
        case.leader = case.leader or telling.leader(unit)
        case.save()
        Step.objects.create(case=case, what="opened", detail={"by": by})
        told = [*telling.officers(unit), *telling.accounts([case.leader])]
        sentence = format_lazy(_("A case was opened: {case}"), case=str(case))
        telling.say(told, sentence, address(case), urgency="seal" if rank == 0 else "amber", thing=case)
    join(case, findings)
    return case


def join(case: Case, findings: Iterable[Finding]) -> None:
    """Put findings into a case; it becomes as grave as the gravest."""
    keys = [finding.pk for finding in findings]
    for part in ingest.chunks(keys):
        Finding.objects.filter(pk__in=part).update(case=case, state=CASE)
    if keys:
        case.rank = min([case.rank, *case.findings.values_list("rank", flat=True)])
        case.save()


def address(case: Case) -> str:
    """Return where a case stands."""
    return reverse("findings:case", args=(case.pk,))


def inspected(inspection: Inspection) -> None:
    """Tell cases that wait for a re-check what a complete inspection found."""
    if inspection.state != COMPLETE:
        return
    waiting = Q(state=CHECKING) | Q(state=ORDERED)
    series = Occurrence.objects.filter(series=inspection.series).values("finding")
    for case in Case.objects.filter(waiting, findings__in=series).distinct():
        left = case.findings.filter(places__gt=0).count()
        case.checked, case.clean = timezone.now(), ingest.clean(case)
        case.check_result = inspection.number
        case.save()
        Step.objects.create(case=case, what="rechecked", detail={"inspection": inspection.number, "left": left})
        words = _("Re-checked, nothing is left: {case}") if case.clean else _("Re-checked, it is still there: {case}")
        told = telling.officers(case.unit)
        telling.say(told, format_lazy(words, case=str(case)), address(case), urgency="plain", thing=case)


def added_up(inspection: Inspection) -> None:
    """Open a case for each registered document whose excerpts, in many files and on many days, add up."""
    rows = Finding.objects.filter(rule="passages.accumulated", occurrences__seen=inspection).select_related("unit")
    for finding in rows.distinct():
        open_case(
            title=str(_("Excerpts of a registered document add up")),
            unit=finding.unit,
            kind="accumulated",
            by=inspection.by,
            rank=finding.rank,
            source=f"accumulated:{finding.content}:{finding.unit_id}",
            findings=[finding],
        )
