"""Cases and self-inspections."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.audit.models import Entry
from shoumi.console.findings.actions import cases, selfcheck
from shoumi.console.findings.checklist import ITEMS, QUESTIONS
from shoumi.console.findings.models import Case, SelfInspection, within
from shoumi.console.findings.models.cases import CHECKING, CLOSED, ENDED, KINDS, NEW, ORDERED, STATES
from shoumi.console.findings.models.found import RANKS
from shoumi.console.findings.models.selfcheck import NO, PARTLY
from shoumi.console.findings.views.triage import READERS, below, units
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import LEADER, OFFICER

STEPS: dict[str, type[Action]] = {
    "order": cases.Order, "answer": cases.AnswerOrder, "recheck": cases.Recheck, "close": cases.Close,
    "except": cases.Except, "reopen": cases.Reopen, "release": cases.Release, "incident": cases.Incident,
    "report": cases.ReportIncident, "account": cases.Account,
}  # fmt: skip


def _late(rows: QuerySet, value: str) -> QuerySet:
    today = timezone.localdate()
    if value == "overdue":
        return rows.filter(deadline__lt=today).exclude(state__in=ENDED)
    return rows.filter(incident=True)


class Cases(ListPage):
    """Cases of one's units."""

    name = "findings.cases"
    title = gettext_lazy("Cases")
    roles = READERS
    search = ("number", "title", "responsible__name", "leader__name")
    order = ("-opened", "-pk")
    empty = gettext_lazy("A case is opened from findings, from something missing, a self-inspection or a report.")
    columns = (
        Column("title", gettext_lazy("Case"), lambda c: f"{c.number} {c.title}", "number"),
        Column("severity", gettext_lazy("Severity"), lambda c: c.get_rank_display(), "rank", "badge",
               tone=lambda c: {0: "seal", 1: "amber"}.get(c.rank, "")),
        Column("state", gettext_lazy("State"), lambda c: c.get_state_display(), "state", "badge",
               tone=lambda c: "jade" if c.state == CLOSED else ""),
        Column("unit", gettext_lazy("Unit"), lambda c: c.unit.name, "unit__name"),
        Column("responsible", gettext_lazy("Directly responsible"),
               lambda c: c.responsible.name if c.responsible else "", "responsible__name"),
        Column("leader", gettext_lazy("Responsible leader"),
               lambda c: c.leader.name if c.leader else "", "leader__name"),
        Column("deadline", gettext_lazy("Until"), lambda c: c.deadline, "deadline", "day"),
        Column("late", gettext_lazy("Overdue"), lambda c: _("overdue") if c.overdue else _("no"), "", "badge",
               tone=lambda c: "seal" if c.overdue else ""),
        Column("kind", gettext_lazy("Comes from"), lambda c: c.get_kind_display(), "kind", shown=False),
        Column("opened", gettext_lazy("Case opened"), lambda c: c.opened, "opened", "moment", shown=False),
        Column("closed", gettext_lazy("Closed"), lambda c: c.closed, "closed", "moment", shown=False),
    )  # fmt: skip
    filters = (
        Filter("state", gettext_lazy("State"), pairs(STATES), lambda rows, value: rows.filter(state=value)),
        Filter("severity", gettext_lazy("Severity"), pairs((str(key), label) for key, label in RANKS),
               lambda rows, value: rows.filter(rank=value)),
        Filter("kind", gettext_lazy("Comes from"), pairs(KINDS), lambda rows, value: rows.filter(kind=value)),
        Filter("unit", gettext_lazy("Unit"), units(READERS), below()),
        Filter("late", gettext_lazy("Needs attention"), pairs((
            ("overdue", gettext_lazy("overdue")), ("incident", gettext_lazy("incidents")))), _late),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        return Case.objects.filter(within(reach)).select_related("unit", "responsible", "leader")

    def address(self, row: Any) -> str:
        return reverse("findings:case", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        found = [(_("Open case"), reverse("findings:case-open"))] if self.request.user.may_act(cases.OpenCase) else []
        return [*found, (_("Self-inspection"), reverse("findings:selfchecks"))]


class OneCase(Page):
    """A case: what, who, until when, what was found, what comes next. Those it names may see it, too."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = Case.objects.select_related("unit", "responsible__unit", "leader__unit").filter(pk=pk).first()
        if case is None or not self._may(case):
            raise Http404
        reader = request.user.reach(READERS).covers(case.unit.path)
        reach = request.user.reach({OFFICER, LEADER})
        history = Entry.objects.filter(reach.within("unit"), subject=f"findings.case:{pk}")
        next_step = self._next(case)
        return self.show(
            "findings/case.html",
            case=case,
            now=timezone.now(),
            reader=reader,
            findings=case.findings.select_related("unit").order_by("rank", "-places", "pk")[:50] if reader else (),
            left=case.findings.filter(places__gt=0).count(),
            total=case.findings.count(),
            steps=case.steps.all()[:50],
            history=history[:50],
            next=self._shown(case, next_step),
            waits=STEPS[next_step].label if next_step else "",
            more=[(key, action.label, action.grave) for key, action in STEPS.items()
                  if key != next_step and self._fits(case, key) and self._can(case, key)],
        )  # fmt: skip

    def _shown(self, case: Case, key: str) -> tuple[str, Any, Any] | None:
        """Return the next step as key, label and intro, for who may take it."""
        return (key, STEPS[key].label, STEPS[key].intro) if key and self._can(case, key) else None

    def _may(self, case: Case) -> bool:
        me = self.request.user
        return me.reach(READERS).covers(case.unit.path) or me.person_id in (case.responsible_id, case.leader_id)

    def _can(self, case: Case, key: str) -> bool:
        action, me = STEPS[key], self.request.user
        if action is cases.AnswerOrder and me.person_id == case.responsible_id:
            return True
        return me.reach(action.roles).covers(case.unit.path)

    def _next(self, case: Case) -> str:
        """Return the one next step."""
        if case.incident and not case.reported and not case.ended:
            return "report"
        if case.state == CHECKING:
            return "close" if case.clean else "recheck"
        return {NEW: "order", ORDERED: "answer"}.get(case.state, "")

    def _fits(self, case: Case, key: str) -> bool:
        """Say whether a step makes sense now."""
        under_way = case.state in (ORDERED, CHECKING)
        fits = {
            "order": not case.ended, "answer": under_way, "recheck": under_way,
            "close": case.state == CHECKING, "except": under_way, "reopen": case.ended,
            "release": not case.ended and case.findings.exists(), "incident": not case.ended and not case.incident,
            "report": case.incident and not case.reported, "account": True,
        }  # fmt: skip
        return bool(fits[key])


class CaseStep(ActionPage):
    """One step of a case as a form."""

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)

    def address(self, done: Any) -> str:
        return reverse("findings:case", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:case", args=(act.target.pk,))


class SelfChecks(ListPage):
    """Self-inspections of one's units."""

    name = "findings.selfchecks"
    title = gettext_lazy("Self-inspection")
    roles = selfcheck.INSPECTORS
    search = ("number", "unit__name", "by")
    order = ("-began", "-pk")
    empty = gettext_lazy(
        "A unit answers the thirteen items of the Implementing Regulations; what is wrong becomes cases."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda s: s.number, "number"),
        Column("unit", gettext_lazy("Unit"), lambda s: s.unit.name, "unit__name"),
        Column("state", gettext_lazy("State"), lambda s: _("has ended") if s.ended else _("under way"), "ended",
               "badge",
               tone=lambda s: "jade" if s.ended else ""),
        Column("answered", gettext_lazy("Answered"), lambda s: f"{s.count} / {len(QUESTIONS)}", "", "number"),
        Column("wrong", gettext_lazy("Not in order"), lambda s: s.wrong, "", "number"),
        Column("due", gettext_lazy("Until"), lambda s: s.due, "due", "day"),
        Column("by", gettext_lazy("By"), lambda s: s.by, "by"),
    )  # fmt: skip
    filters = (Filter("unit", gettext_lazy("Unit"), units(selfcheck.INSPECTORS), below()),)

    def rows(self) -> QuerySet:
        rows = SelfInspection.objects.filter(within(self.request.user.reach(self.roles))).select_related("unit")
        wrong = Count("answers", filter=Q(answers__verdict__in=(NO, PARTLY)))
        return rows.annotate(count=Count("answers"), wrong=wrong)

    def address(self, row: Any) -> str:
        return reverse("findings:selfcheck", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Begin self-inspection"), reverse("findings:selfcheck-begin"))]


class OneSelfCheck(Page):
    """A self-inspection: what was asked, answered, and which cases came of it."""

    roles = selfcheck.INSPECTORS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = self.see(SelfInspection.objects.select_related("unit"), pk)
        answers = {answer.question: answer for answer in made.answers.select_related("case")}
        items = [(item.label, [(question, answers.get(key)) for key, question in item.keyed()]) for item in ITEMS]
        history = Entry.objects.filter(
            request.user.reach(self.roles).within("unit"), subject=f"findings.selfinspection:{pk}"
        )
        return self.show(
            "findings/selfcheck.html", made=made, items=items, answered=len(answers), total=len(QUESTIONS),
            history=history[:30],
        )  # fmt: skip


class SelfCheckBegin(ActionPage):
    """Begin."""

    action = selfcheck.Begin

    def address(self, done: Any) -> str:
        return reverse("findings:selfcheck-answer", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        del act
        return reverse("findings:selfchecks")


class SelfCheckAnswer(ActionPage):
    """Answer."""

    action = selfcheck.Fill
    template = "findings/answers.html"

    def address(self, done: Any) -> str:
        return reverse("findings:selfcheck", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:selfcheck", args=(act.target.pk,))


class SelfCheckEnd(ActionPage):
    """End."""

    action = selfcheck.End

    def address(self, done: Any) -> str:
        return reverse("findings:selfcheck", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:selfcheck", args=(act.target.pk,))
