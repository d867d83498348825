"""Marks of secrecy: candidates of the packs in, detections with scheme, level, term and verdict out.

Each rule names a form of writing (``params.form``), a scheme and its levels. A candidate becomes a case, the case a
verdict; of several at one place the most specific stays. Then the document as a whole speaks: the same word at the top
and the foot, several portion marks, the lines of an authority block, and what is wrong with a mark (hygiene).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from shoumi.engine.detector import Candidate, Detection, Hits
from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_case import KINDS, Case, Kind, Verdict
from shoumi.engine.detectors._mark_company import COPY, company, official
from shoumi.engine.detectors._mark_exams import exam_end
from shoumi.engine.detectors._mark_forms import judge
from shoumi.engine.detectors._mark_groups import blocks, portions
from shoumi.engine.detectors._mark_spot import Spot, spot
from shoumi.engine.detectors._mark_terms import over, term
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import SEVERITIES, Reason, Severity
from shoumi.engine.view import View

_SPACE: Final = Lazy(r"\s+")
_LETTERS: Final = Lazy(r"\W+")
_AROUND: Final = 64  # characters on each side that tell one place from another
_SLACK: Final = 32  # characters that an anchor may reach beyond the mark
_IDEOGRAPH: Final = frozenset(bytes((lead,)) for lead in range(0xE4, 0xEA))  # first bytes of U+4E00 to U+9FFF
_LEVEL_WORD: Final = frozenset(char.encode() for char in "级級件")
_THIS: Final = tuple(char.encode() for char in "本此")  # 本文件密级为机密: the document speaks of itself
_OWN: Final = 60  # bytes before a level in which it does
_FIRST: Final = frozenset(char.encode() for char in "绝絕机機秘祕")
_CJK: Final = Lazy(r"[\u3040-\u9fff\uac00-\ud7a3]")
Judged = tuple[Case, Verdict]


@dataclass(frozen=True)
class _Levels:
    """The levels of a rule's scheme as it writes them."""

    entries: tuple[tuple[str, Lazy, Severity], ...]

    @classmethod
    def of(cls, rule: Rule) -> _Levels:
        levels: dict[str, dict[str, Any]] = rule.params.get("levels", {})
        return cls(
            tuple((name, Lazy(entry["words"], re.IGNORECASE), entry["severity"]) for name, entry in levels.items())
        )

    def find(self, written: str) -> tuple[str, Severity] | None:
        """Return the canonical word and the severity of a level as it is written."""
        text = _SPACE.sub("" if _CJK.search(written) else " ", written).strip()
        for name, words, severity in self.entries:
            if words.fullmatch(text):
                return (text if name.startswith("*") else name), severity
        return None


