"""A ledger of carriers as a list: which columns it may have, and what its rows would add.

Enters the rows that ``sheets`` read; leaves a plan. Carriers that are in the ledger already are never changed by a
list: a number that is known is an error, so that nobody overwrites the ledger by accident.
"""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.custody import terms
from shoumi.console.custody.models import KINDS, Carrier, Place
from shoumi.console.levels import MARKED, NAMES, TOP, cleared
from shoumi.console.roles import Reach
from shoumi.console.sheets import Plan, Row, Sheet

FIELDS: Final = (
    "number", "title", "kind", "level", "issued_on", "term", "document", "origin", "copy", "pages", "serial", "unit",
    "custodian", "place", "scope",
)  # fmt: skip
SHOWN: Final = ("number", "title", "level", "custodian")
_TEXTS: Final = ("number", "title", "document", "origin", "copy", "serial", "scope", "term")
_LEVELS: Final = {
    "top": ("top", "top secret", "绝密", "絕密"),
    "secret": ("secret", "机密", "機密"),
    "confidential": ("confidential", "秘密"),
    "core-trade": ("core-trade", "core trade secret", "核心商密"),
    "trade": ("trade", "trade secret", "普通商密"),
    "work": ("work", "work secret", "工作秘密", "内部", "內部"),
}
_KINDS: Final = {
    "paper": ("paper", "纸件", "紙件", "纸质", "紙質", "纸介质", "紙本", "文件"),
    "disc": ("disc", "disk", "光盘", "光碟"),
    "usb": ("usb", "usb stick", "u盘", "u 盘", "优盘", "隨身碟", "随身碟"),
    "file": ("electronic file", "file", "电子文件", "電子檔案", "电子文档"),
}
SHEET: Final = Sheet(
    heads={
        "number": ("number", "ledger number", "编号", "編號", "台账编号", "臺帳編號", "载体编号", "載體編號"),
        "title": ("title", "标题", "標題", "名称", "名稱", "文件名称", "文件名稱"),
        "kind": ("kind", "种类", "種類", "类别", "類別", "类型", "類型", "载体类型", "載體類型"),
        "level": ("level", "密级", "密級"),
        "issued_on": (
            "date of issue",
            "issued on",
            "制发日期",
            "製發日期",
            "印发日期",
            "印發日期",
            "成文日期",
            "制作日期",
            "製作日期",
        ),
        "term": ("term", "保密期限"),
        "document": ("document number", "文号", "文號", "发文字号", "發文字號"),
        "origin": ("originator", "issued by", "发文单位", "發文單位", "制发单位", "製發單位"),
        "copy": ("copy number", "份号", "份號"),
        "pages": ("pages", "页数", "頁數"),
        "serial": (
            "serial number of the medium",
            "serial number",
            "serial",
            "介质序列号",
            "媒體序號",
            "序列号",
            "序號",
        ),
        "unit": ("unit", "unit code", "单位", "單位", "部门", "部門", "单位代码", "單位代碼"),
        "custodian": ("custodian", "保管人", "保管人工号", "保管人工號"),
        "place": ("kept in", "place", "存放处", "存放處", "存放地点", "存放地點", "存放位置"),
        "scope": ("who may know", "知悉范围", "知悉範圍"),
    },
    labels={name: Carrier._meta.get_field(name).verbose_name for name in FIELDS},
    required=("number", "title", "level", "issued_on", "unit", "custodian"),
)


def plan(rows: list[dict[str, str]], reach: Reach) -> Plan:
    """Compare rows with what is known. Units, people and places beyond the reach count as unknown."""
    known = _Known(rows, reach)
    result = Plan()
    for raw in rows:
        result.take(_row(raw, known))
    return result


class _Known:
    """What rows may name, read in five queries whatever their number."""

    def __init__(self, rows: list[dict[str, str]], reach: Reach) -> None:
        units = list(Unit.within(reach))
        self.units = {unit.name.lower(): unit for unit in units} | {unit.code.lower(): unit for unit in units}
        people = Person.objects.filter(reach.within("unit__path"), departed_on=None).select_related("unit")
        wanted = {row.get("custodian", "") for row in rows}
        self.people = {one.number: one for one in people.filter(number__in=wanted)}
        named: dict[str, list[Person]] = {}
        for one in people.filter(name__in=wanted):
            named.setdefault(one.name, []).append(one)
        self.people |= {name: found[0] for name, found in named.items() if len(found) == 1 and name not in self.people}
        self.places = {
            (place.unit.path, place.name): place
            for place in Place.objects.filter(reach.within("unit__path"), closed_on=None).select_related("unit")
        }
        self.numbers = set(
            Carrier.objects.filter(number__in=[row.get("number", "") for row in rows]).values_list("number", flat=True)
        )


def _row(raw: dict[str, str], known: _Known) -> Row:
    row = SHEET.begin(raw)
    values = row.values
    for key in _TEXTS:
        column = Carrier._meta.get_field(key)
        values[key] = row.short(column.verbose_name, raw.get(key, ""), column.max_length)
    values["level"] = (
        row.choice(_("Level"), raw["level"], _LEVELS, (name for _key, name in MARKED)) if raw["level"] else None
    )
    kind = raw.get("kind") or "paper"
    values["kind"] = row.choice(_("Kind"), kind, _KINDS, (name for _key, name in KINDS))
    values["issued_on"] = row.day(raw["issued_on"])
    values["pages"] = _pages(row, raw.get("pages", ""))
    _who_and_where(row, raw, known)
    _end(row)
    if values["number"] in known.numbers:
        row.errors.append(_("number %(number)s is in the ledger already") % {"number": values["number"][:60]})
    known.numbers.add(values["number"])
    row.cells = [raw.get(name, "")[:80] for name in SHOWN]
    return row


def _pages(row: Row, text: str) -> int | None:
    if text and not (text.isdigit() and 0 < int(text) <= 100_000):
        row.errors.append(_("“%(text)s” is no number of pages") % {"text": text[:30]})
        return None
    return int(text) if text else None


def _who_and_where(row: Row, raw: dict[str, str], known: _Known) -> None:
    values, unit, person = row.values, known.units.get(raw["unit"].lower()), known.people.get(raw["custodian"])
    if unit is None and raw["unit"]:
        row.errors.append(_("unit %(code)s is not one of yours") % {"code": raw["unit"][:40]})
    if person is None and raw["custodian"]:
        row.errors.append(_("nobody in post, or several people, are “%(text)s”") % {"text": raw["custodian"][:40]})
    place = known.places.get((unit.path, raw.get("place", ""))) if unit else None
    if raw.get("place") and unit and place is None:
        row.errors.append(_("the unit has no place called “%(text)s”") % {"text": raw["place"][:40]})
    values["unit"], values["custodian"], values["place"] = unit, person, place
    level = values["level"]
    if person and level and not cleared(person.category, level):
        words: dict[str, Any] = {"person": person.name, "level": NAMES[level]}
        row.errors.append(_("%(person)s is not cleared for %(level)s") % words)
    if level == TOP and not (place and place.top):
        row.errors.append(_("the highest level needs a place certified for it"))


def _end(row: Row) -> None:
    values = row.values
    if values["level"] and values["issued_on"]:
        end = terms.read(values["term"], values["level"], values["issued_on"])
        values["until"], values["condition"] = end.until, end.condition
        if terms.too_long(end, values["level"], values["issued_on"]):
            row.errors.append(_("the term is longer than the law allows for this level"))
