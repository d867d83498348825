"""What the speed benchmark hides in its files: leaks that must be found, and decoys that must not.

The templates are this file's own: no rule's example is among them. Each plant is one line.
"""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

from shoumi.demo.people import card, mobile, person, resident_id


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted line. ``kind`` names what it is; ``leak`` is false for a decoy."""

    kind: str
    line: str
    leak: bool


def leak(draw: random.Random) -> Plant:
    """Return a line that holds something that must be found."""
    kind, make = draw.choice(_LEAKS)
    return Plant(kind, make(draw), leak=True)


def decoy(draw: random.Random) -> Plant:
    """Return a line that looks like a leak and is none."""
    kind, make = draw.choice(_DECOYS)
    return Plant(kind, make(draw), leak=False)


def _letters(draw: random.Random, count: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    return "".join(draw.choices(alphabet, k=count))


def _wrong_id(draw: random.Random) -> str:
    right = resident_id(draw)
    return right[:-1] + draw.choice([digit for digit in "0123456789" if digit != right[-1]])


def _wrong_card(draw: random.Random) -> str:
    right = card(draw)
    return right[:-1] + str((int(right[-1]) + draw.randint(1, 9)) % 10)


_LEAKS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("resident-id", lambda d: f"经办人{person(d).name}（身份证号码{resident_id(d)}）已到现场核对"),
    ("resident-id", lambda d: f"applicant id card no. {resident_id(d)}, documents complete"),
    ("mobile", lambda d: f"联系人：{person(d).name}，手机：{mobile(d)}"),
    ("bank-card", lambda d: f"请汇至工行卡号{card(d)}，户名{person(d).name}"),
    ("state-secret", lambda d: f"{d.choice(('绝密', '机密', '秘密'))}★{d.choice(('3年', '5年', '10年', '长期'))}"),
    ("exam", lambda d: f"绝密★{d.choice(('启用前', '考试结束前'))}"),
)
_DECOYS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    ("resident-id", lambda d: f"流水号{_wrong_id(d)}已归档"),
    ("long-number", lambda d: f"trace {_letters(d, 40, string.digits)} done"),
    ("bank-card", lambda d: f"卡片批次 {_wrong_card(d)} 入库"),
    ("mention", lambda d: f"他把这当作最大的秘密，一守就是{d.randint(2, 30)}年"),
    ("mention", lambda d: f"国家秘密分为绝密、机密、秘密三级，见第{d.randint(2, 30)}条"),
    ("decimal", lambda d: f"ratio = 0.{d.choice('123456789')}{_letters(d, 16, string.digits)}"),
    ("hash", lambda d: f"sha1 {_letters(d, 40, '0123456789abcdef')}"),
    ("uuid", lambda d: f"id {_letters(d, 8, 'abcdef0123456789')}-1380-4138-9000-{_letters(d, 12, 'abcdef0123456789')}"),
    ("base64", lambda d: f"data {base64.b64encode(d.randbytes(45)).decode()}"),
)
