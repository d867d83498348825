"""The board: nearest step, units below, what is not known, rights, the wall, the record, days kept, homes by role."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from shoumi.console import steps
from shoumi.console.action import Denied, Machine, registry
from shoumi.console.board import standing, trend, unseen
from shoumi.console.board.actions import KeepToday
from shoumi.console.board.models import Snapshot
from shoumi.console.findings.models import Case, Finding, Gap, Inspection
from shoumi.console.roles import Reach


def finding(unit, rank=0, area="messaging", **more):
    number = Finding.objects.count()
    return Finding.objects.create(
        content=f"{number:032}", unit=unit, rule="x", category=more.pop("category", "personal"), rank=rank, area=area,
        path="/x/a.txt", **more,
    )  # fmt: skip


def inspected(unit, days=1, state="complete", addresses=("/srv/share",)):
    when = timezone.now() - timedelta(days=days)
    number = Inspection.objects.count()
    return Inspection.objects.create(
        number=f"I-{number}", series=f"s{number}", name="share", unit=unit, addresses=list(addresses), state=state,
        began=when, ended=when, summary={"files": 7},
    )  # fmt: skip


def cell(unit, area):
    return standing.cell(unit, area)


def test_nothing_known_is_never_far(world):
    for line in standing.lines(Reach(("",))):
        assert all(one.left is None for one in line.cells)


@pytest.mark.parametrize(
    ("rank", "area", "left"),
    [(0, "messaging", 0), (0, "drives", 0), (0, "exams", 1), (1, "messaging", 1), (2, "phones", 2), (3, "phones", 3)],
)
def test_findings_count_by_severity_and_area(world, rank, area, left):
    finding(world.north, rank, area)
    assert cell(world.north, area).left == left
    assert cell(world.south, area).left is None


def test_what_is_decided_or_only_information_does_not_count(world):
    finding(world.north, 0, state="false")
    finding(world.north, 4)
    assert cell(world.north, "messaging").left is None


def test_a_passage_without_area_is_one_of_compiled_documents(world):
    finding(world.north, 1, "", category="passage")
    finding(world.north, 1, "", category="credential")
    assert cell(world.north, "compilation").left == 1
    assert cell(world.north, "").left == 1


def test_the_nearest_counts_and_units_above_answer_for_those_below(world):
    finding(world.cellar, 2)
    finding(world.north, 3)
    here = cell(world.north, "messaging")
    assert (here.left, here.where, here.more) == (2, "Unit cellar", 1)
    assert cell(world.root, "messaging").left == 2
    assert cell(world.cellar, "messaging").where == ""


def test_far_needs_somebody_who_looked(world):
    inspected(world.north)
    assert cell(world.north, "compilation").left == steps.FAR
    assert cell(world.north, "phones").left is None
    inspected(world.south, addresses=["s3://office/bucket"])
    assert cell(world.south, "drives").left == steps.FAR


def test_a_scan_that_is_old_failed_or_has_gaps_is_not_far(world):
    inspected(world.north, days=40)
    assert cell(world.north, "compilation").left == 3
    made = inspected(world.south)
    Gap.objects.create(key="g", inspection=made, path="/x", trail=[{"kind": "file", "name": "x"}], reason="encrypted")
    assert cell(world.south, "compilation").left == 3
    Gap.objects.update(settled=timezone.now())
    assert cell(world.south, "compilation").left == steps.FAR
    inspected(world.cellar, state="failed")
    assert cell(world.cellar, "compilation").left == 2


def test_an_incident_is_a_leak_until_it_is_closed(world):
    case = Case.objects.create(number="C-1", title="t", unit=world.north, kind="added", by="x", incident=True)
    Case.objects.filter(pk=case.pk).update(kind="accumulated")
    assert cell(world.north, "compilation").left == 0
    Case.objects.update(state="closed")
    assert cell(world.north, "compilation").left is None


def test_what_was_not_examined_stands_above(world):
    made = inspected(world.north, days=0)
    Gap.objects.create(key="g", inspection=made, path="/x", trail=[{"kind": "file", "name": "x"}], reason="encrypted")
    found = unseen.this_month(("",))
    assert found.things == 1
    assert {unit.code for unit in found.units} == {"root", "south", "cellar"}


def test_pages_show_reason_rule_and_next_action(world, enter):
    finding(world.north, 0)
    browser = enter(world.dana)
    page = browser.get("/board/").content.decode()
    assert "1 critical finding open" in page
    assert "Unit south" not in page
    why = browser.get(f"/board/{world.north.pk}/messaging/").content.decode()
    assert "counts as leaked" in why
    assert f"/findings/?severity=0&amp;area=messaging&amp;unit={world.north.pk}" in why
    assert browser.get(f"/board/{world.north.pk}/phones/").content.decode().count("Nothing is known here") == 1


def test_every_next_action_that_is_shown_opens(world, enter):
    finding(world.north, 0)
    inspected(world.north, days=40)
    for user in (world.dana, world.leader, world.area):
        browser = enter(user, Client())
        for area in (*(key for key, _label in steps.AREAS), "whole"):
            page = browser.get(f"/board/{world.north.pk}/{area}/")
            assert page.status_code == 200
            for link in re.findall(r'href="(/[^"]+)"', page.content.decode()):
                if not link.startswith("/static"):
                    assert browser.get(link.replace("&amp;", "&")).status_code == 200, (user.username, link)


def test_who_does_not_answer_for_a_unit_sees_nothing_of_it(world, enter):
    dana = enter(world.dana)
    for path in ("", "messaging/", "whole/"):
        assert dana.get(f"/board/{world.south.pk}/{path}").status_code == 404
    for user in (world.staff, world.alice, world.bob, world.charlie):
        assert enter(user, Client()).get("/board/").status_code == 403
        assert enter(user, Client()).get("/board/wall/").status_code == 403


def test_the_wall_has_no_controls_and_refreshes(world, enter):
    answer = enter(world.leader).get("/board/wall/")
    assert answer["Refresh"] == "60"
    page = answer.content.decode()
    assert "<a " not in page
    assert "<button" not in page
    assert "Unit south" not in page


def test_the_record_says_the_same(world, enter):
    finding(world.north, 1)
    page = enter(world.leader).get(f"/records/board.state/{world.north.pk}.html").content.decode()
    assert "1 high finding open" in page
    assert enter(world.leader, Client()).get(f"/records/board.state/{world.south.pk}.html").status_code == 404


def test_each_day_is_kept_once(world):
    finding(world.north, 2)
    machine = Machine("scheduler", frozenset({KeepToday.name}))
    KeepToday.run(machine)
    finding(world.north, 0)
    KeepToday.run(machine)
    assert Snapshot.objects.count() == 4
    assert Snapshot.objects.get(unit=world.north).left == {"messaging": 0}
    with pytest.raises(Denied):
        KeepToday.run(world.dana)  # officer of one branch, not of the whole office


def test_the_course_has_holes_where_nothing_was_known(world):
    today = timezone.localdate()
    for ago, left in ((4, {"exams": 2}), (3, {"exams": 1}), (1, {}), (0, {"exams": 3})):
        Snapshot.objects.create(unit=world.north, day=today - timedelta(days=ago), left=left)
    found = {str(one.label): one for one in trend.courses(world.north)}
    assert found["Exams"].chart.count("<polyline") == 1
    assert "2 steps" in found["Exams"].sentence
    assert found["Phones"].chart == ""
    assert trend.courses(world.south) == []


def test_the_demo_tells_past_weeks_that_lead_to_today(world):
    from shoumi.console.board import demo

    finding(world.cellar, 2, "exams")
    finding(world.south, 0, "messaging")
    demo.finish(lambda _name: None)
    assert Snapshot.objects.values("day").distinct().count() == demo.DAYS + 1
    kept = {(one.unit_id, one.day): one.left for one in Snapshot.objects.all()}
    today = timezone.localdate()
    for line in standing.lines(Reach(("",))):
        assert kept[line.unit.pk, today] == {one.area: one.left for one in line.cells if one.left is not None}
    for (unit, day), left in kept.items():
        if unit == world.cellar.pk:  # who is above never stands better
            assert all(kept[world.north.pk, day][area] <= value for area, value in left.items())
    assert any(course.chart for course in trend.courses(world.north))


def test_what_the_board_says_of_the_law_is_what_the_law_says(world):
    """A carrier of a state secret counts as leaked after 10 or 60 days: Measures on leak cases, art. 5 (1)."""
    with translation.override("en"):
        rules = {rule.name: str(rule.clause) for rule in steps.rules()}
    assert rules["custody.lost"].endswith("Leak Cases art. 5 (1)")
    assert rules["findings.incident"] == "Implementing Regulations art. 61"
    assert rules["findings.self"] == "Implementing Regulations art. 58"


def test_queries_do_not_grow(world, enter):
    from shoumi.console.accounts.models import Unit

    browser = enter(world.dana)

    def asked():
        browser.get("/board/")
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/board/").status_code == 200
        return len(caught)

    few = asked()
    for number in range(30):
        unit = Unit(name=f"Grown {number}", code=f"g{number}", parent=world.north, leader=world.north_person)
        unit.settle()
        finding(unit, number % 4)
        inspected(unit)
    assert asked() == few


@pytest.mark.parametrize(
    ("who", "there", "not_there"),
    [
        ("officer", ("To decide", "Not examined this month"), ("Text to check", "How your units stand")),
        ("leader", ("How your units stand", "Text to check"), ("Not examined this month",)),
        ("staff", ("Text to check",), ("To decide", "How your units stand")),
        ("audit", ("No key signs the audit trail",), ("Text to check", "To decide")),
    ],
)
def test_homes_by_role(world, enter, who, there, not_there):
    finding(world.north, 0)
    page = enter(world.users[who]).get("/").content.decode()
    assert all(words in page for words in there)
    assert not any(words in page for words in not_there)


def _much(world):
    """Give every kind of thing that homes speak of, in the unit north."""
    import importlib.util
    from pathlib import Path

    def examples(room):
        spec = importlib.util.spec_from_file_location(f"{room}_ex", Path(__file__).parent / f"examples_{room}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    carriers, learning = examples("custody"), examples("learning")
    carriers.asks(world, carriers.carrier(world, "C-9"))
    carriers.copy_asked(world, carriers.carrier(world, "C-8"))
    loan = registry()["custody.loan.hand-out"].run(
        world.dana, carriers.wanted(world, carriers.carrier(world, "C-6"))).result  # fmt: skip
    type(loan).objects.filter(pk=loan.pk).update(due_on=timezone.localdate() - timedelta(days=3))
    carriers.carrier(world, "C-7", state="missing", check_source=True)
    carriers.handed(world)
    for person in (world.leader.person, world.dana.person, world.staff.person):
        learning.assign(person, learning.material(slug=f"own-{person.pk}"), days=-1)
    for number in range(4):
        finding(world.north, number)
        inspected(world.north)
    Case.objects.create(number="K-1", unit=world.north, deadline=timezone.localdate() - timedelta(days=1))
    type(world.north).objects.filter(pk=world.north.pk).update(leader=world.leader.person)


@pytest.mark.parametrize("who", ["system", "security", "audit", "officer", "leader", "approver", "area", "staff"])
def test_a_home_asks_at_most_forty_times(world, enter, who):
    _much(world)
    browser = enter(world.users[who])
    browser.get("/")
    with CaptureQueriesContext(connection) as caught:
        assert browser.get("/").status_code == 200
    assert len(caught) <= 40, "\n".join(one["sql"][:200] for one in caught)


def test_sums_of_all_rooms_are_read_as_their_own(world):
    """One query for all: keys, numbers, days and moments come back to who asked."""
    day = timezone.localdate() - timedelta(days=3)

    def asks(paths):
        found = Finding.objects.filter(unit__path__startswith=paths[0])
        first, second = yield [
            steps.Groups(found, "unit__path", "first_seen", ("area", "rank")),
            steps.Groups(Case.objects.all(), "unit__path", "deadline"),
        ]
        none = yield steps.Groups(Case.objects.none(), "unit__path")
        yield steps.Step(world.north.path, "", steps.ONE, (first, second, none))

    finding(world.north, 1, "exams")
    finding(world.north, 1, "exams")
    finding(world.south, 1, "exams")
    Case.objects.create(number="K-1", unit=world.south, deadline=day)
    (said,) = steps.collect([asks((world.north.path,))])
    ((path, area, rank, count, since),), cases, none = said.reason
    assert (path, area, rank, count, none) == (world.north.path, "exams", "1", 2, [])
    assert since == Finding.objects.filter(unit=world.north).order_by("first_seen").first().first_seen
    assert cases == [(world.south.path, 1, day)]


def test_a_leader_sees_what_their_unit_sees_of_them(world, enter):
    type(world.north).objects.filter(pk=world.north.pk).update(leader=world.leader.person)
    type(world.leader.person).objects.filter(pk=world.leader.person_id).update(unit=world.north)
    page = enter(world.leader).get("/").content.decode()
    assert "What your unit sees of you" in page
    assert "family were instructed" in page
