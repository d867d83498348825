"""Lessons and letters in the invented organisation: all taken in, some passed, some signed, some overdue."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone, translation

from shoumi.console.action import Door, Machine
from shoumi.console.learning.actions import materials, requiring, signing, taking, tending
from shoumi.console.learning.models import LESSON, Assignment, Material

_MACHINE: Final = Machine("demo", frozenset({"learning.content.take", "learning.assignment.paper"}))
_DILIGENT: Final = {  # account: lessons passed, letters signed
    "erin": (("before-post", "devices", "messaging", "phones"), ("responsibility", "near-people", "phone-ten")),
    "frank": (("before-post", "devices", "compilation"), ("phone-ten",)),
    "grace": (("before-post", "exams", "phones"), ("phone-ten", "drives-commitment")),
    "heidi": (("before-post", "compilation"), ("drives-commitment",)),
    "dana": (("before-post", "devices", "compilation", "exams", "drives", "messaging", "phones", "holidays"),
             ("phone-ten", "drives-commitment")),
}  # fmt: skip


def fill(account: Callable[[str], Any]) -> None:
    """Take everything in, let people learn and sign, leave some of it late."""
    materials.TakeIn.run(_MACHINE)
    draw, today = random.Random(20261123), timezone.localdate()  # noqa: S311  (invented people)
    _shift(draw, today)
    door = Door("machine", proved=timezone.now())
    with translation.override("zh-hans"):
        for name, (lessons, letters) in _DILIGENT.items():
            for slug in lessons:
                learn(account(name), Material.objects.get(slug=slug), miss=draw.randrange(3))
            for slug in letters:
                sign(account(name), Material.objects.get(slug=slug), door)
        learn(account("heidi"), Material.objects.get(slug="drives"), miss=5)  # not passed yet
    _class_room(draw, today)
    leaver = Assignment.objects.filter(person__number="2012", moment="before-post").first()
    if leaver:
        requiring.BeginDeparture.run(account("dana"), leaver.person, due_on=(today + timedelta(days=5)).isoformat())
    tending.BringUpToDate.run(account("dana"))


def learn(user: Any, material: Material, miss: int = 0) -> Any:
    """Take a quiz and answer everything right but the first ``miss`` questions."""
    attempt = taking.Begin.run(user, material).result
    questions = material.current.text().questions
    for place, (number, order) in enumerate(attempt.order):
        right = questions[number].right
        chosen = [shown for shown, own in enumerate(order) if (own in right) != (place < miss)]
        given = chosen if place >= miss else chosen[:1]
        taking.Answer.run(user, attempt, place=place, choice=[str(shown) for shown in given])
    attempt.refresh_from_db()
    return attempt


def sign(user: Any, material: Material, door: Door) -> Any:
    """Sign a letter."""
    given = {"read": "on", "edition": material.current.number, "language": material.current.language()}
    return signing.Sign.run(user, material, door=door, **given).result


def _shift(draw: random.Random, today: date) -> None:
    """Let assignments be older than the demo, so that some are overdue, some due soon."""
    rows = list(Assignment.objects.all())
    for one in rows:
        one.due_on = today + timedelta(days=draw.randint(-20, 45))
        one.made = timezone.now() - timedelta(days=draw.randint(25, 60))
    Assignment.objects.bulk_update(rows, ["due_on", "made"])


def _class_room(draw: random.Random, today: date) -> None:
    """About half of those without an account took part in lessons on paper."""
    rows = Assignment.objects.filter(ended_on=None, person__account=None).select_related("person__unit", "material")
    for one in rows.exclude(moment="before-departure"):
        if draw.random() < (0.45 if one.material.kind == LESSON else 0.55):
            day = (today - timedelta(days=draw.randint(1, 24))).isoformat()
            tending.OnPaper.run(
                _MACHINE, one, done_on=day, note=f"{one.material.title_hans} · 签到册 {draw.randint(1, 9)}"
            )
