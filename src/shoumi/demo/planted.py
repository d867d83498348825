"""The leaks: each the way it happens in an office, and next to each what an inspection should call it."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass

from shoumi.demo import formats
from shoumi.demo.people import Person, person


@dataclass(frozen=True, slots=True)
class Leak:
    """A file and the categories that must be found in it; none for look-alikes, which must stay silent."""

    path: str
    data: bytes
    categories: tuple[str, ...]


# Registered before the inspection (level 机密): a passage of it is pasted elsewhere, without its mark.
REGISTERED_NAME = "某型设备布设方案.docx"
REGISTERED = (
    "某型设备布设方案",
    "本方案规定北区三号院监测设备的布设位置、供电方式和值守安排，适用于设备管理人员和值班人员。",
    "一号监测点设在配电间东侧立柱，距地面二点四米，主备两路供电，断电后由蓄电池维持不少于六小时；二号监测点设在地下车库入口横梁内侧，"
    "每日零时和十二时各自检一次，自检结果经专线回传值班室，不得使用无线方式。",
    "值守人员每班两人，交接时逐项核对封签编号、自检记录和备用电源电压，发现异常应在十分钟内报告，不得自行拆卸设备外壳。",
    "本方案自印发之日起执行，原有安排同时停止使用。",
)


def leaks(chance: random.Random) -> Iterator[Leak]:
    """Yield every planted file."""
    yield from _state(chance)
    yield from _work_and_trade()
    yield from _foreign()
    yield from _personal([person(chance) for _ in range(40)])
    yield from _credentials(chance)
    yield from _lookalikes(chance)


def _state(chance: random.Random) -> Iterator[Leak]:
    plan = [
        "机密★10年",
        "关于系统建设总体方案的报告",
        "某总〔2026〕7号",
        "一、总体要求",
        "按照统一部署，分三个阶段完成建设任务。",
    ] * 3
    yield Leak("技术部/方案/总体方案（终稿）.docx", formats.docx(plan[:5] + ["二、实施步骤"] * 40), ("state-secret",))
    yield Leak(
        "办公室/收文/会议纪要.pdf",
        formats.pdf([["秘密★5年", "会议纪要", "会议听取了情况汇报。"], ["第二页"]]),
        ("state-secret",),
    )
    header = formats.docx(["工作情况汇报", "各项工作正常推进。"], header="绝密★长期")
    yield Leak("办公室/收文/情况汇报.docx", header, ("state-secret",))
    paper = formats.docx(["绝密★启用前", "2027年职业技能等级考试", "理论知识试卷", "一、单项选择题（共20题）"])
    inner = formats.chinese_archive({"试卷A卷.docx": paper})
    yield Leak("人事处/考务/考试材料.zip", formats.chinese_archive({"第一批/试卷.zip": inner}), ("state-secret",))
    spaced = "机 密 ★ 十 年\n\n关于人员安排的请示\n请予审批。\n".encode("gb18030")
    yield Leak("人事处/请示/请示-定稿.txt", spaced, ("state-secret",))
    excess = formats.odt(["秘密★50年", "统计资料汇编", f"共{chance.randint(20, 90)}页"])
    yield Leak("信息中心/资料/统计资料.odt", excess, ("state-secret", "hygiene"))
    old = "絕密★五年\n關於年度計畫的函\n".encode("big5")
    yield Leak("宣传处/来函/年度計畫.txt", old, ("state-secret",))
    pasted = [
        "设备巡检手记（内部交流稿）",
        "近期走访了几处现场，记录如下，供同事参考。",
        REGISTERED[2],
        "以上为个人整理，欢迎指正。",
    ]
    yield Leak("宣传处/约稿/设备巡检手记.docx", formats.docx(pasted), ("passage",))


def _work_and_trade() -> Iterator[Leak]:
    inside = "内部资料 注意保存\n\n关于下半年人员调整的初步考虑\n".encode("gb18030")
    yield Leak("人事处/草稿/人员调整.txt", inside, ("work-secret",))
    yield Leak("办公室/发文/答复意见.rtf", formats.rtf(["关于有关事项的答复", "此件不公开"]), ("work-secret",))
    tlp = formats.mail(
        "TLP:AMBER 安全通告", "TLP:AMBER\n\n请在本单位内处理。\n", sender="cert@alert.example", to="it@office.example"
    )
    yield Leak("信息中心/通告/通告.eml", tlp, ("work-secret",))
    costs = formats.xlsx({"报价": [["核心商密★3年"], ["项目", "底价"], ["一标段", "8,420,000"]]})
    yield Leak("采购中心/投标/成本测算.xlsx", costs, ("trade-secret",))
    deck = formats.pptx([["COMPANY CONFIDENTIAL", "Product roadmap 2027"], ["Do not distribute"]])
    yield Leak("技术部/海外/roadmap.pptx", deck, ("trade-secret",))


def _foreign() -> Iterator[Leak]:
    text = "SECRET//NOFORN\n\n(S//NF) The second site will be ready in June.\n(U) Lunch is at noon.\n\nSECRET//NOFORN\n"
    yield Leak("技术部/海外/site-survey.txt", text.encode(), ("classified-foreign",))
    controlled = formats.docx(
        ["CUI//SP-PRVCY", "Travel roster", "Handle by authorised persons only."], header="CUI//SP-PRVCY"
    )
    yield Leak("技术部/海外/roster.docx", controlled, ("classified-foreign",))


def _personal(people: list[Person]) -> Iterator[Leak]:
    rows = [["姓名", "身份证号", "手机"], *([p.name, p.resident_id, p.mobile] for p in people)]
    yield Leak("人事处/名册/职工通讯录.csv", formats.csv(rows, encoding="gb18030"), ("personal",))
    pay = [["姓名", "银行卡号", "金额"], *([p.name, p.card, "6200.00"] for p in people[:12])]
    hidden = formats.xlsx({"汇总": [["月份", "人数"], ["三月", "12"]], "明细": pay}, hidden="明细")
    yield Leak("财务处/工资/三月汇总.xlsx", hidden, ("personal",))
    one = people[0]
    letter = formats.mail(
        "补办证件",
        f"您好：\n我是{one.name}，身份证号{one.resident_id}，手机{one.mobile}，请协助补办。\n",
        sender="alice@office.example",
        to="hr@office.example",
    )
    plain = formats.mail("周报", "本周工作正常。\n", sender="bob@office.example", to="all@office.example")
    yield Leak("办公室/邮件/收件箱.mbox", formats.mbox([plain, letter, plain]), ("personal",))
    scan = {
        f"报名表/{p.name}.txt": f"姓名：{p.name}\n身份证号：{p.resident_id}\n".encode("gb18030") for p in people[20:24]
    }
    yield Leak("人事处/报名/报名表.tar.gz", formats.tarball(scan), ("personal",))
    note = formats.docx(["来访登记", "见批注。"], comment=f"身份证号 {people[1].resident_id}")
    yield Leak("后勤处/来访/来访登记.docx", note, ("personal",))
    removed = formats.docx(["领取名单", "名单已删除。"], deleted=f"身份证号：{people[2].resident_id}")
    yield Leak("后勤处/领取/领取名单.docx", removed, ("personal",))
    yield Leak(f"人事处/扫描/{people[3].name}-身份证{people[3].resident_id}.txt", "见附件。\n".encode(), ("personal",))


def _credentials(chance: random.Random) -> Iterator[Leak]:
    key = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
    secret = base64.b64encode(chance.randbytes(30)).decode()
    env = f"# production\nAWS_ACCESS_KEY_ID=AKIA{key}\nAWS_SECRET_ACCESS_KEY={secret}\n"
    yield Leak("信息中心/运维/.env", env.encode(), ("credential",))
    block = base64.encodebytes(chance.randbytes(600)).decode()
    pem = f"-----BEGIN RSA PRIVATE KEY-----\n{block}-----END RSA PRIVATE KEY-----\n"
    yield Leak("信息中心/运维/server.key", pem.encode(), ("credential",))
    word = "".join(chance.choices("abcdefghkmnpqrstuvwxyzABCDEFGH23456789", k=14))
    settings = f"database:\n  url: postgresql://report:{word}@db.office.example:5432/report\n"
    yield Leak("技术部/源码/config.yaml", settings.encode(), ("credential",))
    wiki = formats.html("服务器说明", [f"后台管理员密码：{word[::-1]}", "如有问题联系信息中心。"])
    yield Leak("信息中心/说明/服务器说明.html", wiki, ("credential",))


def _lookalikes(chance: random.Random) -> Iterator[Leak]:
    """Look like leaks and are none."""
    numbers = "\n".join(f"运单号 {chance.randint(10**17, 10**18 - 1) // 10}0{chance.randint(1, 9)}" for _ in range(30))
    yield Leak("后勤处/快递/运单.txt", numbers.encode(), ())
    example = "# copy to .env and fill in\nAWS_ACCESS_KEY_ID=your-access-key\nDB_PASSWORD=changeme\nTOKEN=<token>\n"
    yield Leak("技术部/源码/.env.example", example.encode(), ())
    law = [
        "中华人民共和国保守国家秘密法（节选）",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "机关、单位不得将非国家秘密标注国家秘密标志。",
    ]
    yield Leak("宣传处/学习/法律节选.docx", formats.docx(law), ())
    novel = "他压低声音：“这是最高机密，只有三个人知道。”\n她笑了：“世上没有守得住的秘密，除了十年前的那一个。”\n"
    yield Leak("宣传处/连载/第七章.txt", novel.encode("gb18030"), ())
    code = 'CONFIDENTIAL_HEADER = "X-Confidential"\nSECRET = os.environ["APP_SECRET"]\nassert mode in ("public", "secret")\n'
    yield Leak("技术部/源码/settings.py", code.encode(), ())
    card = "测试环境请使用卡号 4111 1111 1111 1111，有效期任意。\n"
    yield Leak("财务处/系统/测试说明.txt", card.encode(), ())
