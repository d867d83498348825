"""Sheets of asset labels."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done
from shoumi.console.assets import ledger, serials
from shoumi.console.assets.actions.fields import reach_of, text
from shoumi.console.assets.models import Device, LabelSheet

MOST: Final = 200


class PrintLabels(Action):
    """A sheet of labels is made for some devices."""

    name = "assets.labels.print"
    label = _("Make label sheet")
    intro = _("Each label carries the number and a QR code that a phone reads at the stock-take. It names no secret.")
    roles = ledger.KEEPERS

    class Input(ActionForm):
        """The devices."""

        numbers = text(
            _("Numbers of devices"), 20_000, required=True, rows=8, hint=_("One on each line; at most 200 on a sheet.")
        )

        def clean_numbers(self) -> Any:
            wanted = serials.split(self.cleaned_data["numbers"])
            if len(wanted) > MOST:
                raise forms.ValidationError(_("At most 200 on a sheet. Make a second one for the rest."))
            rows = Device.seen_by(reach_of(self)).filter(number__in=wanted).exclude(state="destroyed")
            devices = list(rows.select_related("unit"))
            unknown = [number for number in wanted if number not in {device.number for device in devices}]
            if unknown:
                raise forms.ValidationError(
                    _("Not found among your devices: %(numbers)s.") % {"numbers": ", ".join(unknown[:10])}
                )
            return devices

    def write(self) -> Done:
        devices = self.data["numbers"]
        unit = Unit.objects.get(path=_above([device.unit.path for device in devices]))
        sheet = LabelSheet.objects.create(by_name=self.actor.get_full_name(), unit=unit)
        sheet.devices.set(devices)
        Device.objects.filter(pk__in=[device.pk for device in devices]).update(labelled_on=timezone.localdate())
        return Done(sheet, {"devices": [device.number for device in devices]}, result=sheet)


def _above(paths: list[str]) -> str:
    """Return the path of the lowest unit that lies above all, or is one of them."""
    shared: list[str] = []
    for parts in zip(*(path.split("/")[:-1] for path in paths), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared) + "/"
