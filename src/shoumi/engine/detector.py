"""The contract of detectors: a View and the prefilter's hits in, Detections out.

Implementations stand in ``detectors/``, one module each, with a ``PLUGIN`` class. They decide; patterns, examples and
words are data in ``packs/``. A detector sees a candidate only where one of its rules' anchors ended.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from shoumi.engine.errors import Unexamined
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Category, Reason, Severity
from shoumi.engine.view import View, Window

Mask: TypeAlias = Literal["none", "edges", "all"]
Hits: TypeAlias = Mapping[str, Sequence[int]]  # rule id → ends of its anchors, bytes of the view, rising


@dataclass(frozen=True, slots=True)
class Detection:
    """One decision. ``start`` and ``end`` are bytes of the view; ``content`` is what makes two hits the same.

    ``mask`` says how much of the span a snippet may show: all of it (``none``, for marks), its first two and last
    two characters (``edges``), nothing (``all``). ``secret`` narrows what is masked. ``until``: the last day on which
    the verdict holds, for terms and exams.
    """

    rule: str
    start: int
    end: int
    content: str
    reasons: tuple[Reason, ...]
    confidence: float = 1.0
    severity: Severity | None = None  # the rule's, unless given
    category: Category | None = None  # the rule's, unless given
    mask: Mask = "edges"
    secret: tuple[int, int] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    until: datetime.date | None = None


class Detector(Protocol):
    """Decides about the candidates of its rules."""

    name: ClassVar[str]
    version: ClassVar[int]  # for people; earlier results end with any change of the code (made.py)

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        """Prepare for the rules that name this detector; must be fast (once a process)."""
        ...

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:
        """Return what is found, in any order; called only when one of the rules has hits."""
        ...


@runtime_checkable
class Batched(Detector, Protocol):
    """A detector that sees every document, many at once, because asking it costs much; its rules have no anchors."""

    batched: ClassVar[bool]
    cache: Path | None  # a folder for what it may keep between runs

    def scan(
        self, views: Sequence[View], beat: Callable[[], None]
    ) -> Iterator[tuple[View, list[Detection] | Unexamined]]:
        """Yield each view in order with what is found in it, or why it was not examined; ``beat`` is a sign of life."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a rule's exact pattern matches: the regular expression's match and the window it stands in."""

    match: re.Match[str]
    window: Window

    def span(self, group: int | str = 0) -> tuple[int, int]:
        """Return a group's bytes in the view."""
        start, end = self.match.span(group)
        return self.window.byte(start), self.window.byte(end)


def candidates(view: View, rule: Rule, ends: Iterable[int]) -> Iterator[Candidate]:
    """Verify a rule's exact pattern around its anchors: each match once, in order, never twice the same text.

    ``rule.reach`` bytes before and after the anchor's end are looked at; a match counts when it touches the anchor.
    """
    pattern, (before, after) = rule.regex, rule.reach
    done = -1
    for end in ends:
        if end <= done:
            continue
        window = view.window(end - before, end + after)
        anchor = window.index(end)
        for match in pattern.finditer(window.text):
            if match.start() > anchor:
                break
            if match.end() < anchor:
                continue
            candidate = Candidate(match, window)
            begin, finish = candidate.span()
            if begin >= done:
                done = finish
                yield candidate
            break
