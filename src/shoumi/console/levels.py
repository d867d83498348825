"""The levels that papers, data media and devices carry, from the highest to none, and which clearance each asks for.

Enters a key as the database keeps it; leaves its words, its rank, the longest term the law allows it, and the tone of
its badge. Only the first three are levels of state secrets; a mark with ★ is theirs alone (State Secrets Law art 22).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import CORE, GENERAL, IMPORTANT

TOP, SECRET, CONFIDENTIAL = "top", "secret", "confidential"
CORE_TRADE, TRADE, WORK, OPEN = "core-trade", "trade", "work", "open"
LEVELS: Final = (  # from the highest to the lowest
    (TOP, _("top secret")),
    (SECRET, _("secret")),
    (CONFIDENTIAL, _("confidential")),
    (CORE_TRADE, _("core trade secret")),
    (TRADE, _("trade secret")),
    (WORK, _("work secret")),
    (OPEN, _("no level")),
)
MARKED: Final = LEVELS[:-1]
NAMES: Final = dict(LEVELS)
STATE: Final = frozenset({TOP, SECRET, CONFIDENTIAL})
LONGEST_YEARS: Final = {TOP: 30, SECRET: 20, CONFIDENTIAL: 10}  # art 20; also what a mark without a term means
_RANK: Final = {key: len(LEVELS) - place for place, (key, _label) in enumerate(LEVELS)}
_CLEARANCE: Final = {TOP: {CORE}, SECRET: {CORE, IMPORTANT}, CONFIDENTIAL: {CORE, IMPORTANT, GENERAL}}


def rank(level: str) -> int:
    """Return the place of a level: higher means more."""
    return _RANK[level]


def at_least(level: str, bound: str) -> bool:
    """Say whether a level is the bound or above."""
    return rank(level) >= rank(bound)


def from_here_up(bound: str) -> list[str]:
    """Return the keys of a level and of all above, for a query."""
    return [key for key, _label in LEVELS if at_least(key, bound)]


def highest(levels: Iterable[str]) -> str:
    """Return the highest of some levels; none of none."""
    return max(levels, key=rank, default=OPEN)


def cleared(category: str, level: str) -> bool:
    """Say whether a person's clearance is enough: a level of state secrets asks for one (L1 art 43)."""
    return category in _CLEARANCE.get(level, {category})


def tone(level: str) -> str:
    """Return the tone of a level's badge; red is kept for leaks, so a level has none but the highest is amber."""
    return "amber" if level == TOP else ""
