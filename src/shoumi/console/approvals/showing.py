"""A request as people read it: one sentence, the facts, what changed, who signed; for the page and the printed form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shoumi.console.approvals import standing
from shoumi.console.approvals.flow import Flow, Step
from shoumi.console.approvals.models import APPROVE, WAITING, Decision, Request


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that is not what it was: its name, before, now."""

    label: Any
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the flow as the page shows it: its name, who signs it, who has, whether it is the current one."""

    label: Any
    who: str
    signed: list[Decision]
    current: bool


@dataclass(frozen=True, slots=True)
class About:
    """Everything about a request that a page or a form shows."""

    kind: Any
    sentence: str
    standing: str
    clause: Any
    facts: list[tuple[Any, str]]
    changed: list[Change]  # of the thing, since it was asked
    edited: list[Change]  # by the applicant, since it was returned
    lines: list[Line]
    notes: list[Decision]  # returns and refusals, of all rounds
    level: Any


def about(request: Request, flow: Flow) -> About:
    """Return what there is to show."""
    now = standing.as_it_is(request, flow) if request.state in {"waiting", "granted", "returned"} else None
    decisions = list(request.decisions.select_related("user__person"))
    return About(
        kind=flow.label,
        sentence=sentence(request, flow),
        standing=standing.sentence(request, flow),
        clause=flow.clause,
        facts=[(name(flow, key), reads(flow, key, one)) for key, one in in_order(flow, request.facts)],
        changed=changes(flow, request.snapshot, now) if now else [],
        edited=changes(flow, request.before, request.snapshot) if request.before else [],
        lines=[
            Line(step.label, _who(step), _signed(request, decisions, number), _current(request, number))
            for number, step in enumerate(flow.steps)
        ],
        notes=[one for one in decisions if one.verdict != APPROVE],
        level=level(request, flow),
    )


def sentence(request: Request, flow: Flow) -> str:
    """Say in one sentence what is decided."""
    facts = {key: reads(flow, key, one) for key, one in request.facts.items()}
    try:
        return str(flow.sentence) % facts if flow.sentence else f"{flow.label}: {request.title}"
    except (KeyError, ValueError, TypeError):
        return f"{flow.label}: {request.title}"


def changes(flow: Flow, before: str, now: str) -> list[Change]:
    """Return the facts that differ between two snapshots."""
    old, new = json.loads(before), json.loads(now)
    return [
        Change(name(flow, key), reads(flow, key, old.get(key)), reads(flow, key, new.get(key)))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]


def in_order(flow: Flow, found: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return facts in the order in which the flow names them; canonical text sorts them by key."""
    order = list(flow.words)
    return sorted(found.items(), key=lambda fact: order.index(fact[0]) if fact[0] in order else len(order))


def name(flow: Flow, key: str) -> Any:
    """Return a fact's name in words."""
    return flow.words.get(key, key)


def reads(flow: Flow, key: str, one: Any) -> str:
    """Return a fact's value as people read it."""
    return value(flow.values[key](one) if key in flow.values and one not in {None, ""} else one)


def value(one: Any) -> str:
    """Return a fact as text."""
    if one is None or one == "":
        return "—"
    if isinstance(one, bool):
        return _("yes") if one else _("no")
    if isinstance(one, list):
        return standing.listed(value(part) for part in one)
    if isinstance(one, dict):
        return standing.listed(f"{key}: {value(part)}" for key, part in one.items())
    return str(one)


def level(request: Request, flow: Flow) -> Any:
    """Return the level that is printed on the form; the thing's own, or the one in the snapshot."""
    thing = request.thing() if flow.level else None
    return flow.level(thing) if flow.level and thing is not None else request.facts.get("level", "")


def place(request: Request, flow: Flow) -> str:
    """Return the page of the thing itself."""
    thing = request.thing() if flow.page else None
    return flow.page(thing) if flow.page and thing is not None else ""


def _who(step: Step) -> str:
    """Return who signs a step, unless its name says so already."""
    words = step.who.words()
    return "" if words.casefold() in str(step.label).casefold() else words


def _signed(request: Request, decisions: list[Decision], step: int) -> list[Decision]:
    return [one for one in decisions if (one.round, one.step, one.verdict) == (request.round, step, APPROVE)]


def _current(request: Request, step: int) -> bool:
    return request.state == WAITING and request.step == step
