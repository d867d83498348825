"""Keywords: words as whole words, Chinese anywhere, many terms as few."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoumi.engine.errors import RuleError
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.terms import Terms
from shoumi.engine.types import Document, Match, Segment, Trail

OWN = ["北斗计划", "北斗", "Project Falcon", "alpha", "X项目", "C++", "★"]


def filler(count):
    dice = random.Random(5)
    return ["".join(chr(dice.randrange(0x4E00, 0x9000)) for _ in range(4)) for _ in range(count)]


@pytest.fixture(params=[0, 21_000], ids=["few", "many"])
def find(request, tmp_path):
    file = tmp_path / "own.txt"
    file.write_text("# our terms\n" + "\n".join(OWN + filler(request.param)), "utf-8")
    inspector = Inspector(Settings(packs=(str(file),)), Home(tmp_path / "home"))

    def run(text):
        found = inspector.inspect(Document(Trail(), (Segment(text),)))
        return [match.data["term"] for match in found if isinstance(match, Match)]

    return run


def test_terms(find):
    assert find("关于北斗计划和PROJECT FALCON的说明") == ["北斗计划", "Project Falcon"]
    assert find("北斗和x项目") == ["北斗", "X项目"]
    assert find("alpha_1, Alpha；ALPHA测试") == ["alpha"] * 3
    assert find("C++ and ★") == ["C++", "★"]
    assert find("ａｌｐｈａ 北\u200b斗") == ["alpha", "北斗"]


def test_parts_of_words_are_none(find):
    assert find("alphabet, betalpha, alpha7, projectfalcon") == []


@given(st.text("ab中文密 ，é", max_size=60), st.lists(st.text("ab中文密 é", min_size=1, max_size=6), max_size=30))
def test_the_index_finds_what_a_plain_search_finds(text, words):
    index = Terms((word.encode(), number) for number, word in enumerate(words))
    found = set()
    index.scan(text.encode(), lambda number, _start, end, _flags, _context: found.add((number, end)))
    left = {number for _, number in index.left}
    expected = set()
    raw = text.encode()
    for number, word in enumerate(words):
        term, at = word.encode(), -1
        while number not in left and (at := raw.find(term, at + 1)) >= 0:
            expected.add((number, at + len(term)))
    missing = {entry for entry in expected - found if not _inside_word(raw, words[entry[0]].encode(), entry[1])}
    assert found <= expected
    assert missing == set()


def _inside_word(raw, term, end):
    """Whether Latin letters of a term continue in the text: such places are not looked for."""
    return any(raw[at : at + 1].isalnum() and raw[at - 1 : at].isalnum() and at > 0 for at in (end, end - len(term)))


def test_blocks_of_a_large_text_join(tmp_path):
    index = Terms([("北斗计划".encode(), 1), (b"falcon", 2)])
    text = ("x" * 131_069 + "北斗计划 falcon " + "y" * 131_050 + " falcon" + "北斗计划").encode()
    found = []
    index.scan(text, lambda number, _start, end, _flags, _context: found.append((number, end)))
    assert sorted(number for number, _ in set(found)) == [1, 1, 2, 2]  # a word before Chinese is a word


def test_an_empty_list_is_refused(tmp_path):
    (tmp_path / "own.txt").write_text("# nothing\n", "utf-8")
    with pytest.raises(RuleError):
        Inspector(Settings(packs=(str(tmp_path / "own.txt"),)), Home(tmp_path / "home"))
