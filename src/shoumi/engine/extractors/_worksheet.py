"""Cells of one worksheet, streamed: a part in, a segment per cell out, with the column's heading as its label.

A row is freed when it has been read, so that memory does not grow with the sheet, and empty cells cost nothing,
however far apart the others stand. Source: ECMA-376 part 1, 18.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.extractors import _numbers
from shoumi.engine.extractors._cells import Cell, Columns
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, Elements, attribute, local, tree
from shoumi.engine.types import Locator, Segment

_SPACES: Final = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_ROW: Final = frozenset(space + "row" for space in _SPACES)
_ABOUT: Final = (
    "col", "hyperlink", "dataValidation", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader",
    "firstFooter", "cfRule", "inputCells", "scenario",
)  # fmt: skip
_TAGS: Final = tuple(space + name for space in _SPACES for name in ("row", *_ABOUT))
_SAYING: Final = (
    "display", "tooltip", "location", "promptTitle", "prompt", "errorTitle", "error", "text", "comment", "val",
)  # fmt: skip
_T: Final = frozenset(space + "t" for space in _SPACES)
_V: Final = frozenset(space + "v" for space in _SPACES)
_F: Final = frozenset(space + "f" for space in _SPACES)
_PHONETIC: Final = frozenset(space + "rPh" for space in _SPACES)
_TRUE: Final = frozenset({"1", "true"})
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_HEADER_CODE: Final = re.compile(r'&(?:"[^"]*"|[LCRPNDTFAGZBIUESXYK+\-]|[0-9]+(?= |&|$)|K[0-9A-Fa-f]{6})')
_DIGITS: Final = "0123456789"
_FORMULAS: Final = 20_000
_TEXTS: Final = 256 * 1024 * 1024  # characters of shared strings that are kept


@dataclass(slots=True)
class Book:
    """What cells refer to: shared strings (``used``: referred to so far) and, for each style, date code and hiding."""

    strings: list[str] = field(default_factory=list)
    used: bytearray = field(default_factory=bytearray)
    styles: list[tuple[str | None, bool]] = field(default_factory=list)
    since_1904: bool = False

    def string(self, index: str) -> str:
        """Return a shared string and note its use; empty when it is lost."""
        try:
            number = int(index)
            if number < 0:
                return ""
            text = self.strings[number]
        except (ValueError, IndexError):
            return ""
        self.used[number] = 1
        return text

    def number(self, value: str, style: str | None) -> str:
        """Return a number as it is shown."""
        code = self.style(style)[0]
        return _numbers.plain(value) if code is None else _numbers.date(value, code, since_1904=self.since_1904)

    def style(self, style: str | None) -> tuple[str | None, bool]:
        """Return a style's date code, if it has one, and whether it hides the value."""
        if style is None or not self.styles:
            return None, False
        try:
            return self.styles[int(style)]
        except (ValueError, IndexError):
            return None, False


def shared_strings(package: Package, part: str, book: Book) -> None:
    """Read the shared strings into the book."""
    room = _TEXTS
    reading = Elements(package.chunks(part), tuple(space + "si" for space in _SPACES))
    for element in reading:
        text = _string(element)
        room -= len(text)
        if room < 0:
            break
        book.strings.append(text)
        reading.free(element)
    book.used = bytearray(len(book.strings))


def styles(package: Package, part: str, book: Book) -> None:
    """Read which cell styles show dates and which show nothing (white letters on no fill, ``;;;``)."""
    root, _ = tree(package.chunks(part))
    if root is None:
        return
    codes: dict[int, str] = {}
    for entry in root.iter("{*}numFmt"):
        codes[_integer(entry, "numFmtId")] = attribute(entry, "formatCode")
    fonts = [_white(font) for group in root.iterchildren("{*}fonts") for font in group.iterchildren("*")]
    filled = [_fills(fill) for group in root.iterchildren("{*}fills") for fill in group.iterchildren("*")]
    for group in root.iterchildren("{*}cellXfs"):
        for style in group.iterchildren("*"):
            number, font, fill = (_integer(style, name) for name in ("numFmtId", "fontId", "fillId"))
            white = font < len(fonts) and fonts[font] and not (fill < len(filled) and filled[fill])
            code = codes.get(number)
            book.styles.append((_numbers.date_code(number, code), white or _numbers.hides(code)))


