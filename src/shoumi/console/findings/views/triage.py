"""The queue of findings, one finding, decisions, inspections and what they could not examine."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action
from shoumi.console.findings import periods, words
from shoumi.console.findings.actions import cases, evidence, triage
from shoumi.console.findings.models import Finding, Gap, Inspection, Occurrence, within
from shoumi.console.findings.models.found import AREAS, CATEGORIES, ENDS, OPEN, RANKS, REASONS, RUNNING, STATES
from shoumi.console.lists import Column, Filter, ListPage, pairs, yes_no
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import AREA, LEADER, OFFICER

READERS = frozenset({OFFICER, LEADER, AREA})
PLACES = 50


def units(wanted: frozenset[str]) -> Any:
    """Return the choices of a filter: one's units, as a tree."""
    return lambda user: [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(wanted))]


def below(column: str = "unit") -> Any:
    """Return how a filter narrows rows to a unit and what is below."""

    def apply(rows: QuerySet, value: str) -> QuerySet:
        unit = Unit.objects.filter(pk=value).first()
        if unit is None:
            return rows.none()
        return rows.filter(**{f"{column}__in": Unit.objects.filter(path__startswith=unit.path).values("pk")})

    return apply


def _rules(user: Any) -> list[tuple[str, str]]:
    del user
    names = Finding.objects.order_by("rule").values_list("rule", flat=True).distinct()
    return sorted(((name, words.rule(name)) for name in names), key=lambda pair: pair[1])


def _dated(rows: QuerySet, value: str) -> QuerySet:
    inside = Occurrence.objects.filter(periods.during("dated"), gone=None).values("finding")
    return rows.filter(pk__in=inside) if value == "yes" else rows.exclude(pk__in=inside)


