"""What is to be assigned and what is no longer needed, from the requirements. Enters a day and a reach; leaves rows.

Each requirement costs the same few queries whatever the number of people; that the same thing is open twice for
somebody, the database refuses. Running it again changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Max, Q
from django.utils import timezone

from shoumi.console.accounts.models import Person, months_after
from shoumi.console.learning import audience
from shoumi.console.learning.models import (
    BEFORE_DEPARTURE,
    DONE,
    LAPSED,
    WAIVED,
    YEARLY,
    Assignment,
    Material,
    Requirement,
)
from shoumi.console.roles import Reach

AHEAD: Final = timedelta(days=60)  # so long before a year is over the next time is assigned
_BATCH: Final = 1000
EVERYWHERE: Final = Reach(("",))


@dataclass(frozen=True, slots=True)
class Plan:
    """What would change: rows to add, and open ones that nobody asks for any more."""

    new: list[Assignment]
    lapsed: list[int]

    def __bool__(self) -> bool:
        return bool(self.new or self.lapsed)


def plan(reach: Reach = EVERYWHERE, day: date | None = None, only: Requirement | None = None) -> Plan:
    """Return what the requirements ask for within a reach on a day. Departures are begun by hand."""
    today = day or timezone.localdate()
    active = Requirement.objects.filter(ended=None, material__retired_on=None, material__current__isnull=False)
    active = active.exclude(moment=BEFORE_DEPARTURE).select_related("material__current", "unit")
    new: dict[tuple[int, int], Assignment] = {}
    for requirement in active.filter(pk=only.pk) if only else active:
        for one in _wanted(requirement, reach, today):
            new.setdefault((one.person_id, one.material_id), one)
    return Plan(list(new.values()), [] if only else list(_unwanted(reach)))


def carry_out(found: Plan, day: date | None = None) -> tuple[int, int]:
    """Write a plan, in the caller's transaction; return how many were assigned and how many lapsed."""
    before = Assignment.objects.count()
    Assignment.objects.bulk_create(found.new, batch_size=_BATCH, ignore_conflicts=True)
    added = Assignment.objects.count() - before
    ended = {"ended_on": day or timezone.localdate(), "way": LAPSED}
    lapsed = 0
    for start in range(0, len(found.lapsed), _BATCH):
        rows = Assignment.objects.filter(pk__in=found.lapsed[start : start + _BATCH], ended_on=None)
        lapsed += rows.update(**ended)
    return added, lapsed


def for_departure(person: Person, day: date) -> list[Assignment]:
    """Return what somebody has to do before leaving and has not been given yet."""
    asked = Requirement.objects.filter(ended=None, moment=BEFORE_DEPARTURE, material__retired_on=None)
    asked = asked.exclude(material__current=None).select_related("material", "unit")
    known = {
        one.material_id: one
        for one in Assignment.objects.filter(person=person, moment=BEFORE_DEPARTURE).exclude(way=LAPSED)
    }
    return [
        _row(requirement, person.pk, day)
        for requirement in asked
        if requirement.material_id not in known and audience.covers(requirement, person)
    ]


def _wanted(requirement: Requirement, reach: Reach, today: date) -> list[Assignment]:
    """Return the rows that one requirement asks for."""
    material = requirement.material
    within = audience.people(requirement).filter(reach.within("unit__path"))
    rows = Assignment.objects.filter(material=material, person__in=within)
    has = set(rows.filter(ended_on=None).values_list("person_id", flat=True))
    last = dict(_counting(rows, material).values_list("person_id").annotate(Max("ended_on")).order_by())
    wanted = []
    for person in within.order_by("pk").values_list("pk", flat=True):
        due = _due(requirement, last.get(person), today)
        if person not in has and due is not None:
            wanted.append(_row(requirement, person, due))
    return wanted


def _counting(rows: Any, material: Material) -> Any:
    """Keep what counts as done: this edition or a later one, and what was waived."""
    return rows.filter(Q(way=WAIVED) | Q(way__in=DONE, edition__number__gte=material.counts_from))


def _due(requirement: Requirement, last: date | None, today: date) -> date | None:
    """Return when it is due, or None when nothing is asked now."""
    fresh = today + timedelta(days=requirement.days)
    if last is None:
        return requirement.until or fresh
    if requirement.moment != YEARLY:
        return None
    again = months_after(last, 12)
    return max(again, today) if today >= again - AHEAD else None


def _row(requirement: Requirement, person: int, due: date) -> Assignment:
    return Assignment(
        person_id=person, material_id=requirement.material_id, requirement=requirement, moment=requirement.moment,
        due_on=due,
    )  # fmt: skip


def _unwanted(reach: Reach) -> Any:
    """Return the keys of open rows whose person has left or whose lesson, letter or requirement has ended."""
    gone = Q(person__departed_on__isnull=False) | Q(material__retired_on__isnull=False)
    gone |= Q(requirement__ended__isnull=False)
    rows = Assignment.objects.filter(reach.within("person__unit__path"), ended_on=None)
    yield from rows.filter(gone).values_list("pk", flat=True)
    for requirement in Requirement.objects.filter(ended=None).exclude(clearance="", role="").select_related("unit"):
        if requirement.moment != BEFORE_DEPARTURE:
            outside = rows.filter(requirement=requirement).exclude(gone)
            yield from outside.exclude(person__in=audience.people(requirement)).values_list("pk", flat=True)
