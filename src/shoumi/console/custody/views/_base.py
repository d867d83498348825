"""What the room's pages share: filters by unit, forms that lead back to a thing, histories, many steps in a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action
from shoumi.console.audit.models import Entry
from shoumi.console.custody.rights import READERS
from shoumi.console.lists import Column, Filter, ListPage
from shoumi.console.pages import ActionPage
from shoumi.console.roles import Reach

_LEVEL = _("Level")


def units_within(reach: Reach, column: str = "unit") -> Q:
    """Return the condition that a unit lies within a reach; the tree is searched once, not once a row."""
    return Q() if reach.everywhere else Q(**{f"{column}__in": Unit.objects.filter(reach.within("path"))})


class CustodyList(ListPage):
    """A list of this room, with the row of its lists above."""

    template = "custody/list.html"
    roles = READERS
    named: ClassVar[Mapping[str, tuple[Any, Sequence[str]]]] = {}  # foreign keys that are searched by words of theirs

    def _searched(self, rows: QuerySet) -> QuerySet:
        """Search the row's own columns, and people and places by their names, each of these once and not once a row."""
        for word in self.request.GET.get("q", "").replace("\0", "")[:200].split():
            condition = Q()
            for field in self.search:
                condition |= Q(**{f"{field}__icontains": word})
            for key, (model, fields) in self.named.items():
                found = Q()
                for field in fields:
                    found |= Q(**{f"{field}__icontains": word})
                condition |= Q(**{f"{key}__in": model.objects.filter(found)})
            rows = rows.filter(condition)
        return rows


def unit_filter(column: str = "unit") -> Filter:
    """Return the filter by unit, units below included."""

    def choices(user: Any) -> list[tuple[str, str]]:
        return [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(READERS))]

    def apply(rows: QuerySet, value: str) -> QuerySet:
        unit = Unit.objects.filter(pk=value).first()
        if unit is None:
            return rows.none()
        return rows.filter(**{f"{column}__in": Unit.objects.filter(path__startswith=unit.path)})

    return Filter("unit", _("Unit"), choices, apply)


def state_column(tone: Callable[[Any], str]) -> Column:
    """Return the column that says in which state a thing is."""
    return Column("state", _("State"), lambda row: row.get_state_display(), "state", "badge", tone=tone)


def level_column(of: Callable[[Any], Any], sort: str) -> Column:
    """Return the column that says the level of a carrier."""
    return Column("level", _LEVEL, lambda row: of(row).get_level_display(), sort, "badge",
                  tone=lambda row: of(row).level_tone)  # fmt: skip


def history(user: Any, subject: str, most: int = 30) -> QuerySet:
    """Return what the trail says about a thing, as far as the account reaches."""
    return Entry.objects.filter(user.reach(READERS).within("unit"), subject=subject)[:most]


class Form(ActionPage):
    """A form that leads to a thing when it is done, and back to it, or to a list, when it is not."""

    lists: ClassVar[str] = "custody:ledger"
    thing: ClassVar[str] = ""

    def address(self, done: Any) -> str:
        return reverse(self.thing, args=(done.thing.pk,)) if self.thing and done.thing else reverse(self.lists)

    def back(self, act: Action) -> str:
        return (
            reverse(self.thing, args=(act.target.pk,)) if act.target is not None and self.thing else reverse(self.lists)
        )


class Step(Form):
    """One of several steps about a thing; the address names which."""

    steps: ClassVar[Mapping[str, type[Action]]] = {}

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = self.steps[options["step"]]  # type: ignore[misc]  # one class serves all steps


@dataclass(frozen=True, slots=True)
class Steps:
    """What may be done about a thing now: the next step, whose turn it is, everything else."""

    next: Sequence[tuple[Any, str, bool]] = ()
    more: Sequence[tuple[Any, str, bool]] = ()
    waits: Any = ""


def steps_for(
    actions: Mapping[str, type[Action]], page: str, pk: int, *, first: str, more: Sequence[str], waits: Any = ""
) -> Steps:
    """Return the steps with their words and addresses."""

    def step(name: str) -> tuple[Any, str, bool]:
        return actions[name].label, reverse(page, args=(pk, name)), actions[name].grave

    return Steps([step(first)] if first else [], [step(name) for name in more], waits)


class Prefilled:
    """A form whose first values may stand in its address: ``?carriers=…&giver=…``."""

    def _form(self, act: Action, form: Any, proof: Any, status: int = 200) -> Any:
        if not form.is_bound:
            given = {name: self.request.GET[name] for name in form.fields if name in self.request.GET}  # type: ignore[attr-defined]
            form.initial = {**form.initial, **given}
        return super()._form(act, form, proof, status)  # type: ignore[misc]
