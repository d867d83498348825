"""Chains of short runs: a page that was misread is found, a form that was filled in otherwise is not."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages.grams import Gram
from shoumi.engine.passages.normalise import fold
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.passages.search import Searcher
from shoumi.engine.settings import Settings

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PROSE = (
    "The inspectors arrived at the northern depot shortly before noon and found that two of the sealed crates had been "
    "moved overnight. According to the storekeeper the crates were shifted to make room for a delivery of winter "
    "equipment, yet no entry had been made in the ledger and the guard on duty could not name the driver. The commission "
    "therefore ordered a complete stock-take and asked the quartermaster for an explanation in writing within three days."
)


def searcher(home: Home, folder: Path, *texts: str) -> Searcher:
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text)
    Intake(home, Settings()).add([str(folder)], Registered(id="", title="", level="秘密"))
    with Register(home) as register:
        segments, _ = register.open_segments()
        return Searcher(register.index_key, segments, register.families())


def misread(text: str, share: float, seed: int) -> str:
    """Replace, drop or put in letters."""
    draw, out = random.Random(seed), []
    for char in text:
        kind = draw.random() if char.isalpha() else 1.0
        if kind < share / 3:
            continue
        out.append(draw.choice(LETTERS) if kind < share * 2 / 3 else char)
        if share * 2 / 3 <= kind < share:
            out.append(draw.choice(LETTERS))
    return "".join(out)


def test_a_page_with_one_letter_in_twelve_misread_is_found(tmp_path: Path) -> None:
    known = searcher(Home(tmp_path / "home"), tmp_path / "known", PROSE)
    found = [bool(known.search(misread(PROSE, 0.08, seed).encode()).passages) for seed in range(20)]
    assert sum(found) >= 17


def spoilt(text: str, places: tuple[int, ...]) -> str:
    """Replace the letters at some places, counted in letters."""
    letters = [place for place, char in enumerate(text) if char.isalnum()]
    out = list(text[: letters[places[-1] + 2]])
    for place in places:
        out[letters[place]] = "x"
    return "".join(out)


def test_a_short_passage_counts_when_every_gap_in_it_is_one_misread_letter(tmp_path: Path) -> None:
    known = searcher(Home(tmp_path / "home"), tmp_path / "known", PROSE)
    assert known.search(spoilt(PROSE, (5, 42, 79, 116, 153)).encode()).passages


def test_the_same_runs_with_other_words_between_do_not(tmp_path: Path) -> None:
    known = searcher(Home(tmp_path / "home"), tmp_path / "known", PROSE)
    text = spoilt(PROSE, (5, 42, 79, 116, 153))
    assert not known.search(text.replace("x", "qqzzvvkkwwjjyy").encode()).passages


def sheet(name: str, number: str, site: str, voltage: str) -> str:
    return (
        f"Kernel driver {name}\nSupported chips: {site} Semiconductor {number}\nAddresses scanned: {voltage} only\n"
        f"Datasheet: Publicly available at the {site} website\nAuthor: somebody at {name}.org\n"
        f"Description: the chip {number} monitors {voltage} and reports it as {name}_input in sysfs entries\n"
    )


@pytest.mark.parametrize("seed", range(6))
def test_a_form_filled_in_otherwise_is_not(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)

    def one() -> str:
        word = lambda size: "".join(draw.choices(LETTERS, k=size))  # noqa: E731
        return "".join(sheet(word(5), word(4), word(8), word(9)) for _ in range(3))

    known = searcher(Home(tmp_path / "home"), tmp_path / "known", one())
    assert not known.search(one().encode()).passages


@pytest.mark.parametrize("change", ["brXwn", "brwn", "broown"])
def test_a_k_gram_with_one_misread_letter_is_among_those_tried(change: str) -> None:
    gram = Gram(bytes(range(32)))
    alphabet = np.array([ord(char) for char in LETTERS], dtype=np.uint16)
    right = "thequickbrownfoxjumpsoverthelazydog"
    known = gram.hashes(fold(right.encode()))
    tried = gram.misread(fold(right.replace("brown", change).encode()), alphabet)
    crossing = tried[3:8]  # k-grams that hold the changed letter well inside
    assert all(np.isin(row, known).any() for row in crossing)
    assert not np.isin(gram.misread(fold(b"anothersentencealtogetherwithoutit"), alphabet), known).any()
