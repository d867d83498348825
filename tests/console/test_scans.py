"""Scans: real ones, through the queue and the engine's own process; paused, stopped, killed, repeated; uploads; checks."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shoumi.console.action import Door, Invalid, Unmet
from shoumi.console.audit.models import Entry
from shoumi.console.findings.models import Case, Decision, Finding, Gap, Inspection, Occurrence
from shoumi.console.jobs import work
from shoumi.console.scans import addresses, checking, running, starting
from shoumi.console.scans.actions import documents, plans, questions, uploads
from shoumi.console.scans.models import Asked, Document, Plan, Question, Root, Run

_spec = importlib.util.spec_from_file_location("examples_scans", Path(__file__).with_name("examples_scans.py"))
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)

MARKED = "机密★10年\n\n关于下半年工作安排的报告\n"
NUMBER = "身份证110101199003070011\n"


@pytest.fixture
def share(tmp_path):
    """A folder with a marked plan, a number, an encrypted archive and something ordinary."""
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "plan.txt").write_text(MARKED, "utf-8")
    (folder / "list.txt").write_text(NUMBER, "utf-8")
    (folder / "menu.txt").write_text("今天中午吃面条。\n", "utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 nothing more")
    return folder


def begun(world, share, **more):
    plan = examples.plan(world, folder=str(share), **more)
    return starting.begin(plan, "Dana")


def again(run):
    fresh = starting.begin(run.plan, "Dana")
    work()
    return Run.objects.get(pk=fresh.pk)


def rules():
    return sorted(Finding.objects.values_list("rule", flat=True))


def test_a_scan_through_the_queue(world, share):
    run = begun(world, share)
    work()
    run.refresh_from_db()
    assert (run.state, run.problem) == ("done", "")
    assert rules() == ["cn.mark", "personal.resident-id"]
    assert [gap.reason for gap in Gap.objects.all()] == ["corrupt"]
    inspection = Inspection.objects.get()
    assert (inspection.state, inspection.gap_count, inspection.summary["files"]) == ("complete", 1, 4)
    assert inspection.outcome == {"new": 2, "again": 0, "gone": 0, "kept": 0}
    for row in Occurrence.objects.values():
        assert "110101199003070011" not in str(row)
        assert row["dated"] is not None


def test_repeated_it_closes_what_is_gone(world, share):
    run = begun(world, share)
    work()
    (share / "plan.txt").unlink()
    second = again(run)
    assert second.inspection.outcome["gone"] == 1
    assert dict(Finding.objects.values_list("rule", "state")) == {"cn.mark": "gone", "personal.resident-id": "open"}


def test_findings_belong_to_the_unit_of_the_place(world, share):
    (share / "cellar").mkdir()
    (share / "cellar" / "plan.txt").write_text(MARKED, "utf-8")
    examples.root(world, world.cellar, str(share / "cellar"))
    begun(world, share)
    work()
    found = Finding.objects.filter(rule="cn.mark").values_list("unit__code", flat=True)
    assert sorted(found) == ["cellar", "north"]


def test_a_false_positive_is_given_to_the_engine(world, share, proven):
    from shoumi.console.findings import judgements
    from shoumi.console.findings.actions.triage import Dismiss

    run = begun(world, share)
    work()
    finding = Finding.objects.get(rule="personal.resident-id")
    Dismiss.run(world.dana, findings=[str(finding.pk)], reason="a sample", until="2026-12-31", door=proven)
    assert [one["id"] for one in judgements.holding(world.north.path)] == [finding.content]
    assert judgements.holding(world.south.path) == []
    assert again(run).inspection.summary["suppressed"] == 1


def test_paused_it_goes_on_where_it_was(world, share, proven):
    run = begun(world, share)
    plans.Pause.run(world.dana, run, door=proven)
    work()
    run.refresh_from_db()
    assert (run.state, Finding.objects.count()) == ("paused", 0)
    plans.Resume.run(world.dana, run, door=proven)
    work()
    run.refresh_from_db()
    assert (run.state, Finding.objects.count()) == ("done", 2)


def big(share, count=1500):
    for number in range(count):
        name = share / f"{number % 20}" / f"note-{number}.txt"
        name.parent.mkdir(exist_ok=True)
        name.write_text(f"第{number}号便笺\n{NUMBER}" if number % 5 == 0 else f"第{number}号便笺\n", "utf-8")


def watched(run, act):
    """Do something to a run while it runs: after the child's first result."""
    real, done = running.ingest.take, []

    def take(*arguments):
        count = real(*arguments)
        if count and not done:
            done.append(True)
            act()
        return count

    return take


