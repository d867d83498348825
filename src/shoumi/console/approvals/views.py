"""The pages of requests: what waits for me, what I asked, all in my units, one request, the decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action
from shoumi.console.approvals import actions, asking, mine, showing, standing
from shoumi.console.approvals.flow import registry
from shoumi.console.approvals.flows import MATTER
from shoumi.console.approvals.models import GRANTED, OPEN, RETURNED, STATES, WAITING, Matter, Request
from shoumi.console.audit.models import Entry
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page


def _flows(_user: Any) -> list[tuple[str, Any]]:
    return [(name, flow.label) for name, flow in registry().items()]


def _in_unit(rows: QuerySet, value: str) -> QuerySet:
    unit = Unit.objects.filter(pk=value).first()
    return rows.filter(unit__path__startswith=unit.path) if unit else rows.none()


def _units(user: Any) -> list[tuple[str, str]]:
    return [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(mine.READERS))]


def _overdue(rows: QuerySet, value: str) -> QuerySet:
    now = timezone.now()
    return rows.filter(state=WAITING, due__lt=now) if value == "yes" else rows.filter(state=WAITING, due__gte=now)


def _kind(request: Request) -> Any:
    flow = registry().get(request.flow)
    return flow.label if flow else request.flow


def _step(request: Request) -> Any:
    flow = registry().get(request.flow)
    return flow.steps[request.step].label if flow and request.state == WAITING else ""


KIND = Filter("flow", gettext_lazy("Kind"), _flows, lambda rows, value: rows.filter(flow=value))
TIME = Filter("due", gettext_lazy("Due"), pairs((("yes", gettext_lazy("overdue")), ("no", gettext_lazy("in time")))),
              _overdue)  # fmt: skip
STATE = Filter("state", gettext_lazy("State"), pairs(STATES), lambda rows, value: rows.filter(state=value))


class _Requests(ListPage):
    """Requests as a list."""

    anybody = True
    template = "approvals/list.html"
    search = ("title", "reason", "applicant__person__name", "unit__name")
    order = (F("due").asc(nulls_last=True), "-asked", "-pk")
    columns = (
        Column("title", gettext_lazy("Concerning"), lambda r: r.title, "title"),
        Column("flow", gettext_lazy("Kind"), _kind, "flow"),
        Column("by", gettext_lazy("Asked by"), lambda r: r.applicant.get_full_name(), "applicant__person__name"),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit.name, "unit__name"),
        Column("asked", gettext_lazy("Asked"), lambda r: r.asked, "asked", "day"),
        Column("step", gettext_lazy("Step"), _step),
        Column("due", gettext_lazy("Due"), lambda r: r.due if r.state == WAITING else None, "due", "day"),
        Column("state", gettext_lazy("State"), lambda r: _("overdue") if r.overdue else r.get_state_display(),
               "state", "badge", tone=lambda r: r.tone),
        Column("reason", gettext_lazy("Reason"), lambda r: r.reason, shown=False),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return self.mine().select_related("unit", "applicant__person")

    def mine(self) -> QuerySet:
        """Return the requests of this list."""
        raise NotImplementedError

    def address(self, row: Any) -> str:
        return reverse("approvals:request", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(actions.AskMatter.label, reverse("approvals:matter-ask"))]

    def tabs(self) -> Iterator[tuple[Any, str, bool]]:
        """Yield the lists beside this one: words, address, whether it is this one."""
        for page, label in (
            (Waiting, _("waiting for me")),
            (Mine, _("asked by me")),
            (Everything, _("all in my units")),
        ):
            if page is not Everything or self.request.user.holds(mine.READERS):
                yield label, reverse(f"approvals:{page.place}"), isinstance(self, page)


class Waiting(_Requests):
    """What waits for my signature."""

    name = "approvals.waiting"
    title = gettext_lazy("Waiting for me")
    place = "waiting"
    filters = (KIND, TIME)
    empty = gettext_lazy(
        "Nothing waits for your approval. When somebody asks for it, it stands here and in your inbox."
    )

    def mine(self) -> QuerySet:
        return mine.waiting(self.request.user)


class Mine(_Requests):
    """What I asked."""

    name = "approvals.mine"
    title = gettext_lazy("Asked by me")
    place = "mine"
    filters = (STATE, KIND)
    empty = gettext_lazy(
        "You have asked for nothing. You ask on the page of the thing itself, or here for what has no form of its own."
    )

    def mine(self) -> QuerySet:
        return Request.objects.filter(applicant=self.request.user)


class Everything(_Requests):
    """All requests in one's units."""

    name = "approvals.all"
    title = gettext_lazy("All requests")
    place = "all"
    anybody = False
    roles = mine.READERS
    filters = (
        STATE,
        KIND,
        TIME,
        Filter("unit", gettext_lazy("Unit"), _units, _in_unit),
    )
    empty = gettext_lazy("Every request in your units will stand here, decided or not.")

    def mine(self) -> QuerySet:
        return mine.readable(self.request.user)


