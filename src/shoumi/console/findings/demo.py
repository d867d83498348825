"""A self-inspection that is under way, a report by name, one without, two persons enrolled for reveals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Door
from shoumi.console.findings import anonymous, jobs
from shoumi.console.findings.actions import evidence, reports, selfcheck
from shoumi.console.findings.checklist import ITEMS
from shoumi.console.findings.models import Report

_WRONG: Final = {
    "rules-2": ("partly", "新版微信办公规定发布后，编审科有两人尚未签收。"),
    "carriers-1": ("no", "抽盘发现一份机密级文件与台账份号不一致。"),
    "publication-2": ("partly", "年鉴汇编稿未用登记文件比对。"),
}


def passphrase(name: str) -> str:
    """Return the demo passphrase for reveals of an account; an installation of its own has its own."""
    from shoumi.console import demo

    return demo.password(name)[::-1]


def fill(account: Callable[[str], Any]) -> None:
    """Begin what people look at first."""
    dana, door = account("dana"), Door("machine", proved=timezone.now())
    for name in ("dana", "frank"):
        secret = passphrase(name)
        evidence.Enrol.run(account(name), door=door, passphrase=secret, again=secret)
    reports.SetRules.run(account("bob"), anonymous="on")
    _self_inspection(dana)
    told = "编审科有人用手机拍摄了会议材料，发到了微信工作群，随后撤回。"
    reports.FileReport.run(account("heidi"), text=told, unit="22")
    anonymous.submit("信息处报废的一台复印机没有拆硬盘，就交给了回收商。", Unit.objects.get(code="40"), [])
    jobs.envelopes()
    report = Report.objects.exclude(code="").get()
    reports.AnswerReport.run(dana, report, text="谢谢。请问是哪一周的事，复印机放在哪间办公室？")


def _self_inspection(dana: Any) -> None:
    unit, due = Unit.objects.get(code="20"), timezone.localdate() + timedelta(days=12)
    made = selfcheck.Begin.run(dana, unit=unit.pk, due=due.isoformat()).thing
    given: dict[str, Any] = {}
    for item in ITEMS[:12]:
        for key, _question in item.keyed():
            verdict, note = _WRONG.get(key, ("yes", ""))
            given |= {key: verdict, f"{key}-note": note}
    selfcheck.Fill.run(dana, made, **given)
