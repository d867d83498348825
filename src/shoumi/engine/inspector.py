"""Runs the rules over a document: prefilter, fold when needed, detectors, then findings that may be shown."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shoumi.engine import cuts, passages, registry, rule
from shoumi.engine.detector import Batched, Detection, Detector
from shoumi.engine.errors import RuleError, Unexamined
from shoumi.engine.finding import masked, matches
from shoumi.engine.home import Home
from shoumi.engine.later import Later
from shoumi.engine.patterns import FOLD, Patterns, RawPatterns, prepare, prepare_raw
from shoumi.engine.rule import Pack, Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Gap, Locator, Match, Segment, Trail
from shoumi.engine.view import View

if TYPE_CHECKING:
    from shoumi.engine.detectors.passages import Passages

_CAPITALS: Final = re.compile("(?<=[A-Z]{2})[_-]|[_-](?=[A-Z]{2})")


class Inspector:
    """The rules of some packs, ready to run. One per process; ``until`` is the last day its verdicts so far hold."""

    def __init__(self, settings: Settings, home: Home) -> None:
        self.settings = settings
        cache_folder = home.folder("cache")
        self.packs: tuple[Pack, ...] = tuple(rule.load(name, cache_folder) for name in rule.resolve(settings.packs))
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
        self.later = self._batched(cache_folder)
        self._settled: list[tuple[int, Match | Gap]] = []
        self._patterns: Patterns = prepare(
            tuple(self.rules.values()), cache_folder, home.derive("rules cache"), registry.sniffer().traces
        )
        self._raw: Callable[[], RawPatterns] = cache(
            lambda: prepare_raw(tuple(self.rules.values()), cache_folder, home.derive("rules cache"))
        )
        self._key = home.derive("finding ids")
        self.until: datetime.date | None = None
        self._last: Document | None = None  # the end of a long chat that is inspected in several parts
        self.generation = ""  # of the registered documents; part of the cache key
        self.passages: Passages | None = None  # while nothing is registered they cost one look at the disk
        if passages.registered(home):
            self._look_for_registered(home)

    def _batched(self, cache_folder: Path) -> Later | None:
        """Return what collects documents for a detector that works on many at once, when a pack asks for one."""
        for detector, _ in self._detectors:
            if isinstance(detector, Batched):
                detector.cache = cache_folder
                return Later(detector, lambda found: self.rules[found.rule].category == "credential")
        return None

    def _look_for_registered(self, home: Home) -> None:
        from shoumi.engine.detectors.passages import Passages

        pack = rule.load(str(passages.RULES))
        finder = Passages(pack.rules, self.settings, home)
        self.generation, some = finder.load()
        if some:
            self.rules |= {entry.id: entry for entry in pack.rules}
            self.passages = finder

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        """Return what the rules find in a document; in a chat, also what is cut into several messages."""
        found = self._inspect(document, View(document.segments))
        if not any(segment.locator.message is not None for segment in document.segments):
            return found
        return self._with_cuts(document, found)

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:
        """Return what the rules find in a plain text that is valid UTF-8: the fast way for ordinary files."""
        hits = self.hits(raw)
        return self.inspect_hits(raw, trail, hits) if hits or self.wants_all else iter(())

    def hits(self, raw: bytes) -> dict[str, list[int]]:
        """Return where anchors end in valid UTF-8, by rule; and whether it is odd (``patterns``)."""
        return self._patterns.scan(raw)

    def inspect_hits(self, raw: bytes, trail: Trail, hits: dict[str, list[int]]) -> Iterator[Match | Gap]:
        """Return what the rules find in a plain text whose anchors are known."""
        segments = (Segment("", joint=""),)
        return self._decide(Document(trail, segments), View(segments, raw), hits)

    @property
    def wants_all(self) -> bool:
        """Whether a text without anchors is looked at, too: for registered passages, for many at once."""
        return self.passages is not None or self.later is not None

    def suspects(self, name: str) -> bool:
        """Whether any rule may apply to a path, or to its last name alone: one look, so that most need no more."""
        last = name.rpartition("/")[2]
        spaced = f"\n{_CAPITALS.sub(' ', last)}" if "_" in last or "-" in last else ""
        return bool(self._patterns.scan(f"{name}\n{last}{spaced}".encode("utf-8", "replace")))

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:
        """Return what the rules find in a file's name; low lines and hyphens beside capitals are spaces for marks."""
        found = set()
        for event in self._of_name(name, trail):
            found.add(event.rule)
            yield event
        spaced = _CAPITALS.sub(" ", name)
        if spaced != name:
            for event in self._of_name(spaced, trail):
                if event.rule not in found and self.rules[event.rule].detector == "marks":
                    yield event

    def _of_name(self, name: str, trail: Trail) -> Iterator[Match]:
        raw = name.encode("utf-8", "replace")
        hits = self._patterns.scan(raw)
        if not hits:
            return
        where = Locator(part="name")
        segments = (Segment("", joint="", locator=where),)
        for event in self._decide(Document(trail, segments), View(segments, raw), hits, alone=True):
            if isinstance(event, Match):
                yield replace(event, locator=where)

    @property
    def everything(self) -> bool:
        """Whether raw bytes are to be searched for all text, not only near anchors: registered passages have none."""
        return self.wants_all or not self._raw().complete

    def places(self, data: bytes) -> Sequence[tuple[int, int]]:
        """Return where anchors end in raw bytes, in any encoding (see ``rawsweep``)."""
        return self._raw().places(data)

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
        return self._decide(document, view, hits) if hits or self.wants_all else iter(())

    def _with_cuts(self, document: Document, found: Iterator[Match | Gap]) -> Iterator[Match | Gap]:
        """Yield what was found, then what only shows when messages are put together again."""
        known: list[Match] = []
        for event in found:
            if isinstance(event, Match):
                known.append(event)
            yield event
        before = cuts.continued(self._last, document)
        segments = (*before, *document.segments)
        self._last = replace(document, segments=segments[-4 * cuts.MOST :])
        pieced = [
            event
            for window in self._suspects(segments)
            if window[-1] >= len(before)
            for event in self._put_together(document, segments, window)
        ]
        if self.passages is not None:
            pieced += self._copied_apart(document, segments)
        yield from cuts.fresh(pieced, known)

    def _suspects(self, segments: Sequence[Segment]) -> Iterator[cuts.Window]:
        """Yield the windows in which something may reach over a border, told from many windows in one text."""
        for batch in cuts.batches(segments):
            hits = self._patterns.scan(batch.raw)
            if not hits:
                continue
            folded, found = self._detections(View((Segment(""),), batch.raw), hits, note=False)
            spans = (folded.source_span(detection.start, detection.end) for detection in found)
            yield from dict.fromkeys(window for span in spans if (window := batch.crossed(*span)) is not None)

    def _put_together(self, document: Document, segments: Sequence[Segment], window: cuts.Window) -> Iterator[Match]:
        joined = replace(document, segments=cuts.together(segments, window))
        view = View(joined.segments)
        view, found = self._detections(view, self._patterns.scan(view.raw))
        for match in matches(joined, view, found, self.rules, self._key, mask=self.mask):
            if "messages" in match.data:
                yield match

    def _copied_apart(self, document: Document, segments: Sequence[Segment]) -> Iterator[Match]:
        """Yield registered passages in the messages of one sender, between which others spoke."""
        if self.passages is None:
            return
        for places in cuts.orders(segments)[1]:
            own = replace(document, segments=tuple(segments[place] for place in places))
            view = View(own.segments)
            found = self.passages.find(view, own, ())
            for match in matches(own, view, found, self.rules, self._key, mask=self.mask):
                if "messages" in match.data:
                    yield match

    def _decide(
        self, document: Document, view: View, hits: dict[str, list[int]], *, alone: bool = False
    ) -> Iterator[Match | Gap]:
        """Yield what is found; ``alone`` for texts that are no document, such as names."""
        view, found = self._detections(view, hits)
        if self.passages is not None:
            copied = self.passages.find(view, document, found)
            self._note(copied)
            found += copied
        if self.later is None or alone:
            yield from self._shown(document, view, found)
        elif not self.later.open or any(segment.locator.message is not None for segment in document.segments):
            yield from self._with_more(document, view, found, self.later.one(view, found))
        elif self.later.add(document, view, found):
            self._settled += self._settle()

    def settle(self) -> list[tuple[int, Match | Gap]]:
        """Return what is found in the documents that wait for a detector of many at once, each with its task."""
        settled, self._settled = [*self._settled, *self._settle()], []
        return settled

    def _settle(self) -> Iterator[tuple[int, Match | Gap]]:
        for one, more in self.later.run() if self.later is not None else ():
            for event in self._with_more(one.document, one.view, one.found, more):
                yield one.task, event

    def _with_more(
        self, document: Document, view: View, found: Sequence[Detection], more: list[Detection] | Unexamined
    ) -> Iterator[Match | Gap]:
        if isinstance(more, Unexamined):
            yield from self._shown(document, view, found)
            yield Gap(more.reason, str(more), document.trail, "detect")
        else:
            yield from self._shown(document, view, [*found, *more])

    def _shown(self, document: Document, view: View, found: Sequence[Detection]) -> Iterator[Match | Gap]:
        kept, gaps = self._capped(found)
        yield from matches(document, view, kept, self.rules, self._key, mask=self.mask)
        for gap in gaps:
            yield Gap("limit", gap, document.trail, "detect")

    def _detections(self, view: View, hits: dict[str, list[int]], *, note: bool = True) -> tuple[View, list[Detection]]:
        if FOLD in hits:
            view = view.fold()
            hits = self._patterns.scan(view.raw)
            hits.pop(FOLD, None)
        found: list[Detection] = []
        for detector, names in self._detectors:
            if not names.isdisjoint(hits):
                found.extend(detector.detect(view, hits))
        if note:
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
