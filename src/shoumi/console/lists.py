"""Every list: what an account may see of it, searched, filtered, sorted, by pages of fifty, own columns, export.

A list declares columns and filters; page and export read the same rows through the same limits. The number of queries
does not grow with the rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shoumi.console.actions import Export
from shoumi.console.pages import Page

PER_PAGE: Final = 50
EXPORT_LIMIT: Final = 100_000  # rows; more would not open in a spreadsheet either
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what a row shows there. ``sort``: database field; ``kind``: text, day, moment, number or badge."""

    key: str
    label: Any
    value: Callable[[Any], Any]
    sort: str = ""
    kind: str = "text"
    shown: bool = True
    tone: Callable[[Any], str] | None = None  # of a badge: seal, amber, jade or nothing


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter: a few named choices. ``choices`` may depend on the account; ``apply`` narrows the rows."""

    key: str
    label: Any
    choices: Callable[[Any], Iterable[tuple[str, Any]]]
    apply: Callable[[QuerySet, str], QuerySet]


class ListPage(Page):
    """A list as a page. Subclasses declare columns, filters and ``rows``."""

    name: ClassVar[str] = ""
    title: ClassVar[Any] = ""
    template: ClassVar[str] = "list.html"
    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[Filter]] = ()
    search: ClassVar[Sequence[str]] = ()
    also: ClassVar[Sequence[str]] = ()  # further parameters that narrow the rows
    order: ClassVar[Sequence[str]] = ()
    empty: ClassVar[Any] = ""  # what will appear here, and what makes it appear
    exports: ClassVar[bool] = True

    def rows(self) -> QuerySet:
        """Return all rows that the account may see, with what the columns need."""
        raise NotImplementedError

    def address(self, row: Any) -> str:
        """Return where a row's first column leads; empty for nowhere."""
        del row
        return ""

    def steps(self) -> list[tuple[Any, str]]:
        """Return the buttons above the list, as words and address."""
        return []

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = self._sorted(self._searched(self._filtered(self.rows())))
        form = request.GET.get("export", "")
        if self.exports and form in {"csv", "xlsx"}:
            return self._export(rows, form)
        page = self.page(rows)
        columns = self.chosen()
        return self.show(
            self.template,
            list=self,
            title=self.title,
            page=page,
            columns=[(column, *self._sorting(column)) for column in columns],
            lines=[(self.address(row), [cell(column, row) for column in columns]) for row in page],
            filters=[(f, request.GET.get(f.key, ""), list(f.choices(request.user))) for f in self.filters],
            query=request.GET.get("q", ""),
            narrowed=bool(self._narrowing()),
            more=self._link(page=None, export=None),
            choose=[(column, column in columns) for column in self.columns],
        )

    def page(self, rows: QuerySet) -> Any:
        """Return the page that is asked for. Keys first: sorting whole rows is dear."""
        page = Paginator(rows.values_list("pk", flat=True), PER_PAGE).get_page(self.request.GET.get("page"))
        keys = list(page.object_list)
        found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
        page.object_list = [found[key] for key in keys if key in found]
        return page

    def chosen(self) -> list[Column]:
        """Return the columns to show: those just chosen, else those chosen earlier, else the usual ones."""
        known = {column.key: column for column in self.columns}
        if "column" in self.request.GET:
            wanted = [key for key in self.request.GET.getlist("column") if key in known]
            self.request.session[f"columns:{self.name}"] = wanted
        wanted = self.request.session.get(f"columns:{self.name}") or [c.key for c in self.columns if c.shown]
        first = self.columns[0].key  # the first column names the row and always stays
        return [column for key, column in known.items() if key in wanted or key == first]

    def _filtered(self, rows: QuerySet) -> QuerySet:
        for one in self.filters:
            value = self.request.GET.get(one.key, "")
            if value and value in {str(key) for key, _label in one.choices(self.request.user)}:
                rows = one.apply(rows, value)
        return rows

    def _searched(self, rows: QuerySet) -> QuerySet:
        for word in self.request.GET.get("q", "").replace("\0", "")[:200].split():
            condition = Q()
            for field in self.search:
                condition |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(condition)
        return rows

    def _sorted(self, rows: QuerySet) -> QuerySet:
        wanted = self.request.GET.get("sort", "")
        column = next((c for c in self.columns if c.sort and c.key == wanted.lstrip("-")), None)
        if column is None:
            return rows.order_by(*self.order)
        return rows.order_by(("-" if wanted.startswith("-") else "") + column.sort, *self.order)

    def _sorting(self, column: Column) -> tuple[str, str]:
        """Return the link that sorts by a column, and how it is sorted now (for aria-sort)."""
        if not column.sort:
            return "", ""
        now = self.request.GET.get("sort", "")
        state = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "none")
        return self._link(sort=f"-{column.key}" if now == column.key else column.key, page=None), state

    def _narrowing(self) -> dict[str, str]:
        keys = ["q", *self.also, *(one.key for one in self.filters)]
        return {key: self.request.GET[key] for key in keys if self.request.GET.get(key)}

    def _link(self, **values: str | None) -> str:
        keep = {key: value for key, value in self.request.GET.items() if key not in {"column", *values}}
        return "?" + urlencode({**keep, **{key: value for key, value in values.items() if value is not None}})

    def _export(self, rows: QuerySet, form: str) -> HttpResponse:
        columns = self.chosen()
        table = [[str(column.label) for column in columns]]
        table += [[written(cell(column, row)) for column in columns] for row in rows[:EXPORT_LIMIT]]
        narrowed = urlencode(self._narrowing())[:1000]
        Export.run(self.request.user, door=self.door, list=self.name, form=form, narrowed=narrowed, rows=len(table) - 1)
        name = f"{self.name.replace('.', '-')}-{timezone.localdate().isoformat()}"
        return as_csv(name, table) if form == "csv" else as_xlsx(name, table, str(self.title))


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a table."""

    label: Any
    value: Any
    kind: str
    tone: str


def cell(column: Column, row: Any) -> Cell:
    """Return what a row shows in a column."""
    value = column.value(row)
    return Cell(column.label, value, column.kind, column.tone(row) if column.tone else "")


def written(one: Cell) -> str:
    """Return a cell as text for a file."""
    if one.value is None:
        return ""
    if one.kind == "moment":
        return timezone.localtime(one.value).strftime("%Y-%m-%d %H:%M:%S")
    return one.value.isoformat() if one.kind == "day" else str(one.value)


def harmless(text: str) -> str:
    """Return text that a spreadsheet will not run as a formula: a quote in front, as OWASP advises."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def as_csv(name: str, table: Iterable[Sequence[str]]) -> HttpResponse:
    """Answer with CSV: UTF-8 with a byte order mark, because spreadsheets guess wrongly without."""
    text = io.StringIO()
    csv.writer(text).writerows([harmless(value) for value in line] for line in table)
    return _file(f"{name}.csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf" + text.getvalue().encode())


def as_xlsx(name: str, table: Iterable[Sequence[str]], title: str) -> HttpResponse:
    """Answer with a workbook; every cell is text."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(_sheet(title))
    bold = book.add_format({"bold": True})
    for number, line in enumerate(table):
        for place, value in enumerate(line):
            sheet.write_string(number, place, value[:32_000], bold if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 30, 18)
    book.close()
    return _file(f"{name}.xlsx", XLSX, content.getvalue())


def _sheet(title: str) -> str:
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "1"


def _file(name: str, kind: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def pairs(choices: Iterable[tuple[str, Any]]) -> Callable[[Any], Iterator[tuple[str, Any]]]:
    """Return fixed choices as a filter wants them."""
    fixed = list(choices)
    return lambda _user: iter(fixed)


def yes_no(yes: Any, no: Any) -> Callable[[Any], Iterator[tuple[str, Any]]]:
    """Return the two choices of a filter that asks yes or no."""
    return pairs((("yes", yes), ("no", no)))
