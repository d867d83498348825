"""The list of manuscripts, one manuscript with its next step, and the forms about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.approvals import asking
from shoumi.console.areas.compilation import flows, rights
from shoumi.console.areas.compilation.actions import clearing, manuscripts
from shoumi.console.areas.compilation.models import (
    APPROVER,
    APPROVING,
    CLEARED,
    COMPILER,
    COMPILING,
    ENDED,
    EXAMINING,
    PRINTED,
    REVIEWER,
    REVIEWING,
    SETTLED,
    SIGNING,
    STATES,
    Key,
    Manuscript,
    spoken,
)
from shoumi.console.areas.compilation.views import items
from shoumi.console.areas.compilation.views._base import InMemory, history, rows, seen, told
from shoumi.console.findings import words
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.scans import reviewing

_TONES: Final = {CLEARED: "jade", PRINTED: "jade", COMPILING: "amber", REVIEWING: "amber", APPROVING: "amber"}
_SHOWN: Final = 20  # items on the page of a manuscript
STEPS: Final[dict[str, type[Action]]] = {
    "submit": manuscripts.Submit, "examine": manuscripts.ExamineAgain, "send-back": manuscripts.SendBack,
    "publisher": manuscripts.NamePublisher, "withdraw": manuscripts.Withdraw, "pass": clearing.PassOn,
    "make-record": clearing.MakeRecord, "sign": clearing.Sign,
}  # fmt: skip


def _name(user: Any) -> str:
    return user.get_full_name() if user is not None else ""


class Manuscripts(ListPage):
    """Everybody's own manuscripts, and those of the units one answers for."""

    name = "compilation.manuscripts"
    title = gettext_lazy("Manuscripts")
    anybody = True
    search = ("number", "title", "compiler__person__name")
    order = ("-made", "-pk")
    empty = gettext_lazy(
        "What is compiled for publication stands here until its proof is signed off. Enter a manuscript."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda m: m.number, "number"),
        Column("title", gettext_lazy("Title"), lambda m: m.title, "title"),
        Column("state", gettext_lazy("State"), lambda m: m.get_state_display(), "state", "badge",
               tone=lambda m: _TONES.get(m.state, "")),
        Column("version", gettext_lazy("Version"), lambda m: m.version, "version", "number"),
        Column("unsettled", gettext_lazy("Undecided"), lambda m: m.unsettled, "unsettled", "number"),
        Column("level", gettext_lazy("Inherited level"), lambda m: m.level or "—", "level"),
        Column("term", gettext_lazy("Inherited term"), lambda m: m.spoken_term or "—", "term", shown=False),
        Column("gaps", gettext_lazy("Not examined"), lambda m: m.gaps_count, "gaps_count", "number", shown=False),
        Column("compiler", gettext_lazy("Compiler"), lambda m: _name(m.compiler), "compiler__person__name"),
        Column("reviewer", gettext_lazy("Reviewer"), lambda m: _name(m.reviewer), "reviewer__person__name",
               shown=False),
        Column("approver", gettext_lazy("Approver"), lambda m: _name(m.approver), "approver__person__name",
               shown=False),
        Column("unit", gettext_lazy("Unit"), lambda m: m.unit.name, "unit__name", shown=False),
        Column("since", gettext_lazy("In this state since"), lambda m: m.since, "since", "moment"),
    )  # fmt: skip
    filters = (Filter("state", gettext_lazy("State"), pairs(STATES), lambda found, value: found.filter(state=value)),)

    def rows(self) -> QuerySet:
        found: QuerySet = rows().filter(rights.visible(self.request.user))
        return found

    def address(self, row: Any) -> str:
        return reverse("compilation:manuscript", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        own = [(_("Enter a manuscript"), reverse("compilation:add"))]
        return [*own, (_("Clearance keys"), reverse("compilation:keys"))]


class _Form(ActionPage):
    """A form that leads back to its manuscript."""

    def address(self, done: Any) -> str:
        return reverse("compilation:manuscript", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return (
            reverse("compilation:manuscript", args=(act.target.pk,))
            if act.target
            else reverse("compilation:manuscripts")
        )


class Add(InMemory, _Form):
    """Enter a manuscript."""

    action = manuscripts.AddManuscript


class Upload(InMemory, _Form):
    """Upload the next version."""

    action = manuscripts.UploadVersion


class Steps(_Form):
    """One of the steps of a manuscript."""

    steps: ClassVar[Mapping[str, type[Action]]] = STEPS

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        found = self.steps.get(options["step"])
        if found is None:
            raise Http404
        self.action = found  # type: ignore[misc]  # one class serves all steps


class One(Page):
    """A manuscript: what was not examined first, what it inherits, its sources, what is to decide, the next step."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user, thing = request.user, seen(request.user, pk)
        version, mine = thing.current, rights.seat(user, thing)
        reads = rights.may_read(user, thing)
        titles = reviewing.titles((one["id"] for one in version.sources), user) if reads else {}
        open_ = _open(thing, mine) if reads else thing.items.none()
        return self.show(
            "compilation/manuscript.html",
            thing=thing,
            version=version,
            reads=reads,
            tone=_TONES.get(thing.state, ""),
            sources=[
                (one, titles.get(one["id"], ""), round(one["share"] * 100), spoken(one["term"] or one["until"]))
                for one in version.sources
            ],
            gaps=[(gap, *words.gap(gap["reason"])) for gap in version.gaps[:50]],
            open=told(user, list(open_[:_SHOWN])),
            open_count=open_.count(),
            fresh=thing.present.filter(first=thing.version).count() if thing.version > 1 else 0,
            versions=thing.versions.all()[:20],
            signatures=version.signatures.select_related("by__person", "key"),
            approval=asking.state(flows.CLEAR, thing),
            steps=next_steps(user, thing, mine, open_.first()),
            history=history(thing) if reads or thing.publisher_id == user.pk else [],
        )


def _open(thing: Manuscript, mine: str) -> Any:
    """Return the items that wait for somebody: for the reader's own seat first."""
    present = thing.present
    if mine == COMPILER:
        return present.filter(proposed="") if thing.state == COMPILING else present.exclude(reviewed__in=SETTLED)
    if mine == APPROVER:
        return present.exclude(approved__in=SETTLED)
    return present.exclude(reviewed__in=SETTLED)


def next_steps(user: Any, thing: Manuscript, mine: str, first: Any) -> dict[str, Any]:
    """Return the one next step for this reader, everything else that may be done, and whose turn it is."""
    go: list[tuple[Any, str]] = []
    turn = items.turn(user, thing)
    decide = [(items.STEPS[turn].label, reverse("compilation:decide", args=(first.pk, turn)))] if turn and first else []
    more: list[tuple[Any, str]] = []

    def step(name: str) -> tuple[Any, str]:
        return STEPS[name].label, reverse("compilation:step", args=(thing.pk, name))

    upload = (manuscripts.UploadVersion.label, reverse("compilation:upload", args=(thing.pk,)))
    if mine == COMPILER:
        if thing.state == COMPILING:
            ready = not thing.problem and not thing.present.filter(proposed__in=("", "remove", "rewrite")).exists()
            go, more = ([step("submit")], [upload]) if ready else (decide or [upload], [upload] if decide else [])
        elif thing.state not in (*ENDED, EXAMINING):
            more = [upload]
        if thing.state not in ENDED:
            more += [step("publisher"), *([step("examine")] if thing.state != EXAMINING else []), step("withdraw")]
    elif mine == REVIEWER and thing.state == REVIEWING:
        done = not clearing.undecided(thing, REVIEWER)
        go, more = ([step("pass")] if done else decide), [step("send-back")]
    elif mine in (REVIEWER, APPROVER) and thing.state == APPROVING:
        go = (decide if mine == APPROVER else []) or _approving(thing, mine, step)
        more = [step("send-back")] if mine == APPROVER else []
    elif mine in (REVIEWER, APPROVER) and thing.state == SIGNING:
        go, more = _signing(user, thing, mine, step), [step("send-back")]
    if thing.publisher_id == user.pk and thing.state in (CLEARED, PRINTED):
        go.append((_("Compare the proof"), reverse("compilation:publish", args=(thing.pk,))))
    return {"next": go, "more": more, "waits": _waits(thing)}


def _approving(thing: Manuscript, mine: str, step: Any) -> list[tuple[Any, str]]:
    state = asking.state(flows.CLEAR, thing)
    if clearing.undecided(thing, APPROVER):
        return []
    if state.state == "granted":
        return [step("make-record")]
    return [(_("Approve or refuse"), state.address)] if mine == APPROVER and state.address else []


def _signing(user: Any, thing: Manuscript, mine: str, step: Any) -> list[tuple[Any, str]]:
    if not Key.objects.filter(holder=user, seat=mine, until=None).exists():
        return [(_("Enrol my key"), reverse("compilation:key-enrol"))]
    signed = thing.current.signatures.filter(by=user).exists()
    return [] if signed else [(_("Take the record"), reverse("compilation:record", args=(thing.pk,))), step("sign")]


def _waits(thing: Manuscript) -> str:
    """Say whose turn it is."""
    names = {
        EXAMINING: _("It is being examined. The page shows more in a moment; reload it."),
        COMPILING: _("It is with its compiler, %(name)s.") % {"name": _name(thing.compiler)},
        REVIEWING: _("It waits for the reviewer, %(name)s.")
        % {"name": _name(thing.reviewer) or _("a secrecy officer")},
        APPROVING: _("It waits for the approver, %(name)s.")
        % {"name": _name(thing.approver) or _("an approver or leader")},
        SIGNING: _("Reviewer and approver sign the record with their keys."),
        CLEARED: _("It waits for the publisher, %(name)s, to compare the proof.")
        % {"name": _name(thing.publisher) or _("whom the compiler names")},
    }
    return names.get(thing.state, "")
