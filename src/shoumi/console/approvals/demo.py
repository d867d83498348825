"""Requests in every state, to look at: waiting, overdue, returned, refused, withdrawn, granted, used."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from shoumi.console.action import Door
from shoumi.console.approvals.actions import Approve, AskMatter, FinishMatter, Refuse, Return, Withdraw
from shoumi.console.approvals.models import Matter, Request


def fill(account: Callable[[str], Any]) -> None:
    """Ask and decide through the actions, as people would."""
    heidi, erin, dana = account("heidi"), account("erin"), account("dana")

    def ask(title: str, text: str, level: str, reason: str) -> Request:
        done: Any = AskMatter.run(heidi, title=title, text=text, level=level, reason=reason)
        return done.thing

    text = "3 月 2 日至 4 日赴省档案馆，携带编号 D-0117 笔记本电脑一台，两人同行，全程不联网。"
    ask("赴外地调阅档案携带笔记本电脑", text, "confidential", "调阅 1985 年编纂底稿，须现场录入。")
    signed = ask("周末加班使用涉密计算机", "本周六 9:00 至 17:00，两人在岗，离开前清点载体。", "open", "交稿期限提前。")
    _sign(erin, signed)
    overdue = ask(
        "对外提供统计汇总表", "向市统计部门提供 2025 年度汇总表一份，不含分项数据。", "work", "对方来函索取。"
    )
    Request.objects.filter(pk=overdue.pk).update(due=timezone.now() - timedelta(days=1))
    returned = ask("请外单位人员进入编审室检修空调", "请维修人员进入编审室检修空调。", "open", "空调漏水。")
    _sign(erin, returned, Return, "未写明陪同人员和时间，请补充后再报。")
    refused = ask("用网盘向印刷厂传送清样", "将清样上传网盘，由印刷厂下载。", "work", "印刷厂在外地。")
    _sign(erin, refused)
    _sign(dana, refused, Refuse, "内部资料不得存入公共网盘。请派专人送达，或由机要渠道传递。")
    Withdraw.run(heidi, ask("借用会议室召开审稿会", "周五下午借用二楼会议室。", "open", "审稿。"), reason="会议改期。")
    granted = ask(
        "邀请两名外聘专家审读书稿", "两名专家已签承诺书，在编审室内审读，不带手机。", "confidential", "专业内容须外审。"
    )
    used = ask("科内保密自查", "3 月第二周对本科室开展保密自查，结果报保密办。", "open", "年度计划。")
    for request in (granted, used):
        _sign(erin, request, reason="同意。")
        _sign(dana, request)
    FinishMatter.run(heidi, Matter.objects.get(pk=used.key), result="已完成，情况另报。")


def _sign(user: Any, request: Request, action: Any = Approve, reason: str = "") -> None:
    request.refresh_from_db()
    action.run(user, request.pk, door=Door("machine", "", timezone.now()), seen=request.digest, reason=reason)
