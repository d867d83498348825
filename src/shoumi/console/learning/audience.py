"""Who a requirement is about. Enters a requirement, leaves a query of people; nothing is read here."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from shoumi.console.accounts.models import NONE, Grant, Person, Unit
from shoumi.console.learning.models import CLEARED, Requirement
from shoumi.console.roles import LEADER


def people(requirement: Requirement) -> Any:
    """Return the people in post whom a requirement reaches now."""
    condition = Q(departed_on=None, unit__path__startswith=requirement.unit.path)
    if requirement.clearance == CLEARED:
        condition &= ~Q(category=NONE)
    elif requirement.clearance:
        condition &= Q(category=requirement.clearance)
    if requirement.role:
        condition &= holding(requirement.role)
    return Person.objects.filter(condition)


def covers(requirement: Requirement, person: Person) -> bool:
    """Say whether a requirement reaches one person."""
    return bool(people(requirement).filter(pk=person.pk).exists())


def holding(role: str) -> Q:
    """Return the condition that somebody holds a role; leaders are also those whom a unit names."""
    holds = Q(pk__in=Grant.objects.filter(role=role, ended=None, user__is_active=True).values("user__person"))
    if role == LEADER:
        holds |= Q(pk__in=Unit.objects.filter(closed_on=None).exclude(leader=None).values("leader"))
    return holds
