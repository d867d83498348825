"""The roles, and how far each reaches. Deny by default: what no grant covers is refused.

Three administrators are kept apart (三员分立): the system administrator runs the machine and opens accounts, the
security administrator gives rights, the audit administrator reads the trail of both. No person ever holds two of
them, unless the office has declared itself too small, which every record then says. All
other roles reach over a unit and what is below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SYSTEM: Final = "system"
SECURITY: Final = "security"
AUDIT: Final = "audit"
OFFICER: Final = "officer"
LEADER: Final = "leader"
APPROVER: Final = "approver"
AREA: Final = "area"
STAFF: Final = "staff"

ADMINISTRATORS: Final = frozenset({SYSTEM, SECURITY, AUDIT})
WORKING: Final = frozenset({OFFICER, LEADER, APPROVER, AREA})
EVERYBODY: Final = frozenset({*ADMINISTRATORS, *WORKING, STAFF})
CHOICES: Final = (
    (SYSTEM, _("System administrator")),
    (SECURITY, _("Security administrator")),
    (AUDIT, _("Audit administrator")),
    (OFFICER, _("Secrecy officer")),
    (LEADER, _("Leader")),
    (APPROVER, _("Approver")),
    (AREA, _("Area officer")),
    (STAFF, _("Staff")),
)
GRANTED: Final = CHOICES[:-1]  # everybody is staff, without a grant
NAMES: Final = dict(CHOICES)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far some roles of somebody reach: paths of units; the empty path is everywhere."""

    paths: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths)

    @property
    def everywhere(self) -> bool:
        """Say whether the whole office is covered."""
        return "" in self.paths

    def covers(self, path: str) -> bool:
        """Say whether a unit's path is covered; an empty path, the office itself, only by everywhere."""
        return any(path.startswith(root) for root in self.paths) if path else self.everywhere

    def within(self, field: str) -> Q:
        """Return the condition that a path column lies within; matches nothing when nothing is covered."""
        if self.everywhere:
            return Q()
        condition = Q(pk__in=())
        for root in self.paths:
            condition |= Q(**{f"{field}__startswith": root})
        return condition


def reach(grants: Iterable[tuple[str, str]], wanted: Iterable[str]) -> Reach:
    """Return the reach of the wanted roles among grants of (role, path)."""
    roles = frozenset(wanted)
    return Reach(tuple(sorted({path for role, path in grants if role in roles})))