class OneRequest(Page):
    """A request: what is asked, how it stands, who signed, the next step."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = Request.objects.select_related("unit", "applicant__person").filter(pk=pk).first()
        flow = registry().get(found.flow) if found else None
        if found is None or flow is None or not mine.may_read(request.user, found):
            raise Http404
        me, history = request.user, Entry.objects.filter(subject=f"approvals.request:{pk}")
        return self.show(
            "approvals/request.html",
            asked=found,
            about=showing.about(found, flow),
            decide=me.pk in standing.waits_for(found, flow),
            own=found.applicant_id == me.pk,
            again=found.state == RETURNED and flow.facts is not None,
            withdraw=found.state in OPEN,
            place=showing.place(found, flow) if found.applicant_id == me.pk else "",
            history=history[:30],
        )


class _Form(ActionPage):
    def address(self, done: Any) -> str:
        return reverse("approvals:request", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("approvals:request", args=(act.target.pk,))


CHOICES = {act.verdict: act for act in (actions.Approve, actions.Return, actions.Refuse)}


class Decide(_Form):
    """The decision: one page, three buttons of equal weight, the proof of identity in place."""

    template = "approvals/decide.html"
    action: ClassVar[type[Action]] = actions.Approve

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        wanted = request.POST.get("verdict", "")
        self.action = CHOICES.get(wanted, actions.Approve)  # type: ignore[misc]  # which button was pressed

    def more(self, act: Action) -> dict[str, Any]:
        asked: Request = act.target
        flow = registry()[asked.flow]
        return {
            "asked": asked,
            "about": showing.about(asked, flow),
            "choices": [(verdict, one.label) for verdict, one in CHOICES.items()],
            "open": asked.state == WAITING and self.request.user.pk in standing.waits_for(asked, flow),
            "overtaken": standing.overtaken(asked, flow) if asked.state != WAITING else "",
        }


class Again(_Form):
    """Ask again after a return."""

    action = actions.AskAgain


class WithdrawPage(_Form):
    """Withdraw."""

    action = actions.Withdraw


class AskMatterPage(_Form):
    """Ask in words."""

    action = actions.AskMatter

    def back(self, act: Action) -> str:
        del act
        return reverse("approvals:mine")


class _MatterForm(_Form):
    def back(self, act: Action) -> str:
        return asking.state(MATTER, act.target).address or reverse("approvals:mine")


class ChangeMatterPage(_MatterForm):
    """Change what was returned, and ask again."""

    action = actions.ChangeMatter


class FinishMatterPage(_MatterForm):
    """Record that it is done."""

    action = actions.FinishMatter


class MatterPage(Page):
    """Leads to what comes next with a request in words: change it, record that it is done, or read how it stands."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        matter = Matter.objects.filter(pk=pk, by=request.user).first()
        if matter is None:
            raise Http404
        found = asking.state(MATTER, matter)
        next_page = {RETURNED: "approvals:matter-change", GRANTED: "approvals:matter-finish"}.get(found.state)
        return redirect(reverse(next_page, args=(pk,)) if next_page else found.address)
