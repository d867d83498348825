"""Made-up official prose: distinct sentences drawn with a seed, never text of anybody."""

from __future__ import annotations

import random

import pytest

from shoumi.engine.home import Home

_SUBJECTS = [
    "市应急局",
    "县水务处",
    "专项工作组",
    "第三采购科",
    "港口管理站",
    "气象中心",
    "技术委员会",
    "运输保障组",
    "档案室",
    "联络办公室",
]
_VERBS = [
    "逐项核对",
    "重新评估",
    "分批调整",
    "连夜转移",
    "暂缓公布",
    "单独封存",
    "按期回收",
    "抽样复查",
    "统一编号",
    "交叉验证",
]
_THINGS = [
    "储备仓库的钥匙编码",
    "跨河管线的检修图",
    "夜间巡逻的换岗表",
    "备用电台的频率单",
    "演练场地的坐标",
    "试验样品的批号",
    "专线电话的配线表",
    "隔离区的出入名册",
]
_ENDS = [
    "并于次日清晨前报告结果",
    "期间不得对外说明原因",
    "由两人共同签字确认",
    "必要时改用第二套方案",
    "未尽事项另行研究",
    "所需经费从预备金中列支",
]


class Writer:
    """Writes sentences that do not repeat."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)

    def chinese(self, size: int) -> str:
        out = ""
        while len(out) < size:
            day = f"{self._draw.randrange(1, 29)}日{self._draw.randrange(0, 24)}时"
            words = [self._draw.choice(_SUBJECTS), self._draw.choice(_VERBS), self._draw.choice(_THINGS)]
            filler = "".join(chr(self._draw.randrange(0x4E00, 0x9000)) for _ in range(9))
            out += f"{words[0]}于{day}{words[1]}{words[2]}，代号{filler}，{self._draw.choice(_ENDS)}。\n"
        return out[:size]

    def latin(self, size: int) -> str:
        letters = "etaoinshrdlucmfwypvbgk"
        out = ""
        while len(out) < size:
            words = ("".join(self._draw.choice(letters) for _ in range(self._draw.randrange(3, 9))) for _ in range(11))
            out += " ".join(words).capitalize() + ".\n"
        return out[:size]


@pytest.fixture
def write() -> Writer:
    return Writer(7)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")
