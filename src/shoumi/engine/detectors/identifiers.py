"""Identifiers of persons and organisations: candidates in, detections with their reasons out.

A rule's pattern finds the candidate at its anchor, a validator checks it (check digits, dates, regions, issuers), the
surroundings settle what it is worth. Kinds that are only digits are looked for behind the words that name them
(``params.where: after``). At last the whole document is looked at: lists of people and combinations weigh more than
their parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Final

from shoumi.engine.detector import Candidate, Detection, Hits, Mask, candidates
from shoumi.engine.detectors import _abroad, _china  # noqa: F401  (they register their validators)
from shoumi.engine.detectors._context import Around, verdict_of
from shoumi.engine.detectors._people import People
from shoumi.engine.detectors._verdict import CHECKS, Asked, Refused, Valid, reason
from shoumi.engine.errors import RuleError
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Reason, Severity
from shoumi.engine.view import View, Window

_LOCAL_BACKWARDS: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}")
_DOMAIN: Final = re.compile(rb"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])")


_BARE: Final = "identifiers.context.bare"
_COMPANY: Final = reason("context.company")
_BESIDE: Final = 24  # bytes between two identifiers of one row


class Identifiers:
    """Decides about numbers, cards, plates, addresses and the like."""

    name: ClassVar[str] = "identifiers"
    version: ClassVar[int] = 1

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._today = settings.today
        self._rules = [rule for rule in rules if rule.pattern is not None]
        self._people = People(rules)
        self._severities = {rule.id: rule.severity for rule in self._rules}
        for rule in self._rules:
            if rule.check is not None and rule.check not in CHECKS:
                raise RuleError(rule.file, rule.line, f"{rule.id}: no validator {rule.check!r}")

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:
        """Return the identifiers of a document, none inside another, and what they amount to together."""
        labelled = any(segment.label for segment in view.segments)
        found: list[Detection] = []
        for rule in self._rules:
            if rule.id in hits:
                found.extend(self._of_rule(view, rule, hits[rule.id], labelled))
        kept = raised(disjoint(found), self._severities)
        kept.extend(self._people.detect(view, kept))
        return kept

    @staticmethod
    def refusal(rule: Rule, text: str, match: re.Match[str], settings: Settings) -> tuple[Reason, ...]:
        """Return why a match of a rule's pattern is none, or that another rule explains it better."""
        start, end = match.span()
        near = Around(text[:start], text[end:])
        value = match.groupdict().get("secret") or match.group()
        verdict = verdict_of(rule, value, near, Asked(settings.today, rule.params))
        return (verdict.reason,) if isinstance(verdict, Refused) else (Reason("rules.overlaps"),)

    def _of_rule(self, view: View, rule: Rule, ends: Sequence[int], labelled: bool) -> Iterator[Detection]:
        asked = Asked(self._today, rule.params)
        if rule.params.get("where") == "address":
            yield from _addresses(view, rule, ends, asked, labelled=labelled)
        elif rule.params.get("where") == "after":
            for candidate, word in _named(view, rule, ends):
                yield from _detection(rule, candidate, Around("", ""), asked, named=word)
            if labelled:
                yield from _in_columns(view, rule, asked)
        else:
            for candidate in candidates(view, rule, ends):
                yield from _detection(rule, candidate, around(view, candidate, labelled), asked)


def around(view: View, candidate: Candidate, labelled: bool) -> Around:
    """Return the surroundings of a candidate."""
    start, end = candidate.span()
    before, after = view.window(start - 256, start).text, view.window(end, end + 192).text
    label = view.segments[view.segment_at(view.source_span(start, end)[0])].label if labelled else ""
    return Around(before, after, label)


def _detection(rule: Rule, candidate: Candidate, near: Around, asked: Asked, *, named: str = "") -> Iterator[Detection]:
    group = "secret" if candidate.match.groupdict().get("secret") is not None else 0
    verdict = verdict_of(rule, candidate.match.group(group), near, asked, named=named)
    if isinstance(verdict, Valid):
        yield _detected(rule, *candidate.span(group), verdict)


