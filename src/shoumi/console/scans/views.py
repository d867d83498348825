"""Pages of scans, allowed places, uploads, registered documents, checks and questions."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shoumi.console.action import Action
from shoumi.console.audit.models import Entry
from shoumi.console.findings import words
from shoumi.console.findings.models import within
from shoumi.console.findings.views.triage import below, units
from shoumi.console.lists import Column, Filter, ListPage, pairs, yes_no
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import OFFICER, SYSTEM
from shoumi.console.scans import checking, registered, said, sending
from shoumi.console.scans.actions import documents, plans, questions, uploads
from shoumi.console.scans.models import RHYTHMS, STATES, Document, Plan, Question, Root, Run

READERS = frozenset({OFFICER, SYSTEM})
KEEPERS = frozenset({OFFICER})
PLAN_STEPS: dict[str, type[Action]] = {
    "change": plans.ChangePlan, "announce": plans.Announce, "start": plans.Start, "end": plans.EndPlan,
}  # fmt: skip
RUN_STEPS: dict[str, type[Action]] = {"pause": plans.Pause, "resume": plans.Resume, "stop": plans.Stop}
DOCUMENT_STEPS: dict[str, type[Action]] = {
    "change": documents.Describe, "release": documents.Release, "forget": documents.Forget,
}  # fmt: skip
_TONES = {"done": "jade", "stopped": "amber", "failed": "seal", "paused": "amber"}


class Plans(ListPage):
    """Scans of one's units."""

    name = "scans.plans"
    title = gettext_lazy("Scans")
    roles = READERS
    search = ("name", "by")
    order = ("ended", "name")
    empty = gettext_lazy(
        "A scan looks into shared folders, drives and exports for what "
        "must not be there. The system administrator allows "
        "places; then define the first one."
    )
    columns = (
        Column("name", gettext_lazy("Name of the scan"), lambda p: p.name, "name"),
        Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, "unit__name"),
        Column("state", gettext_lazy("Last run"), lambda p: dict(STATES).get(p.last_state, ""), "", "badge",
               tone=lambda p: _TONES.get(p.last_state, "")),
        Column("began", gettext_lazy("Began"), lambda p: p.last_began, "", "moment"),
        Column("rhythm", gettext_lazy("Repeated"), lambda p: p.get_rhythm_display(), "rhythm"),
        Column("next", gettext_lazy("Next"), lambda p: p.following, "following", "moment"),
        Column("announced", gettext_lazy("Announced"), lambda p: p.announced, "announced", "moment"),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below()),
        Filter("rhythm", gettext_lazy("Repeated"), pairs(RHYTHMS), lambda rows, value: rows.filter(rhythm=value)),
        Filter("ended", gettext_lazy("Ended at"), yes_no(gettext_lazy("yes"), gettext_lazy("no")),
               lambda rows, value: rows.filter(ended__isnull=value == "no")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        last = Run.objects.filter(plan=OuterRef("pk")).order_by("-pk")
        rows = Plan.objects.filter(within(self.request.user.reach(self.roles))).select_related("unit")
        return rows.annotate(
            last_state=Subquery(last.values("state")[:1]), last_began=Subquery(last.values("inspection__began")[:1])
        )

    def address(self, row: Any) -> str:
        return reverse("scans:plan", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        me, found = self.request.user, []
        if me.may_act(plans.DefinePlan):
            found += [(_("Define scan"), reverse("scans:plan-define")), (_("Upload a report"), reverse("scans:upload"))]
        return [*found, (_("Places that may be scanned"), reverse("scans:roots"))]


class OnePlan(Page):
    """A scan: what, how, who was told, its runs."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = self.see(Plan.objects.select_related("unit"), pk)
        runs = list(plan.runs.select_related("inspection")[:20])
        current = next((run for run in runs if run.under_way), None)
        officer = request.user.reach(KEEPERS).covers(plan.unit.path)
        history = Entry.objects.filter(request.user.reach(self.roles).within("unit"), subject=f"scans.plan:{pk}")
        language = words.language()
        return self.show(
            "scans/plan.html",
            plan=plan,
            packs=[said.packs().get(key, {}).get(language, key) for key in plan.packs],
            told=plan.told.all(),
            runs=runs,
            current=current,
            officer=officer and plan.ended is None,
            history=history[:30],
        )


class OneRun(Page):
    """A run: how far it is, first what is not examined; reloads itself while it is under way."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Run.objects.select_related("plan__unit", "inspection")
        run = self.see(rows, pk, "plan__unit__path")
        if not run.under_way and run.state != "failed":
            response = self.show("scans/over.html", run=run)
        else:
            officer = request.user.reach(KEEPERS).covers(run.plan.unit.path)
            response = self.show("scans/run.html", run=run, officer=officer)
        if run.under_way and run.state != "paused":
            response["Refresh"] = "3"
        return response


class _Form(ActionPage):
    lists = "scans:plans"
    thing = ""

    def address(self, done: Any) -> str:
        return reverse(self.thing, args=(done.thing.pk,)) if self.thing else reverse(self.lists)

    def back(self, act: Action) -> str:
        return (
            reverse(self.thing, args=(act.target.pk,)) if self.thing and act.target is not None else reverse(self.lists)
        )


class PlanDefine(_Form):
    """Define a scan."""

    action, thing = plans.DefinePlan, "scans:plan"


class PlanStep(_Form):
    """A step of a scan as a form."""

    thing = "scans:plan"

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = PLAN_STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)

    def address(self, done: Any) -> str:
        if isinstance(done.result, Run):
            return reverse("scans:run", args=(done.result.pk,))
        return super().address(done)


class RunStep(_Form):
    """What is wanted of a run."""

    thing = "scans:run"

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = RUN_STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)


