"""What every entry of the ledger must satisfy, whichever door it comes by: form, list or program.

Enters what somebody wants to write; leaves sentences that say why not, with the clause where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Person
from shoumi.console.assets import kinds, serials
from shoumi.console.assets.models import Device, Number
from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER, Reach

KEEPERS: Final = frozenset({OFFICER, AREA})
READERS: Final = frozenset({OFFICER, LEADER, APPROVER, AREA})
_CHUNK: Final = 500


def unfit_network(level: str, network: str) -> Any:
    """Return why a device of a level may not join a network; None when it may."""
    if level in levels.STATE and network in kinds.JOINED:
        return _(
            "A device of this level joins neither the internet nor a network that leads there "
            "(State Secrets Law art. 31)."
        )
    return None


def unfit_person(person: Person, level: str) -> Any:
    """Return why somebody may not answer for a device of a level; None when they may."""
    if person.departed_on:
        return _("%(name)s has left. Name somebody in post.") % {"name": person.name}
    if level and not levels.cleared(person.category, level):
        return _("%(name)s has no clearance for the level “%(level)s” (State Secrets Law art. 43).") % {
            "name": person.name,
            "level": levels.NAMES[level],
        }
    return None


def unfit_level(device: Device, level: str) -> Any:
    """Return why the level of a device may not become another one by writing it down; None when it may."""
    if kinds.rank(level) >= kinds.rank(device.level) or not device.events.filter(after="use").exists():
        return None
    return _(
        "A device that was used at “%(level)s” does not become a lower one by changing a word: retire, sanitise, "
        "verify, then release it for another use (State Secrets Law art. 31(5))."
    ) % {"level": device.get_level_display()}


def unfit_number(sort: str, value: str) -> Any:
    """Return why a text is no serial number, MAC address or IMEI; None when it is one."""
    if serials.blank(value):
        return _("“%(text)s” is no number. Leave it empty: then it stands among what is wrong until it is known.") % {
            "text": value[:40]
        }
    if len(value) > 100:
        return _("“%(text)s…” is too long for a number.") % {"text": value[:40]}
    if sort == serials.MAC and not serials.mac(value):
        return _("“%(text)s” is no MAC address; write 00:1A:2B:3C:4D:5E.") % {"text": value[:40]}
    if sort == serials.IMEI and not serials.imei(value):
        return _("“%(text)s” is no IMEI: 15 digits, the last of which checks the others.") % {"text": value[:40]}
    return None


def spelled(sort: str, value: str) -> str:
    """Return a number as the ledger writes it."""
    return {serials.MAC: serials.mac, serials.IMEI: serials.imei}.get(sort, str.strip)(value)


def holders(numbers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Device]:
    """Return who holds which of these numbers already, by space and key."""
    wanted = sorted({(serials.space(sort), serials.key(value)) for sort, value in numbers})
    found: dict[tuple[str, str], Device] = {}
    for start in range(0, len(wanted), _CHUNK):
        keys = [key for _space, key in wanted[start : start + _CHUNK]]
        for one in Number.objects.filter(key__in=keys).select_related("device__unit"):
            found[one.space, one.key] = one.device
    return found


def twice(value: str, other: Device, reach: Reach) -> Any:
    """Say that a number is taken; by which device only to who may see it."""
    if reach.covers(other.unit.path):
        return _("%(value)s is registered already, with %(device)s (%(state)s).") % {
            "value": value, "device": other, "state": other.get_state_display(),
        }  # fmt: skip
    return _("%(value)s is registered already, in a unit you do not answer for. Ask the secrecy officer above.") % {
        "value": value
    }
