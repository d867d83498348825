"""Custody: what each rule of the law forbids is refused, both sides sign, nothing is lost, nothing of others is seen."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from shoumi.console.accounts.models import Person
from shoumi.console.action import Denied, Door, Gone, Invalid, Unmet
from shoumi.console.approvals import asking
from shoumi.console.audit.models import Entry
from shoumi.console.custody import departures, fields, flows, importing, missing, reminding, states, terms
from shoumi.console.custody.actions import (
    carriers,
    copies,
    destructions,
    dispatches,
    handovers,
    imports,
    levels,
    loans,
    lockers,
    own,
    places,
    policy,
    reminders,
    stocktakes,
)
from shoumi.console.custody.jobs import CLOCK
from shoumi.console.custody.models import Carrier, Line, Loan, Place, Policy, Ticket, Told
from shoumi.console.todo import todos

spec = importlib.util.spec_from_file_location("custody_examples", Path(__file__).parent / "examples_custody.py")
ex = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ex)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def losses(monkeypatch):
    """Collect what would open a case."""
    found = []
    monkeypatch.setattr(missing, "_SUBSCRIBERS", [lambda act, loss: found.append(loss)])
    return found


def proved():
    return Door("page", "", timezone.now())


def refused(action, actor, target, sentence, **given):
    with pytest.raises(Unmet) as caught:
        action.run(actor, target, door=proved(), **given)
    assert sentence in str(caught.value), str(caught.value)


def invalid(action, actor, target, field, **given):
    with pytest.raises(Invalid) as caught:
        action.run(actor, target, door=proved(), **given)
    assert field in caught.value.form.errors, caught.value.form.errors
    return str(caught.value.form.errors[field])


# entering


def test_copies_are_numbered_and_inherit_the_mark(world):
    actor, _none, given = ex.new(world, copies=3, first_copy=12)
    made = carriers.MakeCarrier.run(actor, **given).result
    assert [one.copy for one in made] == ["000012", "000013", "000014"]
    assert made[0].number.endswith("-01")
    assert len({one.token for one in made}) == 3
    assert {str(one.until) for one in made} == {"2031-01-05"}
    again = carriers.MakeCarrier.run(actor, **given).result
    assert not {one.number for one in made} & {one.number for one in again}


@pytest.mark.parametrize(
    ("term", "level", "until", "condition"),
    [
        ("10年", "secret", "2036-01-05", ""),
        ("6个月", "secret", "2026-07-05", ""),
        ("2 years", "confidential", "2028-01-05", ""),
        ("2030-03-01", "secret", "2030-03-01", ""),
        ("2030年3月1日", "secret", "2030-03-01", ""),
        ("会议开始前", "secret", None, "会议开始前"),
        ("长期", "top", None, "长期"),
        ("", "top", "2056-01-05", ""),
        ("", "secret", "2046-01-05", ""),
        ("", "confidential", "2036-01-05", ""),
        ("", "trade", None, ""),
    ],
)
def test_a_term_is_read_as_it_is_marked(term, level, until, condition):
    from datetime import date

    found = terms.read(term, level, date(2026, 1, 5))
    assert (str(found.until) if found.until else None, found.condition) == (until, condition)


def test_a_term_over_the_legal_limit_wants_its_rule(world):
    actor, _none, given = ex.new(world, term="25年")
    assert "Longer than the law allows" in invalid(carriers.MakeCarrier, actor, None, "term", **given)
    carriers.MakeCarrier.run(actor, **given, basis="decision 4 of the state council")


def test_numbers_are_never_given_twice(world):
    actor, _none, given = ex.new(world, number="A-1", copies=1)
    carriers.MakeCarrier.run(actor, **given)
    assert "in the ledger already" in invalid(carriers.MakeCarrier, actor, None, "number", **given)


def test_the_highest_level_wants_a_certified_safe_and_a_core_keeper(world):
    actor, _none, given = ex.new(world, level="top", place="")
    refused(carriers.MakeCarrier, actor, None, "certified", **given)
    Person.objects.filter(pk=ex.keeper(world).pk).update(category="important")
    actor, _none, given = ex.new(world, level="top")
    refused(carriers.MakeCarrier, actor, None, "not cleared", **given)


def test_a_broken_seal_on_arrival_is_told(world, losses):
    actor, _none, given = ex.received(world)
    carriers.ReceiveCarrier.run(actor, door=proved(), **{**given, "seal_state": "broken"})
    assert [loss.how for loss in losses] == [missing.SEAL]


# loans


def test_from_the_configured_level_up_no_loan_without_the_borrowers_own_ticket(world):
    secret, borrower = ex.carrier(world, level="secret"), ex.reader(world)
    given = {"borrower": borrower.number, "purpose": "read", "due_on": ex.soon()}
    refused(loans.Lend, world.dana, secret, "locked away first", **given)
    others = ex.ticket(world, ex.reader(world, "rolf"))
    refused(loans.Lend, world.dana, secret, "not an open ticket", **given, ticket=others.number)
    own = ex.ticket(world)
    loan = loans.Lend.run(world.dana, secret, **given, ticket=own.number).result
    assert loan.ticket == own
    refused(lockers.ReturnTicket, world.dana, own, "carrier comes back first")
    loans.Return.run(world.dana, loan, complete="on")
    lockers.ReturnTicket.run(world.dana, own)
    refused(loans.Lend, world.dana, secret, "not an open ticket", **given, ticket=own.number)


def test_staff_ask_the_leader_approves_and_the_keeper_lends_against_a_ticket(world):
    loan = ex.asks(world, ex.carrier(world, level="secret"))
    with pytest.raises(Unmet, match="approval"):
        own.HandOut.run(world.dana, loan)
    ex.approved(world, loan, flows.LOAN)
    assert any("1 approved loan" in str(one.sentence) for one in todos(world.dana))
    with pytest.raises(Unmet, match="locked away first"):
        own.HandOut.run(world.dana, loan)
    ticket = ex.ticket(world, world.staff.person)
    own.HandOut.run(world.dana, loan, ticket=ticket.number)
    loan.refresh_from_db()
    assert (loan.state, loan.ticket, loan.carrier.state, loan.carrier.holder) == (
        "open", ticket, "lent", world.staff.person)  # fmt: skip
    with pytest.raises(Unmet):
        own.HandOut.run(world.dana, loan, ticket=ticket.number)


def test_what_is_approved_is_lent_as_approved_or_not_at_all(world):
    loan = ex.wanted(world)
    Loan.objects.filter(pk=loan.pk).update(purpose="something else")
    with pytest.raises(Unmet, match="lapsed"):
        own.HandOut.run(world.dana, loan)
    assert Carrier.objects.get().state == "kept"


def test_who_approves_reads_words_and_no_keys(world, enter):
    loan = ex.asks(world)
    copies_ = ex.copy_asked(world, ex.carrier(world, "C-2"))
    carried = ex.carry_asked(world, ex.carrier(world, "C-3"))
    browser = enter(world.approver)
    from django.conf import settings

    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for flow, thing in ((flows.LOAN, loan), (flows.COPY, copies_), (flows.CARRY_OUT, carried)):
        page = browser.get(asking.state(flow, thing).address).content.decode()
        assert "秘密" in page
        assert not any(f"<dd>{key}" in page for key in ("confidential", "copy", "no", "yes"))


def test_nobody_approves_their_own_loan(world):
    loan = ex.asks(world, user=world.leader)
    from shoumi.console.approvals.actions import Approve

    request = asking.state(flows.LOAN, loan).request
    with pytest.raises((Denied, Gone, Unmet)):
        Approve.run(world.leader, request, door=proved(), seen=request.digest, reason="")
    assert asking.state(flows.LOAN, loan).state == "waiting"


def test_who_asks_learns_nothing_of_what_is_not_for_them(world):
    """Unknown, another unit's and above one's clearance: the same sentence."""
    ex.carrier(world, "S-1", unit=world.south)
    ex.carrier(world, "B-1", unit=world.cellar)
    ex.carrier(world, "T-1", level="top", place=ex.safe(world))
    Person.objects.filter(pk=world.staff.person_id).update(category="general")
    world.staff.person.refresh_from_db()
    said = set()
    for number in ("X-1", "S-1", "B-1", "T-1"):
        with pytest.raises(Unmet) as why:
            own.AskLoan.run(world.staff, number=number, purpose="read", due_on=ex.soon())
        said.add(str(why.value))
    assert len(said) == 1
    assert not Loan.objects.exists()


def test_a_request_is_made_once_and_taken_back_by_who_made_it(world):
    loan = ex.asks(world)
    with pytest.raises(Unmet, match="already"):
        ex.asks(world, loan.carrier)
    with pytest.raises(Denied):
        own.TakeBack.run(world.leader, loan)
    own.TakeBack.run(world.staff, loan)
    with pytest.raises(Unmet):
        own.HandOut.run(world.dana, loan)
    assert ex.asks(world, loan.carrier).state == "asked"


def test_staff_see_their_loans_at_home_and_ask_to_give_them_back(world, enter):
    loan = ex.handed_out(world)
    browser = enter(world.staff)
    page = browser.get("/").content.decode()
    assert loan.carrier.number in page
    assert loan.due_on.isoformat() in page
    assert "/custody/mine/ask/" in page
    assert browser.post(f"/custody/mine/{loan.pk}/offer/").status_code == 302
    loan.refresh_from_db()
    assert loan.offered
    assert any("give" in str(one.sentence) for one in todos(world.dana))
    with pytest.raises(Unmet):
        own.AskReturn.run(world.staff, loan)
    assert loan.carrier.number in enter(world.dana).get("/custody/loans/?state=offered").content.decode()
    assert enter(world.area).get(f"/custody/mine/{loan.pk}/offer/").status_code in {403, 404}
    loans.Return.run(world.dana, loan, complete="on")
    assert loan.carrier.number not in enter(world.staff).get("/").content.decode()


def test_the_level_that_asks_for_a_ticket_is_configurable(world):
    Policy.objects.create(pk=1, ticket_from="confidential")
    given = {"borrower": ex.reader(world).number, "purpose": "read", "due_on": ex.soon()}
    refused(loans.Lend, world.dana, ex.carrier(world), "locked away first", **given)
    Policy.objects.update(ticket_from="top")
    loans.Lend.run(world.dana, Carrier.objects.get(), **given)


def test_who_is_not_cleared_borrows_nothing(world):
    weak = world.person("walt", world.north, category="general")
    given = {"borrower": weak.number, "purpose": "read", "due_on": ex.soon()}
    refused(loans.Lend, world.dana, ex.carrier(world, level="secret"), "not cleared for secret", **given)
    loans.Lend.run(world.dana, ex.carrier(world, "C-2"), **given)


def test_a_loan_has_an_end_within_the_limit_and_is_prolonged_before_it(world):
    given = {"borrower": ex.reader(world).number, "purpose": "read"}
    refused(loans.Lend, world.dana, ex.carrier(world), "This day is over", **given, due_on=ex.soon(-1))
    refused(loans.Lend, world.dana, Carrier.objects.get(), "at most", **given, due_on=ex.soon(31))
    loan = loans.Lend.run(world.dana, Carrier.objects.get(), **given, due_on=ex.soon(1)).result
    loans.Prolong.run(world.dana, loan, due_on=ex.soon(9), reason="more to read")
    Loan.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    refused(loans.Prolong, world.dana, loan, "overdue", due_on=ex.soon(9), reason="more")


def test_what_is_lent_is_lent_once_and_comes_back_once(world):
    loan = ex.lent(world)
    given = {"borrower": ex.reader(world, "rolf").number, "purpose": "read", "due_on": ex.soon()}
    refused(loans.Lend, world.dana, loan.carrier, "on loan", **given)
    assert "write down what is not" in invalid(loans.Return, world.dana, loan, "found")
    loans.Return.run(world.dana, loan, found="page 7 is torn")
    refused(loans.Return, world.dana, loan, "over", complete="on")
    carrier = Carrier.objects.get()
    assert (carrier.state, carrier.holder) == (states.KEPT, carrier.custodian)


def test_the_highest_level_is_read_in_a_named_room(world):
    top, ticket = ex.carrier(world, level="top"), ex.ticket(world)
    given = {"borrower": ex.reader(world).number, "purpose": "read", "due_on": ex.soon(), "ticket": ticket.number}
    refused(loans.Lend, world.dana, top, "designated room", **given)
    loans.Lend.run(world.dana, top, **given, where="reading room")


def test_two_officers_at_once_lend_it_once(world):
    """The second has the page open from before; the carrier is fetched afresh under lock."""
    stale = ex.carrier(world)
    given = {"borrower": ex.reader(world).number, "purpose": "read", "due_on": ex.soon()}
    loans.Lend.run(world.dana, stale, **given)
    assert stale.state == states.KEPT  # what the second page still shows
    refused(loans.Lend, world.dana, stale, "on loan", **given)
    assert Loan.objects.count() == 1


# carried out


def test_nothing_is_carried_out_before_approval_and_only_as_approved(world):
    loan = ex.carry_asked(world)
    refused(loans.CarryOut, world.dana, loan, "")
    assert Carrier.objects.get().state == states.KEPT
    ex.approved(world, loan, flows.CARRY_OUT)
    Loan.objects.filter(pk=loan.pk).update(route="through the station")
    refused(loans.CarryOut, world.dana, loan, "lapsed")
    Loan.objects.filter(pk=loan.pk).update(route=ex.CARRY["route"])
    loans.CarryOut.run(world.dana, loan)
    carrier = Carrier.objects.get()
    assert (carrier.state, carrier.holder) == (states.CARRIED, loan.borrower)
    refused(loans.CarryOut, world.dana, loan, "does not wait")


def test_the_highest_level_never_leaves_the_country(world):
    two = {"borrower": ex.reader(world).number, "companion": ex.reader(world, "rolf").number}
    given = {**ex.CARRY, **two, "due_on": ex.soon(), "abroad": "on"}
    refused(loans.AskCarry, world.dana, ex.carrier(world, level="top"), "never carried out of the country", **given)
    loan = ex.carry_granted(world, thing=ex.carrier(world, "C-2", "secret"), abroad="on")
    Carrier.objects.filter(pk=loan.carrier_id).update(level="top")  # raised after the approval
    refused(loans.CarryOut, world.dana, loan, "never carried out of the country")


def test_two_different_people_carry(world):
    one = ex.reader(world).number
    given = {**ex.CARRY, "borrower": one, "companion": one, "due_on": ex.soon()}
    assert "Two different" in invalid(loans.AskCarry, world.dana, ex.carrier(world), "companion", **given)


# copies and compilations


def test_copies_inherit_and_are_exactly_as_many_as_approved(world):
    source = ex.carrier(world, level="secret", term="10年", until=timezone.localdate() + timedelta(days=3650))
    order = ex.copy_granted(world, source, copies=2)
    made = copies.MakeCopies.run(world.dana, order, custodian=ex.keeper(world).number, kind="paper").result
    assert [(one.level, one.term, one.until) for one in made] == [("secret", "10年", source.until)] * 2
    assert [one.copy for one in made] == ["000001", "000002"]
    refused(copies.MakeCopies, world.dana, order, "does not wait", custodian=ex.keeper(world).number, kind="paper")


def test_the_highest_level_is_not_copied_without_its_originators_consent(world):
    top, given = ex.carrier(world, level="top"), {"how": "copy", "copies": 1, "purpose": "meeting"}
    refused(copies.AskCopy, world.dana, top, "consent of its originator", **given)
    copies.AskCopy.run(world.dana, top, **given, consent="letter 7")
    order = top.orders.get()
    ex.approved(world, order, flows.COPY)
    type(order).objects.update(consent="")
    refused(copies.MakeCopies, world.dana, order, "consent", custodian=ex.keeper(world).number, kind="paper",
            place=ex.safe(world).pk)  # fmt: skip


def test_copies_need_approval_by_somebody_else(world):
    order = ex.copy_asked(world)
    given = {"custodian": ex.keeper(world).number, "kind": "paper"}
    refused(copies.MakeCopies, world.dana, order, "", **given)
    assert Carrier.objects.count() == 1
    assert asking.state(flows.COPY, order).state == "waiting"


def test_a_compilation_has_the_highest_level_and_the_longest_term(world):
    today = timezone.localdate()
    ex.carrier(world, "C-1", "confidential", until=today + timedelta(days=3000))
    ex.carrier(world, "C-2", "secret", until=today + timedelta(days=1000))
    where = {"unit": world.north.pk, "custodian": ex.keeper(world).number, "place": ex.safe(world).pk}
    given = {"title": "Collection", "kind": "paper", **where}
    made = copies.Compile.run(world.dana, carriers="C-1\nC-2", **given).result
    assert (made.level, made.until) == ("secret", today + timedelta(days=3000))
    ex.carrier(world, "C-3", "confidential", until=None, condition="until published")
    made = copies.Compile.run(world.dana, carriers="C-1,C-3", **given).result
    assert (made.level, made.until, made.condition) == ("confidential", None, "until published")


# level


def test_copies_follow_their_original_and_what_was_made_from_it_rises(world):
    source = ex.carrier(world, "C-1", "confidential", until=timezone.localdate() + timedelta(days=900))
    order = ex.copy_granted(world, source)
    copy = copies.MakeCopies.run(world.dana, order, custodian=ex.keeper(world).number, kind="paper").result[0]
    where = {"unit": world.north.pk, "custodian": ex.keeper(world).number, "place": ex.safe(world).pk}
    whole = copies.Compile.run(world.dana, carriers=copy.number, title="Whole", kind="paper", **where).result
    refused(levels.ChangeLevel, world.dana, copy, "copies follow", level="secret", term="", basis="letter")
    levels.ChangeLevel.run(world.dana, source, door=proved(), level="secret", term="10年", basis="letter 12")
    copy.refresh_from_db()
    whole.refresh_from_db()
    assert (copy.level, copy.term) == ("secret", "10年")
    assert (whole.level, whole.check_source) == ("secret", True)
    refused(levels.ChangeLevel, world.dana, whole, "not lower", level="work", term="", basis="x")
    refused(levels.Declassify, world.dana, whole, "Declassify them first", basis="x")
    levels.Declassify.run(world.dana, source, door=proved(), basis="letter 13")
    copy.refresh_from_db()
    assert (copy.level, bool(copy.declassified_on)) == ("open", True)
    levels.Declassify.run(world.dana, whole, door=proved(), basis="letter 13")


def test_a_term_that_is_over_is_not_extended(world):
    over = ex.carrier(world, until=timezone.localdate() - timedelta(days=1))
    given = {"level": "confidential", "term": "9年", "basis": "letter"}
    refused(levels.ChangeLevel, world.dana, over, "only a running term", **given)
    refused(levels.Review, world.dana, over, "declassify it", result="fine")


def test_what_was_not_reviewed_is_not_archived(world):
    thing = ex.carrier(world)
    refused(carriers.Archive, world.dana, thing, "Review this carrier first", archive="A 1")
    levels.Review.run(world.dana, thing, result="still needed")
    carriers.Archive.run(world.dana, thing, archive="A 1")


# dispatch


def test_the_highest_level_travels_with_two_couriers(world):
    top = ex.carrier(world, level="top")
    given = {**ex.SENT, "carriers": top.number}
    refused(dispatches.Send, world.dana, None, "two couriers", **{**given, "second": ""})
    assert "somebody else" in invalid(dispatches.Send, world.dana, None, "second", **{**given, "second": "Carl"})
    dispatches.Send.run(world.dana, **given)


def test_the_unit_that_receives_accepts_and_nobody_else(world):
    ex.clear(world, world.south_officer)
    south_safe, south_keeper = ex.safe(world, world.south), world.person("sam", world.south, category="core")
    sent = ex.sent(world, to_unit=world.south.pk, to="South", route="in-house")
    given = {"custodian": south_keeper.number, "place": south_safe.pk, "seal_state": "intact"}
    with pytest.raises(Denied):
        dispatches.Accept.run(world.dana, sent, door=proved(), **given)
    refused(
        dispatches.Acknowledge, world.dana, sent, "accepts it itself", received_by="x", receipt="1", seal_state="intact"
    )
    dispatches.Accept.run(world.south_officer, sent, door=proved(), **given)
    carrier = Carrier.objects.get()
    assert (carrier.unit, carrier.custodian, carrier.holder) == (world.south, south_keeper, south_keeper)
    refused(dispatches.CameBack, world.dana, sent, "ended already", seal_state="intact", note="x")


def test_what_was_received_elsewhere_is_nobodys_here(world):
    sent = ex.sent(world)
    dispatches.Acknowledge.run(world.dana, sent, received_by="Mia", receipt="R-1", seal_state="intact")
    carrier = Carrier.objects.get()
    assert (carrier.state, carrier.holder) == (states.GONE, None)
    refused(carriers.ChangeCarrier, world.dana, carrier, "another organisation", title="x")


# hand-over


def test_custody_passes_with_the_second_signature_only(world):
    listed = ex.handed(world)
    carrier = Carrier.objects.get()
    refused(handovers.SignTaker, world.leader, listed, "signs first", counted="on")
    with pytest.raises(Denied):
        handovers.SignGiver.run(world.leader, listed, door=proved())
    with pytest.raises(Denied):
        handovers.SignTaker.run(world.dana, listed, door=proved(), counted="on")
    handovers.SignGiver.run(world.staff, listed, door=proved())
    carrier.refresh_from_db()
    assert carrier.custodian == world.staff.person
    handovers.SignTaker.run(world.leader, listed, door=proved(), counted="on")
    carrier.refresh_from_db()
    assert (carrier.custodian, carrier.holder) == (world.leader.person, world.leader.person)
    refused(handovers.SignTaker, world.leader, listed, "over", counted="on")


def test_a_signature_on_paper_is_only_for_who_has_no_account(world):
    listed = ex.handed(world)
    refused(handovers.SignOnPaper, world.dana, listed, "signs in person", side="giver", paper="file 7")


def test_nobody_leaves_with_carriers_in_custody(world):
    from shoumi.console.accounts.actions.people import Depart
    from shoumi.console.accounts.departures import unsettled

    keeper = ex.keeper(world)
    ex.carrier(world)
    left = [str(one.sentence) for one in unsettled(keeper)]
    assert any("1 carrier is in their custody" in sentence for sentence in left)
    refused(Depart, world.dana, keeper, "in their custody", reason="moves")
    taker = ex.reader(world)
    listed = handovers.Propose.run(world.dana, giver=keeper.number, taker=taker.number, reason="leaving").result
    for side in ("giver", "taker"):
        handovers.SignOnPaper.run(world.dana, listed, door=proved(), side=side, paper="file 7")
    assert not list(departures.custody(keeper))
    own = loans.Lend.run(
        world.dana, ex.carrier(world, "C-9", custodian=taker), borrower=keeper.number, purpose="read", due_on=ex.soon()
    ).result
    assert [str(one.sentence) for one in departures.custody(keeper)] == ["1 loan of theirs is still out."]
    loans.Return.run(world.dana, own, complete="on")
    ex.ticket(world, keeper)
    assert [str(one.sentence) for one in departures.custody(keeper)] == ["Their phone still lies in a locker."]


# destruction


def test_nothing_is_destroyed_without_approval_and_two_signatures(world):
    listed = ex.condemned(world)
    seen = ["C-1", "C-2"]
    refused(destructions.Supervise, world.leader, listed, "", seen=seen)
    destructions.AskDestruction.run(world.dana, listed)
    refused(destructions.Supervise, world.leader, listed, "", seen=seen)
    ex.approved(world, listed, flows.DESTROY)
    destructions.Supervise.run(world.leader, listed, door=proved(), seen=seen)
    assert set(Carrier.objects.values_list("state", flat=True)) == {states.CONDEMNED}
    refused(destructions.Supervise, world.leader, listed, "signed already", seen=seen)
    with pytest.raises(Denied):
        destructions.Supervise.run(world.dana, listed, door=proved(), seen=seen)
    destructions.Supervise.run(world.area, listed, door=proved(), seen=seen)
    assert set(Carrier.objects.values_list("state", flat=True)) == {states.DESTROYED}
    listed.refresh_from_db()
    assert listed.certificate.startswith("Z-")


def test_every_item_is_ticked(world):
    listed = ex.destruction_granted(world)
    assert "C-2" in invalid(destructions.Supervise, world.leader, listed, "seen", seen=["C-1"])


def test_a_shorter_list_needs_a_new_approval(world):
    listed = ex.destruction_granted(world)
    destructions.Strike.run(world.dana, listed, number="C-2", reason="needed")
    assert Carrier.objects.get(number="C-2").state == states.KEPT
    refused(destructions.Supervise, world.leader, listed, "lapsed", seen=["C-1"])


def test_a_signed_list_does_not_change(world):
    listed = ex.destruction_granted(world)
    destructions.Supervise.run(world.leader, listed, door=proved(), seen=["C-1", "C-2"])
    refused(destructions.Strike, world.dana, listed, "signed already", number="C-2", reason="needed")
    refused(carriers.ReportMissing, world.dana, Carrier.objects.get(number="C-1"), "signed that it was destroyed",
            reason="gone")  # fmt: skip


def test_neither_custodian_nor_maker_supervises(world):
    thing = ex.carrier(world)
    how = {"carriers": thing.number, "reason": "over", "method": "shredded", "where": "plant"}
    other = ex.reader(world)
    for wrong, sentence in ((ex.keeper(world), "custodian"), (other, "Two different")):
        refused(
            destructions.ListDestruction, world.dana, None, sentence, **how, first=other.number, second=wrong.number
        )
    ex.clear(world, world.dana)
    own = world.dana.person.number
    refused(destructions.ListDestruction, world.dana, None, "makes the list", **how, first=other.number, second=own)


def test_what_is_listed_does_nothing_else(world):
    ex.condemned(world)
    thing = Carrier.objects.get(number="C-1")
    given = {"borrower": ex.reader(world).number, "purpose": "read", "due_on": ex.soon()}
    refused(loans.Lend, world.dana, thing, "list for destruction", **given)
    refused(handovers.Propose, world.dana, None, "list for destruction", giver=thing.custodian.number,
            taker=ex.reader(world).number, reason="leaving")  # fmt: skip


# safes


def test_a_seal_is_set_by_two_and_a_broken_one_is_told(world, losses):
    place = ex.safe(world)
    own = world.dana.person.number
    refused(places.SealPlace, world.dana, place, "somebody else", number="S-1", second=own)
    ex.sealed(world)
    refused(places.SealPlace, world.dana, place, "sealed already", number="S-2", second=ex.keeper(world).number)
    places.OpenSeal.run(world.dana, place, intact="no", note="torn")
    assert [(loss.how, loss.thing) for loss in losses] == [(missing.SEAL, place)]
    refused(places.OpenSeal, world.dana, place, "No seal", intact="yes")


def test_a_full_locker_takes_no_second_phone(world):
    zone = ex.zone(world, lockers=1)
    ex.ticket(world)
    given = {"zone": zone.pk, "person": ex.reader(world, "rolf").number, "handset": "red one"}
    refused(lockers.IssueTicket, world.dana, None, "All lockers", **given)
    refused(lockers.IssueTicket, world.dana, None, "is taken", **given, locker=1)
    assert Ticket.objects.count() == 1


def test_a_place_with_carriers_stays_open(world):
    ex.carrier(world, level="top")
    place = Place.objects.get()
    refused(places.ClosePlace, world.dana, place, "still kept here", reason="x")
    refused(places.ChangePlace, world.dana, place, "Top secret", name="S", kind="safe")


# stock-take


def test_what_is_missing_after_sign_off_is_told_once(world, losses):
    for number in ("C-1", "C-2", "C-3", "C-4"):
        ex.carrier(world, number)
    lent = loans.Lend.run(
        world.dana,
        Carrier.objects.get(number="C-4"),
        borrower=ex.reader(world).number,
        purpose="read",
        due_on=ex.soon(),
    ).result
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk).thing
    assert take.sums()["all"] == 3
    refused(stocktakes.Begin, world.dana, None, "running already", unit=world.north.pk)
    token = Carrier.objects.get(number="C-2").token
    for typed in ("C-1", f"https://shoumi.example/custody/scan/{token}/", "C-4", "JM-404", "C-1"):
        stocktakes.Count.run(world.area, take, number=typed)
    assert take.sums() == {"expected": 1, "found": 2, "stranger": 2, "missing": 0, "moved": 0, "all": 3}
    refused(stocktakes.SignOff, world.dana, take, "somebody else", witness=world.dana.person.number)
    stocktakes.SignOff.run(world.dana, take, door=proved(), witness=ex.keeper(world).number)
    gone = Carrier.objects.get(number="C-3")
    assert gone.state == states.MISSING
    assert [(loss.how, [one.number for one in loss.carriers]) for loss in losses] == [("stock-take", ["C-3"])]
    assert Loan.objects.get(pk=lent.pk).state == "open"
    refused(stocktakes.SignOff, world.dana, take, "closed", witness=ex.keeper(world).number)
    carriers.Found.run(world.dana, gone, reason="behind the safe")


def test_what_left_while_counting_is_not_missing(world, losses):
    thing = ex.carrier(world)
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk).thing
    given = {"borrower": ex.reader(world).number, "purpose": "read", "due_on": ex.soon()}
    loans.Lend.run(world.dana, thing, **given)
    stocktakes.SignOff.run(world.dana, take, door=proved(), witness=ex.keeper(world).number)
    assert Line.objects.get().verdict == "moved"
    assert losses == []


def test_a_stranger_of_another_unit_is_a_text_and_nothing_more(world):
    ex.carrier(world)
    ex.carrier(world, "F-1", unit=world.south, custodian=world.south_person)
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk).thing
    line, _new = stocktakes.Count.run(world.dana, take, number="F-1").result
    assert (line.carrier, line.text, line.verdict) == (None, "F-1", "stranger")


# reminders


def test_overdue_loans_are_told_once_a_day_to_everybody_who_answers(world):
    from shoumi.console.notices.models import Notice

    world.north.leader = world.leader.person
    world.north.save()
    ex.clear(world, world.staff)
    ex.carrier(world)
    loan = loans.Lend.run(
        world.dana, Carrier.objects.get(), borrower=world.staff.person.number, purpose="read", due_on=ex.soon()
    ).result
    Loan.objects.filter(pk=loan.pk).update(due_on=timezone.localdate() - timedelta(days=2))
    before = Notice.objects.count()
    for _twice in range(2):
        reminders.Remind.run(CLOCK)
    assert Notice.objects.count() == before + 2  # borrower and leader; the custodian has no account
    assert any("overdue" in str(todo.sentence) for todo in todos(world.leader))
    assert any("Bring it back today" in str(todo.sentence) for todo in todos(world.staff))
    assert Told.objects.filter(key__startswith="loan").count() == 1


def test_reviews_terms_and_countings_become_due(world):
    ex.carrier(world, made=timezone.now() - timedelta(days=400))
    ex.carrier(world, "C-2", until=timezone.localdate() + timedelta(days=30))
    said = reminding.everything()
    assert (said["reviews"], said["terms"], said["countings"]) == (1, 1, 1)
    assert reminding.everything() == {"loans": 0, "reviews": 0, "terms": 0, "countings": 0}
    sentences = " ".join(str(todo.sentence) for todo in todos(world.dana))
    assert "due for review" in sentences
    assert "ended or ends soon" in sentences
    assert "not counted" in sentences


# the ledger as a list


def test_a_ledger_is_imported_row_by_row_and_never_overwrites(world):
    ex.carrier(world, "A-9")
    keeper = ex.keeper(world).number
    text = (
        "编号,标题,载体类型,密级,印发日期,保密期限,单位,保管人,存放地点\n"
        f"A-1,Plan,纸质,机密,2026-01-05,10年,north,{keeper},{ex.safe(world).name}\n"
        f"A-2,Plan,纸质,超密,2026-01-05,,north,{keeper},\n"
        f"A-3,Plan,纸质,机密,2026-01-05,30年,north,{keeper},\n"
        f"A-9,Plan,纸质,机密,2026-01-05,,north,{keeper},\n"
        f"A-1,Plan,纸质,机密,2026-01-05,,north,{keeper},\n"
        f"A-5,Plan,纸质,绝密,2026-01-05,,north,{keeper},\n"
        "A-6,Plan,纸质,秘密,2026-01-05,,north,nobody,\n"
        f"A-7,Plan,纸质,秘密,5 May,,south,{keeper},\n"
    )
    rows = importing.SHEET.read(text.encode("gb18030"))
    plan = importing.plan(rows, world.dana.reach({"officer"}))
    assert [row.values["number"] for row in plan.good] == ["A-1"]
    wrong = {row.values["number"] + str(row.line): " ".join(str(error) for error in row.errors) for row in plan.bad}
    assert "none of" in wrong["A-23"]
    assert "longer than the law allows" in wrong["A-34"]
    assert "in the ledger already" in wrong["A-95"]
    assert "in the ledger already" in wrong["A-16"]
    assert "certified" in wrong["A-57"]
    assert "nobody in post" in wrong["A-68"]
    assert "not one of yours" in wrong["A-79"]
    assert "is no day" in wrong["A-79"]
    file = SimpleUploadedFile("ledger.csv", text.encode())
    upload = imports.UploadLedger.run(world.dana, file=file).result
    assert imports.ImportLedger.run(world.dana, upload).result == (1, 7)
    made = Carrier.objects.get(number="A-1")
    assert (made.holder, made.custodian.number, str(made.until)) == (made.custodian, keeper, "2036-01-05")


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_exported_can_be_imported(world, enter, language, form):
    """The whole ledger leaves with all columns and comes back, in every language, under new numbers."""
    from django.conf import settings

    from shoumi.console.custody.views.carriers import Ledger

    for number, kind, level in (
        ("A-1", "paper", "secret"),
        ("A-2", "disc", "top"),
        ("A-3", "usb", "work"),
        ("A-4", "file", "trade"),
    ):
        ex.carrier(
            world, number, level, kind=kind, term="5年", until=terms.read("5年", level, timezone.localdate()).until
        )
    browser = enter(world.dana)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    every = "&".join(f"column={column.key}" for column in Ledger.columns)
    content = browser.get(f"/custody/?export={form}&{every}").content
    Carrier.objects.all().delete()
    plan = importing.plan(importing.SHEET.read(content), world.dana.reach({"officer"}))
    assert plan.bad == []
    found = {(row.values["number"], row.values["kind"], row.values["level"], row.values["term"]) for row in plan.good}
    assert ("A-2", "disc", "top", "5年") in found
    assert len(found) == 4


# people and places typed into forms


def test_people_are_found_by_number_or_by_a_name_that_is_one_persons(world):
    world.person("twin", world.north)
    Person.objects.create(number="n-twin2", name="Twin", unit=world.north)
    field = fields.PersonField(label="x")
    field.reach = world.dana.reach({"officer"})
    assert field.clean("n-twin2").number == "n-twin2"
    for wrong in ("Twin", "nobody", world.south_person.number, world.south_person.name):
        with pytest.raises(Exception, match="name"):
            field.clean(wrong)


def test_only_who_answers_for_everything_changes_the_rules(world):
    given = {"ticket_from": "top", "loan_days": 14, "review_months": 12, "notice_days": 60, "stock_months": 3}
    with pytest.raises(Denied):
        policy.ChangePolicy.run(world.dana, **given)


# other units


def test_another_units_officer_sees_and_does_nothing(world, enter):
    mine = ex.carrier(world)
    place, listed = ex.safe(world), ex.condemned(world, ex.carrier(world, "C-2"))
    other = world.south_officer
    with pytest.raises(Denied):
        carriers.ChangeCarrier.run(other, mine, title="x")
    invalid(dispatches.Send, other, None, "carriers", **{**ex.SENT, "carriers": mine.number})
    browser = enter(other)
    for address in (
        f"/custody/{mine.pk}/", f"/custody/{mine.pk}/lend/", f"/custody/scan/{mine.token}/", f"/custody/places/{place.pk}/",
        f"/custody/destructions/{listed.pk}/", f"/records/custody.carrier/{mine.pk}.html",
    ):  # fmt: skip
        assert browser.get(address).status_code == 404, address
    assert mine.number not in browser.get("/custody/?q=C-").content.decode()


def test_staff_see_what_they_hold_and_what_they_sign(world, enter):
    listed = ex.handed(world)
    browser = enter(world.staff)
    page = browser.get("/custody/mine/").content.decode()
    assert "C-1" in page
    assert browser.get(f"/custody/handovers/{listed.pk}/").status_code == 200
    assert browser.get("/custody/").status_code == 403
    assert browser.get("/custody/1/").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_page_opens(world, enter, language):
    from django.conf import settings

    loan, listed, order = (
        ex.lent(world),
        ex.condemned(world, ex.carrier(world, "D-1")),
        ex.copy_asked(world, ex.carrier(world, "D-2")),
    )
    carry = ex.carry_asked(world, ex.carrier(world, "D-3"))
    sent = dispatches.Send.run(world.dana, **{**ex.SENT, "carriers": ex.carrier(world, "D-4").number}).thing
    ex.clear(world, world.staff, world.leader)
    ex.carrier(world, "D-5", custodian=world.staff.person)
    passing = handovers.Propose.run(
        world.dana, giver=world.staff.person.number, taker=world.leader.person.number, reason="post").result  # fmt: skip
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk).thing
    stocktakes.Count.run(world.dana, take, number="D-2")
    stocktakes.Count.run(world.dana, take, number="XX")
    ticket, place, zone = ex.ticket(world), ex.sealed(world), ex.zone(world)
    browser = enter(world.dana)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    pages = [
        "", "add/", "receive/", "compile/", "import/", "rules/", "labels/?level=secret", "mine/", "template.csv", "template.xlsx", "loans/", "dispatches/",
        "dispatches/add/?carriers=D-2", "handovers/", "handovers/add/?giver=n-kara", "destructions/", "destructions/add/",
        "places/", "places/add/", "lockers/", "lockers/add/", "zones/", "zones/add/", "stocktakes/", "stocktakes/add/",
        f"{loan.carrier_id}/", f"{order.carrier_id}/", f"{carry.carrier_id}/", f"scan/{loan.carrier.token}/",
        f"loans/{loan.pk}/return/", f"loans/{loan.pk}/prolong/", f"dispatches/{sent.pk}/", f"dispatches/{sent.pk}/receipt/",
        f"handovers/{passing.pk}/", f"handovers/{passing.pk}/paper/", f"destructions/{listed.pk}/",
        f"destructions/{listed.pk}/strike/", f"places/{place.pk}/", f"places/{place.pk}/open/", f"lockers/{ticket.pk}/",
        f"lockers/{ticket.pk}/return/", f"zones/{zone.pk}/", f"stocktakes/{take.pk}/", f"stocktakes/{take.pk}/lines/",
        f"stocktakes/{take.pk}/sign/",
    ]  # fmt: skip
    from shoumi.console.custody.views.carriers import STEPS

    pages += [f"{order.carrier_id}/{step}/" for step in STEPS]
    for page in pages:
        assert browser.get(f"/custody/{page}").status_code == 200, page
    records = {
        "custody.carrier": loan.carrier_id, "custody.loan": loan.pk, "custody.dispatch": sent.pk, "custody.handover": passing.pk,
        "custody.destruction": listed.pk, "custody.stocktake": take.pk, "custody.label": loan.carrier_id,
        "custody.labels": place.pk, "custody.unit-labels": world.north.pk,
    }  # fmt: skip
    for name, key in records.items():
        assert browser.get(f"/records/{name}/{key}.html").status_code == 200, name


def test_a_page_counts_and_says_what_it_counted(world, enter):
    ex.carrier(world)
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk).thing
    browser = enter(world.area)
    for typed, said in (("C-1", "Found"), ("C-1", "Counted before"), ("nothing", "Stranger")):
        answer = browser.post(f"/custody/stocktakes/{take.pk}/", {"number": typed}, follow=True)
        assert said in answer.content.decode()
    empty = browser.post(f"/custody/stocktakes/{take.pk}/", {"number": ""})
    assert empty.status_code == 422
    carrier = Carrier.objects.get()
    assert browser.get(f"/custody/scan/{carrier.token}/").status_code == 200
    assert browser.get("/custody/scan/guess/").status_code == 404


# cost


@pytest.mark.parametrize(
    "page", ["", "loans/", "destructions/", "handovers/", "dispatches/", "places/", "lockers/", "mine/"]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(world, enter, page):
    browser = enter(world.dana)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(f"/custody/{page}").status_code == 200
        return len(seen)

    _rows(world, 2, 0)
    few = queries()
    _rows(world, 12, 2)
    assert queries() == few


def _rows(world, count, start):
    ex.clear(world, world.dana, world.leader, world.area)
    for number in range(start, start + count):
        loan = loans.Lend.run(
            world.dana, ex.carrier(world, f"L-{number}", custodian=world.dana.person), borrower=ex.reader(world).number,
            purpose="read", due_on=ex.soon()).result  # fmt: skip
        Loan.objects.filter(pk=loan.pk).update(due_on=timezone.localdate() - timedelta(days=1))
        ex.condemned(world, ex.carrier(world, f"X-{number}"))
        ex.carrier(world, f"H-{number}")
        handovers.Propose.run(
            world.dana, giver=ex.keeper(world).number, taker=ex.reader(world).number, reason="post", carriers=f"H-{number}")  # fmt: skip
        dispatches.Send.run(world.dana, **{**ex.SENT, "carriers": ex.carrier(world, f"S-{number}").number})
        Place.objects.create(unit=world.north, name=f"Safe {number}")
    zone = ex.zone(world, 200)
    for number in range(start, start + count):
        person = world.person(f"p{number}", world.north)
        lockers.IssueTicket.run(world.dana, zone=zone.pk, person=person.number, handset="one")


def test_a_missing_thing_leaves_the_trail_of_what_was_known(world, losses):
    thing = ex.carrier(world)
    carriers.ReportMissing.run(world.dana, thing, reason="seen last on Monday")
    assert [loss.how for loss in losses] == [missing.REPORTED]
    assert "seen last on Monday" in Entry.objects.first().facts
    with pytest.raises(Gone):
        carriers.ReportMissing.run(world.dana, 999_999, reason="x")


@pytest.mark.parametrize("who", ["south_officer", "staff", "alice"])
def test_no_address_shows_anything_of_another_unit(world, enter, who):
    """Every address of the room, with the keys of everything there is, as somebody whom nothing of it concerns."""
    import re

    from shoumi.console.custody.urls import urlpatterns

    loan, listed = ex.lent(world), ex.condemned(world, ex.carrier(world, "D-1"))
    ex.carry_asked(world, ex.carrier(world, "D-2"))
    ex.copy_asked(world, ex.carrier(world, "D-3"))
    dispatches.Send.run(world.dana, **{**ex.SENT, "to": "Zz-foreign", "carriers": ex.carrier(world, "D-4").number})
    handovers.Propose.run(
        world.dana, giver=ex.carrier(world, "D-5", custodian=ex.reader(world)).custodian.number,
        taker=ex.keeper(world).number, reason="post", note="Zz-foreign", carriers="D-5")  # fmt: skip
    take = stocktakes.Begin.run(world.dana, unit=world.north.pk, reason="Zz-foreign").thing
    stocktakes.Count.run(world.dana, take, number="Zz-foreign")
    ex.ticket(world)
    ex.sealed(world)
    Carrier.objects.update(title="Zz-foreign")
    Place.objects.update(name="Zz-foreign")
    ex.zone(world)
    del loan, listed
    browser, seen = enter(getattr(world, who)), 0
    for pattern in urlpatterns:
        template = str(pattern.pattern).replace("^", "").replace("$", "").replace("\\.", ".")
        template = template.replace("<str:token>", Carrier.objects.first().token)
        words = re.search(r"\(\?P<(?:step|form)>([\w|-]+)\)", template)
        for word in words[1].split("|") if words else [""]:
            address = re.sub(r"\(\?P<(?:step|form)>[\w|-]+\)", word, template)
            keys = range(1, 8) if "pk" in address else [0]
            for key in keys:
                one = re.sub(r"\(\?P<pk>\\d\+\)|<int:pk>", str(key), address)
                for query in ("", "?q=Zz", "?export=csv", "?pk=1", "?place=1"):
                    answer = browser.get(f"/custody/{one}{query}")
                    assert answer.status_code in {200, 403, 404}, one
                    seen += answer.status_code == 200
                    text = b"".join(answer) if answer.streaming else answer.content
                    assert b"foreign" not in text.lower(), f"{who} sees another unit at {one}{query}"
                    if answer.status_code != 200:
                        break
    assert seen