def test_paused_in_the_middle(world, share, monkeypatch):
    big(share)
    run = begun(world, share)
    monkeypatch.setattr(running, "_PAUSE", 0.01)
    monkeypatch.setattr(
        running.ingest, "take", watched(run, lambda: Run.objects.filter(pk=run.pk).update(wanted="pause"))
    )
    work()
    run.refresh_from_db()
    assert run.state == "paused"
    assert not Gap.objects.filter(stage="scan").exists()
    assert run.inspection.state == "running"
    Run.objects.filter(pk=run.pk).update(wanted="go", state="waiting")
    starting.queue(run)
    work()
    run.refresh_from_db()
    assert run.state == "done"
    assert Occurrence.objects.filter(finding__rule="personal.resident-id").count() == 301


def test_stopped_in_the_middle_says_so_and_closes_nothing(world, share, monkeypatch):
    big(share)
    run = begun(world, share)
    work()
    before = Finding.objects.filter(places__gt=0).count()
    for path in share.rglob("note-*.txt"):
        path.write_text(f"changed {path}\n{MARKED}", "utf-8")
    second = starting.begin(run.plan, "Dana")
    monkeypatch.setattr(running, "_PAUSE", 0.01)
    stop = lambda: Run.objects.filter(pk=second.pk).update(wanted="stop")  # noqa: E731
    monkeypatch.setattr(running.ingest, "take", watched(second, stop))
    work()
    second.refresh_from_db()
    assert (second.state, second.inspection.state) == ("stopped", "stopped")
    assert Gap.objects.filter(inspection=second.inspection, reason="limit", stage="scan").exists()
    assert Finding.objects.filter(places__gt=0).count() >= before
    assert not Decision.objects.filter(what="gone").exists()


@pytest.mark.parametrize("kills", [4])
def test_killed_in_the_middle_nothing_is_lost_or_doubled(world, share, monkeypatch, kills):
    big(share, 800)
    run = begun(world, share)
    monkeypatch.setattr(running, "_PAUSE", 0.05)
    for number in range(kills):
        real = running.child

        def killed(task, real=real, number=number, **options):
            process = real(task, **options)
            threading.Timer(1.2 + 0.15 * number, lambda: os.kill(process.pid, signal.SIGKILL)).start()
            return process

        monkeypatch.setattr(running, "child", killed)
        try:
            running.run(run.pk)
        except RuntimeError:
            pass
        finally:
            monkeypatch.setattr(running, "child", real)
    run.refresh_from_db()
    if run.state != "done":
        running.run(run.pk)
    counted = Occurrence.objects.count()
    assert counted == Occurrence.objects.values("key").distinct().count()
    assert Occurrence.objects.filter(finding__rule="personal.resident-id").count() == 161
    assert Decision.objects.filter(what="found").count() == Finding.objects.count()
    assert Gap.objects.count() == 1


def test_an_engine_that_dies_makes_the_job_try_again(world, share, monkeypatch):
    run = begun(world, share)
    real = running.child
    monkeypatch.setattr(running, "child", lambda task: real("nothing"))
    with pytest.raises((RuntimeError, BrokenPipeError)):
        running.run(run.pk)
    run.refresh_from_db()
    assert run.state == "running"
    monkeypatch.setattr(running, "child", real)
    running.run(run.pk)
    run.refresh_from_db()
    assert run.state == "done"


def test_a_place_that_is_no_longer_allowed_fails_with_a_sentence(world, share):
    run = begun(world, share)
    Root.objects.all().delete()
    work()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "zzz" not in run.problem
    assert str(share) in run.problem
    assert run.inspection.state == "failed"


@pytest.mark.parametrize(
    "address", ["relative/x", "/etc", "/", "s3://key:secret@host/b", "s3://bucket/a/../b", "", "\0"]
)
def test_addresses_that_may_not_be_scanned(world, share, address):
    examples.root(world, folder=str(share))
    Root.objects.create(address="s3://bucket/a", label="S3", unit=world.north, by="Alice")
    with pytest.raises(addresses.NotAllowed):
        addresses.root_of(address)


