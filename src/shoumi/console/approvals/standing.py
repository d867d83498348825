"""How a request stands: who may still sign it, whether what was granted still holds, and the sentence that says so.

Enters a request with its decisions, leaves words and sets of accounts; changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shoumi.console.accounts.models import User
from shoumi.console.action import plain
from shoumi.console.approvals.flow import Flow
from shoumi.console.approvals.models import (
    APPROVE,
    GRANTED,
    LAPSED,
    REFUSED,
    RETURNED,
    SPENT,
    WAITING,
    WITHDRAWN,
    Decision,
    Request,
)
from shoumi.console.approvals.who import Case, Roll, complete, possible, wanted
from shoumi.console.audit import canonical


def canonical_text(snapshot: Mapping[str, Any]) -> str:
    """Return a snapshot as the one text that it is hashed as."""
    return canonical.dumps(json.loads(json.dumps(dict(snapshot), default=plain)))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a canonical snapshot."""
    return hashlib.sha256(text.encode()).hexdigest()


def lapse(request: Request, flow: Flow, text: str | None = None) -> str:
    """Return why a granted request is good no more; empty when it still is. ``text``: the facts as they are now."""
    if request.until is not None and request.until < timezone.now():
        return _("it was not used until %(day)s.") % {"day": timezone.localtime(request.until).date().isoformat()}
    if text is not None and text != request.snapshot:
        return _("what was approved has changed since (%(what)s).") % {"what": differing(request, flow, text)}
    ended = _right_ended(request, flow)
    if ended:
        return _("%(who)s no longer has the right to approve it.") % {"who": ended}
    return ""


def gone(request: Request) -> str:
    """Return why an open request makes no sense any more; empty when it does."""
    if not request.applicant.is_active:
        return _("the applicant has left.")
    return "" if request.thing() is not None else _("what it was about is not there any more.")


def differing(request: Request, flow: Flow, text: str) -> str:
    """Return the names of the facts that differ, in words."""
    before, now = json.loads(request.snapshot), json.loads(text)
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return listed(str(flow.words.get(key, key)) for key in keys) or _("its form")


def sentence(request: Request, flow: Flow) -> str:
    """Say in one sentence how a request stands and what comes next."""
    if request.state == WAITING:
        return _("This waits for approval by %(who)s, until %(day)s.") % {
            "who": names(waits_for(request, flow)) or flow.steps[request.step].who.words(),
            "day": timezone.localtime(request.due).date().isoformat() if request.due else "—",
        }
    day = timezone.localtime(request.settled or request.asked).date().isoformat()
    texts = {
        RETURNED: _("It was returned for change: %(why)s Change it and ask again."),
        GRANTED: _("It was approved on %(day)s and may be done now."),
        SPENT: _("The approval of %(day)s has been used already. Ask again if it is needed once more."),
        REFUSED: _("It was refused on %(day)s: %(why)s"),
        WITHDRAWN: _("The request was withdrawn on %(day)s. Ask again if it is still needed."),
        LAPSED: _("The approval has lapsed: %(why)s Ask again."),
    }
    return texts[request.state] % {"day": day, "why": request.why or _("no reason given.")}


def case(request: Request, *, raised: int | None = None) -> Case:
    """Return what decides who may sign: the unit, the applicant and the person it is about, who may not."""
    barred = {request.applicant_id}
    if request.about_id:
        barred |= set(User.objects.filter(person_id=request.about_id).values_list("pk", flat=True))
    return Case(request.unit.path, frozenset(barred), request.raised if raised is None else raised)


def signers(request: Request, decisions: Iterable[Decision], step: int) -> list[int]:
    """Return who has signed a step in this round."""
    return [
        one.user_id
        for one in decisions
        if (one.round, one.step, one.verdict) == (request.round, step, APPROVE) and one.digest == request.digest
    ]


