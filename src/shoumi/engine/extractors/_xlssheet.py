"""Keeps what an old Excel workbook's records say until a sheet ends, then gives it out in reading order.

Records in, segments out: cells row by row with their column's title as label, then comments, text boxes, headers,
footers, links and other texts of the sheet.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Final

from shoumi.engine.extractors import _art, _biff, _properties, _sweep
from shoumi.engine.extractors._biff import Record
from shoumi.engine.extractors._cells import HIDDEN_COLUMN, HIDDEN_ROW, HIDDEN_SHEET
from shoumi.engine.types import Locator, Segment

_SWEPT: Final = {
    0x1B8: "links", 0x800: "links", 0x1BE: "data validation", 0x1AE: "external references", 0x17: "external references",
    0x23: "external references", 0x89C: "headers and footers", 0xAF: "scenarios", 0x1B1: "conditional formats",
    0xDC: "queries", 0x802: "queries", 0x51: "consolidation", 0x872: "tables", 0x878: "tables",
}  # fmt: skip
_CODES: Final = re.compile(r'&"[^"]*"|&\d+|&K[0-9A-F+-]{1,8}|&[A-Za-z]')
_MOST: Final = 20_000_000  # cells of a sheet


class Book:
    """What applies to all sheets. ``wide``: Excel 97 and later, with Unicode strings."""

    def __init__(self, *, wide: bool) -> None:
        self.wide = wide
        self.codepage = "cp1252"
        self.strings: list[str] = []
        self.sheets: dict[int, tuple[str, bool]] = {}  # offset → name, hidden
        self.since_1904 = False
        self.cut = False
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._texts: dict[str, list[str]] = {}
        self._takers: dict[int, Callable[[Record], None]] = {
            0x85: self._sheet, 0xFC: self._strings, 0x42: self._codepage, 0x22: self._start, 0x41E: self._format,
            0xE0: self._style, 0x18: self._name, 0x5C: self._user,
        }  # fmt: skip

    def take(self, record: Record) -> None:
        """Remember a record of the workbook."""
        taker = self._takers.get(record.kind)
        if taker is not None:
            taker(record)
        elif record.kind in _SWEPT:
            self.keep(_SWEPT[record.kind], swept(record.whole))

    def keep(self, name: str, texts: list[str]) -> None:
        """Keep texts for the end of the workbook."""
        self._texts.setdefault(name, []).extend(texts)

    def text(self, data: bytes, at: int, *, wide_count: bool = True) -> str:
        """Return a string of either age."""
        if self.wide:
            return _biff.unicode_string(data, at, wide_count=wide_count)[0]
        length = struct.unpack_from("<H" if wide_count else "<B", data, at)[0]
        at += 2 if wide_count else 1
        return data[at : at + length].decode(self.codepage, "replace")

    def shown(self, value: float, style: int) -> str:
        """Return a cell's number as it is displayed."""
        form = self._styles[style] if style < len(self._styles) else 0
        return _biff.shown(value, form, self._formats.get(form, ""), since_1904=self.since_1904)

    def segments(self) -> Iterator[Segment]:
        """Yield what belongs to no sheet."""
        for name, texts in self._texts.items():
            lines = "\n".join(dict.fromkeys(text for text in texts if text.strip()))
            if lines:
                how = "" if name == "links" else "defined-name" if name == "defined names" else "machinery"
                yield Segment(lines, Locator(part=name), hidden=bool(how), hiding=how)

    def _sheet(self, record: Record) -> None:
        offset, state = struct.unpack_from("<IB", record.body)
        self.sheets[offset] = self.text(record.body, 6, wide_count=False), bool(state & 3)

    def _strings(self, record: Record) -> None:
        self.strings = list(_biff.Strings(record.parts))

    def _codepage(self, record: Record) -> None:
        number = struct.unpack_from("<H", record.body)[0]
        self.codepage = _properties.codec({0x8000: 10000, 0x8001: 1252}.get(number, number))

    def _start(self, record: Record) -> None:
        self.since_1904 = record.body[:2] == b"\x01\x00"

    def _format(self, record: Record) -> None:
        number = struct.unpack_from("<H", record.body)[0]
        self._formats[number] = self.text(record.body, 2, wide_count=self.wide)

    def _style(self, record: Record) -> None:
        self._styles.append(struct.unpack_from("<H", record.body, 2)[0])

    def _name(self, record: Record) -> None:
        length = record.body[3]
        if self.wide:
            wide = record.body[14] & 1
            raw = record.body[15 : 15 + length * (2 if wide else 1)]
            name = raw.decode("utf-16-le" if wide else "latin-1", "replace")
        else:
            name = record.body[14 : 14 + length].decode(self.codepage, "replace")
        if len(name) > 1:  # built-in names are one control character
            self.keep("defined names", [name, *swept(record.body[14 + length :])])

    def _user(self, record: Record) -> None:
        self.keep("user", [self.text(record.body, 0, wide_count=self.wide).strip()])