class Roots(ListPage):
    """Places that may be scanned."""

    name = "scans.roots"
    title = gettext_lazy("Places that may be scanned")
    roles = READERS
    search = ("label", "address", "unit__name")
    order = ("label",)
    empty = gettext_lazy("The system administrator allows folders and drives here, each for a unit.")
    columns = (
        Column("label", gettext_lazy("Name of the place"), lambda r: r.label, "label"),
        Column("address", gettext_lazy("Address"), lambda r: r.address, "address"),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit.name, "unit__name"),
        Column("since", gettext_lazy("Since when"), lambda r: r.since, "since", "moment"),
        Column("by", gettext_lazy("By"), lambda r: r.by, "by"),
    )

    def rows(self) -> QuerySet:
        return Root.objects.filter(within(self.request.user.reach(self.roles))).select_related("unit")

    def address(self, row: Any) -> str:
        return reverse("scans:root-forbid", args=(row.pk,)) if self.request.user.may_act(plans.ForbidRoot) else ""

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(plans.AllowRoot)
        return [(_("Allow a place"), reverse("scans:root-allow"))] if may else []


class RootAllow(_Form):
    """Allow a place."""

    action, lists = plans.AllowRoot, "scans:roots"


class RootForbid(_Form):
    """No longer allow a place."""

    action, lists = plans.ForbidRoot, "scans:roots"


class Upload(_Form):
    """The report of another machine."""

    action = uploads.Upload

    def address(self, done: Any) -> str:
        return reverse("findings:inspection", args=(done.thing.pk,))


