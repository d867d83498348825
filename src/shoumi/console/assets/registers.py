"""Vendors and engineers: who may be let near a device today, and why not.

Enters a vendor or engineer; leaves sentences. Areas ask here before a repair, sanitising or destruction.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.assets.models import Engineer, Vendor, in_units
from shoumi.console.roles import Reach

WARN_DAYS: Final = 60


def lacks(party: Vendor | Engineer, on: date | None = None) -> list[Any]:
    """Return what a vendor or engineer lacks on a day; nothing when they may come. An engineer needs the vendor too."""
    on = on or timezone.localdate()
    found: list[Any] = []
    if party.ended_on is not None:
        found.append(_("%(name)s was ended in the register.") % {"name": party.name})
    if not party.certificate or party.valid_until is None:
        found.append(_("%(name)s has shown no certificate.") % {"name": party.name})
    elif party.valid_until < on:
        found.append(
            _("The certificate of %(name)s ended on %(day)s.")
            % {"name": party.name, "day": party.valid_until.isoformat()}
        )
    if party.committed_on is None or party.committed_on > on:
        found.append(_("%(name)s has signed no secrecy commitment.") % {"name": party.name})
    return found if isinstance(party, Vendor) else [*found, *lacks(party.vendor, on)]


def expiring(days: int = WARN_DAYS) -> Q:
    """Return the condition that a certificate has ended, ends within some days, or was never shown."""
    limit = timezone.localdate() + timedelta(days=days)
    return Q(ended_on=None) & (Q(valid_until=None) | Q(valid_until__lte=limit))


def unqualified() -> Q:
    """Return the condition that somebody in the register could not be let in today."""
    today = timezone.localdate()
    wrong = Q(valid_until=None) | Q(valid_until__lt=today) | Q(committed_on=None) | Q(certificate="")
    return Q(ended_on=None) & wrong


def visible(reach: Reach, column: str = "unit") -> Q:
    """Return the condition that a vendor is kept in one's units, or by a unit above them: what is above may be used."""
    above = {root[:end] for root in reach.paths for end in range(1, len(root) + 1) if root[end - 1 : end] == "/"}
    return in_units(reach, column) | Q(**{f"{column}__in": Unit.objects.filter(path__in=above).values("pk")})


def vendors_for(reach: Reach) -> Any:
    """Return the vendors of the register that an account may choose among."""
    return Vendor.objects.filter(visible(reach), ended_on=None)
