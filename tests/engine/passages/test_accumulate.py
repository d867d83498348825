"""Excerpts that are too short to count alone: when they add up, and when not."""

from __future__ import annotations

import datetime

import pytest

from shoumi.engine.intake import Intake
from shoumi.engine.passages import accumulate
from shoumi.engine.passages.registry import Registered
from shoumi.engine.passages.search import Passage
from shoumi.engine.settings import Settings

TODAY = datetime.date(2026, 11, 26)


def excerpt(number, start, size):
    return Passage(number, 0, 0, (start, start + size), size, 3.0 * size, b"")


@pytest.fixture
def document(tmp_path, home, write):
    path = tmp_path / "plan.txt"
    path.write_text(write.chinese(900))
    (added,) = Intake(home, Settings()).add([str(path)], Registered(id="", title="", level="秘密")).added
    return added


def remember(home, document, places, size, day=TODAY):
    for place in places:
        accumulate.remember(home, [excerpt(document.number, place, size)], f"/out/{place}.txt", day)


@pytest.mark.parametrize(
    ("places", "size", "due"),
    [
        ((0, 40, 80, 120, 160), 10, True),  # copied were 12 of each: winnowing hides some
        ((0, 40, 80, 120), 10, False),
        ((0, 40, 80), 20, False),  # too few
        ((0, 200, 400, 600, 800), 10, False),  # far from one another
        (tuple(range(0, 900, 50)), 11, True),  # … but so many
    ],
)
def test_how_much_is_enough(home, document, places, size, due):
    remember(home, document, places, size)
    assert bool(accumulate.totals(home, ["/out"], TODAY)) is due


def test_the_length_is_what_was_seen_and_old_excerpts_are_forgotten(home, document):
    remember(home, document, (0, 40, 80, 120, 160), 11)
    (total,) = accumulate.totals(home, ["/out"], TODAY)
    assert (total.length, total.files, total.document.id) == (55, 5, document.id)
    assert accumulate.totals(home, ["/elsewhere"], TODAY) == []
    assert accumulate.totals(home, ["/out"], TODAY + datetime.timedelta(accumulate.DAYS + 1)) == []
