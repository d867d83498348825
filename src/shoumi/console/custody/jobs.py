"""What the clock does here: each morning it reminds of what is due."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Door, Machine
from shoumi.console.jobs import every, job

CLOCK: Final = Machine("scheduler", frozenset({"custody.remind"}))


@job("custody.remind", label=_("Carriers: remind of what is due"))
@every(day_at="07:00")
def remind() -> None:
    """Tell everybody once what is due."""
    from shoumi.console.custody.actions.reminders import Remind

    Remind.run(CLOCK, door=Door("machine"))
