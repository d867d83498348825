"""``shoumi rules``: what a user sees."""

from __future__ import annotations

import pytest

from shoumi.cli import main


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOUMI_LANG", "en")


def test_list_names_every_rule(capsys):
    assert main(["rules", "list", "--packs", "personal"]) == 0
    assert "personal.resident-id" in capsys.readouterr().out


def test_show_speaks_three_languages(capsys, monkeypatch):
    for language, word in (("en", "Mobile number"), ("zh-Hans", "手机号码"), ("zh-Hant", "手機號碼")):
        monkeypatch.setenv("SHOUMI_LANG", language)
        assert main(["rules", "show", "personal.mobile"]) == 0
        assert word in capsys.readouterr().out
    assert main(["rules", "show", "personal.nothing"]) == 2


def test_check_refuses_a_bad_pack_with_file_and_line(capsys, tmp_path):
    file = tmp_path / "own.yaml"
    rule = "id: own.a, version: 1, detector: credentials, name: A, means: A, category: credential, severity: high"
    file.write_text(f"pack: own\nversion: 1\nnames: Own\nrules:\n  - {{{rule}, pattern: 'k[0-9]{{9}}', anchors: ['k[0'], "
                    "examples: [k123456789]}\n")  # fmt: skip
    assert main(["rules", "check", str(file)]) == 2
    assert "own.yaml:5: own.a: the anchor" in capsys.readouterr().err
    file.write_text(file.read_text().replace("'k[0'", "'k[0-9]'").replace("k123456789", "k12345678"))
    assert main(["rules", "check", str(file)]) == 2
    assert "own.yaml:5: own.a: the example 'k12345678' is not found" in capsys.readouterr().err
    file.write_text(file.read_text().replace("k12345678", "k907325461"))
    assert main(["rules", "check", str(file)]) == 0


def test_explain_says_why_and_why_not(capsys):
    assert main(["rules", "explain", "身份证110101199003070011"]) == 0
    assert "personal.resident-id, High" in capsys.readouterr().out
    assert main(["rules", "explain", "身份证110101199003070012", "--packs", "personal"]) == 0
    assert "personal.resident-id): The check digit is wrong" in capsys.readouterr().out
    assert main(["rules", "explain", "plain words"]) == 0
    assert "No rule comes near" in capsys.readouterr().out
