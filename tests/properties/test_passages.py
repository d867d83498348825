"""Whatever a copyist does to the layout of an excerpt, it is found, in its place; what is removed is not."""

from __future__ import annotations

import random
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages.normalise import Offsets, fold
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.passages.search import Found, Searcher
from shoumi.engine.settings import Settings

FEW = settings(
    derandomize=True,
    database=None,
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
BETWEEN = st.lists(
    st.sampled_from(["", "", "", "\n", " ", "\u200b", "，", "。\r\n", "\u3000", "\ufeff", "-"]), min_size=7
)
MIXED = st.text(alphabet="aZ9甲乙國ＡＢﬁéßⅣ①\u200b，。 \n😀𠀀", max_size=60)


def prose(seed: int, size: int) -> str:
    """Return Chinese characters and a few digits, drawn with a seed."""
    draw = random.Random(seed)
    return "".join(chr(draw.randrange(0x4E00, 0x9000)) if draw.random() < 0.95 else "7" for _ in range(size))


def registered(home: Home, folder, texts: list[str]) -> list[Registered]:
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text)
    paths = [str(folder / f"{number}.txt") for number in range(len(texts))]
    return Intake(home, Settings()).add(paths, Registered(id="", title="", level="秘密")).added


def look_up(home: Home, raw: bytes) -> Found:
    with Register(home) as register:
        segments, damaged = register.open_segments()
        assert damaged == []
        return Searcher(register.index_key, segments, register.families()).search(raw)


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) / (max(a[1], b[1]) - min(a[0], b[0]))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[str], list[int]]:
    folder = tmp_path_factory.mktemp("library")
    texts = [prose(seed, 600) for seed in range(4)]
    home = Home(folder / "home")
    return home, texts, [document.number for document in registered(home, folder, texts)]


@FEW
@given(data=st.data())
def test_an_excerpt_in_another_layout_is_found_in_its_place(library, data: st.DataObject) -> None:
    home, texts, numbers = library
    which = data.draw(st.integers(0, 3))
    size = data.draw(st.integers(60, 300))
    start = data.draw(st.integers(0, 600 - size))
    between = data.draw(BETWEEN)
    wide = data.draw(st.booleans())
    planted = "".join(
        (char.translate({0x37: 0xFF17}) if wide else char) + between[place % len(between)]
        for place, char in enumerate(texts[which][start : start + size])
    )
    before = prose(data.draw(st.integers(100, 120)), data.draw(st.integers(0, 400)))
    raw = f"{before}\n{planted}\n{prose(99, 200)}".encode()
    found = look_up(home, raw).passages
    assert {one.number for one in found} == {numbers[which]}
    offsets = Offsets(raw)
    first = len(fold(before.encode()))
    spans = [(offsets.number(one.start), offsets.number(one.end)) for one in found]
    assert max(overlap(span, (first, first + size)) for span in spans) >= 0.8
    source = max(found, key=lambda one: one.length).source
    assert overlap(source, (start, start + size)) >= 0.8


@FEW
@given(MIXED)
def test_folded_characters_lead_back_to_their_bytes(text: str) -> None:
    raw = text.encode()
    codes, offsets = fold(raw), Offsets(raw)
    last = 0
    for number in range(len(codes)):
        start, end = offsets.span(number, number)
        char = raw[start:end].decode()  # whole characters, or this fails
        assert codes[number] in fold(char.encode())
        assert start >= last
        last = start
        assert offsets.number(start) <= number
    assert len(codes) == sum(len(fold(char.encode())) for char in text)


@FEW
@given(MIXED)
def test_normalising_first_changes_nothing(text: str) -> None:
    assert fold(unicodedata.normalize("NFKC", text).encode()).tolist() == fold(text.encode()).tolist()


@settings(FEW, max_examples=6)
@given(kept=st.integers(0, 2), seed=st.integers(200, 205))
def test_what_is_removed_is_no_longer_found(tmp_path_factory, kept: int, seed: int) -> None:
    folder = tmp_path_factory.mktemp("removing")
    home = Home(folder / "home")
    texts = [prose(seed * 10 + number, 200) for number in range(3)]
    documents = registered(home, folder, texts)
    with Register(home) as register:
        register.remove([document.id for document in documents if document is not documents[kept]])
    found = look_up(home, "\n".join(texts).encode()).passages
    assert {one.number for one in found} == {documents[kept].number}
