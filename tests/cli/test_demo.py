"""The demo: every planted leak and unreadable file is reported, and nothing else above info."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from shoumi.demo import share
from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.types import Gap, Match


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[share.Planted], list[Match | Gap]]:
    folder = tmp_path_factory.mktemp("demo")
    expected = share.write(folder / "share")
    home = Home(folder / "home")
    share.register(folder, home)
    return folder / "share", expected, list(Scan((str(folder / "share"),), home=home))


def test_everything_planted_is_reported(demo: tuple[Path, list[share.Planted], list[Match | Gap]]) -> None:
    folder, expected, events = demo
    found = {(Path(e.path).relative_to(folder).as_posix(), e.category) for e in events if isinstance(e, Match)}
    missed = {
        (Path(e.trail.steps[0].name).relative_to(folder).as_posix(), e.reason) for e in events if isinstance(e, Gap)
    }
    masked = {path: _masked(path) for path in (plant.path for plant in expected)}
    lacking = [
        plant
        for plant in expected
        if (masked[plant.path], plant.category) not in found and (masked[plant.path], plant.gap) not in missed
    ]
    assert lacking == []


def test_nothing_else_is_reported_above_info(demo: tuple[Path, list[share.Planted], list[Match | Gap]]) -> None:
    folder, expected, events = demo
    planted_paths = {_masked(plant.path) for plant in expected}
    others = [
        (match.path, match.rule, match.snippet)
        for match in events
        if isinstance(match, Match)
        and match.severity != "info"
        and Path(match.path).relative_to(folder).as_posix() not in planted_paths
    ]
    assert others == []


def test_the_share_is_the_same_each_time(tmp_path: Path) -> None:
    share.write(tmp_path / "a")
    share.write(tmp_path / "b")
    first, second = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "a", tmp_path / "b")
    )
    assert first == second
    assert 280 <= len(first) <= 320


def test_the_command_says_where_the_report_is_and_its_console_opens(shoumi: Run, tmp_path: Path) -> None:
    run = shoumi("demo", "here")
    assert run.returncode == 0, run.stderr
    assert "report.html" in run.stdout
    assert (tmp_path / "here" / "report.html").stat().st_size > 50_000
    logins = dict(re.findall(r"^  (\w+) +(\w{16}) ", run.stdout, re.M))
    assert {"alice", "dana", "heidi"} <= set(logins)
    assert "serve --home here/home" in run.stdout
    assert re.fullmatch(r"\d{6}\n", shoumi("demo", "here", "--code", "alice", "--home", "here/home").stdout)
    check = (  # the logins work, it fills once, and what is no demo is not filled
        "from shoumi.console import server; server.start()\n"
        "from shoumi.console.accounts.models import Office, Person, User\n"
        "from shoumi.console.audit import stored, verify\n"
        f"print(all(User.objects.get(username=n).check_password(p) for n, p in {logins!r}.items()))\n"
        "many = Person.objects.count()\n"
        f"assert {logins!r} == dict(line.split()[:2] for line in list(server.prepare('', demo=True))[1:-1])\n"
        "assert Person.objects.count() == many >= 60 and verify.verify(stored.rows(), [], {}).whole\n"
        "Office.objects.update(name='real')\n"
        "try: list(server.prepare('', demo=True))\n"
        "except server.CannotServe: print('refused')\n"
    )
    environment = {**os.environ, "SHOUMI_HOME": str(tmp_path / "here/home"), "DATABASE_URL": ""}
    said = subprocess.run([sys.executable, "-c", check], env=environment, capture_output=True, text=True, check=False)
    assert said.stdout == "True\nrefused\n", said.stderr


def test_without_the_console_its_part_is_left_out_and_it_can_run_again(tmp_path: Path) -> None:
    code = (
        "import importlib.util, sys\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'django' else real(name, *rest)\n"
        "from shoumi.cli import main; sys.exit(main(['demo', 'here', '--lang', 'en']))\n"
    )
    for _ in range(2):
        run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert "pip install 'shoumi[console]'" in run.stdout
        assert not (tmp_path / "here/home/console.sqlite").exists()


def test_the_command_never_deletes_what_is_not_a_demo(shoumi: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    run = shoumi("demo", "mine")
    assert run.returncode == 2
    assert (tmp_path / "mine" / "thesis.txt").exists()


def _masked(path: str) -> str:
    """One planted file is named after a number, which reports mask."""
    if "身份证" not in path:
        return path
    head, _, tail = path.partition("身份证")
    number, dot, suffix = tail.partition(".")
    return f"{head}身份证{number[:2]}{'*' * (len(number) - 4)}{number[-2:]}{dot}{suffix}"
