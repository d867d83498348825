"""A repair is asked for and its way is chosen; the work and its end are in the modules beside. No step can be left out:
each looks at what the one before left.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.action import Action, ActionForm, Done, Unmet, plain
from shoumi.console.approvals import asking
from shoumi.console.areas.devices import ways
from shoumi.console.areas.devices.actions.base import OfDevice, concerned, staffed
from shoumi.console.areas.devices.flows import REPAIR
from shoumi.console.areas.devices.models import ARRANGED, ASKED, CANCELLED, READY, Repair, disks_of
from shoumi.console.assets import kinds, ledger, lifecycle, registers, serials
from shoumi.console.assets.actions.fields import day, reach_of, staff, text
from shoumi.console.assets.models import Device, Engineer
from shoumi.console.findings import numbers


class AskRepair(Action):
    """The responsible person, or a keeper, says what is broken and what is on it."""

    name = "devices.repair.ask"
    label = _("Ask for a repair")
    intro = _("Nobody opens the device, and it goes nowhere, before this is approved.")
    personal = True
    model = Device

    class Input(ActionForm):
        """What is broken, and what is on it."""

        fault = text(_("Fault"), 500, required=True, rows=2)
        contents = text(_("What is on it"), 500, required=True, rows=2, hint=_("Which work, up to which level."))
        level = forms.ChoiceField(label=_("Highest level on it"), choices=levels.LEVELS)
        may_leave = forms.BooleanField(
            label=_("It may leave the house"), required=False,
            help_text=_("Only without its storage. Never for a device of the level “top secret”."),
        )  # fmt: skip

        def clean_level(self) -> str:
            level: str = self.cleaned_data["level"]
            if kinds.rank(self.target.level) > kinds.rank(level):
                raise forms.ValidationError(_("The device itself has a higher level. Choose at least that one."))
            return level

    def initial(self) -> dict[str, Any]:
        return {"level": self.target.level or levels.OPEN}

    def owner(self) -> Any:
        return concerned(self, self.target, self.target.responsible_id)

    def check(self) -> None:
        device = self.target
        if device.repairs.filter(open=True).exists():
            raise Unmet(_("A repair of this device is under way already."))
        refusal = lifecycle.STEPS["repair"].refusal(device.state)
        if refusal is not None:
            raise Unmet(refusal)
        error = ways.closed(ways.OUT, self.data["level"], may_leave=True, removed=True, disk=False)
        if self.data["may_leave"] and error:
            raise Unmet(error)

    def write(self) -> Done:
        repair = Repair.objects.create(
            number=numbers.following(Repair, "WX"), device=self.target, asked_by=self.actor, **self.data
        )
        asking.ask(self, REPAIR, repair, repair.facts(), self.data["fault"])
        return Done(repair, {"device": self.target.number, **self.data})


class CancelRepair(Action):
    """A request is taken back before the work began."""

    name = "devices.repair.cancel"
    label = _("Cancel repair")
    personal = grave = True
    model = Repair

    class Input(ActionForm):
        """Why."""

        reason = text(_("Reason"), 500, required=True, rows=2)

    def owner(self) -> Any:
        asked = self.target.asked_by
        return concerned(self, self.target.device, asked.person_id if asked else None)

    def check(self) -> None:
        if self.target.state not in {ASKED, ARRANGED, READY}:
            raise Unmet(_("Work has begun: the repair is ended, checked and closed like every other."))

    def write(self) -> Done:
        self.target.reason = self.data["reason"]
        self.target.go(CANCELLED)
        return Done(self.target, {"reason": self.data["reason"]})


class Way(ActionForm):
    """How, by whom, watched by whom, and where the storage is meanwhile."""

    way = forms.ChoiceField(label=_("Way of repair"), choices=ways.WAYS, widget=forms.RadioSelect)
    engineer = forms.ModelChoiceField(
        Engineer.objects, label=_("Engineer"), required=False, empty_label="—",
        help_text=_("Of a vendor with a valid certificate; both have signed a commitment."),
    )  # fmt: skip
    escort = staff(_("Escort"), hint=_("Staff number. Stays beside the engineer from begin to end."))
    technician = staff(_("Our own technician"), hint=_("Staff number."))
    removed = text(
        _("Storage removed"), 1000, rows=2, hint=_("Serial numbers of the disks that were taken out, one on each line.")
    )
    keeper = staff(_("Keeper of the storage"), hint=_("Staff number. Where storage was removed."))
    back_by = day(_("To be back by"), _("Where it is sent out."))

    def limit(self) -> None:
        firms = registers.vendors_for(reach_of(self))
        rows = Engineer.objects.filter(vendor__in=firms, ended_on=None).select_related("vendor")
        self.fields["engineer"].queryset = rows

    def clean_escort(self) -> Any:
        return staffed(self, "escort")

    def clean_technician(self) -> Any:
        return staffed(self, "technician")

    def clean_keeper(self) -> Any:
        return staffed(self, "keeper", path=root_of(self.target.unit_path))

    def clean_removed(self) -> list[str]:
        return serials.split(self.cleaned_data["removed"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        way = data.get("way")
        wanted = {ways.ONSITE: ("engineer", "escort"), ways.OWN: ("technician",), ways.OUT: ("engineer", "back_by")}
        for name in wanted.get(way or "", ()):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This way needs it."))
        if bool(data.get("removed")) != bool(data.get("keeper")) and not {"keeper", "removed"} & set(self.errors):
            self.add_error("keeper" if data.get("removed") else "removed", _("Storage that is out has a named keeper."))
        if data.get("back_by") and data["back_by"] < timezone.localdate():
            self.add_error("back_by", _("This day is over."))
        return data


def root_of(path: str) -> str:
    """Return the path of the topmost unit above a unit."""
    return f"/{path.strip('/').split('/')[0]}/"


class ChooseWay(OfDevice):
    """The approved repair gets its way; a forbidden one is refused with the clause."""

    name = "devices.repair.way"
    label = _("Choose the way")
    model = Repair
    states = frozenset({ASKED, ARRANGED, READY})
    Input = Way

    def fit(self) -> None:
        repair, data, device = self.target, self.data, self.target.device
        error = ways.closed(
            data["way"], higher(repair.level, device.level), may_leave=repair.may_leave,
            removed=all_removed(device, data["removed"]), disk=device.sort.disk or bool(disks_of(device)),
        )  # fmt: skip
        if error:
            raise Unmet(error)
        qualified(data)
        for person in (data["escort"], data["technician"], data["keeper"]):
            lack = ledger.unfit_person(person, repair.level) if person else None
            if lack:
                raise Unmet(lack)
        self.request = asking.granted(REPAIR, repair, repair.facts()) if repair.state == ASKED else None

    def write(self) -> Done:
        repair, data = self.target, self.data
        outside = data["way"] in ways.OUTSIDERS
        repair.way, repair.back_by = data["way"], data["back_by"] if data["way"] == ways.OUT else None
        repair.engineer = data["engineer"] if outside else None
        repair.vendor = repair.engineer.vendor if repair.engineer else None
        repair.escort = data["escort"] if data["way"] == ways.ONSITE else None
        repair.technician = None if outside else data["technician"]
        repair.removed, repair.keeper = data["removed"], data["keeper"]
        if self.request is not None:
            asking.spend(self.request)
        repair.go(ARRANGED)  # another way wants its snapshot and scan anew
        return Done(repair, {name: plain(value) for name, value in data.items() if value})


def higher(first: str, second: str) -> str:
    """Return the higher of two levels, either of which may be undecided."""
    return max(first, second, key=kinds.rank)


def all_removed(device: Device, removed: list[str]) -> bool:
    """Say whether every disk that the ledger knows was taken out."""
    out = {serials.key(one) for one in removed}
    held = {serials.key(one) for one in disks_of(device)}
    return bool(out) and held <= out


def qualified(data: dict[str, Any]) -> None:
    """Raise Unmet when engineer or vendor may not come today."""
    lacks = registers.lacks(data["engineer"]) if data["way"] in ways.OUTSIDERS else []
    if lacks:
        raise Unmet(" ".join(str(sentence) for sentence in lacks))
