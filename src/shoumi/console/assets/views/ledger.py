"""The ledger: the list of devices, one device, its forms, the way in by a list."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console import levels
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Action, Gone
from shoumi.console.assets import importing, kinds, ledger, lifecycle, panels, wrongs
from shoumi.console.assets.actions import devices, handovers, inspections, life, lists
from shoumi.console.assets.models import Device, Handover, Rules, RulesVersion
from shoumi.console.assets.views.base import Form, below, history, units
from shoumi.console.lists import Column, Filter, ListPage, as_csv, as_xlsx, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import OFFICER

LIFE: dict[str, type[Action]] = {
    action.step_name: action
    for action in (
        life.Register, life.Use, life.Shelve, life.Repair, life.Repaired, handovers.Transfer, life.Retire, life.Restore,
        life.Sanitise, life.Reject, life.Verify, life.Destroy, life.Sell, life.Donate, life.Repurpose,
    )
}  # fmt: skip
ANSWERS: dict[str, type[Action]] = {
    action.step_name: action for action in (handovers.Receive, handovers.Accept, handovers.Decline, handovers.Refuse)
}
NEXT = {  # what usually comes next from a state, where anything does
    lifecycle.BOUGHT: "register", lifecycle.REGISTERED: "use", lifecycle.REPAIR: "repaired",
    lifecycle.RETIRED: "sanitise", lifecycle.SANITISED: "verify", lifecycle.REPURPOSED: "register",
}  # fmt: skip


def state_tone(device: Device) -> str:
    """Return the tone of a state's badge."""
    if device.state in {lifecycle.REPAIR, lifecycle.TRANSFER, lifecycle.BOUGHT, lifecycle.RETIRED}:
        return "amber"
    return "jade" if device.state in {lifecycle.VERIFIED, lifecycle.DESTROYED} else ""


def _wrongs(_user: Any) -> list[tuple[str, Any]]:
    return [(code, check.label) for code, check in wrongs.checks().items()]


