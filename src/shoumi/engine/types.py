"""The words the whole engine speaks: what travels from an address to a report.

    address → Item → Blob → Document → Match | Gap → Finding

Everything here is a frozen value without behaviour of its own beyond printing itself; what makes and
consumes these values stands in the modules named after the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, Literal, TypeAlias

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Category: TypeAlias = Literal[
    "state-secret",
    "work-secret",
    "trade-secret",
    "classified-foreign",
    "personal",
    "credential",
    "passage",
    "hygiene",
]
GapReason: TypeAlias = Literal[
    "encrypted",
    "too-large",
    "unsupported",
    "missing-extra",
    "no-text",
    "timeout",
    "limit",
    "corrupt",
    "changed",
    "special",
    "denied",
    "unreachable",
    "crashed",
]
Json: TypeAlias = dict[str, Any]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Step:
    """One level of nesting: ``kind`` says what was opened (file, zip, mail, office …), ``name`` what was in it."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from the address to a piece of content; prints as ``outer.zip!inner/a.docx!word/media/image1.png``."""

    steps: tuple[Step, ...] = ()

    def child(self, kind: str, name: str) -> Trail:
        """Return the trail one level deeper."""
        return Trail((*self.steps, Step(kind, name)))

    def as_json(self) -> list[Json]:
        """Return the contract form: a list of ``{kind, name}``."""
        return [{"kind": step.kind, "name": step.name} for step in self.steps]

    def __str__(self) -> str:
        return "!".join(step.name for step in self.steps)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a document: only the fields that apply are set. Numbers count from 1, ``offset`` (bytes) from 0."""

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    part: str | None = None
    message: int | None = None
    offset: int | None = None

    def as_json(self) -> Json:
        """Return the set fields in contract order."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a picture: code points ``start:end`` of its segment, and its box as fractions of the page, 0…1."""

    start: int
    end: int
    box: tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Shown:
    """A page's picture, reduced, for reports, and which part of the page it shows (fractions)."""

    data: bytes
    area: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text that belongs together: a plain file, a page, a slide, a part of an office file, a cell.

    ``joint`` is what separates it from the segment before: ``"\\t"`` next cell, ``"\\n"`` next line or row,
    ``"\\f"`` next page, slide or part. ``label`` is a heading that applies to it, such as a column's title.
    ``base`` and ``lines`` count the code points and newlines of the same segment that came before, when a large
    file is read in blocks; only matches that start inside ``keep`` (code points of this block) count.
    ``box`` is the place on the page as fractions (left, top, right, bottom), where the format tells it.
    ``hiding`` says how hidden text is hidden: a code of ``messages/hidden.yaml`` without its prefix.
    ``picture`` is the page that ``words`` or ``box`` are places on.
    ``origins`` says of raw bytes where parts of the text came from: code point, byte offset, codec; a match's
    locator then names the byte at which it begins.
    ``sender``, ``time`` (ISO 8601) and ``conversation`` belong to a message of a chat and go with what is found there.
    """

    text: str
    locator: Locator = Locator()
    hidden: bool = False
    joint: str = "\f"
    label: str = ""
    base: int = 0
    lines: int = 0
    keep: tuple[int, int] | None = None
    box: tuple[float, float, float, float] | None = None
    words: tuple[Word, ...] = ()
    sender: str = ""
    time: str = ""
    conversation: str = ""
    origins: tuple[tuple[int, int, str], ...] = ()
    hiding: str = ""
    picture: Shown | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes without a format, such as a piece of a disk's unallocated space: whatever is text in them is examined.

    ``offset`` is where ``data`` begins in the whole (bytes from 0); ``keep`` is the part of ``data`` that is this
    piece's own, the rest is context that the neighbouring pieces hold, too.
    """

    data: bytes
    offset: int
    keep: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to examine: a file that a source found, a member that a container holds, an embedded object.

    ``path`` is the address for a source's items and the name inside the container for members. ``open`` returns
    a readable binary stream; for members it may be used once, before the next member is asked for. ``local`` says that
    ``path`` is a file of this machine, which is read in place instead. ``kind`` is the step it adds to the trail
    (``file`` for what sources find, else the container's name). ``hiding`` says how a hidden one is hidden. ``frame``:
    only this part of a picture is seen where it stands (fractions: left, top, right, bottom); the rest is cropped.
    """

    source: str
    path: str
    size: int | None
    modified: float | None
    open: Callable[[], BinaryIO]
    kind: str = "file"
    hidden: bool = False
    local: bool = False
    hiding: str = ""
    frame: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What an extractor made of a blob, or of one block of a large one. ``method``: text, ocr, salvage …"""

    trail: Trail
    segments: tuple[Segment, ...]
    media_type: str = "text/plain"
    method: str = "text"
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not examined, or not wholly, and why.

    Containers and extractors leave trail and stage empty; the examination fills them in.
    """

    reason: GapReason
    detail: str
    trail: Trail = Trail()
    stage: str = ""

    def as_json(self) -> Json:
        """Return the contract's JSON line."""
        return {
            "type": "gap",
            "path": self.trail.steps[0].name if self.trail.steps else "",
            "trail": self.trail.as_json(),
            "stage": self.stage,
            "reason": self.reason,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a finding is shown: a message code and its values; ``messages/`` holds the sentence in three languages."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """One place where one rule applies, ready to report: nothing in it shows the secret itself.

    ``picture`` (WebP) is the page with what was found there framed; the first match of each page carries it, and only
    reports that show pictures use it.
    """

    id: str
    rule: str
    category: Category
    severity: Severity
    confidence: float
    trail: Trail
    locator: Locator
    span: tuple[int, int]
    snippet: str
    reasons: tuple[Reason, ...]
    area: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    picture: Shown | None = None

    @property
    def path(self) -> str:
        """The outermost file, as it was addressed."""
        return self.trail.steps[0].name if self.trail.steps else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """All matches with the same id: the same rule and the same content, wherever it stands."""

    id: str
    rule: str
    severity: Severity
    matches: tuple[Match, ...]


@dataclass(slots=True)
class Summary:
    """What a scan did; the last line of JSON Lines. ``bytes`` are those of the outermost files."""

    files: int = 0
    members: int = 0
    bytes: int = 0
    seconds: float = 0.0
    findings: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    version: str = ""
    packs: dict[str, str] = field(default_factory=dict)
    stopped: bool = False
    suppressed: int = 0
    unchanged: int = 0
    excluded: int = 0
    addresses: tuple[str, ...] = ()  # what was scanned, masked; printed on reports for people
    media: tuple[Json, ...] = ()  # the disks and images among them, with serial numbers (device/medium.py)

    def as_json(self) -> Json:
        """Return the contract's last line."""
        line: Json = {
            "type": "summary",
            "files": self.files,
            "members": self.members,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "findings": {name: self.findings[name] for name in SEVERITIES if name in self.findings},
            "gaps": dict(sorted(self.gaps.items())),
            "skipped": dict(sorted(self.skipped.items())),
            "version": self.version,
            "packs": self.packs,
        }
        extra = {"suppressed": self.suppressed, "unchanged": self.unchanged, "excluded": self.excluded}
        line |= {name: count for name, count in extra.items() if count}
        if self.media:
            line["media"] = list(self.media)
        if self.stopped:
            line["stopped"] = True
        return line
