"""Asking for approval and using it: the door for every other room.

    request = asking.ask(act, FLOW, thing, snapshot, reason)     in the write() of the action that asks
    self.request = asking.granted(FLOW, thing, snapshot)         in the check() of the action that does it
    asking.spend(self.request)                                   in its write(): a granted request works once
    asking.state(FLOW, thing)                                    for pages

``snapshot`` holds the JSON facts that are approved. What is granted is granted for these facts and no others; it lapses
when they change, when a signer's right ends before it was used, or when it was not used in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Action, Unmet
from shoumi.console.approvals import telling
from shoumi.console.approvals.flow import Flow, find
from shoumi.console.approvals.models import GRANTED, LAPSED, OPEN, RETURNED, SPENT, WAITING, Request
from shoumi.console.approvals.standing import canonical_text as canonical
from shoumi.console.approvals.standing import case, digest_of, earlier, lapse, sentence, signers
from shoumi.console.approvals.who import Roll, complete, possible


def ask(act: Action, flow: Flow | str, thing: models.Model, snapshot: Mapping[str, Any], reason: str) -> Request:
    """Ask, or ask again after a return. Raises Unmet when it was asked already, or when nobody could sign."""
    flow, user = find(flow), act.actor
    if not isinstance(user, User):
        raise Unmet(_("Only a person can ask for approval."))
    text = canonical(snapshot)
    request = _open(flow, thing, lock=True)
    if request is not None and request.state == RETURNED and request.applicant_id == user.pk:
        request.before, request.round = request.snapshot, request.round + 1
    else:
        if request is not None:
            _make_room(request, text)
        request = Request(flow=flow.name, kind=thing._meta.label_lower, key=str(thing.pk), applicant=user)
    request.title, request.unit = str(thing)[:300], unit_of(thing)
    request.about = flow.about(thing) if flow.about else None
    request.reason, request.snapshot, request.digest = reason.strip(), text, digest_of(text)
    _able(flow, request)
    _begin(request, flow)
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise Unmet(_("Somebody else has asked for this at the same moment. Reload the page.")) from error
    telling.announce(request, flow)
    return request


def granted(flow: Flow | str, thing: models.Model, snapshot: Mapping[str, Any]) -> Request:
    """Return the request that allows exactly this, locked; raise Unmet with a sentence that says what is missing."""
    flow = find(flow)
    request = _open(flow, thing, lock=connection.in_atomic_block) or _last(flow, thing)
    if request is None:
        raise Unmet(_("This needs approval, and nobody has asked for it yet. Ask for it first."))
    if request.state != GRANTED:
        raise Unmet(sentence(request, flow))
    why = lapse(request, flow, canonical(snapshot))
    if why:
        raise Unmet(_("The approval has lapsed: %(why)s Ask again.") % {"why": why})
    return request


def spend(request: Request) -> None:
    """Use a granted request up. Raises Unmet when somebody else was quicker."""
    now = timezone.now()
    if not Request.objects.filter(pk=request.pk, state=GRANTED).update(state=SPENT, spent=now):
        raise Unmet(_("This approval has been used already. Ask again if it is needed once more."))
    request.state, request.spent = SPENT, now


@dataclass(frozen=True, slots=True)
class State:
    """How a thing stands in a flow, for its page. ``request`` is None when nobody ever asked."""

    request: Request | None
    sentence: str
    tone: str = ""

    @property
    def address(self) -> str:
        """Return the page of the request."""
        return reverse("approvals:request", args=(self.request.pk,)) if self.request else ""

    @property
    def state(self) -> str:
        """Return waiting, returned, granted, used, refused, withdrawn or lapsed; empty when nobody ever asked."""
        return self.request.state if self.request else ""


def state(flow: Flow | str, thing: models.Model) -> State:
    """Return how a thing stands in a flow."""
    flow = find(flow)
    request = _open(flow, thing) or _last(flow, thing)
    if request is None:
        return State(None, _("Nobody has asked for approval yet."))
    return State(request, sentence(request, flow), request.tone)


def advance(request: Request, flow: Flow) -> None:
    """Go on after a signature: stay, take the next step, or be granted."""
    decisions, step = list(request.decisions.all()), request.step
    here = case(request).without(earlier(request, flow, decisions, step))
    if not complete(flow.steps[step].who, signers(request, decisions, step), here, Roll.load()):
        return
    if step + 1 < len(flow.steps):
        request.step = step + 1
        _step(request, flow)
        return
    now = timezone.now()
    request.state, request.settled, request.due = GRANTED, now, None
    request.until = now + timedelta(days=flow.valid)


def unit_of(thing: models.Model) -> Unit:
    """Return the unit that a thing belongs to; what is the whole office's belongs to the topmost unit."""
    path = getattr(thing, "unit_path", "")
    found = Unit.objects.filter(path=path).first() if path else Unit.objects.filter(parent=None).order_by("pk").first()
    if found is None:
        raise Unmet(_("It belongs to no unit, so nobody could approve it."))
    return found


def _rows(flow: Flow, thing: models.Model) -> Any:
    rows = Request.objects.select_related("unit", "applicant__person")
    return rows.filter(flow=flow.name, kind=thing._meta.label_lower, key=str(thing.pk))


def _open(flow: Flow, thing: models.Model, *, lock: bool = False) -> Request | None:
    rows = _rows(flow, thing).filter(state__in=OPEN)
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _last(flow: Flow, thing: models.Model) -> Request | None:
    return _rows(flow, thing).first()


def _make_room(request: Request, text: str) -> None:
    """Close an open request that a new one replaces, or say why it cannot."""
    flow = find(request.flow)
    if request.state == WAITING:
        raise Unmet(_("This was asked already. %(state)s") % {"state": sentence(request, flow)})
    if request.state == RETURNED and request.applicant.is_active:
        name = request.applicant.get_full_name()
        raise Unmet(
            _("%(who)s has asked for this and was told to change it; they ask again or withdraw.") % {"who": name}
        )
    why = lapse(request, flow, text) if request.state == GRANTED else _("the applicant has left.")
    if not why:
        raise Unmet(_("This is approved already and may be done now."))
    request.state, request.why = LAPSED, why[:500]
    request.save()


def _able(flow: Flow, request: Request) -> None:
    """Refuse a request that nobody could ever sign."""
    here, roll = case(request, raised=0), Roll.load()
    strict = [step.who for step in flow.steps if not step.again]
    for step in flow.steps:
        if not possible([step.who], here, roll):
            raise Unmet(
                _("Nobody could sign the step “%(step)s” (%(who)s). The security administrator gives the role, or the "
                  "system administrator names the leader.") % {"step": step.label, "who": step.who.words()}
            )  # fmt: skip
    if not possible(strict, here, roll):
        raise Unmet(_("There are not enough different people for all steps of this approval."))


def _begin(request: Request, flow: Flow) -> None:
    request.state, request.step, request.asked = WAITING, 0, timezone.now()
    request.settled = request.until = None
    request.why = ""
    _step(request, flow)


def _step(request: Request, flow: Flow) -> None:
    request.raised, request.reminded = 0, False
    request.due = timezone.now() + timedelta(days=flow.days_for(request.step))
