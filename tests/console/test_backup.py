"""Backups, proved by restoring them: SQLite and PostgreSQL, the key apart; what was changed or does not fit is refused."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import sqlite3
import subprocess
import sys

import pytest
from tests.console.test_databases import server  # noqa: F401  (the fixture)

PASS = "a long enough passphrase"
FILL = """
import random
from shoumi.console import server
server.start(); list(server.prepare("", demo=True))
from shoumi.engine.home import Home
from pathlib import Path
place = Home().folder("registry"); (place / "segment").write_bytes(random.Random(1).randbytes(3_000_000))
Home().folder("cache"); Path(Home().path, "cache/rules").write_text("made again")
"""
READ = """
from shoumi.console import server
server.start()
from shoumi.console import demo
from shoumi.console.accounts.models import Person, User
from shoumi.console.accounts import codes
from shoumi.console.audit.models import Entry
dana = User.objects.get(username="dana")
print(Person.objects.count(), Entry.objects.count(), codes.unseal(dana.code_secret, dana.pk) == demo._secret("dana"))
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "pass").write_text(PASS + "\n")
    return running(tmp_path)


def running(tmp_path):
    """Return what runs a command, or a script, on a home within a folder."""

    def do(home, *words, url="", code="", expect=0):
        environment = {**os.environ, "SHOUMI_HOME": str(tmp_path / home), "DATABASE_URL": url, "PYTHONWARNINGS": ""}
        command = ["-c", code] if code else ["-m", "shoumi", *map(str, words)]
        if not code:
            command += ["--passphrase-file", str(tmp_path / "pass")]
        done = subprocess.run(
            [sys.executable, *command], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    return do


@pytest.fixture(scope="module")
def filled(tmp_path_factory, worker_id):
    """A filled console in "home", and both its backups; made once for all processes of the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "filled"
    with (folder.parent / "filled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "key.backup").exists():
            folder.mkdir()
            (folder / "pass").write_text(PASS + "\n")
            do = running(folder)
            do("home", code=FILL)
            assert "without the key" in do("home", "backup", "office.backup")
            do("home", "backup", "key.backup", "--only-key")
    return folder


@pytest.fixture
def office(filled, run, tmp_path):
    """A copy of it."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_a_console_comes_back_whole(run, office):
    for name in ("office.backup", "key.backup"):
        assert (office / name).stat().st_mode & 0o777 == 0o600
    before = run("home", code=READ)
    assert before.split()[-1] == "True"
    run("new", "restore", "key.backup")
    said = run("new", "restore", "office.backup")
    assert "none changed, moved or missing" in said
    assert run("new", code=READ) == before
    assert (office / "new/registry/segment").read_bytes() == random.Random(1).randbytes(3_000_000)
    assert not (office / "new/cache").exists()
    assert (office / "new/console.sqlite").stat().st_mode & 0o777 == 0o600
    assert (office / "new").stat().st_mode & 0o777 == 0o700
    assert [path for path in office.iterdir() if path.name.startswith(".")] == []


def test_the_key_is_not_among_it_and_nothing_is_in_the_open(office):
    key = (office / "home/key").read_bytes()
    data = (office / "office.backup").read_bytes()
    assert key not in data
    assert b"SQLite format" not in data
    assert "示例".encode() not in data


def test_it_fits_only_its_own_key(run, office):
    said = run("new", "restore", "office.backup", expect=2)
    assert "restore the key's backup" in said
    (office / "other").mkdir()
    (office / "other/key").write_bytes(b"k" * 32)
    assert "was made under" in run("other", "restore", "office.backup", expect=2)
    assert sorted(path.name for path in (office / "other").iterdir()) == ["key"]


def test_nothing_is_overwritten(run, office):
    assert "not overwritten" in run("home", "backup", "office.backup", expect=2)
    assert "nothing is overwritten" in run("home", "restore", "office.backup", expect=2)
    (office / "new").mkdir()
    (office / "new/key").write_bytes(b"k" * 32)
    assert "never overwritten" in run("new", "restore", "key.backup", expect=2)
    assert (office / "new/key").read_bytes() == b"k" * 32


def test_a_changed_cut_or_foreign_file_restores_nothing(run, office):
    run("new", "restore", "key.backup")
    good = (office / "office.backup").read_bytes()
    middle = len(good) // 2
    wrong = {
        "cut": good[:-1],
        "cut at a chunk": good[: good.index(b"\n", 20) + 1 + (1 << 20) + 16],
        "bit": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "head": good.replace(b'"n": 131072', b'"n": 131073', 1),
        "expensive": good.replace(b'"n": 131072', b'"n": 99999999999', 1),
        "more": good + b"x",
        "text": b"hello",
        "empty": b"",
    }
    for name, data in wrong.items():
        (office / "wrong").write_bytes(data)
        said = run("new", "restore", "wrong", expect=2)
        assert "cannot be restored" in said, name
        assert sorted(path.name for path in (office / "new").iterdir()) == ["key"]
    (office / "pass").write_text("another passphrase\n")
    assert "the passphrase is another one" in run("new", "restore", "office.backup", expect=2)


def test_a_broken_audit_trail_is_said(run, office):
    with sqlite3.connect(office / "home/console.sqlite") as base:
        base.execute("DROP TRIGGER audit_entry_no_update")
        base.execute("UPDATE audit_entry SET actor_name = 'Mallory' WHERE seq = 3")
    run("home", "backup", "second.backup")
    run("new", "restore", "key.backup")
    said = run("new", "restore", "second.backup", expect=1)
    assert "audit_entry_no_update is missing" in said
    assert "3" in said


def test_while_the_console_writes_the_copy_is_whole(run, office):
    writing = (
        "import time\nfrom shoumi.console import server\nserver.start()\n"
        "from django.db import transaction\nfrom shoumi.console.action import Door, Machine, note\n"
        "print('on', flush=True)\n"
        "while True:\n"
        "  with transaction.atomic(): note(Machine('test'), 'test.event', door=Door())\n"
    )
    environment = {**os.environ, "SHOUMI_HOME": str(office / "home"), "DATABASE_URL": ""}
    with subprocess.Popen(
        [sys.executable, "-c", writing], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "on\n"
        run("home", "backup", "busy.backup")
        process.kill()
    run("new", "restore", "key.backup")
    assert "none changed, moved or missing" in run("new", "restore", "busy.backup")


def test_words_when_it_cannot(run, tmp_path):
    assert "holds no installation" in run("nowhere", "backup", "x", expect=2)
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "home").mkdir()
    (tmp_path / "home/key").write_bytes(b"k" * 32)
    (tmp_path / "pass").write_text("short\n")
    assert "at least 12" in run("home", "backup", "x", expect=2)
    assert not (tmp_path / "x").exists()


def test_the_registry_can_be_left_out(run, office):
    run("home", "backup", "small.backup", "--no-registry")
    run("new", "restore", "key.backup")
    run("new", "restore", "small.backup")
    assert not (office / "new/registry").exists()


def test_postgresql_comes_back_whole(run, server, tmp_path):  # noqa: F811
    base = server.rpartition("/")[0]
    make = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute('CREATE DATABASE two')"
    subprocess.run(
        [sys.executable, "-c", make, f"host={_real(server)} user=shoumi dbname=postgres"], check=True, timeout=60
    )
    run("home", url=server, code=FILL)
    before = run("home", url=server, code=READ)
    run("home", "backup", "office.backup", url=server)
    run("home", "backup", "key.backup", "--only-key")
    run("new", "restore", "key.backup")
    assert "PostgreSQL: set DATABASE_URL" in run("new", "restore", "office.backup", expect=2)
    assert "holds tables already" in run("new", "restore", "office.backup", url=server, expect=2)
    assert "none changed, moved or missing" in run("new", "restore", "office.backup", url=f"{base}/two")
    assert run("new", url=f"{base}/two", code=READ) == before


def _real(url):
    from urllib.parse import unquote

    return unquote(url.split("@")[1].rpartition("/")[0])


def test_without_pg_dump_it_names_the_package(run, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/key").write_bytes(b"k" * 32)
    monkeypatch.setenv("PATH", str(tmp_path))
    said = run("home", "backup", "x", url="postgresql://u@localhost/x", expect=2)
    assert "apt install postgresql-client" in said
    assert not (tmp_path / "x").exists()
