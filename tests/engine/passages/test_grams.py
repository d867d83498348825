"""k-grams: the same text has the same hashes wherever it stands, and every run of a few has one that is stored."""

from __future__ import annotations

import numpy as np

from shoumi.engine.passages import grams
from shoumi.engine.passages.grams import WINDOW, Gram
from shoumi.engine.passages.normalise import fold

KEY = b"k" * 32


def test_hashes_do_not_depend_on_the_place(write):
    codes = fold((write.chinese(300) + write.latin(300) + write.chinese(100)).encode())
    gram = Gram(KEY)
    whole = gram.hashes(codes)
    for start in (1, 7, 250, 301, 500):
        part = gram.hashes(codes[start : start + 120])
        assert np.array_equal(whole[start : start + len(part)], part)


def test_another_key_has_nothing_in_common(write):
    codes = fold(write.chinese(400).encode())
    assert not np.isin(Gram(KEY).hashes(codes), Gram(b"x" * 32).hashes(codes)).any()


def test_a_repeated_passage_keeps_the_same_selection(write):
    passage = write.chinese(60)
    gram = Gram(KEY)
    first = set(gram.select(fold((write.latin(100) + passage + write.latin(100)).encode()))[1].tolist())
    second = set(gram.select(fold((write.chinese(90) + passage + write.chinese(90)).encode()))[1].tolist())
    hashes = gram.hashes(fold(passage.encode())).tolist()
    common = [number for number, value in enumerate(hashes) if value in first & second]
    assert common[0] < WINDOW
    assert len(hashes) - common[-1] <= WINDOW
    assert max(np.diff(common)) <= WINDOW


def test_blocks_and_seams_lose_nothing(write, monkeypatch):
    codes = fold((write.chinese(900) + write.latin(900)).encode())
    places, hashes = Gram(KEY).select(codes)
    monkeypatch.setattr(grams, "STEP", 64)
    small_places, small_hashes = Gram(KEY).select(codes)
    assert np.array_equal(places, small_places)
    assert np.array_equal(hashes, small_hashes)


def test_no_gram_reaches_from_one_document_into_the_next(write):
    texts = [fold(write.chinese(size).encode()) for size in (3, 50, 7, 200)]
    gram = Gram(KEY)
    together = set(gram.select(np.concatenate(texts), np.cumsum([len(text) for text in texts]).tolist())[1].tolist())
    own = {value for text in texts for value in gram.hashes(text).tolist()}
    assert together <= own


def test_one_repeated_character_is_not_selected():
    assert len(Gram(KEY).select(fold(b"0" * 500))[1]) == 0
