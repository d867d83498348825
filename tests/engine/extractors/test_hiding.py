"""Every hiding place of every format: the secret is found, and it is named how or where it is hidden."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.samples import hiding

from shoumi.engine import messages
from shoumi.engine.home import Home
from shoumi.engine.rule import LANGUAGES
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Match

SAMPLES = list(hiding.planted())


@pytest.mark.parametrize(
    ("form", "place", "data", "name"), SAMPLES, ids=[f"{form} {place}" for form, place, _, _ in SAMPLES]
)
def test_planted_secret_is_found_and_named(form: str, place: str, data: bytes, name: str, tmp_path: Path) -> None:
    (tmp_path / f"sample.{form}").write_bytes(data)
    found = list(
        Scan((str(tmp_path / f"sample.{form}"),), settings=Settings(packs=("personal",)), home=Home(tmp_path / "home"))
    )
    places = [named(event) for event in found if isinstance(event, Match) and event.rule == "personal.resident-id"]
    assert any(name in entry for entries in places for entry in entries), places
    if messages.known(f"hidden.{name}"):
        assert all(
            match.data.get("hidden") is True for match in found if isinstance(match, Match) and name in named(match)
        )


def named(match: Match) -> list[str]:
    """Everything that says where a match stands: its hiding, its part, its trail, its sheet or slide."""
    place = match.locator
    words = [str(match.data.get("hiding", "")), place.part or "", place.sheet or "", str(match.trail)]
    return [*words, f"slide {place.slide}"]


def test_each_format_has_its_fifteen_places() -> None:
    assert min(Counter(form for form, *_ in SAMPLES).values()) >= 15


def test_a_reader_is_told_how_it_is_hidden() -> None:
    for code in messages.catalog("hidden"):
        assert all(messages.text(code, language) for language in LANGUAGES)
    data = next(data for form, place, data, _ in SAMPLES if (form, place) == ("docx", "tracked deletion"))
    assert b"PK" in data[:2]
