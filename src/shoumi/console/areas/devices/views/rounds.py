"""Rounds of inspections: the list, one round with what is left to inspect."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.areas.devices.actions import rounds as acts
from shoumi.console.areas.devices.actions.base import READERS
from shoumi.console.areas.devices.models import Round, Stop
from shoumi.console.areas.devices.views.base import Form, below, could, history, lying, units
from shoumi.console.assets.models import Inspection
from shoumi.console.lists import Column, Filter, ListPage, yes_no
from shoumi.console.pages import Page
from shoumi.console.roles import OFFICER

SHOWN = 200


class Rounds(ListPage):
    """All rounds of one's units."""

    name = "devices.rounds"
    title = gettext_lazy("Rounds of inspections")
    template = "devices/list.html"
    roles = READERS
    search = ("title", "unit__name", "opened_by")
    order = ("-opened_at", "-pk")
    empty = gettext_lazy(
        "Printers, copiers, scanners and fax machines keep what went through them. Open a round: each is inspected by "
        "the checklist of its kind, item by item."
    )
    columns = (
        Column("title", gettext_lazy("Title"), lambda r: r.title, "title"),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit.name, "unit__name"),
        Column("state", gettext_lazy("State"), lambda r: _("signed off") if r.closed_at else _("still open"),
               "closed_at", "badge", tone=lambda r: "jade" if r.closed_at else "amber"),
        Column("due", gettext_lazy("To be finished by"), lambda r: r.due, "due", "day"),
        Column("machines", gettext_lazy("Machines"), lambda r: r.machines, "", "number"),
        Column("opened", gettext_lazy("Begun by"), lambda r: r.opened_by, "opened_by"),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below("unit")),
        Filter("open", gettext_lazy("State"), yes_no(gettext_lazy("still open"), gettext_lazy("signed off")),
               lambda rows, value: rows.filter(closed_at__isnull=value == "yes")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Round.objects.filter(lying(self.request.user.reach(self.roles), "unit"))
        count = Stop.objects.filter(round=OuterRef("pk")).order_by().values("round").annotate(n=Count("pk")).values("n")
        return rows.select_related("unit").annotate(machines=Subquery(count))

    def address(self, row: Any) -> str:
        return reverse("devices:round", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(acts.OpenRound):
            return []
        return [(_("Open round of inspections"), reverse("devices:round-open"))]


class OneRound(Page):
    """A round: what is left, what was not in order, what is done."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        made = self.see(Round.objects.select_related("unit"), pk)
        stops, sums = walked(made)
        rows = stops.order_by("looked", "device__number")[:SHOWN]
        found = Inspection.objects.in_bulk([one.looked for one in rows if one.looked])
        keeps = could(acts.SignRound, request.user, made.pk)
        return self.show(
            "devices/round.html",
            round=made,
            sums=sums,
            stops=[(one, found.get(one.looked)) for one in rows],
            more=max(0, sums["machines"] - SHOWN),
            keeps=keeps,
            late=made.closed_at is None and made.due < timezone.localdate(),
            history=history(made, request.user.reach({OFFICER})),
        )


def walked(made: Round) -> tuple[Any, dict[str, int]]:
    """Return the stops with their inspection (``looked``), and the sums: machines, left, not in order."""
    stops = made.stops.select_related("device__unit")
    if made.closed_at is None:
        stops = stops.annotate(looked=Subquery(acts.done_since(made)))
    else:
        from django.db.models import F

        stops = stops.annotate(looked=F("inspection"))
    bad = Inspection.objects.filter(pk=OuterRef("looked"), flaws__gt=0)
    sums = stops.annotate(bad=Exists(bad)).aggregate(
        machines=Count("pk"), left=Count("pk", filter=Q(looked=None)), flawed=Count("pk", filter=Q(bad=True))
    )
    return stops, sums


class Open(Form):
    """Open a round."""

    action, thing, lists = acts.OpenRound, "devices:round", "devices:rounds"


class Sign(Form):
    """Sign a round off."""

    action, thing = acts.SignRound, "devices:round"
