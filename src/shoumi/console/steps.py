"""How near a leak each unit is in each of the seven areas: rooms say it in their ``steps.py``, the board shows it.

Enters the paths of units (with all below; the empty path is the whole office), leaves steps. A room declares its
rules, which the board explains, and registers functions that find where they hold:

    OVERDUE = Rule("custody.overdue", ONE, _("A borrowed carrier was not brought back in time."))

    @provider
    def steps(paths: tuple[str, ...]) -> Asked:
        for path, count, first in (yield Groups(late_loans(paths), "unit__path", "due_on")):
            yield Step(path, HOLIDAYS, OVERDUE.left, ngettext(…) % …, ((_("Longest overdue since"), first),),
                       since=first, address=…, action=_("Call back"), rule=OVERDUE)

A cell of the board is the step with the fewest left. A cell without any step is *not known*: only a room that looked
and found nothing wrong says FAR, with the facts of what it looked at. What belongs to no single area has the area "".
Steps are made while a page is made, in its language; what needs another language is asked again in it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final, TypeAlias

from django.db.models import Count, F, Min, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
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

Said: TypeAlias = "Step | Groups | list[Groups]"
Asked: TypeAlias = "Generator[Said, list[Any], None]"
Provider: TypeAlias = "Callable[[tuple[str, ...]], Iterable[Said]]"
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
    from shoumi.console.accounts.models import Unit

    inside = Reach(paths)
    if inside.everywhere or column == "path":
        return inside.within(column)
    return Q(**{f"{_unit(column)}__in": Unit.objects.filter(inside.within("path")).values("pk")})


def key_of(path: str) -> str:
    """Return a unit's key, which is the last part of its path; lists take it as their filter ``unit``."""
    return path.rstrip("/").rpartition("/")[2]


def steps(paths: tuple[str, ...]) -> list[Step]:
    """Return the steps of all rooms for these units and those below."""
    _discover()
    return collect(ask(paths) for ask in _PROVIDERS) if paths else []


class Groups:
    """Sums by unit that a provider wants: ``for path, count, since in (yield Groups(rows, "unit__path", "due_on"))``.

    All rooms' sums are one query; who wants several yields them as a list and gets as many lists. ``keys`` are further
    texts to group by and stand between path and count; ``since`` names a day or a moment whose earliest is told,
    ``count`` what is counted when it is not rows.
    """

    KEYS: Final = 3

    def __init__(self, rows: QuerySet, path: str, since: str = "", keys: Sequence[Any] = (), count: Any = None) -> None:
        self.rows, self.unit, self.since, self.keys = rows, _unit(path), since, keys
        self.count = count or Count("pk")

    def query(self, mark: str) -> QuerySet:
        """Return the query of these sums, in the shape that all have."""
        spare = ["" for _ in range(self.KEYS - len(self.keys))]
        texts = [F(key) if isinstance(key, str) else key for key in self.keys] + [Value(one) for one in spare]
        made = self.rows.order_by().values(in_unit=F(self.unit), **{f"key_{n}": one for n, one in enumerate(texts)})
        made = made.annotate(sum_of=self.count, first_of=Min(self.since) if self.since else Value(""))
        columns = [Cast(name, TextField()) for name in ("in_unit", *(f"key_{n}" for n in range(self.KEYS)))]
        return made.values_list(Cast(Value(mark), TextField()), *columns, "sum_of", Cast("first_of", TextField()))

    def row(self, path: str, keys: Sequence[str], count: int, since: str | None) -> tuple[Any, ...]:
        """Return one sum as the provider reads it."""
        return (path, *keys[: len(self.keys)], count, _when(since) if since else None)


def _unit(path: str) -> str:
    """Return the column that holds a unit's key, where its path was named: keys are compared, not joined and read."""
    return path.removesuffix("path").removesuffix("__") or "pk"


def _when(text: str) -> date:
    """Return a day or a moment as databases write them as text."""
    if len(text) == len("2026-11-26"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def collect(asked: Iterable[Iterable[Said]]) -> list[Step]:
    """Let all providers run side by side: each until it wants sums, then all sums at once, then on."""
    running = [_Running(iter(one)) for one in asked]
    for one in running:
        one.go(None)
    while waiting := [one for one in running if one.wanted]:
        groups = [group for one in waiting for group in one.wanted]
        sums = _sums(groups)
        for one in waiting:
            one.go([sums.pop(0) for _ in one.wanted])
    return [step for one in running for step in one.found]


def _sums(groups: list[Groups]) -> list[list[tuple[Any, ...]]]:
    """Return the rows of many sums from one query."""
    found: list[list[tuple[Any, ...]]] = [[] for _ in groups]
    from shoumi.console.accounts.models import Unit

    queries = [group.query(str(place)) for place, group in enumerate(groups)]
    paths = dict(Unit.objects.order_by().values_list("pk", "path"))
    for mark, unit, *keys, count, since in queries[0].union(*queries[1:], all=True):
        found[int(mark)].append(groups[int(mark)].row(paths[int(unit)], keys, count, since))
    return [sorted(rows, key=lambda row: [str(part) for part in row]) for rows in found]


class _Running:
    """A provider on its way: what it has said, and which sums it waits for."""

    def __init__(self, asked: Any) -> None:
        self.asked, self.found = asked, list[Step]()
        self.wanted: list[Groups] = []
        self.alone = False

    def go(self, sums: list[list[tuple[Any, ...]]] | None) -> None:
        """Go on until it wants sums, or to its end."""
        self.wanted = []
        try:
            said = next(self.asked) if sums is None else self.asked.send(sums[0] if self.alone else sums)
            while isinstance(said, Step):
                self.found.append(said)
                said = next(self.asked)
        except StopIteration:
            return
        self.alone = isinstance(said, Groups)
        self.wanted = [said] if isinstance(said, Groups) else list(said)


def rules() -> list[Rule]:
    """Return all rules, those that leave the fewest steps first."""
    _discover()
    return sorted(_RULES.values(), key=lambda rule: (rule.left, rule.name))


def _discover() -> None:
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("steps")
