"""The ledger's own steps, held to what this room has on record: whoever goes by the other door meets the same rules.

``assets.device.repair``, ``repaired``, ``sanitise``, ``reject``, ``verify``, ``destroy``, ``sell``, ``donate``,
``repurpose`` and ``retire`` pass only when a repair or disposal stands at that point; then they take it along.
"""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Unmet
from shoumi.console.areas.devices import methods
from shoumi.console.areas.devices.actions import acceptance, disposals, repairing
from shoumi.console.areas.devices.models import ASKED, SANITISED, WORK, Disposal, Repair, Snapshot
from shoumi.console.assets import lifecycle, panels, wrongs
from shoumi.console.assets.models import Device

_METHODS = {"clear": methods.CLEAR, "purge": methods.PURGE, "crypto": methods.PURGE, "reset": methods.CLEAR,
            "memory": methods.CLEAR}  # fmt: skip


def hang() -> None:
    """Register every condition and consequence with the ledger; more than once changes nothing."""
    for name, (condition, consequence) in _STEPS.items():
        step = f"assets.device.{name}"
        if condition not in lifecycle._GUARDS.get(step, ()):
            lifecycle.guard(step)(condition)
            if consequence is not None:
                lifecycle.after(step)(consequence)
    panels.lead("repair", lambda device, _user: _lead(repair_of(device), "repair", device))
    panels.lead("repaired", lambda device, _user: _lead(repair_of(device), "repair", device))
    for name in ("sanitise", "reject", "verify", "destroy", "sell", "donate", "repurpose"):
        panels.lead(name, lambda device, _user: _lead(disposal_of(device), "disposal", device))
    for check in _CHECKS:
        if check.code not in wrongs.checks():
            wrongs.add(check)


def repair_of(device: Device) -> Repair | None:
    """Return the open repair of a device."""
    return Repair.objects.select_related("device__unit").filter(device=device, open=True).first()


def disposal_of(device: Device) -> Disposal | None:
    """Return the open disposal of a device."""
    return Disposal.objects.select_related("device__unit").filter(device=device, open=True).first()


def _lead(thing: Any, name: str, device: Device) -> str:
    return reverse(f"devices:{name}", args=(thing.pk,)) if thing else reverse(f"devices:{name}-ask", args=(device.pk,))


def _repair(act: Any) -> Repair:
    found = repair_of(act.device)
    if found is None:
        raise Unmet(
            _("Nobody has asked for a repair of this device. Ask first: a device is repaired only after approval and "
              "registration (Implementing Regulations art. 27(7)).")
        )  # fmt: skip
    return found


def _disposal(act: Any) -> Disposal:
    found = disposal_of(act.device)
    if found is None:
        raise Unmet(
            _("Nobody has asked for the disposal of this device. Ask first: it is counted, registered and approved "
              "(Implementing Regulations art. 28; State Secrets Law art. 31(5)).")
        )  # fmt: skip
    return found


def may_repair(act: Any) -> None:
    """Let a device into repair when all before it is on record."""
    repairing.fit_to_begin(_repair(act))


def repair_begun(act: Any, event: Any) -> None:
    """Take the repair along."""
    del event
    repairing.begin(_repair(act))


def may_return(act: Any) -> None:
    """Let a device back when its repair was checked and accepted."""
    found = _repair(act)
    acceptance.fit_to_close(found)
    if found.removed:
        raise Unmet(_("Storage was removed. Close the repair there, where its return is recorded."))


def repair_closed(act: Any, event: Any) -> None:
    """Take the repair along."""
    del event
    acceptance.close(_repair(act), act.actor)


def may_retire(act: Any) -> None:
    """Keep a device whose repair is under way."""
    found = repair_of(act.device)
    if found is not None:
        raise Unmet(_("Repair %(number)s is still open. Close or cancel it first.") % {"number": found.number})


def may_sanitise(act: Any) -> None:
    """Let the ledger's short form through for what has no disk: the method must be enough for the level."""
    found = _disposal(act)
    disposals.fit_to_sanitise(found)
    if found.end == methods.DESTROYED:
        raise Unmet(_("Approved is its destruction, and nothing else. Cancel and ask again for another end."))
    act.disposal, act.request, act.techniques = found, disposals.approved(found), {}
    for one in found.media.all():
        fit = [how for how in methods.allowed(one.kind, found.level) if how.method == _METHODS[act.data["method"]]]
        if not fit or one.imaged:
            raise Unmet(_("Record it at the disposal %(number)s, medium by medium.") % {"number": found.number})
        act.techniques[one.pk] = fit[0].code


def device_sanitised(act: Any, event: Any) -> None:
    """Take the disposal along."""
    del event
    for one in act.disposal.media.all():
        disposals.treat(one, act.techniques[one.pk], act.data["tool"], act.data["done_by"])
    disposals.sanitised(act.disposal, act.actor, act.request)


def may_reject(act: Any) -> None:
    """Send back what was sanitised."""
    if _disposal(act).state != SANITISED:
        raise Unmet(_("There is nothing to reject."))


def device_rejected(act: Any, event: Any) -> None:
    """Take the disposal along."""
    del event
    _disposal(act).go("arranged")


def may_verify(act: Any) -> None:
    """Ask for the proofs."""
    disposals.fit_to_verify(_disposal(act), act.actor)


def device_verified(act: Any, event: Any) -> None:
    """Take the disposal along."""
    del event
    disposals.verified(_disposal(act), act.actor)


def may_destroy(act: Any) -> None:
    """Ask for the approval."""
    act.disposal = _disposal(act)
    act.request = disposals.approved(act.disposal)


def device_destroyed(act: Any, event: Any) -> None:
    """Close the disposal."""
    del event
    disposals.destroyed(act.disposal, act.data, act.request)


def may_leave(act: Any) -> None:
    """Ask for the proofs and for the end that was approved."""
    disposals.fit_to_end(_disposal(act), act.step.target or "")


def device_left(act: Any, event: Any) -> None:
    """Close the disposal."""
    del event
    disposals.ended(_disposal(act), act.data)


def may_restore(act: Any) -> None:
    """Keep a device whose disposal is under way."""
    found = disposal_of(act.device)
    if found is not None:
        raise Unmet(_("Disposal %(number)s is still open. Cancel it first.") % {"number": found.number})


_STEPS = {
    "repair": (may_repair, repair_begun), "repaired": (may_return, repair_closed), "retire": (may_retire, None),
    "restore": (may_restore, None), "sanitise": (may_sanitise, device_sanitised),
    "reject": (may_reject, device_rejected), "verify": (may_verify, device_verified),
    "destroy": (may_destroy, device_destroyed), "sell": (may_leave, device_left),
    "donate": (may_leave, device_left), "repurpose": (may_leave, device_left), "transfer": (may_retire, None),
}  # fmt: skip
_CHECKS = (
    wrongs.Check(
        "drift", _("Something in it changed, and nobody explained it"),
        _("A part that came or went may have taken data along (Implementing Regulations art. 27)."),
        lambda rows: rows.filter(pk__in=Snapshot.objects.filter(unexplained__gt=0).values("device")),
        lambda device: (_("Look"), f"{reverse('devices:snapshots')}?device={device.pk}&state=drift"), "seal",
    ),
)  # fmt: skip
__all__ = ["ASKED", "WORK", "disposal_of", "hang", "repair_of"]
