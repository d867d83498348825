"""Phone-free zones, their lockers, and the tickets for phones that lie in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet, changes
from shoumi.console.custody import fields
from shoumi.console.custody.models import Counter, Loan, Locker, Ticket, Zone
from shoumi.console.custody.models.loans import OPEN
from shoumi.console.custody.rights import KEEPERS


class AddZone(Action):
    """A phone-free zone with lockers."""

    name = "custody.zone.add"
    label = _("Add phone-free zone")
    roles = KEEPERS

    class Input(fields.CustodyForm):
        """Where, and how many lockers."""

        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        name = fields.text(_("Zone name"), most=100)
        note = fields.text(_("What holds there"), _("Shown to everybody who gets a ticket."), required=False)
        lockers = forms.IntegerField(label=_("Number of lockers"), min_value=1, max_value=500)

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("unit") and Zone.objects.filter(unit=data["unit"], name=data.get("name", "")).exists():
                self.add_error("name", _("This unit has one of this name already."))
            return data

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def write(self) -> Done:
        zone = Zone.objects.create(**{name: self.data[name] for name in ("unit", "name", "note")})
        Locker.objects.bulk_create(Locker(zone=zone, number=n) for n in range(1, self.data["lockers"] + 1))
        return Done(zone, {"name": zone.name, "lockers": self.data["lockers"]})


class ChangeZone(Action):
    """Another name or note; more lockers; closed."""

    name = "custody.zone.change"
    label = _("Change zone")
    roles = KEEPERS
    model = Zone

    class Input(fields.CustodyForm):
        """What changes."""

        name = fields.text(_("Zone name"), most=100)
        note = fields.text(_("What holds there"), required=False)
        lockers = forms.IntegerField(label=_("Number of lockers"), min_value=1, max_value=500)
        closed = fields.yes(_("The zone is closed"))

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            same = Zone.objects.filter(unit=self.target.unit_id, name=data.get("name", "")).exclude(pk=self.target.pk)
            if same.exists():
                self.add_error("name", _("This unit has one of this name already."))
            return data

    def initial(self) -> dict[str, Any]:
        zone = self.target
        return {"name": zone.name, "note": zone.note, "lockers": zone.lockers.count(), "closed": bool(zone.closed_on)}

    def check(self) -> None:
        used = Ticket.objects.filter(locker__zone=self.target, returned_at=None)
        if self.data["closed"] and used.exists():
            raise Unmet(_("Phones still lie in its lockers. They are taken back first."))
        if self.data["lockers"] < self.target.lockers.count():
            raise Unmet(_("Lockers are not taken away, because old tickets name them."))

    def write(self) -> Done:
        zone, before = self.target, self.target.lockers.count()
        closed = (zone.closed_on or timezone.localdate()) if self.data["closed"] else None
        values = {"name": self.data["name"], "note": self.data["note"], "closed_on": closed}
        changed = changes(zone, values)
        zone.save()
        Locker.objects.bulk_create(Locker(zone=zone, number=n) for n in range(before + 1, self.data["lockers"] + 1))
        return Done(zone, {**changed, "lockers": self.data["lockers"]})


class IssueTicket(Action):
    """A phone is locked away; its owner gets the ticket."""

    name = "custody.ticket.issue"
    label = _("Issue ticket")
    intro = _("The phone is switched off and locked away; watches and other devices that record as well.")
    roles = KEEPERS

    class Input(fields.CustodyForm):
        """Whose phone, into which locker. People of the whole office come to a zone."""

        everywhere = ("person",)
        zone = forms.ModelChoiceField(Zone.objects, label=_("Phone-free zone"))
        person = fields.PersonField(label=_("Person"))
        handset = fields.text(
            _("Handset"), _("Make and colour, or the number in the ledger; several if there are."), most=200
        )
        locker = forms.IntegerField(
            label=_("Locker"), required=False, min_value=1, help_text=_("Left empty: the first one that is free.")
        )

        def limit(self) -> None:
            super().limit()
            reach = self.action.actor.reach(self.action.roles)
            self.fields["zone"].queryset = Zone.objects.filter(reach.within("unit__path"), closed_on=None)

    def units(self) -> Iterable[str]:
        zone = self.data.get("zone")
        return (zone.unit.path,) if zone else ()

    def check(self) -> None:
        free = Locker.objects.filter(zone=self.data["zone"]).exclude(
            tickets__in=Ticket.objects.filter(returned_at=None)
        )
        wanted = self.data["locker"]
        self.locker = (free.filter(number=wanted) if wanted else free).order_by("number").first()
        if self.locker is None:
            raise Unmet(_("This locker is taken.") if wanted else _("All lockers of this zone are taken."))

    def write(self) -> Done:
        ticket = Ticket.objects.create(
            number=Counter.next("T"), locker=self.locker, person=self.data["person"], handset=self.data["handset"],
            issued_by=self.actor.get_full_name(),
        )  # fmt: skip
        return Done(ticket, {"person": str(ticket.person), "locker": str(ticket.locker), "handset": ticket.handset})


class ReturnTicket(Action):
    """The phone goes back to its owner, who has given back what was borrowed on the ticket."""

    name = "custody.ticket.return"
    label = _("Give the phone back")
    roles = KEEPERS
    model = Ticket

    def check(self) -> None:
        if self.target.returned_at:
            raise Unmet(_("This phone was given back already."))
        lent = Loan.objects.filter(ticket=self.target, state=OPEN).select_related("carrier").first()
        if lent:
            words = {"number": lent.carrier.number}
            raise Unmet(
                _("%(number)s was borrowed on this ticket. The carrier comes back first, then the phone.") % words
            )

    def write(self) -> Done:
        self.target.returned_at, self.target.returned_by = timezone.now(), self.actor.get_full_name()
        self.target.save()
        return Done(self.target, {"person": str(self.target.person), "locker": str(self.target.locker)})
