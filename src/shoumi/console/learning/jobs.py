"""What the clock does here: assignments kept up to date, reminders in the morning."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shoumi.console.jobs import every, job

_ACTOR: Final = ("scheduler", frozenset({"learning.assign", "learning.remind"}))


@job("learning.assign", label=_("Give lessons and letters to whom they are required of"))
@every(minutes=60)
def assign() -> None:
    """Assign what is missing. When nothing is, nothing is written."""
    from shoumi.console.action import Machine
    from shoumi.console.learning import assigning
    from shoumi.console.learning.actions.tending import BringUpToDate

    if assigning.plan():
        BringUpToDate.run(Machine(*_ACTOR))


@job("learning.remind", label=_("Remind of lessons and letters"))
@every(day_at="08:30")
def remind() -> None:
    """Remind whoever has something overdue or due within a week."""
    from shoumi.console.action import Machine
    from shoumi.console.learning.actions.tending import Remind, reminding

    if reminding().exists():
        Remind.run(Machine(*_ACTOR))
