"""Snapshots: the list with drift and strangers, one snapshot with what differs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.areas.devices import words
from shoumi.console.areas.devices.actions import checking
from shoumi.console.areas.devices.actions import snapshots as acts
from shoumi.console.areas.devices.actions.base import READERS
from shoumi.console.areas.devices.models import Snapshot
from shoumi.console.areas.devices.views.base import Form, below, could, history, units
from shoumi.console.assets.models import in_units
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import Page
from shoumi.console.roles import OFFICER

STEPS: dict[str, type[Action]] = {"match": acts.MatchStranger, "explain-stranger": acts.ExplainStranger}
_STATES = (("drift", gettext_lazy("not explained")), ("stranger", gettext_lazy("strangers")))


def within(reach: Any) -> QuerySet:
    """Return the snapshots of a reach: ``at`` is where the device lies, or where the stranger stood."""
    return Snapshot.objects.annotate(at=Coalesce("device__unit", "unit")).filter(in_units(reach, "at"))


def state(snapshot: Snapshot) -> Any:
    """Return what a snapshot says, in words."""
    if snapshot.stranger:
        return _("stranger")
    if snapshot.unexplained:
        return _("%(n)d not explained") % {"n": snapshot.unexplained}
    return _("as known")


class Snapshots(ListPage):
    """All snapshots of one's units."""

    name = "devices.snapshots"
    title = gettext_lazy("Snapshots")
    template = "devices/list.html"
    roles = READERS
    search = ("serial", "host", "device__number")
    order = ("-made", "-pk")
    also = ("device",)
    empty = gettext_lazy(
        "A snapshot says what a machine consists of: shoumi device snapshot -o FILE. Upload it: the ledger is "
        "completed, and what changed since the last one is shown."
    )
    columns = (
        Column("device", gettext_lazy("Device"), lambda s: str(s.device or s.serial or s.host or "?"),
               "device__number"),
        Column("state", gettext_lazy("State"), state, "unexplained", "badge",
               tone=lambda s: "seal" if s.stranger or s.unexplained else "jade"),
        Column("taken", gettext_lazy("Taken at"), lambda s: s.taken, "taken", "moment"),
        Column("host", gettext_lazy("Name of the machine"), lambda s: s.host, "host"),
        Column("unit", gettext_lazy("Unit"), lambda s: (s.device.unit if s.device else s.unit).name),
        Column("by", gettext_lazy("Uploaded by"), lambda s: s.by_name, "by_name"),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below("at")),
        Filter("state", gettext_lazy("State"), pairs(_STATES),
               lambda rows, value: rows.filter(stranger=True) if value == "stranger"
               else rows.filter(unexplained__gt=0)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = within(self.request.user.reach(self.roles))
        device = self.request.GET.get("device", "")
        rows = rows.filter(device=int(device)) if device.isascii() and device.isdigit() and len(device) < 18 else rows
        return rows.defer("body").select_related("device__unit", "unit")

    def address(self, row: Any) -> str:
        return reverse("devices:snapshot", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(acts.UploadSnapshot):
            return []
        return [(_("Upload snapshot"), reverse("devices:snapshot-upload"))]


class OneSnapshot(Page):
    """A snapshot: parts, what differs, whose it is."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = within(request.user.reach(self.roles)).select_related("device__unit", "unit", "repair")
        snapshot = rows.filter(pk=pk).first()
        if snapshot is None:
            from django.http import Http404

            raise Http404
        differences = list(snapshot.differences.all())
        main, more = _steps(snapshot, request.user)
        return self.show(
            "devices/snapshot.html",
            snapshot=snapshot,
            state=state(snapshot),
            differences=[(words.differing(one), one) for one in differences],
            parts=_parts(snapshot.body),
            unseen=[words.PARTS.get(str(one.get("what", "")).partition(".")[0], one.get("what", ""))
                    for one in snapshot.body.get("unseen", [])],
            main=main,
            more=more,
            history=history(snapshot, request.user.reach({OFFICER})),
        )  # fmt: skip


def _steps(snapshot: Snapshot, user: Any) -> tuple[Any, list[Any]]:
    if snapshot.stranger and could(acts.MatchStranger, user, snapshot.pk):
        register = (_("Register device"), reverse("assets:add"), False)
        found = [(action.label, reverse("devices:snapshot-step", args=(snapshot.pk, name)), False)
                 for name, action in STEPS.items()]  # fmt: skip
        return register, found
    if snapshot.unexplained and could(checking.ExplainDifferences, user, snapshot.pk):
        return (_("Explain differences"), reverse("devices:explain", args=(snapshot.pk,)), False), []
    return None, []


def _parts(body: dict[str, Any]) -> list[tuple[Any, str]]:
    """Return the parts of a snapshot in words, each on a line."""
    lines: list[tuple[Any, str]] = []
    for name in ("hardware", "system", "processor"):
        told = ", ".join(str(value) for value in body.get(name, {}).values() if value)
        lines += [(words.PARTS[name], told)] if told else []
    for name in ("disks", "memory", "network", "usb", "usb_history"):
        for one in body.get(name, [])[:200]:
            told = " ".join(str(one[key]) for key in ("model", "name", "serial", "mac", "id", "size") if one.get(key))
            lines.append((words.PARTS[name], told))
    return lines


class Upload(Form):
    """Upload a snapshot."""

    action, thing, lists = acts.UploadSnapshot, "devices:snapshot", "devices:snapshots"


class StrangerStep(Form):
    """What becomes of a stranger."""

    thing = "devices:snapshot"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = STEPS[options["step"]]  # type: ignore[misc]  # one class serves both steps


class Explain(Form):
    """Explain differences item by item."""

    action, thing = checking.ExplainDifferences, "devices:snapshot"

    def address(self, done: Any) -> str:
        if done.thing.repair_id and done.thing.repair.open:
            return reverse("devices:repair", args=(done.thing.repair_id,))
        return super().address(done)
