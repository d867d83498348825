"""``shoumi serve`` as people start it: a new home, a link, a set-up, a stop; and the words when it cannot."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(home, port, *more):
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": "", "PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "shoumi", "serve", "--bind", f"127.0.0.1:{port}", *more]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def until_ready(process) -> str:
    said = ""
    for line in process.stdout:
        said += line
        if "answers at" in line:
            return said
    raise AssertionError(said)


def get(port, path, deadline=30):
    end = time.monotonic() + deadline
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("GET", path, headers={"Accept-Language": "en"})
                answer = connection.getresponse()
                return answer, answer.read().decode()
        except OSError:
            if time.monotonic() > end:
                raise


def test_first_start_serves_and_stops(tmp_path):
    port = free_port()
    process = start(tmp_path / "home", port)
    try:
        said = until_ready(process)
        link = re.search(r"http://127\.0\.0\.1:\d+(/accounts/setup/\S+/)", said)[1]
        answer, text = get(port, "/health")
        assert (answer.status, '"status": "ok"' in text) == (200, True)
        assert get(port, link)[0].status == 200
        assert "Set up Shoumi" in get(port, link)[1]
        assert get(port, "/static/shoumi/shoumi.css")[0].status == 200
        assert "is not set up yet" in get(port, "/accounts/signin/")[1]
        assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "home/console.sqlite").stat().st_mode & 0o777 == 0o600
    finally:
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0, rest
    assert "Traceback" not in rest


def below(pid):
    """Return the processes that a process has started, and theirs."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [int(one) for one in found] + [deeper for one in found for deeper in below(one)]


def until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def work_of(port):
    return json.loads(get(port, "/health")[1])


def test_one_command_serves_and_works_and_a_worker_that_ends_is_started_anew(tmp_path):
    port = free_port()
    process = start(tmp_path / "home", port)
    try:
        until_ready(process)
        until(lambda: work_of(port)["work"] == "ok")
        named = sqlite3.connect(tmp_path / "home/console.sqlite").execute("SELECT name FROM jobs_worker").fetchall()
        first = int(named[0][0].split(":")[1])
        assert first in below(process.pid)
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in below(process.pid))
        until(lambda: work_of(port)["workers"] == 2)  # the one that ended is still within its minute
        assert get(port, "/health")[0].status == 200
    finally:
        family = below(process.pid)
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[0]
    assert process.returncode == 0, rest
    assert not any(os.path.exists(f"/proc/{one}") for one in family)


def test_killed_it_leaves_no_process_behind(tmp_path):
    port = free_port()
    process = start(tmp_path / "home", port)
    until_ready(process)
    until(lambda: work_of(port)["work"] == "ok")
    family = below(process.pid)
    assert len(family) >= 3
    process.kill()
    process.communicate(timeout=30)
    until(lambda: not any(os.path.exists(f"/proc/{one}") for one in family))


def test_health_tells_strangers_nothing_of_the_inside(client, db):
    from shoumi.console.jobs.models import Job, Worker

    assert client.get("/health").json()["work"] == "not done"
    Worker.objects.create(name="w")
    assert client.get("/health").json()["work"] == "ok"
    Job.objects.create(name="jobs.tidy", at="2020-01-01T00:00:00Z")
    inside = client.get("/health").json()
    assert (inside["work"], inside["waited"] > 600) == ("not done", True)
    for stranger in ({"REMOTE_ADDR": "192.0.2.7"}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}):
        assert set(client.get("/health", **stranger).json()) == {"status", "version"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bind", "0.0.0.0:8731"], "--public https://NAME"),
        (["--bind", "[::]:8731"], "--public https://NAME"),
        (["--bind", "8731"], "write HOST:PORT"),
        (["--bind", "127.0.0.1:99999"], "write HOST:PORT"),
        (["--public", "http://example.org"], "must be https://"),
    ],
)
def test_words_when_it_must_not_start(tmp_path, arguments, words):
    environment = {**os.environ, "SHOUMI_HOME": str(tmp_path), "DATABASE_URL": ""}
    run = subprocess.run(
        [sys.executable, "-m", "shoumi", "serve", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert words in run.stderr


def test_words_when_the_port_is_taken_or_the_database_is_another(tmp_path):
    environment = {**os.environ, "SHOUMI_HOME": str(tmp_path), "DATABASE_URL": "mysql://x"}
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        bind = ["--bind", f"127.0.0.1:{taken.getsockname()[1]}"]
        run = subprocess.run(
            [sys.executable, "-m", "shoumi", "serve", *bind],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 2
    assert "choose another port" in run.stderr
    run = subprocess.run(
        [sys.executable, "-m", "shoumi", "serve", "--bind", f"127.0.0.1:{free_port()}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "must begin with postgresql://" in run.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch, capsys):
    import importlib.util

    from shoumi.cli import main

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name in {"django", "gunicorn"} else real(name, *rest)
    )
    assert main(["serve"]) == 2
    assert "pip install 'shoumi[console]'" in capsys.readouterr().err
    assert main(["audit", "verify"]) == 2
    assert "pip install 'shoumi[console]'" in capsys.readouterr().err


def test_deployment_checks_are_clean(tmp_path):
    for public in ("", "https://shoumi.example.org"):
        environment = {
            **os.environ,
            "SHOUMI_HOME": str(tmp_path),
            "DATABASE_URL": "",
            "SHOUMI_PUBLIC": public,
            "DJANGO_SETTINGS_MODULE": "shoumi.console.settings",
        }
        command = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert ("(0 silenced)" in run.stdout) == bool(public)


def test_models_and_migrations_agree(db):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_migrations_go_back_and_forth(tmp_path):
    code = (
        "from shoumi.console import server; server.start()\n"
        "from django.core.management import call_command\n"
        "for target in ('0002', 'zero', '0002'): call_command('migrate', 'audit', target, verbosity=0)\n"
        "from shoumi.console.audit import stored; print(stored.missing_triggers())\n"
    )
    environment = {**os.environ, "SHOUMI_HOME": str(tmp_path), "DATABASE_URL": ""}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert run.stdout == "[]\n", run.stderr