class Marks:
    """Decides whether a level of secrecy marks the document or is only spoken about."""

    name: ClassVar[str] = "marks"
    version: ClassVar[int] = 1

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._rules = tuple((rule, _Levels.of(rule)) for rule in rules if rule.pattern is not None)
        self._hygiene = {rule.params["hygiene"]: rule for rule in rules if "hygiene" in rule.params}
        self._settings = settings

    def detect(self, view: View, hits: Hits) -> Iterator[Detection]:
        """Yield the marks of a document in order of rank, then what is wrong with them."""
        judged = [(case, judge(case)) for case in self._cases(view, hits)]
        kept = _corroborate(_strongest(judged))
        if not self._settings.mentions:
            kept = [entry for entry in kept if entry[1].kind != "mention"]
        if not kept:
            return
        opening = _normal(view.window(0, 2048).text)[: 2 * _AROUND]
        for case, verdict in kept:
            if "hygiene" in case.rule.params:
                yield from self._misused(case, verdict)
                continue
            yield self._detection(case, verdict, opening)
            if verdict.kind == "mark":
                yield from self._wrong(case)

    def _cases(self, view: View, hits: Hits) -> Iterator[Case]:
        for rule, levels in self._rules:
            ends = hits.get(rule.id)
            if rule.params["form"] == "bare" and not self._settings.mentions:
                ends = [end for end in ends or () if not _inside_words(view.raw, end)]
            if not ends:
                continue
            found: Iterable[Candidate] = _candidates(view, rule, ends)
            if rule.params["form"] == "portions":
                found = portions(found)
            elif rule.params["form"] == "block":
                found = blocks(found)
            for candidate in found:
                case = _case(view, rule, levels, candidate)
                if case is not None:
                    yield case

    def _detection(self, case: Case, verdict: Verdict, opening: str) -> Detection:
        severity = case.severity if verdict.kind == "mark" else _lower(case.severity)
        if verdict.kind == "mention":
            severity = "info"
        data = {"scheme": case.scheme, "level": case.level, "kind": verdict.kind}
        if case.term:
            data["term"] = case.term
        until = None
        reasons = verdict.reasons
        if case.rule.params["form"] == "exam" and verdict.kind != "mention":
            ends = exam_end(case.spot)
            if ends is not None and ends < self._settings.today:
                severity = "info"
                reasons = (*reasons, Reason("marks.exam-past", (("date", ends.isoformat()),)))
            else:
                until = ends
        elif case.term and (ends := term(case.term).until) is not None:
            if ends < self._settings.today:
                reasons = (*reasons, Reason("marks.term-ended", (("date", ends.isoformat()),)))
            else:
                until = ends
        return Detection(
            rule=case.rule.id,
            start=case.spot.start,
            end=case.spot.end,
            content=_content(case, opening),
            reasons=reasons,
            confidence=verdict.confidence,
            severity=severity,
            mask="none",
            data=data,
            until=until,
        )

    def _misused(self, case: Case, verdict: Verdict) -> Iterator[Detection]:
        if verdict.kind == "mark":
            yield self._malformed(case, case.rule, Reason("marks.star-misused", (("level", case.level),)))

    def _wrong(self, case: Case) -> Iterator[Detection]:
        """Yield what is wrong with a state-secret mark."""
        if case.scheme == "cn-trade" and case.star.strip() and (rule := self._hygiene.get("star-misused")):
            yield self._malformed(case, rule, Reason("marks.star-misused", (("level", case.level),)))
        if case.scheme != "cn":
            return
        if case.term and (rule := self._hygiene.get("term-over")):
            limit = over(case.level, term(case.term))
            if limit is not None:
                values: tuple[tuple[str, str | int], ...] = (
                    ("level", case.level),
                    ("term", case.term),
                    ("limit", limit),
                )
                yield self._malformed(case, rule, Reason("marks.term-over", values))
        if case.rule.params["form"] != "star":
            return
        if (rule := self._hygiene.get("no-copy-number")) and official(case.spot) and COPY not in company(case.spot):
            yield self._malformed(case, rule, Reason("marks.no-copy-number"))
        if (rule := self._hygiene.get("form-unknown")) and _malformed(case):
            yield self._malformed(case, rule, Reason("marks.form-unknown", (("written", case.spot.text.strip()),)))

    @staticmethod
    def _malformed(case: Case, rule: Rule, reason: Reason) -> Detection:
        data = {"scheme": case.scheme, "level": case.level, "kind": "mark"} | ({"term": case.term} if case.term else {})
        content = _content(case, "")
        return Detection(
            rule.id, case.spot.start, case.spot.end, content, (reason,), 0.9, rule.severity, mask="none", data=data
        )


def _inside_words(raw: bytes, end: int) -> bool:
    """Whether a level of two characters has another ideograph on either side, as in prose; told from bytes alone."""
    after, before = raw[end : end + 3], raw[max(0, end - 9) : max(0, end - 6)]
    prose = after[:1] in _IDEOGRAPH and after not in _LEVEL_WORD
    prose = prose or (before[:1] in _IDEOGRAPH and raw[end - 6 : end - 3] in _FIRST)
    return prose and not any(word in raw[max(0, end - _OWN) : end] for word in _THIS)


def _candidates(view: View, rule: Rule, ends: Iterable[int]) -> Iterator[Candidate]:
    """Verify a rule's pattern around its anchors, which may reach over what follows a mark to the end of its line."""
    before, after = rule.reach
    done = -1
    for end in ends:
        window = view.window(end - before, end + after)
        anchor = window.index(end)
        for match in rule.regex.finditer(window.text):
            if match.start() > anchor:
                break
            if match.end() < anchor - _SLACK:
                continue
            candidate = Candidate(match, window)
            begin, finish = candidate.span()
            if begin >= done:
                done = finish
                yield candidate


