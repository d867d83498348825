"""The company a mark keeps: what else the head of an official document shows, and what a lesson or law shows.

A ``Spot`` comes in, codes of what was seen near it leave. GB/T 9704-2012: copy number of six digits, level and term,
urgency, issuing body, document number; at the end the line of who printed it when.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_prose import simple
from shoumi.engine.detectors._mark_spot import Spot

COPY: Final = "copy-number"
_NEAR: Final = 6
_SIGNS: Final = {
    COPY: Lazy(r"^(?:份\s*号\s*[:：]?\s*)?(?:№|[Nn][Oo]\.?)?\s*\d{6}(?:\s|$)|份\s*号\s*[:：]?\s*\d+", re.MULTILINE),
    "urgency": Lazy(r"^[\[【]?\s*(?:特\s*急|加\s*急|特\s*提|平\s*急|急\s*件)(?:\s|[】\]]|$)", re.MULTILINE),
    "document-number": Lazy(
        r"(?:^|[\u4e00-\u9fff])[〔\[［（(【]\s*(?:19|20)\d{2}\s*[〕\]］）)】]\s*\d{1,5}\s*号|^[（(]?第\s?\d{1,4}\s?号[）)]?$",
        re.MULTILINE,
    ),
    "issuing-body": Lazy(r"^[\u4e00-\u9fff ]{3,40}文\s*件$", re.MULTILINE),
    "signed-by": Lazy(r"签\s*发\s*人\s*[:：]"),
    "printed": Lazy(r"(?:19|20)\d{2}年\d{1,2}月\d{1,2}日\s*印\s*发"),
}
_LEVELS: Final = Lazy(r"[绝絕]\s*密|[机機]\s*密|[秘祕]\s*密")
_LECTURE: Final = Lazy(
    r"第[一二三四五六七八九十百]+条|是指|分为|定密|国家秘密的密级|保密期限[，,]?(?:除|不超过|应当)|下列|选择题|判断题|正确答案|知识(?:点|竞赛|测试)|保密(?:教育|常识|知识|法)"
)


def company(spot: Spot) -> tuple[str, ...]:
    """Return what of an official document's head or foot stands near."""
    own = (spot.line[0], spot.line[1])
    lines = simple("\n".join(line.strip() for line in (*spot.above[:_NEAR], *own, *spot.below[:_NEAR])))
    return tuple(code for code, sign in _SIGNS.items() if sign.search(lines))


def printed_below(spot: Spot) -> bool:
    """Whether the printing line that ends an official document follows."""
    return _SIGNS["printed"].search(simple(spot.after)) is not None


def official(spot: Spot) -> bool:
    """Whether it stands in the head of an official document, where a copy number is due."""
    near = company(spot)
    return spot.top and spot.first and ("document-number" in near or "issuing-body" in near)


def lecture(spot: Spot) -> bool:
    """Whether the text around names all levels and speaks about them, as laws, lessons and quizzes do."""
    around = spot.before[-800:] + spot.text + spot.after[:800]
    levels = {simple("".join(found.split())) for found in _LEVELS.findall(around)}
    return len(levels) > 2 and _LECTURE.search(simple(around)) is not None


def listed(lines: Iterable[str], text: str) -> bool:
    """Whether the lines around are single short words too: a vocabulary, an enumeration, a menu."""
    words = [line for line in map(untagged, lines) if line != text]
    return len(words) > 3 and all(len(word) <= 12 and len(word.split()) < 3 for word in words[:6])


_TAG: Final = Lazy(r"<[^<>]*>")
_NAME: Final = (
    r"(?:(?:top |strictly |highly )?(?:secret|confidential)|restricted|protected|unclassified|official|public"
    r"|private|internal(?: use)?(?: only)?"
    r"|sensitive|general(?: business)?|non-business|绝密|机密|秘密|内部|公开|非密|普通|无)"
)
_NAMES: Final = Lazy(rf"\W*(?:\d{{1,2}}[.、)）]\s*)?{_NAME}(?:\W+{_NAME})?\W*", re.IGNORECASE)


def scale(lines: Iterable[str], text: str) -> bool:
    """Whether another level stands on a line beside: a list of all levels, not a mark."""
    own = "".join(text.split()).casefold()
    return any(_NAMES.fullmatch(line) and own not in "".join(line.split()).casefold() for line in map(untagged, lines))


def untagged(line: str) -> str:
    """Return a line without the tags of markup."""
    return _TAG.sub("", line).strip() if "<" in line else line
