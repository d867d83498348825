"""The body of an ODF part, streamed: text, sheets or slides in, segments out.

Text is freed paragraph by paragraph, sheets row by row, slides one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from shoumi.engine.extractors._cells import HIDDEN_COLUMN, HIDDEN_ROW, HIDDEN_SHEET, Cell, Columns
from shoumi.engine.extractors._flow import DELETED, FIELD, HIDDEN, NOTE, SEEN, Flow, remainder
from shoumi.engine.extractors._numbers import column, plain
from shoumi.engine.extractors._odftext import Paragraph, Styles
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, Elements, attribute, local, strip
from shoumi.engine.types import Locator, Segment

_NAMES: Final = (
    "p", "h", "table-cell", "table-row", "table-column", "table", "page", "section", "named-range",
    "content-validation", "binary-data", "script", "user-field-decl", "variable-set",
    "dde-connection-decl", "spreadsheet",
)  # fmt: skip
_TAGS: Final = tuple("{*}" + name for name in _NAMES)
_ABOVE: Final = (
    "{*}p",
    "{*}h",
    "{*}section",
    "{*}deletion",
    "{*}table-row",
    "{*}spreadsheet",
    "{*}page",
    "{*}binary-data",
)
_SHAPES: Final = frozenset({"title", "desc", "creator"})
_COPIES: Final = 16  # of a repeated cell or row
_EXTRA: Final = 100_000  # copies in one part


class Reader:
    """Reads one content or styles part."""

    def __init__(self, styles: Styles, part: str) -> None:
        self._styles, self._part = styles, part
        main = part in ("content.xml", "document")
        self._place = None if main else part
        self._flow = Flow(Locator(part=part))
        self._slide = 0
        self._sheet: _Sheet | None = None
        self._sheet_element: Element = None

    def read(self, package: Package, part: str) -> Iterator[Segment]:
        """Yield everything that a part of a package says."""
        yield from self.flat(lambda: package.chunks(part))

    def flat(self, chunks: Callable[[], Iterable[bytes]]) -> Iterator[Segment]:
        """Yield everything that the XML of ``chunks`` says; it is read again when the parser did not reach its end."""
        reading = Elements(chunks(), _TAGS)
        any_text = False
        for element in reading:
            for segment in self._element(element, local(element.tag), reading):
                any_text = True
                yield segment
            yield from self._flow.ready()
        if self._sheet is not None:
            yield from self._sheet.end()
        if reading.failed:
            self._rest(chunks, any_text=any_text)
        self._flow.hide(*reading.notes, hiding=NOTE)
        yield from self._flow.end()

    def _rest(self, chunks: Callable[[], Iterable[bytes]], *, any_text: bool) -> None:
        if any_text and not self._flow.last:  # cells and slides came: what is cut is the last of them
            return
        text = remainder("".join(strip(chunks())), self._flow.last, self._flow.said)
        for line in text.splitlines():
            if line.strip():
                self._flow.add(line.strip())

    def _element(self, element: Element, name: str, reading: Elements) -> Iterator[Segment]:
        if self._sheet is not None and (name == "table-cell" or (name == "p" and _in_cell(element))):
            return  # the row reads it
        above = [local(parent.tag) for parent in element.iterancestors(*_ABOVE)]
        if "page" in above or "p" in above or "h" in above:
            return
        if "spreadsheet" in above:
            yield from self._spreadsheet(element, name, above, reading)
        elif name in ("p", "h"):
            self._paragraph(element, reading, self._state(element, above))
        elif name == "page":
            self._slide += 1
            yield from _page(element, self._styles, self._slide, self._place)
            reading.free(element)
        elif name == "table-cell":
            self._flow.between = "\t"
        elif name == "table-row":
            self._flow.between = "\n"
            reading.free(element)
        else:
            self._declared(element, name)

    def _state(self, element: Element, above: list[str]) -> str:
        if "deletion" in above:
            return DELETED
        if "section" in above:
            for section in element.iterancestors("{*}section"):
                if attribute(section, "display") == "none" or attribute(section, "is-hidden") == "true":
                    return HIDDEN
        return SEEN

    def _paragraph(self, element: Element, reading: Elements, state: str) -> None:
        paragraph = Paragraph(self._styles)
        paragraph.read(element, state)
        self._flow.runs(paragraph.runs)
        between = self._flow.between
        for box in paragraph.boxes:
            self._flow.between = "\n"
            self._flow.runs(box)
        self._flow.between = between
        reading.free(element)

    def _declared(self, element: Element, name: str) -> None:
        if name == "script":
            self._flow.hide("".join(element.itertext()), hiding="script")
        elif name in ("user-field-decl", "variable-set"):
            self._flow.hide(attribute(element, "string-value"), hiding=FIELD)
        elif name == "dde-connection-decl":
            self._flow.hide(" ".join(str(value) for value in element.attrib.values()), hiding=FIELD)
        elif name in ("named-range", "content-validation"):
            keys = ("name", "cell-range-address", "condition", "base-cell-address")
            self._flow.add(" ".join(value for key in keys if (value := attribute(element, key))))
            for text in element.iterdescendants("{*}p"):
                self._flow.add("".join(text.itertext()))

    def _spreadsheet(self, element: Element, name: str, above: list[str], reading: Elements) -> Iterator[Segment]:
        if name in ("table-column", "table-row") and "table-row" not in above:
            table = next(element.iterancestors("{*}table"), None)
            if table is not None and table is not self._sheet_element:
                if self._sheet is not None:
                    yield from self._sheet.end()
                self._sheet_element = table
                self._sheet = _Sheet(table, self._styles, self._place)
                yield from self._sheet.start()
            if self._sheet is not None:
                yield from self._sheet.take(element, name)
            reading.free(element)
        elif name in ("p", "h") and "table-row" not in above:
            self._paragraph(element, reading, SEEN)
        elif name in ("named-range", "content-validation"):
            self._declared(element, name)


class _Sheet:
    """One table of a spreadsheet."""

    def __init__(self, table: Element, styles: Styles, part: str | None) -> None:
        self._name, self._styles, self._part = attribute(table, "name"), styles, part
        off = styles.hides(table) or attribute(table, "display") == "false"
        self._hiding = HIDDEN_SHEET if off else SEEN
        self._columns = Columns(self._name)
        self._column = self._row = 0
        self._gone: list[range] = []
        self._notes: list[Segment] = []
        self._extra = _EXTRA

    def start(self) -> Iterator[Segment]:
        """Yield the sheet's name."""
        place = Locator(sheet=self._name, part=self._part)
        yield Segment(self._name, place, bool(self._hiding), hiding=self._hiding)

    def end(self) -> Iterator[Segment]:
        """Yield what stands beside the cells: comments, drawings."""
        notes, self._notes = self._notes, []
        yield from notes

    def take(self, element: Element, name: str) -> Iterator[Segment]:
        """Read a row, or note a column."""
        if name == "table-column":
            count = _count(element, "number-columns-repeated")
            if attribute(element, "visibility") in ("collapse", "filter"):
                self._gone.append(range(self._column, self._column + count))
            self._column += count
            return
        found, times = self._cells(element), _count(element, "number-rows-repeated")
        for copy in range(min(times, _COPIES) if found else 0):
            if copy:
                self._extra -= len(found)
                if self._extra < 0:
                    break
                found = [(text, letters, f"{letters}{self._row + copy + 1}", how) for text, letters, _, how in found]
            yield from self._columns.segments(found)
        self._row += times

    def _cells(self, row: Element) -> list[Cell]:
        unseen = self._hiding or (HIDDEN_ROW if attribute(row, "visibility") in ("collapse", "filter") else SEEN)
        found: list[Cell] = []
        at = 0
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            said = {local(key): value for key, value in cell.items()}
            times = _number(said.get("number-columns-repeated", ""))
            text = self._text(cell, said, f"{column(at + 1)}{self._row + 1}") if said or len(cell) else ""
            if text:
                for copy in range(min(times, _COPIES)):
                    if copy:
                        self._extra -= 1
                        if self._extra < 0:
                            break
                    letters = column(at + copy + 1)
                    how = unseen or (HIDDEN_COLUMN if any(at + copy in gone for gone in self._gone) else SEEN)
                    found.append((text, letters, f"{letters}{self._row + 1}", how))
            at += times
        return found

    def _text(self, cell: Element, said: dict[str, str], place: str) -> str:
        """Return what a cell shows, and its number in full when that differs; comments and drawings go to the notes."""
        lines: list[str] = []
        for child in cell.iterchildren("*"):
            name = local(child.tag)
            if name in ("p", "h"):
                paragraph = Paragraph(self._styles)
                paragraph.read(child)
                lines.append("".join(text for text, _ in paragraph.runs))
                self._note(paragraph.boxes, place)
            else:
                holder = Paragraph(self._styles)
                holder.box(child, SEEN)
                self._note(holder.boxes, place)
        shown = "\n".join(lines)
        value = plain(said.get("value", "")) if said.get("value-type") in ("float", "currency") else ""
        if len(value) > 7 and value.isdecimal() and "".join(filter(str.isdecimal, shown)) != value:
            shown = f"{shown}\n{value}" if shown else value
        formula = said.get("formula", "")
        if '"' in formula:
            self._note([[(formula, "formula")]], place)
        return shown or said.get("string-value", "")

    def _note(self, boxes: list[list[tuple[str, str]]], place: str) -> None:
        for runs in boxes:
            text = "".join(text for text, _ in runs)
            if text.strip() and len(self._notes) < 20_000:
                how = self._hiding or next((state for _, state in runs if state), SEEN)
                where = Locator(sheet=self._name, cell=place, part=self._part)
                self._notes.append(Segment(text, where, bool(how), "\n", hiding=how))


