"""What officers and leaders see: who has not, what was done, one person, sums by unit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import CATEGORIES, Person, Unit
from shoumi.console.action import Action
from shoumi.console.actions import Export
from shoumi.console.audit.models import Entry
from shoumi.console.learning import standing
from shoumi.console.learning.actions import requiring, tending
from shoumi.console.learning.models import (
    KINDS,
    MOMENTS,
    WAYS,
    Assignment,
    Attempt,
    Material,
    Signature,
)
from shoumi.console.lists import Column, Filter, ListPage, as_csv, as_xlsx, pairs, yes_no
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import LEADER, OFFICER

READERS = frozenset({OFFICER, LEADER})


def _units(user: Any) -> list[tuple[str, str]]:
    return [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(READERS))]


def _in_unit(rows: QuerySet, value: str) -> QuerySet:
    unit = Unit.objects.filter(pk=value).first()
    return rows.filter(person__unit__path__startswith=unit.path) if unit else rows.none()


def _materials(user: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), one.title) for one in standing.seen_by(user).exclude(current=None)]


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    if state == "overdue":
        return rows.filter(due_on__lt=timezone.localdate())
    return standing.soon(rows) if state == "soon" else rows


UNIT = Filter("unit", gettext_lazy("Unit"), _units, _in_unit)
WHAT = Filter("what", gettext_lazy("Lesson or letter"), _materials, lambda rows, value: rows.filter(material=value))
KIND = Filter("kind", gettext_lazy("Kind"), pairs(KINDS), lambda rows, value: rows.filter(material__kind=value))
MOMENT = Filter("moment", gettext_lazy("When"), pairs(MOMENTS), lambda rows, value: rows.filter(moment=value))
CLEARANCE = Filter("category", gettext_lazy("Clearance"), pairs(CATEGORIES),
                   lambda rows, value: rows.filter(person__category=value))  # fmt: skip


class _Assignments(ListPage):
    """Assignments within one's reach."""

    roles = READERS

    def rows(self) -> QuerySet:
        rows = Assignment.objects.filter(standing.inside(self.request.user.reach(self.roles)))
        return rows.select_related("person__unit", "material", "edition")

    def _searched(self, rows: QuerySet) -> QuerySet:
        """Search people and texts by their names, each of these once and not once a row."""
        for word in self.request.GET.get("q", "").replace("\0", "")[:200].split():
            units = Unit.objects.filter(name__icontains=word).values("pk")
            people = Person.objects.filter(Q(name__icontains=word) | Q(number__icontains=word) | Q(unit__in=units))
            titles = Q(title_hans__icontains=word) | Q(title_hant__icontains=word) | Q(title_en__icontains=word)
            texts = Material.objects.filter(titles).values("pk")
            rows = rows.filter(Q(person__in=people.values("pk")) | Q(material__in=texts))
        return rows

    def address(self, row: Any) -> str:
        return reverse("learning:assignment", args=(row.pk,))


