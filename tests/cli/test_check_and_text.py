"""``shoumi check`` and ``shoumi text``: what people ask before they send, and what the detectors see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("周三下午三点在三楼开会。\n", 0, "可以发送"),
        ("机密★10年\n关于工作安排的报告\n", 1, "不要发送"),
        ("内部资料 注意保存\n\n关于人员调整的初步考虑\n", 1, "再想一想"),
    ],
)
def test_check_answers_in_one_word(shoumi: Run, text: str, code: int, word: str) -> None:
    run = shoumi("check", "-", stdin=text, lang="zh-Hans")
    assert run.returncode == code
    assert run.stdout.splitlines()[0] == word


def test_check_of_something_unreadable_is_three(shoumi: Run, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken")
    run = shoumi("check", tmp_path / "a.zip")
    assert run.returncode == 3
    assert "could not be examined" in run.stdout


def test_check_never_repeats_the_secret(shoumi: Run) -> None:
    run = shoumi("check", stdin="我的身份证号是110101199003072316，请查收。\n")
    assert run.returncode == 1
    assert "110101199003072316" not in run.stdout + run.stderr


def test_reasons_are_whole_sentences(shoumi: Run) -> None:
    text = "机密★10年\n\n我的身份证号是110101199003072316，请查收。\n"
    reasons = [line for line in shoumi("check", stdin=text, lang="zh-Hans").stdout.splitlines() if line[0] == "·"]
    assert len(reasons) == 2
    assert all("。  " in line for line in reasons)


def test_text_has_no_options_about_rules(shoumi: Run, tmp_path: Path) -> None:
    run = shoumi("text", tmp_path, "--packs", "cn")
    assert run.returncode == 2
    assert "--packs" in run.stderr


def test_check_of_a_missing_file(shoumi: Run) -> None:
    run = shoumi("check", "/no/such/file")
    assert run.returncode == 2
    assert "/no/such/file" in run.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
def test_text_is_the_file_whatever_its_encoding(shoumi: Run, tmp_path: Path, encoding: str) -> None:
    text = "第一行：今天天氣很好，我們去公園散步。\n第二行 ABC 123\n"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert shoumi("text", tmp_path / "a.txt").stdout == text


def test_text_segments_as_json_lines(shoumi: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一行\n")
    (line,) = shoumi("text", tmp_path / "a.txt", "-f", "jsonl").stdout.splitlines()
    assert json.loads(line) == {
        "trail": [{"kind": "file", "name": str(tmp_path / "a.txt")}],
        "locator": {},
        "text": "一行\n",
        "hidden": False,
        "method": "text",
    }


def test_text_says_what_it_could_not_read(shoumi: Run, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 broken")
    run = shoumi("text", tmp_path / "a.zip")
    assert run.returncode == 3
    assert "corrupt" in run.stderr


def test_text_of_a_missing_address(shoumi: Run) -> None:
    run = shoumi("text", "/no/such/file")
    assert run.returncode == 2
    assert "/no/such/file" in run.stderr


def test_doctor_finds_the_engine_in_order(shoumi: Run) -> None:
    run = shoumi("doctor")
    assert run.returncode == 0
    assert "✗" not in run.stdout
    assert "pack cn" in run.stdout