def _detected(rule: Rule, start: int, end: int, verdict: Valid) -> Detection:
    data = {"kind": rule.params.get("kind", rule.id.partition(".")[2])} | dict(verdict.data)
    data.pop("known", None)
    mask: Mask = "all" if rule.mask == "all" else "edges"
    return Detection(rule.id, start, end, verdict.content, verdict.reasons, verdict.confidence, verdict.severity,
                     mask=mask, data=data)  # fmt: skip


def _named(view: View, rule: Rule, ends: Iterable[int]) -> Iterator[tuple[Candidate, str]]:
    """Yield the first match behind each word, and the word; never the same text twice."""
    reach = rule.reach[1]
    done = -1
    for end in ends:
        window = view.window(end, end + reach)
        match = rule.regex.search(window.text)
        if match is None:
            continue
        candidate = Candidate(match, window)
        start, finish = candidate.span()
        if start < done:
            continue
        done = finish
        before = view.window(end - 48, end).text
        word = rule.context_regex.findall(before) if rule.context_regex else []
        yield candidate, word[-1] if word else before[-8:].strip()


def _in_columns(view: View, rule: Rule, asked: Asked) -> Iterator[Detection]:
    """Yield what stands in cells whose column's heading names the kind."""
    if rule.context_regex is None or view.original is not view:
        return
    for number, segment in enumerate(view.segments):
        if not segment.label or (word := rule.context_regex.search(segment.label)) is None:
            continue
        match = rule.regex.search(segment.text)
        if match is not None:
            window = Window(segment.text, view.starts[number])
            near = Around("", "", segment.label)
            yield from _detection(rule, Candidate(match, window), near, asked, named=word.group())


def _addresses(view: View, rule: Rule, ends: Iterable[int], asked: Asked, *, labelled: bool) -> Iterator[Detection]:
    """Yield each distinct e-mail address once a document: change logs repeat them thousands of times."""
    raw = view.raw
    seen: set[bytes] = set()
    for end in ends:
        local = _LOCAL_BACKWARDS.match(raw[max(0, end - 66) : end - 2][::-1])
        domain = _DOMAIN.match(raw, end - 1)
        if local is None or domain is None:
            continue
        start = end - 2 - local.end()
        address = raw[start : domain.end()].lower()
        if address in seen:
            continue
        seen.add(address)
        text = address.decode("ascii").lstrip(".-%+")
        verdict = CHECKS["email"](text, asked)
        if isinstance(verdict, Valid):
            found = _detected(rule, domain.end() - len(text), domain.end(), verdict)
            yield replace(found, severity="low") if labelled and _headed(view, rule, found) else found


def _headed(view: View, rule: Rule, found: Detection) -> bool:
    """Whether the heading of the column that a detection stands in names its kind."""
    label = view.segments[view.segment_at(view.source_span(found.start, found.end)[0])].label
    return bool(label and rule.context_regex and rule.context_regex.search(label))


def disjoint(found: list[Detection]) -> list[Detection]:
    """Return the detections without those that overlap a better one: surer first, then longer."""
    found.sort(key=lambda entry: (entry.start, entry.end))
    kept: list[Detection] = []
    for entry in found:
        if kept and entry.start < kept[-1].end:
            if _rank(entry) > _rank(kept[-1]):
                kept[-1] = entry
            continue
        kept.append(entry)
    return kept


def raised(found: list[Detection], severities: Mapping[str, Severity]) -> list[Detection]:
    """Return the detections with those raised that were lowered for want of context but stand beside a sure one."""
    out = []
    for place, entry in enumerate(found):
        if any(given.code == _BARE for given in entry.reasons) and entry.severity == "low":
            near = [found[at] for at in (place - 1, place + 1) if 0 <= at < len(found)]
            if any(
                _rank(other)[0] and max(other.start - entry.end, entry.start - other.end) <= _BESIDE for other in near
            ):
                reasons = (*(given for given in entry.reasons if given.code != _BARE), _COMPANY)
                entry = replace(entry, severity=severities[entry.rule], reasons=reasons)  # noqa: PLW2901
        out.append(entry)
    return out


def _rank(entry: Detection) -> tuple[bool, float, int]:
    return entry.severity not in ("info", "low"), entry.confidence, entry.end - entry.start


PLUGIN = Identifiers
