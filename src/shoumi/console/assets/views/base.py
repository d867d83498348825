"""What the pages of this room share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action
from shoumi.console.audit.models import Entry
from shoumi.console.pages import ActionPage


def units(roles: frozenset[str]) -> Any:
    """Return the choices of a unit filter for an account with some roles."""
    return lambda user: [(str(unit.pk), f"{'· ' * unit.depth}{unit.name}") for unit in Unit.within(user.reach(roles))]


def below(column: str) -> Any:
    """Return what narrows rows to a unit and all below it."""

    def apply(rows: QuerySet, value: str) -> QuerySet:
        unit = Unit.objects.filter(pk=value).first()
        if unit is None:
            return rows.none()
        return rows.filter(**{f"{column}__in": Unit.objects.filter(path__startswith=unit.path).values("pk")})

    return apply


def history(thing: Any, reach: Any) -> Any:
    """Return what the trail says about a thing."""
    return Entry.objects.filter(reach.within("unit"), subject=f"{thing._meta.label_lower}:{thing.pk}")[:30]


class Form(ActionPage):
    """A form that leads back to a list or to the thing."""

    lists = "assets:devices"
    thing = ""

    def address(self, done: Any) -> str:
        return reverse(self.thing, args=(done.thing.pk,)) if self.thing and done.thing else reverse(self.lists)

    def back(self, act: Action) -> str:
        return reverse(self.thing, args=(act.target.pk,)) if self.thing and act.target else reverse(self.lists)