def _case(view: View, rule: Rule, levels: _Levels, candidate: Candidate) -> Case | None:
    groups = candidate.match.groupdict()
    written = next((groups[name] for name in ("level", "level2", "level3") if groups.get(name)), candidate.match[0])
    found = levels.find(written)
    if found is None:
        return None
    level, severity = found
    length = next((groups[name] for name in ("term", "event", "event2") if groups.get(name)), None)
    start, end = candidate.span()
    return Case(
        rule,
        spot(view, start, end),
        str(rule.params.get("scheme", rule.pack)),
        level,
        _SPACE.sub("", length) if length else None,
        severity,
        groups.get("star") or "",
    )


def _malformed(case: Case) -> bool:
    """Whether the star is none of ★☆ or repeated, or the term has no unit."""
    return case.star not in ("★", "☆") or (case.term is not None and case.term.isdecimal())


def _strongest(judged: Iterable[Judged]) -> list[Judged]:
    """Keep one case a place: the most specific form, then the surer verdict, then the longer span."""
    order = sorted(
        judged,
        key=lambda entry: (
            -entry[0].rank,
            KINDS.index(entry[1].kind),
            SEVERITIES.index(entry[0].severity),
            entry[0].spot.start - entry[0].spot.end,
            entry[0].spot.start,
        ),
    )
    kept: list[Judged] = []
    taken: list[tuple[int, int]] = []
    for case, verdict in order:
        start, end = case.spot.start, case.spot.end
        if "hygiene" not in case.rule.params:
            at = bisect_left(taken, (start, end))
            if (at < len(taken) and taken[at][0] < end) or (at and taken[at - 1][1] > start):
                continue
            taken.insert(at, (start, end))
        kept.append((case, verdict))
    return kept


def _corroborate(judged: Sequence[Judged]) -> list[Judged]:
    """Raise possible marks that the rest of the document confirms."""
    certain = {case.scheme for case, verdict in judged if verdict.kind == "mark"}
    edges = Counter(
        (case.rule.id, case.level) for case, verdict in judged if verdict.kind != "mention" and _at_edge(case.spot)
    )
    paragraphs = Counter(case.rule.id for case, verdict in judged if _has(verdict, "marks.portion"))
    raised: list[Judged] = []
    for case, verdict in judged:
        if verdict.kind != "possible":
            raised.append((case, verdict))
            continue
        if edges[case.rule.id, case.level] > 1 and _at_edge(case.spot):
            raised.append((case, _raise(verdict, "repeated")))
        elif _has(verdict, "marks.portion") and paragraphs[case.rule.id] > 1:
            raised.append((case, _raise(verdict, "portions")))
        elif _has(verdict, "marks.word") and case.scheme in certain:
            raised.append((case, _raise(verdict, "confirmed")))
        else:
            raised.append((case, verdict))
    return raised


def _at_edge(place: Spot) -> bool:
    return (place.opens and len(place.above) < 2 and bool(place.below)) or place.bottom


def _has(verdict: Verdict, code: str) -> bool:
    return any(reason.code == code for reason in verdict.reasons)


def _raise(verdict: Verdict, code: str) -> Verdict:
    kind: Kind = "mark"
    return replace(verdict, kind=kind, confidence=0.85, reasons=(*verdict.reasons, Reason(f"marks.{code}")))


def _lower(severity: Severity) -> Severity:
    return SEVERITIES[min(SEVERITIES.index(severity) + 1, len(SEVERITIES) - 1)]


def _content(case: Case, opening: str) -> str:
    """Return what makes two places the same: at the edge of a page the document's opening, else the words around."""
    place = case.spot
    if opening and (place.edge or _at_edge(place)):
        around = opening
    else:
        around = _normal(place.before[-4 * _AROUND :])[-_AROUND:] + "\0" + _normal(place.after[: 4 * _AROUND])[:_AROUND]
    return "\0".join((case.scheme, case.level, case.term or "", around))


def _normal(text: str) -> str:
    return _LETTERS.sub("", text.casefold())


PLUGIN = Marks
