"""An organisation's own terms: ends of terms in, detections out.

Latin words count as whole words, any case; Chinese and the like wherever they stand. Where one term stands inside
another, the longer one counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from shoumi.engine.detector import Detection, Hits
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Reason
from shoumi.engine.view import View


class _List:
    """The terms of one rule, by their lower-case bytes, and the lengths that occur, longest first."""

    def __init__(self, rule: Rule) -> None:
        self.terms = {word.encode().lower(): word for word in rule.keywords}
        self.lengths = sorted({len(term) for term in self.terms}, reverse=True)

    def ending_at(self, raw: bytes, end: int) -> tuple[int, str] | None:
        """Return the start of the longest term that ends here as a whole word, and the term."""
        for length in self.lengths:
            start = end - length
            if start < 0:
                continue
            word = self.terms.get(raw[start:end].lower())
            if word is not None and not _cut(raw, start, end):
                return start, word
        return None


class Keywords:
    """Decides about terms of lists."""

    name: ClassVar[str] = "keywords"
    version: ClassVar[int] = 1

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        del settings  # a term is a term on any day
        self._lists = {rule.id: _List(rule) for rule in rules}

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:
        """Return the terms of a document."""
        for name, terms in self._lists.items():
            if name in hits:
                yield from _detections(name, _spans(view.raw, terms, hits[name]))


def _detections(rule: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[Detection]:
    for start, end, word in spans:
        reasons = (Reason("keywords.listed", (("term", word),)),)
        yield Detection(
            rule, start, end, word.lower(), reasons, 1.0, mask="none", data={"kind": "keyword", "term": word}
        )


def _spans(raw: bytes, terms: _List, ends: Iterable[int]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    done = -1
    for end in ends:
        if end == done:
            continue
        done = end
        found = terms.ending_at(raw, end)
        if found is None:
            continue
        while kept and kept[-1][0] >= found[0]:
            kept.pop()  # it stands inside this one
        if not kept or kept[-1][1] < end:
            kept.append((found[0], end, found[1]))
    return kept


def _cut(raw: bytes, start: int, end: int) -> bool:
    """Whether a term starts or ends inside a Latin word or number."""
    before = start > 0 and _letter(raw[start]) and _letter(raw[start - 1])
    return before or (end < len(raw) and _letter(raw[end - 1]) and _letter(raw[end]))


def _letter(byte: int) -> bool:
    return 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


PLUGIN = Keywords
