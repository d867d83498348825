"""A list of people: which columns it may have, and what its rows would change.

Enters the rows that ``sheets`` read; leaves a plan: which people are new, changed, the same or wrong.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import posts
from shoumi.console.accounts.models import CATEGORIES, NONE, Person, Unit
from shoumi.console.action import plain
from shoumi.console.roles import Reach
from shoumi.console.sheets import Plan, Row, Sheet, Unreadable

_DAYS: Final = ("joined_on", "vetted_on", "trained_on", "committed_on")
FIELDS: Final = ("number", "name", "unit", "post", "category", "email", *_DAYS)
_CATEGORIES: Final = {
    "none": ("none", "not cleared", "非涉密", "无", "無", ""),
    "general": ("general", "一般"),
    "important": ("important", "重要"),
    "core": ("core", "核心"),
}
SHEET: Final = Sheet(
    heads={
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
    },
    labels={name: Person._meta.get_field(name).verbose_name for name in FIELDS},
    required=("number", "name", "unit"),
)
read, head = SHEET.read, SHEET.head
__all__ = ["FIELDS", "SHEET", "Plan", "Row", "Unreadable", "head", "plan", "read"]


def plan(rows: list[dict[str, str]], reach: Reach) -> Plan:
    """Compare rows with what is known. Units and people beyond the reach count as unknown."""
    units = {unit.code.lower(): unit for unit in Unit.within(reach)}
    numbers = [row.get("number", "") for row in rows]
    known = {person.number: person for person in Person.objects.filter(number__in=numbers).select_related("unit")}
    seen: set[str] = set()
    result, read_ = Plan(), list[Row]()
    for raw in rows:
        row = _row(raw, units)
        _compare(row, known, reach, seen)
        read_.append(row)
    _ask_for_posts(read_)
    for row in read_:
        result.take(row)
    return result


def _ask_for_posts(rows: list[Row]) -> None:
    """Refuse rows that would give somebody a cleared post who lacks what is required before it."""
    wanted: dict[posts.Post, Row] = {}
    for row in rows:
        category = row.values.get("category", NONE)
        before = row.thing.category if row.thing else NONE
        if not row.errors and posts.rises(before, category):
            wanted[posts.Post(row.thing or Person(**row.values), category=category)] = row
    for post, left in posts.lacking(list(wanted)):
        wanted[post].errors.append(left.sentence)


def _row(raw: dict[str, str], units: dict[str, Unit]) -> Row:
    row = SHEET.begin(raw)
    for key, text in raw.items():
        if key in _DAYS:
            row.values[key] = row.day(text, past=key != "joined_on")
        elif key in {"number", "name", "post", "email"}:
            row.values[key] = _short(row, key, text)
    unit = units.get(raw["unit"].lower())
    if unit is None and raw["unit"]:
        row.errors.append(_("unit %(code)s is not one of yours") % {"code": raw["unit"][:40]})
    row.values["unit"] = unit
    if "category" in raw:
        names = [name for _key, name in CATEGORIES]
        row.values["category"] = row.choice(SHEET.labels["category"], raw["category"], _CATEGORIES, names) or NONE
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
        row.thing = person
        row.changed = {
            key: [plain(getattr(person, key)), plain(value)]
            for key, value in row.values.items()
            if getattr(person, key) != value
        }


def _short(row: Row, key: str, text: str) -> Any:
    column = Person._meta.get_field(key)
    row.short(column.verbose_name, text, column.max_length or 254)
    if key == "email" and text:
        try:
            validate_email(text)
        except ValidationError:
            row.errors.append(_("the e-mail address is not complete"))
    return text
