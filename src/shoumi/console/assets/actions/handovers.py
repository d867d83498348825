"""Handing a device over: one side gives, the other receives. Until then it is neither's to use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Office
from shoumi.console.action import Unmet
from shoumi.console.assets import ledger, lifecycle
from shoumi.console.assets.actions.fields import somebody, staff, text
from shoumi.console.assets.actions.life import Dated, Life
from shoumi.console.assets.models import Device, Handover


class Transfer(Life):
    """The giving side."""

    name = "assets.device.transfer"
    label = _("Hand over")
    intro = _("The other side confirms that it received the device. Until then it is in use nowhere.")
    step = lifecycle.STEPS["transfer"]

    class Input(Dated):
        """To whom and why."""

        person = staff(
            _("Receiving person"), required=True, hint=_("Staff number; the device goes to this person's unit.")
        )
        reason = text(_("Reason"), 500, required=True, rows=2)
        field_order = ("person", "reason", "on")

        def clean_person(self) -> Any:
            return somebody(self, "person", anywhere=True)

    def fit(self) -> None:
        person = self.data["person"]
        if person.pk == self.device.responsible_id and person.unit_id == self.device.unit_id:
            raise Unmet(_("%(name)s answers for this device already.") % {"name": person.name})
        error = ledger.unfit_person(person, self.device.level)
        if error:
            raise Unmet(error)

    def change(self) -> None:
        device, person = self.device, self.data["person"]
        Handover.objects.create(
            device=device, from_unit=device.unit, from_person=device.responsible, to_unit=person.unit, to_person=person,
            was=device.state, reason=self.data["reason"], given_by_name=self.actor.get_full_name(),
            given_by=self.actor if getattr(self.actor, "pk", None) else None,
        )  # fmt: skip


class _Answer(Life):
    """What the other side answers."""

    model = Handover  # the target is the hand-over, the step is the device's

    @property
    def device(self) -> Device:
        found: Device = self.target.device
        return found

    def fit(self) -> None:
        if self.target.ended_at is not None:
            raise Unmet(_("This hand-over is answered already."))

    def becomes(self) -> str:
        was: str = self.target.was
        return was

    def end(self, *, received: bool) -> None:
        """Close the hand-over."""
        handover = self.target
        handover.ended_at, handover.ended_by_name = timezone.now(), self.actor.get_full_name()
        handover.received = received
        handover.save()


class Receive(_Answer):
    """The receiving unit takes the device, for the person named."""

    name = "assets.device.receive"
    label = _("Receive device")
    step = lifecycle.STEPS["receive"]

    class Input(Dated):
        """Where it stands now."""

        place = text(_("Place"))
        field_order = ("place", "on")

    def fit(self) -> None:
        super().fit()
        handover = self.target
        mine = handover.given_by_id is not None and handover.given_by_id == getattr(self.actor, "pk", None)
        if mine and not Office.current().small:
            raise Unmet(_("You gave it. The other side receives it."))
        error = ledger.unfit_person(handover.to_person, self.device.level)
        if error:
            raise Unmet(error)

    def change(self) -> None:
        handover, device = self.target, self.device
        device.unit, device.responsible, device.custodian = handover.to_unit, handover.to_person, None
        device.place = self.data["place"]
        self.end(received=True)


class Accept(Receive):
    """The person named takes the device."""

    name = "assets.device.accept"
    label = _("Accept device")
    intro = _("From now on you answer for this device: where it is, who uses it, what is on it.")
    step = lifecycle.STEPS["accept"]
    roles = frozenset()
    personal = True

    def owner(self) -> Any:
        account = getattr(self.target.to_person, "account", None)
        return account.pk if account is not None else 0


class Decline(_Answer):
    """A hand-over does not take place: the device stays where it was."""

    name = "assets.device.decline"
    label = _("End hand-over")
    step = lifecycle.STEPS["decline"]

    class Input(Dated):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)
        field_order = ("reason", "on")

    def units(self) -> Iterable[str]:
        to, giving = self.target.to_unit.path, self.target.from_unit.path
        return (to,) if self.actor.reach(self.roles).covers(to) else (giving,)

    def change(self) -> None:
        self.end(received=False)


class Refuse(Decline):
    """The person named does not take the device."""

    name = "assets.device.refuse"
    label = _("Do not accept")
    step = lifecycle.STEPS["refuse"]
    roles = frozenset()
    personal = True

    def owner(self) -> Any:
        account = getattr(self.target.to_person, "account", None)
        return account.pk if account is not None else 0
