"""An Excel workbook: a sheet that sums up, one of findings, one of what was not examined. For sorting and handing on.

Rows go to a temporary file as they come (constant memory), text is always text, never a formula or a link, and a
sheet that is full (1,048,576 rows, ECMA-376) goes on in the next.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from typing import Any, BinaryIO, ClassVar, Final

from shoumi.engine import messages
from shoumi.engine.errors import OutputError
from shoumi.engine.reports import _rules, _words
from shoumi.engine.reports._levels import Levels
from shoumi.engine.types import SEVERITIES, Gap, Match, Summary

ROWS: Final = 1_048_576  # of one sheet
_CELL: Final = 32_000  # characters; Excel's own limit is 32,767
_FINDINGS: Final = (
    # heading, width
    ("severity", 10),
    ("rule", 26),
    ("category", 16),
    ("path", 44),
    ("trail", 34),
    ("place", 22),
    ("reason", 52),
    ("snippet", 52),
    ("confidence", 10),
    ("area", 14),
    ("suppressed", 24),
    ("means", 36),
    ("id", 34),
)
_GAPS: Final = (("reason", 16), ("path", 44), ("trail", 34), ("detail", 44), ("stage", 14), ("means", 48), ("todo", 60))


class Xlsx:
    """A workbook in the reader's language."""

    name: ClassVar[str] = "xlsx"
    suffix: ClassVar[str] = ".xlsx"
    binary: ClassVar[bool] = True

    def __init__(self, stream: BinaryIO, language: str) -> None:
        import xlsxwriter

        folder = tempfile.mkdtemp(prefix="shoumi-")  # mode 0700; rows wait here
        self._clean = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "use_zip64": True,
        }
        self._stream = stream
        self._language = language
        self._path = f"{folder}/book.xlsx"
        self._book = xlsxwriter.Workbook(self._path, options)
        self._head = self._book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        self._body = self._book.add_format({"valign": "top", "quote_prefix": True})
        self._wrap = self._book.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True})
        self._bold = self._book.add_format({"bold": True, "valign": "top", "quote_prefix": True})
        self._share = self._book.add_format({"valign": "top", "num_format": "0%"})
        self._levels = Levels()
        self._summary = self._book.add_worksheet(self._text("sheet.summary"))
        self._findings = _Sheet(self, "sheet.findings", _FINDINGS)
        self._gaps = _Sheet(self, "sheet.gaps", _GAPS)

    def event(self, event: Match | Gap) -> None:
        """Write a row."""
        if isinstance(event, Match):
            self._levels.add(event)
            self._findings.row(self._match(event))
        else:
            self._gaps.row(self._gap(event))

    def finish(self, summary: Summary) -> None:
        """Write the first sheet and the file. Raises OutputError when the temporary folder is full."""
        from xlsxwriter.exceptions import XlsxWriterException

        self._sum_up(summary)
        self._findings.close()
        self._gaps.close()
        try:
            self._book.close()
        except XlsxWriterException as error:
            cause = error.args[0] if error.args else None
            why = cause.strerror if isinstance(cause, OSError) else type(error).__name__
            raise OutputError(f"cannot keep results for the workbook: {why}") from error
        with open(self._path, "rb") as book:
            shutil.copyfileobj(book, self._stream)
        self._stream.flush()
        self._clean()

    def _text(self, code: str, **values: str | int) -> str:
        return messages.text(f"reports.{code}", self._language, **values)

    def _match(self, match: Match) -> list[str | float]:
        steps = [(step.kind, step.name) for step in match.trail.steps[1:]]
        return [
            _words.severity(match.severity, self._language),
            _rules.title(match.rule, self._language),
            _words.category(match.category, self._language),
            match.path,
            _words.crumbs(steps),
            _words.place(match.locator.as_json(), self._language),
            "\n".join(_words.reasons(match, self._language)),
            match.snippet,
            match.confidence,
            self._text(f"area.{match.area}") if match.area else "",
            _words.suppression(match.data, self._language),
            _rules.means(match.rule, self._language),
            match.id,
        ]

    def _gap(self, gap: Gap) -> list[str | float]:
        steps = [(step.kind, step.name) for step in gap.trail.steps]
        return [
            _words.gap_name(gap.reason, self._language),
            steps[0][1] if steps else "",
            _words.crumbs(steps[1:]),
            gap.detail,
            self._text(f"stage.{gap.stage}") if gap.stage else "",
            _words.gap_sentence(gap.reason, self._language),
            _words.gap_advice(gap.reason, self._language),
        ]

    def _sum_up(self, summary: Summary) -> None:
        level = self._levels.highest()
        carrier = self._text("carrier", level=_words.plain(level)) if level else self._text("carrier.none")
        rows: list[tuple[str, str | float]] = [(self._text("title"), ""), (carrier, "")]
        if summary.stopped:
            rows.append((self._text("stopped"), ""))
        rows += [("", ""), (self._text("gaps"), self._gaps.count)]
        rows += [(f"    {_words.gap_name(name, self._language)}", n) for name, n in sorted(summary.gaps.items())]
        rows += [("", ""), (self._text("findings"), self._findings.count)]
        rows += [(f"    {_words.severity(name, self._language)}", summary.findings.get(name, 0)) for name in SEVERITIES]
        rows += [(f"    {self._text('suppressed')}", summary.suppressed), ("", "")]
        rows += [
            (self._text("scanned"), "\n".join(summary.addresses)),
            (self._text("files"), summary.files),
            (self._text("members"), summary.members),
            (self._text("bytes"), _words.size(summary.bytes)),
            (self._text("seconds"), self._text("second", n=f"{summary.seconds:.1f}")),
            (self._text("skipped"), sum(summary.skipped.values())),
            (self._text("unchanged"), summary.unchanged),
            (self._text("excluded"), summary.excluded),
            (self._text("version"), summary.version),
            (self._text("packs"), self._text("joint").join(f"{name} {v}" for name, v in summary.packs.items())),
            (self._text("made"), _words.stamp(_words.now())),
        ]
        self._summary.set_column(0, 0, 34)
        self._summary.set_column(1, 1, 60)
        self._finish_page(self._summary, level)
        for number, (name, value) in enumerate(rows):
            plain = name.startswith(" ") or (value == "" and number)
            self._summary.write_string(number, 0, cell(name), self._body if plain else self._bold)
            if isinstance(value, str):
                self._summary.write_string(number, 1, cell(value, lines=True), self._wrap)
            else:
                self._summary.write_number(number, 1, value, self._body)

    def _finish_page(self, sheet: Any, level: str) -> None:
        """Print on A4 with the inherited level in the corner and page numbers."""
        corner = cell(level or self._text("internal"))[:60].replace("&", "&&")
        sheet.set_paper(9)
        sheet.set_header(f"&L{corner}")
        sheet.set_footer("&R&P / &N")


