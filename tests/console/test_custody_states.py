"""Whatever people do, in whatever order: every carrier is somewhere, one person's, and nothing skips a rule.

Hypothesis draws sequences of actions by all people over a few carriers and lists, right or wrong; the room's promises are
checked after every step.
"""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoumi.console.accounts.models import Person
from shoumi.console.action import ActionError, Door, registry
from shoumi.console.approvals import asking
from shoumi.console.approvals.actions import Approve
from shoumi.console.audit.models import Entry
from shoumi.console.custody import flows, states
from shoumi.console.custody.models import (
    Carrier,
    CopyOrder,
    Descent,
    Destruction,
    DestructionItem,
    Dispatch,
    DispatchItem,
    HandOver,
    HandOverItem,
    Loan,
    Policy,
    StockTake,
    Ticket,
)
from shoumi.console.levels import rank

spec = importlib.util.spec_from_file_location("custody_examples_states", Path(__file__).parent / "examples_custody.py")
ex = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ex)

RIGHT = "right"
PEOPLE = ("dana", "leader", "approver", "area", "staff")
STEPS = (
    "lend", "lend with ticket", "return", "prolong", "carry ask", "carry start", "carry withdraw", "copy ask", "copy make",
    "send", "send in house", "receipt", "accept", "back", "hand list", "give", "take", "hand cancel", "list", "strike",
    "ask", "supervise", "list cancel", "archive", "take out", "miss", "find", "level", "declassify", "review", "compile",
    "ticket", "phone back", "count", "sign off", "approve", "move",
)  # fmt: skip


def test_the_table_of_steps_is_closed():
    """Every step leads between known states, every live state can end, and nothing leaves the end."""
    for step in states.STEPS.values():
        assert step.before <= set(states.NAMES)
        assert step.after is None or step.after in states.NAMES
        assert not step.before & states.ENDED
    reached = {states.KEPT}
    for _round in states.STEPS:
        reached |= {step.after for step in states.STEPS.values() if step.after and step.before & reached}
    assert reached == set(states.NAMES)
    into_destroyed = [name for name, step in states.STEPS.items() if step.after == states.DESTROYED]
    assert into_destroyed == ["destroy"]
    assert states.STEPS["destroy"].before == {states.CONDEMNED}


def _pick(rows, number):
    rows = list(rows)
    return rows[number % len(rows)] if rows else None


def _try(world, name, actor, target, **given):
    """Do it as somebody; a refusal is an answer."""
    try:
        with transaction.atomic():
            registry()[name].run(actor, target, door=Door("page", "", timezone.now()), **given)
    except ActionError:
        return False
    return True


