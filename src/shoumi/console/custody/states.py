"""Where a carrier can be in its life, and by which step it gets from one state to another. Data, no code of its own.

Enters a state and a step; leaves the next state, or a sentence why the step is not possible. Every action asks here,
so that what no line of ``STEPS`` names cannot happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

KEPT, LENT, CARRIED, SENT = "kept", "lent", "carried", "sent"
ARCHIVED, CONDEMNED, MISSING = "archived", "condemned", "missing"
GONE, DESTROYED = "gone", "destroyed"

STATES: Final = (
    (KEPT, _("in its place")),
    (LENT, _("on loan")),
    (CARRIED, _("carried out")),
    (SENT, _("on its way")),
    (ARCHIVED, _("archived")),
    (CONDEMNED, _("listed for destruction")),
    (MISSING, _("whereabouts unknown")),
    (GONE, _("handed to another organisation")),
    (DESTROYED, _("destroyed")),
)
NAMES: Final = dict(STATES)
TONES: Final = {MISSING: "seal", LENT: "amber", CARRIED: "amber", SENT: "amber", CONDEMNED: "amber", KEPT: "jade"}
ENDED: Final = frozenset({GONE, DESTROYED})
LIVE: Final = frozenset(NAMES) - ENDED  # somebody here answers for it
HERE: Final = frozenset({KEPT, CONDEMNED, ARCHIVED})  # a stock-take must find it
OUT: Final = frozenset({LENT, CARRIED})
ASKABLE: Final = frozenset({KEPT, LENT, CARRIED, SENT})  # may be asked for now, and lent once it is in its place

_WHY: Final = {
    KEPT: _("This carrier is in its place."),
    LENT: _("This carrier is on loan. It must come back first."),
    CARRIED: _("This carrier is carried out. It must come back first."),
    SENT: _("This carrier is on its way. Wait until it is received, or until it comes back."),
    ARCHIVED: _("This carrier is archived. Take it out of the archive first."),
    CONDEMNED: _("This carrier stands on a list for destruction. Strike it from the list first."),
    MISSING: _("This carrier is missing. Record that it was found first."),
    GONE: _("This carrier was handed to another organisation."),
    DESTROYED: _("This carrier was destroyed. Its record stays as it is."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step: from which states it is possible, and to which it leads; None: the state stays."""

    before: frozenset[str]
    after: str | None


STEPS: Final[dict[str, Step]] = {
    "change": Step(LIVE, None),
    "level": Step(LIVE - {MISSING}, None),
    "review": Step(LIVE - {MISSING, CONDEMNED}, None),
    "move": Step(frozenset({KEPT, CONDEMNED}), None),
    "derive": Step(frozenset({KEPT, ARCHIVED}), None),
    "hand over": Step(frozenset({KEPT, LENT, CARRIED, ARCHIVED}), None),
    "lend": Step(frozenset({KEPT}), LENT),
    "return": Step(frozenset({LENT}), KEPT),
    "carry out": Step(frozenset({KEPT}), CARRIED),
    "bring back": Step(frozenset({CARRIED}), KEPT),
    "send": Step(frozenset({KEPT}), SENT),
    "accept": Step(frozenset({SENT}), KEPT),
    "send back": Step(frozenset({SENT}), KEPT),
    "acknowledge": Step(frozenset({SENT}), GONE),
    "archive": Step(frozenset({KEPT}), ARCHIVED),
    "take out": Step(frozenset({ARCHIVED}), KEPT),
    "condemn": Step(frozenset({KEPT, ARCHIVED}), CONDEMNED),
    "spare": Step(frozenset({CONDEMNED}), KEPT),
    "destroy": Step(frozenset({CONDEMNED}), DESTROYED),
    "miss": Step(LIVE - {MISSING}, MISSING),
    "find": Step(frozenset({MISSING}), KEPT),
}


def possible(state: str, step: str) -> bool:
    """Say whether a step is possible in a state."""
    return state in STEPS[step].before


def after(state: str, step: str) -> str:
    """Return the state that a possible step leads to."""
    return STEPS[step].after or state


def why_not(state: str) -> Any:
    """Return the sentence that says what stands in the way."""
    return _WHY[state]
