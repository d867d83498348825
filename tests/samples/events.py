"""Made-up results that look like those of a real office share: a seed in, matches, gaps and a summary out."""

from __future__ import annotations

import datetime
import hashlib
import random
from collections.abc import Iterator

import pytest

from shoumi.engine import messages
from shoumi.engine.reports import _rules, _words
from shoumi.engine.rule import Rule
from shoumi.engine.types import Gap, Locator, Match, Reason, Step, Summary, Trail

UNITS = ("办公室", "人事处", "财务处", "科研处", "采购部", "档案室")
NAMES = ("会议纪要", "合同", "通讯录", "报销单", "汇编稿", "招标文件", "项目申报书", "值班表", "工资表", "会谈参考")
KINDS = (
    # rule, category, severity, area, snippet, reason code, values, data
    ("cn.mark", "state-secret", "critical", "compilation", "机密★10年 关于某项目进展情况的报告 000123", "sample.mark", {"level": "机密", "term": "10年"}, {"scheme": "cn", "level": "机密", "term": "10年", "kind": "mark"}),
    ("cn.mark", "state-secret", "high", "compilation", "秘密★5年 某某处关于印发实施方案的通知", "sample.mark", {"level": "秘密", "term": "5年"}, {"scheme": "cn", "level": "秘密", "term": "5年", "kind": "mark"}),
    ("passages.copied", "passage", "critical", "compilation", "……（与登记文件相同的 126 字，未显示）……", "sample.passage", {"document": "2024-017", "count": 126}, {"document": {"id": "2024-017", "title": "年度工作要点", "level": "机密"}, "length": 126, "coverage": 0.31, "marked": False}),
    ("personal.resident-id", "personal", "high", "messaging", "张某 身份证号 11**************17 联系电话 13*******88", "sample.id", {"label": "身份证号"}, {"kind": "resident-id"}),
    ("personal.mobile", "personal", "medium", "phones", "联系人 Bob，手机 13*******21", "sample.mobile", {}, {"kind": "mobile"}),
    ("personal.bank-card", "personal", "high", None, "开户行 某银行 卡号 62***************34", "sample.card", {}, {"kind": "bank-card"}),
    ("company.confidential", "trade-secret", "medium", "drives", "Confidential – Internal use only – Draft pricing", "sample.company", {"word": "Confidential"}, {"scheme": "company", "level": "Confidential", "kind": "mark"}),
    ("credentials.private-key", "credential", "critical", "drives", "-----BEGIN PRIVATE KEY----- ****", "sample.key", {}, {"kind": "private-key"}),
    ("cn.work", "work-secret", "medium", "messaging", "内部资料 注意保管 本周工作安排", "sample.work", {"word": "内部资料"}, {"scheme": "cn-work", "level": "内部资料", "kind": "mark"}),
    ("cn.exam", "state-secret", "info", "exams", "2021年考试 启用前 绝密", "sample.exam", {"year": 2021}, {"scheme": "cn-exam", "level": "绝密", "kind": "mark"}),
    ("phones.gps", "hygiene", "low", "phones", "GPS 39.9*, 116.4*", "sample.gps", {}, {}),
)  # fmt: skip
GAPS = (
    ("encrypted", "needs a password", "unpack"),
    ("corrupt", "the document ends early", "extract"),
    ("missing-extra", "7z: install libarchive13", "unpack"),
    ("no-text", "scanned.pdf: 12 pages without text", "extract"),
    ("too-large", "9 GiB", "read"),
    ("denied", "permission denied", "read"),
    ("timeout", "no progress for 60 seconds", "extract"),
    ("special", "a named pipe", "read"),
)


def events(count: int, seed: int = 1, gaps_every: int = 9) -> Iterator[Match | Gap]:
    """Yield ``count`` matches, and a gap after about every ``gaps_every``, in the order of a walk."""
    draw = random.Random(seed)
    made = number = 0
    while made < count:
        number += 1
        path = f"/srv/share/{UNITS[number // 20 % len(UNITS)]}/{2021 + number % 6}/{NAMES[number % len(NAMES)]}{number:04d}"
        steps, locator = _place(draw, path, number)
        for _ in range(min(draw.choice((1, 1, 2, 3, 8)), count - made)):
            yield _match(draw, steps, locator)
            made += 1
        if draw.random() < 1 / gaps_every:
            reason, detail, stage = draw.choice(GAPS)
            yield Gap(reason, detail, Trail(steps), stage)


def summary(found: list[Match | Gap], **changes: object) -> Summary:
    """Return the summary that belongs to some results."""
    made = Summary(
        files=345, members=1210, bytes=734_003_200, seconds=12.345, version="0.1.0", addresses=("/srv/share",)
    )
    made.packs = {"cn": "1", "personal": "1"}
    made.skipped = {"video/mp4": 4, "font/ttf": 12}
    for event in found:
        if isinstance(event, Match):
            made.findings[event.severity] = made.findings.get(event.severity, 0) + 1
            made.suppressed += "suppressed" in event.data
        else:
            made.gaps[event.reason] = made.gaps.get(event.reason, 0) + 1
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def _place(draw: random.Random, path: str, number: int) -> tuple[tuple[Step, ...], Locator]:
    form = number % 6
    if form == 0:
        inner = (Step("zip", "归档/附件.docx"), Step("office", "word/document.xml"))
        return (Step("file", f"{path}.zip"), *inner), Locator(part="word/document.xml", line=draw.randint(1, 90))
    if form == 1:
        return (Step("file", f"{path}.xlsx"),), Locator(sheet="员工信息", cell=f"B{draw.randint(2, 400)}")
    if form == 2:
        return (Step("file", f"{path}.pdf"),), Locator(page=draw.randint(1, 40), line=draw.randint(1, 40))
    if form == 3:
        return (Step("file", f"{path}.eml"), Step("mail", "Quarterly figures (final).pptx")), Locator(
            slide=draw.randint(1, 30)
        )
    if form == 4:
        return (Step("file", f"{path}.docx"),), Locator(page=1, line=1)
    return (Step("file", f"{path}.txt"),), Locator(line=draw.randint(1, 900))