class Devices(ListPage):
    """All devices of one's units."""

    name = "assets.devices"
    title = gettext_lazy("Devices")
    template = "assets/devices.html"
    roles = ledger.READERS
    order = ("number",)
    empty = gettext_lazy(
        "Every computer, phone, printer, copier and storage medium, with its numbers and a person who answers for it. "
        "Import the list you have, or register the first device."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda d: d.number, "number"),
        Column("kind", gettext_lazy("Kind"), lambda d: d.get_kind_display(), "kind"),
        Column("what", gettext_lazy("Make and model"), lambda d: f"{d.make} {d.model}".strip(), "make"),
        Column("level", gettext_lazy("Level"), lambda d: d.get_level_display(), "level", "badge",
               tone=lambda d: levels.tone(d.level) if d.level else "amber"),
        Column("state", gettext_lazy("State"), lambda d: d.get_state_display(), "state", "badge", tone=state_tone),
        Column("unit", gettext_lazy("Unit"), lambda d: d.unit.name, "unit__name"),
        Column("responsible", gettext_lazy("Responsible person"), lambda d: d.responsible and d.responsible.name,
               "responsible__name"),
        Column("place", gettext_lazy("Place"), lambda d: d.place, "place"),
        Column("custodian", gettext_lazy("Custodian"), lambda d: d.custodian and d.custodian.name, shown=False),
        Column("serial", gettext_lazy("Serial number"), lambda d: _held(d, "machine"), shown=False),
        Column("disks", gettext_lazy("Serial numbers of its disks"), lambda d: _held(d, "disk"), shown=False),
        Column("macs", gettext_lazy("MAC addresses"), lambda d: _held(d, "mac"), shown=False),
        Column("label", gettext_lazy("Secrecy label number"), lambda d: d.label, "label", shown=False),
        Column("network", gettext_lazy("Network"), lambda d: d.get_network_display(), "network", shown=False),
        Column("bought", gettext_lazy("Bought on"), lambda d: d.bought_on, "bought_on", "day", shown=False),
        Column("since", gettext_lazy("In this state since"), lambda d: d.since, "since", "day", shown=False),
        Column("seen", gettext_lazy("Last counted"), lambda d: d.seen_on, "seen_on", "day", shown=False),
        Column("inspected", gettext_lazy("Inspected on"), lambda d: d.inspected_on, "inspected_on", "day", shown=False),
        Column("note", gettext_lazy("Remark"), lambda d: d.note, shown=False),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(ledger.READERS), below("unit")),
        Filter("kind", gettext_lazy("Kind"), pairs(kinds.CHOICES), lambda rows, value: rows.filter(kind=value)),
        Filter("level", gettext_lazy("Level"),
               pairs([(key or "undecided", label) for key, label in kinds.LEVELS]),
               lambda rows, value: rows.filter(level="" if value == "undecided" else value)),
        Filter("state", gettext_lazy("State"), pairs(lifecycle.STATES), lambda rows, value: rows.filter(state=value)),
        Filter("wrong", gettext_lazy("What is wrong here"), _wrongs,
               lambda rows, value: wrongs.checks()[value].find(rows)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Device.seen_by(self.request.user.reach(self.roles)).select_related("unit", "responsible", "custodian")
        return rows.prefetch_related("numbers")

    def _searched(self, rows: QuerySet) -> QuerySet:
        """Look through the words of a device, and for people by name or staff number."""
        for word in self.request.GET.get("q", "").replace("\0", "")[:200].split():
            people = Person.objects.filter(Q(name__icontains=word) | Q(number=word)).values("pk")
            rows = rows.filter(Q(words__contains=word.lower()) | Q(responsible__in=people) | Q(custodian__in=people))
        return rows

    def address(self, row: Any) -> str:
        return reverse("assets:device", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(devices.AddDevice):
            return []
        return [
            (_("Register device"), reverse("assets:add")),
            (_("Enter purchase"), reverse("assets:buy")),
            (_("Import a list of devices"), reverse("assets:import")),
            (_("Labels"), f"{reverse('assets:labels-new')}{self._link(page=None, export=None, sort=None)}"),
        ]


def _held(device: Device, sort: str) -> str:
    return ", ".join(one.value for one in device.numbers.all() if one.sort == sort)


class OneDevice(Page):
    """A device: facts, numbers, what is wrong, the next step, the closed ways, its life."""

    roles = ledger.READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Device.objects.select_related("unit", "responsible", "custodian").prefetch_related("numbers")
        device = self.see(rows, pk)
        keeps = request.user.reach(ledger.KEEPERS).covers(device.unit.path)
        found = _wrong_with(device)
        return self.show(
            "assets/device.html",
            device=device,
            tones=(levels.tone(device.level) if device.level else "amber", state_tone(device)),
            wrong=[(check, *check.step(device)) for check in found],
            keeps=keeps,
            handover=Handover.objects.filter(device=device, ended_at=None)
            .select_related("from_unit", "to_unit", "to_person").first(),
            events=device.events.all()[:50],
            inspections=device.inspections.all()[:5],
            panels=panels.panels(device, request.user),
            history=history(device, request.user.reach({OFFICER})),
            **(_steps(device, request.user) if keeps else {}),
        )  # fmt: skip


def _wrong_with(device: Device) -> list[wrongs.Check]:
    """Return the checks that a device fails, in one query."""
    from django.db.models import Exists, OuterRef

    checks = wrongs.checks()
    mine = Device.objects.filter(pk=OuterRef("pk"))
    answers = Device.objects.filter(pk=device.pk).values(
        **{f"is_{code}": Exists(check.find(mine)) for code, check in checks.items()}
    )
    row = answers.first() or {}
    return [check for code, check in checks.items() if row.get(f"is_{code}")]


def _steps(device: Device, user: Any) -> dict[str, Any]:
    """Return the next step, the other open ones, and the closed ways with their reasons."""
    usual = NEXT.get(device.state, "")
    steps: list[tuple[Any, str, bool]] = []
    closed: list[tuple[Any, Any]] = []
    main: tuple[Any, str] | None = None
    for name, action in LIFE.items():
        refusal = lifecycle.STEPS[name].refusal(device.state)
        if refusal is not None:
            if not device.ended and lifecycle.STEPS[name].target in {*lifecycle.OUT, lifecycle.DESTROYED}:
                closed.append((action.label, refusal))
        elif name == usual:
            main = (action.label, panels.way(name, device, user))
        else:
            steps.append((action.label, panels.way(name, device, user), action.grave))
    return {"main": main, "steps": steps, "closed": closed}


class Mine(Page):
    """What one answers for oneself: devices, hand-overs to answer, house rules."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        person = request.user.person
        offered = Handover.objects.filter(to_person=person, ended_at=None)
        return self.show(
            "assets/mine.html",
            devices=Device.objects.filter(responsible=person, live=True).prefetch_related("numbers")[:200],
            offered=offered.select_related("device", "from_unit", "from_person"),
            rules=rules_for(person),
        )


def rules_for(person: Person) -> list[tuple[RulesVersion, bool]]:
    """Return the current house rules that bind somebody, and whether they acknowledged them."""
    path = person.unit.path
    above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/" and end]
    versions = RulesVersion.objects.filter(
        current=True, rules__in=Rules.objects.filter(unit__path__in=above, ended_on=None)
    ).select_related("rules__unit")
    if not Device.objects.filter(responsible=person, live=True).exists():
        versions = versions.filter(rules__holders=False)
    known = set(person.acknowledged_rules.values_list("version", flat=True))
    return [(version, version.pk in known) for version in versions.order_by("rules__title")]


class DeviceAdd(Form):
    """Register a device."""

    action, thing = devices.AddDevice, "assets:device"


class DeviceBuy(Form):
    """Enter a purchase."""

    action, thing = devices.BuyDevice, "assets:device"


class DeviceChange(Form):
    """Change a device."""

    action, thing = devices.ChangeDevice, "assets:device"


class DeviceAssign(Form):
    """Name who answers for it."""

    action, thing = devices.AssignDevice, "assets:device"


class DeviceInspect(Form):
    """Inspect it by the checklist of its kind."""

    action, thing = inspections.InspectDevice, "assets:device"
    template = "assets/inspect.html"

    def more(self, act: Action) -> dict[str, Any]:
        return {"kind": act.target.sort}

    def address(self, done: Any) -> str:
        return reverse("assets:inspection", args=(done.result.pk,))


class NumberExplain(Form):
    """Explain a number that no device carries."""

    action, lists = devices.ExplainNumber, "assets:wrong"

    def address(self, done: Any) -> str:
        del done
        return reverse("assets:wrong")

    def _open(self, keys: dict[str, Any]) -> Action:
        act = super()._open(keys)
        number = self.request.GET.get("number", "")[:60]
        act.initial = lambda: {"number": number} if number else {}  # type: ignore[method-assign]
        return act


class LifeStep(Form):
    """One step of a device's life; the address names which."""

    thing = "assets:device"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = LIFE[options["step"]]  # type: ignore[misc]  # one class serves all steps


class HandoverAnswer(Form):
    """What the other side answers to a hand-over."""

    thing = "assets:device"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = ANSWERS[options["answer"]]  # type: ignore[misc]  # one class serves all answers

    def back(self, act: Action) -> str:
        if act.personal:
            return reverse("assets:mine")
        return reverse("assets:device", args=(act.target.device_id,))

    def address(self, done: Any) -> str:
        if self.action.personal or not self.request.user.reach(ledger.READERS).covers(done.thing.unit_path):
            return reverse("assets:mine") if self.action.personal else reverse("assets:devices")
        return reverse("assets:device", args=(done.thing.pk,))


class Import(ActionPage):
    """Read a list."""

    action = lists.UploadDevices
    template = "assets/import.html"

    def after(self, done: Any) -> HttpResponse:
        return redirect("assets:import-plan", pk=done.result.pk)

    def back(self, act: Action) -> str:
        del act
        return reverse("assets:devices")


class ImportPlan(ActionPage):
    """What the list would change, row by row, before anything is written."""

    action = lists.ImportDevices
    template = "plan.html"

    def more(self, act: Action) -> dict[str, Any]:
        if act.target.user_id != self.request.user.pk:
            raise Gone
        labels = importing.SHEET.labels
        return {
            "plan": importing.plan(act.target.rows, self.request.user.reach(act.roles)),
            "upload": act.target,
            "heads": [labels[name] for name in ("number", "kind", "make", "model", "unit", "responsible")],
        }

    def after(self, done: Any) -> HttpResponse:
        added, changed, left = done.result
        text = _("Devices imported: %(added)d new, %(changed)d changed, %(left)d left out.")
        messages.success(self.request, text % {"added": added, "changed": changed, "left": left})
        return redirect("assets:devices")

    def back(self, act: Action) -> str:
        del act
        return reverse("assets:import")


class Template(Page):
    """The empty list to fill in, with the columns in one's own language and one row as an example."""

    roles = ledger.KEEPERS

    def get(self, request: HttpRequest, form: str) -> HttpResponse:
        unit = Unit.within(request.user.reach(self.roles)).last()
        example = {
            "number": "SB-0001", "kind": "laptop", "level": "work", "label": "BM-0001", "make": "Example",
            "model": "NB-14", "serial": "5CD1234XYZ", "disks": "S4EWNX0R123456", "macs": "00:1A:2B:3C:4D:5E",
            "network": "office", "unit": unit.code if unit else "0", "place": "A-301", "bought_on": "2024-03-01",
        }  # fmt: skip
        table = [
            [importing.SHEET.head(name) for name in importing.FIELDS],
            [example.get(name, "") for name in importing.FIELDS],
        ]
        return as_csv("devices", table) if form == "csv" else as_xlsx("devices", table, _("Devices"))
