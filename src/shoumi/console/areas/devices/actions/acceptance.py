"""A repair is looked at by somebody who had no part in the work, and its record closes."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Office
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.devices import models
from shoumi.console.areas.devices.actions.base import KEEPERS, LedgerStep, concerned
from shoumi.console.areas.devices.actions.repairing import checked
from shoumi.console.areas.devices.models import ACCEPTED, CLOSED, ENDED, WORK, LogEntry, Repair
from shoumi.console.assets import lifecycle
from shoumi.console.assets.actions.fields import text
from shoumi.console.assets.actions.life import Dated
from shoumi.console.roles import LEADER

CHECKERS: Final = frozenset({*KEEPERS, LEADER})  # who may accept, beside the responsible person


class AcceptRepair(Action):
    """Somebody who neither escorted nor repaired looks, and takes the device back."""

    name = "devices.repair.accept"
    label = _("Accept repair")
    intro = _("You say that the device is whole, works, and that every difference is explained.")
    personal = True
    model = Repair

    class Input(ActionForm):
        """What came of it."""

        outcome = forms.ChoiceField(label=_("Outcome"), choices=models.OUTCOMES, widget=forms.RadioSelect)

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.device.responsible_id, roles=CHECKERS)

    def check(self) -> None:
        repair, me = self.target, self.actor.person_id
        if repair.state != ENDED:
            raise Unmet(_("There is nothing to accept before the work has ended."))
        checked(repair)
        if me in {repair.escort_id, repair.technician_id}:
            raise Unmet(_("You were there as escort or technician. Somebody else accepts."))

    def write(self) -> Done:
        repair = self.target
        repair.accepted_at, repair.accepted_by = timezone.now(), self.actor
        repair.outcome = self.data["outcome"]
        repair.go(ACCEPTED)
        return Done(repair, {"outcome": repair.outcome})


class RejectRepair(Action):
    """The check shows that the work is not done: it goes on."""

    name = "devices.repair.reject"
    label = _("Not accepted: work goes on")
    personal = True
    model = Repair

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def owner(self) -> Any:
        return concerned(self, self.target.device, self.target.device.responsible_id, roles=CHECKERS)

    def check(self) -> None:
        if self.target.state not in {ENDED, ACCEPTED}:
            raise Unmet(_("There is nothing to accept before the work has ended."))

    def write(self) -> Done:
        repair = self.target
        LogEntry.objects.create(repair=repair, by_name=self.actor.get_full_name(), text=self.data["reason"])
        repair.accepted_at = repair.accepted_by = repair.ended_at = None
        repair.outcome = ""
        repair.go(WORK)
        return Done(repair, {"reason": self.data["reason"]})


class CloseRepair(LedgerStep):
    """The record closes, and the device goes back to where it was."""

    name = "devices.repair.close"
    label = _("Close repair")
    step = lifecycle.STEPS["repaired"]
    model = Repair
    states = frozenset({ACCEPTED})

    class Input(Dated):
        """Is the storage back?"""

        storage_back = forms.BooleanField(
            label=_("The keeper gave the storage back, and it is built in"), required=False,
            help_text=_("Only where storage was removed."),
        )  # fmt: skip
        field_order = ("storage_back", "on")

    def fit(self) -> None:
        fit_to_close(self.target)
        if self.target.removed and not self.data["storage_back"]:
            raise Unmet(_("Storage was removed: %(serials)s. It must be back from its keeper first.") % {
                "serials": ", ".join(self.target.removed)
            })  # fmt: skip
        accepted = self.target.accepted_by_id
        if accepted == getattr(self.actor, "pk", None) and not Office.current().small:
            raise Unmet(_("You have accepted it. Somebody else closes the record."))

    def becomes(self) -> str:
        last = self.device.events.filter(after=lifecycle.REPAIR).first()
        was_used = last is not None and last.before == lifecycle.USED
        return lifecycle.USED if was_used and self.device.responsible_id else lifecycle.REGISTERED

    def follow(self) -> None:
        close(self.target, self.actor)


def fit_to_close(repair: Repair) -> None:
    """Raise Unmet when a step was left out."""
    if repair.state != ACCEPTED or repair.accepted_at is None:
        raise Unmet(_("Somebody must check and accept it first."))
    checked(repair)


def close(repair: Repair, actor: Any) -> None:
    """Write down that the record is closed."""
    repair.closed_at, repair.closed_by = timezone.now(), actor if getattr(actor, "pk", None) else None
    repair.go(CLOSED)
