"""From a candidate to a verdict: mark, possible mark or mention, with the reasons that a reader can follow.

A ``Case`` comes in: a level in some scheme, found by one form of writing, at a ``Spot``. What the form alone proves is
weighed against how it stands (``_mark_prose``), where (``_mark_spot``) and in what company (``_mark_company``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal, TypeAlias

from shoumi.engine.detectors._mark_company import company, lecture, listed, scale
from shoumi.engine.detectors._mark_prose import Stand, bare, latin, owned, simple, stand
from shoumi.engine.detectors._mark_spot import Spot
from shoumi.engine.rule import Rule
from shoumi.engine.types import Reason, Severity

Kind: TypeAlias = Literal["mark", "possible", "mention"]
KINDS: Final[tuple[Kind, ...]] = ("mark", "possible", "mention")

_BRACKETS: Final = re.compile(r"[【\[（(〔［「『]\s*$")
_CLOSED: Final = re.compile(r"^\s*[】\]）)〕］」』]")
_CODE: Final = re.compile(
    r"[{};]|=|->|::|\(\)|^\s*(?:#|//|/?\*|--|<|\.\.|def |class |import |enum |public "
    r"|private |protected |static |const )|^\s*[\"'`]|[\"'`],?\s*$|\|$"
)
_COMMENT: Final = re.compile(r"^\s*(?://+|#+|/?\*+!?|--+|;+|%+|\"\"\"|REM|\.\\\")\s*\S?")
_LABEL: Final = re.compile(
    r"密\s*[级級等]|保密|涉密|classification|marking|sensitivity|security|classified|protective|handling", re.IGNORECASE
)
_FIELD_LABEL: Final = re.compile(
    r"(?:classification|class|protective marking|(?:security|confidentiality) level|handling|sensitivity"
    r"|marking|密[级級]|保密等级)\s*[:：]\s*$",
    re.IGNORECASE,
)
_WIDE: Final = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")
_OWNER: Final = re.compile(r"copyright|©|\(c\)|all rights reserved|proprietary", re.IGNORECASE)
_HEADING: Final = re.compile(r"^ [A-Z\u4e00-\u9fff]")
_BOX: Final = re.compile(r"[□☐○]\s*$")
_SLASH: Final = re.compile(r"[／/、]\s*$"), re.compile(r"^\s*[／/、]")
_PUNCTUATED: Final = re.compile(r"[，。！？；、：“”!?]")
_FIRM: Final = re.compile(r"(?:\b(?:Inc|Ltd|LLC|GmbH|Corp|Co|AG|PLC|S\.A)\.?|©.{4,60}|[Rr]eserved\.?)[\s,.|–-]*$")
_INTRODUCES: Final = re.compile(
    r"(?:例如|比如|譬如|示例|样例|举例|如下|写法|格式|形式|包括|分别[为是]?|例|如)\s*[:：]\s*$|[(（]\s*[)）]\s*$"
)
_FILE_END: Final = re.compile(r"^\s*[】\]）)〕］]\s*\.\w{1,5}$")
_CONTRACT: Final = re.compile(r"agreement|non-?disclosure|\bNDA\b", re.IGNORECASE)
_BESIDE: Final = 160
_RATING: Final = re.compile(r"(?:[★☆]\s*){3}")
_TITLE: Final = re.compile(r"[\u4e00-\u9fff]{3}|[A-Za-z]{4}")


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


_FULL: Final[Mapping[Stand, tuple[Kind, float]]] = {
    "alone": ("mark", 0.99),
    "start": ("mark", 0.97),
    "end": ("mark", 0.95),
    "inside": ("mark", 0.9),
    "sentence": ("possible", 0.5),
}
_STARRED: Final[Mapping[Stand, tuple[Kind, float]]] = {
    "alone": ("mark", 0.95),
    "start": ("mark", 0.85),
    "end": ("mark", 0.85),
    "inside": ("possible", 0.6),
}
_FIELD: Final[Mapping[Stand, tuple[Kind, float]]] = {
    "alone": ("mark", 0.95),
    "start": ("mark", 0.95),
    "end": ("mark", 0.9),
    "inside": ("mark", 0.9),
    "sentence": ("possible", 0.5),
}
_BANNER: Final[Mapping[Stand, tuple[Kind, float]]] = {
    "alone": ("mark", 0.97),
    "start": ("mark", 0.9),
    "end": ("mark", 0.85),
    "inside": ("mark", 0.8),
}


_EXACT: Final[Mapping[str, str]] = {"portions": "portions", "block": "block"}


def judge(case: Case) -> Verdict:
    """Decide about a case by the form of its rule."""
    return _JUDGES[str(case.rule.params["form"])](case)


def _verdict(case: Case, kind: Kind, confidence: float, *codes: str) -> Verdict:
    values: tuple[tuple[str, str | int], ...] = (("level", case.level), ("term", case.term or ""))
    return Verdict(kind, confidence, tuple(Reason(f"marks.{code}", values) for code in codes))


def _near(spot: Spot) -> tuple[str, ...]:
    """Codes for the place and the company that speak for a mark."""
    found = [f"near-{code}" for code in company(spot)]
    if spot.edge:
        found.append("page-edge")
    elif spot.top and spot.first:
        found.append("page-top")
    return tuple(found)


def _by(case: Case, table: Mapping[Stand, tuple[Kind, float]], standing: Stand, form: str) -> Verdict:
    kind, confidence = table.get(standing, ("mention", 0.2))
    if kind == "mention" and standing == "talk" and owned(case.spot.left):
        kind, confidence = "possible", 0.5
    return _verdict(case, kind, confidence, form, f"stands-{standing}", *_near(case.spot))


def _star(case: Case) -> Verdict:
    standing = stand(case.spot.left, case.spot.right)
    if "*" in case.star and case.spot.left.endswith("*"):  # bold type in Markdown
        return _verdict(case, "mention", 0.1, "level-star", "rating")
    if standing in ("start", "end", "inside") and _others(case) > 1:
        standing = "list"
    if case.term:
        if standing == "alone" and _introduced(case):
            several = any(case.rule.regex.search(line) for line in (*case.spot.above[:1], *case.spot.below[:1]))
            return _verdict(case, "mention" if several else "possible", 0.4, "level-star-term", "introduced")
        return _by(case, _FULL, standing, "level-star-term")
    if len(case.star) > 1:
        return _verdict(case, "mention", 0.3, "level-star", "rating")
    if standing in ("start", "end") and _glued(case.spot):
        free = (
            standing == "start"
            and case.star == "★"
            and 4 <= len(case.spot.right.strip()) <= 20
            and not _PUNCTUATED.search(case.spot.right)
        )
        standing = "inside" if free else "sentence"
    return _by(case, _STARRED, standing, "level-star" if case.star.strip() else "level-named")


def _introduced(case: Case) -> bool:
    """Whether the line above, other examples aside, announces examples: 例如："""
    for line in case.spot.above[:4]:
        if not case.rule.regex.search(line):
            return _INTRODUCES.search(simple(line)) is not None
    return False


def _others(case: Case) -> int:
    """Count the other marks of the same form in its cell: a list of examples holds several."""
    sides = (case.spot.left[-_BESIDE:], case.spot.right[:_BESIDE])
    return sum(1 for side in sides for _ in islice(case.rule.regex.finditer(side), 2))


def _glued(spot: Spot) -> bool:
    return spot.left[-1:].isalnum() or spot.right[:1].isalnum()


def _exam(case: Case) -> Verdict:
    return _by(case, _FULL, stand(case.spot.left, case.spot.right), "exam")


def _line(case: Case) -> Verdict:
    reason = str(case.rule.params["reason"])
    if stand(case.spot.left, case.spot.right) != "alone":
        return _verdict(case, "mention", 0.2, reason, "stands-sentence")
    kind: Kind = "mark" if case.star.strip() or case.star or case.spot.edge or company(case.spot) else "possible"
    return _verdict(case, kind, float(case.rule.params["confidence"]), reason, "stands-alone", *_near(case.spot))


def _field(case: Case) -> Verdict:
    return _by(case, _FIELD, stand(case.spot.left, case.spot.right), "field")


def _phrase(case: Case) -> Verdict:
    """A wording that marks when it stands on its own; ``weak`` wordings need a place besides."""
    spot = case.spot
    standing = stand(spot.left, spot.right)
    if _choice(spot):
        return _verdict(case, "mention", 0.2, "wording", "stands-list")
    if standing != "talk" and (unlabelled := _unlabelled(case, "wording")):
        return unlabelled
    weak = re.fullmatch(str(case.rule.params.get("weak", "(?!)")), "".join(spot.text.split())) is not None
    if standing == "alone":
        placed = not weak or spot.edge or bool(company(spot)) or _bracketed(spot) or _titles(spot)
        if weak and not spot.edge and not company(spot) and _among(spot):
            return _verdict(case, "mention", 0.2, "wording", "listed")
        return _verdict(
            case, "mark" if placed else "possible", 0.9 if placed else 0.5, "wording", "stands-alone", *_near(spot)
        )
    if standing in ("start", "end", "inside") and not _glued(spot) and not _others(case):
        sure = _bracketed(spot) and not weak
        return _verdict(case, "mark" if sure else "possible", 0.8 if sure else 0.4, "wording", f"stands-{standing}")
    return _verdict(case, "mention", 0.2, "wording", f"stands-{standing}")


def _choice(spot: Spot) -> bool:
    """Whether it is one of several to choose from: an empty box before it, a stroke beside it."""
    before, after = _SLASH
    return bool(_BOX.search(spot.left) or before.search(spot.left) or after.match(spot.right))


def _bracketed(spot: Spot) -> bool:
    return _BRACKETS.search(spot.left) is not None and _CLOSED.match(spot.right) is not None


def _bare(case: Case) -> Verdict:
    """A level without star and term: only its place can make it a mark."""
    spot = case.spot
    standing = stand(spot.left, spot.right)
    if standing == "alone":
        return _bare_alone(case)
    opens = _bracketed(spot) and not bare(spot.left) and standing == "start"
    titles = spot.top and spot.first and not spot.above
    if opens and (titles or spot.left.rstrip()[-1] in "（("):
        return _bare_portion(case)
    closes = standing == "end" or _FILE_END.match(spot.right) is not None
    if closes and _bracketed(spot) and titles and not spot.below:
        return _verdict(case, "possible", 0.5, "level-alone", "stands-end", *_near(spot))
    return _verdict(case, "mention", 0.2, "level-alone", f"stands-{standing}")


def _bare_alone(case: Case) -> Verdict:
    spot = case.spot
    near = _near(spot)
    if _LABEL.search(spot.heading):
        return _verdict(case, "mark", 0.9, "level-alone", "field", *near)
    if unlabelled := _unlabelled(case, "level-alone"):
        return unlabelled
    if _RATING.search(spot.right):
        return _verdict(case, "mention", 0.2, "level-alone", "rating")
    corroborated = spot.edge or any(code.startswith("near-") for code in near)
    if lecture(spot) or (not corroborated and _among(spot)):
        return _verdict(case, "mention", 0.3, "level-alone", "listed")
    if corroborated or _titles(spot) or (_bracketed(spot) and spot.top and spot.first):
        return _verdict(case, "mark", 0.85, "level-alone", "stands-alone", *near)
    return _verdict(case, "possible", 0.5, "level-alone", "stands-alone", *near)


def _titles(spot: Spot) -> bool:
    """Whether it opens the document, with a title below."""
    opening = spot.top and spot.first and bool(spot.below) and len(spot.above) < 3
    return opening and _TITLE.search(spot.below[0]) is not None


def _among(spot: Spot) -> bool:
    """Whether it is one of a list of words, or of levels."""
    text = spot.text.strip()
    return listed((*spot.above[:4], *spot.below[:4]), text) or scale((*spot.above[:2], *spot.below[:2]), text)


def _bare_portion(case: Case) -> Verdict:
    """（机密） before a paragraph; one is possible, and the detector raises several to marks."""
    if lecture(case.spot) or len(case.spot.right) < 8:
        return _verdict(case, "mention", 0.3, "portion", "listed")
    return _verdict(case, "possible", 0.5, "portion", "stands-start", *_near(case.spot))


def _banner(case: Case) -> Verdict:
    spot = case.spot
    standing = latin(spot.left, spot.right)
    if _others(case) and standing in ("start", "end", "inside"):
        standing = "list"
    verdict = _by(case, _BANNER, standing, "banner")
    if verdict.kind == "mark" and (unlabelled := _unlabelled(case, "banner")):
        return unlabelled
    if standing == "start" and spot.left.lstrip().startswith("#"):
        return _verdict(case, "mention", 0.2, "banner", "stands-talk")
    if standing == "start" and _HEADING.match(spot.right) and case.rule.params.get("titles", True):
        return replace(verdict, kind="possible", confidence=0.5)
    return verdict


def _unlabelled(case: Case, form: str) -> Verdict | None:
    """One cell among others names a level: only under a title that says so it may be one."""
    spot = case.spot
    if not spot.row or _LABEL.search(spot.heading):
        return None
    titled = any(_LABEL.search(line) for line in spot.above)
    return _verdict(case, "possible" if titled else "mention", 0.4, form, "row")


def _caveat(case: Case) -> Verdict:
    """A wording that is a mark wherever nobody speaks about it; ``weak`` ones are plain words."""
    text = case.spot.text.strip()
    if re.match(str(case.rule.params.get("exact", "(?!)")), text):
        return _exact(case)
    if re.fullmatch(str(case.rule.params.get("weak", "(?!)")), text):
        return _word(case)
    if _WIDE.search(text):
        if _others(case):
            return _verdict(case, "mention", 0.2, "wording", "stands-list")
        return _by(case, _BANNER, stand(case.spot.left, case.spot.right), "banner")
    return _banner(case)


def _word(case: Case) -> Verdict:
    """A plain word in capitals: possible on a line of its own, a mark only in a header, footer or field."""
    spot = case.spot
    if _FIELD_LABEL.search(spot.left) and not bare(spot.right):
        return _verdict(case, "mark", 0.9, "field", *_near(spot))
    if latin(spot.left, spot.right) != "alone":
        return _verdict(case, "mention", 0.2, "word", "stands-sentence")
    near = _near(spot)
    if spot.edge or _LABEL.search(spot.heading):
        return _verdict(case, "mark", 0.85, "word", "page-edge" if spot.edge else "field")
    neighbours = (*spot.above[:2], *spot.below[:2])
    if _COMMENT.match(spot.line[0]) or any(_CODE.search(line) for line in neighbours):
        return _verdict(case, "mention", 0.2, "word", "code")
    if _among(spot) or spot.row:
        return _verdict(case, "mention", 0.3, "word", "listed")
    return _verdict(case, "possible", 0.5, "word", "stands-alone", *near)


def _notice(case: Case) -> Verdict:
    """A company's wording: a mark at the edge of a page or document, possible elsewhere, nothing in a sentence."""
    spot = case.spot
    if _FIELD_LABEL.search(spot.left) and not bare(spot.right):
        return _verdict(case, "mark", 0.9, "field", *_near(spot))
    standing = latin(spot.left, spot.right) if spot.text.isascii() else stand(spot.left, spot.right)
    code = _COMMENT.match(spot.line[0]) or _CODE.search(spot.line[0]) or _CODE.search(spot.line[1])
    if standing in ("talk", "sentence", "quoted", "option") or (standing != "alone" and len("".join(spot.line)) > 120):
        return _verdict(case, "mention", 0.2, "wording", f"stands-{standing}")
    if spot.edge:
        return _verdict(case, "mark", 0.9, "wording", "page-edge")
    if code and not any(_OWNER.search(line) for line in (*spot.above[:4], *spot.line, *spot.below[:4])):
        return _verdict(case, "mention", 0.2, "wording", "code")
    if scale((*spot.above[:2], *spot.below[:2]), spot.text):
        return _verdict(case, "mention", 0.2, "wording", "listed")
    if code or spot.row or _among(spot):
        return _verdict(case, "possible", 0.3, "wording", f"stands-{standing}")
    if any(_CONTRACT.search(line) for line in (*spot.above[:3], *spot.below[:3])):
        return _verdict(case, "possible", 0.3, "wording", f"stands-{standing}")
    strong = re.fullmatch(str(case.rule.params.get("strong", "(?!)")), spot.text.strip(), re.IGNORECASE)
    shouted = spot.text.strip() == "CONFIDENTIAL"  # contract: on its own line a possible mark
    placed = not shouted and ((spot.top and spot.first and bool(spot.below)) or (spot.bottom and len(spot.above) > 1))
    if standing == "end" and _FIRM.search(spot.left):
        return _verdict(case, "mark", 0.7, "wording", "stands-end", *_near(spot))
    if standing == "alone" and (strong or placed) and not spot.text[:1].islower():
        return _verdict(case, "mark", 0.8, "wording", "stands-alone", *_near(spot))
    return _verdict(case, "possible", 0.4, "wording", f"stands-{standing}")


def _exact(case: Case) -> Verdict:
    return _verdict(case, "mark", 1.0, _EXACT.get(str(case.rule.params["form"]), "exact"))


_JUDGES: Final[Mapping[str, Callable[[Case], Verdict]]] = {
    "star": _star,
    "exam": _exam,
    "line": _line,
    "field": _field,
    "phrase": _phrase,
    "bare": _bare,
    "banner": _banner,
    "caveat": _caveat,
    "word": _word,
    "notice": _notice,
    "exact": _exact,
    "portions": _exact,
    "block": _exact,
}