def act(world, step, who, one, other):
    """Do one step as somebody, about things chosen by number; whatever is missing makes it nothing."""
    carrier, second = _pick(Carrier.objects.all(), one), _pick(Carrier.objects.all(), other)
    person, mate = _pick(world.cast, other), _pick(world.cast, one + other)
    loan, ticket = _pick(Loan.objects.all(), one), _pick(Ticket.objects.all(), other)
    sent, hand = _pick(Dispatch.objects.all(), one), _pick(HandOver.objects.all(), one)
    listed, order = _pick(Destruction.objects.all(), one), _pick(CopyOrder.objects.all(), one)
    where = {"custodian": person.number, "place": world.safe.pk}
    carry = {**ex.CARRY, "borrower": person.number, "companion": mate.number, "due_on": ex.soon()}
    lend = {"borrower": person.number, "purpose": "read", "due_on": ex.soon(), "where": "room"}
    seen = {"seen": [item.carrier.number for item in listed.items.filter(open=True)]} if listed else {}
    take = StockTake.objects.filter(state="open").first()
    actor = getattr(world, who) if who != RIGHT else _right(world, step, hand, listed)
    steps = {
        "lend": lambda: ("custody.loan.lend", carrier, lend),
        "lend with ticket": lambda: ("custody.loan.lend", carrier, {**lend, "ticket": ticket.number}),
        "return": lambda: ("custody.loan.return", loan, {"complete": "on"}),
        "prolong": lambda: ("custody.loan.prolong", loan, {"due_on": ex.soon(9), "reason": "x"}),
        "carry ask": lambda: ("custody.carry.ask", carrier, carry),
        "carry start": lambda: ("custody.carry.start", loan, {}),
        "carry withdraw": lambda: ("custody.carry.withdraw", loan, {"reason": "x"}),
        "copy ask": lambda: ("custody.copy.ask", carrier, {"how": "copy", "copies": 1, "purpose": "x"}),
        "copy make": lambda: ("custody.copy.make", order, {"kind": "paper", **where}),
        "send": lambda: ("custody.dispatch.send", None, {**ex.SENT, "carriers": f"{carrier.number} {second.number}"}),
        "send in house": lambda: (
            "custody.dispatch.send", None,
            {**ex.SENT, "carriers": carrier.number, "to_unit": world.cellar.pk, "route": "in-house"}),
        "receipt": lambda: ("custody.dispatch.receipt", sent, {"received_by": "x", "receipt": "1", "seal_state": "intact"}),
        "accept": lambda: ("custody.dispatch.accept", sent, {"seal_state": "intact", **where}),
        "back": lambda: ("custody.dispatch.back", sent, {"seal_state": "intact", "note": "x"}),
        "hand list": lambda: (
            "custody.handover.list", None,
            {"giver": carrier.custodian.number, "taker": person.number, "reason": "post",
             "carriers": carrier.number if one % 2 else ""}),
        "give": lambda: ("custody.handover.give", hand, {}),
        "take": lambda: ("custody.handover.take", hand, {"counted": "on"}),
        "hand cancel": lambda: ("custody.handover.cancel", hand, {"reason": "x"}),
        "list": lambda: (
            "custody.destruction.list", None,
            {"carriers": f"{carrier.number} {second.number}", "reason": "x", "method": "x", "where": "x",
             "first": person.number, "second": mate.number}),
        "strike": lambda: ("custody.destruction.strike", listed, {"number": carrier.number, "reason": "x"}),
        "ask": lambda: ("custody.destruction.ask", listed, {}),
        "supervise": lambda: ("custody.destruction.supervise", listed, seen),
        "list cancel": lambda: ("custody.destruction.cancel", listed, {"reason": "x"}),
        "archive": lambda: ("custody.carrier.archive", carrier, {"archive": "A"}),
        "take out": lambda: ("custody.carrier.take-out", carrier, {"reason": "x"}),
        "miss": lambda: ("custody.carrier.miss", carrier, {"reason": "x"}),
        "find": lambda: ("custody.carrier.find", carrier, {"reason": "x"}),
        "level": lambda: (
            "custody.carrier.level", carrier,
            {"level": ("confidential", "secret", "top")[other % 3], "term": "", "basis": "x"}),
        "declassify": lambda: ("custody.carrier.declassify", carrier, {"basis": "x"}),
        "review": lambda: ("custody.carrier.review", carrier, {"result": "x"}),
        "compile": lambda: (
            "custody.carrier.compile", None,
            {"carriers": f"{carrier.number} {second.number}", "title": "x", "kind": "paper", "unit": world.north.pk, **where}),
        "ticket": lambda: ("custody.ticket.issue", None, {"zone": world.zone.pk, "person": person.number, "handset": "x"}),
        "phone back": lambda: ("custody.ticket.return", ticket, {}),
        "count": lambda: (
            ("custody.stocktake.count", take, {"number": carrier.number}) if take
            else ("custody.stocktake.begin", None, {"unit": world.north.pk})),
        "sign off": lambda: ("custody.stocktake.sign", take, {"witness": person.number}),
        "move": lambda: ("custody.carrier.move", carrier, {"place": world.safe.pk}),
    }  # fmt: skip
    if step == "approve":
        return _approve(world, one)
    try:
        name, target, more = steps[step]()
    except AttributeError:
        return False  # nothing of the kind exists yet
    return _try(world, name, actor, target, **more)


def _right(world, step, hand, listed):
    """Return the account that this step wants, so that long stories get to their end."""
    person = None
    if step in {"give", "take"} and hand:
        person = hand.giver if step == "give" else hand.taker
    elif step == "supervise" and listed:
        person = listed.second if listed.first_signed else listed.first
    users = {user.person_id: user for user in world.users.values()}
    return users[person.pk] if person else world.dana


def _approve(world, number):
    things = [(flows.CARRY_OUT, loan) for loan in Loan.objects.filter(state="asked")]
    things += [(flows.COPY, order) for order in CopyOrder.objects.filter(state="asked")]
    things += [(flows.DESTROY, listed) for listed in Destruction.objects.filter(state="open")]
    chosen = _pick(things, number)
    request = asking.state(*chosen).request if chosen else None
    if request is None:
        return False
    return _try(world, Approve.name, world.approver, request, seen=request.digest, reason="x")


def promises(before):
    """Check what must hold whatever happened."""
    rules = Policy.current()
    out = {loan.carrier_id: loan for loan in Loan.objects.filter(state="open").select_related("ticket")}
    assert len(out) == Loan.objects.filter(state="open").count()
    on_list = {
        states.SENT: set(DispatchItem.objects.filter(open=True).values_list("carrier_id", flat=True)),
        states.CONDEMNED: set(DestructionItem.objects.filter(open=True).values_list("carrier_id", flat=True)),
    }
    carriers = {carrier.pk: carrier for carrier in Carrier.objects.all()}
    assert set(before) <= set(carriers), "a carrier was lost from the ledger"
    for key, carrier in carriers.items():
        assert (carrier.holder_id is None) == (carrier.state in states.ENDED)
        assert carrier.custodian_id
        loan = out.get(key)
        assert (carrier.state in states.OUT) == (loan is not None), "in other hands without a loan, or the other way"
        if loan:
            assert carrier.holder_id == loan.borrower_id != carrier.custodian_id
            assert (carrier.state == states.CARRIED) == (loan.kind == "carry")
        elif carrier.state in states.LIVE:
            assert carrier.holder_id == carrier.custodian_id
        for state, keys in on_list.items():
            assert (carrier.state == state) == (key in keys), (state, carrier.state)
        if before.get(key) in states.ENDED:
            assert carrier.state == before[key]
    _loans(out, rules)
    _destroyed(carriers)
    _children()
    assert not HandOverItem.objects.filter(open=True).exclude(hand_over__state="open").exists()
    for hand in HandOver.objects.filter(state="done"):
        assert hand.giver_signed
        assert hand.taker_signed
    return {key: carrier.state for key, carrier in carriers.items()}


