"""The text of a manuscript with its items in place, the list of items, one item and the decision about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.areas.compilation import rights, store
from shoumi.console.areas.compilation.actions import items
from shoumi.console.areas.compilation.models import (
    APPROVER,
    APPROVING,
    COMPILER,
    COMPILING,
    REVIEWER,
    REVIEWING,
    SETTLED,
    Item,
    Manuscript,
)
from shoumi.console.areas.compilation.views._base import excerpt, marked, read, rows, told
from shoumi.console.findings import words
from shoumi.console.findings.models.found import CATEGORIES
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.scans import reviewing

STEPS: Final[dict[str, type[Action]]] = {"explain": items.Propose, "review": items.Review, "decide": items.Judge}
_TURN: Final = {(COMPILER, COMPILING): "explain", (REVIEWER, REVIEWING): "review", (APPROVER, APPROVING): "decide"}
_DONE: Final = Q(reviewed__in=SETTLED, approved__in=SETTLED)
_NEW: Final = Q(first=F("manuscript__version"))
_COLUMN: Final = {"explain": "proposed", "review": "reviewed", "decide": "approved"}


def turn(user: Any, thing: Manuscript) -> str:
    """Return the decision that an account may take now: explain, review or decide; empty for none."""
    return _TURN.get((rights.seat(user, thing), thing.state), "")


def _tone(verdict: str) -> str:
    return "" if not verdict else "jade" if verdict in SETTLED else "amber"


class Items(ListPage):
    """Everything that was found in a manuscript."""

    name = "compilation.items"
    title = gettext_lazy("What was found")
    anybody = True
    exports = False  # what shows sources leaves the console as a record, which is numbered and listed
    search = ("rule", "document", "reviewed_because", "proposed_because", "approved_because")
    order = ("page", "pk")
    empty = gettext_lazy("Nothing was found in this manuscript, or nothing matches.")
    filters = (
        Filter("open", gettext_lazy("Decision"),
               pairs((("new", gettext_lazy("new in this version")), ("open", gettext_lazy("undecided")))),
               lambda found, value: found.filter(_NEW) if value == "new" else found.exclude(_DONE)),
        Filter("category", gettext_lazy("Category"), pairs(CATEGORIES),
               lambda found, value: found.filter(category=value)),
    )  # fmt: skip
    columns = (
        Column("number", gettext_lazy("No."), lambda i: i.pk, "pk", "number"),
        Column("rule", gettext_lazy("What"), lambda i: words.rule(i.rule), "rule"),
        Column("source", gettext_lazy("Source"), lambda i: i.source),
        Column("level", gettext_lazy("Level"), lambda i: i.level or "—", "level"),
        Column("length", gettext_lazy("Characters"), lambda i: i.length or "—", "length", "number"),
        Column("coverage", gettext_lazy("Part of it, %"), lambda i: i.percent or "—", "coverage", "number",
               shown=False),
        Column("page", gettext_lazy("Page"), lambda i: i.page, "page", "number"),
        Column("proposed", gettext_lazy("Compiler"), lambda i: i.get_proposed_display() or "—", "proposed", "badge",
               tone=lambda i: _tone(i.proposed)),
        Column("reviewed", gettext_lazy("Reviewer"), lambda i: i.get_reviewed_display() or "—", "reviewed", "badge",
               tone=lambda i: _tone(i.reviewed)),
        Column("approved", gettext_lazy("Approver"), lambda i: i.get_approved_display() or "—", "approved", "badge",
               tone=lambda i: _tone(i.approved)),
        Column("first", gettext_lazy("Since version"), lambda i: i.first, "first", "number", shown=False),
    )  # fmt: skip

    @cached_property
    def thing(self) -> Manuscript:
        """The manuscript, for who may open its text."""
        return read(self.request.user, self.kwargs["pk"])

    def get(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        del keys
        self.title = _("What was found: %(what)s") % {"what": self.thing}  # type: ignore[misc]
        return super().get(request)

    def rows(self) -> QuerySet:
        found: QuerySet = self.thing.present
        return found

    def page(self, found: QuerySet) -> Any:
        page = super().page(found)
        titles = reviewing.titles((item.document for item in page.object_list), self.request.user)
        for item in page.object_list:
            hidden = _("a registered document") if item.document else "—"
            item.source = titles.get(item.document) or hidden
        return page

    def address(self, row: Any) -> str:
        return reverse("compilation:item", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [
            (_("The text"), reverse("compilation:text", args=(self.thing.pk,))),
            (_("Back to the manuscript"), reverse("compilation:manuscript", args=(self.thing.pk,))),
        ]


class Text(Page):
    """The text, page by page, with everything that was found in place."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        thing = read(request.user, pk)
        version = thing.current
        asked = request.GET.get("page", "1")
        number = min(max(int(asked) if asked.isdigit() and len(asked) < 7 else 1, 1), max(version.pages, 1))
        try:
            parts = store.take_json(version.token, f"page-{number}")
        except store.NotThere:
            parts = []
        keys = {key for part in parts for _start, _end, key in part["marks"]}
        found = {item.content: item for item in thing.present.filter(page__lte=number) if item.content in keys}
        return self.show(
            "compilation/text.html",
            thing=thing,
            version=version,
            parts=marked(parts, found),
            told=told(request.user, sorted(found.values(), key=lambda item: item.pk)),
            number=number,
            back=number - 1 if number > 1 else None,
            on=number + 1 if number < version.pages else None,
            turn=turn(request.user, thing),
        )


