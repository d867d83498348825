"""Lists that people send as CSV or XLSX: read within limits, compared with what is known, every error named by row.

Enters a file (CSV in UTF-8 or GB 18030, or the first sheet of a workbook); leaves rows of text by field. A room says
in a ``Sheet`` which columns it knows and by which words, makes a ``Plan`` of the rows, and shows it (``plan.html``)
before anything is written.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet

MOST_BYTES: Final = 5 * 2**20
MOST_ROWS: Final = 10_000
_MOST_UNPACKED: Final = 100 * 2**20
_LONGEST_CELL: Final = 32_767  # characters, what a workbook holds: longer is a quote that was never closed
_DAY_FORMS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class Unreadable(Exception):
    """The file as a whole cannot be read; the sentence says what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(slots=True)
class Row:
    """One line: its number in the file, what it says, the thing it changes and how, what is wrong with it.

    ``cells`` is what the plan's page shows of it, below the heads that the page gives.
    """

    line: int
    values: dict[str, Any]
    thing: Any = None
    changed: dict[str, Any] = field(default_factory=dict)
    errors: list[Any] = field(default_factory=list)
    cells: list[Any] = field(default_factory=list)

    def short(self, label: Any, text: str, most: int) -> str:
        """Return text, with an error when it does not fit a column of ``most`` characters."""
        if "\0" in text or len(text) > most:
            self.errors.append(_("%(column)s is too long") % {"column": label})
        return text

    def day(self, text: str, *, past: bool = True) -> date | None:
        """Return a day as people write it; an error when it is none, or (``past``) still to come."""
        if not text:
            return None
        for form in _DAY_FORMS:
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
            except ValueError:
                continue
            if past and found > timezone.localdate():
                self.errors.append(_("%(day)s is still to come") % {"day": text})
            return found
        self.errors.append(_("“%(text)s” is no day; write 2026-11-22") % {"text": text[:30]})
        return None

    def choice(self, label: Any, text: str, words: Mapping[str, Iterable[str]], names: Iterable[Any]) -> str | None:
        """Return the key whose words hold the text; an error that names the choices when none does."""
        for key, known in words.items():
            if text.lower() in known:
                return key
        listed = " / ".join(str(name) for name in names)
        self.errors.append(
            _("%(column)s “%(text)s” is none of: %(names)s") % {"column": label, "text": text[:30], "names": listed}
        )
        return None


@dataclass(slots=True)
class Plan:
    """What an import would do."""

    good: list[Any] = field(default_factory=list)
    bad: list[Any] = field(default_factory=list)

    @property
    def added(self) -> list[Any]:
        """Rows of things that are not known yet."""
        return [row for row in self.good if row.thing is None]

    @property
    def altered(self) -> list[Any]:
        """Rows that change something."""
        return [row for row in self.good if row.thing is not None and row.changed]

    def take(self, row: Row) -> None:
        """Put a row where it belongs."""
        (self.bad if row.errors else self.good).append(row)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns of one kind of list. ``heads``: words a first row may say, lower case, in any of the languages."""

    heads: Mapping[str, Sequence[str]]
    labels: Mapping[str, Any]
    required: Sequence[str]

    def read(self, content: bytes) -> list[dict[str, str]]:
        """Return the rows as text by field, with ``line``. Raises Unreadable."""
        lines = _lines(content)
        places = self._places(lines[0][1])
        return [
            {"line": str(number), **{key: line[place] if place < len(line) else "" for key, place in places.items()}}
            for number, line in lines[1:]
        ]

    def head(self, name: str) -> str:
        """Return what the template's first row says for a field: a word that reading knows, in the current language."""
        word = str(self.labels[name])
        return word if word.lower() in self.heads[name] else self.heads[name][0]

    def begin(self, raw: Mapping[str, str]) -> Row:
        """Return the row of a line, with an error for each required cell that is empty."""
        row = Row(int(raw["line"]), {})
        row.errors += [
            _("%(column)s is missing") % {"column": self.labels[key]} for key in self.required if not raw.get(key)
        ]
        return row

    def _places(self, head: list[str]) -> dict[str, int]:
        places: dict[str, int] = {}
        for key, words in self.heads.items():
            found = [place for place, word in enumerate(head) if word.lower().strip("\ufeff* ") in words]
            if found:
                places[key] = found[0]
        missing = [str(self.labels[key]) for key in self.required if key not in places]
        if missing:
            names = ", ".join(missing)
            raise Unreadable(
                _("The first row names no column for: %(names)s. Take the template as a start.") % {"names": names}
            )
        return places