class _Sheet:
    """Rows under a heading; goes on in a further sheet when one is full."""

    def __init__(self, book: Xlsx, title: str, columns: tuple[tuple[str, int], ...]) -> None:
        self._owner = book
        self._title = book._text(title)
        self._columns = columns
        self._sheets: list[Any] = []
        self._row = 0
        self.count = 0
        self._open()

    def row(self, values: list[str | float]) -> None:
        """Write a row. Raises OutputError when the temporary folder is full."""
        if self._row >= ROWS:
            self._sheets[-1].autofilter(0, 0, ROWS - 1, len(self._columns) - 1)
            self._open()
        sheet, owner = self._sheets[-1], self._owner
        try:
            for column, value in enumerate(values):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(self._row, column, cell(value, lines=True), owner._body)
                else:
                    sheet.write_number(self._row, column, value, owner._share)
        except OSError as error:
            raise OutputError(f"cannot keep results for the workbook: {error.strerror}") from error
        self._row += 1
        self.count += 1

    def close(self) -> None:
        """Set what is known only at the end."""
        self._sheets[-1].autofilter(0, 0, max(self._row - 1, 1), len(self._columns) - 1)
        for sheet in self._sheets:
            self._owner._finish_page(sheet, self._owner._levels.highest())
            sheet.set_landscape()
            sheet.repeat_rows(0)
            sheet.fit_to_pages(1, 0)

    def _open(self) -> None:
        number = len(self._sheets) + 1
        sheet = self._owner._book.add_worksheet(self._title if number == 1 else f"{self._title} {number}")
        sheet.freeze_panes(1, 0)
        for column, (name, width) in enumerate(self._columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, self._owner._text(name), self._owner._head)
        self._sheets.append(sheet)
        self._row = 1


def cell(text: str, *, lines: bool = False) -> str:
    """Return what a cell can hold: no control characters, not too long."""
    parts = text.split("\n") if lines else [text]
    text = "\n".join(_words.plain(part) for part in parts)
    return text if len(text) <= _CELL else text[:_CELL] + "…"


PLUGIN = Xlsx
