"""The invented office's carriers: four hundred in safes and cabinets, loans, tickets, a counting half done.

Everything is done through the actions, by the accounts that would do it. Only what lies in the past (an overdue loan,
an entry of last year) is dated back afterwards, because no action lets anybody choose a day that is over.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle
from typing import Any, Final

from django.utils import timezone

from shoumi.console.accounts.actions.people import ChangePerson, PersonForm
from shoumi.console.accounts.models import CORE, NONE, Person, Unit, User
from shoumi.console.action import Action, Door
from shoumi.console.approvals import asking
from shoumi.console.approvals.actions import Approve
from shoumi.console.custody import flows
from shoumi.console.custody.actions import (
    carriers,
    copies,
    destructions,
    dispatches,
    handovers,
    levels,
    loans,
    lockers,
    own,
    places,
    stocktakes,
)
from shoumi.console.custody.models import Carrier, Loan, Place
from shoumi.console.levels import CONFIDENTIAL, SECRET, TOP, TRADE, WORK, cleared

_KEEPING: Final = {"11": 24, "12": 44, "20": 14, "21": 26, "22": 22, "31": 20, "41": 8}  # documents in each unit
_ZONES: Final = (("12", "机要阅览室", 24), ("22", "编审阅览室", 12), ("31", "命题室", 16))
_WHOLE: Final = (
    "年度工作总结",
    "会议纪要",
    "专项检查报告",
    "应急预案",
    "统计资料汇编",
    "人员审查材料",
    "预算说明",
    "系统建设方案",
)
_ABOUT: Final = (
    "档案管理",
    "资料汇编",
    "考务组织",
    "网络建设",
    "保密检查",
    "人事工作",
    "对外交流",
    "设备采购",
    "城市规划",
)
_FROM: Final = ("示例市委办公室", "示例市人民政府办公室", "示例省档案局", "示例省考试院", "本中心")
_TERMS: Final = {TOP: "20年", SECRET: "10年", CONFIDENTIAL: "5年", WORK: "3年", TRADE: "5年"}
_PURPOSES: Final = ("起草报告", "核对数据", "会议使用", "编审校对", "年度自查", "移交前清点")
_READ: Final = ("机要阅览室", "编审阅览室", "三楼会议室")


def fill(account: Callable[[str], User]) -> None:
    """Fill the room."""
    _Story(account).tell()


class _Story:
    """The invented office's ledger, told in order. The drawing of numbers is seeded: the same every time."""

    def __init__(self, account: Callable[[str], User]) -> None:
        self.draw = random.Random(20261126)  # noqa: S311  (invented papers)
        self.dana, self.frank = account("dana"), account("frank")
        self.erin, self.grace, self.heidi = account("erin"), account("grace"), account("heidi")
        self.today = timezone.localdate()
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.keepers: dict[str, Person] = {}
        self.safes: dict[str, list[Place]] = {}

    def do(self, action: type[Action], target: Any = None, actor: Any = None, **given: Any) -> Any:
        """Run an action as somebody who has just proved who they are."""
        done = action.run(actor or self.dana, target, door=Door("command", "", timezone.now()), **given)
        return done.result or done.thing

    def tell(self) -> None:
        """Tell it all."""
        for user in (self.erin, self.grace, self.heidi):
            self._clear(user.person, CORE)
        for code in _KEEPING:
            self._settle(code)
        for code, documents in _KEEPING.items():
            self._enter(code, documents)
        self._date_back()
        note = "手机、手表、耳机一律存放"
        zones = [
            self.do(lockers.AddZone, unit=self.units[code].pk, name=name, note=note, lockers=count)
            for code, name, count in _ZONES
        ]
        self._lend(zones)
        self._ask()
        self._send()
        self._copy_and_carry()
        self._destroy()
        self._hand_over()
        self._count()

    def _clear(self, person: Person, category: str) -> None:
        """Give a person a clearance, with everything else as it is."""
        values = {name: getattr(person, name) for name in PersonForm.base_fields}
        days = ("joined_on", "vetted_on", "trained_on", "committed_on")
        values |= {name: values[name].isoformat() if values[name] else "" for name in days}
        values["vetted_on"] = values["vetted_on"] or (self.today - timedelta(days=90)).isoformat()
        self.do(ChangePerson, person, **{**values, "unit": person.unit_id, "category": category})
        person.refresh_from_db()

    def _settle(self, code: str) -> None:
        """Give a unit a cleared keeper, a safe and a cabinet."""
        unit = self.units[code]
        staff = Person.objects.filter(unit=unit, departed_on=None).exclude(number__startswith="D-").order_by("number")
        keeper = self.heidi.person if code == "22" else staff.first() or self.dana.person
        if keeper.category != CORE:
            self._clear(keeper, CORE)
        self.keepers[code] = keeper
        self.safes[code] = []
        for kind, name, top in (("safe", f"{code} 号保险柜", "on"), ("cabinet", f"{code} 号文件柜", "")):
            given = {
                "name": name,
                "kind": kind,
                "unit": unit.pk,
                "room": f"{int(code) // 10} 楼",
                "keeper": keeper.number,
            }
            self.safes[code].append(self.do(places.AddPlace, **given, top=top))

    def _enter(self, code: str, documents: int) -> None:
        """Enter a unit's documents: most in one to four copies."""
        for number in range(documents):
            level = self.draw.choices((TOP, SECRET, CONFIDENTIAL, WORK, TRADE), (3, 30, 42, 18, 7))[0]
            issued = self.today - timedelta(days=self.draw.randint(20, 1700))
            copies_ = self.draw.choices((1, 2, 3, 4, 6), (30, 25, 20, 15, 10))[0]
            title = f"{issued.year}年{self.draw.choice(_ABOUT)}{self.draw.choice(_WHOLE)}"
            kind = self.draw.choices(("paper", "disc", "usb", "file"), (80, 8, 6, 6))[0]
            common = self._common(code, level, issued)
            if code == "12" and number % 3 == 0 and kind == "paper":
                how = {
                    "deliverer": "周某 0017",
                    "slip": f"JS-{number:03d}",
                    "seal": f"F{number:05d}",
                    "seal_state": "intact",
                }
                sender = self.draw.choice(_FROM[:-1])
                self.do(carriers.ReceiveCarrier, title=title, kind=kind, copies=copies_, sender=sender,
                        origin=sender, **how, **common)  # fmt: skip
            else:
                serial = f"SN{self.draw.randint(10**7, 10**8)}" if kind in {"disc", "usb"} else ""
                self.do(carriers.MakeCarrier, title=title, kind=kind, copies=copies_, serial=serial,
                        origin=_FROM[-1], **common)  # fmt: skip

    def _common(self, code: str, level: str, issued: date) -> dict[str, Any]:
        place = self.safes[code][0 if level in {TOP, SECRET} else 1]
        number = self.draw.randint(1, 90)
        return {
            "level": level, "issued_on": issued.isoformat(), "term": _TERMS[level], "unit": self.units[code].pk,
            "custodian": self.keepers[code].number, "place": place.pk, "pages": self.draw.randint(2, 80),
            "document": f"示资〔{issued.year}〕{number}号", "scope": "本处室承办人员及分管领导",
        }  # fmt: skip

    def _date_back(self) -> None:
        """Let a part of the ledger be older than a year, so that reviews are due; review some of it."""
        long_ago = timezone.now() - timedelta(days=400)
        Carrier.objects.filter(unit=self.units["11"]).update(made=long_ago)
        for carrier in Carrier.objects.filter(unit=self.units["11"], level=CONFIDENTIAL, until__gt=self.today)[:12]:
            self.do(levels.Review, carrier, result="内容仍需保密，密级和期限不变")

    def _lend(self, zones: list[Any]) -> None:
        """Lend thirty carriers, those of high level on a ticket; let nine be overdue, six come back."""
        open_zones = cycle(zones)
        made = []
        for carrier, borrower in self._pairs(30):
            high = carrier.level in {TOP, SECRET}
            given = {"zone": next(open_zones).pk, "person": borrower.number, "handset": "黑色手机一部"}
            ticket = self.do(lockers.IssueTicket, **given) if high else None
            due = self.today + timedelta(days=self.draw.randint(1, 20))
            what = {"purpose": self.draw.choice(_PURPOSES), "where": self.draw.choice(_READ), "due_on": due.isoformat()}
            number = ticket.number if ticket else ""
            made.append(self.do(loans.Lend, carrier, borrower=borrower.number, ticket=number, **what))
        for loan in made[:6]:
            self.do(loans.Return, loan, complete="on")
            if loan.ticket:
                self.do(lockers.ReturnTicket, loan.ticket)
        for late, loan in enumerate(made[6:15], 1):
            began = timezone.now() - timedelta(days=20 + 3 * late)
            Loan.objects.filter(pk=loan.pk).update(began=began, due_on=self.today - timedelta(days=2 * late))

    def _ask(self) -> None:
        """Heidi asks for two carriers: one is approved and waits at its keeper's, one waits for approval."""
        due = (self.today + timedelta(days=7)).isoformat()
        chosen = self._kept("20", CONFIDENTIAL)[-2:]
        for carrier in chosen:
            given = {"number": carrier.number, "purpose": "编审校对", "where": _READ[1], "due_on": due}
            loan = self.do(own.AskLoan, actor=self.heidi, **given)
            if carrier is chosen[0] and len(chosen) > 1:
                self._approve(loan, flows.LOAN)
        mine = Loan.objects.filter(borrower=self.heidi.person, state="open", due_on__gte=self.today).first()
        if mine is not None:
            self.do(own.AskReturn, mine, actor=self.heidi)

    def _pairs(self, count: int) -> Iterator[tuple[Carrier, Person]]:
        """Yield carriers and somebody of the unit who is cleared for them; heidi borrows two."""
        people = Person.objects.filter(departed_on=None).exclude(category=NONE).order_by("number")
        mine = [self.heidi.person, self.heidi.person]
        for code in cycle(("12", "21", "20", "31", "11")):
            kept = Carrier.objects.filter(unit=self.units[code], state="kept", custodian=self.keepers[code])
            levels_ = (SECRET, CONFIDENTIAL, CONFIDENTIAL)
            carrier = kept.filter(level=self.draw.choice(levels_)).order_by("number").last()
            able = [one for one in people.filter(unit=self.units[code]).exclude(pk=self.keepers[code].pk)
                    if carrier and cleared(one.category, carrier.level)]  # fmt: skip
            borrower = mine.pop() if mine and code == "21" else (self.draw.choice(able) if able else self.erin.person)
            if carrier is not None and count > 0:
                count -= 1
                yield carrier, borrower
            if count <= 0:
                return

    def _kept(self, code: str, *levels_: str) -> list[Carrier]:
        rows = Carrier.objects.filter(unit=self.units[code], state="kept", level__in=levels_)
        return list(rows.order_by("number")[:8])

    def _send(self) -> None:
        """One dispatch was received elsewhere, one waits to be accepted by the examination office."""
        common = {"courier": "赵某 机要通信 0102", "second": "钱某 机要通信 0107"}
        out = " ".join(one.number for one in self._kept("12", CONFIDENTIAL)[:3])
        sent = self.do(dispatches.Send, carriers=out, to="示例省档案局", route="channel", seal="F10021", **common)
        self.do(dispatches.Acknowledge, sent, received_by="档案局机要室", receipt="HZ-2026-118", seal_state="intact")
        inside = " ".join(one.number for one in self._kept("12", SECRET)[:2])
        to = {"to": "考务科", "to_unit": self.units["31"].pk, "route": "in-house"}
        self.do(dispatches.Send, carriers=inside, seal="F10022", **to, **common)

    def _approve(self, thing: Any, flow: Any) -> None:
        request = asking.state(flow, thing).request
        assert request is not None  # noqa: S101  (it was just asked)
        self.do(Approve, request, actor=self.frank, seen=request.digest, reason="")

    def _copy_and_carry(self) -> None:
        """Copies are approved and made, an excerpt waits for approval; somebody carries papers to a meeting."""
        first, second, third, *_rest = self._kept("21", CONFIDENTIAL, SECRET)
        order = self.do(copies.AskCopy, first, how="copy", copies=3, purpose="处务会使用")
        self._approve(order, flows.COPY)
        self.do(copies.MakeCopies, order, custodian=self.keepers["21"].number, kind="paper",
                place=self.safes["21"][0].pk)  # fmt: skip
        self.do(copies.AskCopy, second, how="excerpt", copies=1, pages="第 3 至 5 页", purpose="汇编引用")
        two = {"borrower": self.erin.person.number, "companion": self.keepers["21"].number}
        due = (self.today + timedelta(days=3)).isoformat()
        way = {"where": "示例省档案局", "route": "环城路，专车往返", "measures": "密码箱，不离人", "due_on": due}
        carry = self.do(loans.AskCarry, third, purpose="省局评审会", **way, **two)
        self._approve(carry, flows.CARRY_OUT)
        self.do(loans.CarryOut, carry)
        pair = self._kept("21", CONFIDENTIAL, SECRET)
        both = f"{pair[0].number} {pair[1].number}"
        here = {"unit": self.units["21"].pk, "custodian": self.keepers["21"].number, "place": self.safes["21"][0].pk}
        self.do(copies.Compile, carriers=both, title="业务资料选编", kind="paper", **here)

    def _destroy(self) -> None:
        """A list for destruction is approved; one supervisor has signed, the other has not."""
        old = " ".join(one.number for one in self._kept("20", CONFIDENTIAL, WORK)[:5])
        how = {"reason": "保管期满，无留存价值", "method": "粉碎后化浆", "where": "示例市涉密载体销毁中心"}
        two = {"first": self.erin.person.number, "second": self.grace.person.number}
        listed = self.do(destructions.ListDestruction, carriers=old, **how, **two)
        self.do(destructions.AskDestruction, listed)
        self._approve(listed, flows.DESTROY)
        seen = [item.carrier.number for item in listed.items.select_related("carrier")]
        self.do(destructions.Supervise, listed, actor=self.erin, seen=seen)

    def _hand_over(self) -> None:
        """Heidi changes post: everything she keeps waits for both signatures."""
        two = {"giver": self.heidi.person.number, "taker": self.erin.person.number}
        self.do(handovers.Propose, **two, reason="post", note="岗位调整")
        self.do(
            places.SealPlace, self.safes["11"][0], number="F10030", second=self.keepers["11"].number, reason="节前封存"
        )

    def _count(self) -> None:
        """The confidential office is being counted, half of it is found, one label nobody knows."""
        take = self.do(stocktakes.Begin, unit=self.units["12"].pk, reason="年度清点")
        numbers = list(take.lines.order_by("carrier__number").values_list("carrier__number", flat=True))
        for number in [*numbers[: len(numbers) // 2], "JM-1998-404"]:
            self.do(stocktakes.Count, take, number=number)
