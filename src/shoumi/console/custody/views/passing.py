"""What happens to several carriers at once: dispatches, hand-overs, destruction."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.approvals import asking
from shoumi.console.custody import flows
from shoumi.console.custody.actions import destructions, dispatches, handovers
from shoumi.console.custody.models import Destruction, Dispatch, HandOver
from shoumi.console.custody.models.lists import (
    DESTRUCTION_STATES,
    DISPATCH_STATES,
    DONE,
    HANDOVER_STATES,
    OPEN,
    REASONS,
    ROUTES,
)
from shoumi.console.custody.rights import KEEPERS, READERS
from shoumi.console.custody.views._base import (
    CustodyList,
    Form,
    Prefilled,
    Step,
    Steps,
    history,
    state_column,
    steps_for,
    unit_filter,
)
from shoumi.console.lists import Column, Filter, pairs
from shoumi.console.pages import Page

_TONES = {OPEN: "amber", DONE: "jade"}


def _tone(row: Any) -> str:
    return _TONES.get(row.state, "")


def _state(choices: Any) -> Filter:
    return Filter("state", gettext_lazy("State"), pairs(choices), lambda rows, value: rows.filter(state=value))


class Dispatches(CustodyList):
    """What was sent, and what is coming."""

    name = "custody.dispatches"
    title = gettext_lazy("Dispatches")
    search = ("number", "to", "courier", "second", "seal", "receipt", "items__carrier__number")
    order = ("-sent_at", "-pk")
    empty = gettext_lazy(
        "What leaves by confidential post or courier, with its seals and receipts. Dispatch something."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda d: d.number, "number"),
        Column("to", gettext_lazy("Addressee"), lambda d: d.to, "to"),
        Column("unit", gettext_lazy("Sender"), lambda d: d.unit.name, "unit__name"),
        Column("count", gettext_lazy("Carriers"), lambda d: d.count, "count", "number"),
        Column("route", gettext_lazy("Way"), lambda d: d.get_route_display(), "route"),
        Column("courier", gettext_lazy("Courier"), lambda d: d.courier, "courier"),
        Column("second", gettext_lazy("Second courier"), lambda d: d.second, "second", shown=False),
        Column("seal", gettext_lazy("Seal numbers"), lambda d: d.seal, shown=False),
        Column("sent", gettext_lazy("Sent"), lambda d: d.sent_at, "sent_at", "moment"),
        Column("receipt", gettext_lazy("Receipt"), lambda d: d.receipt, "receipt"),
        state_column(_tone),
    )
    filters = (
        unit_filter(),
        _state(DISPATCH_STATES),
        Filter("route", gettext_lazy("Way"), pairs(ROUTES), lambda rows, value: rows.filter(route=value)),
    )

    def rows(self) -> QuerySet:
        return (
            _visible(self.request.user).select_related("unit").annotate(count=Count("items", distinct=True)).distinct()
        )

    def address(self, row: Any) -> str:
        return reverse("custody:dispatch", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(dispatches.Send)
        return [(_("Dispatch"), reverse("custody:dispatch-add"))] if may else []


def _visible(user: Any) -> QuerySet:
    """Return the dispatches that a unit within the reach sends or receives."""
    reach = user.reach(READERS)
    return Dispatch.objects.filter(reach.within("unit__path") | reach.within("to_unit__path"))


DISPATCH_STEPS: dict[str, type[Action]] = {
    "accept": dispatches.Accept,
    "receipt": dispatches.Acknowledge,
    "back": dispatches.CameBack,
}


class OneDispatch(Page):
    """A dispatch: what, under which seal, by whom; the receipt."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        thing = _visible(request.user).select_related("unit", "to_unit").filter(pk=pk).first()
        if thing is None:
            raise Http404
        keeps, first, more = request.user.reach(KEEPERS), "", []
        waits = _("%(who)s accepts it.") % {"who": thing.to_unit.name} if thing.to_unit_id else ""
        if thing.state == OPEN and thing.to_unit_id and keeps.covers(thing.to_unit.path):
            first, waits = "accept", ""
        if thing.state == OPEN and keeps.covers(thing.unit.path):
            first, more = first or ("" if thing.to_unit_id else "receipt"), ["back"]
        waits = waits if thing.state == OPEN else ""
        steps = steps_for(DISPATCH_STEPS, "custody:dispatch-step", pk, first=first, more=more, waits=waits)
        return self.show(
            "custody/dispatch.html",
            thing=thing,
            tone=_tone(thing),
            items=_items(thing.items, request.user),
            steps=steps,
            history=history(request.user, f"custody.dispatch:{pk}"),
        )


