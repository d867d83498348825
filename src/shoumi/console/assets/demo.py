"""The demo's part of this room: three hundred devices in every state, vendors, house rules, a count, wrongs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from shoumi.console.action import Door

_MODELS: Final = {  # invented makers; kind: makes and models, how many
    "desktop": (("云松 T400", "云松 T420", "青石 D9"), 110),
    "laptop": (("云松 X14", "青石 N7"), 46),
    "server": (("衡岳 S2", "衡岳 S4"), 8),
    "phone": (("青石 P3", "海棠 6"), 24),
    "printer": (("松烟 L110", "松烟 L230"), 34),
    "copier": (("松烟 C50",), 8),
    "multifunction": (("松烟 M80", "海棠 M5"), 12),
    "scanner": (("松烟 S20",), 8),
    "fax": (("海棠 F2",), 5),
    "storage": (("云松 U64", "青石 HD2"), 34),
    "card": (("海棠 SD64",), 6),
    "network": (("衡岳 SW24", "衡岳 R8"), 10),
}
_REPAIR: Final = """第一条 设备损坏，使用人先告知保密员，不自行拆机，不自行送修。

第二条 维修前须经审批并登记：设备编号、序列号、故障、维修单位、维修人员。

第三条 外来人员维修须在本单位进行，由专人全程陪同，不得读取、复制存储内容。

第四条 确需送修的，先拆下存储部件，由指定人员保管；绝密级设备不得送修。

第五条 维修后核对整机和硬盘序列号，经检查合格方可使用。"""
_PHONES: Final = """第一条 手机、存储卡不再使用时，交保密员登记，不得自行出售、赠送或以旧换新。

第二条 交回前退出账号、关闭云备份；由信息处清除，由他人核验。

