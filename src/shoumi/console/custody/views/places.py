"""Places and their seals; phone-free zones, lockers, tickets."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.custody import states
from shoumi.console.custody.actions import lockers, places
from shoumi.console.custody.models import Carrier, Place, Seal, Ticket, Zone
from shoumi.console.custody.models.places import PLACES
from shoumi.console.custody.rights import KEEPERS, READERS
from shoumi.console.custody.views._base import CustodyList, Form, Step, history, steps_for, unit_filter
from shoumi.console.lists import Column, Filter, pairs, yes_no
from shoumi.console.pages import Page


def _condition(place: Any) -> Any:
    if place.closed_on:
        return _("no longer used")
    return _("sealed") if place.sealed else _("in use")


def _in_condition(rows: QuerySet, value: str) -> QuerySet:
    if value == "closed":
        return rows.exclude(closed_on=None)
    return rows.filter(closed_on=None, sealed=value == "sealed")


class Places(CustodyList):
    """Safes, cabinets, rooms."""

    name = "custody.places"
    title = gettext_lazy("Safes and places")
    search = ("name", "room", "keeper__name", "unit__name")
    order = ("unit__path", "name")
    empty = gettext_lazy("Safes, cabinets and rooms in which carriers are kept. Add a place, then put carriers in it.")
    columns = (
        Column("name", gettext_lazy("Place name"), lambda p: p.name, "name"),
        Column("kind", gettext_lazy("Kind"), lambda p: p.get_kind_display(), "kind"),
        Column("unit", gettext_lazy("Unit"), lambda p: p.unit.name, "unit__name"),
        Column("room", gettext_lazy("Where it stands"), lambda p: p.room, "room"),
        Column("keeper", gettext_lazy("Who has the key"), lambda p: p.keeper.name if p.keeper else "", "keeper__name"),
        Column("count", gettext_lazy("Carriers"), lambda p: p.count, "count", "number"),
        Column("top", gettext_lazy("Highest level"), lambda p: _("certified") if p.top else "", "top"),
        Column("state", gettext_lazy("State"), _condition, "sealed", "badge",
               tone=lambda p: "jade" if p.sealed else ""),
    )  # fmt: skip
    filters = (
        unit_filter(),
        Filter("kind", gettext_lazy("Kind"), pairs(PLACES), lambda rows, value: rows.filter(kind=value)),
        Filter("state", gettext_lazy("State"), pairs((
            ("used", gettext_lazy("in use")), ("sealed", gettext_lazy("sealed")),
            ("closed", gettext_lazy("no longer used")),
        )), _in_condition),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Place.objects.filter(self.request.user.reach(self.roles).within("unit__path"))
        live = Carrier.objects.filter(place=OuterRef("pk"), state__in=sorted(states.LIVE)).order_by()
        count = Coalesce(Subquery(live.values("place").annotate(n=Count("pk")).values("n")), 0)
        sealed = Exists(Seal.objects.filter(place=OuterRef("pk"), opened_at=None))
        return rows.select_related("unit", "keeper").annotate(count=count, sealed=sealed)

    def address(self, row: Any) -> str:
        return reverse("custody:place", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(places.AddPlace)
        return [(_("Add place"), reverse("custody:place-add"))] if may else []


PLACE_STEPS: dict[str, type[Action]] = {
    "open": places.OpenSeal,
    "seal": places.SealPlace,
    "change": places.ChangePlace,
    "close": places.ClosePlace,
}


class OnePlace(Page):
    """A place: what is in it, its seals."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        place = self.see(Place.objects.select_related("unit", "keeper"), pk)
        seals = list(place.seals.select_related("second")[:20])
        sealed = next((seal for seal in seals if seal.opened_at is None), None)
        keeps = request.user.reach(KEEPERS).covers(place.unit_path) and not place.closed_on
        first, more = ("open" if sealed else "seal", ["change", "close"]) if keeps else ("", [])
        steps = steps_for(PLACE_STEPS, "custody:place-step", pk, first=first, more=more)
        kept = place.carriers.filter(state__in=sorted(states.LIVE))
        return self.show(
            "custody/place.html",
            place=place,
            sealed=sealed,
            seals=seals,
            kept=kept.order_by("number")[:100],
            count=kept.count(),
            steps=steps,
            history=history(request.user, f"custody.place:{pk}"),
        )


class PlaceAdd(Form):
    """Add a place."""

    action, thing, lists = places.AddPlace, "custody:place", "custody:places"


class PlaceStep(Step):
    """Seal, open, change, close."""

    steps, thing = PLACE_STEPS, "custody:place"


