"""Cells of one worksheet, streamed: a part in, a segment per cell out, with the column's heading as its label.

A row is freed when it has been read, so that memory does not grow with the sheet, and empty cells cost nothing,
however far apart the others stand. Source: ECMA-376 part 1, 18.3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.extractors import _numbers
from shoumi.engine.extractors._cells import HIDDEN_COLUMN, HIDDEN_ROW, Cell, Columns
from shoumi.engine.extractors._flow import NOTE, TINY, WHITE
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
_PAPER: Final = "FFFFFF"
_SMALL: Final = 1.5  # points: nobody reads smaller letters
COVERED: Final = "covered"
Cover = tuple[int, int, int, int]  # left, top, right, bottom: columns and rows from 0 that a shape hides
_FORMULAS: Final = 20_000
_AGAIN: Final = 64 * 1024 * 1024  # characters of strings that are given again, in full, for further cells …
_BRIEF: Final = 100  # … and how many of each beyond: a hundred thousand cells may refer to the same megabyte
_AT_ONCE: Final = 4 * 1024 * 1024  # bytes of shared strings that are read as one tree
_TEXTS: Final = 256 * 1024 * 1024  # characters of shared strings that are kept


@dataclass(slots=True)
class Book:
    """What cells refer to: shared strings (``used``: referred to so far) and, for each style, date code and hiding."""

    strings: list[str] = field(default_factory=list)
    used: bytearray = field(default_factory=bytearray)
    styles: list[tuple[str | None, str]] = field(default_factory=list)
    since_1904: bool = False
    again: int = 0  # characters given more than once

    def string(self, index: str) -> str:
        """Return a shared string and note its use; empty when it is lost."""
        try:
            number = int(index)
            if number < 0:
                return ""
            text = self.strings[number]
        except (ValueError, IndexError):
            return ""
        if self.used[number]:
            self.again += len(text)
            return text if self.again < _AGAIN else text[:_BRIEF]
        self.used[number] = 1
        return text

    def number(self, value: str, style: str | None) -> str:
        """Return a number as it is shown."""
        code = self.style(style)[0]
        return _numbers.plain(value) if code is None else _numbers.date(value, code, since_1904=self.since_1904)

    def style(self, style: str | None) -> tuple[str | None, str]:
        """Return a style's date code, if it has one, and how it hides the value (empty: it does not)."""
        if style is None or not self.styles:
            return None, ""
        try:
            return self.styles[int(style)]
        except (ValueError, IndexError):
            return None, ""


def shared_strings(package: Package, part: str, book: Book) -> None:
    """Read the shared strings into the book."""
    room = _TEXTS
    names = tuple(space + "si" for space in _SPACES)
    data = package.read(part)
    if len(data) < _AT_ONCE:
        root, whole = tree([data])
        if not whole.failed and root is not None:
            book.strings += map(_string, root.iterchildren(*names))
            book.used = bytearray(len(book.strings))
            return
    reading = Elements(package.chunks(part), names)
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
    fonts = [_font(font) for group in root.iterchildren("{*}fonts") for font in group.iterchildren("*")]
    grounds = [_fill(fill) for group in root.iterchildren("{*}fills") for fill in group.iterchildren("*")]
    for group in root.iterchildren("{*}cellXfs"):
        for style in group.iterchildren("*"):
            number, font, fill = (_integer(style, name) for name in ("numFmtId", "fontId", "fillId"))
            colour, how = fonts[font] if font < len(fonts) else ("", "")
            if colour == (grounds[fill] if fill < len(grounds) else _PAPER):
                how = WHITE
            code = codes.get(number)
            book.styles.append(
                (_numbers.date_code(number, code), how or ("number-format" if _numbers.hides(code) else ""))
            )


class Sheet:
    """One worksheet. ``notes`` fills with what stands around the cells while ``cells`` is read."""

    def __init__(self, name: str, book: Book, *, hiding: str = "", covers: Sequence[Cover] = ()) -> None:
        self.name, self._book, self._hiding, self._covers = name, book, hiding, covers
        self.notes: list[Segment] = []
        self._gone: set[str] = set()  # letters of hidden columns
        self._columns = Columns(name)
        self._row = 0

    def cells(self, package: Package, part: str) -> Iterator[Segment]:
        """Yield the cells in stored order."""
        yield Segment(self.name, Locator(sheet=self.name), bool(self._hiding), hiding=self._hiding)
        reading = Elements(package.chunks(part), _TAGS)
        for element in reading:
            if element.tag in _ROW:
                yield from self._cells(element)
                reading.free(element)
            else:
                self._about(element)
        for note in reading.notes:
            self._note(note, hiding=NOTE)

    def _cells(self, row: Element) -> Iterator[Segment]:
        stored = row.get("r")
        self._row = int(stored) if stored and stored.isdecimal() else self._row + 1
        gone = self._hiding
        if not gone and (row.get("hidden") in _TRUE or row.get("ht") == "0"):
            gone = HIDDEN_ROW
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
                how = gone or (HIDDEN_COLUMN if letters in self._gone else "")
                if not how and style is not None:
                    how = self._book.style(style)[1]
                if not how and self._covers and self._covered(letters):
                    how = COVERED
                found.append((text, letters, place, how))
        if found:
            yield from self._columns.segments(found)

    def _covered(self, letters: str) -> bool:
        """Whether an opaque shape lies over the cell."""
        column = _numbers.column_number(letters) - 1
        return any(
            left <= column <= right and top <= self._row - 1 <= bottom for left, top, right, bottom in self._covers
        )

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
            self.notes.append(
                Segment(formula, Locator(sheet=self.name, cell=place), hidden=True, joint="\n", hiding="formula")
            )

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

    def _note(self, text: str, *, hiding: str = "") -> None:
        if text and len(self.notes) < _FORMULAS:
            how = self._hiding or hiding
            self.notes.append(Segment(text, Locator(sheet=self.name), bool(how), "\n", hiding=how))


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


def _font(font: Element) -> tuple[str, str]:
    """Return a font's colour, and how its size hides what is written in it."""
    size = next((attribute(entry, "val") for entry in font.iterchildren("{*}sz")), "")
    tiny = size.replace(".", "", 1).isdecimal() and float(size) <= _SMALL
    colour = next((_colour(entry) for entry in font.iterchildren("{*}color")), "")
    return colour, TINY if tiny else ""


def _fill(fill: Element) -> str:
    """Return the colour that a fill lays under letters; a pattern's or a gradient's is not known."""
    for pattern in fill.iter("{*}patternFill", "{*}gradientFill"):
        kind = attribute(pattern, "patternType")
        if kind in ("none", "") and local(pattern.tag) == "patternFill":
            return _PAPER
        colours = [_colour(colour) for colour in pattern.iterchildren("{*}fgColor")]
        return (colours or ["?"])[0] or "?" if kind == "solid" else "?"
    return _PAPER


def _colour(entry: Element) -> str:
    """Return a colour as six digits, empty when the theme decides."""
    if attribute(entry, "tint"):
        return ""
    if attribute(entry, "theme") == "0" or attribute(entry, "indexed") in ("1", "9"):
        return _PAPER
    if attribute(entry, "theme") == "1" or attribute(entry, "indexed") in ("0", "8"):
        return "000000"
    return attribute(entry, "rgb").upper()[-6:]


def _integer(element: Element, name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.isdecimal() and len(value) < 9 else 0
