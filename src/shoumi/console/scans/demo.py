"""A finished scan of the synthetic share, and what was done about it: cases, judgements, a question."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Door
from shoumi.console.findings.actions import cases, triage
from shoumi.console.findings.models import Finding
from shoumi.console.findings.models.found import OPEN
from shoumi.console.scans import running
from shoumi.console.scans.actions import documents, plans, questions
from shoumi.console.scans.jobs import keep_step
from shoumi.console.scans.models import Document

SHARE: Final = "demo-share"


def fill(account: Callable[[str], Any]) -> None:
    """Write the share, scan it, decide some of what was found."""
    from shoumi.demo import share

    folder = settings.HOME.folder(SHARE)
    share.write(folder)
    share.register(folder, settings.HOME)
    root, dana = Unit.objects.get(code="20"), account("dana")
    keep_step()
    _describe(dana, root)
    plans.AllowRoot.run(account("alice"), address=str(folder), label="业务一处共享盘", unit=root.pk)
    given = {
        "name": "业务一处共享盘", "unit": root.pk, "addresses": str(folder), "ocr": "off",
        "rhythm": "week", "at": "06:00", "told": [str(root.pk)],
    }  # fmt: skip
    plan = plans.DefinePlan.run(dana, **given).thing
    said = "定期保密检查：每周一次，检查业务一处共享盘中是否存有涉密内容、个人信息和口令。检查结果以遮蔽形式显示。"
    plans.Announce.run(dana, plan, announcement=said)
    run = plans.Start.run(dana, plan).result
    running.run(run.pk)
    _decide(account, root)
    questions.Ask.run(account("heidi"), note="这份通讯录能发给印刷厂核对吗？")


def _describe(dana: Any, unit: Unit) -> None:
    for row in Document.objects.all():
        given = {"title": "总体方案", "level": row.level, "until": row.until, "unit": unit.pk, "readers": "leaders"}
        documents.Describe.run(dana, row, **given)


def _decide(account: Callable[[str], Any], unit: Unit) -> None:
    dana, erin, door = account("dana"), account("erin"), Door("machine", proved=timezone.now())
    found = list(Finding.objects.filter(state=OPEN).order_by("rank", "pk"))
    if len(found) < 8:
        return
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    triage.Dismiss.run(dana, findings=[str(found[-1].pk)], reason="公开的办事指南上的示例号码。", until=until)
    people = [one.number for one in Person.objects.filter(unit__path__startswith=unit.path, departed_on=None)[:4]]
    ordered = _case(dana, found[0], unit, "共享盘上有带密级标志的方案")
    for case, days in ((ordered, 5), (_case(dana, found[1], unit, "密级标志被删去的摘录"), 14)):
        day = (timezone.localdate() + timedelta(days=days)).isoformat()
        given = {
            "order": "从共享盘移除，查明来源和知悉范围，上交纸质件核对。",
            "responsible": people[1],
            "leader": erin.person.number,
        }
        cases.Order.run(dana, case, deadline=day, **given)
    cases.AnswerOrder.run(erin, ordered, answer="文件已移出共享盘，查明系误存，两名知悉人员已登记。")
    _case(dana, found[2], unit, "共享盘上存有口令")
    sent_out = _case(dana, found[3], unit, "名单外发")
    discovered = (timezone.localtime() - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    cases.Incident.run(dana, sent_out, door=door, reason="含身份证号的名单发到了外单位邮箱。", discovered=discovered)


def _case(dana: Any, finding: Finding, unit: Unit, title: str) -> Any:
    given = {
        "findings": [str(finding.pk)],
        "title": title,
        "unit": unit.pk,
        "kind": "finding",
        "rank": str(finding.rank),
    }
    return cases.OpenCase.run(dana, **given).thing
