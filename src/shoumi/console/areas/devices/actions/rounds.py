"""Rounds of inspections: opened with the machines of some kinds, walked by the checklists of assets, signed off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.areas.devices.actions.base import KEEPERS
from shoumi.console.areas.devices.models import Round, Stop
from shoumi.console.assets import kinds
from shoumi.console.assets.actions.fields import day, reach_of, text, unit
from shoumi.console.assets.models import Device, Inspection
from shoumi.console.roles import LEADER

OFFICE = tuple(code for code, kind in kinds.KINDS.items() if kind.office)


class OpenRound(Action):
    """A round begins: which machines, until when."""

    name = "devices.round.open"
    label = _("Open round of inspections")
    intro = _("Every machine of these kinds in the unit and below is inspected by the checklist of its kind.")
    roles = KEEPERS

    class Input(ActionForm):
        """Where, what, until when."""

        unit = unit()
        kinds = forms.MultipleChoiceField(
            label=_("Kinds"), choices=kinds.CHOICES, widget=forms.CheckboxSelectMultiple, initial=OFFICE
        )
        due = day(_("To be finished by"))
        title = text(_("Title"), hint=_("Left empty: the unit and today's date."))

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(reach_of(self))
            self.fields["due"].required = True

        def clean_due(self) -> Any:
            if self.cleaned_data["due"] < timezone.localdate():
                raise forms.ValidationError(_("This day is over."))
            return self.cleaned_data["due"]

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def check(self) -> None:
        self.found = list(
            Device.objects.filter(unit__path__startswith=self.data["unit"].path, live=True, kind__in=self.data["kinds"])
            .order_by("number").values_list("pk", flat=True)
        )  # fmt: skip
        if not self.found:
            raise Unmet(_("The ledger has no machine of these kinds here."))

    def write(self) -> Done:
        data, chosen = self.data, self.data["unit"]
        title = data["title"].strip() or f"{chosen.name} {timezone.localdate().isoformat()}"
        made = Round.objects.create(
            title=title, unit=chosen, kinds=data["kinds"], due=data["due"], opened_by=self.actor.get_full_name()
        )
        Stop.objects.bulk_create((Stop(round=made, device_id=pk) for pk in self.found), batch_size=1000)
        return Done(made, {"machines": len(self.found), "kinds": data["kinds"], "due": plain(data["due"])})


def done_since(made: Round) -> Any:
    """Return the query of the newest inspection of a stop's device within a round."""
    rows = Inspection.objects.filter(device=OuterRef("device"), made__gte=made.opened_at)
    return rows.order_by("-made").values("pk")[:1]


class SignRound(Action):
    """The round ends: what was inspected is tied to it, what was not is said why."""

    name = "devices.round.sign"
    label = _("Sign off round")
    roles = frozenset({*KEEPERS, LEADER})
    model = Round
    sensitive = True

    class Input(ActionForm):
        """What is said about what was left out, or was not in order."""

        note = text(_("Remark"), 1000, rows=4, hint=_("Needed when a machine was not inspected, or not in order."))

    def check(self) -> None:
        made = self.target
        if made.closed_at is not None:
            raise Unmet(_("This round is signed off."))
        self.rows = list(made.stops.annotate(found=Subquery(done_since(made))))
        if not any(one.found for one in self.rows):
            raise Unmet(_("Nothing was inspected yet."))
        flawed = Inspection.objects.filter(pk__in=[one.found for one in self.rows if one.found], flaws__gt=0).count()
        self.sums = {"machines": len(self.rows), "left": sum(not one.found for one in self.rows), "flawed": flawed}
        if (self.sums["left"] or flawed) and not self.data["note"].strip():
            raise Unmet(_("Say in the remark what is done about what was left out or not in order."))

    def write(self) -> Done:
        made = self.target
        for one in self.rows:
            one.inspection_id = one.found
        Stop.objects.bulk_update(self.rows, ["inspection"], batch_size=500)
        made.closed_at, made.closed_by, made.note = timezone.now(), self.actor.get_full_name(), self.data["note"]
        made.save()
        return Done(made, {**self.sums, "note": made.note})
