"""Disposals: the list, one disposal with its media and its one next step, its forms, the methods as a table."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy

from shoumi.console import levels
from shoumi.console.action import Action
from shoumi.console.approvals import asking
from shoumi.console.areas.devices import methods, models
from shoumi.console.areas.devices.actions import disposals as acts
from shoumi.console.areas.devices.actions.base import READERS
from shoumi.console.areas.devices.flows import DISPOSE
from shoumi.console.areas.devices.models import ARRANGED, ASKED, CANCELLED, CLOSED, SANITISED, VERIFIED, Disposal
from shoumi.console.areas.devices.views.base import Form, Seen, below, could, history, lying, units
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import Page
from shoumi.console.roles import OFFICER

STEPS: dict[str, type[Action]] = {
    "sanitise": acts.SanitiseDisposed, "verify": acts.VerifyDisposed, "reject": acts.RejectDisposed,
    "sell": acts.SellDisposed, "donate": acts.DonateDisposed, "repurpose": acts.RepurposeDisposed,
    "destroy": acts.DestroyDisposed, "cancel": acts.CancelDisposal,
}  # fmt: skip
PROOFS: dict[str, type[Action]] = {"certificate": acts.UploadCertificate, "evidence": acts.RecordEvidence}
_END = {methods.SOLD: "sell", methods.DONATED: "donate", methods.REPURPOSED: "repurpose", methods.DESTROYED: "destroy"}


def tone(disposal: Disposal) -> str:
    """Return the tone of a state's badge."""
    return {CLOSED: "jade", VERIFIED: "jade", CANCELLED: ""}.get(disposal.state, "amber")


