"""How things stand: what one person has open, whether leaders did what everybody does, sums by unit.

Higher rooms ask here: ``lacking(person)`` before they assign somebody, ``fulfilled(person, "exams")`` for one thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from shoumi.console.accounts.models import Person, Unit, months_after
from shoumi.console.learning.models import (
    BEFORE_DEPARTURE,
    DECLARATION,
    DONE,
    RESPONSIBILITY,
    SOON,
    WAIVED,
    YEARLY,
    Assignment,
    Material,
    Requirement,
    Signature,
)
from shoumi.console.roles import LEADER, OFFICER, Reach


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader as their unit sees them: the same lessons and letters as everybody, and the two that only they have."""

    name: str
    unit: str
    open: int
    overdue: int
    done: int
    responsibility: date | None
    declaration: date | None


@dataclass(slots=True)
class Sums:
    """One unit with all below: people, and what is done, open, overdue."""

    unit: Unit
    people: int = 0
    done: int = 0
    open: int = 0
    overdue: int = 0
    waiting: int = 0  # people with anything overdue

    @property
    def share(self) -> int | None:
        """Return the share of what was asked that is done, in per cent; None when nothing was."""
        asked = self.done + self.open
        return round(100 * self.done / asked) if asked else None


def visible(user: Any) -> Any:
    """Return the lessons and letters that an account may open: published, of the office or of a unit above theirs."""
    rows = Material.objects.filter(unit__path__in=above(user.person.unit.path), retired_on=None)
    return rows.exclude(current=None).select_related("current", "unit")


def seen_by(user: Any) -> Any:
    """Return the texts that officers and leaders keep or read: those of units within reach and of units above."""
    reach = user.reach({OFFICER, LEADER})
    over = {path for root in reach.paths if root for path in above(root)}
    return Material.objects.filter(Q(unit__path__in=over) | reach.within("unit__path"))


def inside(reach: Reach) -> Q:
    """Return the condition that an assignment is somebody's within a reach: none at all when that is everybody."""
    roots = Unit.objects.filter(parent=None).values_list("path", flat=True) if reach and not reach.everywhere else ()
    if reach.everywhere or (roots and set(roots) <= set(reach.paths)):
        return Q()
    return Q(person__unit__in=Unit.objects.filter(reach.within("path")).values("pk"))


def open_for(person: Person) -> Any:
    """Return what somebody has to do, soonest first."""
    rows = Assignment.objects.filter(person=person, ended_on=None)
    return rows.select_related("material__current", "material__unit").order_by("due_on", "material__position")


def lacking(person: Person) -> list[str]:
    """Return the titles of what somebody should have done by now and has not."""
    return [str(one.material) for one in open_for(person) if one.due_on < timezone.localdate()]


def fulfilled(person: Person, slug: str) -> bool:
    """Say whether somebody did a lesson, or signed a letter, in an edition that counts; yearly ones within the year."""
    material = Material.objects.filter(slug=slug).first()
    if material is None:
        return False
    rows = Assignment.objects.filter(person=person, material=material, way__in=DONE)
    last = rows.filter(edition__number__gte=material.counts_from).aggregate(last=Max("ended_on"))["last"]
    yearly = material.requirements.filter(ended=None, moment=YEARLY).exists()
    return last is not None and (not yearly or months_after(last, 12) >= timezone.localdate())


def before_leaving(person: Person) -> list[tuple[Requirement, Assignment | None]]:
    """Return what must be done before somebody leaves and is not, with its assignment when it was begun."""
    from shoumi.console.learning import audience

    asked = Requirement.objects.filter(ended=None, moment=BEFORE_DEPARTURE, material__retired_on=None)
    asked = asked.exclude(material__current=None).select_related("material", "unit")
    rows = {
        one.material_id: one for one in Assignment.objects.filter(person=person, moment=BEFORE_DEPARTURE).order_by("pk")
    }
    left = []
    for requirement in asked:
        one = rows.get(requirement.material_id)
        settled = one is not None and one.way in {*DONE, WAIVED}
        if not settled and audience.covers(requirement, person):
            left.append((requirement, one if one is not None and one.ended_on is None else None))
    return left


def leaders(person: Person) -> list[Leader]:
    """Return the leaders of somebody's unit and of those above, nearest first."""
    units = Unit.objects.filter(path__in=above(person.unit.path), closed_on=None).exclude(leader=None)
    found = list(units.select_related("leader").order_by("-path"))
    keys = {unit.leader_id for unit in found}
    counts = {row["person"]: row for row in _counts(Assignment.objects.filter(person__in=keys), "person")}
    signed = Signature.objects.filter(person__in=keys).values_list("person", "edition__material__family")
    days = {(key, family): timezone.localtime(at).date() for key, family, at in signed.annotate(Max("at")).order_by()}
    nothing = {"open": 0, "overdue": 0, "done": 0}
    return [
        Leader(
            name=unit.leader.name,
            unit=unit.name,
            **{name: counts.get(unit.leader_id, nothing)[name] for name in nothing},
            responsibility=days.get((unit.leader_id, RESPONSIBILITY)),
            declaration=days.get((unit.leader_id, DECLARATION)),
        )
        for unit in found
    ]


def _counts(rows: Any, key: str) -> Any:
    today = timezone.localdate()
    return rows.values(key).order_by().annotate(
        open=Count("pk", filter=Q(ended_on=None)),
        overdue=Count("pk", filter=Q(ended_on=None, due_on__lt=today)),
        done=Count("pk", filter=Q(way__in=DONE, ended_on__gt=months_after(today, -12))),
    )  # fmt: skip


def by_unit(reach: Reach) -> list[Sums]:
    """Return the sums of all open units within a reach, each with the units below it; a fixed number of queries."""
    units = list(Unit.within(reach).order_by("path"))
    sums = {unit.path: Sums(unit) for unit in units}
    paths = dict(Unit.objects.filter(reach.within("path")).values_list("pk", "path"))  # closed ones too
    people = Person.objects.filter(unit__in=paths, departed_on=None)
    rows = Assignment.objects.filter(inside(reach), person__departed_on=None)
    for key, count in people.values_list("unit").order_by().annotate(Count("pk")):
        for one in _over(sums, paths[key]):
            one.people += count
    for row in _counts(rows, "person__unit"):
        for one in _over(sums, paths[row["person__unit"]]):
            one.done, one.open, one.overdue = (
                one.done + row["done"],
                one.open + row["open"],
                one.overdue + row["overdue"],
            )
    late = rows.filter(ended_on=None, due_on__lt=timezone.localdate())
    for key, count in late.values_list("person__unit").order_by().annotate(Count("person", distinct=True)):
        for one in _over(sums, paths[key]):
            one.waiting += count
    return [sums[unit.path] for unit in units]


def _over(sums: dict[str, Sums], path: str) -> Iterable[Sums]:
    return (sums[above] for above in above(path) if above in sums)


def above(path: str) -> list[str]:
    """Return a path and all above it, longest first: /1/7/ gives /1/7/ and /1/."""
    parts = path.strip("/").split("/")
    return [f"/{'/'.join(parts[:length])}/" for length in range(len(parts), 0, -1)]


def soon(rows: Any) -> Any:
    """Keep what is due within a week and not overdue."""
    today = timezone.localdate()
    return rows.filter(due_on__gte=today, due_on__lte=today + SOON)
