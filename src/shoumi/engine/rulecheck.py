"""Are packs sound, and why does a text match: names of packs in, problems out; a text in, what each rule says out.

A pack is sound when its patterns and anchors compile, none can take exponential time, each example matches its rule, no
negative example does (a finding of severity info counts as none), and every id is unique over all packs.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shoumi.engine import pattern_safety, rule
from shoumi.engine.errors import RuleError
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.patterns import prepare
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Match, Reason, Segment, Severity, Trail

Problem = tuple[str, int, str]  # file, line, reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule says about a text: a severity when it matches, else the reasons why it does not."""

    rule: Rule
    severity: Severity | None
    reasons: tuple[Reason, ...]
    text: str


def problems(names: Sequence[str]) -> tuple[list[Problem], int]:
    """Return what is wrong with packs, and the number of rules that were looked at."""
    found: list[Problem] = []
    seen: dict[str, Rule] = {}
    for name in names:
        try:
            pack = rule.load(name)
        except RuleError as error:
            found.append((error.file, error.line, error.reason))
            continue
        for entry in pack.rules:
            if (other := seen.get(entry.id)) is not None:
                found.append((entry.file, entry.line, f"{entry.id} is defined twice, first in {other.file}"))
            seen[entry.id] = entry
        unsafe = [(entry, why) for entry in pack.rules if (why := _unsafe(entry))]
        found += [(entry.file, entry.line, f"{entry.id}: {why}") for entry, why in unsafe]
        if not unsafe:
            found += _examples(name, pack.rules)
    return found, len(seen)


def _unsafe(entry: Rule) -> str | None:
    return pattern_safety.against(entry.pattern) if entry.pattern is not None else None


def _examples(name: str, rules: Sequence[Rule]) -> list[Problem]:
    if name in rule.ON_REQUEST:  # what a scanner of others finds is not decided by these files
        return []
    try:
        with tempfile.TemporaryDirectory() as folder:
            inspector = Inspector(Settings(packs=(name,)), Home(folder))
    except RuleError as error:
        return [(error.file, error.line, error.reason)]
    return [problem for entry in rules for problem in _of_rule(inspector, entry)]


def _of_rule(inspector: Inspector, entry: Rule) -> Iterator[Problem]:
    for text in entry.examples:
        severity = _found(inspector, entry, text)
        if severity is None or (severity == "info" and entry.severity != "info"):
            yield entry.file, entry.line, f"{entry.id}: the example {text!r} is not found"
    for text in entry.negative_examples:
        if (_found(inspector, entry, text) or "info") != "info":
            yield entry.file, entry.line, f"{entry.id}: the negative example {text!r} is found"


def _found(inspector: Inspector, entry: Rule, text: str) -> Severity | None:
    document = Document(Trail(), (Segment(text),))
    for match in inspector.inspect(document):
        if isinstance(match, Match) and match.rule == entry.id:
            return match.severity
    return None


def explain(text: str, settings: Settings, home: Home) -> list[Outcome]:
    """Return what the rules say about a text: those that match first, then those that came near."""
    inspector = Inspector(settings, home)
    document = Document(Trail(), (Segment(text),))
    matches = [entry for entry in inspector.inspect(document) if isinstance(entry, Match)]
    outcomes = [Outcome(inspector.rules[match.rule], match.severity, match.reasons, match.snippet) for match in matches]
    matched = {match.rule for match in matches}
    others = [entry for entry in inspector.rules.values() if entry.id not in matched]
    hits = prepare(others, None, b"").scan(text.encode("utf-8", "replace"))
    near = [out for entry in others for out in _near(entry, text, anchored=entry.id in hits, settings=settings)]
    near.sort(key=lambda outcome: [reason.code for reason in outcome.reasons][:1] == ["rules.no-anchor"])
    return outcomes + near


def _near(entry: Rule, text: str, *, anchored: bool, settings: Settings) -> Iterator[Outcome]:
    """Yield why a rule does not match, when the text has its anchor or its whole pattern."""
    from shoumi.engine import registry

    match = entry.regex.search(text) if entry.pattern is not None else None
    if match is None:
        if anchored:
            yield Outcome(entry, None, (Reason("rules.pattern-fails"),), "")
        return
    if not anchored:
        yield Outcome(entry, None, (Reason("rules.no-anchor"),), "")
        return
    detector = registry.detectors()[entry.detector]
    refusal = getattr(detector, "refusal", None)
    reasons = refusal(entry, text, match, settings) if refusal is not None else ()
    yield Outcome(entry, None, reasons or (Reason("rules.refused"),), _edges(match))


def _edges(match: re.Match[str]) -> str:
    text = match.group()
    return text if len(text) < 8 else f"{text[:2]}…{text[-2:]}"
