"""A manuscript before publication: where each part of it comes from, what it inherits, what was not examined.

In: a file. Out: a ``Sheet``: its text piece by piece with every copied passage, mark and personal datum in place, the
sources with their share, the highest level and the longest term among them (GB/T 保密 practice: a compilation takes
the highest level and the longest term of what it contains), decisions that a reviewer took earlier, by content, and
every gap. The sheet shows the text: it is a carrier of the inherited level itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from shoumi.engine import registry
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.passages.levels import Level, level
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy
from shoumi.engine.types import Document, Gap, Match, Segment, Trail

VERDICTS: Final = ("keep", "remove", "rewrite", "approve")
_SHOWN: Final = frozenset(("passage", "state-secret", "work-secret", "trade-secret", "classified-foreign", "personal"))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a reviewer decided about one piece of content, wherever it stands."""

    id: str  # the finding's
    verdict: str
    reason: str = ""
    by: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding in place: code points ``start:end`` of its piece."""

    match: Match
    start: int
    end: int
    decision: Decision | None


@dataclass(slots=True)
class Piece:
    """A segment of the manuscript with what was found in it."""

    trail: Trail
    segment: Segment
    hits: list[Hit] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """A registered document that the manuscript draws on."""

    id: str
    title: str
    level: str
    term: str | None
    until: str | None
    passages: int = 0
    characters: int = 0
    spans: list[tuple[int, int]] = field(default_factory=list)
    size: int = 0
    open: bool = True  # still protected

    @property
    def share(self) -> float:
        """The part of the source that is in the manuscript, 0 … 1."""
        covered, at = 0, 0
        for start, end in sorted(self.spans):
            covered += max(0, end - max(start, at))
            at = max(at, end)
        # A passage of sentences in another order spans more of the source than it has of it.
        return min(1.0, min(covered, self.characters) / self.size) if self.size else 0.0


@dataclass(slots=True)
class Sheet:
    """The result. ``level`` and ``term`` are inherited; None when nothing protected was found."""

    path: str
    sha256: str
    text_sha256: str
    pieces: list[Piece] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    level: Level | None = None
    level_name: str = ""
    term: str | None = None
    generation: str = ""

    @property
    def hits(self) -> Iterator[Hit]:
        """All findings, in order of place."""
        return (hit for piece in self.pieces for hit in piece.hits)

    @property
    def undecided(self) -> int:
        """How many findings wait for a decision."""
        return sum(hit.decision is None for hit in self.hits)


class _Reader:
    """Stands where the rules would: keeps the text and has the rules look at it."""

    def __init__(self, inspector: Inspector, watch: Callable[[int], None] | None = None) -> None:
        self._inspector, self._watch = inspector, watch
        self.pieces: list[Piece] = []

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        pieces = [Piece(document.trail, segment) for segment in document.segments]
        self.pieces += pieces
        if self._watch is not None:
            self._watch(len(self.pieces))
        # Segment by segment in one view: a match says its place by the segment's own locator and span.
        return self._placed(pieces, self._inspector.inspect(document))

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:
        return self.inspect(Document(trail, (Segment(raw.decode("utf-8", "replace")),)))

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:
        return self._inspector.inspect_name(name, trail)

    def suspects(self, name: str) -> bool:
        return self._inspector.suspects(name)

    def mask(self, text: str) -> str:
        return text

    def _placed(self, pieces: Sequence[Piece], events: Iterable[Match | Gap]) -> Iterator[Match | Gap]:
        for event in events:
            if isinstance(event, Match):
                self._place(pieces, event)
            yield event

    def _place(self, pieces: Sequence[Piece], match: Match) -> None:
        """Give a match to its piece, and the rest of it to the pieces that follow when it reaches further."""
        start, end = match.span
        for number, piece in enumerate(pieces):
            segment = piece.segment
            if not _same(segment, match) or not segment.base <= start <= segment.base + len(segment.text):
                continue
            first, left = start - segment.base, end - start
            for later in pieces[number:]:
                taken = min(left, len(later.segment.text) - first)
                if taken > 0:
                    later.hits.append(Hit(match, first, first + taken, None))
                left -= taken + (1 if later.segment.joint else 0)
                first = 0
                if left <= 0:
                    return
            return


def _same(segment: Segment, match: Match) -> bool:
    own, found = segment.locator, match.locator
    names = ("page", "slide", "sheet", "cell", "part", "message", "offset")
    return all(getattr(own, name) == getattr(found, name) for name in names)


def review(
    path: str,
    home: Home,
    settings: Settings,
    decisions: Mapping[str, Decision] | None = None,
    *,
    remember: bool = False,
    watch: Callable[[int], None] | None = None,
) -> Sheet:
    """Review a manuscript. Raises AddressError when it is not there, UsageError when it is a folder.

    ``remember``: excerpts too short to count alone are noted, to be added up; ``watch`` hears how many pieces
    were read.
    """
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder: review one manuscript at a time")
    inspector = Inspector(settings, home)
    if inspector.passages is not None:
        inspector.passages.accumulates = remember
    reader = _Reader(inspector, watch)
    source = next(source for source in registry.sources() if source.accepts(path))
    events: list[Match | Gap] = []
    for entry in source.walk(path, Policy(), frozenset()):
        if isinstance(entry, Found):
            examined = Examiner(reader, settings).examine(source.item(entry.path, settings))
            events += [event for event in examined if isinstance(event, Match | Gap)]
        elif isinstance(entry, Gap):
            events.append(entry)
    try:
        digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise AddressError(f"{path} cannot be read") from error
    sheet = Sheet(path, digest, text_digest(piece.segment.text for piece in reader.pieces), reader.pieces)
    sheet.gaps = [event for event in events if isinstance(event, Gap)]
    if inspector.passages is not None:
        sheet.gaps += list(inspector.passages.gaps())
    sheet.generation = inspector.generation
    _settle(sheet, decisions or {})
    _inherit(sheet, home)
    return sheet


def text_digest(texts: Iterable[str]) -> str:
    """Return the SHA-256 of the normalised text: equal for the same words in any layout."""
    from shoumi.engine.passages.normalise import fold

    return hashlib.sha256(
        b"".join(fold(text.encode("utf-8", "replace")).astype("<u2").tobytes() for text in texts)
    ).hexdigest()


def _settle(sheet: Sheet, decisions: Mapping[str, Decision]) -> None:
    for piece in sheet.pieces:
        shown = [hit for hit in piece.hits if hit.match.category in _SHOWN]
        piece.hits = sorted(
            (Hit(hit.match, hit.start, hit.end, decisions.get(hit.match.id)) for hit in shown),
            key=lambda hit: (hit.start, hit.end),
        )


def _inherit(sheet: Sheet, home: Home) -> None:
    """Find the sources, the highest level and the longest term; a level without an end is longer than any."""
    from shoumi.engine import passages

    sources: dict[str, Source] = {}
    levels: list[tuple[Level, str]] = []
    terms: list[str | None] = []
    seen: set[int] = set()
    for hit in sheet.hits:
        match = hit.match
        if match.severity == "info" or id(match) in seen:
            continue
        seen.add(id(match))
        if "document" in match.data:
            document = match.data["document"]
            source = sources.setdefault(
                document["id"], Source(document["id"], document["title"], document["level"], None, None)
            )
            source.passages += 1
            source.characters += int(match.data["length"])
            source.spans.append((match.data["source_span"][0], match.data["source_span"][1]))
        elif match.data.get("kind") == "mark" and match.data.get("level"):
            levels.append((level(str(match.data["level"])), str(match.data["level"])))
            if match.data.get("term"):
                terms.append(str(match.data["term"]))
    if sources and passages.registered(home):
        _describe(sources.values(), home)
    levels += [(level(source.level), source.level) for source in sources.values()]
    if levels:
        sheet.level, sheet.level_name = max(levels, key=lambda entry: entry[0].rank)
    sheet.term = longest([*terms, *(source.term or source.until for source in sources.values())])
    sheet.sources = sorted(sources.values(), key=lambda source: (-level(source.level).rank, -source.characters))


def _describe(sources: Iterable[Source], home: Home) -> None:
    from shoumi.engine.passages.registry import Register

    with Register(home) as register:
        for source in sources:
            document = register.document(source.id)
            if document is not None:
                source.term, source.until, source.size = document.term, document.until, document.characters


def longest(terms: Iterable[str | None]) -> str | None:
    """Return the longest of some terms as they are written; one without an end wins."""
    known = [term for term in terms if term]
    return max(known, key=_days, default=None)


def _days(term: str) -> float:
    import datetime
    import re

    if term in ("long", "长期", "長期"):
        return float("inf")
    if found := re.match(r"(\d+) *(y|年|m|个?月|個月|d|天|日)", term):
        return int(found[1]) * {"y": 365.25, "年": 365.25, "d": 1, "天": 1, "日": 1}.get(found[2], 30.4)
    try:
        return (datetime.date.fromisoformat(term[:10]) - datetime.date.today()).days  # noqa: DTZ011
    except ValueError:
        return 0.0


def read_decisions(path: Path) -> dict[str, Decision]:
    """Read a file of decisions, YAML or JSON: a list of ``{id, verdict, reason, by, date}``. Raises UsageError."""
    try:
        tree = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: decisions are YAML or JSON, UTF-8: {type(error).__name__}") from error
    entries = tree.get("decisions") if isinstance(tree, dict) else tree
    if entries is None:
        return {}
    if not isinstance(entries, list):
        raise UsageError(f"{path}: a list of decisions is expected, each with id and verdict")
    found = {}
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, dict) or not entry.get("id"):
            raise UsageError(f"{path}: decision {number} has no id")
        if not entry.get("verdict"):
            continue  # offered by an earlier review, not yet decided
        if entry["verdict"] not in VERDICTS:
            raise UsageError(f"{path}: decision {number}: verdict is one of {', '.join(VERDICTS)}")
        values: dict[str, Any] = {name: str(entry.get(name, "")) for name in ("id", "verdict", "reason", "by", "date")}
        found[values["id"]] = Decision(**values)
    return found
