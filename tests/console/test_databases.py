"""Both databases for real: writers at once, triggers. PostgreSQL with a server of its own; skipped where there is none."""

from __future__ import annotations

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from shoumi.console import server
server.start()
list(server.prepare("", demo=sys.argv[1] == "postgresql"))
import threading
from django.db import DatabaseError, connection, transaction
from shoumi.console.action import Door, Machine, note
from shoumi.console.audit import stored, verify
from shoumi.console.audit.models import Entry

assert connection.vendor == sys.argv[1]
assert stored.missing_triggers() == []
before = Entry.objects.count()

def write():
    for _ in range(10):
        with transaction.atomic():
            note(Machine("test"), "test.event", door=Door())
    connection.close()

threads = [threading.Thread(target=write) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert Entry.objects.count() == before + 40
assert verify.verify(stored.rows(), [], {}).whole
refused = 0
empty = "TRUNCATE audit_entry" if connection.vendor == "postgresql" else "DELETE FROM audit_entry"
for statement in (empty, "UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry WHERE seq = 2",
                  "DELETE FROM audit_checkpoint", "UPDATE audit_checkpoint SET seq = 1",
                  "INSERT INTO audit_entry SELECT 9999, at, actor, actor_name, action, outcome, unit, subject, subject_name, "
                  "door, address, mode, facts, algorithm, previous, digest FROM audit_entry WHERE seq = 1"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0, statement
            refused += 1
    except DatabaseError as error:
        assert "audit: " in str(error), error
        refused += 1
assert refused == 6
assert verify.verify(stored.rows(), [], {}).whole
print("whole")
"""


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs: Debian keeps them off the path."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    found += [path for path in [shutil.which("initdb")] if path]
    return Path(found[-1]).parent if found else None


@pytest.fixture
def server(tmp_path_factory):
    """A server on a socket in a private folder; PostgreSQL refuses to run as root, so root lends it to "postgres"."""
    if os.environ.get("SHOUMI_TEST_POSTGRESQL"):
        yield os.environ["SHOUMI_TEST_POSTGRESQL"]
        return
    folder = programs()
    if importlib.util.find_spec("psycopg") is None or folder is None:
        pytest.skip("PostgreSQL is tested with: pip install 'shoumi[postgres]' and apt install postgresql")
    base = Path("/tmp") if os.getuid() == 0 else tmp_path_factory.mktemp("pg")
    place = Path(
        subprocess.run(
            ["mktemp", "-d", str(base / "shoumi-pg-XXXXXX")], capture_output=True, text=True, check=True
        ).stdout.strip()
    )
    runner = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if runner:
        shutil.chown(place, "postgres")
    subprocess.run(
        [*runner, folder / "initdb", "-D", place / "data", "-U", "shoumi", "-A", "trust"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    options = f"-c listen_addresses='' -c unix_socket_directories={place} -c fsync=off"
    subprocess.run(
        [*runner, folder / "pg_ctl", "-D", place / "data", "-o", options, "-l", place / "log", "-w", "start"],
        check=True,
        capture_output=True,
        cwd="/",
    )
    try:
        yield f"postgresql://shoumi@{str(place).replace('/', '%2F')}/postgres"
    finally:
        subprocess.run(
            [*runner, folder / "pg_ctl", "-D", place / "data", "-m", "immediate", "stop"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        shutil.rmtree(place)


def whole(vendor, url, home):
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": url}
    command = [sys.executable, "-c", SCRIPT, vendor]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return run.stdout == "whole\n" or run.stderr


def test_the_console_on_postgresql(server, tmp_path):
    assert whole("postgresql", server, tmp_path) is True


def test_the_console_on_sqlite(tmp_path):
    assert whole("sqlite", "", tmp_path) is True
