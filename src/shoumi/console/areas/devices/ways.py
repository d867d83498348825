"""The three ways of a repair, and why one is closed. Enters a repair's facts; leaves a sentence with its clause.

Implementing Regulations art. 27(7): outside hands only under supervision in the house; art. 31 of the State Secrets
Law: nothing of a device's storage gets out. What is practice beside the law is called house rules.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console import levels

ONSITE, OWN, OUT = "onsite", "own", "out"
WAYS: Final = (
    (ONSITE, _("in the house, a vendor under escort")),
    (OWN, _("by our own technicians")),
    (OUT, _("sent out, storage removed")),
)
OUTSIDERS: Final = frozenset({ONSITE, OUT})


def closed(way: str, level: str, *, may_leave: bool, removed: bool, disk: bool) -> Any:
    """Return why a way may not be gone; None when it may. ``removed``: all storage; ``disk``: there is storage."""
    if not level:
        return _("Decide the level of the device first: nobody knows what may be on it.")
    if way != OUT:
        return None
    if level == levels.TOP:
        return _(
            "A device of the level “top secret” never leaves the house for a repair: it is repaired here, by our own "
            "technicians or under escort (Implementing Regulations art. 27(7); house rules on repairs)."
        )
    if not may_leave:
        return _(
            "Leaving the house was not asked for and not approved. Ask again with “It may leave the house”, or let it "
            "be repaired here (Implementing Regulations art. 27(7))."
        )
    if disk and not removed:
        return _(
            "A device goes out only without its storage: remove every disk and name who keeps it "
            "(State Secrets Law art. 31; Implementing Regulations art. 27(7))."
        )
    return None
