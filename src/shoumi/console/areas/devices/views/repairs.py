"""Repairs: the list, one repair with its one next step, its forms, what is one's own."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console import levels
from shoumi.console.action import Action
from shoumi.console.approvals import asking
from shoumi.console.areas.devices import models, ways
from shoumi.console.areas.devices.actions import acceptance, repairing, repairs
from shoumi.console.areas.devices.actions.base import READERS
from shoumi.console.areas.devices.flows import REPAIR
from shoumi.console.areas.devices.models import (
    ACCEPTED,
    AFTER,
    ARRANGED,
    ASKED,
    BEFORE,
    CLOSED,
    ENDED,
    READY,
    WORK,
    Disposal,
    Repair,
)
from shoumi.console.areas.devices.views.base import Form, Seen, below, could, history, lying, units
from shoumi.console.assets import lifecycle
from shoumi.console.assets.models import Device
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import Page
from shoumi.console.roles import OFFICER

STEPS: dict[str, type[Action]] = {
    "way": repairs.ChooseWay, "cancel": repairs.CancelRepair,
    "before": repairing.RecordBefore, "begin": repairing.BeginRepair, "log": repairing.LogRepair,
    "end": repairing.EndRepair, "after": repairing.RecordAfter,
    "accept": acceptance.AcceptRepair, "reject": acceptance.RejectRepair, "close": acceptance.CloseRepair,
}  # fmt: skip
NEXT = {ASKED: "way", ARRANGED: "before", READY: "begin", WORK: "end", ENDED: "after", ACCEPTED: "close"}
ALSO = {
    ASKED: ("cancel",), ARRANGED: ("way", "cancel"), READY: ("way", "cancel"), WORK: ("log",),
    ENDED: ("after", "reject"), ACCEPTED: ("reject",),
}  # fmt: skip


def tone(repair: Repair) -> str:
    """Return the tone of a state's badge."""
    return {CLOSED: "jade", models.CANCELLED: ""}.get(repair.state, "amber")


