"""What follows when somebody did a lesson or signed a letter: the assignment ends, the person's dates keep in step.

Enters an assignment's person and material inside an action's ``write``; leaves facts for its audit entry.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from shoumi.console.accounts.models import Person
from shoumi.console.action import changes
from shoumi.console.learning.models import (
    BEFORE_DEPARTURE,
    COMMITMENT,
    LESSON,
    SPECIAL,
    Assignment,
    Edition,
    Material,
)


def finish(person: Person, edition: Edition, way: str, day: date, note: str = "") -> dict[str, Any]:
    """End the open assignment, or note that it was done without one; keep the person's dates in step."""
    material = edition.material
    values = {"ended_on": day, "way": way, "edition": edition, "note": note}
    if not Assignment.objects.filter(person=person, material=material, ended_on=None).update(**values):
        Assignment.objects.create(person=person, material=material, moment=SPECIAL, due_on=day, **values)
    return _keep_in_step(person, material, day)


def _keep_in_step(person: Person, material: Material, day: date) -> dict[str, Any]:
    """Note the day on the person once the last open lesson is passed, or the last open commitment signed."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    left = Assignment.objects.filter(person=person, ended_on=None).exclude(moment=BEFORE_DEPARTURE)
    values: dict[str, Any] = {}
    if material.kind == LESSON and not left.filter(material__kind=LESSON).exists():
        values["trained_on"] = max(day, person.trained_on or day)
    if material.family == COMMITMENT and not left.filter(material__family=COMMITMENT).exists():
        values["committed_on"] = max(day, person.committed_on or day)
    changed = changes(person, values)
    if changed:
        person.save(update_fields=list(values))
    return changed