def test_a_link_that_leads_out_is_followed_when_it_is_checked(world, share, tmp_path):
    examples.root(world, folder=str(share))
    (tmp_path / "outside").mkdir()
    (share / "way").symlink_to(tmp_path / "outside")
    with pytest.raises(addresses.NotAllowed):
        addresses.root_of(str(share / "way"))
    assert addresses.root_of(str(share / "plan.txt")).label == "Share"
    with pytest.raises(addresses.NotAllowed):
        addresses.root_of(f"{share}-other")


def test_another_units_place_is_not_for_this_officer(world, share, proven):
    examples.root(world, world.south, str(share))
    given = {"name": "x", "unit": world.north.pk, "addresses": str(share), "ocr": "off", "rhythm": "never",
             "told": [str(world.north.pk)]}  # fmt: skip
    with pytest.raises(Invalid) as caught:
        plans.DefinePlan.run(world.dana, door=proven, **given)
    assert "addresses" in caught.value.form.errors


def test_nothing_is_inspected_before_it_was_announced(world, share, proven):
    plan = examples.plan(world, announced=False, folder=str(share))
    with pytest.raises(Unmet):
        plans.Start.run(world.dana, plan, door=proven)
    plans.Announce.run(world.dana, plan, door=proven, announcement="The share is inspected.")
    assert plans.Start.run(world.dana, plan, door=proven).result.state == "waiting"
    with pytest.raises(Unmet):
        plans.Start.run(world.dana, plan, door=proven)


def test_everybody_in_the_unit_sees_what_is_inspected(world, share, enter):
    examples.plan(world, folder=str(share), announcement="The share is inspected on Monday.")
    assert "The share is inspected on Monday." in enter(world.staff).get("/scans/announced/").content.decode()
    assert "on Monday" not in enter(world.south_officer).get("/scans/announced/").content.decode()


def test_a_scan_is_repeated_when_its_time_has_come(world, share):
    from datetime import time as hour
    from datetime import timedelta

    from django.utils import timezone

    from shoumi.console.scans.jobs import due

    plan = examples.plan(world, folder=str(share), rhythm="day", at=hour(6, 0))
    assert starting.following(plan).date() == timezone.localdate() + timedelta(days=1)
    Plan.objects.update(following=timezone.now() - timedelta(minutes=1))
    due()
    plan.refresh_from_db()
    assert plan.following > timezone.now()
    assert Run.objects.count() == 1
    due()
    assert Run.objects.count() == 1


# uploads


def match(**more):
    return {"type": "match", "id": "0" * 31 + "1", "rule": "cn.mark", "category": "state-secret", "area": None,
            "severity": "critical", "confidence": 1.0, "path": "/d/a.txt", "trail": [{"kind": "file", "name": "/d/a.txt"}],
            "locator": {}, "span": [0, 6], "snippet": "机密★10年", "reason": ["Because."], "data": {}, **more}  # fmt: skip


def upload(world, content, **more):
    given = {
        "file": SimpleUploadedFile("r.jsonl", content),
        "machine": "PC-7",
        "unit": world.north.pk,
        "addresses": "/d",
        **more,
    }
    return uploads.Upload.run(world.dana, door=Door(), **given)


def test_a_report_of_another_machine_is_taken_in_once(world):
    content = examples.report_lines(match())
    made = upload(world, content).thing
    assert (made.state, made.outcome["new"], Finding.objects.get().reasons) == ("complete", 1, ["Because."])
    with pytest.raises(Unmet):
        upload(world, content)
    later = upload(world, examples.report_lines(match(id="0" * 31 + "2")))
    assert later.thing.outcome["gone"] == 1
    assert upload(world, content, unit=world.cellar.pk).thing.outcome["new"] == 1  # another unit's machine


def test_the_report_that_the_command_writes_is_accepted(world, share, tmp_path):
    from shoumi.cli import main

    target = tmp_path / "report.jsonl"
    main(["--home", str(tmp_path / "home"), "scan", str(share), "-f", "jsonl", "-o", str(target), "--ocr", "off"])
    made = upload(world, target.read_bytes(), addresses=str(share)).thing
    assert made.outcome["new"] >= 2
    assert made.gap_count == 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"nothing", b"[]\n", b'{"type":"match"}\n', b"\xff\xfe\n", b'{"type":"summary"}\n', b"{" * 300_000,
        json.dumps(match(severity="grave")).encode(), json.dumps(match(span=[1])).encode(),
        json.dumps(match(id="x")).encode(), json.dumps(match(rule="../etc")).encode(),
        json.dumps(match(confidence=True)).encode(), json.dumps(match(trail=[1])).encode(),
        json.dumps(match(locator={"x": 1})).encode(), json.dumps(match(snippet="a\0")).encode(),
        json.dumps(match(data={"a": "b" * 30_000})).encode(), json.dumps(match(category=[])).encode(),
        examples.report_lines() + json.dumps(match()).encode(), json.dumps(match()).encode(),
    ],
)  # fmt: skip
def test_a_file_that_is_no_report_is_refused_whole(world, content):
    with pytest.raises(Invalid) as caught:
        upload(world, content)
    assert "file" in caught.value.form.errors
    assert not Inspection.objects.exists()
    assert not Finding.objects.exists()