class Sheet:
    """One sheet, from its BOF record on."""

    def __init__(self, book: Book, offset: int) -> None:
        self._book = book
        self.name, self.hidden = book.sheets.get(offset, ("", False))
        self._cells: dict[tuple[int, int], str] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._notes: dict[int, tuple[str, str]] = {}  # object → cell, author
        self._boxes: list[tuple[int, str]] = []  # object, text
        self._texts: list[tuple[str, str]] = []
        self._drawing = bytearray()
        self._object = 0
        self._formula: tuple[int, int] | None = None
        self._takers: dict[int, Callable[[Record], None]] = {
            0xFD: self._shared, 0x204: self._label, 0xD6: self._label, 0x203: self._number, 0x27E: self._small,
            0xBD: self._small_row, 0x06: self._formulas, 0x206: self._formulas, 0x406: self._formulas,
            0x207: self._result, 0x208: self._row, 0x7D: self._column, 0x14: self._header, 0x15: self._footer,
            0x1C: self._note, 0x5D: self._objects, 0x1B6: self._box, 0xEC: self._art, 0x100D: self._title,
        }  # fmt: skip

    def take(self, record: Record) -> None:
        """Remember a record of the sheet."""
        taker = self._takers.get(record.kind)
        if taker is not None:
            taker(record)
        elif record.kind in _SWEPT:
            self._texts += [(_SWEPT[record.kind], text) for text in swept(record.whole)]

    def segments(self) -> Iterator[Segment]:
        """Yield the sheet's name, its cells in reading order, then what stands around them."""
        off = HIDDEN_SHEET if self.hidden else ""
        yield Segment(self.name, Locator(sheet=self.name, part="sheet name"), hidden=self.hidden, hiding=off)
        yield from self._grid()
        for number, text in self._boxes:
            cell, author = self._notes.pop(number, ("", ""))
            place = Locator(sheet=self.name, cell=cell or None, part="comment" if cell else "text box")
            lead = f"{author}: " if author.strip() and not text.startswith(author) else ""
            yield Segment(lead + text, place, hidden=self.hidden, hiding=off)
        for kind, count, body in _art.records(bytes(self._drawing)):
            self._texts += _art.texts(kind, count, body)
        for part, text in dict.fromkeys(self._texts):
            shown = part in ("header", "footer", "chart", "word art", "links")
            how = off or ("" if shown else "formula" if part == "formulas" else "machinery")
            yield Segment(text, Locator(sheet=self.name, part=part), hidden=bool(how), hiding=how)

    def _grid(self) -> Iterator[Segment]:
        titles: dict[int, str] = {}
        title_row, last = -1, -1
        for (row, column), text in sorted(self._cells.items()):
            if title_row < 0 or row == title_row:
                title_row = row
                titles[column] = text
            how = HIDDEN_SHEET if self.hidden else HIDDEN_ROW if row in self._hidden_rows else ""
            how = how or (HIDDEN_COLUMN if column in self._hidden_columns else "")
            joint = "\t" if row == last else "\n" if last >= 0 else "\f"
            label = "" if row == title_row else titles.get(column, "")
            last = row
            place = Locator(sheet=self.name, cell=f"{column_name(column)}{row + 1}")
            yield Segment(text, place, hidden=bool(how), joint=joint, label=label, hiding=how)

    def _put(self, row: int, column: int, text: str) -> None:
        if text and len(self._cells) < _MOST:
            self._cells[row, column] = text

    def _shared(self, record: Record) -> None:
        row, column, _, number = struct.unpack_from("<HHHI", record.body)
        if number < len(self._book.strings):
            self._put(row, column, self._book.strings[number])

    def _label(self, record: Record) -> None:
        row, column = struct.unpack_from("<HH", record.body)
        self._put(row, column, self._book.text(record.whole, 6))

    def _number(self, record: Record) -> None:
        row, column, style, value = struct.unpack_from("<HHHd", record.body)
        self._put(row, column, self._book.shown(value, style))

    def _small(self, record: Record) -> None:
        row, column, style, value = struct.unpack_from("<HHHI", record.body)
        self._put(row, column, self._book.shown(_biff.rk(value), style))

    def _small_row(self, record: Record) -> None:
        row, first = struct.unpack_from("<HH", record.body)
        for index in range((len(record.body) - 6) // 6):
            style, value = struct.unpack_from("<HI", record.body, 4 + 6 * index)
            self._put(row, first + index, self._book.shown(_biff.rk(value), style))

    def _formulas(self, record: Record) -> None:
        row, column, style = struct.unpack_from("<HHH", record.body)
        self._formula = row, column
        if record.body[12:14] != b"\xff\xff":
            self._put(row, column, self._book.shown(struct.unpack_from("<d", record.body, 6)[0], style))
        if 0x17 in record.body[22:]:
            self._texts += [("formulas", text) for text in swept(record.body[22:])]

    def _result(self, record: Record) -> None:
        if self._formula is not None:
            self._put(*self._formula, self._book.text(b"".join(record.parts), 0))

    def _row(self, record: Record) -> None:
        if len(record.body) >= 14 and record.body[12] & 0x20:
            self._hidden_rows.add(struct.unpack_from("<H", record.body)[0])

    def _column(self, record: Record) -> None:
        first, last, flags = struct.unpack_from("<HH4xH", record.body)
        if flags & 1:
            self._hidden_columns.update(range(first, min(last, 255) + 1))

    def _header(self, record: Record) -> None:
        if len(record.body) > 3:
            self._texts.append(("header", _bare(self._book.text(record.body, 0, wide_count=self._book.wide))))

    def _footer(self, record: Record) -> None:
        if len(record.body) > 3:
            self._texts.append(("footer", _bare(self._book.text(record.body, 0, wide_count=self._book.wide))))

    def _note(self, record: Record) -> None:
        row, column, _, number = struct.unpack_from("<HHHH", record.body)
        cell = f"{column_name(column)}{row + 1}"
        if self._book.wide:
            self._notes[number] = cell, self._book.text(record.body, 8)
        else:
            self._texts.append(("comment", record.body[6:].decode(self._book.codepage, "replace")))

    def _objects(self, record: Record) -> None:
        if len(record.body) >= 8:
            self._object = struct.unpack_from("<H", record.body, 6)[0]

    def _box(self, record: Record) -> None:
        length = struct.unpack_from("<H", record.body, 10)[0]
        text = ""
        for part in record.parts[1:]:
            if len(text) < length and part:
                raw = part[1 : 1 + (length - len(text)) * (2 if part[0] & 1 else 1)]
                text += raw.decode("utf-16-le" if part[0] & 1 else "latin-1", "replace")
        if text.strip():
            self._boxes.append((self._object, text.replace("\r", "\n")))

    def _art(self, record: Record) -> None:
        self._drawing += record.whole

    def _title(self, record: Record) -> None:
        self._texts.append(("chart", self._book.text(record.body, 2, wide_count=False)))


def _bare(text: str) -> str:
    """Return a header without its codes for place, font, size and fields."""
    return _CODES.sub(lambda found: "\n" if found.group() in ("&L", "&C", "&R") else "", text).strip()


def swept(data: bytes) -> list[str]:
    """Return the strings of a record whose structure is not worth knowing."""
    return [text for _, text in _sweep.runs(data)]


def column_name(number: int) -> str:
    """Return the letters of a column counted from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name
