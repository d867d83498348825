"""What the clock says each morning: overdue loans, reviews, ends of terms, countings that are due."""

from __future__ import annotations

from shoumi.console.action import Action, Done
from shoumi.console.custody import reminding


class Remind(Action):
    """Tell everybody once what is due. Only the machine does this."""

    name = "custody.remind"
    label = reminding.LABEL

    def write(self) -> Done:
        return Done(None, reminding.everything())