def _match(draw: random.Random, steps: tuple[Step, ...], locator: Locator) -> Match:
    rule, category, severity, area, snippet, code, values, data = draw.choice(KINDS)
    if draw.random() < 0.04:
        note = {"reason": "公开样表，已核对", "owner": "Dana", "until": "2027-06-30"}
        data = {**data, "suppressed": note}
    start = draw.randint(0, 4000)
    return Match(
        id=hashlib.sha256(f"{rule}{draw.randint(0, 400)}".encode()).hexdigest()[:32],
        rule=rule,
        category=category,
        severity=severity,
        confidence=round(draw.uniform(0.55, 1.0), 2),
        trail=Trail(steps),
        locator=locator,
        span=(start, start + draw.randint(3, 30)),
        snippet=snippet,
        reasons=(Reason(code, tuple(values.items())),),
        area=area,
        data=data,
    )


def _sentence(hans: str, hant: str, en: str) -> dict[str, str]:
    return {"zh-Hans": hans, "zh-Hant": hant, "en": en}


SENTENCES = {
    "sample.mark": _sentence("首页左上角单独一行写有“{level}★{term}”，是国家秘密标志。", "首頁左上角單獨一行寫有「{level}★{term}」，是國家秘密標誌。", "“{level}★{term}” stands alone on a line at the top left of page one: a state secret mark."),
    "sample.passage": _sentence("与登记文件 {document} 有 {count} 字相同，密级标志已去掉。", "與登記文件 {document} 有 {count} 字相同，密級標誌已去掉。", "{count} characters are the same as in registered document {document}; its mark was removed."),
    "sample.id": _sentence("18 位号码校验正确，前面写有“{label}”。", "18 位號碼校驗正確，前面寫有「{label}」。", "The 18-digit number passes its check and “{label}” stands before it."),
    "sample.mobile": _sentence("是有效号段的手机号码，旁边有姓名。", "是有效號段的手機號碼，旁邊有姓名。", "A mobile number of an assigned range, with a name beside it."),
    "sample.card": _sentence("号码通过校验，发卡行代码存在。", "號碼通過校驗，發卡行代碼存在。", "The number passes its check and its issuer exists."),
    "sample.company": _sentence("页眉写有“{word}”。", "頁首寫有「{word}」。", "The header says “{word}”."),
    "sample.key": _sentence("一把没有口令保护的私钥。", "一把沒有密碼保護的私鑰。", "A private key without a passphrase."),
    "sample.work": _sentence("文首写有“{word}”，是工作秘密标志。", "文首寫有「{word}」，是工作秘密標誌。", "“{word}” at the head of the text marks a work secret."),
    "sample.exam": _sentence("{year} 年的考试已经结束，标志仅作提示。", "{year} 年的考試已經結束，標誌僅作提示。", "The exam of {year} is over; its mark is information only."),
    "sample.gps": _sentence("照片里带有拍摄位置。", "照片裡帶有拍攝位置。", "The photo carries the place where it was taken."),
}  # fmt: skip
RULES = {
    "cn.mark": ("国家秘密标志", "國家秘密標誌", "State secret mark"),
    "passages.copied": ("抄自登记文件", "抄自登記文件", "Copied from a registered document"),
    "personal.resident-id": ("居民身份证号", "居民身分證號", "Resident identity number"),
    "personal.mobile": ("手机号码", "手機號碼", "Mobile number"),
    "personal.bank-card": ("银行卡号", "銀行卡號", "Bank card number"),
    "company.confidential": ("企业保密字样", "企業保密字樣", "Company confidentiality wording"),
    "credentials.private-key": ("私钥", "私鑰", "Private key"),
    "cn.work": ("工作秘密标志", "工作秘密標誌", "Work secret mark"),
    "cn.exam": ("考试用卷标志", "考試用卷標誌", "Exam paper mark"),
}


def install(patch: pytest.MonkeyPatch) -> None:
    """Let reports find the sentences and rules of these samples, at a fixed time."""
    catalog = messages._catalog
    patch.setattr(messages, "_catalog", lambda name: SENTENCES if name == "sample" else catalog(name))
    patch.setattr(_rules, "find", lambda name: _rule(name) if name in RULES else None)
    patch.setattr(
        _rules,
        "scores",
        lambda: {"cn.mark": {"precision": 0.991, "recall": 0.97, "positives": 1200, "negatives": 3400}},
    )
    moment = datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    patch.setattr(_words, "now", lambda: moment)


def _rule(name: str) -> Rule:
    title = _sentence(*RULES[name])
    means = _sentence(f"出现了{title['zh-Hans']}", f"出現了{title['zh-Hant']}", f"{title['en']} occurs in the text")
    category = next(kind[1] for kind in KINDS if kind[0] == name)
    return Rule(name, 1, "sample", "keywords", title, means, category, "high", references=("GB/T 9704-2012 7.2.2",))
