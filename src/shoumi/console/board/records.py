"""The form of this room: how a unit stands, with the reasons, to be filed or taken into a meeting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import Unit
from shoumi.console.board import standing, unseen
from shoumi.console.records import Facts, Record, Table
from shoumi.console.roles import Reach
from shoumi.console.steps import AREAS, FAR


class State(Record):
    """One unit with all below, as it stands now."""

    name = "board.state"
    title = gettext_lazy("One step away: how the units stand")
    model = Unit
    roles = standing.READERS
    landscape = True

    def blocks(self, thing: Any) -> Iterable[Any]:
        lines = standing.lines(Reach((thing.path,)))
        missing = unseen.this_month((thing.path,))
        yield Facts([
            (_("Unit"), thing.name), (_("Responsible leader"), thing.leader.name if thing.leader else ""),
            (_("State of"), timezone.now()), (_("Units"), len(lines)),
            (_("Not examined this month (units)"), len(missing.units)),
            (_("Not examined this month (things)"), missing.things),
        ])  # fmt: skip
        yield Table(
            [_("Unit"), *(label for _key, label in AREAS), _("Whatever the area")],
            [[line.unit.name, *(cell.words for cell in line.cells), line.whole.words] for line in lines],
            title=_("Steps from a leak"),
        )
        yield Table(
            [_("Steps"), _("Area"), _("Unit"), _("Why"), _("Since")],
            list(_reasons(lines)),
            title=_("What makes it so"), empty=_("Nothing that is known."),
        )  # fmt: skip

    def back(self, thing: Any) -> str:
        return reverse("board:unit", args=(thing.pk,))


def _reasons(lines: list[standing.Line]) -> Iterable[list[Any]]:
    names = {line.unit.path: line.unit.name for line in lines}
    found = [step for line in lines[:1] for cell in (*line.cells, line.whole) for step in cell.steps if step.left < FAR]
    for step in sorted(found, key=lambda step: step.left):
        area = standing.NAMES.get(step.area) or _("Whatever the area")
        yield [standing.words(step.left), area, names.get(step.unit, ""), step.reason, step.since]
