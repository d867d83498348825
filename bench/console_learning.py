"""Lessons and letters as ``bench.console`` measures them: everybody has all that are shipped, half of them are done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any


def fill(world: Any, share: float) -> Any:
    """Take in the shipped texts, assign them to everybody; return a lesson, an assignment, a person."""
    del share
    from django.utils import timezone

    from shoumi.console.action import Machine
    from shoumi.console.learning.actions import materials
    from shoumi.console.learning.models import Assignment, Material

    materials.TakeIn.run(Machine("bench", frozenset({"learning.content.take"})))
    Assignment.objects.all().delete()
    texts, today, rows = list(Material.objects.select_related("current")), timezone.localdate(), []
    for number, person in enumerate(world.people):
        for place, material in enumerate(texts):
            turn = number * 7 + place
            done = turn % 2 == 0
            rows.append(Assignment(
                person=person, material=material, moment="yearly", due_on=today + timedelta(days=turn % 80 - 20),
                ended_on=today - timedelta(days=turn % 300) if done else None, way="quiz" if done else "",
                edition=material.current if done else None,
            ))  # fmt: skip
    Assignment.objects.bulk_create(rows, batch_size=500)
    return texts[0], Assignment.objects.filter(ended_on=None).order_by("pk").first(), world.people[7]


def pages(made: Any) -> list[str]:
    """Return the pages to measure."""
    material, assignment, person = made
    return [
        "/learning/", "/learning/open/", "/learning/open/?state=overdue", "/learning/open/?q=人员00042",
        "/learning/open/?sort=person", "/learning/open/?sort=-what", "/learning/open/?kind=letter&moment=yearly",
        "/learning/open/?page=400", f"/learning/open/?what={material.pk}", "/learning/done/",
        "/learning/done/?q=人员00042", "/learning/units/", "/learning/texts/", f"/learning/texts/{material.pk}/",
        f"/learning/assignments/{assignment.pk}/", f"/learning/people/{person.pk}/",
    ]  # fmt: skip
