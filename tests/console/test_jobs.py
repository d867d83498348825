"""The queue: within its transaction, once, again, for good; under clocks that jump; after workers that die."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from shoumi.console.jobs import JobFailed, declared, enqueue, every, job, queue, work
from shoumi.console.jobs.models import DEAD, DONE, DROPPED, RUNNING, WAITING, Job, Slot, Worker

REAL = timezone.now


@pytest.fixture
def ran():
    """Two jobs of the test's own, and what they were given."""
    declared.registry()
    seen, before = [], dict(declared._REGISTRY)

    @job("test.note", tries=3)
    def note(**given):
        seen.append(given)
        if given.get("fails") == "sentence":
            raise JobFailed("The mail server refuses.")
        if given.get("fails"):
            raise OSError("password=hunter2")

    yield seen
    declared._REGISTRY.clear()
    declared._REGISTRY.update(before)


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests can set."""
    moment = [datetime.fromisoformat("2026-11-26T10:00:00+08:00")]
    monkeypatch.setattr(timezone, "now", lambda: moment[0])

    def set_to(text):
        moment[0] = datetime.fromisoformat(text + "+08:00")

    return set_to


def test_a_job_belongs_to_the_transaction_that_asked_for_it(db, ran):
    with transaction.atomic():
        enqueue("test.note", n=1)
        transaction.set_rollback(True)
    assert work() == 0
    enqueue("test.note", n=2)
    assert work() == 1
    assert ran == [{"n": 2}]
    assert Job.objects.get().state == DONE


def test_a_name_that_nobody_declared_is_a_mistake_at_once(db, ran):
    with pytest.raises(KeyError):
        enqueue("test.nothing")


def test_with_a_key_one_waits_and_the_earlier_time_counts(db, ran):
    later, sooner = REAL() + timedelta(hours=2), REAL() + timedelta(hours=1)
    for at in (later, sooner, later):
        with transaction.atomic():
            enqueue("test.note", key="k", at=at, n=1)
    assert Job.objects.get().at == sooner
    Job.objects.update(at=REAL())
    assert work() == 1
    enqueue("test.note", key="k")
    assert Job.objects.filter(state=WAITING).count() == 1
    assert work() == 1


def test_nothing_runs_before_its_time(db, ran):
    enqueue("test.note", at=REAL() + timedelta(minutes=1))
    assert work() == 0


def test_it_is_tried_again_ever_later_and_then_fails_for_good(db, ran, world, enter):
    enqueue("test.note", fails=True)
    waits = []
    for _ in range(3):
        assert work() == 1
        found = Job.objects.get()
        waits.append(found.at - found.since)
        Job.objects.update(at=REAL())
    assert timedelta(seconds=20) < waits[0] < timedelta(minutes=1) < waits[1] < timedelta(minutes=3)
    assert (found.state, found.tries) == (DEAD, 3)
    assert found.problem.startswith("OSError (test_jobs.py:")
    assert "hunter2" not in found.problem
    assert work() == 0
    alice = enter(world.alice, Client())
    assert "failed for good" in alice.get("/").content.decode()
    listed = alice.get("/jobs/?state=dead").content.decode()
    assert "test.note" in listed
    assert f"/jobs/{found.pk}/" in listed
    assert alice.post(f"/jobs/{found.pk}/again/").status_code == 302
    found.refresh_from_db()
    assert (found.state, found.tries) == (WAITING, 0)
    charlie = enter(world.charlie, Client())
    assert charlie.get("/jobs/").status_code == 403
    assert charlie.get(f"/jobs/{found.pk}/").status_code == 403
    assert charlie.post(f"/jobs/{found.pk}/again/").status_code == 403


def test_a_job_can_say_in_a_sentence_what_is_wrong(db, ran):
    enqueue("test.note", fails="sentence")
    work()
    assert Job.objects.get().problem == "The mail server refuses."


def test_done_work_is_neither_tried_again_nor_given_up(world, ran, proven):
    from shoumi.console.action import Unmet, registry

    enqueue("test.note")
    work()
    for name in ("jobs.again", "jobs.drop"):
        with pytest.raises(Unmet):
            registry()[name].run(world.alice, Job.objects.get(), door=proven, reason="x")


def test_a_failed_job_leaves_its_place_to_one_that_waits_with_the_same_key(db, ran):
    enqueue("test.note", key="k", fails=True)
    taken = queue.take("me")
    enqueue("test.note", key="k", n=2)
    queue.fail(taken, "x")
    assert sorted(Job.objects.values_list("state", flat=True)) == [DONE, WAITING]
    assert work() == 1


def test_only_who_holds_a_job_ends_it(db, ran):
    enqueue("test.note")
    first = queue.take("me")
    second = queue.take_over("you", first.pk, first.lease)
    assert queue.take_over("she", first.pk, first.lease) is None
    queue.finish(first)
    assert Job.objects.get().state == RUNNING
    queue.finish(second)
    assert Job.objects.get().state == DONE


def test_a_job_whose_worker_always_ends_fails_for_good(db, ran):
    enqueue("test.note")
    found = queue.take("w")
    for _ in range(2):
        found = queue.take_over("w", found.pk, found.lease)
    assert queue.take_over("w", found.pk, found.lease) is None
    assert Job.objects.get().state == DEAD


def test_the_clock_starts_each_slot_once(db, clock, ran):
    calls = []

    @job("test.daily")
    @every(day_at="06:00")
    def daily():
        calls.append(timezone.now())

    def at(*times):
        for text in times:
            clock(text)
            queue.set_right()
            queue.tick()
            work()
        return len(calls)

    try:
        assert at("2026-11-26T10:00:00", "2026-11-26T10:00:10", "2026-11-27T05:59:59") == 1
        assert at("2026-11-27T06:00:00", "2026-11-27T06:00:30") == 2
        assert at("2026-11-27T05:55:00", "2026-11-27T06:00:00", "2026-11-27T06:01:00") == 2  # set back five minutes
        assert at("2026-12-09T12:00:00", "2026-12-09T12:01:00") == 3  # switched off for twelve days: caught up once
        assert at("2027-12-09T12:00:00") == 4  # set forward by a year …
        assert at("2026-12-09T12:10:00", "2026-12-09T18:00:00") == 4  # … and back: not again today
        assert at("2026-12-10T06:00:00", "2026-12-10T06:01:00") == 5  # … but tomorrow
    finally:
        declared._RHYTHMIC.remove(daily)


def test_every_few_minutes(db, clock):
    rhythm = declared.Rhythm(minutes=10)
    clock("2026-11-26T10:09:59")
    first = rhythm.slot(timezone.now())
    clock("2026-11-26T10:10:00")
    assert rhythm.slot(timezone.now()) - first == timedelta(minutes=10)
    with pytest.raises(TypeError):
        every()
    with pytest.raises(TypeError):
        every(minutes=1, day_at="06:00")


def test_a_rhythm_without_a_name_is_named_after_room_and_function(db, ran):
    def morning():
        """Nothing."""

    morning.__module__ = "shoumi.console.loans.jobs"
    every(day_at="06:00")(morning)
    try:
        assert declared.registry()["loans.morning"].function is morning
    finally:
        declared._RHYTHMIC.remove(morning)


def test_set_back_a_year_a_waiting_job_waits_as_long_as_it_would_have(db, clock, ran):
    clock("2027-11-26T10:00:00")
    enqueue("test.note", n=1)
    enqueue("test.note", at=timezone.now() + timedelta(hours=1), n=2)
    clock("2026-11-26T10:00:00")
    assert work() == 0
    assert queue.set_right() == 2
    assert work() == 1
    clock("2026-11-26T11:00:01")
    assert work() == 1
    assert queue.set_right() == 0


def test_what_is_over_is_cleared_away(db, ran):
    week = REAL() - timedelta(days=8)
    for state in (DONE, DROPPED, DEAD):
        Job.objects.create(name="test.note", state=state, ended=week)
    Job.objects.create(name="test.note", state=DONE, ended=REAL())
    Worker.objects.create(name="gone", seen=week)
    enqueue("jobs.tidy")
    work()
    assert sorted(Job.objects.filter(name="test.note").values_list("state", flat=True)) == [DEAD, DONE]
    assert not Worker.objects.exists()


def test_no_page_shows_what_a_job_was_given(world, enter, ran):
    enqueue("test.note", subject="Falcon")
    found = Job.objects.get()
    alice = enter(world.alice)
    for path in ("/jobs/", f"/jobs/{found.pk}/", "/jobs/?export=csv"):
        assert "Falcon" not in alice.get(path).content.decode()
    assert "Nothing matches" in alice.get("/jobs/?q=Falcon").content.decode()


SCRIPT = """
import os, signal, sys, time
from shoumi.console import server
server.start()
list(server.prepare("", demo=False))
from shoumi.console.jobs import declared, job
from shoumi.console.jobs.worker import Loop

