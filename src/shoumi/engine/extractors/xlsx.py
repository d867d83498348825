"""Workbooks (xlsx, xlsm, xltx, xlsb, and what WPS Spreadsheets saves as such): a segment per cell, then all around it.

Hidden sheets, rows, columns, cells in white and formulas' own texts are ``hidden``; texts of cells that were deleted
but still stand in the table of shared strings, too. Source: ECMA-376 part 1, 12 and 18; [MS-XLSX] threaded comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _opc, _worksheet, _xlsb
from shoumi.engine.extractors._cells import HIDDEN_SHEET
from shoumi.engine.extractors._drawing import drawing, opaque
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, stripped, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: Final = re.compile(
    r"(?:.*/)?(?:worksheets|macrosheets|dialogsheets|chartsheets)/[^/]+\.(?:xml|bin)", re.IGNORECASE
)
_STRINGS: Final = re.compile(r"(?:.*/)?sharedStrings\.(xml|bin)", re.IGNORECASE)
_STYLES: Final = re.compile(r"(?:.*/)?styles\.xml", re.IGNORECASE)
_BINARY_MACHINERY: Final = re.compile(
    r"xl/(?:styles|calcChain|metadata|(?:worksheets/)?binaryIndex\d*)\.bin", re.IGNORECASE
)
_PEOPLE: Final = re.compile(r"(?:.*/)?persons/[^/]+\.xml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Listed:
    name: str
    part: str
    hiding: str


class Xlsx:
    """Reads SpreadsheetML packages and their binary twin."""

    name = _opc.KIND
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a ZIP that holds worksheets."""
        return MEDIA_TYPE if _opc.recognised(sample, "xl/", "xl/workbook.xml") else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield sheet by sheet, then everything else. Raises NoText when there is nothing."""
        package = Package(blob)
        empty = True
        for entry in _workbook(package):
            empty = False
            yield entry
        if empty:
            raise NoText("no text in it")


def _workbook(package: Package) -> Iterator[Segment | Item | Gap]:
    usual = "xl/workbook.xml" if "xl/workbook.xml" in package else "xl/workbook.bin"
    main = _opc.main_part(package, usual) or usual
    binary = main.lower().endswith(".bin")
    root = None if binary else tree(package.chunks(main))[0]
    book = _worksheet.Book(since_1904=_since_1904(root))
    seen = {main, *(name for name in package if _BINARY_MACHINERY.fullmatch(name))}
    _load(package, book, seen)
    for listed in _sheets(package, main, root):
        seen.add(listed.part)
        yield from _one(package, listed, book, seen)
    unused = [text for text, used in zip(book.strings, book.used, strict=True) if not used and text.strip()]
    if unused:
        yield Segment(
            "\n".join(unused),
            Locator(part="xl/sharedStrings.xml"),
            hidden=not package.cut,
            hiding="" if package.cut else "leftover",
        )
    yield from _names(root, main)
    yield from _opc.ending(package, seen)


def _load(package: Package, book: _worksheet.Book, seen: set[str]) -> None:
    for name in package:
        strings = _STRINGS.fullmatch(name)
        if strings:
            seen.add(name)
            (_worksheet.shared_strings if strings.group(1).lower() == "xml" else _xlsb.shared_strings)(
                package, name, book
            )
        elif _STYLES.fullmatch(name):
            _worksheet.styles(package, name, book)
            seen.add(name)


def _sheets(package: Package, main: str, root: Element) -> list[_Listed]:
    """Return the sheets in the workbook's order; those that it does not list, such as salvaged ones, last."""
    targets = _opc.relations(package, main)
    if main.lower().endswith(".bin"):
        entries = list(_xlsb.sheets(package, main))
    else:
        entries = [
            (attribute(entry, "name"), attribute(entry, "id"), attribute(entry, "state").lower().endswith("hidden"))
            for entry in (() if root is None else root.iter("{*}sheet"))
        ]
    listed: list[_Listed] = []
    for name, relation, hidden in entries:
        target = targets.get(relation)
        stored = package.find(target.target) if target else None
        if stored:
            listed.append(_Listed(name, stored, HIDDEN_SHEET if hidden else ""))
    known = {entry.part for entry in listed}
    rest = sorted((name for name in package if _SHEET.fullmatch(name) and name not in known), key=_opc.natural)
    rest = [part for part in rest if "binaryindex" not in part.lower()]
    return listed + [_Listed(part.rpartition("/")[2].partition(".")[0], part, "") for part in rest]


