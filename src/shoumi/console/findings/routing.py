"""Who may see a report: officers, but nobody it is about, nobody above or below them in the chain as recorded.

Enters the unit and the people it concerns; leaves accounts, or none, when everybody who could read it is in the chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shoumi.console.accounts.models import Grant, Person, Unit, User
from shoumi.console.findings import telling
from shoumi.console.roles import AUDIT, LEADER, OFFICER, SECURITY


def readers(unit: Unit | None, about: Iterable[Person]) -> list[User]:
    """Return the accounts that a report goes to: the nearest tier in which somebody is left."""
    people = list(about)
    barred = _barred(people)
    if unit is not None and not people and unit.leader_id:
        barred.add(unit.leader_id)  # nobody is named: it may be about how the unit is led
    for tier in _tiers(unit):
        left = [user for user in tier if user.person_id not in barred]
        if left:
            return left
    return []


def _tiers(unit: Unit | None) -> Iterator[list[User]]:
    """Yield officers of the unit, those of the office, its leaders, the audit and security administrators."""
    if unit is not None:
        yield telling.officers(unit)
    root = Unit.objects.filter(parent=None).first()
    for role in (OFFICER, LEADER, AUDIT, SECURITY):
        if root is not None:
            yield telling.holders(root, {role})


def _barred(people: Iterable[Person]) -> set[int]:
    """Return the keys of the people concerned, of their leaders, and of everybody in units that they lead."""
    barred: set[int] = set()
    for person in people:
        barred.add(person.pk)
        barred |= {one.leader_id for one in telling.chain(person.unit) if one.leader_id}
        paths = [*person.leads.values_list("path", flat=True), *_granted(person)]
        for path in paths:
            barred |= set(Person.objects.filter(unit__path__startswith=path).values_list("pk", flat=True))
    return barred


def _granted(person: Person) -> list[str]:
    """Return the units that somebody leads by their role."""
    grants = Grant.objects.filter(user__person=person, role=LEADER, ended=None).select_related("unit")
    return [grant.unit_path for grant in grants]
