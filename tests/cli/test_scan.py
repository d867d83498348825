"""``shoumi scan`` as it is typed: exit codes, forms, and everything that can go wrong around a report."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

ARCHIVES = Path(__file__).parents[1] / "data" / "archives"


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_findings_gaps_and_summary_as_json_lines(shoumi: Run, leaky: Path) -> None:
    run = shoumi("scan", leaky, "-f", "jsonl")
    *events, summary = lines(run.stdout)
    assert run.returncode == 1
    assert [event["type"] for event in events] == ["gap", "match"]
    match = events[1]
    assert (match["category"], match["severity"], match["data"]["kind"]) == ("state-secret", "critical", "mark")
    assert match["path"] == str(leaky / "plan.txt")
    assert match["span"] == [0, 6]
    assert match["reason"]
    assert all(isinstance(sentence, str) for sentence in match["reason"])
    assert summary["type"] == "summary"
    assert summary["files"] == 3
    assert summary["findings"] == {"critical": 1}


def test_the_same_tree_twice_gives_identical_lines(shoumi: Run, leaky: Path) -> None:
    first, second = (shoumi("scan", leaky, "-f", "jsonl").stdout.splitlines() for _ in range(2))
    assert first[:-1] == second[:-1]


@pytest.mark.parametrize(
    ("name", "content", "code"), [("a.txt", b"nothing here", 0), ("a.zip", b"PK\x03\x04 broken", 3)]
)
def test_exit_code_without_findings(shoumi: Run, tmp_path: Path, name: str, content: bytes, code: int) -> None:
    (tmp_path / name).write_bytes(content)
    assert shoumi("scan", tmp_path / name, "-f", "jsonl").returncode == code


def test_an_address_that_does_not_exist(shoumi: Run, leaky: Path) -> None:
    run = shoumi("scan", "/no/such/place", leaky, "-f", "jsonl")
    assert run.returncode == 2
    assert "/no/such/place" in run.stderr
    assert "No such file" in run.stderr
    missing, *_, summary = lines(run.stdout)
    assert (missing["type"], missing["reason"], missing["path"]) == ("gap", "unreachable", "/no/such/place")
    assert summary["files"] == 3


def test_a_report_about_a_missing_address_alone_does_not_say_that_all_was_examined(shoumi: Run) -> None:
    run = shoumi("scan", "/no/such/place")
    assert run.returncode == 2
    assert "Everything was examined" not in run.stdout
    assert "/no/such/place" in run.stdout


@pytest.mark.parametrize("command", ["scan", "check", "text"])
def test_an_empty_address_is_wrong_use(shoumi: Run, command: str) -> None:
    run = shoumi(command, "")
    assert run.returncode == 2
    assert "empty address" in run.stderr


@pytest.mark.parametrize("packs", ["", " , "])
def test_no_pack_at_all_is_wrong_use(shoumi: Run, leaky: Path, packs: str) -> None:
    run = shoumi("scan", leaky, "--packs", packs)
    assert run.returncode == 2
    assert "names no pack" in run.stderr


def test_the_form_follows_the_name_of_the_file(shoumi: Run, leaky: Path, tmp_path: Path) -> None:
    assert shoumi("scan", leaky, "-o", tmp_path / "REPORT.HTML").returncode == 1
    assert (tmp_path / "REPORT.HTML").read_bytes().startswith(b"<!")
    run = shoumi("scan", leaky, "-o", tmp_path / "report.pdf")
    assert run.returncode == 2
    assert ".pdf" in run.stderr
    assert not (tmp_path / "report.pdf").exists()
    assert shoumi("scan", leaky, "-f", "jsonl", "-o", tmp_path / "lines.csv").returncode == 1


def test_passwords_as_windows_writes_them(shoumi: Run, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes((ARCHIVES / "aes256.zip").read_bytes())
    (tmp_path / "passwords.txt").write_bytes("\ufeffPass-1\r\n\r\n".encode())
    assert shoumi("scan", archive, "-f", "jsonl").returncode == 3
    run = shoumi("scan", archive, "-f", "jsonl", "--passwords", tmp_path / "passwords.txt")
    assert lines(run.stdout)[-1]["gaps"] == {}


def test_what_is_said_beside_the_report_is_in_the_readers_language(shoumi: Run, leaky: Path, tmp_path: Path) -> None:
    (tmp_path / "known.yaml").write_bytes("\ufeff- {id: x, reason: r, owner: Alice, until: 2999-01-01}\n".encode())
    run = shoumi("scan", leaky, "--resume", "--baseline", tmp_path / "known.yaml", lang="zh-Hans")
    assert "3 个文件中有 0 个上次已经查过" in run.stderr
    assert "豁免 x（负责人 Alice）没有用到" in run.stderr


def test_a_baseline_that_is_not_there(shoumi: Run, leaky: Path) -> None:
    run = shoumi("scan", leaky, "--baseline", "nothing.yaml")
    assert run.returncode == 2
    assert run.stderr == "shoumi: cannot read nothing.yaml: No such file or directory\n"


@pytest.mark.parametrize("form", ["table", "jsonl", "sarif", "html", "xlsx"])
def test_reports_are_files_of_their_owner_and_appear_complete(
    shoumi: Run, leaky: Path, tmp_path: Path, form: str
) -> None:
    target = tmp_path / f"report.{form}"
    assert shoumi("scan", leaky, "-f", form, "-o", target).returncode == 1
    assert target.stat().st_size > 200
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))


def test_an_output_that_cannot_be_written_is_said_before_the_scan(shoumi: Run, leaky: Path, tmp_path: Path) -> None:
    run = shoumi("scan", leaky, "-o", tmp_path / "no" / "report.html")
    assert run.returncode == 2
    assert "report.html" in run.stderr
    assert not run.stdout


def test_a_full_disk_leaves_a_message_and_no_half_report(shoumi: Run, leaky: Path) -> None:
    run = shoumi("scan", leaky, "-f", "jsonl", "-o", "/dev/full")
    assert run.returncode == 2
    assert "No space left" in run.stderr
    assert "Traceback" not in run.stderr


def test_full_standard_output_is_a_clear_failure(environment: dict[str, str], leaky: Path) -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "shoumi", "scan", str(leaky), "-f", "jsonl"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment, check=False, timeout=60)
    assert run.returncode == 2
    assert b"No space left" in run.stderr
    assert b"Traceback" not in run.stderr


def test_a_reader_that_goes_away_ends_it_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.txt").write_text(f"机密★10年\n{number}\n" * 20)
    command = f"{sys.executable} -m shoumi scan {folder} -f jsonl | head -n 1"
    run = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, env=environment, check=False, timeout=60
    )
    assert run.returncode == 2
    assert b"closed" in run.stderr
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_ends_with_a_report_of_what_is_done(
    environment: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "a.txt").write_text("机密★10年\n")
    os.mkfifo(folder / "b")
    for index in range(3000):
        (folder / f"c{index}.txt").write_text("机密★10年\n")
    target = tmp_path / "report.jsonl"
    # The first finding is written long before the last file is read: that is the moment to interrupt.
    script = (
        "import os, signal, sys\nfrom shoumi.engine.scan import Scan\nfrom shoumi.cli import main\n"
        "ready = Scan._ready\n"
        "def first(self):\n"
        "    for event in ready(self):\n"
        "        yield event\n"
        "        if not self.summary.stopped and not hasattr(self, 'hit'):\n"
        f"            self.hit = True\n            os.kill(os.getpid(), {int(number)})\n"
        "Scan._ready = first\n"
        f"sys.exit(main(['scan', {str(folder)!r}, '-j', '1', '-o', {str(target)!r}]))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=False, timeout=60)
    assert run.returncode == 1, run.stderr
    *events, summary = lines(target.read_text())
    assert summary["stopped"] is True
    assert any(event["type"] == "gap" and "stopped" in event["detail"] for event in events)
    assert any(event["type"] == "match" for event in events)
    assert summary["files"] < 3001


def test_wrong_use_says_what_to_do(shoumi: Run, leaky: Path) -> None:
    run = shoumi("scan", leaky, "--packs", "nosuch")
    assert run.returncode == 2
    assert "nosuch" in run.stderr
    assert "personal" in run.stderr


def test_secrets_in_paths_never_show(shoumi: Run, tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    secret = "110101199003072316"
    (folder / f"张三{secret}.txt").write_text("空\n")
    (folder / f"{secret}.zip").write_bytes(b"PK\x03\x04 broken")
    for form in ("table", "jsonl", "sarif", "html"):
        run = shoumi("scan", folder, "-f", form)
        assert secret not in run.stdout + run.stderr, form
        assert secret not in run.stdout.replace("\\n", ""), form


def test_standard_input(shoumi: Run) -> None:
    run = shoumi("scan", "-", "-f", "jsonl", stdin="机密★10年\n")
    assert run.returncode == 1
    assert lines(run.stdout)[0]["path"] == "-"


def test_baseline_of_an_earlier_report(shoumi: Run, leaky: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.jsonl"
    shoumi("scan", leaky / "plan.txt", "-o", known)
    assert shoumi("scan", leaky / "plan.txt", "--baseline", known, "-f", "jsonl").returncode == 0
    (leaky / "plan.txt").write_text("绝密★长期\n\n另一份文件\n")
    assert shoumi("scan", leaky / "plan.txt", "--baseline", known, "-f", "jsonl").returncode == 1
