"""The surroundings of a candidate: words beside it, the heading of its column, and what they change in the verdict.

A candidate whose form alone could be anything counts only beside words that say what it is; the same words raise
its confidence. Other words (order number, serial number) say that it is something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from shoumi.engine.detectors._verdict import Asked, Refused, Valid, Verdict, reason, refuse
from shoumi.engine.rule import Context, Rule

NEAR: Final = 14  # characters in which a word that names something else, or any CJK text, must stand
_SERIES: Final = re.compile(
    r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{4,5}[ ,-]{1,2}\0|\0[ ,-]{1,2}[0-9A-Fa-f]{4,5}(?![0-9A-Fa-f/])"
)
_CJK: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Around:
    """The text before and after a candidate, and the heading of the cell that it stands in."""

    before: str
    after: str
    label: str = ""


@cache
def words(*given: str) -> re.Pattern[str]:
    """Return a pattern for any of the words, any case; ASCII words only as whole words."""
    return re.compile(Context(tuple(given)).pattern, re.IGNORECASE)


def settle(rule: Rule, verdict: Verdict, around: Around, *, named: str = "") -> Verdict:
    """Return the verdict with its surroundings weighed in. ``named`` is the word that led to the candidate."""
    if isinstance(verdict, Refused):
        return verdict
    if rule.params.get("not_in_series") and _SERIES.search(f"{around.before[-6:]}\0{around.after[:6]}"):
        return refuse("context.series")
    if (other := rule.params.get("not")) and (word := _other(tuple(other), around)):
        return refuse("context.other", word=word)
    word, code = (named, "context.word") if named else _word(rule, around)
    if word:
        reasons = (*verdict.reasons, reason(code, word=word))
        return replace(verdict, reasons=reasons, confidence=min(0.99, verdict.confidence + 0.05))
    if verdict.sure or verdict.severity == "info":
        return verdict
    if rule.context.required:
        return refuse("context.missing")
    if "bare" not in rule.params or _known(rule, verdict, around):
        return verdict
    return replace(verdict, severity=rule.params["bare"], confidence=round(verdict.confidence * 0.6, 2),
                   reasons=(*verdict.reasons, reason("context.bare")))  # fmt: skip


def _other(other: tuple[str, ...], around: Around) -> str:
    pattern = words(*other)
    found = pattern.search(around.label) or pattern.search(around.before[-NEAR:])
    return found.group() if found else ""


def _word(rule: Rule, around: Around) -> tuple[str, str]:
    pattern = rule.context_regex
    if pattern is None:
        return "", ""
    if found := pattern.search(around.label):
        return found.group(), "context.label"
    window = rule.context.window
    found = pattern.search(around.before[-window:]) or pattern.search(around.after[:window])
    return (found.group(), "context.word") if found else ("", "")


def _known(rule: Rule, verdict: Valid, around: Around) -> bool:
    """Whether weaker signs stand in for a context word: a known issuer, or Chinese text right beside."""
    if verdict.data.get("known"):
        return True
    beside = around.before[-NEAR:] + around.after[:NEAR] + around.label
    return bool(rule.params.get("beside_cjk")) and _CJK.search(beside) is not None


def verdict_of(rule: Rule, text: str, around: Around, asked: Asked, *, named: str = "") -> Verdict:
    """Return what a rule's validator and the surroundings say about a text that its pattern matched."""
    from shoumi.engine.detectors._verdict import CHECKS

    return settle(rule, CHECKS[rule.check or "text"](text, asked), around, named=named)
