"""From a candidate to a verdict: mark, possible mark or mention, with the reasons that a reader can follow.

A ``Case`` comes in; the form of its rule decides who judges it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_case import Case, Verdict, glued, verdict
from shoumi.engine.detectors._mark_cjk import exam, field, level, line, phrase, star
from shoumi.engine.detectors._mark_code import coded
from shoumi.engine.detectors._mark_prose import quoted
from shoumi.engine.detectors._mark_spot import Spot
from shoumi.engine.detectors._mark_words import banner, caveat, notice, word

_ABOUT: Final = Lazy(
    r"说明|规[定范]|办法|管理|培训|教程|教育|知识|怎么|如何|什么|解读|模[板版]|示例|样式|格式|标[志识注]|课件|试题解析"
    r"|\b(?:explain|guid|handbook|manual|defin|polic|train|template|example|sample|faq|protocol|how|what|about|course)",
    re.IGNORECASE,
)
_SHOWS: Final = Lazy(  # titles of columns in which words are shown, not used
    r"(?:(?:标[注志识])?(?:示例|样例|举例|例子)|释义|含义|解释|默认值|取值|可选值|examples?|samples?|defaults?|meaning)(?:值)?$",
    re.IGNORECASE,
)
_MEANS: Final = Lazy(
    r"(?:含义|意思|释义|解释|期望(?:输出|结果)?|预期(?:输出|结果)?|meaning|definition|expected)$", re.IGNORECASE
)
_TELLS: Final = Lazy(r"(?:说明|描述|description)$", re.IGNORECASE)  # of an inventory, too
_SUFFIX: Final = Lazy(r"\s*(?:\.\w{1,6})?")
_PARTED: Final = Lazy(r"^$|^[\s\-_—–·+.)）】\]〕]|[\s\-_—–·(（【\[〔]$")
_EXACTLY: Final = ("portions", "block", "exact")
_EXACT: Final[Mapping[str, str]] = {"portions": "portions", "block": "block"}


def judge(case: Case) -> Verdict:
    """Decide about a case by the form of its rule."""
    form, column = str(case.rule.params["form"]), case.spot.column
    if any(_MEANS.match(title) for title in case.spot.titles):
        return verdict(case, "mention", 0.2, "level-named", "listed")
    if _SHOWS.match(column) or (_TELLS.match(column) and form not in ("star", "exam")):
        return verdict(case, "mention", 0.2, "level-named", "listed")
    if form not in _EXACTLY and coded(case.spot):
        return verdict(case, "mention", 0.2, "level-named", "code")
    found = _JUDGES[form](case)
    return _named(case, found) if case.spot.named else found


def _named(case: Case, found: Verdict) -> Verdict:
    """Judge a mark in a file's name, where words stand between other signs than on a page."""
    spot = case.spot
    form = str(case.rule.params["form"])
    about = _ABOUT.search(spot.left + " " + spot.right) is not None
    if found.kind == "mark" and not (form == "caveat" and _alone(spot)):
        return verdict(case, "mention", 0.3, "stands-talk") if about and form in ("banner", "caveat") else found
    if glued(spot) or about or quoted(spot.left, spot.right):
        return found
    if form == "caveat" and _alone(spot):  # VS-NfD.prf: a file about it?
        return verdict(case, "possible", 0.5, "stands-named")
    weak = re.fullmatch(str(case.rule.params.get("weak", "(?!)")), spot.text.strip()) is not None
    if (
        form in ("banner", "exam")
        or (form in ("star", "line") and case.term and case.star)
        or (form == "caveat" and not weak)
    ):
        return verdict(case, "mark", 0.85, "stands-named")
    if form == "phrase" and not weak and _PARTED.search(spot.left) and _PARTED.match(spot.right):
        return verdict(case, "mark", 0.8, "stands-named")
    strong = re.fullmatch(str(case.rule.params.get("strong", "(?!)")), spot.text.strip(), re.IGNORECASE)
    if form == "notice" and strong and spot.text.isupper():
        return verdict(case, "mark", 0.8, "stands-named")
    if form in ("phrase", "notice") or (form == "bare" and _PARTED.search(spot.left) and _PARTED.match(spot.right)):
        return verdict(case, "possible", 0.5, "stands-named")
    return found


def _alone(spot: Spot) -> bool:
    """Whether a file's name is nothing but the mark and its suffix."""
    return not spot.left.strip() and _SUFFIX.fullmatch(spot.right) is not None


def _exact(case: Case) -> Verdict:
    return verdict(case, "mark", 1.0, _EXACT.get(str(case.rule.params["form"]), "exact"))


_JUDGES: Final[Mapping[str, Callable[[Case], Verdict]]] = {
    "star": star,
    "exam": exam,
    "line": line,
    "field": field,
    "phrase": phrase,
    "bare": level,
    "banner": banner,
    "caveat": caveat,
    "word": word,
    "notice": notice,
    "exact": _exact,
    "portions": _exact,
    "block": _exact,
}
