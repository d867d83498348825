"""Keep how everything stands today, so that the board can show where it is going."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.board import keeping, standing
from shoumi.console.roles import OFFICER, Reach


class KeepToday(Action):
    """One row for each unit; kept again on the same day, the later one counts."""

    name = "board.keep"
    label = _("Keep today's state")
    intro = _("What the board shows now is kept as the state of today. It is done by itself each morning.")
    roles = frozenset({OFFICER})

    def units(self) -> Iterable[str]:
        return [Unit.objects.filter(parent=None).values_list("path", flat=True).first() or ""]

    def check(self) -> None:
        if not Unit.objects.filter(closed_on=None).exists():
            raise Unmet(_("There is no unit yet."))

    def write(self) -> Done:
        today = timezone.localdate()
        count = keeping.keep(today, [(line.unit, keeping.known(line)) for line in standing.lines(Reach(("",)))])
        return Done(None, {"day": today.isoformat(), "units": count})
