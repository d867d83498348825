"""An English text with one no-break space is read as UTF-8 and as GB 18030. Its words stand in it once all the same."""

from __future__ import annotations

from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages.normalise import fold
from shoumi.engine.passages.readings import once
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.passages.search import Searcher
from shoumi.engine.settings import Settings
from shoumi.engine.types import Locator, Segment
from shoumi.engine.view import View

TEXT = (
    "73.7.\u00a0Spare pumps for the northern intake\n"
    "The second shift keeps every valve of the northern intake closed until the engineer on duty has read the gauge.\n"
    "Whoever finds the seal of a pump broken writes the hour into the grey book and leaves the pump as it was found.\n"
)


def test_it_is_registered_once_and_an_excerpt_of_it_is_one(tmp_path):
    home, path = Home(tmp_path / "home"), tmp_path / "pumps.txt"
    path.write_text(TEXT)
    Intake(home, Settings()).add([str(path)], Registered(id="pumps", title="", level="秘密"))
    with Register(home) as register:
        document = register.document("pumps")
        segments, _ = register.open_segments()
        searcher = Searcher(register.index_key, segments, register.families())
    assert document is not None
    assert document.characters < 1.2 * len(fold(TEXT.encode()))
    found = searcher.search(b"He said: whoever finds the seal of a pump broken writes. No more.", fragments=True)
    assert [one.number for one in found.fragments] == [document.number]


def test_only_what_both_readings_say_is_blanked_and_offsets_stay():
    raw = TEXT.encode()
    view = View((Segment(raw.decode("gb18030")), Segment(TEXT, Locator(part="utf-8"))))
    kept = once(view)
    assert len(kept) == len(view.raw)
    assert kept.count(b"grey book") == 1
    assert kept.count(b"Spare pumps") == 2  # beside the character in which they differ
    assert "\u00a0".encode() in kept


def test_parts_of_a_document_that_say_the_same_are_left_as_they_are():
    view = View((Segment(TEXT), Segment(TEXT, Locator(part="word/footnotes.xml"))))
    assert once(view) is view.raw