def _items(items: QuerySet, user: Any) -> list[tuple[Any, bool]]:
    """Return the carriers of a list, and whether their pages may be opened."""
    reach = user.reach(READERS)
    rows = items.select_related("carrier__unit", "carrier__custodian").order_by("carrier__number")
    return [(row, reach.covers(row.carrier.unit.path)) for row in rows]


class DispatchAdd(Prefilled, Form):
    """Send something."""

    action, thing, lists = dispatches.Send, "custody:dispatch", "custody:dispatches"


class DispatchStep(Step):
    """The end of a dispatch."""

    steps, thing = DISPATCH_STEPS, "custody:dispatch"


class HandOvers(CustodyList):
    """What passes, or passed, from one custodian to another."""

    name = "custody.handovers"
    title = gettext_lazy("Hand-overs")
    search = ("number", "giver__name", "giver__number", "taker__name", "taker__number", "items__carrier__number")
    order = ("-made_at", "-pk")
    empty = gettext_lazy(
        "Who leaves, changes post or goes on leave hands over what they keep, with both signatures. List a hand-over."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda h: h.number, "number"),
        Column("giver", gettext_lazy("Who gives"), lambda h: h.giver.name, "giver__name"),
        Column("taker", gettext_lazy("Who takes"), lambda h: h.taker.name, "taker__name"),
        Column("reason", gettext_lazy("Reason"), lambda h: h.get_reason_display(), "reason"),
        Column("count", gettext_lazy("Carriers"), lambda h: h.count, "count", "number"),
        Column("made", gettext_lazy("Listed"), lambda h: h.made_at, "made_at", "moment"),
        Column("giver_signed", gettext_lazy("Giver signed"), lambda h: h.giver_signed, "giver_signed", "moment"),
        Column("taker_signed", gettext_lazy("Taker signed"), lambda h: h.taker_signed, "taker_signed", "moment"),
        state_column(_tone),
    )
    filters = (
        unit_filter(),
        _state(HANDOVER_STATES),
        Filter("reason", gettext_lazy("Reason"), pairs(REASONS), lambda rows, value: rows.filter(reason=value)),
    )

    def rows(self) -> QuerySet:
        rows = HandOver.objects.filter(self.request.user.reach(self.roles).within("unit__path"))
        return rows.select_related("giver", "taker").annotate(count=Count("items", distinct=True)).distinct()

    def address(self, row: Any) -> str:
        return reverse("custody:handover", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(handovers.Propose)
        return [(_("List a hand-over"), reverse("custody:handover-add"))] if may else []


HANDOVER_STEPS: dict[str, type[Action]] = {
    "give": handovers.SignGiver,
    "take": handovers.SignTaker,
    "paper": handovers.SignOnPaper,
    "cancel": handovers.Cancel,
}


class OneHandOver(Page):
    """A hand-over: for who keeps the ledger, and for both sides."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = request.user
        thing = HandOver.objects.select_related("unit", "giver", "taker").filter(pk=pk).first()
        mine = thing is not None and user.person_id in {thing.giver_id, thing.taker_id}
        if thing is None or not (mine or user.reach(READERS).covers(thing.unit_path)):
            raise Http404
        first, more, waits = "", [], ""
        if thing.waits_for(user.person):
            first = "give" if thing.giver_id == user.person_id else "take"
        elif thing.state == OPEN:
            turn = thing.taker if thing.giver_signed else thing.giver
            waits = _("%(who)s signs next.") % {"who": turn.name}
        if thing.state == OPEN and user.reach(KEEPERS).covers(thing.unit_path):
            more = ["cancel"] if mine else ["paper", "cancel"]
        steps = steps_for(HANDOVER_STEPS, "custody:handover-step", pk, first=first, more=more, waits=waits)
        return self.show(
            "custody/handover.html",
            thing=thing,
            tone=_tone(thing),
            items=_items(thing.items, user),
            steps=steps,
            history=history(user, f"custody.handover:{pk}"),
        )


class HandOverAdd(Prefilled, Form):
    """List a hand-over."""

    action, thing, lists = handovers.Propose, "custody:handover", "custody:handovers"


class HandOverStep(Step):
    """A signature, or the end without one."""

    steps, thing = HANDOVER_STEPS, "custody:handover"


class Destructions(CustodyList):
    """Lists for destruction and their certificates."""

    name = "custody.destructions"
    title = gettext_lazy("Destruction")
    search = ("number", "certificate", "reason", "first__name", "second__name", "items__carrier__number")
    order = ("-made_at", "-pk")
    empty = gettext_lazy(
        "What is no longer needed is listed, approved, and destroyed before two supervisors. List carriers."
    )
    columns = (
        Column("number", gettext_lazy("List number"), lambda d: d.number, "number"),
        Column("reason", gettext_lazy("Reason"), lambda d: d.reason, "reason"),
        Column("count", gettext_lazy("Carriers"), lambda d: d.count, "count", "number"),
        Column("first", gettext_lazy("First supervisor"), lambda d: d.first.name, "first__name"),
        Column("second", gettext_lazy("Second supervisor"), lambda d: d.second.name, "second__name"),
        Column("signed", gettext_lazy("Signatures"), lambda d: f"{d.signed} / 2"),
        Column("made", gettext_lazy("Listed"), lambda d: d.made_at, "made_at", "moment"),
        Column(
            "certificate", gettext_lazy("Certificate of destruction, number"), lambda d: d.certificate, "certificate"
        ),
        state_column(_tone),
    )
    filters = (unit_filter(), _state(DESTRUCTION_STATES))

    def rows(self) -> QuerySet:
        rows = Destruction.objects.filter(self.request.user.reach(self.roles).within("unit__path"))
        count = Count("items", filter=Q(items__struck=""), distinct=True)
        return rows.select_related("first", "second").annotate(count=count).distinct()

    def address(self, row: Any) -> str:
        return reverse("custody:destruction", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        may = self.request.user.may_act(destructions.ListDestruction)
        return [(_("List for destruction"), reverse("custody:destruction-add"))] if may else []


DESTRUCTION_STEPS: dict[str, type[Action]] = {
    "ask": destructions.AskDestruction,
    "supervise": destructions.Supervise,
    "strike": destructions.Strike,
    "cancel": destructions.CancelDestruction,
}


class OneDestruction(Page):
    """A list for destruction: for who keeps the ledger, and for its supervisors."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = request.user
        thing = Destruction.objects.select_related("unit", "first", "second").filter(pk=pk).first()
        mine = thing is not None and user.person_id in {thing.first_id, thing.second_id}
        if thing is None or not (mine or user.reach(READERS).covers(thing.unit_path)):
            raise Http404
        state = asking.state(flows.DESTROY, thing)
        steps = _next(thing, state, user)
        return self.show(
            "custody/destruction.html",
            thing=thing,
            tone=_tone(thing),
            items=_items(thing.items.filter(struck=""), user),
            struck=_items(thing.items.exclude(struck=""), user),
            approval=state,
            steps=steps,
            history=history(user, f"custody.destruction:{pk}"),
        )


def _next(thing: Destruction, approval: Any, user: Any) -> Steps:
    """Return the steps about a list: whose turn it is, and what else may be done."""
    if thing.state != OPEN:
        return Steps()
    keeps, asked = user.reach(KEEPERS).covers(thing.unit_path), approval.state in {"waiting", "granted"}
    first, waits = "", ""
    if thing.waits_for(user.person) and approval.state == "granted":
        first = "supervise"
    elif keeps and not asked:
        first = "ask"
    elif approval.state == "granted":
        left = [one.name for one in (thing.first, thing.second) if thing.waits_for(one)]
        waits = _("%(who)s signs next.") % {"who": "、".join(left)}
    more = ([] if thing.signed else ["strike"]) + ["cancel"] if keeps else []
    return steps_for(DESTRUCTION_STEPS, "custody:destruction-step", thing.pk, first=first, more=more, waits=waits)


class DestructionAdd(Prefilled, Form):
    """List carriers."""

    action, thing, lists = destructions.ListDestruction, "custody:destruction", "custody:destructions"


class DestructionStep(Step):
    """Ask, strike, sign, cancel."""

    steps, thing = DESTRUCTION_STEPS, "custody:destruction"