# registered documents


PASSAGE = "沿江新建泵站三座，配套管线十二公里，分两期实施，首期于次年五月完成验收并移交运行单位管理，其余管段待资金落实后另行安排。"


def test_a_passage_of_a_registered_document_is_found_and_only_its_keepers_learn_which(world, share, enter):
    row = examples.document(world, text=f"机密★10年\n{PASSAGE}", title="Pumping stations")
    (share / "copy.txt").write_text(f"会议纪要\n\n{PASSAGE}\n", "utf-8")
    begun(world, share)
    work()
    finding = Finding.objects.get(document=row.key)
    assert "Pumping stations" not in str(list(Finding.objects.values())) + str(list(Occurrence.objects.values()))
    address = f"/findings/{finding.pk}/"
    assert "Pumping stations" in enter(world.dana).get(address).content.decode()
    for user in (world.leader, world.area):
        page = enter(user).get(address)
        assert page.status_code == 200
        assert "Pumping stations" not in page.content.decode()
    Document.objects.update(readers="leaders")
    assert "Pumping stations" in enter(world.leader).get(address).content.decode()
    for entry in Entry.objects.all():
        assert "Pumping stations" not in entry.facts + entry.subject_name


def test_a_document_that_is_released_or_forgotten_is_found_no_more(world, share, proven):
    row = examples.document(world, text=f"机密★10年\n{PASSAGE}")
    (share / "copy.txt").write_text(f"会议纪要\n\n{PASSAGE}\n", "utf-8")
    run = begun(world, share)
    work()
    assert Finding.objects.get(document=row.key).rank <= 1
    documents.Release.run(world.dana, row, door=proven, because="order 12")
    assert again(run).state == "done"
    assert not Finding.objects.filter(document=row.key, rank__lt=4, state="open").exists()
    documents.Forget.run(world.dana, row, door=proven, reason="done")
    again(run)
    assert Finding.objects.get(document=row.key).state == "gone"


def test_where_it_belongs_it_is_no_finding(world, share, proven):
    row = examples.document(world, text=f"机密★10年\n{PASSAGE}")
    (share / "copy.txt").write_text(f"会议纪要\n\n{PASSAGE}\n", "utf-8")
    given = {"level": "机密", "unit": world.north.pk, "readers": "keepers", "belongs": str(share)}
    documents.Describe.run(world.dana, row, door=proven, **given)
    begun(world, share)
    work()
    assert not Finding.objects.filter(document=row.key).exists()


def test_the_same_document_twice_says_so_and_an_upload_leaves_no_file(world, proven):
    from django.conf import settings

    row = examples.document(world, text=f"第一稿\n{PASSAGE}{PASSAGE}")
    with pytest.raises(Unmet) as caught:
        examples.document(world, text=f"第一稿\n{PASSAGE}{PASSAGE}")
    assert row.key in str(caught.value)
    assert list(settings.HOME.folder("incoming").iterdir()) == []


def test_documents_of_the_command_line_appear(world):
    from shoumi.console.scans.jobs import keep_step

    examples.document(world)
    Document.objects.all().delete()
    assert keep_step() >= 1
    assert keep_step() == 0
    assert set(Document.objects.values_list("unit__code", flat=True)) == {"root"}


# checks


@pytest.fixture(autouse=True)
def nothing_registered():
    """Tests share a home: what one registered is no business of the next."""
    from shoumi.console.scans import registered

    yield
    for one in registered.everything():
        registered.remove(one.id)


@pytest.fixture
def checks():
    return checking


def test_one_word_for_a_text(world, enter, checks):
    browser = enter(world.staff)
    assert "You may send it" in browser.post("/scans/check/", {"text": "今天中午吃面条。"}).content.decode()
    page = browser.post("/scans/check/", {"text": MARKED}).content.decode()
    assert "Do not send it" in page
    began = time.perf_counter()
    page = browser.post("/scans/check/", {"text": NUMBER}).content.decode()
    assert time.perf_counter() - began < 1
    assert "110101199003070011" not in page


