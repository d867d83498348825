"""A WordprocessingML part, streamed: its XML in, segments of running text out, freed paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from shoumi.engine.extractors._flow import FIELD, NOTE, SEEN, Flow, reached, remainder
from shoumi.engine.extractors._word import PAPER, SPACES, Paragraph, Styles
from shoumi.engine.extractors._xml import Element, Elements, attribute, local, strip
from shoumi.engine.types import Locator, Segment

_HELD: Final = 4_000_000  # characters of damaged text in which the place where the parser stopped is looked for

_P: Final = tuple(space + "p" for space in SPACES)
_TC: Final = tuple(space + "tc" for space in SPACES)
_TBL: Final = tuple(space + "tbl" for space in SPACES)
_TBL_PR: Final = tuple(space + "tblPr" for space in SPACES)
_ENDS: Final = (("tc", "\t"), ("tr", "\n"), ("comment", "\n"))
_END: Final = {space + name: between for space in SPACES for name, between in _ENDS}
_FREED: Final = frozenset(space + name for space in SPACES for name in ("tr", "comment"))
_COMMENT: Final = frozenset(space + "comment" for space in SPACES)


def part_text(chunks: Callable[[], Iterable[bytes]], part: str, styles: Styles) -> Iterator[Segment]:
    """Yield a part's text; ``chunks`` is called again when the parser did not reach the end."""
    flow = Flow(Locator(part=part))
    reading = Elements(chunks(), (*_P, *_END))
    codes: dict[str, None] = {}
    for element in reading:
        if element.tag in _END:
            flow.between = _END[element.tag]
            _close(element, flow, reading)
        elif next(element.iterancestors(*_P), None) is None:
            paragraph = Paragraph(styles, ground=_ground(element))
            paragraph.read(element)
            _add(paragraph, flow, codes)
            reading.free(element)
        yield from flow.ready()
    if reading.failed or flow.silent:
        yield from _rest(chunks(), flow)
    flow.hide(*codes, hiding=FIELD)
    flow.hide(*reading.notes, hiding=NOTE)
    yield from flow.end()


def _add(paragraph: Paragraph, flow: Flow, codes: dict[str, None]) -> None:
    flow.runs(paragraph.runs)
    between = flow.between
    for box in paragraph.boxes:
        flow.between = "\n"
        flow.runs(box)
    flow.between = between
    if len(codes) < 10_000:
        codes.update(dict.fromkeys(paragraph.fields))


def _close(element: Element, flow: Flow, reading: Elements) -> None:
    """Finish a row or a comment, unless it stands in a text box, whose paragraph is read as a whole later."""
    if next(element.iterancestors(*_P), None) is not None:
        return
    if element.tag in _COMMENT:
        flow.add(attribute(element, "author"))
    if element.tag in _FREED:
        reading.free(element)


def _ground(paragraph: Element) -> str:
    """Return the colour that lies under a paragraph: the paper's, a cell's; empty where a table's style decides."""
    cell = next(paragraph.iterancestors(*_TC), None)
    if cell is None:
        return PAPER
    ground = PAPER
    table = next(cell.iterancestors(*_TBL), cell)
    for properties in (*table.iterchildren(*_TBL_PR), *cell.iterchildren(*(space + "tcPr" for space in SPACES))):
        for entry in properties.iterchildren("*"):
            name, fill = local(entry.tag), attribute(entry, "fill").upper()
            if name == "tblStyle":
                ground = ""
            elif name == "shd" and fill not in ("", "AUTO"):
                ground = fill
    return ground


def _rest(chunks: Iterable[bytes], flow: Flow) -> Iterator[Segment]:
    """Give what the parser did not reach, read without parsing."""
    last, passed = flow.last, reached(flow.said)
    held, at = "", 0
    for text in strip(chunks):
        at += len(text)
        if at < passed:
            continue
        held += text
        if last and len(held) < _HELD:
            continue
        yield from _lines(remainder(held, last), flow)
        last, held = "", ""
    yield from _lines(remainder(held, last), flow)


def _lines(text: str, flow: Flow) -> Iterator[Segment]:
    for line in text.splitlines():
        if line.strip():
            flow.runs([(line.strip(), SEEN)])
    yield from flow.ready()
