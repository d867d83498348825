"""``shoumi device verify-wipe`` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shoumi.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOUMI_LANG", "en")


def test_exit_codes_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disk = tmp_path / "disk.img"
    disk.write_bytes(bytes(4 << 20))
    assert main(["device", "verify-wipe", str(disk), "-f", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "clean"
    assert main(["device", "verify-wipe", str(disk), "--sample", "50", "-f", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["why"] == "sampled"
    with disk.open("r+b") as file:
        file.seek(3_000_001)
        file.write("\n手机：13800138000\n".encode("gb18030"))
    before = disk.read_bytes()
    assert main(["device", "verify-wipe", str(disk), "-f", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["matches"] == {"personal.mobile": 1}
    assert "13800138000" not in json.dumps(answer)
    assert disk.read_bytes() == before
    assert main(["device", "verify-wipe", str(tmp_path / "none")]) == 2


@pytest.mark.parametrize(("language", "words"), [("en", "Not clean"), ("zh-Hans", "未擦净"), ("zh-Hant", "未清除乾淨")])
def test_speaks_three_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("SHOUMI_LANG", language)
    disk = tmp_path / "disk.img"
    disk.write_bytes(bytes(1 << 20) + b"left over words, readable\n" * 40)
    assert main(["device", "verify-wipe", str(disk)]) == 1
    out = capsys.readouterr().out
    assert words in out
    assert "wipe." not in out


def test_a_certificate_to_print_and_one_for_the_ledger(tmp_path: Path) -> None:
    disk, sheet, record = tmp_path / "disk.img", tmp_path / "sheet.html", tmp_path / "record.json"
    disk.write_bytes(bytes(2 << 20))
    assert main(["device", "verify-wipe", str(disk), "--full", "--pattern", "zeros", "-o", str(sheet)]) == 0
    assert sheet.read_text().startswith("<!doctype html>")
    assert main(["device", "verify-wipe", str(disk), "--pattern", "ones", "-o", str(record)]) == 1
    assert json.loads(record.read_text())["type"] == "wipe-certificate"
    for wrong in (["--sample", "0"], ["--sample", "5", "--full"]):
        with pytest.raises(SystemExit) as caught:
            main(["device", "verify-wipe", str(disk), *wrong])
        assert caught.value.code == 2
