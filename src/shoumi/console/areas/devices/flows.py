"""What needs agreement here, and whose: a repair before the case is opened, a disposal before anything is erased."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.approvals import Flow, Step, any_of, leader_of_unit, role
from shoumi.console.areas.devices.methods import ENDS
from shoumi.console.areas.devices.models import ASKED
from shoumi.console.levels import NAMES
from shoumi.console.roles import APPROVER

_STEPS: Final = (Step(_("Leader of the unit"), any_of(leader_of_unit, role(APPROVER))),)
_WORDS: Final[dict[str, Any]] = {
    "device": _("Device"), "serials": _("Serial numbers"), "level": _("Level"), "fault": _("Fault"),
    "contents": _("What is on it"), "leave": _("It may leave the house"), "end": _("Afterwards"),
    "reason": _("Reason"),
}  # fmt: skip


def _while_asked(thing: Any) -> dict[str, Any]:
    """Return the facts as long as it waits; afterwards nothing is approved any more."""
    return thing.facts() if thing.state == ASKED else {}


REPAIR: Final = Flow(
    name="devices.repair",
    label=_("Repair of a device"),
    sentence=_("Let device %(device)s be repaired: %(fault)s."),
    clause=_("Implementing Regulations of the State Secrets Law, article 27 (7)"),
    steps=_STEPS,
    facts=_while_asked,
    words=_WORDS,
    values={"level": lambda key: NAMES.get(key, key), "leave": lambda yes: _("yes") if yes else _("no")},
    page=lambda repair: reverse("devices:repair", args=(repair.pk,)),
    level=lambda repair: NAMES[repair.level],
)
DISPOSE: Final = Flow(
    name="devices.disposal",
    label=_("Disposal of a device"),
    sentence=_("Sanitise device %(device)s, or destroy it, and let it go: %(reason)s."),
    clause=_("State Secrets Law, article 31 (5); Implementing Regulations, article 28"),
    steps=_STEPS,
    facts=_while_asked,
    words=_WORDS,
    values={"level": lambda key: NAMES.get(key, key), "end": lambda key: dict(ENDS).get(key, key)},
    page=lambda disposal: reverse("devices:disposal", args=(disposal.pk,)),
    level=lambda disposal: NAMES[disposal.level],
)
