"""Runs the rules over a document: prefilter, fold when needed, detectors, then findings that may be shown."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shoumi.engine import passages, registry, rule
from shoumi.engine.detector import Detection, Detector
from shoumi.engine.errors import RuleError
from shoumi.engine.finding import masked, matches
from shoumi.engine.home import Home
from shoumi.engine.patterns import FOLD, Patterns, prepare
from shoumi.engine.rule import Pack, Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Gap, Locator, Match, Segment, Trail
from shoumi.engine.view import View

if TYPE_CHECKING:
    from shoumi.engine.detectors.passages import Passages


class Inspector:
    """The rules of some packs, ready to run. One per process; ``until`` is the last day its verdicts so far hold."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self.settings = settings
        cache = home.folder("cache")
        self.packs: tuple[Pack, ...] = tuple(rule.load(name, cache) for name in rule.resolve(settings.packs))
        self.rules: dict[str, Rule] = {entry.id: entry for pack in self.packs for entry in pack.rules}
        by_detector: dict[str, list[Rule]] = {}
        for entry in self.rules.values():
            by_detector.setdefault(entry.detector, []).append(entry)
        known = registry.detectors()
        for name, entries in by_detector.items():
            if name not in known:
                raise RuleError(entries[0].file, entries[0].line, f"{entries[0].id}: no detector {name!r}")
        self._detectors: list[tuple[Detector, frozenset[str]]] = [
            (known[name](entries, settings), frozenset(entry.id for entry in entries))
            for name, entries in sorted(by_detector.items())
        ]
        self._patterns: Patterns = prepare(tuple(self.rules.values()), cache, home.derive("rules cache"))
        self._key = home.derive("finding ids")
        self.until: datetime.date | None = None
        self.generation = ""  # of the registered documents; part of the cache key
        self.passages: Passages | None = None  # while nothing is registered they cost one look at the disk
        if passages.registered(home):
            self._look_for_registered(home)

    def _look_for_registered(self, home: Home) -> None:
        from shoumi.engine.detectors.passages import Passages

        pack = rule.load(str(passages.RULES))
        finder = Passages(pack.rules, self.settings, home)
        self.generation, some = finder.load()
        if some:
            self.rules |= {entry.id: entry for entry in pack.rules}
            self.passages = finder

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        """Return what the rules find in a document."""
        return self._inspect(document, View(document.segments))

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:
        """Return what the rules find in a plain text that is valid UTF-8: the fast way for ordinary files."""
        hits = self._patterns.scan(raw)
        if not hits and self.passages is None:
            return iter(())
        segments = (Segment("", joint=""),)
        return self._decide(Document(trail, segments), View(segments, raw), hits)

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:
        """Return what the rules find in a file's name."""
        raw = name.encode("utf-8", "replace")
        if not self._patterns.scan(raw):
            return iter(())
        events = self.inspect_bytes(raw, trail)
        return (replace(event, locator=Locator(part="name")) for event in events if isinstance(event, Match))

    def mask(self, text: str) -> str:
        """Return a name or path with the secrets that it holds masked."""
        raw = text.encode("utf-8", "replace")
        hits = self._patterns.scan(raw)
        if not hits:
            return text
        view = View((Segment(text),), raw)
        view, found = self._detections(view, hits)
        return masked(text, view, found)

    def _inspect(self, document: Document, view: View) -> Iterator[Match | Gap]:
        hits = self._patterns.scan(view.raw)
        labels = dict.fromkeys(segment.label for segment in view.segments if segment.label)
        for name in self._patterns.scan("\n".join(labels).encode("utf-8", "replace")) if labels else ():
            hits.setdefault(name, [])  # a column's heading calls its rules, although it stands elsewhere
        return self._decide(document, view, hits) if hits or self.passages is not None else iter(())

    def _decide(self, document: Document, view: View, hits: dict[str, list[int]]) -> Iterator[Match | Gap]:
        view, found = self._detections(view, hits)
        if self.passages is not None:
            copied = self.passages.find(view, document, found)
            self._note(copied)
            found += copied
        kept, gaps = self._capped(found)
        yield from matches(document, view, kept, self.rules, self._key)
        for gap in gaps:
            yield Gap("limit", gap, document.trail, "detect")

    def _detections(self, view: View, hits: dict[str, list[int]]) -> tuple[View, list[Detection]]:
        if FOLD in hits:
            view = view.fold()
            hits = self._patterns.scan(view.raw)
            hits.pop(FOLD, None)
        found: list[Detection] = []
        for detector, names in self._detectors:
            if not names.isdisjoint(hits):
                found.extend(detector.detect(view, hits))
        self._note(found)
        return view, found

    def _note(self, found: Sequence[Detection]) -> None:
        """Remember the first day on which one of the verdicts may be another."""
        for detection in found:
            if detection.until is not None and (self.until is None or detection.until < self.until):
                self.until = detection.until

    def _capped(self, found: Sequence[Detection]) -> tuple[Sequence[Detection], list[str]]:
        limit = self.settings.limits.matches
        if len(found) <= limit:
            return found, []
        seen: Counter[str] = Counter()
        kept = []
        for detection in sorted(found, key=lambda entry: (entry.start, entry.end)):
            seen[detection.rule] += 1
            if seen[detection.rule] <= limit:
                kept.append(detection)
        gaps = [
            f"{name}: {count} places, the first {limit} are reported"
            for name, count in sorted(seen.items())
            if count > limit
        ]
        return kept, gaps