def test_the_same_answer_for_programs(world, enter, checks):
    browser = enter(world.staff)
    answer = browser.post("/scans/check/", {"text": MARKED}, headers={"accept": "application/json"}).json()
    assert answer["verdict"] == "stop"
    assert answer["found"][0]["severity"] == "critical"
    assert browser.post("/scans/check/", {}, headers={"accept": "application/json"}).status_code == 422


def test_files_are_checked_together(world, enter, checks):
    browser = enter(world.staff)
    files = [SimpleUploadedFile("a.txt", "好".encode()), SimpleUploadedFile("plan.txt", MARKED.encode())]
    assert "Do not send it" in browser.post("/scans/check/", {"files": files}).content.decode()
    broken = SimpleUploadedFile("b.docx", b"PK\x03\x04 nothing more")
    assert "could not be examined" in browser.post("/scans/check/", {"files": [broken]}).content.decode()
    many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(6)]
    assert browser.post("/scans/check/", {"files": many}).status_code == 422


def test_staff_learn_that_it_is_registered_and_nothing_more(world, enter, checks):
    row = examples.document(world, text=f"机密★10年\n{PASSAGE}", title="Pumping stations")
    page = enter(world.staff).post("/scans/check/", {"text": PASSAGE}).content.decode()
    assert "registered" in page
    assert "Pumping stations" not in page
    assert row.key not in page
    assert "泵站" not in page


def test_nothing_of_a_check_is_kept(world, enter, checks):
    browser = enter(world.staff)
    before = Entry.objects.count()
    browser.post("/scans/check/", {"text": MARKED})
    assert Entry.objects.count() == before
    assert not Question.objects.exists()
    assert not Finding.objects.exists()


def test_who_asks_shares_what_they_tick_and_nobody_writes_their_own_verdict(world, enter, checks, proven):
    import re

    browser = enter(world.staff)
    page = browser.post("/scans/check/", {"text": NUMBER}).content.decode()
    signed = re.search(r'name="answer" value="([^"]+)"', page)[1]
    browser.post(
        "/scans/questions/ask/", {"note": "May I?", "answer": signed, "share_verdict": "on", "share_places": "on"}
    )
    question = Question.objects.get()
    assert question.shared["verdict"] == "stop"
    assert "110101199003070011" not in json.dumps(question.shared)
    assert "names" not in question.shared
    with pytest.raises(Invalid):
        questions.Ask.run(world.staff, door=proven, note="x", answer=signed[:-3] + "abc")
    assert browser.get(f"/scans/questions/{question.pk}/").status_code == 200
    assert enter(world.area).get(f"/scans/questions/{question.pk}/").status_code == 404
    assert enter(world.south_officer).get(f"/scans/questions/{question.pk}/").status_code == 404
    assert enter(world.dana).get(f"/scans/questions/{question.pk}/").status_code == 200


def test_checking_too_often_is_refused(world, enter, checks):
    browser = enter(world.staff)
    for _ in range(checking.OFTEN):
        checking.count(world.staff.pk)
    assert browser.post("/scans/check/", {"text": "x"}).status_code == 429
    assert enter(world.area).post("/scans/check/", {"text": "x"}).status_code == 200