第三条 无法清除的，在两人监督下销毁。"""


def fill(account: Callable[[str], Any]) -> None:
    """Fill the ledger through the actions."""
    _Ledger(account).fill()


class _Ledger:
    """One filling: who acts, when, and a fixed stream of chance."""

    def __init__(self, account: Callable[[str], Any]) -> None:
        from shoumi.console.accounts.models import Person, Unit

        self.dana, self.ivan = account("dana"), account("ivan")
        self.draw = random.Random(20261123)  # noqa: S311  (invented devices)
        self.today = timezone.localdate()
        self.door = Door("machine", "", timezone.now())
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.people: dict[int, list[Any]] = {}
        for person in Person.objects.filter(departed_on=None).order_by("pk"):
            self.people.setdefault(person.unit_id, []).append(person)

    def fill(self) -> None:
        self._registers()
        self._import()
        self._lives()
        self._wrongs()
        self._count()

    def _act(self, action: str, target: Any = None, /, actor: Any = None, **given: Any) -> Any:
        from shoumi.console.action import registry

        return registry()[f"assets.{action}"].run(actor or self.dana, target, door=self.door, **given)

    def _ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def _registers(self) -> None:
        root = self.units["0"].pk
        soon, later = (self.today + timedelta(days=days) for days in (21, 500))
        for name, number, scope, until, committed in (
            ("示例安信维修有限公司", "WX-2023-017", "计算机、打印机现场维修；机密级及以下", later, self._ago(200)),
            ("示例衡数据销毁站", "XH-2022-004", "存储介质清除、销毁", soon, self._ago(150)),
            ("示例快修电脑行", "", "", None, ""),
        ):
            until_on = until.isoformat() if until else ""
            vendor = self._act(
                "vendor.add", name=name, unit=root, certificate=number, scope=scope, valid_until=until_on,
                committed_on=committed, contact="400-000-0000" if number else "",
            ).thing  # fmt: skip
            for place, engineer in enumerate(("韩工", "沈工") if number else ()):
                self._act(
                    "engineer.add", vendor, name=engineer, certificate=f"{number}-{place + 1}", valid_until=until_on,
                    committed_on=committed if place == 0 else "",
                )  # fmt: skip
        self._act("rules.add", title="设备维修保密规定", unit=root, text=_REPAIR)
        rules = self._act("rules.add", title="手机和存储卡处置规定", unit=root, holders="on", text=_PHONES).thing
        self._act("rules.revise", rules, text=f"{_PHONES}\n\n第四条 处置记录长期保存。")
        for number in ("D-dana", "D-erin"):
            self._act("rules.paper", rules_version("设备维修保密规定"), person=number)

    def _import(self) -> None:
        """Bring the ledger in as an office would: as a list."""
        from shoumi.console.assets import importing
        from shoumi.console.assets.models import DeviceList

        rows = [{"line": str(line), **row} for line, row in enumerate(self._rows(), 2)]
        kept = DeviceList.objects.create(user=self.dana, name="设备台账.xlsx", rows=rows)
        wrong = importing.plan(rows, self.dana.reach({"officer"})).bad
        if wrong:
            raise ValueError([str(error) for row in wrong for error in row.errors][:3])
        self._act("devices.import", kept)

    def _rows(self) -> Iterator[dict[str, str]]:
        number = 0
        codes = sorted(code for code, unit in self.units.items() if self.people.get(unit.pk))
        for kind, (models, count) in _MODELS.items():
            for place in range(count):
                number += 1 + (number in {57, 143})  # two numbers are missing
                code = codes[(place * 7 + len(kind)) % len(codes)]
                yield self._row(f"SB-{number:04}", kind, models[place % len(models)], code)

    def _row(self, number: str, kind: str, what: str, code: str) -> dict[str, str]:
        from shoumi.console import levels
        from shoumi.console.assets.kinds import KINDS, LABELLED

        make, model = what.split(" ")
        draw, people = self.draw, self.people[self.units[code].pk]
        level = draw.choices(("open", "work", "confidential", "secret", "top"), (5, 7, 3, 2, 0.3))[0]
        fit = [person for person in people if levels.cleared(person.category, level)]
        if not fit:
            level, fit = "work", people
        person = draw.choice(fit)
        serial = f"{make_code(make)}{draw.randrange(16**8):08X}"
        mac = ":".join(f"{draw.randrange(256):02X}" for _ in range(5))
        joined = kind in {"desktop", "laptop", "server", "printer", "multifunction", "copier", "network", "scanner"}
        inner = "isolated" if level in levels.STATE else draw.choice(("office", "internet"))
        return {
            "number": number, "kind": kind, "level": level, "make": make, "model": model, "serial": serial,
            "disks": f"HD{draw.randrange(16**9):09X}" if KINDS[kind].disk else "",
            "macs": f"02:{mac}" if joined else "", "network": inner if joined else "alone",
            "label": f"BM-{number[3:]}" if level in LABELLED else "", "unit": code,
            "place": f"{draw.choice('AB')}-{draw.randrange(1, 6)}{draw.randrange(1, 20):02}",
            "responsible": person.number, "bought_on": self._ago(draw.randrange(100, 2000)),
        }  # fmt: skip

    def _lives(self) -> None:
        """Let time pass over the ledger: ages, counts, repairs, hand-overs, retirements."""
        from shoumi.console.assets.models import Device

        for device in Device.objects.select_related("responsible").order_by("number"):
            age = (self.today - device.bought_on).days if device.bought_on else 0
            device.registered_on = device.since = self.today - timedelta(days=max(age - 10, 1))
            device.seen_on = self.today - timedelta(days=self.draw.randrange(20, 300))
            device.inspected_on = self.today - timedelta(days=self.draw.randrange(20, 330))
            device.settle()
        kinds = ("desktop", "laptop", "printer")
        used = list(Device.objects.select_related("unit").filter(state="use", kind__in=kinds))
        take = iter(used[35::6])
        self._act("device.transfer", next(take), person="D-heidi", reason="岗位调整", on=self._ago(2))
        self._act("device.transfer", next(take), person="D-grace", reason="岗位调整", on=self._ago(11))
        house = self.units["40"].path
        retired = [device for device in used[::2] if device.unit.path.startswith(house) and device.state == "use"][:9]
        for place, device in enumerate(retired):  # what becomes of them: the area devices
            self._act("device.retire", device, reason="超过使用年限", on=self._ago(120 if place == 0 else 40))

    def _wrongs(self) -> None:
        """A handful of what an officer finds on the first morning."""
        from shoumi.console.assets.models import Device

        unit = self.units["22"].pk
        self._act("device.buy", kind="laptop", make="云松", model="X14", unit=unit, bought_on=self._ago(30))
        Device.objects.filter(state="bought").update(since=self.today - timedelta(days=30))
        self._act("device.add", kind="copier", make="松烟", model="C50", unit=unit, level="work", serial="SY00990017")
        self._act("device.add", kind="storage", make="海棠", model="U8", unit=unit)
        phones = Device.objects.filter(kind="phone", state="use").order_by("number")
        for device in phones[:2]:
            device.seen_on = None
            device.registered_on = self.today - timedelta(days=500)
            device.settle()
        copier = Device.objects.filter(kind="copier", state="use").order_by("number").first()
        if copier is not None:
            answers = {f"is-{item.code}": "ok" for item in copier.sort.checklist}
            flaw = {"is-contract": "wrong", "why-contract": "合同未写明硬盘归属"}
            self._act("device.inspect", copier, **{**answers, **flaw}, on=self._ago(4))

    def _count(self) -> None:
        unit = self.units["22"]
        stocktake = self._act("stocktake.open", unit=unit.pk, title=f"{unit.name} 年度设备盘点").thing
        for code in stocktake.lines.values_list("code", flat=True)[:9]:
            self._act("stocktake.see", stocktake, code=code)
        self._act("stocktake.see", stocktake, code="SB-9001", remark="柜内发现，无标签")


def rules_version(title: str) -> Any:
    """Return the current text of the house rules with a title."""
    from shoumi.console.assets.models import RulesVersion

    return RulesVersion.objects.get(current=True, rules__title=title)


def make_code(make: str) -> str:
    """Return the letters that a maker's serial numbers begin with."""
    return {"云松": "YS", "青石": "QS", "衡岳": "HY", "海棠": "HT", "松烟": "SY"}[make]
