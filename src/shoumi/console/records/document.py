"""A record about one thing, composed: everything that page, PDF and workbook show, as plain data in one language."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shoumi.console.accounts.models import Office, Unit
from shoumi.console.records.blocks import Block, Code, Facts, Heading, Labels, Signatures, Table, Text, clean, written
from shoumi.console.records.record import Record, level_words


@dataclass(frozen=True, slots=True)
class Stamp:
    """What issuing adds: number, day, who, and where to check it."""

    number: str
    day: str
    by: str
    address: str


@dataclass(frozen=True, slots=True)
class Document:
    """One composed record. ``blocks`` are dictionaries of texts, each with its ``kind``."""

    name: str
    title: str
    level: str
    reference: str
    office: str
    unit: str
    small: str
    language: str
    landscape: bool
    blocks: list[dict[str, Any]]
    stamp: Stamp | None = None
    words: dict[str, str] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """Return what it says, without number and time: the same as long as nothing changed."""
        return {**asdict(self), "stamp": None}

    def stamped(self, number: str, at: datetime, by: str, address: str) -> Document:
        """Return it with its number."""
        return replace(self, stamp=Stamp(number, timezone.localtime(at).date().isoformat(), by, address))

    def shortened(self, most: int) -> Document:
        """Return it as a page shows it: of very long tables the first rows, and how many are left out."""
        blocks = [
            {**one, "rows": one["rows"][:most], "more": max(len(one["rows"]) - most, 0)}
            if one["kind"] == "table"
            else one
            for one in self.blocks
        ]
        return replace(self, blocks=blocks)


def compose(record: Record, thing: Any) -> Document:
    """Return a record about a thing, in the language that is active."""
    office, path = Office.current(), record.unit_path(thing)
    unit = Unit.objects.filter(path=path).first() if path else None
    return Document(
        name=record.name,
        title=clean(str(record.heading(thing))),
        level=clean(level_words(record.level(thing))),
        reference=clean(str(record.reference(thing))),
        office=clean(office.name),
        unit=clean(unit.name) if unit else "",
        small=_("Small office: system, security and audit administration are not separated.") if office.small else "",
        language=get_language() or "en",
        landscape=record.landscape,
        blocks=[drawn(block) for block in record.blocks(thing)],
        words={
            "number": _("Record no."),
            "date": _("Issued on"),
            "by": _("Issued by"),
            "unit": _("Unit"),
            "reference": _("Reference"),
            "check": _("Is this genuine? Scan the code, or compare the file at this address."),
            "signature": _("Signature"),
            "day": _("Date"),
            "page": _("Page {n} of {m}"),
        },
    )


def drawn(block: Block) -> dict[str, Any]:
    """Return a block as plain texts."""
    title = clean(str(getattr(block, "title", "") or ""))
    if isinstance(block, Heading):
        return {"kind": "heading", "text": clean(str(block.text))}
    if isinstance(block, Text):
        return {"kind": "text", "title": title, "paragraphs": [clean(part) for part in block.paragraphs]}
    if isinstance(block, Facts):
        return {"kind": "facts", "title": title, "rows": [list(line) for line in block.lines]}
    if isinstance(block, Table):
        rows, head = block.cells(), [clean(str(label)) for label in block.head]
        widths = list(block.widths) or _widths(head, rows)
        empty = clean(str(block.empty)) or _("none")
        return {"kind": "table", "title": title, "head": head, "rows": rows, "widths": widths, "empty": empty}
    if isinstance(block, Signatures):
        places = [
            {
                "label": clean(str(one.label)),
                "name": clean(one.name),
                "at": written(one.at) if one.at else "",
                "note": clean(str(one.note)),
            }
            for one in block.places
        ]
        return {"kind": "signatures", "title": title, "places": places}
    if isinstance(block, Code):
        return {"kind": "code", "text": block.text, "label": clean(str(block.label))}
    return _labels(block, title)


def _labels(block: Labels, title: str) -> dict[str, Any]:
    labels = [
        {"code": one.code, "title": clean(one.title), "lines": [written(line) for line in one.lines]}
        for one in block.labels
    ]
    return {"kind": "labels", "title": title, "columns": block.columns, "labels": labels}


def _widths(head: list[str], rows: list[list[str]]) -> list[float]:
    """Return shares of the line by the longest text of each column, within bounds; the first thousand rows decide."""
    longest = [max([_breadth(label), *(_breadth(row[n]) for row in rows[:1000])]) for n, label in enumerate(head)]
    return [float(min(max(breadth, 4), 36)) for breadth in longest]


def _breadth(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text[:80])