class Sheet:
    """One worksheet. ``notes`` fills with what stands around the cells while ``cells`` is read."""

    def __init__(self, name: str, book: Book, *, hidden: bool = False) -> None:
        self.name, self._book, self._hidden = name, book, hidden
        self.notes: list[Segment] = []
        self._gone: set[str] = set()  # letters of hidden columns
        self._columns = Columns(name)
        self._row = 0

    def cells(self, package: Package, part: str) -> Iterator[Segment]:
        """Yield the cells in stored order."""
        yield Segment(self.name, Locator(sheet=self.name), self._hidden)
        reading = Elements(package.chunks(part), _TAGS)
        for element in reading:
            if element.tag in _ROW:
                yield from self._cells(element)
                reading.free(element)
            else:
                self._about(element)
        for note in reading.notes:
            self._note(note, hidden=True)

    def _cells(self, row: Element) -> Iterator[Segment]:
        stored = row.get("r")
        self._row = int(stored) if stored and stored.isdecimal() else self._row + 1
        gone = self._hidden or row.get("hidden") in _TRUE or row.get("ht") == "0"
        found: list[Cell] = []
        column = 0
        for cell in row:
            place = cell.get("r")
            if place:
                letters = place.rstrip(_DIGITS)
                column = 0
            else:
                column = column or (_numbers.column_number(found[-1][1]) if found else 0)
                column += 1
                letters = _numbers.column(column)
                place = f"{letters}{self._row}"
            text = self._value(cell, place)
            if text:
                style = cell.get("s")
                unseen = gone or letters in self._gone or (style is not None and self._book.style(style)[1])
                found.append((text, letters, place, unseen))
        if found:
            yield from self._columns.segments(found)

    def _value(self, cell: Element, place: str) -> str:
        kind = cell.get("t")
        value = ""
        for child in cell:
            tag = child.tag
            if tag in _V:
                value = child.text or ""
            elif tag in _F:
                self._formula(child.text, place)
            elif kind == "inlineStr" or len(child):
                value = value or _string(child)
        if not value:
            return ""
        if kind is None or kind == "n":
            return self._book.number(value, cell.get("s"))
        if kind == "s":
            return self._book.string(value)
        if kind == "b":
            return "TRUE" if value in _TRUE else "FALSE"
        return _unescaped(value)

    def _formula(self, formula: str | None, place: str) -> None:
        """Keep formulas that hold a text of their own: what they compute may show only a part of it."""
        if formula and ('"' in formula or "[" in formula) and len(self.notes) < _FORMULAS:
            self.notes.append(Segment(formula, Locator(sheet=self.name, cell=place), hidden=True, joint="\n"))

    def _about(self, element: Element) -> None:
        name = local(element.tag)
        if name == "col":
            if attribute(element, "hidden") in _TRUE or attribute(element, "width") == "0":
                first, last = _integer(element, "min"), min(_integer(element, "max"), 16384)
                self._gone.update(_numbers.column(number) for number in range(first, last + 1))
        elif name.endswith(("Header", "Footer")):
            self._note(_HEADER_CODE.sub(" ", element.text or "").strip())
        else:
            texts = [child.text for child in element.iterchildren("*") if child.text]
            texts += [attribute(element, key) for key in _SAYING]
            if name == "cfRule":
                texts = [text for text in texts if '"' in text]
            self._note("\n".join(text for text in texts if text.strip()))

    def _note(self, text: str, *, hidden: bool = False) -> None:
        if text and len(self.notes) < _FORMULAS:
            self.notes.append(Segment(text, Locator(sheet=self.name), self._hidden or hidden, "\n"))


def _string(element: Element) -> str:
    """Return a rich or plain string without its reading aids (phonetic runs)."""
    if len(element) == 1 and element[0].tag in _T:
        return _unescaped(element[0].text or "")
    texts = [
        child.text for child in element.iterdescendants(*_T) if child.text and child.getparent().tag not in _PHONETIC
    ]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text).encode("utf-8", "replace").decode()


def _white(font: Element) -> bool:
    for colour in font.iterchildren("{*}color"):
        if attribute(colour, "rgb").upper() == "FFFFFFFF" or attribute(colour, "indexed") in ("1", "9"):
            return True
        if attribute(colour, "theme") == "0" and not attribute(colour, "tint"):
            return True
    return False


def _fills(fill: Element) -> bool:
    for pattern in fill.iter("{*}patternFill", "{*}gradientFill"):
        if attribute(pattern, "patternType") in ("none", ""):
            return local(pattern.tag) == "gradientFill"
        colours = {attribute(colour, "rgb").upper() for colour in pattern.iterchildren("{*}fgColor")}
        return colours != {"FFFFFFFF"}
    return False


def _integer(element: Element, name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.isdecimal() and len(value) < 9 else 0
