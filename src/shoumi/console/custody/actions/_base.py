"""What the room's actions share: the state machine at the door, several carriers locked at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, Unmet
from shoumi.console.custody import states
from shoumi.console.custody.models import Carrier
from shoumi.console.custody.rights import KEEPERS


def may(carrier: Carrier, step: str) -> None:
    """Raise Unmet when a carrier cannot go this step from where it is."""
    if not states.possible(carrier.state, step):
        raise Unmet(states.why_not(carrier.state))


def may_all(carriers: Iterable[Carrier], step: str) -> None:
    """Raise Unmet for the first carrier that cannot go this step, and name it."""
    for carrier in carriers:
        if not states.possible(carrier.state, step):
            raise Unmet(f"{carrier.number}: {states.why_not(carrier.state)}")


def locked(carriers: Iterable[Carrier]) -> list[Carrier]:
    """Return the carriers afresh, locked where the database can, in a fixed order."""
    rows = Carrier.objects.select_for_update(of=("self",)).filter(pk__in=[carrier.pk for carrier in carriers])
    return list(rows.select_related("unit", "custodian", "place").order_by("pk"))


def paths(carriers: Iterable[Carrier]) -> tuple[str, ...]:
    """Return the paths of all units that the carriers belong to."""
    return tuple(sorted({carrier.unit.path for carrier in carriers}))


def go(carriers: Sequence[Carrier], step: str) -> None:
    """Let several carriers go one step, in one write."""
    for carrier in carriers:
        carrier.take(step)
    Carrier.objects.bulk_update(carriers, ["state", "since", "holder"])


def cleared(person: Person, level: str) -> None:
    """Raise Unmet when a person's clearance is not enough for a level."""
    if not levels.cleared(person.category, level):
        words = {"person": person.name, "category": person.get_category_display(), "level": levels.NAMES[level]}
        raise Unmet(_("%(person)s is %(category)s: not cleared for %(level)s.") % words)


def not_past(on: Any) -> None:
    """Raise Unmet for a day that is over."""
    if on < timezone.localdate():
        raise Unmet(_("This day is over. Choose today or a later one."))


class CarrierAction(Action):
    """Something about one carrier. ``step`` names the line of the state machine that must allow it."""

    roles = KEEPERS
    model = Carrier
    step: ClassVar[str] = ""

    def check(self) -> None:
        may(self.target, self.step)


class ListAction(Action):
    """Something about several carriers, typed as numbers into the field ``carriers``."""

    roles = KEEPERS
    step: ClassVar[str] = ""
    chosen: list[Carrier]

    def units(self) -> Iterable[str]:
        return paths(self.data.get("carriers", ()))

    def check(self) -> None:
        self.chosen = locked(self.data["carriers"])
        may_all(self.chosen, self.step)


def people(**named: Any) -> dict[str, str]:
    """Return people and other values as facts for the audit entry, without what is empty."""
    return {name: str(value) for name, value in named.items() if value not in (None, "")}
