"""A list of people from a spreadsheet: read within limits, compared with what is known, every error named by row.

Enters CSV (UTF-8 or GB 18030) or XLSX; leaves plain rows, then a plan: which are new, changed, the same or wrong.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import CATEGORIES, NONE, Person, Unit
from shoumi.console.action import plain
from shoumi.console.roles import Reach

MOST_BYTES: Final = 5 * 2**20
MOST_ROWS: Final = 10_000
_MOST_UNPACKED: Final = 100 * 2**20
_LONGEST_CELL: Final = 32_767  # characters, what a workbook holds: longer is a quote that was never closed
_DAYS: Final = ("joined_on", "vetted_on", "trained_on", "committed_on")
FIELDS: Final = ("number", "name", "unit", "post", "category", "email", *_DAYS)
_REQUIRED: Final = ("number", "name", "unit")
_HEADS: Final = {  # what a first row may say, in any of the languages
    "number": ("number", "staff number", "工号", "工號", "员工编号", "員工編號", "人员编号", "人員編號"),
    "name": ("name", "姓名"),
    "unit": ("unit", "unit code", "单位", "單位", "单位代码", "單位代碼", "部门", "部門"),
    "post": ("post", "岗位", "崗位", "职务", "職務"),
    "category": ("clearance", "category", "涉密等级", "涉密等級", "涉密人员类别", "涉密人員類別"),
    "email": ("email", "e-mail", "邮箱", "郵箱", "电子邮件", "電子郵件"),
    "joined_on": ("joined on", "in post since", "任职日期", "任職日期", "到岗日期", "到崗日期"),
    "vetted_on": ("vetted on", "审查日期", "審查日期"),
    "trained_on": ("trained on", "培训日期", "培訓日期"),
    "committed_on": ("commitment signed on", "承诺日期", "承諾日期", "承诺书日期", "承諾書日期"),
}
_CATEGORIES: Final = {
    "none": ("none", "not cleared", "非涉密", "无", "無", ""),
    "general": ("general", "一般"),
    "important": ("important", "重要"),
    "core": ("core", "核心"),
}


class Unreadable(Exception):
    """The file as a whole cannot be read; the sentence says what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(slots=True)
class Row:
    """One line: its number in the file, what it says, what it changes, what is wrong with it."""

    line: int
    values: dict[str, Any]
    person: Person | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    errors: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """What an import would do."""

    good: list[Row] = field(default_factory=list)
    bad: list[Row] = field(default_factory=list)

    @property
    def added(self) -> list[Row]:
        """Rows of people who are not known yet."""
        return [row for row in self.good if row.person is None]

    @property
    def altered(self) -> list[Row]:
        """Rows that change somebody."""
        return [row for row in self.good if row.person is not None and row.changed]


def read(content: bytes) -> list[dict[str, str]]:
    """Return the rows as text by field, with ``line``. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 5 MB. Split it and import the parts."))
    table = _workbook(content) if content[:4] == b"PK\x03\x04" else _text(content)
    lines = [(number, [value.strip() for value in line]) for number, line in enumerate(table, 1)]
    lines = [(number, line) for number, line in lines if any(line)]
    if len(lines) < 2:
        raise Unreadable(_("The file holds no rows below its first. Fill in the template and try again."))
    if len(lines) > MOST_ROWS + 1:
        raise Unreadable(_("The file has more than 10,000 rows. Split it and import the parts."))
    places = _places(lines[0][1])
    return [
        {"line": str(number), **{key: line[place] if place < len(line) else "" for key, place in places.items()}}
        for number, line in lines[1:]
    ]


def plan(rows: list[dict[str, str]], reach: Reach) -> Plan:
    """Compare rows with what is known. Units and people beyond the reach count as unknown."""
    units = {unit.code.lower(): unit for unit in Unit.within(reach)}
    numbers = [row.get("number", "") for row in rows]
    known = {person.number: person for person in Person.objects.filter(number__in=numbers).select_related("unit")}
    seen: set[str] = set()
    result = Plan()
    for raw in rows:
        row = _row(raw, units)
        _compare(row, known, reach, seen)
        (result.bad if row.errors else result.good).append(row)
    return result


def _row(raw: dict[str, str], units: dict[str, Unit]) -> Row:
    values: dict[str, Any] = {}
    row = Row(int(raw["line"]), values)
    for key, text in raw.items():
        if key in _REQUIRED and not text:
            row.errors.append(_("%(column)s is missing") % {"column": Person._meta.get_field(key).verbose_name})
        elif key in _DAYS:
            values[key] = _day(row, key, text)
        elif key in {"number", "name", "post", "email"}:
            values[key] = _short(row, key, text)
    unit = units.get(raw["unit"].lower())
    if unit is None and raw["unit"]:
        row.errors.append(_("unit %(code)s is not one of yours") % {"code": raw["unit"][:40]})
    values["unit"] = unit
    if "category" in raw:
        values["category"] = _category(row, raw["category"])
    return row


def _compare(row: Row, known: dict[str, Person], reach: Reach, seen: set[str]) -> None:
    number = str(row.values.get("number", ""))
    if number and number in seen:
        row.errors.append(_("staff number %(number)s stands twice in the list") % {"number": number})
    seen.add(number)
    person = known.get(number)
    if person is None:
        return
    if not reach.covers(person.unit.path):
        row.errors.append(_("staff number %(number)s is taken") % {"number": number})
    elif person.departed_on:
        row.errors.append(_("this person has left; the record stays as it was"))
    else:
        row.person = person
        row.changed = {
            key: [plain(getattr(person, key)), plain(value)]
            for key, value in row.values.items()
            if getattr(person, key) != value
        }


def _short(row: Row, key: str, text: str) -> str:
    column = Person._meta.get_field(key)
    if "\0" in text or len(text) > (column.max_length or 254):
        row.errors.append(_("%(column)s is too long") % {"column": column.verbose_name})
    if key == "email" and text:
        try:
            validate_email(text)
        except ValidationError:
            row.errors.append(_("the e-mail address is not complete"))
    return text


def _day(row: Row, key: str, text: str) -> date | None:
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
        if key != "joined_on" and found > timezone.localdate():
            row.errors.append(_("%(day)s is still to come") % {"day": text})
        return found
    row.errors.append(_("“%(text)s” is no day; write 2026-11-22") % {"text": text[:30]})
    return None


def _category(row: Row, text: str) -> str:
    for category, words in _CATEGORIES.items():
        if text.lower() in words:
            return category
    names = " / ".join(str(name) for _key, name in CATEGORIES)
    row.errors.append(_("clearance “%(text)s” is none of: %(names)s") % {"text": text[:30], "names": names})
    return NONE


def _places(head: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for key, words in _HEADS.items():
        found = [place for place, word in enumerate(head) if word.lower().strip("\ufeff* ") in words]
        if found:
            places[key] = found[0]
    missing = [str(Person._meta.get_field(key).verbose_name) for key in _REQUIRED if key not in places]
    if missing:
        names = ", ".join(missing)
        raise Unreadable(
            _("The first row names no column for: %(names)s. Take the template as a start.") % {"names": names}
        )
    return places


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


def head(field: str) -> str:
    """Return what the template's first row says for a field: a word that reading knows, in the current language."""
    word = str(Person._meta.get_field(field).verbose_name)
    return word if word.lower() in _HEADS[field] else _HEADS[field][0]