class Queue(ListPage):
    """What was found and is to be decided, gravest first."""

    name = "findings.queue"
    title = gettext_lazy("Findings")
    template = "findings/queue.html"
    roles = READERS
    search = ("path",)  # each further column costs a look at every row
    also = ("inspection", "content", "mine")
    order = ("rank", "-last_seen", "-pk")
    empty = gettext_lazy("Nothing waits for a decision. Run a scan, or upload the report of another machine.")
    columns = (
        Column("rule", gettext_lazy("What"), lambda f: words.rule(f.rule), "rule"),
        Column("severity", gettext_lazy("Severity"), lambda f: f.get_rank_display(), "rank", "badge"),
        Column("snippet", gettext_lazy("Masked text"), lambda f: f.snippet),
        Column("path", gettext_lazy("First place"), lambda f: f.path, "path"),
        Column("places", gettext_lazy("Number of places"), lambda f: f.places, "places", "number"),
        Column("unit", gettext_lazy("Unit"), lambda f: f.unit.name, "unit__name"),
        Column("area", gettext_lazy("Area"), lambda f: f.get_area_display(), "area"),
        Column("category", gettext_lazy("Category"), lambda f: f.get_category_display(), "category"),
        Column("state", gettext_lazy("State"), lambda f: f.get_state_display(), "state", "badge"),
        Column("first", gettext_lazy("First seen"), lambda f: f.first_seen, "first_seen", "moment"),
        Column("last", gettext_lazy("Last seen"), lambda f: f.last_seen, "last_seen", "moment"),
        Column("because", gettext_lazy("Reason"), lambda f: f.because),
        Column("until", gettext_lazy("Holds until"), lambda f: f.until, "until", "day"),
    )
    filters = (
        Filter("severity", gettext_lazy("Severity"), pairs((str(key), label) for key, label in RANKS),
               lambda rows, value: rows.filter(rank=value)),
        Filter("area", gettext_lazy("Area"), pairs(AREAS), lambda rows, value: rows.filter(area=value)),
        Filter("category", gettext_lazy("Category"), pairs(CATEGORIES),
               lambda rows, value: rows.filter(category=value)),
        Filter("rule", gettext_lazy("Rule"), _rules, lambda rows, value: rows.filter(rule=value)),
        Filter("unit", gettext_lazy("Unit"), units(READERS), below()),
        Filter("dated", gettext_lazy("Dated on a holiday"), yes_no(gettext_lazy("yes"), gettext_lazy("no")), _dated),
        Filter("state", gettext_lazy("State"), pairs(STATES), lambda rows, value: rows.filter(state=value)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        asked = self.request.GET
        rows = Finding.objects.filter(within(self.request.user.reach(self.roles))).select_related(
            "unit", "assigned__person"
        )
        if asked.get("inspection", "").isdigit():
            seen = Occurrence.objects.filter(seen=asked["inspection"]).values("finding")
            rows = rows.filter(pk__in=seen)
        if asked.get("content"):
            rows = rows.filter(content=asked["content"][:32])
        if asked.get("mine") == "yes":
            rows = rows.filter(assigned=self.request.user)
        anything = any(asked.get(name) for name in ("state", "inspection", "content"))
        return rows if anything else rows.filter(state=OPEN)

    def address(self, row: Any) -> str:
        return reverse("findings:finding", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [
            (_("Inspections"), reverse("findings:inspections")),
            (_("Not examined"), reverse("findings:gaps")),
        ]

    @property
    def here(self) -> str:
        """The address of this list with its filters, to come back to."""
        return self.request.get_full_path()

    @property
    def decides(self) -> bool:
        """Say whether this account decides, or only reads."""
        return self.request.user.holds(triage.DECIDERS)


class OneFinding(Page):
    """A finding: why, where, what was decided."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Finding.objects.select_related("unit", "case", "assigned__person")
        finding = self.see(rows, pk)
        title = words.title(finding.document, request.user)
        places = finding.occurrences.select_related("seen", "evidence").order_by("gone", "pk")
        closures = periods.recent()
        shown = [(one, periods.of(one.dated, closures), evidence.waiting(one)) for one in places[:PLACES]]
        others = Finding.objects.filter(within(request.user.reach(self.roles)), content=finding.content)
        return self.show(
            "findings/finding.html",
            finding=finding,
            document=title,
            why=words.reasons(finding.reasons, title),
            shown=shown,
            total=places.count(),
            others=others.exclude(pk=finding.pk).select_related("unit")[:20],
            decisions=finding.decisions.all()[:50],
            decides=request.user.reach(triage.DECIDERS).covers(finding.unit.path),
            reveals=request.user.reach(evidence.HOLDERS).covers(finding.unit.path),
            opens=request.user.reach(cases.OpenCase.roles).covers(finding.unit.path),
            beside=self._beside(finding),
            back=back(request),
        )

    def _beside(self, finding: Finding) -> dict[str, int | None]:
        """Return the findings before and after in the queue, for j and k."""
        rows = Finding.objects.filter(within(self.request.user.reach(self.roles)), state=OPEN)
        seen, rank = finding.last_seen, finding.rank
        later = Q(rank__gt=rank) | Q(rank=rank, last_seen__lt=seen) | Q(rank=rank, last_seen=seen, pk__lt=finding.pk)
        order = ("rank", "-last_seen", "-pk")
        keys = rows.exclude(pk=finding.pk)
        after = keys.filter(later).order_by(*order).values_list("pk", flat=True).first()
        before = keys.exclude(later).order_by("-rank", "last_seen", "pk").values_list("pk", flat=True).first()
        return {"next": after, "previous": before}


def back(request: HttpRequest) -> str:
    """Return the page of this room to go back to, or the queue."""
    wanted = request.GET.get("back", "")
    mine = wanted.startswith("/findings/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if mine else reverse("findings:queue")


class Decide(ActionPage):
    """A decision about chosen findings; back to where they were chosen."""

    template = "findings/decide.html"
    chosen = "findings"

    def _open(self, keys: dict[str, Any]) -> Any:
        act: Any = super()._open(keys)
        act.chosen = [key for key in self.request.GET.getlist(self.chosen) if key.isdigit()][: triage.MOST]
        return act

    def more(self, act: Action) -> dict[str, Any]:
        wanted: Any = self.request.POST.getlist(self.chosen) or getattr(act, "chosen", ())
        keys = [key for key in wanted if key.isdigit()][: triage.MOST]
        covered = within(self.request.user.reach(self.action.roles))
        rows = Finding.objects.filter(covered, pk__in=keys).select_related("unit")
        return {"chosen": rows[:20], "count": rows.count()}

    def address(self, done: Any) -> str:
        del done
        return back(self.request)

    def back(self, act: Action) -> str:
        del act
        return back(self.request)


class Dismiss(Decide):
    """False positive."""

    action = triage.Dismiss


class Reconsider(Decide):
    """Decide again."""

    action = triage.Reconsider


class Assign(Decide):
    """Assign."""

    action = triage.Assign


class CaseOpen(Decide):
    """Open a case."""

    action = cases.OpenCase

    def address(self, done: Any) -> str:
        return reverse("findings:case", args=(done.thing.pk,))


class CaseAdd(Decide):
    """Add to a case."""

    action = cases.AddToCase

    def address(self, done: Any) -> str:
        return reverse("findings:case", args=(done.thing.pk,))


class Inspections(ListPage):
    """Every pass over some addresses."""

    name = "findings.inspections"
    title = gettext_lazy("Inspections")
    roles = READERS
    search = ("number", "name", "machine", "by")
    order = ("-began", "-pk")
    empty = gettext_lazy("Each scan, and each report of another machine, leaves an inspection here.")
    columns = (
        Column("number", gettext_lazy("Number"), lambda i: f"{i.number} {i.name}", "number"),
        Column("unit", gettext_lazy("Unit"), lambda i: i.unit.name, "unit__name"),
        Column("state", gettext_lazy("State"), lambda i: i.get_state_display(), "state", "badge",
               tone=lambda i: {"complete": "jade", "stopped": "amber", "failed": "seal"}.get(i.state, "")),
        Column("gaps", gettext_lazy("Not examined"), lambda i: i.gap_count, "", "number"),
        Column("files", gettext_lazy("Files"), lambda i: i.summary.get("files", ""), "", "number"),
        Column("fresh", gettext_lazy("New"), lambda i: i.outcome.get("new", ""), "", "number"),
        Column("gone", gettext_lazy("Gone"), lambda i: i.outcome.get("gone", ""), "", "number"),
        Column("began", gettext_lazy("Began"), lambda i: i.began, "began", "moment"),
        Column("machine", gettext_lazy("Machine"), lambda i: i.machine, "machine", shown=False),
        Column("by", gettext_lazy("By"), lambda i: i.by, "by", shown=False),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below()),
        Filter("state", gettext_lazy("State"), pairs(ENDS), lambda rows, value: rows.filter(state=value)),
    )

    def rows(self) -> QuerySet:
        return Inspection.objects.filter(within(self.request.user.reach(self.roles))).select_related("unit")

    def address(self, row: Any) -> str:
        return reverse("findings:inspection", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        me = self.request.user
        top = Unit.within(me.reach({OFFICER, LEADER})).order_by("path").first()
        year = [(_("Yearly summary"), reverse("records:record", args=("findings.year", top.pk, "html")))] if top else []
        return [*year, (_("Enrolled for reveals"), reverse("findings:keys"))]


class OneInspection(Page):
    """The report of an inspection: first what was not examined, then what was found and what has changed."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        del request
        inspection = self.see(Inspection.objects.select_related("unit"), pk)
        summary = inspection.summary
        gaps = sorted(summary.get("gaps", {}).items(), key=lambda pair: -pair[1])
        if inspection.state == RUNNING:
            from django.db.models import Count

            gaps = list(inspection.gaps.order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n"))
        found = Finding.objects.filter(pk__in=Occurrence.objects.filter(seen=inspection).values("finding"))
        return self.show(
            "findings/inspection.html",
            inspection=inspection,
            gaps=gaps,
            gap_total=sum(count for _reason, count in gaps),
            unread=inspection.gaps.filter(settled=None)[:20],
            counts=[(rank, summary.get("findings", {}).get(name, 0)) for rank, name in enumerate(
                ("critical", "high", "medium", "low", "info"))],
            gravest=found.select_related("unit").order_by("rank", "-last_seen", "-pk")[:20],
            skipped=sum(summary.get("skipped", {}).values()),
        )  # fmt: skip


class Gaps(ListPage):
    """What could not be examined."""

    name = "findings.gaps"
    title = gettext_lazy("Not examined")
    template = "findings/gaps.html"
    roles = READERS
    search = ("path", "detail")
    also = ("inspection",)
    order = ("-pk",)
    empty = gettext_lazy("What an inspection could not examine stands here: encrypted, damaged, out of reach.")
    columns = (
        Column("path", gettext_lazy("File"), str, "path"),
        Column("reason", gettext_lazy("Why"), lambda g: g.get_reason_display(), "reason", "badge"),
        Column("detail", gettext_lazy("Detail"), lambda g: g.detail),
        Column("inspection", gettext_lazy("Inspection number"), lambda g: g.inspection.number, "inspection"),
        Column("note", gettext_lazy("What was done"), lambda g: g.note),
        Column("by", gettext_lazy("By"), lambda g: g.by),
    )
    filters = (
        Filter("reason", gettext_lazy("Why"), pairs(REASONS), lambda rows, value: rows.filter(reason=value)),
        Filter("unit", gettext_lazy("Unit"), units(READERS), below("inspection__unit")),
        Filter("settled", gettext_lazy("Settled"), yes_no(gettext_lazy("yes"), gettext_lazy("no")),
               lambda rows, value: rows.filter(settled__isnull=value == "no")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        rows = Gap.objects.filter(within(reach, "inspection__unit")).select_related("inspection")
        if self.request.GET.get("inspection", "").isdigit():
            rows = rows.filter(inspection=self.request.GET["inspection"])
        elif not self.request.GET.get("settled"):
            rows = rows.filter(settled=None)
        return rows

    @property
    def here(self) -> str:
        """The address of this list with its filters, to come back to."""
        return self.request.get_full_path()

    @property
    def decides(self) -> bool:
        """Say whether this account decides, or only reads."""
        return self.request.user.holds(triage.DECIDERS)


class GapSettle(Decide):
    """Note what was done about gaps."""

    action, chosen = triage.SettleGap, "gaps"
    template = "findings/settle.html"

    def more(self, act: Action) -> dict[str, Any]:
        wanted: Any = self.request.POST.getlist("gaps") or getattr(act, "chosen", ())
        reach = self.request.user.reach(self.action.roles)
        rows = Gap.objects.filter(
            within(reach, "inspection__unit"), pk__in=[key for key in wanted if key.isdigit()][:500]
        )
        return {"chosen": rows[:20], "count": rows.count()}

    def address(self, done: Any) -> str:
        del done
        wanted = back(self.request)
        return wanted if wanted != reverse("findings:queue") else reverse("findings:gaps")
