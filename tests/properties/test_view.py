"""Folding never moves a span away from the characters it stands for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shoumi.engine.types import Segment
from shoumi.engine.view import View

LETTERS = st.text(alphabet="ab1机密★ＡＢ１２\u200b\u00ad\u00a0\ufeff😀é\n", max_size=40)


@given(LETTERS, st.data())
def test_folded_spans_point_at_the_source_characters(text: str, data: st.DataObject) -> None:
    source = View((Segment(text),))
    folded = source.fold()
    plain = folded.text
    if not plain:
        return
    start = data.draw(st.integers(0, len(plain) - 1))
    end = data.draw(st.integers(start + 1, len(plain)))
    span = (len(plain[:start].encode()), len(plain[:end].encode()))
    begin, finish = folded.source_span(*span)
    piece = View((Segment(source.raw[begin:finish].decode()),))
    assert piece.fold().text == plain[start:end]


@given(st.lists(LETTERS, min_size=1, max_size=5), st.data())
def test_places_count_code_points_and_lines(texts: list[str], data: st.DataObject) -> None:
    view = View(tuple(Segment(text, joint="\n") for text in texts))
    number = data.draw(st.integers(0, len(texts) - 1))
    offset = data.draw(st.integers(0, len(texts[number])))
    byte = view.starts[number] + len(texts[number][:offset].encode())
    place = view.place(byte)
    if place.segment is view.segments[number]:
        assert (place.offset, place.line) == (offset, texts[number].count("\n", 0, offset) + 1)
    else:  # an empty segment: its start is the next one's too
        assert not texts[number][offset:]


@given(LETTERS, st.integers(0, 200), st.integers(0, 200))
def test_windows_hold_whole_characters(text: str, start: int, length: int) -> None:
    view = View((Segment(text),))
    window = view.window(start, start + length)
    assert window.text in text
    for index in range(len(window.text) + 1):
        assert window.index(window.byte(index)) == index


def test_bytes_and_characters_fold_alike() -> None:
    from shoumi.engine import view

    assert all(View((Segment(char),)).fold().text == plain for char, plain in view._FOLDS.items())
    everything = "".join(map(chr, range(1, 0xD800))) + "".join(map(chr, range(0xE000, 0x10000)))
    assert View((Segment(everything),)).fold().text == "".join(view._FOLDS.get(char, char) for char in everything)
