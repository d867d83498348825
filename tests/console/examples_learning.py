"""For every action of the room learning: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from datetime import timedelta

LESSON = """---
title: Doors
summary: Close them.
---
Text.

## Case 1: open

## Case 2: closed

# Quiz

## Which door is closed?
- [x] The closed one
- [ ] The open one
> Because it is closed.

## Which of these open it?
- [x] A key
- [x] A code
- [ ] A wish
> Keys and codes do.
"""
LETTER = """---
title: Promise
summary: Kept.
---
1. I close doors.
2. I keep keys.
"""


def material(kind="lesson", text="", unit=None, published=True, **more):
    """Make a lesson or letter with one edition."""
    from django.utils import timezone

    from shoumi.console.accounts.models import Unit
    from shoumi.console.learning.models import Edition, Material

    unit = unit or Unit.objects.get(parent=None)
    texts = {"en": text or (LESSON if kind == "lesson" else LETTER)}
    family = "" if kind == "lesson" else more.pop("family", "commitment")
    made = Material(kind=kind, slug=more.pop("slug", f"own-{kind}"), family=family, unit=unit, **more)
    made.entitle(texts)
    made.save()
    edition = Edition.objects.create(
        material=made, number=1, texts=texts, published_on=timezone.now() if published else None
    )
    if published:
        made.current = edition
        made.save()
    return made


def assign(person, made, days=7):
    """Give somebody something."""
    from django.utils import timezone

    from shoumi.console.learning.models import Assignment

    due = timezone.localdate() + timedelta(days=days)
    return Assignment.objects.create(person=person, material=made, moment="special", due_on=due)


def requirement(made, moment="yearly", **more):
    """Require something."""
    from shoumi.console.learning.models import Requirement

    return Requirement.objects.create(material=made, moment=moment, by="test", **{"unit": made.unit, **more})


def attempt(user, made):
    """Begin a quiz in the order as written."""
    from shoumi.console.learning.models import Attempt

    order = [[n, list(range(len(q.options)))] for n, q in enumerate(made.current.text().questions)]
    return Attempt.objects.create(user=user, person=user.person, edition=made.current, order=order)


def _root_officer(world):
    return world.account("root-officer", "officer", world.root)


def _add(world):
    given = {"kind": "lesson", "family": "", "area": "", "unit": world.north.pk, "language": "en", "text": LESSON}
    return world.dana, None, given


def _draft(world):
    made = material(unit=world.north)
    made.editions.create(number=2, texts={"en": LESSON})
    return world.dana, made


def _end(world):
    return world.dana, requirement(material(), unit=world.north), {"reason": "over"}


def _begin_departure(world):
    requirement(material(), "before-departure")
    return world.dana, world.north_person, {}


EXAMPLES = {
    "learning.content.take": lambda w: (_root_officer(w), None, {}),
    "learning.material.add": _add,
    "learning.draft.write": lambda w: (
        w.dana, material(unit=w.north), {"language": "en", "text": LESSON, "minutes": 5, "pass_mark": 80}),
    "learning.draft.publish": lambda w: (*_draft(w), {"note": "clearer"}),
    "learning.draft.drop": lambda w: (*_draft(w), {}),
    "learning.material.retire": lambda w: (w.dana, material(unit=w.north), {"reason": "over"}),
    "learning.requirement.add": lambda w: (
        w.dana, material(), {"moment": "yearly", "clearance": "", "role": "", "unit": w.north.pk, "days": 30}),
    "learning.requirement.end": _end,
    "learning.assignment.give": lambda w: (w.dana, w.north_person, {"material": material().pk}),
    "learning.departure.begin": _begin_departure,
    "learning.assign": lambda w: (w.dana, None, {}),
    "learning.remind": lambda w: (assign(w.staff.person, material()) and w.leader, None, {"unit": w.north.pk}),
    "learning.assignment.paper": lambda w: (w.dana, assign(w.north_person, material()), {"note": "binder 3"}),
    "learning.assignment.waive": lambda w: (w.dana, assign(w.north_person, material()), {"reason": "on leave"}),
    "learning.attempt.begin": lambda w: (w.staff, material(), {}),
    "learning.attempt.answer": lambda w: (w.staff, attempt(w.staff, material()), {"place": 0, "choice": ["0"]}),
    "learning.letter.sign": lambda w: (
        w.staff, material("letter"), {"read": "on", "edition": 1, "language": "en"}),
}  # fmt: skip
