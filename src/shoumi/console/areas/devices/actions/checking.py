"""Explaining what differs, item by item."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import ActionForm, Done, Unmet
from shoumi.console.areas.devices import drift
from shoumi.console.areas.devices.actions.base import OfDevice, device_of
from shoumi.console.areas.devices.models import Difference, Snapshot
from shoumi.console.areas.devices.words import differing
from shoumi.console.assets.actions.fields import text


class Explanations(ActionForm):
    """One answer for each grave difference that has none."""

    ledger = forms.BooleanField(
        label=_("Write the new serial numbers into the ledger"), required=False,
        help_text=_("When parts were exchanged rightly, the ledger follows."),
    )  # fmt: skip

    def limit(self) -> None:
        for one in waiting(self.target):
            self.fields[f"why-{one.pk}"] = text(differing(one), 500, required=True, rows=2)
        self.order_fields([name for name in self.fields if name != "ledger"])


def waiting(snapshot: Snapshot) -> Any:
    """Return the differences that somebody must explain."""
    return snapshot.differences.filter(grave=True, explained_at=None)


class ExplainDifferences(OfDevice):
    """Each grave difference gets its explanation, all at once."""

    name = "devices.snapshot.explain"
    label = _("Explain differences")
    intro = _("Each one by itself: which part, why, who did it, where the old one is.")
    model = Snapshot
    Input = Explanations

    def fit(self) -> None:
        if self.target.device is None or not waiting(self.target).exists():
            raise Unmet(_("Nothing is left to explain."))

    def write(self) -> Done:
        now, said = timezone.now(), {}
        for one in waiting(self.target):
            one.explanation, one.explained_at = self.data[f"why-{one.pk}"], now
            one.explained_by = self.actor.get_full_name()
            said[f"{one.part} {one.change} {one.what}"] = one.explanation
            one.save()
        self.target.settle()
        taken = drift.accept(device_of(self.target.device_id), self.target.body) if self.data["ledger"] else []
        return Done(self.target, {"explained": said, "ledger": taken})


__all__ = ["Difference", "ExplainDifferences"]