def _loans(out, rules):
    for loan in out.values():
        if loan.kind == "borrow" and rules.wants_ticket(loan.lent_level):
            assert loan.ticket is not None, "lent without a ticket"
        if loan.ticket:
            assert loan.ticket.person_id == loan.borrower_id
            assert loan.ticket.returned_at is None, "the phone is back and the carrier is not"
        if loan.kind == "carry":
            assert loan.companion_id
            assert loan.companion_id != loan.borrower_id


def _destroyed(carriers):
    done = {item.carrier_id: item.destruction for item in DestructionItem.objects.filter(struck="", destruction__state="done")
            .select_related("destruction")}  # fmt: skip
    for key, carrier in carriers.items():
        if carrier.state == states.DESTROYED:
            listed = done[key]
            assert listed.first_signed, "destroyed without supervisors"
            assert listed.second_signed, "destroyed without supervisors"
            assert len({listed.first_id, listed.second_id, carrier.custodian_id}) == 3
            assert asking.state(flows.DESTROY, listed).state == "spent"


def _children():
    for link in Descent.objects.select_related("child", "parent").filter(child__state__in=sorted(states.LIVE)):
        if link.parent.level != "open":
            assert rank(link.child.level) >= rank(link.parent.level), "a child below its source"


@pytest.fixture
def stage(world, monkeypatch):
    """Two carriers of each of two levels, custodians among the people who act, everybody cleared."""
    users = [getattr(world, name) for name in PEOPLE]
    Person.objects.update(category="core")
    ex.clear(world, *users)
    world.cast = [user.person for user in users]
    world.safe, world.zone = ex.safe(world), ex.zone(world)
    for number, level in enumerate(("confidential", "secret", "confidential", "top")):
        ex.carrier(world, f"C-{number}", level, custodian=world.cast[number % 2])
    write = registry()["custody.loan.lend"].write

    def remember(self):
        done = write(self)
        done.result.lent_level = self.target.level
        LENT[done.result.pk] = self.target.level
        return done

    monkeypatch.setattr(registry()["custody.loan.lend"], "write", remember)
    monkeypatch.setattr(
        Loan, "lent_level", property(lambda self: LENT.get(self.pk, "open"), lambda self, value: None), raising=False
    )
    return world


LENT: dict[int, str] = {}
DEEDS = st.lists(
    st.tuples(st.sampled_from(STEPS), st.sampled_from((*PEOPLE, *[RIGHT] * 12)), st.integers(0, 7), st.integers(0, 7)),
    min_size=10, max_size=45,
)  # fmt: skip


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(DEEDS)
def test_no_sequence_of_actions_breaks_a_promise(stage, deeds):
    with transaction.atomic():
        before = promises({})
        for step, who, one, other in deeds:
            entries = Entry.objects.filter(outcome="done").count()
            done = act(stage, step, who, one, other)
            assert Entry.objects.filter(outcome="done").count() == entries + done
            before = promises(before)
        transaction.set_rollback(True)


def test_the_walk_reaches_every_state(stage):
    """The test above is worth something: with the right order it gets to every end."""
    walk = [
        ("lend", "dana", 0, 2), ("return", "dana", 0, 0), ("ticket", "dana", 0, 2), ("lend with ticket", "dana", 1, 2),
        ("carry ask", "dana", 2, 3), ("approve", "approver", 0, 0), ("carry start", "dana", 2, 0), ("return", "dana", 2, 0),
        ("send", "dana", 0, 0), ("receipt", "dana", 0, 0), ("review", "dana", 2, 0), ("archive", "dana", 2, 0),
        ("list", "dana", 2, 7), ("ask", "dana", 0, 0), ("approve", "approver", 0, 0), ("supervise", RIGHT, 0, 0),
        ("supervise", RIGHT, 0, 0), ("return", "dana", 1, 0), ("hand list", "dana", 1, 4), ("give", RIGHT, 0, 0),
        ("take", RIGHT, 0, 0), ("miss", "dana", 1, 0),
    ]  # fmt: skip
    seen = set()
    for step in walk:
        act(stage, *step)
        seen |= set(Carrier.objects.values_list("state", flat=True))
        promises({})
    assert seen == set(states.NAMES)
    assert HandOver.objects.filter(state="done").count() == 1
    assert Loan.objects.filter(due_on__gte=timezone.localdate() - timedelta(days=1)).count() >= 3
