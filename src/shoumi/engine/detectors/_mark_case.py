"""A case and its verdict: what every form of writing asks about a candidate for a mark.

A ``Case`` comes in: a level in some scheme, found by one form of writing, at a ``Spot``. What leaves are the facts
that several forms weigh: other marks beside it, brackets around it, a list it belongs to, and the ``Verdict`` itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final, Literal, TypeAlias

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_company import company, listed, scale
from shoumi.engine.detectors._mark_prose import Stand, owned, simple
from shoumi.engine.detectors._mark_spot import Spot
from shoumi.engine.rule import Rule
from shoumi.engine.types import Reason, Severity

Kind: TypeAlias = Literal["mark", "possible", "mention"]
KINDS: Final[tuple[Kind, ...]] = ("mark", "possible", "mention")
Table: TypeAlias = Mapping[Stand, tuple[Kind, float]]

_BRACKETS: Final = Lazy(r"[【\[（(〔［「『]\s*$")
_CLOSED: Final = Lazy(r"^\s*[】\]）)〕］」』]")
LABEL: Final = Lazy(
    r"密\s*[级級等]|保密|涉密|classification|marking|sensitivity|security|(?<!un)classified|protective|handling",
    re.IGNORECASE,
)
FIELD_LABEL: Final = Lazy(
    r"(?:classification|class|protective marking|(?:security|confidentiality) level|handling|sensitivity"
    r"|marking|密[级級]|保密等级)\s*[:：]\s*$",
    re.IGNORECASE,
)
_TITLE: Final = Lazy(r"[\u4e00-\u9fff]{3}|[A-Za-z]{4}")
_DATED: Final = Lazy(r"(?<!\d)(?:19|20)\d{2}(?!\d)")  # a row with a date is one of a register, not of a glossary
COVERS: Final = Lazy(
    r"关于|方案|报告|通知|请示|纪要|计划|规划|名单|情况|函|意见|总结|汇报|材料|清单|合同|协议|批复|决定|办法|会议|文件|预案|研判|分析|预算|部署"
    r"|草案|[稿表书]|设计|图纸?|数据|项目|工程|工作"
)
_PAGE: Final = Lazy(r"\W*\d{1,4}\W*")  # —1—
NOTICE: Final = Lazy(r"请勿|严禁|不得|禁止|注意|收回|退回|保[管存密]")
_BESIDE: Final = 160


@dataclass(frozen=True)
class Case:
    """A level, perhaps a term, in one scheme, where a rule's form matched."""

    rule: Rule
    spot: Spot
    scheme: str
    level: str
    term: str | None
    severity: Severity
    star: str = ""

    @property
    def rank(self) -> int:
        """How specific the form is; of two at one place the higher one counts."""
        return int(self.rule.params.get("rank", 50))


@dataclass(frozen=True)
class Verdict:
    """What a case is, how sure, and why."""

    kind: Kind
    confidence: float
    reasons: tuple[Reason, ...]


def verdict(case: Case, kind: Kind, confidence: float, *codes: str) -> Verdict:
    """Return a verdict whose reasons have these codes."""
    values: tuple[tuple[str, str | int], ...] = (("level", case.level), ("term", case.term or ""))
    return Verdict(kind, confidence, tuple(Reason(f"marks.{code}", values) for code in codes))


def near(spot: Spot) -> tuple[str, ...]:
    """Codes for the place and the company that speak for a mark."""
    found = [f"near-{code}" for code in company(spot)]
    if spot.edge:
        found.append("page-edge")
    elif spot.top and spot.first:
        found.append("page-top")
    return tuple(found)


def by(case: Case, table: Table, standing: Stand, form: str) -> Verdict:
    """Return the verdict that a table gives to how a case stands."""
    kind, confidence = table.get(standing, ("mention", 0.2))
    if kind == "mention" and standing == "talk" and owned(case.spot.left):
        kind, confidence = ("mark", 0.8) if case.term else ("possible", 0.5)
    return verdict(case, kind, confidence, form, f"stands-{standing}", *near(case.spot))


def others(case: Case) -> int:
    """Count the other marks of the same form in its cell: a list of examples holds several."""
    sides = (case.spot.left[-_BESIDE:], case.spot.right[:_BESIDE])
    return sum(1 for side in sides for _ in islice(case.rule.regex.finditer(side), 2))


def glued(spot: Spot) -> bool:
    """Whether a letter or digit touches it."""
    return spot.left[-1:].isalnum() or spot.right[:1].isalnum()


def bracketed(spot: Spot) -> bool:
    """Whether brackets stand around it."""
    return _BRACKETS.search(spot.left) is not None and _CLOSED.match(spot.right) is not None


def titles(spot: Spot) -> bool:
    """Whether it opens the document, with a title below."""
    opening = spot.top and spot.first and bool(spot.below) and len(spot.above) < 3
    return opening and _TITLE.search(spot.below[0]) is not None


def among(spot: Spot) -> bool:
    """Whether it is one of a list of words, or of levels."""
    text = spot.text.strip()
    return listed((*spot.above[:4], *spot.below[:4]), text) or scale((*spot.above[:2], *spot.below[:2]), text)


def unlabelled(case: Case, form: str) -> Verdict | None:
    """One cell among others names a level: only under a title that says so it may be one."""
    spot = case.spot
    if not spot.row or LABEL.search(spot.heading) or LABEL.search(spot.column):
        return None
    titled = any(LABEL.search(line) for line in spot.above) or _DATED.search("|".join(spot.line)) is not None
    return verdict(case, "possible" if titled else "mention", 0.4, form, "row")


def headline(case: Case, form: str) -> Verdict | None:
    """What stands before a cry or a subtitle is a headline: 绝密★启用前！重磅内幕"""
    right = simple(case.spot.right)
    if right[:1] not in tuple("！!—") or _PAGE.fullmatch(right) or NOTICE.search(right):
        return None
    titled = right[0] == "—" and COVERS.search(right)
    return verdict(case, "possible" if titled else "mention", 0.3, form, "stands-sentence")
