"""Cases from order to clean re-check, the 24-hour clock, reveals by two, reports without a name, self-inspections, records."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shoumi.console.action import Denied, Gone, Invalid, Unmet, Unproven
from shoumi.console.audit.models import Entry
from shoumi.console.findings import anonymous, ingest, jobs, opening, routing, sealing, sources
from shoumi.console.findings.actions import cases, evidence, reports, selfcheck, triage
from shoumi.console.findings.models import Case, Envelope, Evidence, Finding, Look, Report, Reveal, Rules, Step

_spec = importlib.util.spec_from_file_location("examples_findings", Path(__file__).with_name("examples_findings.py"))
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)
_spec = importlib.util.spec_from_file_location("findings_tests", Path(__file__).with_name("test_findings.py"))
results = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(results)
PASSPHRASE = examples.PASSPHRASE


@pytest.fixture(autouse=True)
def readers():
    """Tests that let places be read put the real reader back."""
    before = list(sources._READERS)
    yield
    sources._READERS[:] = before


# triage


def test_a_bulk_decision_leaves_a_line_for_each_and_one_entry(world, proven):
    found = [examples.found(world, number) for number in range(1, 6)]
    before = Entry.objects.count()
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    keys = [str(one.pk) for one in found]
    triage.Dismiss.run(world.dana, door=proven, findings=keys, reason="samples", until=until)
    assert Entry.objects.count() == before + 1
    assert set(Finding.objects.values_list("state", "because")) == {("false", "samples")}
    assert all(one.decisions.filter(what="findings.dismiss", reason="samples").count() == 1 for one in found)


def test_a_judgement_holds_at_most_a_year_and_never_backwards(world, proven):
    finding = examples.found(world)
    for days in (-1, 400):
        until = (timezone.localdate() + timedelta(days=days)).isoformat()
        with pytest.raises(Invalid):
            triage.Dismiss.run(world.dana, door=proven, findings=[str(finding.pk)], reason="x", until=until)


def test_findings_of_another_unit_cannot_even_be_chosen(world, proven):
    finding = examples.found(world, unit=world.south)
    until = timezone.localdate().isoformat()
    with pytest.raises(Invalid):
        triage.Dismiss.run(world.dana, door=proven, findings=[str(finding.pk)], reason="x", until=until)
    with pytest.raises(Invalid):
        cases.OpenCase.run(world.dana, door=proven, findings=[str(finding.pk)], title="x", unit=world.north.pk,
                           kind="other", rank="1")  # fmt: skip


def test_the_queue_shows_what_is_to_decide_and_filters(world, enter):
    examples.found(world, 1, rank=0, area="drives")
    examples.found(world, 2, state="false", rank=2)
    examples.found(world, 3, unit=world.south)
    examples.found(world, 4, unit=world.cellar, rule="cn.mark")
    browser = enter(world.dana)

    def shown(query=""):
        return [row.content[-1] for row in browser.get(f"/findings/?{query}").context["page"]]

    assert shown() == ["1", "4"]
    assert shown("state=false") == ["2"]
    assert shown("severity=0") == ["1"]
    assert shown("area=drives") == ["1"]
    assert shown("rule=cn.mark") == ["4"]
    assert shown(f"unit={world.cellar.pk}") == ["4"]
    assert shown(f"unit={world.south.pk}") == ["1", "4"]  # no choice of this account: not applied
    assert shown("q=nothing-like-this") == []
    assert (
        enter(world.south_officer).get(f"/findings/{Finding.objects.get(content__endswith='1').pk}/").status_code == 404
    )
    assert enter(world.staff).get("/findings/").status_code == 403


def test_what_was_written_on_a_holiday_is_flagged(world, enter):
    from shoumi.console.findings import periods

    assert "National Day" in [str(one.name) for one in periods.recent()]
    finding = examples.found(world)
    finding.occurrences.update(dated="2025-10-03T02:00:00Z")
    browser = enter(world.dana)
    assert [row.pk for row in browser.get("/findings/?dated=yes").context["page"]] == [finding.pk]
    assert list(browser.get("/findings/?dated=no").context["page"]) == []
    assert "National Day" in browser.get(f"/findings/{finding.pk}/").content.decode()
    finding.occurrences.update(dated="2025-10-15T02:00:00Z")
    assert list(browser.get("/findings/?dated=yes").context["page"]) == []


def test_queries_do_not_grow_with_findings_cases_and_gaps(world, enter):
    browser = enter(world.dana)

    def grow(first, last):
        made = results.inspection(world, f"I-{first}", series=f"plan:{first}")
        ingest.take(made, [results.match(n, f"/share/{n}.txt") for n in range(first, last)])
        ingest.take(made, [results.gap(f"/share/{n}.zip") for n in range(first, last)])
        for number in range(first, first + (last - first) // 2):
            finding = Finding.objects.get(content=f"{number:032x}")
            case = opening.open_case(title=f"Case {number}", unit=world.north, kind="other", by="x", findings=[finding],
                                     source=str(number))  # fmt: skip
            Case.objects.filter(pk=case.pk).update(responsible=world.north_person, leader=world.leader.person)

    def count(page):
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(page).status_code == 200
        return len(caught)

    grow(1, 6)
    finding, case = Finding.objects.first(), Case.objects.first()
    pages = ("/findings/", "/findings/?state=case", "/findings/inspections/", "/findings/gaps/", "/findings/cases/",
             "/findings/self/", "/findings/reports/", "/findings/keys/", f"/findings/cases/{case.pk}/",
             f"/findings/{finding.pk}/", "/scans/", "/scans/places/", "/scans/questions/")  # fmt: skip
    for page in pages:
        count(page)
    before = {page: count(page) for page in pages}
    grow(100, 140)
    assert {page: count(page) for page in pages} == before
    assert max(before.values()) <= 22


# cases


def order(world, case, **more):
    given = {"order": "Take it down", "responsible": "n-norma", "leader": "n-leader",
             "deadline": timezone.localdate().isoformat(), **more}  # fmt: skip
    return cases.Order.run(world.dana, case, **given)


def test_from_findings_to_closing_by_a_clean_re_check(world, proven):
    results.taken(world, results.match(1), results.match(2))
    keys = [str(pk) for pk in Finding.objects.values_list("pk", flat=True)]
    case = cases.OpenCase.run(world.dana, findings=keys, title="List on the share", unit=world.north.pk, kind="finding",
                              rank="1").thing  # fmt: skip
    with pytest.raises(Unmet):
        cases.Close.run(world.dana, case, closing="done")
    order(world, case)
    with pytest.raises(Unmet):  # not re-checked
        cases.Close.run(world.dana, case, closing="done")
    cases.AnswerOrder.run(world.leader, case, answer="taken down")
    with pytest.raises(Unmet):  # by hand, while an inspection still sees it
        cases.Recheck.run(world.dana, case, how="hand", clean_now="on", note="looked")
    opening.inspected(results.taken(world, results.match(2), number="I-2"))
    case.refresh_from_db()
    assert (case.clean, case.check_result) == (False, "I-2")
    with pytest.raises(Unmet):
        cases.Close.run(world.dana, case, closing="done")
    opening.inspected(results.taken(world, number="I-3"))
    cases.Close.run(world.dana, case, closing="nothing left")
    case.refresh_from_db()
    assert case.state == "closed"
    assert [step.what for step in case.steps.all()] == ["rechecked", "rechecked", "opened"]
    assert set(Finding.objects.values_list("state", flat=True)) == {"gone"}


def test_a_re_check_that_could_not_look_is_not_clean(world):
    results.taken(world, results.match(1, "/share/closed/a.txt"))
    case = examples.case(world, "ordered", findings=[Finding.objects.get()])
    opening.inspected(results.taken(world, results.gap("/share/closed", "denied"), number="I-2"))
    case.refresh_from_db()
    assert case.clean is False


def test_only_the_leader_excepts_and_not_for_themselves(world, proven):
    case = examples.case(world, "checking")
    with pytest.raises(Denied):
        cases.Except.run(world.dana, case, door=proven, reason="x")
    Case.objects.filter(pk=case.pk).update(responsible=world.leader.person)
    with pytest.raises(Unmet):
        cases.Except.run(world.leader, case, door=proven, reason="x")
    Case.objects.filter(pk=case.pk).update(responsible=world.north_person)
    with pytest.raises(Unproven):
        cases.Except.run(world.leader, case, reason="x")
    cases.Except.run(world.leader, case, door=proven, reason="under seal until May")
    case.refresh_from_db()
    assert (case.state, case.closing) == ("excepted", "under seal until May")


def test_both_people_are_named_and_are_two(world):
    case = examples.case(world)
    for wrong in ({"leader": ""}, {"responsible": ""}, {"leader": "n-norma"}, {"responsible": "nobody"},
                  {"deadline": "2020-01-01"}):  # fmt: skip
        with pytest.raises(Invalid):
            order(world, case, **wrong)


def test_the_responsible_person_sees_and_answers_their_case_and_no_other(world, enter):
    case = examples.case(world, "ordered", responsible=world.staff.person)
    other = examples.case(world, "ordered")
    browser = enter(world.staff)
    page = browser.get(f"/findings/cases/{case.pk}/")
    assert page.status_code == 200
    assert "Say what was done" in page.content.decode()
    assert browser.get(f"/findings/cases/{other.pk}/").status_code == 404
    assert "Marked plan" in browser.get("/").content.decode()
    browser.post(f"/findings/cases/{case.pk}/answer/", {"answer": "taken down"})
    with pytest.raises(Denied):
        cases.AnswerOrder.run(world.staff, other, answer="x")
    case.refresh_from_db()
    assert (case.state, case.answer) == ("checking", "taken down")


def test_who_is_responsible_does_not_close_it(world):
    case = examples.case(
        world, "checking", responsible=world.dana.person, clean=True, checked=timezone.now() + timedelta(hours=1)
    )
    with pytest.raises(Unmet):
        cases.Close.run(world.dana, case, closing="x")


def test_an_overdue_case_goes_up_a_level_a_week(world):
    world.north.leader, world.root.leader = world.leader.person, world.person("top", world.root)
    world.north.save(), world.root.save()
    case = examples.case(world, "ordered", deadline=timezone.localdate() - timedelta(days=1))
    jobs.overdue()
    jobs.overdue()
    case.refresh_from_db()
    assert case.escalated == 1
    Case.objects.update(deadline=timezone.localdate() - timedelta(days=8))
    jobs.overdue()
    assert [step.detail["to"] for step in case.steps.filter(what="escalated")] == ["Top (n-top)", "Leader (n-leader)"]
    Case.objects.update(state="closed")
    jobs.overdue()
    case.refresh_from_db()
    assert case.escalated == 2


def test_the_clock_of_an_incident(world):
    case = examples.case(world, "ordered", incident=True, discovered=timezone.now() - timedelta(hours=19))
    jobs.clock()
    assert not Step.objects.filter(what="soon").exists()
    Case.objects.update(discovered=timezone.now() - timedelta(hours=21))
    jobs.clock()
    jobs.clock()
    assert Step.objects.filter(what="soon").count() == 1
    Case.objects.update(discovered=timezone.now() - timedelta(hours=25))
    jobs.clock()
    case.refresh_from_db()
    assert case.late
    assert Step.objects.filter(what="late").count() == 1
    Case.objects.update(state="checking", clean=True, checked=timezone.now() + timedelta(seconds=5))
    with pytest.raises(Unmet):  # cannot be closed before it was reported
        cases.Close.run(world.dana, case, closing="x")


def test_an_incident_is_reported_after_its_discovery_and_not_tomorrow(world):
    case = examples.case(world, "ordered", incident=True, discovered=timezone.now() - timedelta(hours=2))

    def given(hours):
        moment = timezone.localtime() + timedelta(hours=hours)
        return {"reported": moment.strftime("%Y-%m-%dT%H:%M"), **examples._FORM}

    with pytest.raises(Invalid):
        cases.ReportIncident.run(world.dana, case, **given(3))
    with pytest.raises(Unmet):
        cases.ReportIncident.run(world.dana, case, **given(-5))
    cases.ReportIncident.run(world.dana, case, **given(-1))
    case.refresh_from_db()
    assert not case.late
    assert case.form["authority"] == "市保密局"


def test_the_same_source_opens_one_case(world):
    one = opening.open_case(title="a", unit=world.north, kind="other", by="x", source="s:1")
    assert opening.open_case(title="b", unit=world.north, kind="other", by="x", source="s:1") == one
    Case.objects.update(state="closed")
    assert opening.open_case(title="c", unit=world.north, kind="other", by="x", source="s:1") != one


def test_a_missing_carrier_becomes_an_incident(world):
    missing = pytest.importorskip("shoumi.console.custody.missing")
    from shoumi.console.findings.missing import open_case

    loss = missing.Loss("reported", (), world.north, world.north, "not in the safe")
    act = cases.OpenCase(world.dana, None)
    open_case(act, loss)
    open_case(act, loss)
    case = Case.objects.get()
    assert (case.kind, case.rank, case.incident, case.order) == ("missing", 0, True, "not in the safe")


# evidence


def test_two_of_many_open_what_was_sealed_and_one_does_not():
    keys = {str(n): sealing.new_key(f"{PASSPHRASE} {n}") for n in range(4)}
    sealed, shares = sealing.seal("机密★10年", {name: public for name, (public, _wrapped) in keys.items()})
    opened = {n: sealing.unbox(sealing.open_key(keys[n][1], f"{PASSPHRASE} {n}"), shares[n]) for n in keys}
    for one, other in permutations(opened.values(), 2):
        assert sealing.unseal(sealed, one, other) == "机密★10年"
    with pytest.raises(sealing.Damaged):
        sealing.unseal(sealed, opened["0"], opened["0"])
    with pytest.raises(sealing.WrongPassphrase):
        sealing.open_key(keys["0"][1], "guess")
    with pytest.raises(sealing.Damaged):
        sealing.unbox(sealing.open_key(keys["0"][1], f"{PASSPHRASE} 0"), shares["1"])
    with pytest.raises(ValueError, match="two people"):
        sealing.seal("x", {"0": keys["0"][0]})


def test_one_share_says_nothing_of_the_secret():
    secret = bytes(range(32))
    seen = {sealing.split(secret, 3)[0][1:] for _ in range(64)}
    assert len(seen) == 64
    assert all(sealing.combine(*sealing.split(secret, 255)[n : n + 2]) == secret for n in (0, 100, 253))


@pytest.mark.parametrize("kept", [False, True], ids=["source", "kept"])
def test_two_persons_see_it_and_every_look_is_written_down(world, proven, kept):
    reveal = examples.asked(world, kept=kept)
    if kept:
        assert "机密" not in str(list(Evidence.objects.values()))
        sources._READERS.clear()  # the source is gone
    with pytest.raises(Unmet):
        evidence.AgreeReveal.run(world.dana, reveal, door=proven, passphrase=PASSPHRASE)
    with pytest.raises(Unmet):
        evidence.LookAgain.run(world.dana, reveal, door=proven, passphrase=PASSPHRASE)
    with pytest.raises(Unmet):
        evidence.AgreeReveal.run(world.leader, reveal, door=proven, passphrase="not this one")
    done = evidence.AgreeReveal.run(world.leader, reveal, door=proven, passphrase=PASSPHRASE)
    assert done.result == "机密★10年"
    assert evidence.LookAgain.run(world.dana, reveal, door=proven, passphrase=PASSPHRASE).result == "机密★10年"
    assert list(Look.objects.order_by("pk").values_list("by", "origin")) == [
        ("Leader", "kept" if kept else "source"), ("Dana", "kept" if kept else "source")]  # fmt: skip
    reveal.refresh_from_db()
    assert "机密" not in str(reveal.passed)
    for entry in Entry.objects.all():
        assert "机密" not in entry.facts
        assert PASSPHRASE not in entry.facts
    Reveal.objects.update(agreed=timezone.now() - timedelta(minutes=16))
    with pytest.raises(Unmet):
        evidence.LookAgain.run(world.dana, reveal, door=proven, passphrase=PASSPHRASE)
    jobs.shares()
    reveal.refresh_from_db()
    assert reveal.passed == {}


def test_a_third_person_does_not_look(world, proven):
    reveal = examples.looked(world)
    examples.keyholder(world.approver)
    with pytest.raises(Denied):
        evidence.LookAgain.run(world.approver, reveal, door=proven, passphrase=PASSPHRASE)


def test_after_a_day_it_must_be_asked_anew(world, proven):
    reveal = examples.asked(world)
    with pytest.raises(Unmet):  # asked already
        evidence.AskReveal.run(world.leader, reveal.occurrence, door=proven, reason="x", passphrase=PASSPHRASE)
    Reveal.objects.update(asked=timezone.now() - timedelta(hours=25))
    with pytest.raises(Unmet):
        evidence.AgreeReveal.run(world.leader, reveal, door=proven, passphrase=PASSPHRASE)
    evidence.AskReveal.run(world.leader, reveal.occurrence, door=proven, reason="x", passphrase=PASSPHRASE)


def test_who_enrolled_later_cannot_open_what_was_kept_before(world, proven):
    examples.asked(world, kept=True)
    Reveal.objects.all().delete()
    examples.keyholder(world.approver)
    place = Evidence.objects.get().occurrence
    with pytest.raises(Unmet):
        evidence.AskReveal.run(world.approver, place, door=proven, reason="x", passphrase=PASSPHRASE)


def test_the_page_shows_it_once_and_keeps_it_nowhere(world, enter, monkeypatch):
    from shoumi.console.pages import ActionPage

    reveal = examples.asked(world)
    monkeypatch.setattr(ActionPage, "door", examples_door())
    browser = enter(world.leader)
    page = browser.post(f"/findings/reveals/{reveal.pk}/agree/", {"passphrase": PASSPHRASE})
    assert "机密★10年" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert "机密★10年" not in browser.get(f"/findings/reveals/{reveal.pk}/").content.decode()
    assert enter(world.south_officer).get(f"/findings/reveals/{reveal.pk}/").status_code == 404


def examples_door():
    from shoumi.console.action import Door

    return property(lambda _page: Door("page", "127.0.0.1", timezone.now()))


# reports


@pytest.fixture
def nameless(world):
    Rules.objects.create(pk=1, anonymous=True)
    return world


def test_a_report_goes_to_nobody_it_is_about_nor_above_or_below_them(world):
    from shoumi.console.accounts.models import Grant

    boss = world.account("boss", "officer", world.root)
    world.north.leader = world.leader.person
    world.north.save()
    assert {user.username for user in routing.readers(world.north, [])} == {"dana", "boss"}
    assert {user.username for user in routing.readers(world.north, [world.dana.person])} == {"boss"}
    # Dana belongs to a unit that Leader leads, so that she is below Leader
    assert {user.username for user in routing.readers(world.north, [world.leader.person])} == {"boss"}
    world.root.leader = boss.person
    world.root.save()
    # boss leads the root: everybody is above or below, only those outside the chain are left, which is nobody
    assert routing.readers(world.north, [world.staff.person, boss.person]) == []
    Grant.objects.filter(user=boss).update(ended=timezone.now())
    left = routing.readers(world.north, [world.dana.person])
    assert {user.username for user in left} <= {"charlie", "bob"}
    assert left


def test_a_report_by_name_and_its_answer(world, enter):
    browser = enter(world.staff)
    assert browser.post("/findings/report/", {"text": "A plan was photographed.", "unit": "north"}).status_code == 302
    report = Report.objects.get()
    assert [user.username for user in report.readers.all()] == ["dana"]
    officer = enter(world.dana)
    assert "photographed" in officer.get(f"/findings/reports/{report.pk}/").content.decode()
    officer.post(f"/findings/reports/{report.pk}/answer/", {"text": "Where was it?"})
    assert "Where was it?" in enter(world.staff).get("/findings/report/mine/").content.decode()
    assert enter(world.leader).get(f"/findings/reports/{report.pk}/").status_code == 404
    with pytest.raises(Gone):
        reports.AnswerReport.run(world.leader, report, text="x")


def test_without_a_name_nothing_says_who_whence_or_when(nameless, client):
    world = nameless
    page = client.post("/findings/report/anonymous/", {"text": "The copier left with its disk.", "unit": "Unit north"},
                       headers={"accept-language": "en"}, REMOTE_ADDR="10.1.2.3")  # fmt: skip
    code = page.content.decode().split("<strong>")[1].split("<")[0]
    assert "sessionid" not in client.cookies
    assert "shoumi" not in client.cookies
    envelope = Envelope.objects.values().get()
    assert set(envelope) == {"id", "code", "day", "text", "unit_id", "about", "reply"}
    assert code not in str(envelope)
    assert not Report.objects.exists()
    assert not Entry.objects.exists()
    jobs.envelopes()
    entry = Entry.objects.get()
    assert (entry.actor, entry.address, entry.unit) == ("anonymous", "", "")
    assert "copier" not in entry.facts
    report = Report.objects.get()
    assert (report.reporter, report.day, Envelope.objects.count()) == (None, timezone.localdate(), 0)
    reports.AnswerReport.run(world.dana, report, text="Which floor?")
    shown = client.post("/findings/report/code/", {"code": code.lower().replace("-", " ")}).content.decode()
    assert "Which floor?" in shown
    client.post("/findings/report/code/", {"code": code, "text": "The third."})
    jobs.envelopes()
    assert [one.text for one in report.messages.all()] == ["Which floor?", "The third."]
    assert client.post("/findings/report/code/", {"code": "AAAAA-AAAAA-AAAAA-AAAAA"}).status_code == 422


def test_a_batch_is_opened_in_no_order(nameless):
    for number in range(12):
        anonymous.submit(f"report {number:02}", nameless.north, [])
    jobs.envelopes()
    told = [report.text for report in Report.objects.order_by("number")]
    assert sorted(told) == [f"report {number:02}" for number in range(12)]
    assert told != sorted(told)  # once in 479 million runs


def test_who_is_signed_in_is_not_anonymous(nameless, enter):
    page = enter(nameless.staff).post("/findings/report/anonymous/", {"text": "x"})
    assert page.status_code == 403
    assert not Envelope.objects.exists()


def test_the_office_decides_whether_anonymous_reports_are_taken(world, client):
    assert client.get("/findings/report/anonymous/").status_code == 404
    assert "without a name" not in client.get("/accounts/signin/", headers={"accept-language": "en"}).content.decode()
    Rules.objects.create(pk=1, anonymous=True)
    assert client.get("/findings/report/anonymous/").status_code == 200
    assert "without a name" in client.get("/accounts/signin/", headers={"accept-language": "en"}).content.decode()


def test_a_flood_is_refused(nameless, client, monkeypatch):
    monkeypatch.setattr(anonymous, "WAITING", 2)
    statuses = [
        client.post("/findings/report/anonymous/", {"text": "x", "unit": "north"}).status_code for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


def test_nobody_reads_the_list_of_staff_by_trying_names(nameless, client, monkeypatch):
    monkeypatch.setattr(anonymous, "GUESSES", 2)
    anonymous._wrong.clear()
    for status in (422, 422, 429):
        page = client.post("/findings/report/anonymous/", {"text": "x", "about": "Nobody"})
        assert page.status_code == status
    anonymous._wrong.clear()
    assert "Unit south" not in client.get("/findings/report/anonymous/").content.decode()


# self-inspection


def test_what_is_wrong_becomes_a_case_for_each_item(world):
    made = selfcheck.Begin.run(world.dana, unit=world.north.pk, due=timezone.localdate().isoformat()).thing
    with pytest.raises(Unmet):
        selfcheck.Begin.run(world.dana, unit=world.north.pk, due=timezone.localdate().isoformat())
    from shoumi.console.findings.checklist import ITEMS, QUESTIONS

    assert len(ITEMS) == 13
    with pytest.raises(Invalid):
        selfcheck.Fill.run(world.dana, made, **{"rules-1": "no"})
    given = dict.fromkeys(QUESTIONS, "yes") | {"rules-1": "no", "rules-1-note": "old", "rules-2": "partly",
                                               "rules-2-note": "two left", "meetings-1": "partly", "meetings-1-note": "one"}  # fmt: skip
    selfcheck.Fill.run(world.dana, made, **{key: value for key, value in given.items() if key != "other-3"})
    with pytest.raises(Unmet):
        selfcheck.End.run(world.dana, made, conclusion="mostly")
    selfcheck.Fill.run(world.dana, made, **given)
    selfcheck.End.run(world.dana, made, conclusion="mostly")
    assert [(case.kind, case.rank, case.order) for case in Case.objects.order_by("pk")] == [
        ("self", 1, "old\ntwo left"), ("self", 2, "one")]  # fmt: skip
    with pytest.raises(Unmet):
        selfcheck.Fill.run(world.dana, made, **given)


# records


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
def test_records_are_made_in_three_languages_and_say_what_was_not_examined(world, enter, language):
    from django.conf import settings

    made = results.taken(world, results.match(1), results.gap(), end=False)
    ingest.finish(made, results.summary(gaps={"encrypted": 1}, packs={"cn": "1"}))
    case = examples.case(world, "ordered", findings=[Finding.objects.get()], incident=True, discovered=timezone.now())
    check = examples.self_inspection(world, answered=True)
    browser = enter(world.dana)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    keys = {"findings.inspection": made.pk, "findings.notice": case.pk, "findings.case": case.pk,
            "findings.incident": case.pk, "findings.selfinspection": check.pk, "findings.year": f"{world.north.pk}-2026"}  # fmt: skip
    for name, key in keys.items():
        page = browser.get(f"/records/{name}/{key}.html")
        assert page.status_code == 200, name
        assert enter(world.south_officer).get(f"/records/{name}/{key}.html").status_code == 404
        browser = enter(world.dana)
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    pdf = browser.get(f"/records/findings.inspection/{made.pk}.pdf")
    assert pdf.content.startswith(b"%PDF")
    words = {"en": "NOT examined", "zh-hans": "没有检查", "zh-hant": "沒有檢查"}
    assert words[language] in browser.get(f"/records/findings.inspection/{made.pk}.html").content.decode()
