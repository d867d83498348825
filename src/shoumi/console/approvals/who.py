"""Who may sign: an expression of seats, and whether given people fill it.

Enters a roll (who leads which unit, who holds which role over what) and a case (the unit it concerns, who is barred);
leaves sets of accounts. No query here beyond loading the roll: everything else is arithmetic, and property-tested.

An expression stands for one or more ways; each way is a row of seats that must be taken by different persons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Protocol

from django.utils.translation import gettext as _

from shoumi.console.roles import NAMES


@dataclass(frozen=True, slots=True)
class Roll:
    """Who may sign at all, as it is now: leaders by the path of their unit, and grants as (role, path, account)."""

    leaders: dict[str, int]
    grants: tuple[tuple[str, str, int], ...]

    @classmethod
    def load(cls) -> Roll:
        """Read it in two queries. Who has left, or has no open account, is not on it."""
        from shoumi.console.accounts.models import Grant, Unit

        led = Unit.objects.filter(leader__departed_on=None, leader__account__is_active=True)
        held = Grant.objects.filter(ended=None, user__is_active=True, user__person__departed_on=None)
        return cls(
            dict(led.values_list("path", "leader__account__pk")),
            tuple((role, path or "", user) for role, path, user in held.values_list("role", "unit__path", "user_id")),
        )


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided about: the unit's path, who may never sign, and how often it was raised to the next leader."""

    path: str
    barred: frozenset[int] = frozenset()
    raised: int = 0

    def without(self, users: Iterable[int]) -> Case:
        """Return the case with more people barred."""
        return replace(self, barred=self.barred | frozenset(users))


class Seat(Protocol):
    """One signature that is wanted."""

    def takers(self, case: Case, roll: Roll) -> frozenset[int]:
        """Return the accounts that may take it."""

    def words(self) -> str:
        """Return who that is, in words."""


class Who(Protocol):
    """An expression of seats."""

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        """Return the alternatives; in each, all seats are taken by different persons."""

    def words(self) -> str:
        """Return the expression in words."""


@dataclass(frozen=True, slots=True)
class Leader:
    """The responsible leader of the unit; the next one up when there is none, or when it is the applicant."""

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        return ((self,),)

    def takers(self, case: Case, roll: Roll) -> frozenset[int]:
        return frozenset(list(chain(case, roll))[: case.raised + 1])

    def words(self) -> str:
        return _("the leader of the unit")


@dataclass(frozen=True, slots=True)
class Role:
    """Whoever holds a role over the unit."""

    role: str

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        return ((self,),)

    def takers(self, case: Case, roll: Roll) -> frozenset[int]:
        held = {user for name, path, user in roll.grants if name == self.role and case.path.startswith(path)}
        return frozenset(held - case.barred)

    def words(self) -> str:
        return str(NAMES[self.role])


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of several expressions."""

    parts: tuple[Who, ...]

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        return tuple(way for part in self.parts for way in part.ways())

    def words(self) -> str:
        return _(" or ").join(part.words() for part in self.parts)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of several expressions, by different persons."""

    parts: tuple[Who, ...]

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        mixed = product(*(part.ways() for part in self.parts))
        return tuple(tuple(seat for way in ways for seat in way) for ways in mixed)

    def words(self) -> str:
        return _(" and ").join(part.words() for part in self.parts)


@dataclass(frozen=True, slots=True)
class Two:
    """The same expression twice: two different persons."""

    part: Who

    def ways(self) -> tuple[tuple[Seat, ...], ...]:
        return AllOf((self.part, self.part)).ways()

    def words(self) -> str:
        return _("two different persons: %(who)s") % {"who": self.part.words()}


def chain(case: Case, roll: Roll) -> Iterator[int]:
    """Yield the leaders from the unit upwards, each once, without those who are barred."""
    seen = set(case.barred)
    keys = case.path.strip("/").split("/")
    for length in range(len(keys), 0, -1):
        leader = roll.leaders.get(f"/{'/'.join(keys[:length])}/")
        if leader is not None and leader not in seen:
            seen.add(leader)
            yield leader


def seated(way: Sequence[Seat], case: Case, roll: Roll) -> list[frozenset[int]]:
    """Return who may take each seat of a way. Two leaders in one way are the leader and the next one up."""
    leaders = sum(isinstance(seat, Leader) for seat in way)
    higher = replace(case, raised=case.raised + max(leaders - 1, 0))
    return [seat.takers(higher, roll) for seat in way]


def filled(seats: Sequence[frozenset[int]], signers: Iterable[int]) -> int:
    """Return how many seats the signers can take at once, one each (a maximum matching)."""
    taken: dict[int, int] = {}

    def place(signer: int, tried: set[int]) -> bool:
        for number, takers in enumerate(seats):
            if signer in takers and number not in tried:
                tried.add(number)
                if number not in taken or place(taken[number], tried):
                    taken[number] = signer
                    return True
        return False

    return sum(place(signer, set()) for signer in dict.fromkeys(signers))


def complete(who: Who, signers: Sequence[int], case: Case, roll: Roll) -> bool:
    """Say whether the signers fill a whole way."""
    return any(filled(seated(way, case, roll), signers) == len(way) for way in who.ways())


def wanted(who: Who, signers: Sequence[int], case: Case, roll: Roll) -> frozenset[int]:
    """Return the accounts whose signature would bring it further."""
    found: set[int] = set()
    for way in who.ways():
        seats = seated(way, case, roll)
        now = filled(seats, signers)
        others = frozenset().union(*seats) - set(signers)
        found |= {user for user in others if filled(seats, [*signers, user]) > now}
    return frozenset(found)


def possible(parts: Sequence[Who], case: Case, roll: Roll) -> bool:
    """Say whether there are enough people for all parts, each by other persons."""
    for way in AllOf(tuple(parts)).ways():
        seats = seated(way, case, roll)
        if filled(seats, sorted(frozenset().union(*seats))) == len(way):
            return True
    return False
