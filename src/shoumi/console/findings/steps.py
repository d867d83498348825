"""How near a leak findings and cases bring a unit: by area and severity, by deadlines, by incidents.

What somebody reported is never counted here: who reads a board may be who the report is about.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.findings.models import Case, Finding, SelfInspection
from shoumi.console.findings.models.cases import ADDED_UP, ENDED, MISSING
from shoumi.console.findings.models.found import OPEN, RANKS
from shoumi.console.steps import (
    COMPILATION,
    DRIVES,
    HOLIDAYS,
    LEAKED,
    MESSAGING,
    ONE,
    THREE,
    TWO,
    Asked,
    Groups,
    Rule,
    Step,
    key_of,
    provider,
    within,
)

_FINDINGS, _SEVERITY = gettext_lazy("Open findings"), gettext_lazy("Severity")  # lazy: a board has many steps
_FIRST, _JUDGE = gettext_lazy("First seen"), gettext_lazy("Judge")
_OUT: Final = frozenset({DRIVES, MESSAGING})  # what lies there is already with somebody else
_GONE_OUT: Final = Rule(
    "findings.out",
    LEAKED,
    gettext_lazy(
        "A critical finding lies in a cloud drive or a chat: it counts as leaked until somebody decides otherwise."
    ),
    "N1–N3, M2",
)
_CRITICAL: Final = Rule("findings.critical", ONE, gettext_lazy("A critical or high finding is not decided."), "X4")
_MEDIUM: Final = Rule("findings.medium", TWO, gettext_lazy("A medium finding is not decided."), "X4")
_LOW: Final = Rule("findings.low", THREE, gettext_lazy("A low finding is not decided."), "X4")
_BY_RANK: Final = {0: _CRITICAL, 1: _CRITICAL, 2: _MEDIUM, 3: _LOW}
_INCIDENT: Final = Rule(
    "findings.incident",
    LEAKED,
    gettext_lazy("An incident counts as a leak until its case is closed; it is reported within 24 hours."),
    gettext_lazy("Implementing Regulations art. 61"),
)
_OVERDUE: Final = Rule("findings.overdue", ONE, gettext_lazy("The deadline of a rectification has passed."), "X4")
_GRAVE: Final = Rule(
    "findings.grave", ONE, gettext_lazy("A critical case is open: what was found is not yet checked again."), "X4"
)
_CASE: Final = Rule("findings.case", TWO, gettext_lazy("A case is open: what is wrong is being put right."), "X4")
_SELF: Final = Rule(
    "findings.self",
    TWO,
    gettext_lazy("A self-inspection was not finished in time."),
    gettext_lazy("Implementing Regulations art. 58"),
)


def _words(count: int, severity: str) -> str:
    text = ngettext("%(n)d %(severity)s finding open", "%(n)d %(severity)s findings open", count)
    return text % {"n": count, "severity": severity}


_said = lazy(_words, str)  # of many steps the board says few


@provider
def findings(paths: tuple[str, ...]) -> Asked:
    """Findings that wait for a decision, by area and severity."""
    rows = Finding.objects.filter(within(paths, "unit__path"), state=OPEN, rank__lt=4)
    sums: dict[tuple[str, str, int], tuple[int, Any]] = {}
    for path, area, ranked, category, count, first in (
        yield Groups(rows, "unit__path", "first_seen", ("area", "rank", "category"))
    ):
        key = (path, area or (COMPILATION if category == "passage" else ""), int(ranked))
        before, since = sums.get(key, (0, first))
        sums[key] = before + count, min(since, first)
    queue, words = reverse("findings:queue"), {rank: str(label) for rank, label in RANKS}
    for (path, area, rank), (count, since) in sums.items():
        rule = _GONE_OUT if rank == 0 and area in _OUT else _BY_RANK[rank]
        word = words[rank]
        yield Step(
            path, area, rule.left, _said(count, word),
            ((_FINDINGS, count), (_SEVERITY, word), (_FIRST, since)),
            since, f"{queue}?severity={rank}&area={area}&unit={key_of(path)}", _JUDGE, rule,
        )  # fmt: skip


@provider
def cases(paths: tuple[str, ...]) -> Asked:
    """Cases that are not closed, each in the areas of its findings."""
    rows = list(Case.objects.filter(within(paths, "unit__path")).exclude(state__in=ENDED).select_related("unit"))
    areas: dict[int, set[str]] = defaultdict(set)
    for key, area in Finding.objects.filter(case__in=rows).values_list("case", "area").distinct():
        areas[key].add(area)
    for case in rows:
        of_kind = {ADDED_UP: COMPILATION, MISSING: HOLIDAYS}.get(case.kind, "")
        for area in sorted(areas[case.pk] or {of_kind}):
            yield _of(case, area)


def _of(case: Case, area: str) -> Step:
    rule, text, action = _CASE, _("case open: %(case)s"), _("Go on with the case")
    facts: list[tuple[Any, Any]] = [(_("Case"), case), (_("State"), case.get_state_display())]
    if case.incident:
        rule, text = _INCIDENT, _("incident: %(case)s")
        facts += [
            (_("Discovered"), case.discovered),
            (_("To be reported by"), case.due),
            (_("Reported"), case.reported),
        ]
        action = _("Go on with the case") if case.reported else _("Report the incident")
    elif case.rank == 0 and not case.overdue:
        rule, text = _GRAVE, _("critical case: %(case)s")
    elif case.overdue:
        rule, text, action = _OVERDUE, _("case overdue: %(case)s"), _("Call for the answer")
    facts.append((_("Deadline"), case.deadline))
    since = case.discovered if case.incident else case.deadline if case.overdue else case.opened
    here = reverse("findings:case", args=(case.pk,))
    return Step(case.unit.path, area, rule.left, text % {"case": case.number}, tuple(facts), since, here, action, rule)


@provider
def selfchecks(paths: tuple[str, ...]) -> Asked:
    """Self-inspections that are overdue."""
    rows = SelfInspection.objects.filter(within(paths, "unit__path"), ended=None, due__lt=timezone.localdate())
    any_of = yield Groups(rows, "unit__path")
    for made in rows.select_related("unit") if any_of else ():
        yield Step(
            made.unit.path, "", _SELF.left, _("self-inspection overdue"),
            ((_("Number"), made.number), (_("Deadline"), made.due)), made.due,
            reverse("findings:selfcheck", args=(made.pk,)), _("Answer questions"), _SELF,
        )  # fmt: skip