def one(user: Any, pk: Any) -> tuple[Item, Manuscript]:
    """Return an item and its manuscript, whose text the account may open."""
    item = Item.objects.filter(pk=pk).first()
    if item is None:
        raise Http404
    thing = read(user, item.manuscript_id)
    item.manuscript = thing
    return item, thing


class One(Page):
    """An item: the place, the source, what was decided by whom, and the decision that is wanted."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        item, thing = one(request.user, pk)
        return self.show("compilation/item.html", **shown(request.user, item, thing), turn=turn(request.user, thing))


def shown(user: Any, item: Item, thing: Manuscript) -> dict[str, Any]:
    """Return what a page shows of an item."""
    version = thing.current
    standing = item.last == version.number
    return {
        "thing": thing,
        "told": told(user, [item])[0],
        "item": item,
        "bits": excerpt(version.token, item) if standing else [],
        "standing": standing,
        "fresh": item.first == version.number and version.number > 1,
        "decisions": item.decisions.select_related("by__person"),
    }


class Decide(ActionPage):
    """The decision about an item, with the place above the form; afterwards the next one that waits."""

    template = "compilation/decide.html"
    steps: ClassVar[Mapping[str, type[Action]]] = STEPS

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        found = self.steps.get(options["step"])
        if found is None:
            raise Http404
        self.action = found  # type: ignore[misc]  # one class serves all steps

    def address(self, done: Any) -> str:
        item, step = done.thing, self.kwargs["step"]
        thing = rows().get(pk=item.manuscript_id)
        waiting = thing.present.filter(**{_COLUMN[step]: ""}).order_by("page", "pk")
        following = waiting.filter(Q(page=item.page, pk__gt=item.pk) | Q(page__gt=item.page)).first() or waiting.first()
        if following is None:
            return reverse("compilation:manuscript", args=(thing.pk,))
        return reverse("compilation:decide", args=(following.pk, step))

    def back(self, act: Action) -> str:
        return reverse("compilation:item", args=(act.target.pk,))

    def more(self, act: Action) -> dict[str, Any]:
        item, thing = one(self.request.user, act.target.pk)
        left = thing.present.filter(**{_COLUMN[self.kwargs["step"]]: ""}).count()
        return {**shown(self.request.user, item, thing), "left": left}