class Open(_Assignments):
    """Who has not: everything that is still to be done by people in post."""

    name = "learning.open"
    title = gettext_lazy("Who has not")
    order = ("due_on", "pk")
    empty = gettext_lazy(
        "Here stands who still has a lesson or letter to do. Nobody has: all is done, or nothing is required yet."
    )
    columns = (
        Column("person", gettext_lazy("Name"), lambda a: a.person.name, "person__name"),
        Column("number", gettext_lazy("Staff number"), lambda a: a.person.number, "person__number"),
        Column("unit", gettext_lazy("Unit"), lambda a: a.person.unit.name, "person__unit__name"),
        Column("what", gettext_lazy("Lesson or letter"), lambda a: a.material.title, "material__position"),
        Column("moment", gettext_lazy("When"), lambda a: a.get_moment_display(), "moment"),
        Column("due", gettext_lazy("Due"), lambda a: a.due_on, "due_on", "day"),
        Column("state", gettext_lazy("State"), lambda a: a.state, "due_on", "badge", tone=lambda a: a.tone),
        Column("reminded", gettext_lazy("Reminded"), lambda a: a.reminded_on, "reminded_on", "day"),
        Column("category", gettext_lazy("Clearance"), lambda a: a.person.get_category_display(), "person__category",
               shown=False),
    )  # fmt: skip
    filters = (
        UNIT,
        Filter("state", gettext_lazy("State"), pairs((
            ("overdue", gettext_lazy("overdue")), ("soon", gettext_lazy("due soon")),
        )), _in_state),
        KIND, WHAT, MOMENT, CLEARANCE,
        Filter("account", gettext_lazy("Account"), yes_no(gettext_lazy("yes"), gettext_lazy("no")),
               lambda rows, value: rows.filter(person__account__isnull=value == "no")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return super().rows().filter(ended_on=None, person__departed_on=None)

    def steps(self) -> list[tuple[Any, str]]:
        found = [(_("Remind"), reverse("learning:remind")), (_("By unit"), reverse("learning:units")),
                 (_("Done"), reverse("learning:done"))]  # fmt: skip
        if self.request.user.holds({OFFICER}):
            found.append((_("Lessons and letters"), reverse("learning:materials")))
        return found


class Finished(_Assignments):
    """What was done, and how."""

    name = "learning.done"
    title = gettext_lazy("Lessons and letters done")
    order = ("-ended_on", "-pk")
    empty = gettext_lazy("Every lesson that was passed and every letter that was signed will stand here.")
    columns = (
        Column("person", gettext_lazy("Name"), lambda a: a.person.name, "person__name"),
        Column("number", gettext_lazy("Staff number"), lambda a: a.person.number, "person__number"),
        Column("unit", gettext_lazy("Unit"), lambda a: a.person.unit.name, "person__unit__name"),
        Column("what", gettext_lazy("Lesson or letter"), lambda a: a.material.title, "material__position"),
        Column("edition", gettext_lazy("Edition"), lambda a: a.edition.number if a.edition else "", "edition__number",
               "number"),
        Column("ended", gettext_lazy("Done on"), lambda a: a.ended_on, "ended_on", "day"),
        Column("way", gettext_lazy("How"), lambda a: a.get_way_display(), "way", "badge", tone=lambda a: a.tone),
        Column("note", gettext_lazy("Note"), lambda a: a.note, shown=False),
    )  # fmt: skip
    filters = (
        UNIT, KIND, WHAT,
        Filter("way", gettext_lazy("How"), pairs(WAYS), lambda rows, value: rows.filter(way=value)),
        CLEARANCE,
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return super().rows().exclude(ended_on=None)

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Who has not"), reverse("learning:open"))]


class OneAssignment(Page):
    """One thing that one person has to do, or did."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Assignment.objects.select_related("person__unit", "material__unit", "requirement__unit", "edition")
        one = self.see(rows, pk, "person__unit__path")
        keeper = request.user.reach({OFFICER}).covers(one.unit_path) and one.ended_on is None
        attempts = Attempt.objects.filter(person=one.person, edition__material=one.material)
        signatures = Signature.objects.filter(person=one.person, edition__material=one.material)
        return self.show(
            "learning/assignment.html",
            one=one,
            keeper=keeper and one.person_id != request.user.person_id,
            attempts=attempts.select_related("edition")[:20],
            signatures=signatures.select_related("edition")[:20],
            account=hasattr(one.person, "account"),
            history=Entry.objects.filter(
                request.user.reach(self.roles).within("unit"), subject=f"learning.assignment:{pk}"
            )[:30],
        )


class OnePerson(Page):
    """Everything that one person has to do and did."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        person = self.see(Person.objects.select_related("unit"), pk)
        rows = Assignment.objects.filter(person=person).select_related("material", "edition")
        keeper = request.user.reach({OFFICER}).covers(person.unit_path) and person.departed_on is None
        left = standing.before_leaving(person) if keeper else []
        return self.show(
            "learning/person.html",
            person=person,
            open=rows.filter(ended_on=None).order_by("due_on"),
            done=rows.exclude(ended_on=None).order_by("-ended_on", "-pk")[:50],
            keeper=keeper,
            leaving=any(one is None for _asked, one in left),
            history=Entry.objects.filter(
                request.user.reach(self.roles).within("unit"), subject=f"accounts.person:{pk}",
                action__startswith="learning.",
            )[:30],
        )  # fmt: skip


class Units(Page):
    """Sums by unit, for leaders: shares and counts. Persons are not ranked; who has not is a list of its own."""

    roles = READERS

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = standing.by_unit(request.user.reach(self.roles))
        form = request.GET.get("export", "")
        if form in {"csv", "xlsx"}:
            return self._export(rows, form)
        return self.show("learning/units.html", rows=rows)

    def _export(self, rows: list[standing.Sums], form: str) -> HttpResponse:
        head = [_("Unit"), _("People"), _("Done within a year"), _("To do"), _("Overdue"), _("People overdue")]
        table = [[str(word) for word in head]]
        table += [
            [f"{'· ' * one.unit.depth}{one.unit.name}", *map(str, (one.people, one.done, one.open, one.overdue,
                                                                 one.waiting))]
            for one in rows
        ]  # fmt: skip
        Export.run(self.request.user, door=self.door, list="learning.units", form=form, narrowed="", rows=len(rows))
        name = f"learning-units-{timezone.localdate().isoformat()}"
        return as_csv(name, table) if form == "csv" else as_xlsx(name, table, _("Lessons and letters by unit"))


class _Step(ActionPage):
    """A form about an assignment or a person."""

    def address(self, done: Any) -> str:
        return self.back_to(done.thing)

    def back(self, act: Action) -> str:
        return self.back_to(act.target)

    def back_to(self, thing: Any) -> str:
        if isinstance(thing, Assignment):
            return reverse("learning:assignment", args=(thing.pk,))
        if isinstance(thing, Person):
            return reverse("learning:person", args=(thing.pk,))
        return reverse("learning:open")


class OnPaper(_Step):
    """Done on paper."""

    action = tending.OnPaper


class Waive(_Step):
    """Waive."""

    action = tending.Waive


class Give(_Step):
    """Give one thing to one person."""

    action = requiring.Give


class Depart(_Step):
    """Begin a departure."""

    action = requiring.BeginDeparture


class Remind(_Step):
    """Remind."""

    action = tending.Remind


class BringUpToDate(_Step):
    """Bring assignments up to date."""

    action = tending.BringUpToDate
