"""Excel 4–2003 workbooks: cells as they are displayed, and all that stands around and behind them.

Sheet names, cells (long numbers never with an exponent, dates as dates), comments, text boxes, headers and footers,
links, defined names, chart titles, literal texts of formulas, pivot caches, the user who saved it; hidden sheets, rows
and columns say so. Workbooks of Excel 5 and later are read record by record, because no library gives
all of this; older ones by xlrd.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, NoText
from shoumi.engine.extractors import _art, _biff, _properties, _sweep
from shoumi.engine.extractors._crypt import opened
from shoumi.engine.extractors._embedded import embedded
from shoumi.engine.extractors._ole import MAGIC, Name, Ole, root_names
from shoumi.engine.extractors._xlssheet import Book, Sheet, column_name
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

_TYPE: Final = "application/vnd.ms-excel"
_STARTS: Final = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
_KNOWN: Final = frozenset({"workbook", "book", "\x01compobj", "\x01ole", "_sx_db_cur"})
_BOF, _EOF = 0x809, 0x0A
_GLOBALS: Final = 0x05


class Xls:
    """Reads binary Excel workbooks."""

    name = "xls"
    version = 2
    media_types = frozenset({_TYPE})
    method = "text"
    signatures = tuple(Signature(start, _TYPE) for start in _STARTS)
    refines = frozenset({OLE})

    def refine(self, sample: Sample) -> str | None:
        """Return Excel's type for a compound file with a workbook stream."""
        return _TYPE if not {"workbook", "book"}.isdisjoint(map(str.casefold, root_names(sample))) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield sheet by sheet, then names and other texts of the workbook, embedded objects and pictures."""
        data = blob.read()
        if not data.startswith(MAGIC):
            yield from _stream(data)
            return
        ole, locked = opened(blob, settings)
        yield from _properties.segments(ole)
        if locked:
            raise Encrypted("the workbook needs a password")
        empty = True
        for stream in ("Workbook", "Book"):  # a file that old and new programs read has both
            book = ole.read(stream)
            for part in _stream(book) if book else ():
                empty = empty and isinstance(part, Gap)
                yield part
        for part in (*_pivots(ole), *embedded(ole, self.name, _known)):
            empty = False
            yield part
        if ole.damaged:
            yield Gap("corrupt", "the file is cut off or damaged; what is left was read")
        elif empty:
            raise NoText("the workbook holds no text")


def _known(name: Name) -> bool:
    return name[0].casefold() in _KNOWN


def _stream(data: bytes) -> Iterator[Segment | Item | Gap]:
    head = struct.unpack_from("<HHH", data.ljust(6, b"\0"))
    if head[0] != _BOF:
        yield from _ancient(data)
        return
    try:
        yield from _walk(data, wide=head[2] >= 0x600)
    except (struct.error, IndexError) as error:
        for offset, text in _sweep.runs(data):
            yield Segment(text, Locator(offset=offset), joint="\n", hidden=True, hiding="machinery")
        yield Gap("corrupt", f"the workbook's structure is damaged ({error}); its strings were read")


def _walk(data: bytes, *, wide: bool) -> Iterator[Segment | Item]:
    book = Book(wide=wide)
    sheet: Sheet | None = None
    depth, drawings = 0, bytearray()
    for record in _biff.records(data):
        if record.kind == _BOF:
            depth += 1
            if depth == 1 and struct.unpack_from("<H", record.body, 2)[0] != _GLOBALS:
                sheet = Sheet(book, record.offset)
        elif record.kind == _EOF:
            depth = max(0, depth - 1)
            if depth == 0 and sheet is not None:
                yield from sheet.segments()
                sheet = None
        elif record.kind == 0xEB:
            drawings += record.whole
        elif sheet is None:
            book.take(record)
        else:
            sheet.take(record)
    if sheet is not None:
        yield from sheet.segments()
        book.cut = True
    yield from book.segments()
    yield from _art.pictures(bytes(drawings), "xls")
    if book.cut:
        raise IndexError("a sheet without end")


def _pivots(ole: Ole) -> Iterator[Segment]:
    """Yield the strings of pivot caches: they may hold a table that was deleted from its sheet."""
    for name in ole.names:
        if name[0].casefold() != "_sx_db_cur":
            continue
        texts = [
            _biff.unicode_string(record.body)[0]
            for record in _biff.records(ole.read(*name))
            if record.kind == 0xCD and len(record.body) > 3
        ]
        if texts:
            yield Segment("\n".join(dict.fromkeys(texts)), Locator(part="pivot cache"), hidden=True, hiding="machinery")


def _ancient(data: bytes) -> Iterator[Segment | Gap]:
    """Read workbooks of Excel 2 to 4, which have one sheet and no shared strings."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, logfile=_Silent())  # type: ignore[no-untyped-call]
    except Exception as error:  # xlrd raises nearly anything on damaged files
        yield from (Segment(text, Locator(offset=at), joint="\n") for at, text in _sweep.runs(data))
        raise Corrupt(f"the workbook cannot be read ({type(error).__name__}); its strings were") from error
    for sheet in book.sheets():
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                text = _biff.plain(cell.value) if isinstance(cell.value, float) else str(cell.value)
                if text:
                    place = Locator(sheet=sheet.name, cell=f"{column_name(column)}{row + 1}")
                    yield Segment(text, place, joint="\t" if column else "\n")


class _Silent:
    """Swallows what xlrd prints about files it doubts."""

    def write(self, text: str) -> None:
        """Ignore."""


PLUGIN = Xls()
