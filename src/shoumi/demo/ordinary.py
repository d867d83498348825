"""Ordinary office papers: what most of a share is made of, and what an inspection must stay silent about."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

UNITS: Final = ("办公室", "人事处", "财务处", "采购中心", "技术部", "信息中心", "后勤处", "宣传处")
_PLACES: Final = ("三楼会议室", "东楼报告厅", "培训中心", "二号楼大厅", "图书室")
_THINGS: Final = ("打印纸", "硒鼓", "键盘", "显示器", "文件柜", "饮水机", "投影仪", "碎纸机", "白板", "台灯")
_DISHES: Final = ("番茄炒蛋", "红烧豆腐", "清蒸鲈鱼", "土豆牛肉", "蒜蓉青菜", "冬瓜汤", "米饭", "葱油饼", "玉米排骨汤")
_TASKS: Final = (
    "完成接口联调",
    "修订操作手册",
    "整理会议纪要",
    "更新测试用例",
    "清点库存",
    "准备培训材料",
    "核对台账",
    "回访用户",
)


def meeting(chance: random.Random) -> list[str]:
    """A notice of a meeting."""
    unit, place = chance.choice(UNITS), chance.choice(_PLACES)
    day, hour = chance.randint(1, 28), chance.randint(8, 16)
    return [
        f"关于召开{unit}工作例会的通知",
        "各部门：",
        f"定于2026年{chance.randint(1, 12)}月{day}日{hour}时在{place}召开工作例会，请各部门负责人准时参加。",
        f"会议内容：一、{chance.choice(_TASKS)}情况通报；二、下阶段安排；三、其他事项。",
        "因故不能参加的，请提前一天向办公室请假。",
        unit,
    ]


def weekly(chance: random.Random) -> list[str]:
    """A week's report."""
    lines = [f"{chance.choice(UNITS)}第{chance.randint(1, 52)}周工作周报", "本周完成："]
    lines += [f"{n}. {task}，进度{chance.randint(5, 10) * 10}%。" for n, task in enumerate(chance.sample(_TASKS, 4), 1)]
    lines += [
        "下周计划：",
        f"1. {chance.choice(_TASKS)}。",
        f"2. 与{chance.choice(UNITS)}对接需求。",
        "需协调事项：无。",
    ]
    return lines


def purchase(chance: random.Random) -> list[str]:
    """A list of things to buy, with order numbers that look like other numbers."""
    lines = ["办公用品采购清单", f"订单编号：{chance.randint(10**17, 10**18 - 1) // 10 * 10 + 7}"]
    lines += [
        f"{thing}\t{chance.randint(1, 40)}\t{chance.randint(10, 900)}.{chance.randint(0, 99):02}元"
        for thing in chance.sample(_THINGS, 5)
    ]
    lines.append(f"合计：{chance.randint(1000, 90000)}.00元，请财务处审核。")
    return lines


def menu(chance: random.Random) -> list[str]:
    """What the canteen cooks."""
    lines = [f"职工食堂第{chance.randint(1, 52)}周菜单"]
    return lines + [f"星期{day}：{'、'.join(chance.sample(_DISHES, 4))}" for day in "一二三四五"]


def training(chance: random.Random) -> list[str]:
    """A lesson about secrecy: it talks of marks and carries none."""
    return [
        "保密常识培训讲义",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "绝密级国家秘密是最重要的国家秘密，泄露会使国家安全和利益遭受特别严重的损害。",
        "保密期限除另有规定外，绝密级不超过三十年，机密级不超过二十年，秘密级不超过十年。",
        f"请各位于{chance.randint(1, 12)}月{chance.randint(1, 28)}日前完成自学，并在学习平台答题。",
    ]


def review(chance: random.Random) -> list[str]:
    """A book review whose words look like marks."""
    return [
        "读书角：《秘密花园》",
        "玛丽在庄园里发现了一扇锁着的门，门后是一座无人打理的花园。",
        f"这本书最打动人的，是孩子们守住秘密的那{chance.randint(2, 9)}个月。",
        "信息安全课上常说的机密性、完整性、可用性，与故事里的“秘密”是两回事。",
    ]


def system_note(chance: random.Random) -> list[str]:
    """A note of the technicians, full of numbers that are none of anybody's."""
    return [
        "# Release notes",
        f"build {chance.getrandbits(64):016x} deployed at 2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T09:00:00Z",
        f"commit {chance.getrandbits(160):040x}",
        f"request id {chance.getrandbits(128):032x}, latency 3.14159265359 ms",
        "password = getpass.getpass()  # asked for, never stored",
        "token: ${DEPLOY_TOKEN}",
        "Support: see the handbook, chapter 4.",
    ]


def travel(chance: random.Random) -> list[str]:
    """A plan of a journey."""
    cities = chance.sample(("杭州", "成都", "南京", "西安", "武汉", "青岛", "苏州"), 2)
    return [
        "出差行程安排",
        f"{cities[0]}至{cities[1]}，车次G{chance.randint(100, 999)}，{chance.randint(1, 16)}车{chance.randint(1, 18)}排。",
        f"住宿标准每晚{chance.randint(3, 6)}50元，市内交通实报实销。",
        "任务：设备验收和用户培训。",
    ]


def english(chance: random.Random) -> list[str]:
    """A note in English."""
    return [
        f"Minutes of the regular meeting, week {chance.randint(1, 52)}",
        "Attendance was good. The agenda of the last meeting was approved without changes.",
        f"The printers on floor {chance.randint(1, 9)} will be replaced; orders go through the purchasing desk.",
        "We discussed how to keep secrets out of source code: the secret store is the only place for them.",
        "Next meeting: same room, same time.",
    ]


KINDS: Final[tuple[tuple[str, Callable[[random.Random], list[str]]], ...]] = (
    ("会议通知", meeting),
    ("工作周报", weekly),
    ("采购清单", purchase),
    ("食堂菜单", menu),
    ("保密培训讲义", training),
    ("读书角", review),
    ("release-notes", system_note),
    ("出差安排", travel),
    ("minutes", english),
)
