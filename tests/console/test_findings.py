"""Findings: taken in once however often, grouped by content, closed when gone, decided one by one and in bulk."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from shoumi.console.findings import ingest
from shoumi.console.findings.models import Decision, Finding, Gap, Inspection, Occurrence


def match(number=1, path="/share/a.txt", **more):
    """Return a result as the contract names it."""
    return {
        "type": "match", "id": f"{number:032x}", "rule": "personal.resident-id", "category": "personal",
        "area": "messaging", "severity": "high", "confidence": 0.9, "path": path,
        "trail": [{"kind": "file", "name": path}], "locator": {"line": 3}, "span": [10, 28],
        "snippet": "身份证 11****************", "reason": ["It is one."], "data": {"kind": "resident-id"}, **more,
    }  # fmt: skip


def gap(path="/share/locked.zip", reason="encrypted", **more):
    return {
        "type": "gap", "path": path, "trail": [{"kind": "file", "name": path}], "stage": "open", "reason": reason,
        "detail": "needs a password", **more,
    }  # fmt: skip


def summary(**more):
    return {"type": "summary", "files": 3, "members": 0, "bytes": 100, "seconds": 1.0, "findings": {"high": 1},
            "gaps": {}, "skipped": {}, "version": "0", "packs": {}, **more}  # fmt: skip


def inspection(world, number="I-1", series="plan:1", unit=None, **more):
    more = {"addresses": ["/share"], "name": "Share", "by": "shoumi:test", **more}
    return Inspection.objects.create(number=number, series=series, unit=unit or world.north, **more)


def taken(world, *results, number="I-1", unit=None, end=True, **more):
    made = inspection(world, number, unit=unit, **more)
    ingest.take(made, results)
    return ingest.finish(made, summary()) if end else made


def test_taken_in_twice_counts_once(world):
    made = inspection(world)
    results = [match(1), match(1, "/share/b.txt"), match(2), gap()]
    for _ in range(3):
        ingest.take(made, results)
    assert Finding.objects.count() == 2
    assert Occurrence.objects.count() == 3
    assert Gap.objects.count() == 1
    assert Decision.objects.count() == 2
    assert Finding.objects.get(content=f"{1:032x}").places == 2


def test_the_same_content_in_two_units_is_two_findings(world):
    taken(world, match(1))
    taken(world, match(1), number="I-2", series="plan:2", unit=world.south)
    assert sorted(Finding.objects.values_list("unit__code", flat=True)) == ["north", "south"]


def test_a_repeated_inspection_closes_what_is_gone_and_opens_what_is_back(world):
    taken(world, match(1), match(1, "/share/b.txt"), match(2))
    second = taken(world, match(1), number="I-2")
    assert second.outcome == {"new": 0, "again": 1, "gone": 1, "kept": 0}
    one, two = Finding.objects.order_by("content")
    assert (one.state, one.places, two.state, two.places) == ("open", 1, "gone", 0)
    third = taken(world, match(1), match(2), number="I-3")
    assert third.outcome["again"] == 2
    two.refresh_from_db()
    assert (two.state, two.places) == ("open", 1)
    assert [d.what for d in two.decisions.all()] == ["back", "gone", "found"]


def test_a_finding_shows_a_place_that_is_still_there(world):
    taken(world, match(1), match(1, "/share/b.txt", snippet="other"))
    taken(world, match(1, "/share/b.txt", snippet="other"), number="I-2")
    found = Finding.objects.get()
    assert (found.path, found.snippet, found.places) == ("/share/b.txt", "other", 1)


def test_what_could_not_be_examined_is_not_closed(world):
    taken(world, match(1, "/share/closed/a.txt"), match(2, "/share/b.txt"), match(3, "/elsewhere/c.txt"))
    second = taken(world, gap("/share/closed", "denied"), number="I-2")
    states = dict(Finding.objects.values_list("path", "state"))
    assert states == {"/share/closed/a.txt": "open", "/share/b.txt": "gone", "/elsewhere/c.txt": "open"}
    assert (second.outcome["kept"], second.outcome["gone"]) == (2, 1)


def test_an_inspection_that_was_stopped_closes_nothing(world):
    taken(world, match(1))
    second = inspection(world, "I-2")
    ingest.finish(second, summary(stopped=True))
    assert Finding.objects.get().state == "open"
    assert second.state == "stopped"


def test_another_series_closes_nothing(world):
    taken(world, match(1))
    taken(world, number="I-2", series="plan:2")
    assert Finding.objects.get().places == 1


def test_a_false_positive_comes_back_when_its_time_is_over(world):
    taken(world, match(1))
    Finding.objects.update(state="false", until=date.today() + timedelta(days=1))
    taken(world, match(1), number="I-2")
    assert Finding.objects.get().state == "false"
    Finding.objects.update(until=date.today() - timedelta(days=1))
    taken(world, match(1), number="I-3")
    assert Finding.objects.get().state == "open"


def test_no_title_of_a_registered_document_is_kept(world):
    about = {"document": {"id": "d1", "title": "Secret title", "level": "机密"}}
    codes = [["passages.copied", {"title": "Secret title", "level": "机密"}]]
    taken(
        world,
        match(1, category="passage", data=about, codes=codes),
        match(2, category="passage", data=about, reason=["of “Secret title”"]),
    )
    assert set(Finding.objects.values_list("document", flat=True)) == {"d1"}
    for row in (*Finding.objects.values(), *Occurrence.objects.values()):
        assert "Secret title" not in str(row)


def test_results_carry_their_date(world):
    when = timezone.now() - timedelta(days=3)
    taken(
        world,
        match(1, dated=when.timestamp()),
        match(2, data={"time": "2026-10-02T12:00:00+08:00"}),
        match(3, data={"time": "x"}),
    )
    dates = list(Occurrence.objects.order_by("finding__content").values_list("dated", flat=True))
    assert abs((dates[0] - when).total_seconds()) < 1
    assert dates[1].isoformat() == "2026-10-02T04:00:00+00:00"
    assert dates[2] is None


def test_two_thousand_findings_a_second_of_work(world):
    import time

    made = inspection(world)
    results = [match(n, f"/share/{n % 5000}.txt") for n in range(10_000)]
    began = time.process_time()  # bench.console measures by the clock; here others may use the machine
    ingest.take(made, results)
    assert 10_000 / (time.process_time() - began) > 2000
