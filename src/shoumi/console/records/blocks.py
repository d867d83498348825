"""What a record is made of. Enters values of a thing, leaves blocks that page, PDF and workbook draw each in its way.

Every text is data: no block holds markup. Dates, times, yes and no are written the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

Value = Any  # text, number, day, moment, yes or no, or nothing


@dataclass(frozen=True, slots=True)
class Heading:
    """A title between blocks."""

    text: Any


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, parted by empty lines."""

    text: Any
    title: Any = ""

    @property
    def paragraphs(self) -> list[str]:
        """Return the paragraphs."""
        return [part.strip() for part in str(self.text).replace("\r\n", "\n").split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, as a form of two pairs a line; a long value takes the whole line."""

    rows: Sequence[tuple[Any, Value]]
    title: Any = ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Return the pairs as text."""
        return [(str(label), written(value)) for label, value in self.rows]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose head repeats on every page. ``widths``: shares of the line; left out, they follow the text."""

    head: Sequence[Any]
    rows: Iterable[Sequence[Value]]
    title: Any = ""
    widths: Sequence[float] = ()
    empty: Any = ""  # what stands there instead of rows

    def cells(self) -> list[list[str]]:
        """Return the rows as text, each as long as the head."""
        width = len(self.head)
        return [([written(value) for value in row] + [""] * width)[:width] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Signature:
    """A place for a signature: who it is for; filled in when it was given with password and code."""

    label: Any
    name: str = ""
    at: datetime | date | None = None
    note: Any = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Places for signatures, side by side. What is empty is signed by hand."""

    places: Sequence[Signature]
    title: Any = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with words beside it."""

    text: str
    label: Any = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One sticker: a QR code, a large line, smaller lines."""

    code: str
    title: str
    lines: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    """A sheet of stickers to print and cut."""

    labels: Sequence[Label]
    columns: int = 3
    title: Any = field(default="")


Block = Heading | Text | Facts | Table | Signatures | Code | Labels


def written(value: Value) -> str:
    """Return a value as text: days and times as ISO in the office's zone, a dash for nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else clean(str(value))


def clean(text: str) -> str:
    """Return text without what no form can print: control characters and halves of characters."""
    kept = "".join(letter for letter in text if letter in "\n\t" or ord(letter) >= 0x20)
    return kept.replace("\x7f", "").encode("utf-8", "replace").decode("utf-8")
