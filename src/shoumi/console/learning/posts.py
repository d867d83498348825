"""What this room asks for before a post or a role: the lessons and letters that are required before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shoumi.console.accounts.departures import Unsettled
from shoumi.console.accounts.models import NONE
from shoumi.console.accounts.posts import Post, gate
from shoumi.console.learning.models import BEFORE_POST, CLEARED, DONE, LESSON, WAIVED, Assignment, Requirement


@gate
def learning(posts: Sequence[Post]) -> Iterator[tuple[Post, Unsettled]]:
    """Yield what is required before each post and not done, in an edition that counts."""
    asked = Requirement.objects.filter(ended=None, moment=BEFORE_POST, material__retired_on=None)
    asked = list(asked.exclude(material__current=None).select_related("material", "unit"))
    settled = _settled(posts, asked) if asked else set()
    for post in posts:
        told = set()
        for one in asked:
            if _asks(one, post) and not _has(post.person, one, settled) and one.material_id not in told:
                told.add(one.material_id)
                yield post, _left(post, one)


def _settled(posts: Sequence[Post], asked: list[Any]) -> set[tuple[int, int]]:
    """Return person and material of everything that was done or waived."""
    counts = Q(way=WAIVED) | Q(way__in=DONE, edition__number__gte=F("material__counts_from"))
    people = [post.person.pk for post in posts if post.person.pk]
    rows = Assignment.objects.filter(counts, person__in=people, material__in=[one.material_id for one in asked])
    return set(rows.values_list("person_id", "material_id"))


def _asks(requirement: Requirement, post: Post) -> bool:
    """Say whether a requirement is about this post: its role or none, its clearance or any."""
    category = post.category or post.person.category
    cleared = {"": True, CLEARED: category != NONE}.get(requirement.clearance, requirement.clearance == category)
    inside = post.person.unit.path.startswith(requirement.unit.path)
    return inside and cleared and requirement.role in {"", post.role}


def _has(person: Any, requirement: Requirement, settled: set[tuple[int, int]]) -> bool:
    """Say whether somebody has done it; who is entered just now did so on paper, by the days in the form."""
    if person.pk:
        return (person.pk, requirement.material_id) in settled
    return (person.trained_on if requirement.material.kind == LESSON else person.committed_on) is not None


def _left(post: Post, requirement: Requirement) -> Unsettled:
    material, person = requirement.material, post.person
    lesson = material.kind == LESSON
    if person.pk:
        sentence = _("“%(what)s” is required before this and %(person)s has not done it.") if lesson else _(
            "“%(what)s” is required before this and %(person)s has not signed it.")  # fmt: skip
    else:
        sentence = _("“%(what)s” is required before a cleared post: enter the day of training.") if lesson else _(
            "“%(what)s” is required before a cleared post: enter the day when the commitment was signed.")  # fmt: skip
    address = reverse("learning:lesson" if lesson else "learning:letter", args=(material.slug,))
    return Unsettled(sentence % {"what": material.title, "person": person.name}, address, material.title)
