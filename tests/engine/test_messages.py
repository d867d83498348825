"""The catalogs are complete, and every code that a rule or a detector can give has its sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml

from shoumi.engine import detectors, messages
from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.rule import LANGUAGES
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, GapReason, Match, Reason, Segment, Step, Trail


@pytest.mark.parametrize("name", messages.names())
def test_catalog_speaks_three_languages_with_the_same_values(name: str) -> None:
    text = (messages.FOLDER / f"{name}.yaml").read_text("utf-8")
    codes = [key.value for key, _ in yaml.compose(text, Loader=yaml.SafeLoader).value]
    assert len(codes) == len(set(codes))
    for code, entry in messages.catalog(name).items():
        assert code.partition(".")[0] == name
        assert tuple(sorted(entry)) == tuple(sorted(LANGUAGES)), code
        values = {language: sorted(set(re.findall(r"\{(\w*)\}", sentence))) for language, sentence in entry.items()}
        assert values["zh-Hans"] == values["zh-Hant"] == values["en"], code
        assert all(isinstance(sentence, str) and sentence.strip() for sentence in entry.values()), code


@pytest.mark.parametrize("reason", get_args(GapReason))
def test_each_gap_has_a_name_a_sentence_and_advice(reason: str) -> None:
    assert all(messages.known(f"gaps.{reason}{part}") for part in ("", ".name", ".do"))


def _written_codes() -> Iterator[str]:
    for path in Path(detectors.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)


@pytest.mark.parametrize("code", sorted(set(_written_codes())))
def test_codes_that_detectors_write_have_a_sentence(code: str) -> None:
    assert messages.known(code)


def test_reasons_of_all_examples_have_a_sentence(tmp_path: Path) -> None:
    inspector = Inspector(Settings(), Home(tmp_path))
    trail = Trail((Step("file", "example.txt"),))
    missing: set[str] = set()
    for rule in inspector.rules.values():
        for example in (*rule.examples, *rule.negative_examples):
            for event in inspector.inspect(Document(trail, (Segment(example),))):
                if isinstance(event, Match):
                    missing |= {reason.code for reason in event.reasons if not messages.known(reason.code)}
                    rendered = [messages.render(reason, "en") for reason in event.reasons]
                    assert not any(re.search(r"\{\w+\}", sentence) for sentence in rendered), rendered
    assert not missing


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert messages.render(Reason("no.such"), "en") == "no.such"
    assert messages.render(Reason("no.such", (("n", 3),)), "en") == "no.such (n: 3)"


def test_values_are_never_read_as_templates() -> None:
    assert messages.text("reports.place.page", "en", n="{x.__class__}") == "page {x.__class__}"
    assert messages.text("reports.place.page", "en") == "page {n}"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-Hans"),
        ({"LANG": "zh_TW.UTF-8"}, "zh-Hant"),
        ({"LANG": "zh_HK"}, "zh-Hant"),
        ({"LANG": "zh_Hant_SG@x"}, "zh-Hant"),
        ({"LANG": "zh_SG.GB18030"}, "zh-Hans"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({}, "en"),
        ({"LANG": "en_US", "LC_ALL": "zh_CN"}, "zh-Hans"),
        ({"LANG": "zh_CN", "SHOUMI_LANG": "en"}, "en"),
    ],
)
def test_language_of_the_environment(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHOUMI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert messages.language() == expected
    assert messages.language("zh-Hant") == "zh-Hant"


def test_a_language_that_is_none_of_the_three_is_refused() -> None:
    with pytest.raises(UsageError, match="zh-Hans, zh-Hant, en"):
        messages.language("fr")
