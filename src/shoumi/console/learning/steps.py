"""Who lacks a lesson or a commitment, by unit and area. That everybody was taught does not yet make an area safe."""

from __future__ import annotations

from typing import Final

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.learning.models import LESSON, LETTER, Assignment
from shoumi.console.steps import THREE, TWO, Asked, Groups, Rule, Step, key_of, provider, within

_TRAINING: Final = Rule(
    "learning.training",
    THREE,
    gettext_lazy("Somebody is late with a lesson: who was not taught does not see the danger."),
    "X3",
)
_LETTER: Final = Rule(
    "learning.letter",
    TWO,
    gettext_lazy("Somebody has not signed a commitment that they should have signed by now."),
    "X3",
)
_PEOPLE, _LEADERS = gettext_lazy("People"), gettext_lazy("of them leaders")  # lazy: a board has many steps
_SINCE, _REMIND = gettext_lazy("Due since"), gettext_lazy("Remind")
_KINDS: Final = {LESSON: _TRAINING, LETTER: _LETTER}


def _words(lesson: bool, count: int) -> str:
    if lesson:
        return ngettext("%(n)d person without lesson", "%(n)d people without lesson", count) % {"n": count}
    return ngettext("%(n)d commitment not signed", "%(n)d commitments not signed", count) % {"n": count}


_said = lazy(_words, str)  # of many steps the board says few


@provider
def late(paths: tuple[str, ...]) -> Asked:
    """People with something overdue, by unit and area; what belongs to all areas, under none of them."""
    rows = Assignment.objects.filter(
        within(paths, "person__unit__path"), ended_on=None, due_on__lt=timezone.localdate(), person__departed_on=None
    )
    keys, people = ("material__area", "material__kind"), Count("person", distinct=True)
    groups, of_leaders = yield [
        Groups(rows, "person__unit__path", "due_on", keys, people),
        Groups(rows.filter(person__leads__isnull=False), "person__unit__path", "", keys, people),
    ]
    leaders = {(path, area, kind): count for path, area, kind, count, _since in of_leaders}
    here = reverse("learning:open")
    for path, area, kind, count, first in groups:
        lesson, led = kind == LESSON, leaders.get((path, area, kind), 0)
        yield Step(
            path, area, _KINDS[kind].left, _said(lesson, count),
            ((_PEOPLE, count), (_LEADERS, led), (_SINCE, first)), first,
            f"{here}?state=overdue&unit={key_of(path)}", _REMIND, _KINDS[kind],
        )  # fmt: skip
