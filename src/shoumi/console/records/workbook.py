"""A document as XLSX: one sheet as the form, one more for each table. Every text is text, never a formula or a link."""

from __future__ import annotations

import io
from typing import Any

from shoumi.console.records.document import Document


def xlsx(document: Document) -> bytes:
    """Return the workbook."""
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _Form(book, document).write()
    book.close()
    return content.getvalue()


class _Form:
    def __init__(self, book: Any, document: Document) -> None:
        self.book, self.document, self.line = book, document, 0
        self.bold = book.add_format({"bold": True})
        self.large = book.add_format({"bold": True, "font_size": 16})
        self.boxed = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        self.head = book.add_format({"border": 1, "bold": True, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.sheet = self._sheet(document.title)
        self.sheet.set_column(0, 0, 24)
        self.sheet.set_column(1, 3, 32)

    def write(self) -> None:
        document, stamp = self.document, self.document.stamp
        if document.level:
            self._put(document.level, self.bold)
        self._put(document.title, self.large)
        self._put(document.office)
        words = document.words
        pairs = [(words["unit"], document.unit), (words["reference"], document.reference)]
        if stamp:
            pairs = [(words["number"], stamp.number), (words["date"], stamp.day), (words["by"], stamp.by), *pairs]
        for label, value in pairs:
            if value:
                self._put(label, self.bold, value)
        if document.small:
            self._put(document.small, self.bold)
        for block in document.blocks:
            self.line += 1
            getattr(self, f"_{block['kind']}")(block)
        if stamp:
            self.line += 1
            self._put(words["check"])
            self._put(stamp.address)

    def _sheet(self, title: str) -> Any:
        number = len(self.book.worksheets()) + 1
        kept = "".join(letter for letter in title if letter not in "[]:*?/\\'")[:24] or "1"
        sheet = self.book.add_worksheet(kept if number == 1 else f"{kept} {number}")
        stamp = self.document.stamp
        line = " · ".join(part for part in (self.document.level, stamp.number if stamp else "") if part)
        sheet.set_header(f"&L{line.replace('&', '&&')}")
        sheet.set_footer("&R&P / &N")
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        if self.document.landscape:
            sheet.set_landscape()
        return sheet

    def _put(self, text: str, form: Any = None, *more: str) -> None:
        self.sheet.write_string(self.line, 0, text[:32_000], form)
        for place, value in enumerate(more, 1):
            self.sheet.write_string(self.line, place, value[:32_000], self.wrapped)
        self.line += 1

    def _title(self, block: dict[str, Any]) -> None:
        if block["title"]:
            self._put(block["title"], self.bold)

    def _heading(self, block: dict[str, Any]) -> None:
        self._put(block["text"], self.bold)

    def _text(self, block: dict[str, Any]) -> None:
        self._title(block)
        for part in block["paragraphs"]:
            self.sheet.merge_range(self.line, 0, self.line, 3, "", self.wrapped)
            self.sheet.write_string(self.line, 0, part[:32_000], self.wrapped)
            self.sheet.set_row(self.line, 16 * (1 + len(part) // 60))
            self.line += 1

    def _facts(self, block: dict[str, Any]) -> None:
        self._title(block)
        for label, value in block["rows"]:
            self.sheet.write_string(self.line, 0, label, self.head)
            self.sheet.write_string(self.line, 1, value[:32_000], self.boxed)
            self.line += 1

    def _table(self, block: dict[str, Any]) -> None:
        sheet = self._sheet(block["title"] or self.document.title)
        self._put(block["title"] or self.document.title, self.bold, f"{sheet.get_name()}: {len(block['rows'])}")
        for place, label in enumerate(block["head"]):
            sheet.write_string(0, place, label, self.head)
            sheet.set_column(place, place, min(max(block["widths"][place], 8), 60))
        for number, row in enumerate(block["rows"], 1):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value[:32_000], self.boxed)
        if not block["rows"]:
            sheet.write_string(1, 0, block["empty"], self.boxed)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if block["rows"]:
            sheet.autofilter(0, 0, len(block["rows"]), len(block["head"]) - 1)

    def _signatures(self, block: dict[str, Any]) -> None:
        self._title(block)
        for place in block["places"]:
            self.sheet.write_string(self.line, 0, place["label"], self.head)
            for number, key in enumerate(("name", "at", "note"), 1):
                self.sheet.write_string(self.line, number, place[key][:32_000], self.boxed)
            self.line += 1

    def _code(self, block: dict[str, Any]) -> None:
        self._put(block["label"], None, block["text"])

    def _labels(self, block: dict[str, Any]) -> None:
        self._title(block)
        for label in block["labels"]:
            self._put(label["title"], None, label["code"], ", ".join(label["lines"]))