def _page(page: Element, styles: Styles, number: int, part: str | None) -> Iterator[Segment]:
    hiding = "hidden-slide" if styles.hides(page) else SEEN
    flow = Flow(Locator(slide=number, part=part), hiding=hiding)
    notes = [child for child in page.iterchildren("*") if local(child.tag) == "notes"]
    _shapes(page, flow, styles)
    yield from flow.end()
    for entry in notes:
        flow = Flow(Locator(slide=number, part="notes"), hiding=hiding)
        _shapes(entry, flow, styles)
        yield from flow.end()


def _shapes(element: Element, flow: Flow, styles: Styles) -> None:
    for child in element.iterchildren("*"):
        name = local(child.tag)
        if name in ("p", "h"):
            paragraph = Paragraph(styles)
            paragraph.read(child)
            for runs in (paragraph.runs, *paragraph.boxes):
                flow.runs(runs)
        elif name in _SHAPES:
            flow.add(child.text or "")
        elif name != "notes":
            _shapes(child, flow, styles)
            if name == "table-cell":
                flow.between = "\t"
            elif name == "table-row":
                flow.between = "\n"


def _in_cell(paragraph: Element) -> bool:
    return local(paragraph.getparent().tag) in ("table-cell", "covered-table-cell")


def _count(element: Element, name: str) -> int:
    return _number(attribute(element, name))


def _number(value: str) -> int:
    return int(value) if value.isdecimal() and 0 < len(value) < 9 else 1
