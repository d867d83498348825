"""Patterns that can run away are refused; those that cannot are not."""

from __future__ import annotations

import pytest

from shoumi.engine import rule
from shoumi.engine.errors import RuleError
from shoumi.engine.pattern_safety import against

AWAY = [
    r"(a+)+b", r"(\w+\s?)*$", r"(a|a)*b", r"(a|aa)+$", r"([a-z]+)*\d", r"(x+x+)+y", r"(.*,)*z", r"((a+)b?)*c",
    r"(?:a*b*)*", r"(a|b|ab)*c", r"(\d+|\w+)+!", r'(?:[^"]|\.)*"', r"(?:[a-z0-9]+[_.-]?){0,4}key", "(?:密+级?)+x",
]  # fmt: skip
HARMLESS = [
    r"(?:\.[a-z]+)+", r"[a-z]+@[a-z]+", r"(?:[0-9]{4} )+x", r"(foo|bar|far)*", r"(?:[a-z]+=[^&]{1,80}&){1,14}",
    r'(?:[^"\\]|\\.)*"', r"(\d{3}-)*\d", r"(?:ab?)+", r"(?<!a)(?:[0-9]{1,3}\.){3}[0-9]{1,3}", r"a{2,40}b{2,40}",
]  # fmt: skip


@pytest.mark.parametrize("pattern", AWAY)
def test_runs_away(pattern):
    assert against(pattern) is not None


@pytest.mark.parametrize("pattern", HARMLESS)
def test_is_harmless(pattern):
    assert against(pattern) is None


def test_a_pack_with_such_a_pattern_is_refused_with_file_and_line(tmp_path):
    file = tmp_path / "own.yaml"
    file.write_text(
        "pack: own\nversion: 1\nnames: Own\nrules:\n"
        "  - {id: own.one, version: 1, detector: identifiers, name: One, means: One, category: personal,\n"
        "     severity: low, pattern: '(a+)+b', anchors: [ab]}\n",
        "utf-8",
    )
    with pytest.raises(RuleError, match=r"own\.yaml:5: own\.one: the pattern is refused"):
        rule.load(str(file))
