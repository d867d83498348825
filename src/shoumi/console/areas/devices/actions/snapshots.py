"""Snapshots come in, find their device by serial, and update the ledger; strangers are matched or explained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.areas.devices import drift, papers
from shoumi.console.areas.devices.actions.base import KEEPERS, device_of, paper, read
from shoumi.console.areas.devices.models import Snapshot
from shoumi.console.assets.actions.fields import reach_of, text, unit

_ELSEWHERE = _("This machine is registered in a unit you do not answer for. Ask the secrecy officer above.")


class UploadSnapshot(Action):
    """A snapshot of a machine, as ``shoumi device snapshot`` wrote it."""

    name = "devices.snapshot.upload"
    label = _("Upload snapshot")
    intro = _(
        "The device is found by its serial number. What the ledger did not know is written into it; what contradicts "
        "it, or the snapshot before, waits for an explanation."
    )
    roles = KEEPERS

    class Input(ActionForm):
        """The file, and where the machine stands in case nobody knows it."""

        file = paper(_("Snapshot"), _("Made on the device: shoumi device snapshot -o FILE"))
        unit = unit(_("Found in unit"))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(reach_of(self))
            self.fields["unit"].help_text = _("Only used when the ledger does not know the machine.")

        def clean_file(self) -> Any:
            return read(self, "file", papers.snapshot)

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def check(self) -> None:
        body = self.data["file"]
        self.device = drift.owner(body)
        if self.device is not None and not self.actor.reach(KEEPERS).covers(self.device.unit.path):
            raise Unmet(_ELSEWHERE)
        if Snapshot.objects.filter(digest=body["digest"], repair=None).exists():
            raise Unmet(_("This snapshot was uploaded already."))

    def write(self) -> Done:
        device = device_of(self.device.pk) if self.device else None
        made = drift.take(self.data["file"], device, by=self.actor.get_full_name(), unit=self.data["unit"])
        facts: dict[str, Any] = {"sha256": made.digest, "host": made.host, "unexplained": made.unexplained}
        return Done(made, {**facts, "device": device.number if device else "", "stranger": made.stranger})


class MatchStranger(Action):
    """The machine was registered meanwhile: the snapshot goes to its device."""

    name = "devices.stranger.match"
    label = _("It is registered now")
    roles = KEEPERS
    model = Snapshot

    def check(self) -> None:
        if not self.target.stranger:
            raise Unmet(_("This is no stranger."))
        self.device = drift.owner(self.target.body)
        if self.device is None:
            raise Unmet(_("The ledger still holds none of its serial numbers. Register the device first."))
        if not self.actor.reach(KEEPERS).covers(self.device.unit.path):
            raise Unmet(_ELSEWHERE)

    def write(self) -> Done:
        snapshot = self.target
        snapshot.device, snapshot.stranger = device_of(cast(Any, self.device).pk), False
        snapshot.save()
        filled = drift.fill(snapshot.device, snapshot.body)
        return Done(snapshot, {"device": snapshot.device.number, "filled": filled})


class ExplainStranger(Action):
    """What the unknown machine was, and that it is gone."""

    name = "devices.stranger.explain"
    label = _("Explain stranger")
    roles = KEEPERS
    model = Snapshot

    class Input(ActionForm):
        """What it was."""

        said = text(
            _("Explanation"), 500, required=True, rows=2, hint=_("Whose it is, why it was here, where it is now.")
        )

    def check(self) -> None:
        if not self.target.stranger:
            raise Unmet(_("This is no stranger."))

    def write(self) -> Done:
        self.target.stranger, self.target.said = False, self.data["said"]
        self.target.save()
        return Done(self.target, {"said": self.data["said"], "serial": self.target.serial})
