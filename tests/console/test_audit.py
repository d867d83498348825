"""The chain in the database: only ever added, verified, exported, signed; from the command line as people run it."""

from __future__ import annotations

import json
import sqlite3

import pytest
from django.db import DatabaseError, connection, transaction

from shoumi.cli import main
from shoumi.console.action import Door, Machine, note
from shoumi.console.audit import stored
from shoumi.console.audit.models import Checkpoint, Entry
from shoumi.console.audit.verify import verify

PHRASE = "a long enough phrase"


def entries(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            note(Machine("test"), "test.event", door=Door(), facts={"n": number, "text": "守密 🗝 ‘x’"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x' WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 3",
        "DELETE FROM audit_entry",
        "INSERT INTO audit_entry SELECT 9, at, actor, actor_name, action, outcome, unit, subject, subject_name, door, address, mode, facts, algorithm, previous, digest FROM audit_entry WHERE seq = 1",
        "REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 1",
        "UPDATE OR REPLACE audit_entry SET seq = 1 WHERE seq = 2",
        "UPDATE audit_checkpoint SET seq = 1",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_the_database_refuses_every_other_write(db, statement):
    if "REPLACE" in statement and connection.vendor != "sqlite":
        pytest.skip("a statement of SQLite")
    entries(3)
    Checkpoint.objects.create(
        seq=1, digest="x", at="2026-01-01T00:00:00Z", algorithm="ed25519", key="k", holder="h", signature="s"
    )
    with pytest.raises(DatabaseError, match="audit: "), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Entry.objects.count() == 3
    assert verify(stored.rows(), [], {}).whole


def test_entries_follow_one_another(db):
    entries(3)
    rows = list(stored.rows())
    assert [row["seq"] for row in rows] == [1, 2, 3]
    assert [row["previous"] for row in rows[1:]] == [row["digest"] for row in rows[:-1]]
    assert stored.missing_triggers() == []


def test_an_entry_outside_a_transaction_is_refused(monkeypatch):
    from unittest.mock import Mock

    from shoumi.console.audit import chain

    monkeypatch.setattr(chain, "connection", Mock(in_atomic_block=False))
    with pytest.raises(transaction.TransactionManagementError):
        chain.append(actor="x", actor_name="x", action="x", outcome="done", door="x", mode="x")


@pytest.fixture
def installation(tmp_path, monkeypatch):
    """A console of its own in a folder, as ``shoumi serve`` would leave it, reached by the command line in new processes."""
    import os
    import subprocess
    import sys

    home = tmp_path / "home"
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": "", "SHOUMI_LANG": "en"}
    script = (
        "from shoumi.console import server; server.start(); list(server.prepare('', demo=False))\n"
        "from django.db import transaction\n"
        "from shoumi.console.accounts.actions.setup import ACTOR, SetUp\n"
        "from shoumi.console.accounts.models import User\n"
        "from shoumi.console.action import Door\n"
        "from shoumi.console.audit.actions import EnrolKey\n"
        "from django.utils import timezone\n"
        "import pathlib, sys\n"
        "names = {f'{r}_{p}': f'{r}{e}' for r in ('system', 'security', 'audit') for p, e in (('name', ' p'), ('account', '-a'))}\n"
        "SetUp.run(ACTOR, office='O', mode='separated', **names)\n"
        "charlie = User.objects.full().get(username='audit-a')\n"
        "EnrolKey.run(charlie, door=Door('page', '', timezone.now()), public=pathlib.Path(sys.argv[1]).read_text())\n"
    )
    (tmp_path / "phrase").write_text(PHRASE + "\n")

    def shoumi(*arguments, expect=0):
        run = subprocess.run(
            [sys.executable, "-m", "shoumi", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == expect, run.stdout + run.stderr
        return run.stdout + run.stderr

    public = shoumi("audit", "key", tmp_path / "key.pem", "--passphrase-file", tmp_path / "phrase").split("\n", 1)[1]
    (tmp_path / "public.pem").write_text(public)
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "public.pem")], env=environment, check=True, capture_output=True
    )
    shoumi.folder, shoumi.database = tmp_path, home / "console.sqlite"
    return shoumi


def tamper(database, *statements, keep=True):
    """Do what somebody with the file and no scruples would: put the triggers aside first."""
    with sqlite3.connect(database) as base:
        triggers = base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            base.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            base.execute(statement)
        for _name, sql in triggers if keep else ():
            base.execute(sql)
    base.close()


def test_sign_verify_export_and_every_way_to_break_it(installation):
    folder, shoumi = installation.folder, installation
    trust = ("--trust", folder / "public.pem")
    said = shoumi("audit", "verify")
    assert "2 entries, none changed" in said
    assert "entries 1 to 2 are covered by no checkpoint" in said
    key = ("--key", folder / "key.pem", "--passphrase-file", folder / "phrase")
    assert "entries 1 to 2 are signed" in shoumi("audit", "checkpoint", *key, "-o", folder / "point.json")
    said = shoumi("audit", "verify", *trust)
    assert "checkpoints cover entries 1 to 2" in said
    assert "entries 3 to 3 are covered by no checkpoint" in said
    shoumi("audit", "export", "-o", folder / "trail.jsonl")
    assert (folder / "trail.jsonl").stat().st_mode & 0o777 == 0o600
    assert "3 entries" in shoumi("audit", "verify", folder / "trail.jsonl", *trust)
    assert "not overwritten" in shoumi("audit", "export", "-o", folder / "trail.jsonl", expect=2)
    (folder / "wrong").write_text("another long phrase\n")
    wrong = ("--key", folder / "key.pem", "--passphrase-file", folder / "wrong")
    assert "no key that this passphrase opens" in shoumi(
        "audit", "checkpoint", *wrong, "-o", folder / "x.json", expect=2
    )

    # an end that was cut off, checkpoint row and all: only the checkpoint kept elsewhere tells
    tamper(shoumi.database, "DELETE FROM audit_entry WHERE seq > 1", "DELETE FROM audit_checkpoint")
    shoumi("audit", "verify")
    said = shoumi("audit", "verify", "--checkpoints", folder / "point.json", *trust, expect=1)
    assert "a checkpoint covers entry 2, but the chain ends at 1: the end was cut off" in said

    # dropped triggers are told
    tamper(shoumi.database, keep=False)
    assert "trigger audit_entry_no_update is missing" in shoumi("audit", "verify", expect=1)

    # an edit
    tamper(shoumi.database, "UPDATE audit_entry SET actor_name = 'Nobody' WHERE seq = 1")
    assert "entry 1 was changed after it was written" in shoumi("audit", "verify", expect=1)


def test_words_for_wrong_use(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SHOUMI_HOME", str(tmp_path))
    (tmp_path / "x.jsonl").write_text("not a trail\n")
    assert main(["audit", "verify", str(tmp_path / "x.jsonl")]) == 2
    assert "is no exported audit trail" in capsys.readouterr().err
    assert main(["audit", "verify", str(tmp_path / "missing")]) == 2
    (tmp_path / "short").write_text("short\n")
    assert main(["audit", "key", str(tmp_path / "k"), "--passphrase-file", str(tmp_path / "short")]) == 2
    assert "at least 12 characters" in capsys.readouterr().err
    assert not (tmp_path / "k").exists()


def test_pages_search_filter_and_show(world, enter, proven):
    from shoumi.console.accounts.actions.people import AddPerson

    AddPerson.run(world.dana, door=proven, number="77", name="Quentin", category="none", unit=world.north.pk)
    browser = enter(world.charlie)
    page = browser.get("/audit/?q=Quentin").content.decode()
    assert "Add person" in page
    assert "Quentin (77)" in page
    assert "Nothing matches" in browser.get("/audit/?outcome=refused").content.decode()
    assert browser.get("/audit/?from=2026-13-45&to=x&page=999&sort=-nonsense&q=%00").status_code == 200
    number = Entry.objects.get(action="accounts.person.add").pk
    assert "Place in the chain" in browser.get(f"/audit/{number}/").content.decode()
    assert "The chain is whole" in browser.get("/audit/checkpoints/?verify").content.decode()
    rows = browser.get("/audit/?export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == Entry.objects.count()  # a head, and all but the entry that the export itself left
    assert json.loads(Entry.objects.first().facts)["list"] == "audit.entries"