def _one(package: Package, listed: _Listed, book: _worksheet.Book, seen: set[str]) -> Iterator[Segment]:
    drawings = _drawings(package, listed.part)
    covers = _covers(package, drawings)
    sheet = _worksheet.Sheet(listed.name, book, hiding=listed.hiding, covers=covers)
    if listed.part.lower().endswith(".bin"):
        yield from _xlsb.cells(package, listed.part, listed.name, book, hiding=listed.hiding)
    else:
        yield from sheet.cells(package, listed.part)
    yield from sheet.notes
    place = Locator(sheet=listed.name)
    for part in _opc.related(package, listed.part, "comments", "threadedComment"):
        seen.add(part)
        read = _xlsb.comments if part.lower().endswith(".bin") else _comments
        for segment in read(package, part, listed.name):
            yield replace(segment, hidden=True, hiding=listed.hiding) if listed.hiding else segment
    for part in drawings:
        if part not in seen:
            seen.add(part)
            yield from drawing(package, part, replace(place, part=part), hiding=listed.hiding)


def _drawings(package: Package, part: str) -> list[str]:
    """Return drawings of a sheet and what they show: charts and diagrams. Comments' own VML boxes repeat them."""
    found: list[str] = []
    for entry in _opc.related(package, part, "drawing"):
        found += [entry, *_opc.related(package, entry, "chart", "chartEx", "diagramData", "chartUserShapes")]
    return found


def _covers(package: Package, drawings: list[str]) -> list[_worksheet.Cover]:
    """Return the cells over which opaque shapes lie (ECMA-376 part 1, 20.5.2.33: anchors from one cell to another)."""
    found: list[_worksheet.Cover] = []
    for part in drawings[:1]:
        root, _ = tree(package.chunks(part))
        for anchor in () if root is None else root.iter("{*}twoCellAnchor"):
            shape = next(anchor.iterchildren("{*}sp", "{*}pic"), None)
            if shape is None or not (local(shape.tag) == "pic" or opaque(shape)) or len(found) >= 1000:
                continue
            corners = [_corner(entry) for entry in anchor.iterchildren("{*}from", "{*}to")]
            if len(corners) == 2:
                (left, top), (right, bottom) = corners
                found.append((left, top, right - 1 if right > left else left, bottom - 1 if bottom > top else top))
    return found


def _corner(entry: Element) -> tuple[int, int]:
    texts = {local(child.tag): child.text or "" for child in entry.iterchildren("*")}
    column, row = (texts.get(name, "") for name in ("col", "row"))
    return int(column) if column.isdecimal() else 0, int(row) if row.isdecimal() else 0


def _comments(package: Package, part: str, sheet: str) -> Iterator[Segment]:
    root, _ = tree(package.chunks(part))
    authors: list[str] = []
    for element in () if root is None else root.iter("{*}author", "{*}comment", "{*}threadedComment"):
        if local(element.tag) == "author":
            authors.append(element.text or "")
            continue
        text = "".join(
            entry.text or "" for entry in element.iter("{*}t", "{*}text") if local(entry.tag) == "t" or not len(entry)
        )
        if text.strip():
            yield Segment(text, Locator(sheet=sheet, cell=attribute(element, "ref") or None, part=part), joint="\n")
    if any(authors):
        yield Segment("\n".join(authors), Locator(sheet=sheet, part=part), joint="\n")
    if root is None and part in package.damaged:
        yield Segment(stripped(package.chunks(part)), Locator(sheet=sheet, part=part))


def _names(root: Element, main: str) -> Iterator[Segment]:
    """Yield defined names with what they stand for, and the place where the workbook was saved."""
    shown: list[str] = []
    hidden: list[str] = []
    for entry in () if root is None else root.iter("{*}definedName", "{*}absPath", "{*}fileSharing"):
        if local(entry.tag) == "definedName":
            line = f"{attribute(entry, 'name')}: {entry.text or ''}"
            (hidden if attribute(entry, "hidden") in ("1", "true") else shown).append(line)
            if attribute(entry, "comment"):
                shown.append(attribute(entry, "comment"))
        else:
            hidden.append(attribute(entry, "url") or attribute(entry, "userName"))
    if shown:
        yield Segment("\n".join(shown), Locator(part=main))
    if hidden:
        yield Segment("\n".join(hidden), Locator(part=main), hidden=True, hiding="defined-name")


def _since_1904(root: Element) -> bool:
    return root is not None and any(
        attribute(entry, "date1904") in ("1", "true") for entry in root.iter("{*}workbookPr")
    )


PLUGIN = Xlsx()