class Repairs(ListPage):
    """All repairs of one's units."""

    name = "devices.repairs"
    title = gettext_lazy("Repairs")
    template = "devices/list.html"
    roles = READERS
    search = ("number", "device__number", "fault", "device__words")
    order = ("-asked_at", "-pk")
    empty = gettext_lazy(
        "Each repair from the request to the closed record. Whoever answers for a broken device asks for it here; "
        "nobody opens a device before that was approved."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda r: r.number, "number"),
        Column("device", gettext_lazy("Device"), lambda r: str(r.device), "device__number"),
        Column("fault", gettext_lazy("Fault"), lambda r: r.fault),
        Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), "state", "badge", tone=tone),
        Column("way", gettext_lazy("Way of repair"), lambda r: r.get_way_display(), "way"),
        Column("level", gettext_lazy("Highest level on it"), lambda r: r.get_level_display(), "level", "badge",
               tone=lambda r: levels.tone(r.level)),
        Column("unit", gettext_lazy("Unit"), lambda r: r.device.unit.name, "device__unit__name"),
        Column("asked", gettext_lazy("Asked for on"), lambda r: r.asked_at, "asked_at", "day"),
        Column("vendor", gettext_lazy("Vendor"), lambda r: r.vendor and r.vendor.name, "vendor__name", shown=False),
        Column("closed", gettext_lazy("Closed on"), lambda r: r.closed_at, "closed_at", "day", shown=False),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below("device__unit")),
        Filter("state", gettext_lazy("State"), pairs((("open", gettext_lazy("all open")), *models.REPAIR_STATES)),
               lambda rows, value: rows.filter(open=True) if value == "open" else rows.filter(state=value)),
        Filter("way", gettext_lazy("Way of repair"), pairs(ways.WAYS), lambda rows, value: rows.filter(way=value)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Repair.objects.filter(lying(self.request.user.reach(self.roles)))
        return rows.select_related("device__unit", "vendor")

    def address(self, row: Any) -> str:
        return reverse("devices:repair", args=(row.pk,))


class OneRepair(Seen):
    """A repair: facts, the steps done, what differs, the one next step."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        me = request.user.person
        mine = Q(device__responsible=me) | Q(asked_by=request.user) | Q(escort=me) | Q(technician=me) | Q(keeper=me)
        rows = Repair.objects.select_related(
            "device__unit", "device__responsible", "asked_by__person", "vendor", "engineer", "escort", "technician",
            "keeper", "accepted_by__person", "closed_by__person",
        )  # fmt: skip
        repair = self.find(rows, pk, mine)
        before, after = repair.snapshot_of(BEFORE), repair.snapshot_of(AFTER)
        main, more = steps(repair, request.user, after)
        return self.show(
            "devices/repair.html",
            repair=repair,
            tones=(levels.tone(repair.level), tone(repair)),
            approval=asking.state(REPAIR, repair),
            before=before,
            after=after,
            differences=list(after.differences.all()) if after else [],
            log=repair.log.all(),
            main=main,
            more=more,
            path=path(repair, before, after),
            late=bool(repair.outside and repair.back_by and repair.back_by < timezone.localdate()),
            history=history(repair, request.user.reach({OFFICER})),
            sees=request.user.reach(READERS).covers(repair.device.unit.path),
        )


def steps(repair: Repair, user: Any, after: Any) -> tuple[Any, list[Any]]:
    """Return the next step and the others, as far as this account may take them."""
    usual = NEXT.get(repair.state, "")
    others = list(ALSO.get(repair.state, ()))
    checked = after is not None and repair.ended_at is not None and after.made >= repair.ended_at
    if repair.state == ENDED and checked and not after.unexplained:
        usual = "accept"
    button = _button(repair, user, usual)
    if repair.state == ENDED and checked and after.unexplained:
        button = (_("Explain differences"), reverse("devices:explain", args=(after.pk,)), False)
        button = button if user.reach(READERS).covers(repair.device.unit.path) else None
    if repair.state == ASKED and asking.state(REPAIR, repair).state != "granted":
        button = None
    found = [_button(repair, user, name) for name in others if name != usual]
    return button, [one for one in found if one is not None]


def _button(repair: Repair, user: Any, name: str) -> Any:
    action = STEPS.get(name)
    if action is None or not could(action, user, repair.pk):
        return None
    return action.label, reverse("devices:repair-step", args=(repair.pk, name)), action.grave


def path(repair: Repair, before: Any, after: Any) -> list[tuple[Any, bool, Any]]:
    """Return the steps of a repair in their order: words, done or not, by whom or when."""
    who = [one.name for one in (repair.escort, repair.technician) if one]
    way = repair.get_way_display() if repair.way else ""
    checked = after is not None and not after.unexplained
    return [
        (_("Requested"), True, repair.asked_at),
        (_("Approved, way chosen"), bool(repair.way), " · ".join([str(way), *who])),
        (_("State before recorded"), before is not None, before and before.taken),
        (_("Work begun"), repair.begun_at is not None, repair.begun_at),
        (_("Work ended"), repair.ended_at is not None, repair.ended_at),
        (_("State after recorded, differences explained"), checked, after and after.taken),
        (_("Accepted"), repair.accepted_at is not None, repair.accepted_at),
        (_("Record closed"), repair.closed_at is not None, repair.closed_at),
    ]


class AskForRepair(Form):
    """Ask for a repair of one device."""

    action, thing = repairs.AskRepair, "devices:repair"

    def back(self, act: Action) -> str:
        del act
        return reverse("devices:mine")


class RepairStep(Form):
    """One step of a repair; the address names which."""

    thing = "devices:repair"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = STEPS[options["step"]]  # type: ignore[misc]  # one class serves all steps


class Mine(Page):
    """One's own devices, to have them repaired or handed in; repairs and disposals in which one has a part."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        me = request.user.person
        devices = Device.objects.filter(responsible=me, live=True).order_by("number")[:200]
        own = Q(asked_by=request.user) | Q(device__responsible=me)
        part = own | Q(escort=me) | Q(technician=me) | Q(keeper=me)
        return self.show(
            "devices/mine.html",
            devices=[(one, lifecycle.STEPS["repair"].refusal(one.state) is None, one.state == lifecycle.RETIRED)
                     for one in devices],
            repairs=Repair.objects.filter(part).select_related("device").order_by("-open", "-asked_at")[:50],
            disposals=Disposal.objects.filter(own).select_related("device").order_by("-open", "-asked_at")[:50],
        )  # fmt: skip
