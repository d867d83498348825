"""What the clock does here: the state of each day is kept, before people come."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shoumi.console.jobs import every, job


@job("board.keep", label=_("Keep the state of the day"))
@every(day_at="06:30")
def keep() -> None:
    """Keep today's state; a second time on the same day it is written over."""
    from shoumi.console.accounts.models import Unit
    from shoumi.console.action import Machine
    from shoumi.console.board.actions import KeepToday

    if Unit.objects.filter(closed_on=None).exists():
        KeepToday.run(Machine("scheduler", frozenset({KeepToday.name})))