class Waiting(models.Model):
    """A list that was read and waits to be confirmed; gone once imported, or a day later. Each room has its own."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=200)
    rows = models.JSONField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return str(self.user.unit_path)


class ReadList(Action):
    """A list is read and kept until it is confirmed; ``result`` is what was kept. Nothing else changes yet."""

    label = _("Read list")
    intro = _("Nothing is written yet: the next page shows what would change, and which rows cannot be read.")
    sheet: ClassVar[Sheet]
    waiting: ClassVar[Any]  # the model that keeps it

    class Input(ActionForm):
        """The file."""

        file = forms.FileField(
            label=_("CSV or XLSX file"),
            help_text=_("At most 5 MB and 10,000 rows. The first row names the columns, as in the template."),
            widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        )

        def clean_file(self) -> Any:
            file = self.cleaned_data["file"]
            try:
                return file.name[:200], self.action.sheet.read(file.read(MOST_BYTES + 1))  # type: ignore[attr-defined]
            except Unreadable as error:
                raise forms.ValidationError(error.sentence) from error

    def write(self) -> Done:
        name, rows = self.data["file"]
        stale = Q(user=self.actor) | Q(made__lt=timezone.now() - timedelta(days=1))
        self.waiting.objects.filter(stale).delete()
        kept = self.waiting.objects.create(user=self.actor, name=name, rows=rows)
        return Done(None, {"file": name, "rows": len(rows)}, result=kept)


class WriteList(Action):
    """The good rows of a list that was read are written, those with errors left out. Subclasses say how."""

    plan: Plan

    def plans(self) -> Plan:
        """Compare the rows with what is known, as far as the actor's reach goes."""
        raise NotImplementedError

    def units(self) -> Iterable[str]:
        return ()  # every row is checked against the reach by the plan

    def check(self) -> None:
        if self.target.user_id != getattr(self.actor, "pk", None):
            raise Unmet(_("This list was read by somebody else. Read it yourself first."))
        self.plan = self.plans()
        if not self.plan.good:
            raise Unmet(_("No row can be imported. Correct the list and read it again."))


def _lines(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the lines that are not empty, by their number, the head first."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Split it and import the parts."))
    table = _workbook(content) if content[:4] == b"PK\x03\x04" else _text(content)
    lines = [(number, [value.strip() for value in line]) for number, line in enumerate(table, 1)]
    lines = [(number, line) for number, line in lines if any(line)]
    if len(lines) < 2:
        raise Unreadable(_("The file holds no rows below its first. Fill in the template and try again."))
    if len(lines) > MOST_ROWS + 1:
        raise Unreadable(_("The file has more than 10,000 rows. Split it and import the parts."))
    return lines


def _text(content: bytes) -> list[list[str]]:
    if b"\0" in content:
        raise Unreadable(_("This is neither CSV nor XLSX. Save the list as one of them and try again."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Unreadable(_("The text of this CSV cannot be read. Save it as “CSV UTF-8” and try again.")) from error
    first = text.partition("\n")[0]
    mark = max(",;\t", key=first.count)
    neither = _("This is neither CSV nor XLSX. Save the list as one of them and try again.")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise Unreadable(neither) from error
    if any(len(cell) > _LONGEST_CELL for row in rows for cell in row):  # csv's own limit is the whole process's
        raise Unreadable(neither)
    return rows


def _workbook(content: bytes) -> list[list[str]]:
    """Read the first sheet. A workbook that unpacks to more than 100 MB is refused before it is."""
    import python_calamine

    damaged = _("This workbook is damaged or protected by a password. Save it again without one.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(member.file_size for member in packed.infolist()) > _MOST_UNPACKED:
                raise Unreadable(_("This workbook unpacks to more than 100 MB. Copy the list alone into a new one."))
            for member in packed.infolist():
                with packed.open(member) as stream:
                    _drain(stream, member.file_size)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Unreadable:
        raise
    except Exception as error:  # whatever the reader says, the file is at fault and the sentence is the same
        raise Unreadable(damaged) from error
    return [[_cell(value) for value in row] for row in rows]


def _drain(stream: Any, promised: int) -> None:
    """Unpack a member without keeping it; its real size must be what its header says."""
    real = 0
    while block := stream.read(2**16):
        real += len(block)
        if real > promised:
            raise zipfile.BadZipFile("a member is larger than it says")


def _cell(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