def earlier(request: Request, flow: Flow, decisions: Sequence[Decision], step: int) -> set[int]:
    """Return who may not sign a step because they signed one before it."""
    if flow.steps[step].again:
        return set()
    return {user for number in range(step) for user in signers(request, decisions, number)}


def waits_for(request: Request, flow: Flow, roll: Roll | None = None, about: Case | None = None) -> frozenset[int]:
    """Return the accounts that may sign now."""
    if request.state != WAITING:
        return frozenset()
    decisions, step = list(request.decisions.all()), request.step
    here = (about or case(request)).without(earlier(request, flow, decisions, step))
    return wanted(flow.steps[step].who, signers(request, decisions, step), here, roll or Roll.load())


def leaves_enough(request: Request, flow: Flow, user: int, roll: Roll) -> bool:
    """Say whether the later steps can still be signed by others once this account has signed the current one."""
    gone = {user} | {one for n in range(request.step + 1) for one in signers(request, request.decisions.all(), n)}
    later = [step.who for step in flow.steps[request.step + 1 :] if not step.again]
    return not later or possible(later, case(request, raised=0).without(gone), roll)


def listed(parts: Iterable[str]) -> str:
    """Return parts in a row, with the comma of the language."""
    return ("、" if (get_language() or "").startswith("zh") else ", ").join(parts)


def names(users: Iterable[int]) -> str:
    """Return the names of accounts, at most four of them."""
    found = list(
        User.objects.filter(pk__in=list(users)).order_by("person__name").values_list("person__name", flat=True)
    )
    shown = listed(found[:4])
    return _("%(names)s and %(n)d more") % {"names": shown, "n": len(found) - 4} if len(found) > 4 else shown


def ever(request: Request, flow: Flow, roll: Roll | None = None) -> frozenset[int]:
    """Return the accounts that could sign some step of it, now or later."""
    here, roll = case(request), roll or Roll.load()
    return frozenset().union(*(wanted(step.who, [], here, roll) for step in flow.steps))


def as_it_is(request: Request, flow: Flow) -> str | None:
    """Return the canonical snapshot of the thing as it is now; None when its flow cannot tell, or it is gone."""
    thing = request.thing() if flow.facts else None
    return canonical_text(flow.facts(thing)) if flow.facts and thing is not None else None


def overtaken(request: Request, flow: Flow) -> str:
    """Say to somebody who came second who was first and what they decided."""
    last = request.decisions.filter(round=request.round).select_related("user__person").last()
    if last is None or request.state in {WITHDRAWN, LAPSED}:
        return sentence(request, flow)
    return _("%(who)s decided this on %(time)s: %(what)s. Nothing is left to decide.") % {
        "who": last.user.get_full_name(),
        "time": timezone.localtime(last.at).strftime("%Y-%m-%d %H:%M"),
        "what": last.get_verdict_display(),
    }


def not_now(request: Request, flow: Flow, user: int) -> str:
    """Say why somebody who is concerned cannot sign the current step."""
    mine = request.decisions.filter(round=request.round, user=user).exists()
    first = _("You have signed already.") if mine else _("This step is signed by others.")
    return f"{first} {sentence(request, flow)}"


def _right_ended(request: Request, flow: Flow) -> str:
    """Return the name of somebody whose signature counts no more; empty when all still count."""
    decisions = [one for one in request.decisions.select_related("user__person") if one.verdict == APPROVE]
    roll = Roll.load()
    for number, step in enumerate(flow.steps):
        here = [one for one in decisions if (one.round, one.step) == (request.round, number)]
        raised = max((one.raised for one in here), default=0)
        about = case(request, raised=raised).without(earlier(request, flow, decisions, number))
        if not complete(step.who, signers(request, decisions, number), about, roll):
            kept = wanted(step.who, [], about, roll)
            gone = next((one for one in here if one.user_id not in kept), None)
            return gone.user.get_full_name() if gone else str(step.label)
    return ""