class Tickets(CustodyList):
    """Whose phones lie in lockers, and did."""

    name = "custody.tickets"
    title = gettext_lazy("Phone lockers")
    search = ("number", "person__name", "person__number", "handset", "locker__zone__name")
    order = ("-issued_at", "-pk")
    empty = gettext_lazy(
        "Who enters a phone-free zone, or borrows a carrier of a high level, locks the phone away and gets a ticket. "
        "Add a zone, then issue tickets."
    )
    columns = (
        Column("number", gettext_lazy("Ticket"), lambda t: t.number, "number"),
        Column("person", gettext_lazy("Person"), lambda t: t.person.name, "person__name"),
        Column("zone", gettext_lazy("Phone-free zone"), lambda t: t.locker.zone.name, "locker__zone__name"),
        Column("locker", gettext_lazy("Locker"), lambda t: t.locker.number, "locker__number", "number"),
        Column("handset", gettext_lazy("Handset"), lambda t: t.handset),
        Column("issued", gettext_lazy("Locked away"), lambda t: t.issued_at, "issued_at", "moment"),
        Column("returned", gettext_lazy("Taken back"), lambda t: t.returned_at, "returned_at", "moment"),
        Column("state", gettext_lazy("State"), lambda t: _("taken back") if t.returned_at else _("locked away"),
               "returned_at", "badge", tone=lambda t: "" if t.returned_at else "amber"),
    )  # fmt: skip
    filters = (
        unit_filter("locker__zone__unit"),
        Filter("open", gettext_lazy("In a locker"), yes_no(gettext_lazy("now"), gettext_lazy("no longer")),
               lambda rows, value: rows.filter(returned_at__isnull=value == "yes")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Ticket.objects.filter(self.request.user.reach(self.roles).within("locker__zone__unit__path"))
        return rows.select_related("person", "locker__zone")

    def address(self, row: Any) -> str:
        return reverse("custody:ticket", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        found = [(_("Zones"), reverse("custody:zones"))]
        may = self.request.user.may_act(lockers.IssueTicket)
        return [(_("Issue ticket"), reverse("custody:ticket-add")), *found] if may else found


class OneTicket(Page):
    """A ticket: whose phone, where, what was borrowed on it."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Ticket.objects.select_related("person", "locker__zone__unit")
        ticket = self.see(rows, pk, "locker__zone__unit__path")
        keeps = request.user.reach(KEEPERS).covers(ticket.unit_path)
        reach = request.user.reach(READERS)
        lent = ticket.loans.filter(reach.within("carrier__unit__path")).select_related("carrier")
        return self.show(
            "custody/ticket.html",
            ticket=ticket,
            loans=lent,
            keeps=keeps and ticket.returned_at is None,
            history=history(request.user, f"custody.ticket:{pk}"),
        )


class TicketAdd(Form):
    """Lock a phone away."""

    action, thing, lists = lockers.IssueTicket, "custody:ticket", "custody:tickets"


class TicketReturn(Form):
    """Give a phone back."""

    action, thing = lockers.ReturnTicket, "custody:ticket"


class Zones(CustodyList):
    """Phone-free zones and how full their lockers are."""

    name = "custody.zones"
    title = gettext_lazy("Phone-free zones")
    search = ("name", "unit__name", "note")
    order = ("unit__path", "name")
    empty = gettext_lazy("Rooms into which no phone comes, with lockers at the door. Add the first zone.")
    columns = (
        Column("name", gettext_lazy("Zone name"), lambda z: z.name, "name"),
        Column("unit", gettext_lazy("Unit"), lambda z: z.unit.name, "unit__name"),
        Column("count", gettext_lazy("Lockers"), lambda z: z.count, "count", "number"),
        Column("used", gettext_lazy("Taken"), lambda z: z.used, "used", "number"),
        Column("note", gettext_lazy("What holds there"), lambda z: z.note),
        Column("state", gettext_lazy("State"), lambda z: _("no longer used") if z.closed_on else _("in use"),
               "closed_on", "badge"),
    )  # fmt: skip
    filters = (unit_filter(),)

    def rows(self) -> QuerySet:
        rows = Zone.objects.filter(self.request.user.reach(self.roles).within("unit__path")).select_related("unit")
        used = Count("lockers", filter=Q(lockers__tickets__in=Ticket.objects.filter(returned_at=None)), distinct=True)
        return rows.annotate(count=Count("lockers", distinct=True), used=used)

    def address(self, row: Any) -> str:
        keeps = self.request.user.reach(KEEPERS).covers(row.unit_path)
        return reverse("custody:zone-change", args=(row.pk,)) if keeps else ""

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(lockers.AddZone)
        return [(_("Add phone-free zone"), reverse("custody:zone-add"))] if may else []


class _ZoneForm(Form):
    lists = "custody:zones"

    def address(self, done: Any) -> str:
        del done
        return reverse("custody:zones")

    def back(self, act: Action) -> str:
        del act
        return reverse("custody:zones")


class ZoneAdd(_ZoneForm):
    """Add a zone."""

    action = lockers.AddZone


class ZoneChange(_ZoneForm):
    """Change a zone."""

    action = lockers.ChangeZone