def say(what):
    with open(os.environ["SAID"], "a") as file:
        file.write(what + "\\n")

@job("test.sleep")
def sleep(seconds, name):
    say("begin " + name)
    time.sleep(seconds)
    say("end " + name)

@job("test.crash", tries=2)
def crash():
    os.kill(os.getpid(), signal.SIGSEGV)

@job("test.long", tries=1, minutes=0)
def long():
    time.sleep(60)

@job("test.fork")
def fork():
    process = os.fork()
    if process == 0:
        time.sleep(0.2)
        os._exit(0)
    os.waitpid(process, 0)
    say("forked")

declared.registry()
if sys.argv[1] == "work":
    print("working", flush=True)
    Loop(2, lease=2.0, renew=0.3, pause=0.1).run()
else:
    from shoumi.console.jobs import enqueue
    for name, payload in eval(sys.argv[2]):
        enqueue(name, **payload)
"""


@pytest.fixture
def place(tmp_path):
    """A console of its own; ``ask`` puts jobs into it, ``start`` runs a worker on it."""
    environment = {**os.environ, "SHOUMI_HOME": str(tmp_path / "home"), "SAID": str(tmp_path / "said")}
    environment.setdefault("DATABASE_URL", "")
    started = []

    class Place:
        database, said_at = tmp_path / "home/console.sqlite", tmp_path / "said"

        def ask(self, *jobs):
            subprocess.run([sys.executable, "-c", SCRIPT, "ask", repr(jobs)], env=environment, check=True)

        def start(self):
            process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, "work"], env=environment, stdout=subprocess.PIPE, text=True
            )
            started.append(process)
            assert process.stdout.readline() == "working\n"
            return process

        def said(self):
            return self.said_at.read_text().splitlines() if self.said_at.exists() else []

        def rows(self, name):
            with sqlite3.connect(self.database) as base:
                return base.execute("SELECT state, tries, problem FROM jobs_job WHERE name = ?", [name]).fetchall()

        def until(self, true, seconds=20):
            end = time.monotonic() + seconds
            while not true():
                assert time.monotonic() < end, (self.said(), self.rows("test.sleep"))
                time.sleep(0.05)

    yield Place()
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_worker_killed_in_the_middle_is_replaced_and_its_job_done(place):
    place.ask(("test.sleep", {"seconds": 3, "name": "a"}))
    first = place.start()
    place.until(lambda: place.said() == ["begin a"])
    first.send_signal(signal.SIGKILL)
    first.wait()
    place.start()
    place.until(lambda: place.said() == ["begin a", "begin a", "end a"])  # the first child died with its parent
    place.until(lambda: place.rows("test.sleep") == [("done", 2, "")])


def test_two_workers_share_the_work_and_do_nothing_twice(place):
    names = [f"n{count}" for count in range(12)]
    place.ask(*(("test.sleep", {"seconds": 0.1, "name": name}) for name in names))
    place.start(), place.start()
    place.until(lambda: len(place.said()) >= 24)
    assert sorted(place.said()) == sorted([f"{what} {name}" for name in names for what in ("begin", "end")])
    place.until(lambda: {state for state, _t, _p in place.rows("test.sleep")} == {"done"})


def test_a_job_that_runs_longer_than_a_lease_keeps_it(place):
    place.ask(("test.sleep", {"seconds": 4, "name": "long"}))
    place.start(), place.start()
    place.until(lambda: "end long" in place.said())
    assert place.said() == ["begin long", "end long"]


def test_a_crash_costs_one_try_and_not_the_worker(place):
    place.ask(("test.crash", {}), ("test.long", {}), ("test.fork", {}), ("test.sleep", {"seconds": 0, "name": "after"}))
    process = place.start()
    place.until(lambda: "end after" in place.said() and "forked" in place.said())
    place.until(lambda: place.rows("test.crash")[0][:2] == ("waiting", 1))
    assert place.rows("test.crash")[0][2] == "its process was killed by signal 11"
    place.until(lambda: place.rows("test.long")[0][0] == "dead")
    assert place.rows("test.long")[0][2] == "ended after 0 seconds"
    assert process.poll() is None


def test_a_worker_that_is_stopped_puts_back_what_it_could_not_end(place):
    place.ask(("test.sleep", {"seconds": 1, "name": "short"}), ("test.sleep", {"seconds": 100, "name": "long"}))
    process = place.start()
    place.until(lambda: len(place.said()) == 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert "end short" in place.said()
    assert sorted(place.rows("test.sleep")) == [("done", 1, ""), ("waiting", 0, "")]


def test_a_suspended_worker_whose_job_was_taken_over_lets_it_go(place):
    place.ask(("test.sleep", {"seconds": 6, "name": "a"}))
    first = place.start()
    place.until(lambda: place.said() == ["begin a"])
    children = subprocess.run(
        ["pgrep", "-P", str(first.pid)], capture_output=True, text=True, check=True
    ).stdout.split()
    for process in (first.pid, *map(int, children)):
        with suppress(ProcessLookupError):  # housekeeping that has just ended
            os.kill(process, signal.SIGSTOP)
    place.start()
    place.until(lambda: place.said() == ["begin a", "begin a"])
    os.kill(first.pid, signal.SIGCONT)
    for child in children:
        place.until(lambda child=child: not os.path.exists(f"/proc/{child}"))
    place.until(lambda: place.rows("test.sleep") == [("done", 2, "")])
    assert place.said() == ["begin a", "begin a", "end a"]


def test_slots_are_used_once_by_however_many_schedulers(db, ran):
    assert queue.tick() >= 1
    assert queue.tick() == 0
    Slot.objects.update(at=REAL() - timedelta(days=2))
    stale = dict(Slot.objects.values_list("name", "at"))
    assert queue.tick() == len(stale)
    assert not any(queue._start(one, stale[name]) for name, one in declared.registry().items() if name in stale)
