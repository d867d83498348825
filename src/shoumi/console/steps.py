"""How near a leak each unit is in each of the seven areas: rooms say it in their ``steps.py``, the board shows it.

Enters the paths of units (with all below; the empty path is the whole office), leaves steps. A room declares its
rules, which the board explains, and registers functions that find where they hold:

    OVERDUE = Rule("custody.overdue", ONE, _("A borrowed carrier was not brought back in time."))

    @provider
    def steps(paths: tuple[str, ...]) -> Iterator[Step]:
        for path, count, first in late_loans(paths):                     # one query, grouped by unit
            yield Step(path, HOLIDAYS, OVERDUE.left, ngettext(…) % …, ((_("Longest overdue since"), first),),
                       since=first, address=…, action=_("Call back"), rule=OVERDUE)

A cell of the board is the step with the fewest left. A cell without any step is *not known*: only a room that looked
and found nothing wrong says FAR, with the facts of what it looked at. What belongs to no single area has the area "".
Steps are made while a page is made, in its language; what needs another language is asked again in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext_lazy as _

from shoumi.console.roles import Reach

LEAKED, ONE, TWO, THREE, FAR = range(5)
DEVICES, COMPILATION, EXAMS, DRIVES = "devices", "compilation", "exams", "drives"
MESSAGING, PHONES, HOLIDAYS = "messaging", "phones", "holidays"
AREAS: Final = (
    (DEVICES, _("Devices")),
    (COMPILATION, _("Compiled documents")),
    (EXAMS, _("Exams")),
    (DRIVES, _("Cloud drives")),
    (MESSAGING, _("Messaging")),
    (PHONES, _("Phones")),
    (HOLIDAYS, _("Holidays")),
)

Provider: TypeAlias = "Callable[[tuple[str, ...]], Iterable[Step]]"
_PROVIDERS: Final[list[Provider]] = []
_RULES: Final[dict[str, Rule]] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """Why something counts: its name, how many steps it leaves, a sentence, the clause or row it stands on."""

    name: str
    left: int
    sentence: Any
    clause: Any = ""

    def __post_init__(self) -> None:
        if _RULES.setdefault(self.name, self).left != self.left:
            raise TypeError(f"two rules are called {self.name}")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that brings a unit's area near a leak; FAR says that a room looked and found it well."""

    unit: str  # the path of the unit it happened in
    area: str  # a key of AREAS; "" for what belongs to no single one
    left: int  # LEAKED, ONE, TWO, THREE or FAR
    reason: Any  # five words: "2 loans overdue"
    facts: tuple[tuple[Any, Any], ...] = field(default=())
    since: date | None = None  # a day or a time
    address: str = ""  # where the next action is taken
    action: Any = ""  # the words on it
    rule: Rule | None = None


def provider(function: Provider) -> Provider:
    """Register a function that lists the steps of units."""
    _PROVIDERS.append(function)
    return function


def within(paths: tuple[str, ...], column: str) -> Any:
    """Return the condition that a column with a unit's path lies within the paths."""
    return Reach(paths).within(column)


def key_of(path: str) -> str:
    """Return a unit's key, which is the last part of its path; lists take it as their filter ``unit``."""
    return path.rstrip("/").rpartition("/")[2]


def steps(paths: tuple[str, ...]) -> list[Step]:
    """Return the steps of all rooms for these units and those below."""
    _discover()
    return [step for ask in _PROVIDERS for step in ask(paths)] if paths else []


def rules() -> list[Rule]:
    """Return all rules, those that leave the fewest steps first."""
    _discover()
    return sorted(_RULES.values(), key=lambda rule: (rule.left, rule.name))


def _discover() -> None:
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("steps")
