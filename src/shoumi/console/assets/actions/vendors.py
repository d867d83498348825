"""The registers of vendors and engineers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, ActionForm, Done, Unmet, changes, plain
from shoumi.console.assets import ledger
from shoumi.console.assets.actions.fields import day, reach_of, text, unit
from shoumi.console.assets.models import Engineer, Vendor

_GONE = _("This entry was ended and stays as it is.")


class Qualified(ActionForm):
    """What makes somebody qualified."""

    name = text(_("Name"), required=True)
    certificate = text(_("Certificate number"), 100)
    scope = text(_("Scope"), 300, hint=_("As the certificate says: which equipment, which levels, which work."))
    valid_until = day(_("Certificate valid until"))
    committed_on = day(_("Commitment signed on"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("certificate") and not data.get("valid_until"):
            self.add_error("valid_until", _("Until when is the certificate valid?"))
        if data.get("committed_on") and data["committed_on"] > timezone.localdate():
            self.add_error("committed_on", _("This day is still to come."))
        return data


class VendorForm(Qualified):
    """A firm."""

    name = text(_("Vendor name"), required=True)
    unit = unit(_("Kept by unit"))
    contact = text(_("Contact"))
    field_order = ("name", "unit", "certificate", "scope", "valid_until", "committed_on", "contact")

    def limit(self) -> None:
        self.fields["unit"].queryset = Unit.within(reach_of(self))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        same = Vendor.objects.filter(unit=data.get("unit"), name=data.get("name", ""))
        if same.exclude(pk=self.target.pk if self.target else None).exists():
            self.add_error("name", _("This vendor is in the register already."))
        return data


class AddVendor(Action):
    """A vendor enters the register."""

    name = "assets.vendor.add"
    label = _("Add vendor")
    roles = ledger.KEEPERS
    Input = VendorForm

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (chosen.path,) if chosen else ()

    def write(self) -> Done:
        vendor = Vendor.objects.create(**self.data)
        return Done(vendor, {name: plain(value) for name, value in self.data.items() if value})


class _Change(Action):
    """Other facts about an entry of the registers."""

    roles = ledger.KEEPERS

    def initial(self) -> dict[str, Any]:
        values = {name: getattr(self.target, name) for name in self.Input.base_fields}
        return {**values, "unit": self.target.unit_id} if "unit" in values else values

    def check(self) -> None:
        if self.target.ended_on is not None:
            raise Unmet(_GONE)

    def write(self) -> Done:
        changed = changes(self.target, self.data)
        self.target.save()
        return Done(self.target, changed)


class ChangeVendor(_Change):
    """A renewed certificate, a commitment, another contact."""

    name = "assets.vendor.change"
    label = _("Change vendor")
    model = Vendor
    Input = VendorForm

    def units(self) -> Iterable[str]:
        chosen = self.data.get("unit")
        return (self.target.unit.path, chosen.path) if chosen else (self.target.unit.path,)


class _End(Action):
    """An entry ends: nobody chooses it any more."""

    roles = ledger.KEEPERS
    grave = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def check(self) -> None:
        if self.target.ended_on is not None:
            raise Unmet(_GONE)

    def write(self) -> Done:
        self.target.ended_on = timezone.localdate()
        self.target.save()
        return Done(self.target, {"reason": self.data["reason"]})


class EndVendor(_End):
    """A vendor leaves the register, with all engineers."""

    name = "assets.vendor.end"
    label = _("End vendor")
    model = Vendor

    def write(self) -> Done:
        self.target.engineers.filter(ended_on=None).update(ended_on=timezone.localdate())
        return super().write()


class AddEngineer(Action):
    """An engineer of a vendor enters the register."""

    name = "assets.engineer.add"
    label = _("Add engineer")
    roles = ledger.KEEPERS
    model = Vendor
    Input = Qualified

    def check(self) -> None:
        if self.target.ended_on is not None:
            raise Unmet(_GONE)

    def write(self) -> Done:
        engineer = Engineer.objects.create(vendor=self.target, **self.data)
        return Done(engineer, {name: plain(value) for name, value in self.data.items() if value})


class ChangeEngineer(_Change):
    """A renewed certificate or commitment."""

    name = "assets.engineer.change"
    label = _("Change engineer")
    model = Engineer
    Input = Qualified


class EndEngineer(_End):
    """An engineer leaves the register."""

    name = "assets.engineer.end"
    label = _("End engineer")
    model = Engineer