def test_checks_are_counted_over_all_processes_and_no_border_lets_twice_as_many_through(world, monkeypatch):
    """The count is a row, not memory: what another process counted holds here."""
    window = int(time.time() // checking.WINDOW)
    Asked.objects.create(user=world.staff, window=window, count=checking.OFTEN)
    with pytest.raises(checking.TooOften) as often:
        checking.count(world.staff.pk)
    clock = (window + 1) * checking.WINDOW
    monkeypatch.setattr(checking.time, "time", lambda: clock)
    with pytest.raises(checking.TooOften):  # a new window has begun; the one before still counts
        checking.count(world.staff.pk)
    clock = window * checking.WINDOW + checking.WINDOW * 1.5
    for _ in range(checking.OFTEN // 2):
        checking.count(world.staff.pk)
    with pytest.raises(checking.TooOften):
        checking.count(world.staff.pk)
    assert 0 < often.value.seconds <= 2 * checking.WINDOW
    clock += 3 * checking.WINDOW
    checking.count(world.staff.pk)


def test_who_waits_as_long_as_told_may_check_again(world, monkeypatch):
    clock = 1_000 * checking.WINDOW + 120.0
    monkeypatch.setattr(checking.time, "time", lambda: clock)

    def until_refused():
        for _ in range(checking.OFTEN + 1):
            try:
                checking.count(world.staff.pk)
            except checking.TooOften as often:
                return often.seconds
        return None

    for _ in range(3):
        clock += until_refused()
        checking.count(world.staff.pk)


def _program(world, user, *held):
    """Return how a program with a token of ``user`` asks for a check."""
    from django.test import Client

    from shoumi.console.api import tokens
    from shoumi.console.api.models import Token

    secret = tokens.fresh()
    Token.objects.create(user=user, name="p", digest=tokens.digest(secret), hint="shoumi_", scopes=list(held),
                         until=timezone.now() + timedelta(days=1))  # fmt: skip
    headers, client = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}, Client()

    def ask(content, kind="application/json"):
        given = json.dumps(content) if kind == "application/json" else content
        more = {} if kind == "multipart" else {"content_type": kind}
        return client.post("/api/calls/scans.check", given, headers=headers, **more)

    return ask


def test_a_program_checks_with_a_token_made_for_it(world, checks):
    ask, before = _program(world, world.staff, "scans.check"), Entry.objects.count()
    answer = ask({"text": MARKED}).json()
    assert (answer["verdict"], answer["found"][0]["severity"]) == ("stop", "critical")
    assert ask({"text": "今天中午吃面条。"}).json() == {"verdict": "allow", "found": [], "gaps": [], "more": 0}
    files = [SimpleUploadedFile("a.txt", "好".encode()), SimpleUploadedFile("plan.txt", MARKED.encode())]
    assert ask({"files": files}, "multipart").json()["verdict"] == "stop"
    for wrong in ({}, {"text": 5}, {"text": "  "}, {"note": "x"}, {"text": "x" * 1_000_001}):
        assert (ask(wrong).status_code, ask(wrong).json()["type"]) == (422, "urn:shoumi:problem:invalid"), wrong
    assert ask({"files": [SimpleUploadedFile(f"{n}", b"x") for n in range(6)]}, "multipart").status_code == 422
    assert Entry.objects.count() == before


def test_a_token_for_something_else_checks_nothing(world, checks):
    answer = _program(world, world.staff, "read")({"text": MARKED})
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:shoumi:problem:denied")
    assert _program(world, world.staff, "scans.check")({"text": "x"}, "text/xml").status_code == 415


def test_programs_and_pages_share_one_limit(world, enter, checks):
    ask, other = (_program(world, world.staff, "scans.check") for _ in range(2))
    for _ in range(checking.OFTEN - 1):
        checking.count(world.staff.pk)
    assert ask({"text": "x"}).status_code == 200
    refused = other({"text": "x"})
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:shoumi:problem:too-many")
    assert int(refused["Retry-After"]) > 0
    assert enter(world.staff).post("/scans/check/", {"text": "x"}).status_code == 429


def test_a_file_that_kills_the_reader_costs_one_answer(world, checks):
    checker = checking.Checker()
    checker.warm()
    os.kill(checker._process.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert checker.check("a.txt", MARKED.encode())["verdict"] == "stop"
    assert checker.check("b.txt", b"hello")["verdict"] == "allow"
    checker.end()


def test_the_answer_is_the_commands(world, checks, tmp_path):
    from shoumi.cli import main

    words = {"allow": 0, "think": 1, "stop": 1}
    for text in ("今天中午吃面条。", MARKED, "内部资料\n请勿外传\n"):
        answer = checking.together([("text.txt", text.encode())])
        (tmp_path / "text.txt").write_text(text, "utf-8")
        assert main(["--home", str(tmp_path / "home"), "check", str(tmp_path / "text.txt")]) == words[answer.verdict]


# accumulation


def test_excerpts_that_add_up_become_one_case(world, share):
    from shoumi.console.findings import ingest, opening

    made = starting.begin(examples.plan(world, folder=str(share)), "Dana").inspection
    one = match(rule="passages.accumulated", category="passage", path=str(share / "a.txt"), codes=[],
                data={"document": {"id": "d", "title": "t", "level": "机密"}})  # fmt: skip
    ingest.take(made, [one])
    opening.added_up(made)
    opening.added_up(made)
    case = Case.objects.get()
    assert (case.kind, case.unit, case.findings.count()) == ("accumulated", world.north, 1)
