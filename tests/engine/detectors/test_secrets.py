"""The optional scanner of credentials: found in place, own rules first, in batches, offline, and its failures as gaps."""

from __future__ import annotations

import ast
import json
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.engine.detectors import secrets
from shoumi.engine.errors import ExtraNeeded
from shoumi.engine.home import Home
from shoumi.engine.rule import resolve, shipped
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

DRAW = random.Random(7)
TWILIO = "SK" + "".join(DRAW.choices("0123456789abcdef", k=32))
GITHUB = "ghp_" + "".join(DRAW.choices(string.ascii_letters + string.digits, k=36))
needed = pytest.mark.skipif(secrets.program() is None, reason="the extra shoumi[secrets] is not installed")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


def scan(folder: Path, home: Home, *packs: str) -> Scan:
    settings = Settings(packs=packs or ("secrets",))
    return Scan((str(folder),), settings=settings, home=home, jobs=1)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Put a program of the test's own in the scanner's place; it notes each run and what it was given."""

    def install(body: str) -> Path:
        runs = tmp_path / "runs"
        program = tmp_path / "scanner"
        program.write_text(
            f"#!{sys.executable}\nimport json, os, pathlib, sys, time\n"
            "texts = {p.stem: p.read_text() for p in pathlib.Path('texts').iterdir()}\n"
            f"open({str(runs)!r}, 'a').write(json.dumps([sys.argv[1:], sorted(texts)]) + '\\n')\n"
            "def tell(name, word):\n"
            "    text = texts[name]\n"
            "    if word in text:\n"
            "        line = text[:text.index(word)].count('\\n')\n"
            "        column = len(text.split('\\n')[line].split(word)[0].encode())\n"
            "        print(json.dumps({'rule': {'id': 'betterleaks.acme-token'}, 'finding': {'snippet': word,\n"
            "            'confidence': 'high', 'line': line + 1, 'column_start': column, 'path': f'texts/{name}.txt'}}))\n"
            f"{body}\n"
            "print(json.dumps({'blobs_scanned': len(texts)}))\n"
        )
        program.chmod(0o700)
        monkeypatch.setattr(secrets, "program", lambda: str(program))
        return runs

    return install


TELL = "for name in texts: tell(name, 'ACME-TOKEN-9f2c81d07b')"


@needed
def test_what_the_scanner_knows_is_found_in_place(tmp_path: Path, home: Home) -> None:
    (tmp_path / "a.txt").write_bytes(f"中文说明\r\n密钥 中文 Twilio: {TWILIO}\r\n".encode())
    (match,) = list(scan(tmp_path, home))
    assert isinstance(match, Match)
    assert (match.rule, match.category, match.severity) == ("secrets.recognised", "credential", "high")
    assert match.locator.line == 2
    text = (tmp_path / "a.txt").read_bytes().decode()
    assert text[slice(*match.span)] == TWILIO
    assert TWILIO[:4] in match.snippet
    assert TWILIO[4:] not in match.snippet
    assert match.data == {"kind": "twilio-api-key", "scanner": "kingfisher"}


@needed
def test_own_rules_win_and_nothing_shows_beside_them(tmp_path: Path, home: Home) -> None:
    (tmp_path / "a.txt").write_text(f"{GITHUB} {TWILIO} alice@corp.cn")
    found = [event for event in scan(tmp_path, home, "all", "secrets") if isinstance(event, Match)]
    assert [m.rule for m in found if m.category == "credential"] == ["credentials.github-token", "secrets.recognised"]
    assert not any(secret[4:] in match.snippet for match in found for secret in (GITHUB, TWILIO))


def test_many_files_are_one_run_and_each_keeps_its_own(tmp_path: Path, home: Home, fake: Callable[[str], Path]) -> None:
    runs = fake(TELL)
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:02}.txt").write_text(
            "x\n" * number + ("\t秘 ACME-TOKEN-9f2c81d07b" if number % 4 == 0 else "")
        )
    found = [event for event in scan(folder, home) if isinstance(event, Match)]
    assert [(Path(m.path).stem, m.locator.line) for m in found] == [(f"{n:02}", n + 1) for n in range(0, 40, 4)]
    assert len(runs.read_text().splitlines()) == 1


def test_a_second_scan_asks_it_nothing(tmp_path: Path, home: Home, fake: Callable[[str], Path]) -> None:
    runs = fake(TELL)
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.txt").write_text("ACME-TOKEN-9f2c81d07b")
    first = list(scan(folder, home))
    assert len(first) == 1
    assert list(scan(folder, home)) == first
    assert len(runs.read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("if any('BAD' in text for text in texts.values()): os.kill(os.getpid(), 11)\n" + TELL, "corrupt"),
        ("if any('BAD' in text for text in texts.values()): time.sleep(60)\n" + TELL, "timeout"),
        ("if any('BAD' in text for text in texts.values()): sys.exit(0)\n" + TELL, "corrupt"),
        ("if any('BAD' in text for text in texts.values()): print('what?')\n" + TELL, "corrupt"),
    ],
)
def test_a_text_that_ends_the_scanner_costs_one_gap(
    tmp_path: Path,
    home: Home,
    fake: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    reason: str,
) -> None:
    fake(body)
    monkeypatch.setattr(secrets, "_LONGEST", 2.0)
    folder = tmp_path / "tree"
    folder.mkdir()
    for name in "abcd":
        (folder / name).write_text(f"ACME-TOKEN-9f2c81d07b {'BAD' if name == 'c' else ''}")
    run = scan(folder, home)
    events = list(run)
    assert [Path(event.path).name for event in events if isinstance(event, Match)] == ["a", "b", "d"]
    (gap,) = [event for event in events if isinstance(event, Gap)]
    assert (gap.reason, gap.stage, Path(gap.trail.steps[0].name).name) == (reason, "detect", "c")
    assert list(scan(folder, home)) == events  # the gap is said again


def test_it_is_told_to_stay_offline(tmp_path: Path, home: Home, fake: Callable[[str], Path]) -> None:
    runs = fake(TELL)
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing")
    assert list(scan(folder, home)) == []
    arguments, texts = json.loads(runs.read_text())
    assert {"--no-validate", "--no-update-check"} <= set(arguments)
    assert texts == ["0"]


def test_it_has_no_network_where_the_kernel_allows_that(
    tmp_path: Path, home: Home, fake: Callable[[str], Path]
) -> None:
    if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets nobody go without a network")
    seen = tmp_path / "seen"
    fake(f"import socket\nopen({str(seen)!r}, 'w').write(repr([name for _, name in socket.if_nameindex()]))")
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing")
    assert list(scan(folder, home)) == []
    assert set(ast.literal_eval(seen.read_text())) <= {
        "lo",
        "sit0",
        "tunl0",
        "gre0",
        "gretap0",
        "ip6tnl0",
        "erspan0",
        "ip_vti0",
        "ip6_vti0",
        "ip6gre0",
    }


def test_without_the_extra_nothing_happens_unless_it_is_asked_for(
    tmp_path: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "program", lambda: None)
    (tmp_path / "a.txt").write_text(TWILIO)
    assert list(scan(tmp_path, home, "all")) == []
    with pytest.raises(ExtraNeeded, match=r"pip install 'shoumi\[secrets\]'"):
        scan(tmp_path, home, "all", "secrets")


def test_all_packs_do_not_mean_this_one() -> None:
    assert "secrets" in shipped()
    assert "secrets" not in resolve(("all",))
    assert resolve(("all", "secrets"))[-1] == "secrets"
