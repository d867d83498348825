"""Passages of registered documents: a document in, detections with source, level and what became of the mark out.

The prefilter has nothing to say here: what is looked for is what was registered. The inspector therefore opens this
detector only when something is registered, and calls ``find`` for every document, after the marks.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from shoumi.engine.detector import Detection, Hits
from shoumi.engine.home import Home
from shoumi.engine.passages.clock import moment, now
from shoumi.engine.passages.levels import Level, level, raised
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Gap, Reason, Severity, Step, Trail
from shoumi.engine.view import View

if TYPE_CHECKING:
    from shoumi.engine.passages.registry import Register, Registered
    from shoumi.engine.passages.search import Passage, Searcher

COPIED: Final = "passages.copied"
_MARKS: Final = frozenset(("mark", "possible"))


class Passages:
    """Recognises registered documents. ``home`` is theirs; without one nothing is found."""

    name: ClassVar[str] = "passages"
    version: ClassVar[int] = 1

    def __init__(self, rules: Sequence[Rule], settings: Settings, home: Home | None = None) -> None:
        self._rules, self._settings, self._home = rules, settings, home
        self._damaged: list[str] = []
        self._earlier: list[str] = []
        self._believed = 0.0
        self.accumulates = False  # whether excerpts too short to count alone are remembered: scans only

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:  # noqa: ARG002  (the contract's)
        """Return what is found in a view, as if no mark and no place were known."""
        return () if self._home is None else self.find(view, Document(Trail(), ()), ())

    @cached_property
    def _register(self) -> Register:
        from shoumi.engine.passages.registry import Register

        if self._home is None:
            raise LookupError("no home")
        return Register(self._home)

    @cached_property
    def _searcher(self) -> Searcher:
        from shoumi.engine.passages.search import Searcher

        segments, self._damaged = self._register.open_segments()
        self._earlier = [segment.name for segment in segments if segment.earlier]
        return Searcher(self._register.index_key, segments, self._register.families())

    def load(self) -> tuple[str, bool]:
        """Open everything now, so that workers share it; returns generation and whether anything is registered."""
        generation = self._register.generation
        some = self._register.count() > 0
        if some:
            _ = self._searcher
            self._believed = self._register.clock.believed()
        self._register.close()
        del self._register  # a database connection must not be carried into another process
        return generation, some

    def gaps(self) -> Iterator[Gap]:
        """Yield what cannot be recognised because the index is damaged, or not surely because it is old."""
        for name in self._damaged:
            detail = f"{name} of the registry is damaged: run `shoumi register verify`"
            yield Gap("corrupt", detail, Trail((Step("file", "registry"), Step("file", name))), "detect")
        for name in self._earlier:
            detail = (
                f"{name} of the registry was written by an earlier version, and some copies of its documents are "
                "missed: run `shoumi register repair` and add the documents again that it names"
            )
            yield Gap("unsupported", detail, Trail((Step("file", "registry"), Step("file", name))), "detect")

    def find(self, view: View, document: Document, others: Sequence[Detection]) -> list[Detection]:
        """Return the passages in a document. ``others`` are its other detections: the marks among them count."""
        from shoumi.engine.passages.readings import once

        found = self._searcher.search(once(view), fragments=self.accumulates)
        if found.fragments and self.accumulates:
            self._remember(found.fragments, document)
        if not found.passages:
            return []
        mark = _highest(others)
        return [
            detection
            for passage in found.passages
            if (source := self._source(passage.number)) is not None
            and not _at_home(source, document.trail)
            and (detection := self._detection(passage, source, mark)) is not None
        ]

    def _source(self, number: int) -> Registered | None:
        return self._register.by_number(number)

    def _remember(self, fragments: Sequence[Passage], document: Document) -> None:
        from shoumi.engine.passages import accumulate

        away = [
            one for one in fragments if (source := self._source(one.number)) and not _at_home(source, document.trail)
        ]
        if self._home is not None and away:
            accumulate.remember(self._home, away, str(document.trail))

    def _detection(self, passage: Passage, source: Registered, mark: tuple[Level, str] | None) -> Detection | None:
        own = level(source.level)
        marked = mark is not None and mark[0].rank >= own.rank
        severity: Severity = own.severity if marked else raised(own.severity)
        if own.severity == "info":
            severity = "info"
        reasons = [
            Reason("passages.copied", (("title", source.title), ("level", source.level), ("length", passage.length)))
        ]
        ended, until = self._ended(source)
        if ended is not None:
            reasons.append(ended)
        if ended is not None and ended.code != "passages.unconfirmed":
            severity = "info"
        elif marked:
            reasons.append(Reason("passages.marked"))
        elif mark is not None:
            reasons.append(Reason("passages.lowered", (("mark", mark[1]), ("level", source.level))))
        else:
            reasons.append(Reason("passages.removed"))
        spanned = min(passage.length, passage.source[1] - passage.source[0])  # sentences in another order span more
        data: dict[str, Any] = {
            "document": {"id": source.id, "title": source.title, "level": source.level},
            "length": passage.length,
            "source_span": list(passage.source),
            "coverage": round(min(1.0, spanned / max(1, source.characters)), 3),
            "marked": marked,
        }
        content = f"{source.id}\0{passage.text.decode('utf-16-le', 'replace')}"
        return Detection(
            COPIED,
            passage.start,
            passage.end,
            content,
            tuple(reasons),
            severity=severity,
            mask="edges",
            data=data,
            until=until,
        )

    def _ended(self, source: Registered) -> tuple[Reason | None, datetime.date | None]:
        """Return why the document is no longer protected, if so, and the last day on which that verdict holds."""
        if source.released:
            return Reason("passages.released", (("because", source.released),)), None
        if not source.until:
            return None, None
        end = moment(source.until)
        if end <= self._believed:
            return Reason("passages.ended", (("until", source.until),)), None
        yesterday = self._settings.today - datetime.timedelta(days=1)  # the verdict may change any time: never cached
        if end <= now():
            return Reason("passages.unconfirmed", (("until", source.until),)), yesterday
        last = datetime.datetime.fromtimestamp(end).astimezone().date() - datetime.timedelta(days=1)
        return None, max(yesterday, last)


def _highest(others: Sequence[Detection]) -> tuple[Level, str] | None:
    """Return the gravest level that the document is marked with, as it is written."""
    marks = [
        (level(str(entry.data["level"])), str(entry.data["level"]))
        for entry in others
        if entry.data.get("kind") in _MARKS and entry.data.get("level")
    ]
    return max(marks, key=lambda mark: mark[0].rank, default=None)


def _at_home(source: Registered, trail: Trail) -> bool:
    """Whether a document was found at an address that it belongs to, or below it."""
    if not source.belongs or not trail.steps:
        return False
    path = place(trail.steps[0].name)
    return any(path == home or path.startswith(home.rstrip("/") + "/") for home in map(place, source.belongs))


def place(address: str) -> str:
    """Return an address so that two ways of writing a local one are equal."""
    return address if "://" in address else os.path.realpath(address)


PLUGIN = Passages
