"""A large file that is read in blocks says what it would have said in one piece."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shoumi.engine.blob import Blob
from shoumi.engine.extractors import plain
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Segment

CHARS = st.sampled_from("机密件文资料的是在保abc019 \n\r\t,。★𠮷é")
TEXTS = st.text(CHARS, min_size=1, max_size=400)


def blocks(data: bytes, size: int) -> list[Segment]:
    limits = Limits(block_bytes=size)
    found = plain.PLUGIN.segments(Blob.of_bytes(data, limits), Settings(limits=limits))
    return [part for part in found if isinstance(part, Segment) and part.locator.part is None]


@given(TEXTS, st.integers(8, 300), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
@settings(max_examples=150, deadline=None)
def test_blocks_together_are_the_text(text: str, size: int, codec: str) -> None:
    text = "保密工作会议纪要的通知\n" * 3 + text
    found = blocks(text.encode(codec), size)
    assert "".join(part.text[slice(*part.keep)] if part.keep else part.text for part in found) == text


@given(TEXTS, st.integers(8, 300))
@settings(max_examples=100, deadline=None)
def test_base_and_lines_count_what_came_before(text: str, size: int) -> None:
    text = "保密工作会议纪要的通知\n" * 3 + text
    for part in blocks(text.encode(), size):
        assert text[part.base : part.base + len(part.text)] == part.text
        assert part.lines == text.count("\n", 0, part.base)


@given(st.binary(max_size=600), st.integers(8, 200))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_text(data: bytes, size: int) -> None:
    for part in blocks(data, size):
        part.text.encode()
