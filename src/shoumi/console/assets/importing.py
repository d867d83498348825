"""A list of devices: which columns it may have, what its rows would change, and the change itself.

Enters the rows that ``sheets`` read; leaves a plan in which every error stands with its row, then devices.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import plain
from shoumi.console.assets import kinds, ledger, lifecycle, serials
from shoumi.console.assets.models import Device, Event, Number, Void
from shoumi.console.roles import Reach
from shoumi.console.sheets import Plan, Row, Sheet

_TEXTS: Final = ("make", "model", "place", "label", "note")
_SORTS: Final = {"serial": serials.MACHINE, "disks": serials.DISK, "macs": serials.MAC, "imeis": serials.IMEI}
_CHUNK: Final = 500
FIELDS: Final = (
    "number", "kind", "level", "label", "make", "model", "serial", "disks", "macs", "imeis", "network", "unit", "place",
    "responsible", "custodian", "bought_on", "note",
)  # fmt: skip
SHEET: Final = Sheet(
    heads={
        "number": ("number", "asset number", "编号", "編號", "设备编号", "設備編號", "资产编号", "資產編號"),
        "kind": ("kind", "类别", "類別", "设备类型", "設備類型", "种类", "種類", "类型", "類型"),
        "level": ("level", "密级", "密級", "密等", "机密等级", "機密等級"),
        "label": ("secrecy label number", "label", "保密编号", "保密編號", "保密标签号", "保密標籤號"),
        "make": ("make", "品牌", "厂牌", "廠牌"),
        "model": ("model", "型号", "型號"),
        "serial": ("serial", "serial number of the device", "serial number", "序列号", "序列號", "序號", "设备序列号",
                   "設備序號", "設備序列號", "裝置序號"),
        "disks": ("disks", "serial numbers of its disks", "disk serial", "硬盘序列号", "硬碟序號", "硬盤序列號"),
        "macs": ("mac addresses", "mac address", "mac", "mac地址", "mac 地址", "mac 位址"),
        "imeis": ("imei",),
        "network": ("network it may join", "network", "接入网络", "接入網路", "所属网络", "允许接入的网络",
                    "可接入的網路"),
        "unit": ("unit", "unit code", "单位", "單位", "单位代码", "單位代碼", "部门", "部門", "使用部门", "使用部門"),
        "place": ("place", "存放地点", "存放地點", "位置", "放置地点", "放置地點", "地点", "地點"),
        "responsible": ("responsible person", "责任人", "責任人", "使用人", "责任人工号", "責任人工號"),
        "custodian": ("custodian", "保管人", "保管人工号", "保管人工號"),
        "bought_on": ("bought on", "购置日期", "購置日期", "购买日期", "購買日期"),
        "note": ("remark", "备注", "備註"),
    },
    labels={
        **{name: Device._meta.get_field(name).verbose_name for name in FIELDS if name not in _SORTS},
        "serial": _("Serial number of the device"), "disks": _("Serial numbers of its disks"),
        "macs": _("MAC addresses"), "imeis": _("IMEI"),
    },
    required=("number", "kind", "unit"),
)  # fmt: skip
_KINDS: Final = {
    "desktop": ("desktop", "desktop computer", "台式机", "台式计算机", "台式电脑", "计算机", "電腦", "桌上型電腦"),
    "laptop": ("laptop", "笔记本", "笔记本电脑", "便携式计算机", "筆電", "筆記型電腦"),
    "server": ("server", "服务器", "伺服器"),
    "phone": ("phone", "phone or tablet", "手机", "手機", "手机或平板", "手機或平板", "平板"),
    "printer": ("printer", "打印机", "印表機"),
    "copier": ("copier", "复印机", "影印機"),
    "multifunction": ("multifunction machine", "multifunction", "多功能一体机", "一体机", "多功能事務機", "事務機"),
    "scanner": ("scanner", "扫描仪", "掃描器"),
    "fax": ("fax machine", "fax", "传真机", "傳真機"),
    "storage": ("storage medium", "storage", "移动硬盘", "u盘", "存储介质", "儲存媒體", "隨身碟", "行動硬碟"),
    "card": ("memory card", "card", "存储卡", "記憶卡"),
    "network": ("network device", "network", "网络设备", "網路設備", "交换机", "路由器"),
}
_LEVELS: Final = {
    levels.TOP: ("top", "top secret", "绝密", "絕密", "絕對機密"),
    levels.SECRET: ("secret", "机密", "機密", "極機密"),
    levels.CONFIDENTIAL: ("confidential", "秘密", "祕密"),
    levels.CORE_TRADE: ("core-trade", "core trade secret", "核心商密", "核心商業秘密", "核心商业秘密", "核心營業秘密"),
    levels.TRADE: ("trade", "trade secret", "普通商密", "商密", "商业秘密", "營業秘密", "商業秘密"),
    levels.WORK: ("work", "work secret", "internal", "内部", "內部", "工作秘密", "公務秘密"),
    levels.OPEN: ("open", "no level", "非密", "非涉密", "无密级", "無密級", "公开", "公開", "普通"),
    kinds.UNSET: ("", "not decided yet", "未定", "尚未确定", "尚未確定"),
}
_NETWORKS: Final = {
    kinds.ALONE: ("alone", "none: stands alone", "单机", "單機", "不联网", "不連網"),
    kinds.ISOLATED: ("isolated", "the classified network", "涉密网", "涉密网络", "涉密網路"),
    kinds.OFFICE: ("office", "the office network", "办公网", "办公网络", "辦公網路", "内网", "內網"),
    kinds.OUTSIDE: ("internet", "the internet", "互联网", "互聯網", "網際網路", "外网", "外網"),
    "": ("", "not said yet"),
}


@dataclass(slots=True)
class Known:
    """What the rows are compared with, read once for all of them."""

    reach: Reach
    units: dict[str, Unit]
    people: dict[str, Person]
    devices: dict[str, Device]
    voids: set[str]
    holders: dict[tuple[str, str], Device]
    numbers: dict[int, list[tuple[str, str]]]
    seen: set[str] = field(default_factory=set)
    taken: dict[tuple[str, str], int] = field(default_factory=dict)


def plan(rows: list[dict[str, str]], reach: Reach) -> Plan:
    """Compare rows with what is known. What lies beyond the reach counts as unknown, or as taken."""
    known = _known(rows, reach)
    result = Plan()
    for raw in rows:
        result.take(_row(raw, known))
    return result


def _known(rows: list[dict[str, str]], reach: Reach) -> Known:
    numbers = sorted({row.get("number", "") for row in rows})
    staff = sorted({row.get(name, "") for row in rows for name in ("responsible", "custodian")} - {""})
    devices: dict[str, Device] = {}
    voids: set[str] = set()
    people: dict[str, Person] = {}
    for start in range(0, len(numbers), _CHUNK):
        part = numbers[start : start + _CHUNK]
        found = Device.objects.filter(number__in=part).select_related("unit", "responsible__unit", "custodian")
        devices |= {one.number: one for one in found}
        voids |= set(Void.objects.filter(number__in=part).values_list("number", flat=True))
    for start in range(0, len(staff), _CHUNK):
        part = staff[start : start + _CHUNK]
        people |= {one.number: one for one in Person.objects.filter(number__in=part).select_related("unit")}
    pairs = [
        (sort, value) for row in rows for name, sort in _SORTS.items() for value in serials.split(row.get(name, ""))
    ]
    held: dict[int, list[tuple[str, str]]] = {}
    keys = [device.pk for device in devices.values()]
    for start in range(0, len(keys), _CHUNK):
        for one in Number.objects.filter(device__in=keys[start : start + _CHUNK]):
            held.setdefault(one.device_id, []).append((one.sort, one.value))
    units = {unit.code.lower(): unit for unit in Unit.within(reach)}
    return Known(reach, units, people, devices, voids, ledger.holders(pairs), held)


def _row(raw: dict[str, str], known: Known) -> Row:
    row = SHEET.begin(raw)
    row.cells = [raw.get(name, "")[:60] for name in ("number", "kind", "make", "model", "unit", "responsible")]
    labels = SHEET.labels
    row.values["number"] = row.short(labels["number"], raw.get("number", ""), 60)
    for key in _TEXTS:
        if key in raw:
            row.values[key] = row.short(labels[key], raw[key], Device._meta.get_field(key).max_length or 100)
    for key, words, names in (
        ("kind", _KINDS, kinds.CHOICES), ("level", _LEVELS, kinds.LEVELS), ("network", _NETWORKS, kinds.NETWORKS),
    ):  # fmt: skip
        if raw.get(key) or (key in raw and key != "kind"):
            row.values[key] = row.choice(labels[key], raw[key], words, [name for _key, name in names])
    if "bought_on" in raw:
        row.values["bought_on"] = row.day(raw["bought_on"])
    _find(row, raw, known)
    _device(row, known)
    _numbers(row, raw, known)
    _fit(row, known)
    return row


def _find(row: Row, raw: dict[str, str], known: Known) -> None:
    """Turn codes and staff numbers into units and people."""
    code = raw.get("unit", "")
    row.values["unit"] = known.units.get(code.lower())
    if code and row.values["unit"] is None:
        row.errors.append(_("unit %(code)s is not one of yours") % {"code": code[:40]})
    for key in ("responsible", "custodian"):
        if not raw.get(key):
            continue
        person = known.people.get(raw[key])
        if person is None or not known.reach.covers(person.unit.path):
            row.errors.append(_("%(column)s: nobody of yours has the staff number %(number)s") % {
                "column": SHEET.labels[key], "number": raw[key][:40],
            })  # fmt: skip
        elif person.departed_on:
            row.errors.append(_("%(name)s has left. Name somebody in post.") % {"name": person.name})
        else:
            row.values[key] = person


def _device(row: Row, known: Known) -> None:
    """Find the device that a row is about, and what may not change this way."""
    number = str(row.values["number"])
    if number and number in known.seen:
        row.errors.append(_("number %(number)s stands twice in the list") % {"number": number})
    known.seen.add(number)
    if "/" in number or "\\" in number:
        row.errors.append(_("A number holds no slash: it stands in the address of its label."))
    if number in known.voids:
        row.errors.append(_("This number was explained as never used. Take another."))
    device = known.devices.get(number)
    if device is None:
        return
    if not known.reach.covers(device.unit.path):
        row.errors.append(_("number %(number)s is taken") % {"number": number})
        return
    row.thing = device
    if device.ended:
        row.errors.append(_("The record of this device is closed and stays as it is."))
    if row.values["unit"] is not None and row.values["unit"].pk != device.unit_id:
        row.errors.append(_("it stands in another unit: let it be handed over"))
    person = row.values.get("responsible")
    if person is not None and device.responsible_id not in {None, person.pk}:
        row.errors.append(_("%(name)s answers for it. Let it be handed over.") % {"name": device.responsible.name})
    error = ledger.unfit_level(device, row.values.get("level") or "") if "level" in row.values else None
    if error:
        row.errors.append(error)


def _numbers(row: Row, raw: dict[str, str], known: Known) -> None:
    """Read serials, MACs and IMEIs: each once in the list, none held by another device."""
    if not any(name in raw for name in _SORTS):
        return
    mine = row.thing.pk if row.thing is not None else None
    kept = known.numbers.get(mine, []) if mine is not None else []
    found = [(sort, value) for sort, value in kept if not any(sort == _SORTS[name] for name in _SORTS if name in raw)]
    for name, sort in _SORTS.items():
        for value in serials.split(raw.get(name, "")):
            if serials.blank(value):
                continue  # “none” in a list means that it is not known
            key = serials.space(sort), serials.key(value)
            other = known.holders.get(key)
            error = ledger.unfit_number(sort, value)
            if error is None and key in known.taken:
                error = _("%(value)s stands in row %(row)d already") % {"value": value, "row": known.taken[key]}
            elif error is None and other is not None and other.pk != mine:
                error = ledger.twice(value, other, known.reach)
            if error:
                row.errors.append(error)
            known.taken.setdefault(key, row.line)
            found.append((sort, ledger.spelled(sort, value)))
    row.values["numbers"] = found


def _fit(row: Row, known: Known) -> None:
    """Judge the entry as it would stand, and note what changes."""
    values, device = row.values, row.thing
    level = values.get("level", device.level if device else "") or ""
    network = values.get("network", device.network if device else "") or ""
    person = values.get("responsible") or (device.responsible if device else None)
    for error in (ledger.unfit_network(level, network), ledger.unfit_person(person, level) if person else None):
        if error:
            row.errors.append(error)
    if device is None:
        return
    row.changed = {
        key: [_told(getattr(device, key)), _told(value)]
        for key, value in values.items()
        if key not in {"numbers", "unit"} and getattr(device, key) != value
    }
    if "numbers" in values:
        held = known.numbers.get(device.pk, [])
        before, after = (sorted(value for _sort, value in one) for one in (held, values["numbers"]))
        if before != after:
            row.changed["numbers"] = [", ".join(before), ", ".join(after)]


def _told(value: Any) -> Any:
    return plain(value) or ""


def write(found: Plan, actor: Any, name: str) -> None:
    """Write the good rows of a plan: new devices in bulk, changed ones each by itself."""
    new = [row for row in found.good if row.thing is None]
    devices, numbers = [], []
    for row in new:
        values = {key: value for key, value in row.values.items() if key != "numbers"}
        used = values.get("responsible") is not None and values.get("level")
        device = Device(**values, state=lifecycle.USED if used else lifecycle.REGISTERED)
        device.follow(row.values.get("numbers", []))
        devices.append(device)
    Device.objects.bulk_create(devices, batch_size=_CHUNK)
    for row, device in zip(new, devices, strict=True):
        numbers += [Number.of(device, sort, value) for sort, value in row.values.get("numbers", [])]
    Number.objects.bulk_create(numbers, batch_size=_CHUNK)
    by = actor if getattr(actor, "pk", None) else None
    Event.objects.bulk_create(
        [
            Event(device=device, step=name, after=device.state, by=by, by_name=actor.get_full_name())
            for device in devices
        ],
        batch_size=_CHUNK,
    )
    for row in found.altered:
        for key, value in row.values.items():
            if key not in {"numbers", "unit"}:
                setattr(row.thing, key, value)
        row.thing.settle(row.values.get("numbers"))
