"""Approvals: who may sign, in which order, what a signature is bound to, and that nobody gets round it."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from shoumi.console.accounts.models import Grant, Person
from shoumi.console.action import Denied, Door, Gone, Invalid, Unmet
from shoumi.console.approvals import Step, all_of, any_of, asking, leader_of_unit, mine, role, standing, two
from shoumi.console.approvals.actions import Approve, AskAgain, Refuse, Return, Tend, Withdraw
from shoumi.console.approvals.flow import registry
from shoumi.console.approvals.jobs import SCHEDULER, tend
from shoumi.console.approvals.models import Decision, Request
from shoumi.console.approvals.who import Case, Roll, complete, possible, wanted
from shoumi.console.audit.models import Entry
from shoumi.console.todo import todos

spec = importlib.util.spec_from_file_location("own_examples", Path(__file__).parent / "examples_approvals.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)
FLOW = examples.flow()
ask, facts, lead = examples.ask, examples.facts, examples.lead


@pytest.fixture(autouse=True)
def _english():
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture
def window(enter):
    """A window of its own for each account."""
    from django.test import Client

    return lambda user: enter(user, Client())


def declared(name, **more):
    return examples.flow(f"tests.{name}", **more)


def door():
    return Door("page", "127.0.0.1", timezone.now())


def sign(user, request, action=Approve, reason="read", **more):
    request.refresh_from_db()
    return action.run(user, request.pk, door=door(), **{"seen": request.digest, "reason": reason, **more}).thing


def signed(world, request):
    """Let the leader and the officer sign."""
    sign(world.leader, request)
    return sign(world.dana, request)


# --- who ---------------------------------------------------------------------------------------------------------

ROLL = Roll({"/1/": 10, "/1/2/": 20}, (("officer", "/1/2/", 30), ("approver", "/1/", 41), ("approver", "/1/2/", 42)))
HERE = Case("/1/2/3/")


@pytest.mark.parametrize(
    ("who", "signers", "whole", "next_ones"),
    [
        (leader_of_unit, [], False, {20}),  # unit 3 has no leader: the one above
        (leader_of_unit, [20], True, set()),
        (role("officer"), [], False, {30}),
        (role("officer"), [41], False, {30}),
        (two("approver"), [41], False, {42}),
        (two("approver"), [41, 41], False, {42}),
        (two("approver"), [41, 42], True, set()),
        (any_of(role("officer"), two("approver")), [41], False, {30, 42}),
        (any_of(role("officer"), two("approver")), [41, 30], True, {42}),
        (all_of(leader_of_unit, role("officer")), [30], False, {20}),
        (all_of(leader_of_unit, role("officer"), role("approver")), [20, 30, 42], True, set()),
        (two(leader_of_unit), [], False, {20, 10}),  # the leader and the next one up
        (two(leader_of_unit), [20, 10], True, set()),
    ],
)
def test_expressions(who, signers, whole, next_ones):
    assert complete(who, signers, HERE, ROLL) == whole
    assert wanted(who, signers, HERE, ROLL) == next_ones


def test_who_is_barred_takes_no_seat_and_the_leader_is_the_next_one_up():
    assert wanted(leader_of_unit, [], Case("/1/2/3/", frozenset({20})), ROLL) == {10}
    assert wanted(role("officer"), [], Case("/1/2/", frozenset({30})), ROLL) == set()
    assert not possible([two("approver")], Case("/1/2/", frozenset({41})), ROLL)
    assert not possible([role("officer"), role("officer")], HERE, ROLL)  # two steps want two persons
    assert wanted(role("approver"), [], Case("/1/9/"), ROLL) == {41}  # 42's role ends at its own unit


def test_raised_once_the_next_leader_may_sign_too():
    assert wanted(leader_of_unit, [], Case("/1/2/3/", raised=1), ROLL) == {20, 10}
    assert wanted(leader_of_unit, [], Case("/1/2/3/", raised=9), ROLL) == {20, 10}


PEOPLE = st.integers(1, 6)
SEATS = st.one_of(st.just(leader_of_unit), st.sampled_from([role("officer"), role("approver"), role("area")]))
EXPRESSIONS = st.recursive(
    SEATS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda p: any_of(*p)),
        st.lists(parts, min_size=1, max_size=2).map(lambda p: all_of(*p)),
        parts.map(two),
    ),
    max_leaves=4,
)
ROLLS = st.builds(
    lambda leaders, grants: Roll(leaders, tuple(grants)),
    st.dictionaries(st.sampled_from(["/1/", "/1/2/", "/1/2/3/"]), PEOPLE, max_size=3),
    st.lists(
        st.tuples(st.sampled_from(["officer", "approver", "area"]), st.sampled_from(["", "/1/", "/1/9/"]), PEOPLE)
    ),
)


@given(EXPRESSIONS, ROLLS, st.lists(PEOPLE, max_size=5, unique=True), st.frozensets(PEOPLE, max_size=2))
@settings(max_examples=200, deadline=None)
def test_complete_means_that_different_people_take_all_seats_of_one_way(who, roll, signers, barred):
    case = Case("/1/2/3/", barred)
    from shoumi.console.approvals.who import seated

    def brute(way):
        seats = seated(way, case, roll)
        return any(
            all(one in takers for one, takers in zip(order, seats, strict=True))
            for order in itertools.permutations(signers, len(seats))
        )

    assert complete(who, signers, case, roll) == any(brute(way) for way in who.ways())
    assert not wanted(who, signers, case, roll) & (barred | set(signers))


# --- the way of a request -------------------------------------------------------------------------------------------


def test_asked_signed_granted_used_once(world):
    request = ask(world)
    assert (request.state, request.step, request.unit) == ("waiting", 0, world.north)
    with pytest.raises(Unmet, match="waits for approval by Leader"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    assert sign(world.leader, request).step == 1
    assert sign(world.dana, request).state == "granted"
    found = asking.granted(FLOW, world.north_person, facts(world.north_person))
    asking.spend(found)
    with pytest.raises(Unmet, match="used already"):
        asking.spend(found)
    with pytest.raises(Unmet, match="used already"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    assert asking.state(FLOW, world.north_person).state == "spent"


def test_nobody_asked(world):
    with pytest.raises(Unmet, match="nobody has asked"):
        asking.granted(FLOW, world.north_person, {})
    assert asking.state(FLOW, world.north_person).request is None


def test_a_second_step_is_not_signed_before_the_first(world):
    request = ask(world)
    with pytest.raises(Unmet, match="signed by others"):
        sign(world.dana, request)
    assert not Decision.objects.exists()


def test_two_approvers_stand_for_one_officer(world):
    second = world.account("second", "approver", world.root)
    request = ask(world)
    sign(world.leader, request)
    assert sign(world.approver, request).state == "waiting"
    with pytest.raises(Unmet, match="signed already"):
        sign(world.approver, request)
    assert sign(second, request).state == "granted"


def test_nobody_decides_their_own_request(world):
    world.account("second", "officer", world.root)
    request = ask(world, user=world.dana)
    sign(world.leader, request)
    for action in (Approve, Return, Refuse):
        with pytest.raises(Denied):
            sign(world.dana, request, action)
    assert Entry.objects.filter(outcome="refused", action="approvals.approve", actor="dana").count() == 1
    assert not mine.waiting(world.dana).exists()


def test_nor_one_about_themselves(world):
    world.account("second", "officer", world.root)
    about = declared("about", about=lambda person: person)
    request = ask(world, one=about, about=world.dana.person)
    sign(world.leader, request)
    with pytest.raises(Denied):
        sign(world.dana, request)


def test_the_leader_who_asks_is_passed_over(world):
    boss = world.account("boss", home=world.root)
    world.root.leader = boss.person
    world.root.save()
    request = ask(world, user=world.leader)
    assert standing.waits_for(request, FLOW) == {boss.pk}
    with pytest.raises(Denied):
        sign(world.leader, request)
    assert sign(boss, request).step == 1


def test_without_a_leader_nothing_can_be_asked(world):
    with pytest.raises(Unmet, match="Nobody could sign the step “Leader”"):
        ask(world, user=world.leader)  # the only leader there is, and no unit above has one


def test_steps_are_signed_by_different_people(world):
    both = declared("both", steps=(Step("First", role("officer")), Step("Second", role("officer"))))
    with pytest.raises(Unmet, match="not enough different people"):
        ask(world, one=both)
    second = world.account("second", "officer", world.root)
    request = ask(world, one=both)
    sign(world.dana, request)
    with pytest.raises(Unmet, match="signed already"):
        sign(world.dana, request)
    assert sign(second, request).state == "granted"


def test_a_step_that_allows_it_may_be_signed_again_by_the_same_person(world):
    again = declared("again", steps=(Step("First", role("officer")), Step("Second", role("officer"), again=True)))
    request = ask(world, one=again)
    sign(world.dana, request)
    assert sign(world.dana, request).state == "granted"


def test_who_alone_can_sign_a_later_step_does_not_sign_an_earlier_one(world):
    late = declared(
        "late", steps=(Step("Any", any_of(role("officer"), role("approver"))), Step("Office", role("officer")))
    )
    request = ask(world, one=late)
    with pytest.raises(Unmet, match="Only you can sign a later step"):
        sign(world.dana, request)
    sign(world.approver, request)
    assert sign(world.dana, request).state == "granted"


def test_another_units_officer_knows_nothing_of_it(world, enter):
    request = ask(world)
    with pytest.raises(Denied):
        sign(world.south_officer, request)
    browser = enter(world.south_officer)
    for page in ("", "decide/", "withdraw/", "again/"):
        assert browser.get(f"/approvals/{request.pk}/{page}").status_code == 404
    assert "Norma" not in browser.get("/approvals/all/").content.decode()
    assert browser.get(f"/records/approvals.request/{request.pk}.html").status_code == 404
    assert browser.get(f"/records/approvals.request/{request.pk}.pdf").status_code == 404


def test_asked_twice_is_told_so(world):
    ask(world)
    with pytest.raises(Unmet, match="asked already"):
        ask(world, user=world.area)


def test_return_change_and_ask_again_begins_anew(world):
    request = ask(world)
    sign(world.leader, request)
    sign(world.dana, request, Return, "the room is wrong")
    request.refresh_from_db()
    assert (request.state, request.why) == ("returned", "the room is wrong")
    with pytest.raises(Unmet, match="the room is wrong"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    with pytest.raises(Denied):
        AskAgain.run(world.area, request, reason="x")
    world.north_person.post = "keeper"
    world.north_person.save()
    AskAgain.run(world.staff, request, reason="room corrected")
    request.refresh_from_db()
    assert (request.state, request.step, request.round) == ("waiting", 0, 2)
    with pytest.raises(Unmet, match="signed by others"):
        sign(world.dana, request)  # the leader's first signature counts no more
    assert signed(world, request).state == "granted"


def test_the_room_itself_may_ask_again_too_but_nobody_else(world):
    request = ask(world)
    sign(world.leader, request, Return, "change it")
    with pytest.raises(Unmet, match="was told to change it"):
        ask(world, user=world.area)
    assert ask(world).pk == request.pk
    request.refresh_from_db()
    assert request.round == 2


def test_return_and_refusal_need_a_reason(world):
    request = ask(world)
    for action in (Return, Refuse):
        with pytest.raises(Invalid):
            sign(world.leader, request, action, "  ")
    assert sign(world.leader, request, Refuse, "not now").state == "refused"
    with pytest.raises(Unmet, match="not now"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    with pytest.raises(Unmet, match=r"Leader decided this on .*: refused"):
        sign(world.leader, request)
    assert ask(world).pk != request.pk  # a refusal does not end it for ever


def test_withdrawn(world):
    request = signed(world, ask(world))
    Withdraw.run(world.staff, request, reason="not needed")
    with pytest.raises(Unmet, match="withdrawn"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    with pytest.raises(Unmet):
        Withdraw.run(world.staff, request, reason="again")
    with pytest.raises(Denied):
        Withdraw.run(world.dana, request, reason="mine?")


# --- what a signature is bound to -----------------------------------------------------------------------------------


def test_it_lapses_when_the_facts_change(world):
    signed(world, ask(world))
    changed = {**facts(world.north_person), "room": "attic"}
    with pytest.raises(Unmet, match=r"has changed since \(Room\)"):
        asking.granted(FLOW, world.north_person, changed)
    asking.granted(FLOW, world.north_person, facts(world.north_person))  # exactly what was approved


def test_nothing_is_signed_that_has_changed_meanwhile(world):
    request = ask(world)
    world.north_person.post = "keeper"
    world.north_person.save()
    with pytest.raises(Unmet, match=r"changed since it was asked \(Post\)"):
        sign(world.leader, request)
    sign(world.leader, request, Return, "ask again")


def test_nothing_is_signed_that_was_not_read(world):
    request = ask(world)
    with pytest.raises(Unmet, match="changed after you opened"):
        sign(world.leader, request, seen="0" * 64)


@pytest.mark.parametrize("end", ["role", "leader", "account", "departed"])
def test_it_lapses_when_a_signers_right_ends_before_use(world, end):
    request = signed(world, ask(world))
    if end == "role":
        Grant.objects.filter(user=world.dana).update(ended=timezone.now())
    elif end == "leader":
        world.north.leader = world.area.person
        world.north.save()
    elif end == "account":
        type(world.dana).objects.filter(pk=world.dana.pk).update(is_active=False)
    else:
        Person.objects.filter(pk=world.leader.person_id).update(departed_on=timezone.localdate())
    with pytest.raises(Unmet, match="no longer has the right"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    tend()
    request.refresh_from_db()
    assert request.state == "lapsed"
    assert Entry.objects.first().actor == "scheduler"


def test_it_lapses_when_nobody_uses_it_whatever_the_clock_does(world):
    request = signed(world, ask(world))
    Request.objects.filter(pk=request.pk).update(until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Unmet, match="not used until"):
        asking.granted(FLOW, world.north_person, facts(world.north_person))
    assert ask(world).pk != request.pk
    request.refresh_from_db()
    assert request.state == "lapsed"


def test_the_snapshot_is_canonical(world):
    request = ask(world, snapshot={"b": timezone.localdate(), "a": ["x", 1]})
    assert request.snapshot == f'{{"a":["x",1],"b":"{timezone.localdate().isoformat()}"}}'
    assert request.digest == standing.digest_of(request.snapshot)


# --- time -----------------------------------------------------------------------------------------------------------


def test_reminded_once_then_raised_to_the_next_leader_who_may_then_sign(world):
    boss = world.account("boss", home=world.root)
    world.root.leader = boss.person
    world.root.save()
    request = ask(world)
    with pytest.raises(Unmet, match="Nothing is due"):
        Tend.run(SCHEDULER, request)
    with pytest.raises(Denied):
        sign(boss, request)
    Request.objects.update(due=timezone.now() + timedelta(hours=3))
    tend()
    tend()
    assert Entry.objects.filter(action="approvals.tend").count() == 1
    assert "leader" in Entry.objects.first().facts
    Request.objects.update(due=timezone.now() - timedelta(hours=3))
    tend()
    request.refresh_from_db()
    assert request.raised == 1
    assert request.due > timezone.now()
    assert standing.waits_for(request, FLOW) == {world.leader.pk, boss.pk}
    assert list(mine.waiting(boss)) == [request]
    sign(boss, request)
    sign(world.dana, request)
    asking.granted(FLOW, world.north_person, facts(world.north_person))  # the boss signed when it was his to sign


def test_a_request_whose_applicant_or_thing_is_gone_lapses(world):
    request = ask(world)
    type(world.staff).objects.filter(pk=world.staff.pk).update(is_active=False)
    tend()
    request.refresh_from_db()
    assert (request.state, "left" in request.why) == ("lapsed", True)


# --- pages ----------------------------------------------------------------------------------------------------------


def test_decision_page_says_what_is_decided_and_takes_it(world, enter, monkeypatch):
    from shoumi.console.accounts import signin

    request = ask(world)
    browser = enter(world.leader)
    page = browser.get(f"/approvals/{request.pk}/decide/").content.decode()
    assert "Give Norma a key to cellar." in page
    assert "House rules, 7" in page
    assert page.count('name="verdict"') == 3
    assert page.count('type="submit" name="verdict"') == 3
    given = {"verdict": "return", "seen": request.digest, "reason": ""}
    answer = browser.post(f"/approvals/{request.pk}/decide/", given)
    assert answer.status_code == 422
    assert "Say what must change" in answer.content.decode()
    assert browser.post(f"/approvals/{request.pk}/decide/", {**given, "verdict": "approve"}).status_code == 302
    request.refresh_from_db()
    assert request.step == 1
    monkeypatch.setattr(signin, "door", lambda _request: Door("page", "127.0.0.1"))
    answer = enter(world.dana).post(f"/approvals/{request.pk}/decide/", {**given, "verdict": "approve"})
    assert answer.status_code == 422  # no proof, no signature
    request.refresh_from_db()
    assert request.state == "waiting"


def test_who_comes_second_reads_who_was_first(world, enter):
    request = ask(world)
    sign(world.leader, request)
    browser = enter(world.dana)
    seen = request.digest
    other = world.account("second", "officer", world.root)
    sign(other, request)
    answer = browser.post(f"/approvals/{request.pk}/decide/", {"verdict": "approve", "seen": seen, "reason": ""})
    text = answer.content.decode()
    assert "Second decided this on" in text
    assert "Nothing is left to decide" in text


def test_lists_and_todos(world, window):
    request = ask(world)
    assert [todo.urgency for todo in todos(world.leader) if "/approvals/" in todo.address] == ["amber"]
    assert not [todo for todo in todos(world.dana) if "/approvals/" in todo.address]
    for user, page, there in (
        (world.leader, "", True),
        (world.dana, "", False),
        (world.dana, "all/", True),
        (world.staff, "mine/", True),
        (world.area, "mine/", False),
        (world.charlie, "", False),
    ):
        assert ("Norma" in window(user).get(f"/approvals/{page}").content.decode()) == there, (user, page)
    assert window(world.staff).get("/approvals/all/").status_code == 403
    assert window(world.staff).get(f"/approvals/{request.pk}/").status_code == 200
    assert window(world.area).get(f"/approvals/{request.pk}/").status_code == 404
    sign(world.leader, request, Return, "x")
    assert [todo.urgency for todo in todos(world.staff) if "/approvals/" in todo.address] == ["amber"]


def test_queries_do_not_grow_with_rows(world, window):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(user, page):
        with CaptureQueriesContext(connection) as found:
            assert user.get(page).status_code == 200
        return len(found)

    def more(start, number):
        people = [world.person(f"p{n}", world.north) for n in range(start, start + number)]
        for person in people:
            ask(world, about=person)

    more(0, 2)
    for user, page in ((world.leader, "/approvals/"), (world.leader, "/"), (world.dana, "/approvals/all/")):
        browser = window(user)
        before = count(browser, page)
        more(1000 + Request.objects.count(), 12)
        assert count(browser, page) <= before, (user, page)


def test_a_flow_name_is_used_once():
    from shoumi.console.approvals import Flow

    with pytest.raises(TypeError):
        Flow(name=FLOW.name, label="x", steps=FLOW.steps)
    assert FLOW.name in registry()


def test_a_thing_that_is_gone_and_a_key_that_is_none(world):
    request = ask(world)
    with pytest.raises(Gone):
        Approve.run(world.leader, 99999, door=door(), seen=request.digest)
    Request.objects.filter(pk=request.pk).update(kind="nowhere.thing")
    request.refresh_from_db()
    assert request.thing() is None


# --- all together ---------------------------------------------------------------------------------------------------

ACT = st.tuples(
    st.sampled_from(["approve", "approve", "approve", "return", "refuse", "again", "withdraw", "late", "edit", "fire"]),
    st.integers(0, 6),
)
BEGUN = st.sampled_from(  # 0 staff, 1 leader and approver, 2 officer, 3 and 4 approvers, 5 leader above and approver, 6 outsider
    [
        "", "a1", "a1 a2", "a1 a3 a4", "a1 a1 a3", "a1 a3 a1", "late0 a5 a2", "late0 a5 a5 a3", "late0 a5 a1 a3", "a3 a4 a2",
        "a1 a2 fire2", "a1 a3 a4 fire4", "a1 a2 edit3", "a1 a2 withdraw0", "a1 return2 again0 a2", "a2 a1 a2",
    ]
)  # fmt: skip
ACTS = st.builds(
    lambda begun, acts: [("approve" if act[:-1] == "a" else act[:-1], int(act[-1])) for act in begun.split()] + acts,
    BEGUN,
    st.lists(ACT, max_size=6),
)


def test_no_sequence_of_acts_grants_it_without_the_declared_people(world):
    from django.db import transaction

    boss = world.account("boss", "approver", world.root)
    world.root.leader = boss.person
    world.root.save()
    second = world.account("second", "approver", world.north)
    world.cast = [world.staff, world.leader, world.dana, world.approver, second, boss, world.south_officer]
    Grant.objects.create(user=world.leader, role="approver", unit=world.north, by="test")
    lead(world)
    granted = []

    @given(ACTS, st.sampled_from([0, 0, 0, 2, 3]))
    @settings(max_examples=80, deadline=None)
    def play(acts, applicant):
        with transaction.atomic():
            granted.append(_play(world, acts, applicant))
            transaction.set_rollback(True)

    play()
    assert 3 <= sum(granted) < len(granted)  # the rule was tried on both


def _play(world, acts, applicant):
    """Do all acts; what is granted was signed by a leader, then by an officer or two approvers. Say whether it was."""
    names = {"approve": Approve, "return": Return, "refuse": Refuse}
    request, signatures, edited = ask(world, user=world.cast[applicant]), [], False
    fired = set()
    for act, place in acts:
        user = type(world.staff).objects.full().get(pk=world.cast[place].pk)
        try:
            if act in names:
                step = Request.objects.get(pk=request.pk).step
                sign(user, request, names[act])
                signatures = [*signatures, (step, user.username)] if act == "approve" else []
            elif act == "again":
                AskAgain.run(user, request, reason="again")
                signatures, edited = [], False
            elif act == "withdraw":
                Withdraw.run(user, request, reason="no")
            elif act == "late":
                Request.objects.filter(pk=request.pk, state="waiting").update(due=timezone.now() - timedelta(days=1))
                tend()
            elif act == "edit":
                Person.objects.filter(pk=world.north_person.pk).update(post=f"post {place}")
                edited = True
            elif place in {2, 3, 4}:
                Grant.objects.filter(user=user).update(ended=timezone.now())
                fired.add(user.username)
        except (Denied, Unmet, Gone):
            continue
    person = Person.objects.get(pk=world.north_person.pk)
    try:
        asking.granted(FLOW, person, facts(person))
    except Unmet:
        return False
    first = {name for step, name in signatures if step == 0}
    then = {name for step, name in signatures if step == 1}
    assert first & {"leader", "boss"}
    approvers = {"leader", "approver", "second", "boss"}
    assert "dana" in then or len(then & approvers) >= 2
    assert not first & then
    assert world.cast[applicant].username not in first | then
    assert not edited or facts(person) == Request.objects.get(pk=request.pk).facts
    assert "dana" in then - fired or len((then & approvers) - fired) >= 2  # rights that still hold
    return True


# --- two people at once ---------------------------------------------------------------------------------------------


def test_two_people_who_decide_at_once(tmp_path):
    """One is taken, the other reads a clear sentence: in a database of its own, SQLite in a file or PostgreSQL."""
    given = os.environ.get("SHOUMI_TEST_DATABASE_URL", "")
    address = f"sqlite:///{tmp_path}/console.sqlite"
    if given.startswith("postgres"):
        import psycopg

        with psycopg.connect(given, autocommit=True) as server:
            server.execute("DROP DATABASE IF EXISTS two_at_once")
            server.execute("CREATE DATABASE two_at_once")
        address = given.rpartition("/")[0] + "/two_at_once"
    run = [sys.executable, "-c", _APART, str(Path(__file__).parent)]
    subprocess.run(run, env={**os.environ, "SHOUMI_TEST_DATABASE_URL": address}, check=True, timeout=120)


_APART = """
import importlib.util, sys
def load(name):
    spec = importlib.util.spec_from_file_location(name, f"{sys.argv[1]}/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
conftest = load("conftest")
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import translation
with translation.override("en"):
    load("test_approvals").race(conftest.world._get_wrapped_function()(None))
"""


def race(world):
    """Let two officers decide the same step at the same moment, in threads with connections of their own."""
    from django.db import connection, connections, transaction
    from django.utils import translation

    assert connection.vendor == "postgresql" or not connection.is_in_memory_db()
    other = world.account("second", "officer", world.root)
    with transaction.atomic():
        request = ask(world)
    sign(world.leader, request)
    seen, answers, start = request.digest, [], threading.Barrier(2)

    def decide(user, action):
        try:
            start.wait()
            with translation.override("en"):
                action.run(user, request.pk, door=door(), seen=seen, reason="at once")
            answers.append("taken")
        except Unmet as error:
            answers.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=pair) for pair in ((world.dana, Approve), (other, Refuse))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert answers.count("taken") == 1, answers
    assert any("decided this on" in one for one in answers), answers
    assert Decision.objects.filter(request=request, step=1).count() == 1