class Disposals(ListPage):
    """All disposals of one's units."""

    name = "devices.disposals"
    title = gettext_lazy("Disposals")
    template = "devices/list.html"
    roles = READERS
    search = ("number", "device__number", "reason", "device__words")
    order = ("-asked_at", "-pk")
    empty = gettext_lazy(
        "Each device that goes, from the request to the certificate. First retire the device in the ledger; then its "
        "disposal is asked for, approved, sanitised, proved and verified."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda d: d.number, "number"),
        Column("device", gettext_lazy("Device"), lambda d: str(d.device), "device__number"),
        Column("state", gettext_lazy("State"), lambda d: d.get_state_display(), "state", "badge", tone=tone),
        Column("end", gettext_lazy("Afterwards"), lambda d: d.get_end_display(), "end"),
        Column("level", gettext_lazy("Level"), lambda d: d.get_level_display(), "level", "badge",
               tone=lambda d: levels.tone(d.level)),
        Column("unit", gettext_lazy("Unit"), lambda d: d.device.unit.name, "device__unit__name"),
        Column("asked", gettext_lazy("Asked for on"), lambda d: d.asked_at, "asked_at", "day"),
        Column("closed", gettext_lazy("Closed on"), lambda d: d.closed_at, "closed_at", "day", shown=False),
    )  # fmt: skip
    filters = (
        Filter("unit", gettext_lazy("Unit"), units(READERS), below("device__unit")),
        Filter("state", gettext_lazy("State"), pairs((("open", gettext_lazy("all open")), *models.DISPOSAL_STATES)),
               lambda rows, value: rows.filter(open=True) if value == "open" else rows.filter(state=value)),
        Filter("end", gettext_lazy("Afterwards"), pairs(methods.ENDS), lambda rows, value: rows.filter(end=value)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return Disposal.objects.filter(lying(self.request.user.reach(self.roles))).select_related("device__unit")

    def address(self, row: Any) -> str:
        return reverse("devices:disposal", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(gettext_lazy("Methods and levels"), reverse("devices:methods"))]


class OneDisposal(Seen):
    """A disposal: facts, media with their proofs, the one next step."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Disposal.objects.select_related(
            "device__unit", "device__responsible", "asked_by__person", "sanitised_by__person", "verified_by__person"
        )
        me = request.user
        disposal = self.find(rows, pk, Q(asked_by=me) | Q(device__responsible=me.person))
        media = list(disposal.media.select_related("seen_by"))
        approval = asking.state(DISPOSE, disposal)
        main, more = steps(disposal, media, me, approval)
        return self.show(
            "devices/disposal.html",
            disposal=disposal,
            tones=(levels.tone(disposal.level), tone(disposal)),
            approval=approval,
            media=media,
            main=main,
            more=more,
            back=disposal.state == ARRANGED,
            outcome=[(_OUTCOME[name], _SHRED.get(value, value) if name == "method" else value)
                     for name, value in disposal.outcome.items() if name in _OUTCOME],
            history=history(disposal, me.reach({OFFICER})),
            sees=me.reach(READERS).covers(disposal.device.unit.path),
        )  # fmt: skip


_SHRED = dict(methods.SHRED)
_OUTCOME = {
    "recipient": gettext_lazy("To whom"), "paper": gettext_lazy("Contract or receipt number"),
    "method": gettext_lazy("Method"), "where": gettext_lazy("Where, and by whom"),
    "first": gettext_lazy("First supervisor"), "second": gettext_lazy("Second supervisor"),
    "reason": gettext_lazy("Reason"),
}  # fmt: skip


def steps(disposal: Disposal, media: Any, user: Any, approval: Any) -> tuple[Any, list[Any]]:
    """Return the next step and the others, as far as this account may take them."""
    end = _END[disposal.end]
    usual = {ASKED: "sanitise", ARRANGED: "sanitise", VERIFIED: end}.get(disposal.state, "")
    if end == "destroy" and disposal.state in {ASKED, ARRANGED}:
        usual = "destroy"
    button, others = None, []
    if disposal.state == SANITISED:
        waiting = [one for one in media if not one.proved]
        usual = "" if waiting else "verify"
        if waiting:
            button = _proof(waiting[0], user)
        others += [_proof(one, user) for one in waiting[1:]]
        others.append(_button(disposal, user, "reject"))
    if usual and not (disposal.state == ASKED and approval.state != "granted"):
        button = _button(disposal, user, usual)
    if disposal.state in {ASKED, ARRANGED}:
        others.append(_button(disposal, user, "cancel"))
    if disposal.open and usual != "destroy" and not (disposal.state == ASKED and approval.state != "granted"):
        others.append(_button(disposal, user, "destroy"))
    return button, [one for one in others if one is not None]


def _button(disposal: Disposal, user: Any, name: str) -> Any:
    action = STEPS[name]
    if not could(action, user, disposal.pk):
        return None
    return action.label, reverse("devices:disposal-step", args=(disposal.pk, name)), action.grave


def _proof(medium: Any, user: Any) -> Any:
    name = "certificate" if medium.imaged else "evidence"
    action = PROOFS[name]
    if not could(action, user, medium.pk):
        return None
    return f"{action.label}: {medium.serial}", reverse("devices:proof", args=(medium.pk, name)), False


class AskForDisposal(Form):
    """Ask for the disposal of one device."""

    action, thing = acts.AskDisposal, "devices:disposal"

    def back(self, act: Action) -> str:
        del act
        return reverse("devices:mine")


class DisposalStep(Form):
    """One step of a disposal; the address names which."""

    thing = "devices:disposal"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = STEPS[options["step"]]  # type: ignore[misc]  # one class serves all steps


class Proof(Form):
    """What proves one medium."""

    thing = "devices:disposal"

    def setup(self, request: HttpRequest, *arguments: Any, **options: Any) -> None:
        super().setup(request, *arguments, **options)
        self.action = PROOFS[options["proof"]]  # type: ignore[misc]  # one class serves both proofs

    def back(self, act: Action) -> str:
        return reverse("devices:disposal", args=(act.target.disposal_id,))


class Methods(Page):
    """Which technique is enough for which level, medium by medium."""

    roles = READERS

    def get(self, request: HttpRequest) -> HttpResponse:
        del request
        shown, names = levels.LEVELS, dict(methods.METHODS)
        table = [
            (label, [(one, names[one.method], [(name, one in methods.allowed(medium, key)) for key, name in shown])
                     for one in methods.TECHNIQUES.values() if medium in one.media])
            for medium, label in methods.MEDIA
        ]  # fmt: skip
        return self.show("devices/methods.html", table=table, levels=[label for _key, label in shown])