class Announced(Page):
    """What is or was inspected in one's unit: everybody may know."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        path = request.user.unit_path
        rows = Plan.objects.exclude(announced=None).select_related("unit").prefetch_related("told")
        mine = [
            plan for plan in rows.order_by("-announced")[:200] if any(path.startswith(u.path) for u in plan.told.all())
        ]
        return self.show("scans/announced.html", plans=mine)


class Documents(ListPage):
    """Registered documents of one's units; titles for who may know them."""

    name = "scans.documents"
    title = gettext_lazy("Registered documents")
    roles = KEEPERS
    search = ("key", "level", "unit__name")
    order = ("removed", "-added", "-pk")
    exports = False
    empty = gettext_lazy(
        "Register a document, and passages of it are recognised wherever they turn up. Its text is not kept."
    )
    columns = (
        Column("key", gettext_lazy("Number"), lambda d: d.key, "key"),
        Column("title", gettext_lazy("Title"), lambda d: d.shown),
        Column("level", gettext_lazy("Level"), lambda d: d.level, "level", "badge"),
        Column("until", gettext_lazy("Protected until"), lambda d: d.until.replace("T", " "), "until"),
        Column("unit", gettext_lazy("Unit"), lambda d: d.unit.name, "unit__name"),
        Column("state", gettext_lazy("State"), lambda d: _state(d), "", "badge"),  # noqa: PLW0108  (defined below)
        Column("added", gettext_lazy("Registered"), lambda d: d.added, "added", "moment"),
    )
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(KEEPERS), below()),
        Filter("there", gettext_lazy("State"), pairs((
            ("yes", gettext_lazy("protected")), ("released", gettext_lazy("released")),
            ("no", gettext_lazy("forgotten")))),
            lambda rows, value: {"yes": rows.filter(removed=None, released=None), "no": rows.exclude(removed=None),
                                 "released": rows.exclude(released=None)}[value]),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Document.objects.filter(within(self.request.user.reach(self.roles)))
        return rows.select_related("unit").prefetch_related("named")

    def get(self, request: HttpRequest) -> HttpResponse:
        self._titles: dict[str, str] = {}
        return super().get(request)

    def address(self, row: Any) -> str:
        """Return where it leads; on the way, find the title for who may know it."""
        if not self._titles:
            self._titles = {one.id: one.title for one in registered.everything()}
        me = self.request.user
        named = {user.pk for user in row.named.all()}
        may = me.pk in named if row.readers == "named" else said.may_read(row, me)
        row.shown = self._titles.get(row.key, "") if may else _("(not for you)")
        return reverse("scans:document", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Register document"), reverse("scans:document-register"))]


def _state(row: Document) -> str:
    if row.removed:
        return _("forgotten")
    return _("released") if row.released else _("protected")


class OneDocument(Page):
    """A registered document: what is known of it, to whom, and what happened."""

    roles = KEEPERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.see(Document.objects.select_related("unit"), pk)
        known = registered.entry(row.key)
        history = Entry.objects.filter(request.user.reach(self.roles).within("unit"), subject=f"scans.document:{pk}")
        return self.show(
            "scans/document.html",
            row=row,
            known=known,
            title=known.title if known is not None and said.may_read(row, request.user) else "",
            state=_state(row),
            named=row.named.select_related("person"),
            history=history[:30],
        )


class DocumentRegister(_Form):
    """Register a document."""

    action, lists = documents.Register, "scans:documents"

    def address(self, done: Any) -> str:
        if isinstance(done.thing, Document):
            return reverse("scans:document", args=(done.thing.pk,))
        return reverse("scans:documents")


class DocumentStep(_Form):
    """A step of a document as a form."""

    thing = "scans:document"

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = DOCUMENT_STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Check(Page):
    """May this be sent? One word, the reasons, what to do instead. Nothing is kept. Answers JSON when asked to."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        return self.show("scans/check.html", form=sending.CheckForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = sending.CheckForm(request.POST, request.FILES)
        if form.is_valid():
            parts = form.parts()
            if not form.errors:
                try:
                    checking.count(request.user.pk)
                    return self._answer(checking.together(parts))
                except checking.TooOften:
                    form.add_error(
                        None, _("You have checked often in the last ten minutes. Wait a little, or ask your officer.")
                    )
                    return self._wrong(form, 429)
                except checking.Busy:
                    form.add_error(None, _("Many people are checking just now. Try again in a moment."))
                    return self._wrong(form, 503)
        return self._wrong(form, 422)

    def _answer(self, answer: checking.Answer) -> HttpResponse:
        told = sending.told(answer)
        if self._json():
            return JsonResponse(told)
        shared = {"verdict": answer.verdict, "names": answer.names, "found": [
            {"rule": one["rule"], "snippet": one["snippet"]} for one in answer.found[:10]]}  # fmt: skip
        return self.show(
            "scans/answer.html",
            answer=answer,
            found=told["found"],
            gaps=told["gaps"],
            signed=signing.dumps(shared, salt="shoumi check", compress=True),
        )

    def _wrong(self, form: sending.CheckForm, status: int) -> HttpResponse:
        if self._json():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=status)
        return self.show("scans/check.html", status, form=form)

    def _json(self) -> bool:
        return bool(self.request.get_preferred_type(["text/html", "application/json"]) == "application/json")


class Ask(ActionPage):
    """Ask a person after a check."""

    action = questions.Ask
    template = "scans/ask.html"

    def address(self, done: Any) -> str:
        return reverse("scans:question", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        del act
        return reverse("scans:check")


class AskFrom(Ask):
    """The form of a question, with the signed answer of the check."""

    def post(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        act = self._open(keys)
        form = questions.Ask.Input(action=act, initial={"answer": request.POST.get("answer", "")})
        return self._form(act, form, None)


class Questions(ListPage):
    """What people ask: officers see those of their units, everybody their own."""

    name = "scans.questions"
    title = gettext_lazy("Questions before sending")
    roles = KEEPERS
    search = ("note", "user__person__name")
    order = ("answered", "-asked")
    exports = False
    empty = gettext_lazy("When somebody checks a text and asks a person, it stands here.")
    columns = (
        Column("asked", gettext_lazy("Asked at"), lambda q: q.asked.strftime("%Y-%m-%d %H:%M"), "asked"),
        Column("who", gettext_lazy("By"), lambda q: q.user.person.name, "user__person__name"),
        Column("note", gettext_lazy("Question"), lambda q: q.note[:80]),
        Column("state", gettext_lazy("State"), lambda q: _("answered") if q.answered else _("waits"), "answered",
               "badge",
               tone=lambda q: "jade" if q.answered else "amber"),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        rows = Question.objects.filter(within(reach, "user__person__unit"))
        return rows.select_related("user__person")

    def address(self, row: Any) -> str:
        return reverse("scans:question", args=(row.pk,))


class OneQuestion(Page):
    """A question and its answer: for who asked, and for officers of their unit."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        question = Question.objects.select_related("user__person__unit").filter(pk=pk).first()
        officer = question is not None and request.user.reach(KEEPERS).covers(question.unit_path)
        if question is None or not (officer or question.user_id == request.user.pk):
            raise Http404
        return self.show("scans/question.html", question=question, officer=officer)


class QuestionAnswer(_Form):
    """Answer a question."""

    action, thing = questions.Answer, "scans:question"
