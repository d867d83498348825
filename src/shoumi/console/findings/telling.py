"""Who is told what: officers of a unit, its leader and those above, one account; through notices."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from shoumi.console.accounts.models import Grant, Person, Unit, User
from shoumi.console.roles import OFFICER


def officers(unit: Unit) -> list[User]:
    """Return the accounts of the secrecy officers who answer for a unit."""
    return holders(unit, {OFFICER})


def holders(unit: Unit, roles: Iterable[str]) -> list[User]:
    """Return the accounts that hold one of the roles over a unit."""
    grants = Grant.objects.filter(role__in=sorted(roles), ended=None, user__is_active=True).select_related("unit")
    keys = {grant.user_id for grant in grants if unit.path.startswith(grant.unit_path)}
    return list(User.objects.full().filter(pk__in=keys))


def chain(unit: Unit) -> list[Unit]:
    """Return a unit and those above it, from below."""
    keys = [int(key) for key in unit.path.strip("/").split("/") if key]
    found = {one.pk: one for one in Unit.objects.filter(pk__in=keys).select_related("leader")}
    return [found[key] for key in reversed(keys) if key in found]


def leader(unit: Unit, above: int = 0) -> Person | None:
    """Return the responsible leader of a unit, or of the next ones above that have another leader."""
    leaders: list[Person] = []
    for one in chain(unit):
        if one.leader is not None and one.leader.departed_on is None and one.leader not in leaders:
            leaders.append(one.leader)
    return leaders[min(above, len(leaders) - 1)] if leaders else None


def accounts(people: Iterable[Person | None]) -> list[User]:
    """Return the accounts of people, as far as they have one."""
    keys = {person.pk for person in people if person is not None}
    return list(User.objects.full().filter(person__in=keys, is_active=True)) if keys else []


def say(users: Iterable[User], sentence: Any, address: str, *, urgency: str = "plain", thing: Any = None) -> None:
    """Tell accounts a sentence with a place to go."""
    found = list({user.pk: user for user in users}.values())
    if found and find_spec("shoumi.console.notices"):
        from shoumi.console.notices import tell

        tell(found, sentence, address, urgency=urgency, thing=thing)
