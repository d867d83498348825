"""Folding: what makes no difference, and the way back to bytes."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoumi.engine.passages.normalise import Offsets, fold


def codes(text: str) -> list[int]:
    return fold(text.encode()).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("机密文件", "機密文件"),
        ("ABC123", "ａｂｃ１２３"),
        ("机 密\u200b文，件。", "机密文件"),
        ("ﬁne", "Fine"),
        ("Straße", "STRASSE"),
        ("café", unicodedata.normalize("NFD", "CAFÉ")),
        ("第①条", "第1条"),
        ("裏面", "里面"),
        ("𝐒ecret", "secret"),
    ],
)
def test_forms_of_the_same_text_are_equal(one, other):
    assert codes(one) == codes(other)


def test_other_characters_stay_apart():
    assert codes("甲乙") != codes("甲丙")
    assert codes("ab") != codes("ba")
    assert codes("𠀀") != codes("𠀁")


def test_punctuation_alone_is_nothing():
    assert codes("，。！ \n\t——★") == []


@given(st.text(max_size=300))
def test_the_way_back_points_at_characters_that_fold_to_the_code(text):
    raw = text.encode("utf-8", "replace")
    folded = fold(raw)
    offsets = Offsets(raw)
    for number in range(len(folded)):
        start, end = offsets.span(number, number)
        assert folded[number] in fold(raw[start:end])


@given(st.text(max_size=200), st.text(max_size=200))
def test_folding_goes_character_by_character(one, other):
    joined = fold((one + other).encode("utf-8", "replace"))
    parts = [fold(part.encode("utf-8", "replace")) for part in (one, other)]
    assert np.array_equal(joined, np.concatenate(parts))
