"""Which addresses may be scanned: those below a place that the system administrator allowed, and no others.

Enters an address as typed, leaves it as the engine gets it, links resolved; NotAllowed says why it may not. Checked
when a scan is defined and again when it runs, so that a link put there in between leads nowhere else.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from shoumi.console.roles import Reach
from shoumi.console.scans.models import Root


class NotAllowed(Exception):
    """This address may not be scanned; the message says why."""


def settled(address: str) -> str:
    """Return an address in one form. Raises NotAllowed for what is none, or carries a password."""
    text = address.strip()
    if "\0" in text or not text:
        raise NotAllowed(_("An address is missing."))
    if "://" in text:
        parts = urlsplit(text)
        if "@" in parts.netloc:
            raise NotAllowed(_("“%(address)s”: no user name or password in an address.") % {"address": parts.hostname})
        if any(piece in (".", "..") for piece in parts.path.split("/")) or "%2e" in parts.path.lower():
            raise NotAllowed(_("“%(address)s”: write the address without “..”.") % {"address": text})
        return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
    if not text.startswith("/"):
        raise NotAllowed(_("“%(address)s”: write the whole path, from / on.") % {"address": text})
    return os.path.realpath(text)


def below(address: str, root: str) -> bool:
    """Say whether a settled address is a root or lies below it."""
    return address == root or address.startswith(root.rstrip("/") + "/")


def root_of(address: str, reach: Reach | None = None) -> Root:
    """Return the nearest allowed place an address lies in. Raises NotAllowed."""
    place = settled(address)
    rows = Root.objects.select_related("unit")
    found = [root for root in rows if below(place, root.address) and (reach is None or reach.covers(root.unit.path))]
    if not found:
        raise NotAllowed(
            _("“%(address)s” does not lie in a place that may be scanned for your units. Ask the system administrator.")
            % {"address": address}
        )
    return max(found, key=lambda root: len(root.address))


def owners() -> list[tuple[str, int]]:
    """Return all allowed places with their units, the deepest first."""
    rows = Root.objects.values_list("address", "unit_id")
    return sorted(rows, key=lambda row: -len(row[0]))
