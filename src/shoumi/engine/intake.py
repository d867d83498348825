"""Registering: addresses in, documents of the registry out, through the same extraction as every scan.

Each file is a document; so is each file in an archive or mail. What an office file embeds belongs to it. Text lives
only as long as its fingerprints are being made. Documents appear in batches, whole or not at all; what could not be
read is a Gap, as in a scan, and the others are registered all the same.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shoumi.engine import registry
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.passages.registry import OVERTAKEN, Kind, Register, Registered
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy
from shoumi.engine.types import Document, Gap, Match, Step, Trail

BATCH: Final = 12_000_000  # folded characters that are held before they are written
LEAST: Final = 8  # letters and digits; less is not a document
_ALIKE: Final = 0.4  # share of common fingerprints from which two documents are of one family


@dataclass(slots=True)
class Text:
    """What was read of one document, folded piece by piece."""

    trail: Trail
    pieces: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What one run of ``add`` did. ``twice``: documents that are registered already, by id."""

    added: list[Registered] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    errors: list[AddressError] = field(default_factory=list)


class Listener:
    """Stands where the rules would, and folds the text that they would see, document by document."""

    def __init__(self) -> None:
        self.texts: dict[Trail, Text] = {}
        self._embedding = frozenset(plugin.name for plugin in registry.extractors().values())

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        """Take the segments of a document."""
        from shoumi.engine.passages.readings import once
        from shoumi.engine.view import View

        # What a program writes about a file (its name, version, template) is in every file that it saved.
        segments = tuple(part for part in document.segments if not (part.locator.part or "").startswith("docProps/"))
        blocks = [segment.keep for segment in segments]
        if blocks and blocks[0] is not None:  # a block of a large text repeats some of its neighbours
            kept = tuple(
                replace(part, text=part.text[slice(*part.keep)] if part.keep else part.text) for part in segments
            )
            return self.inspect_bytes(View(kept).raw, document.trail)
        return self.inspect_bytes(once(View(segments)), document.trail)

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:
        """Take plain text."""
        from shoumi.engine.passages.normalise import fold

        owner = self._owner(trail)
        self.texts.setdefault(owner, Text(owner)).pieces.append(fold(raw))
        return iter(())

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:  # noqa: ARG002  (the contract's)
        """Names are no text of the document."""
        return iter(())

    def suspects(self, name: str) -> bool:  # noqa: ARG002
        """Names are not looked at."""
        return False

    def mask(self, text: str) -> str:
        """Registering shows names as they are: whoever registers may read the documents."""
        return text

    def _owner(self, trail: Trail) -> Trail:
        steps: list[Step] = []
        for step in trail.steps:
            if steps and step.kind in self._embedding:
                break
            steps.append(step)
        return Trail(tuple(steps))


class Intake:
    """Adds documents to a registry. ``watch`` hears of each document that was read."""

    def __init__(self, home: Home, settings: Settings, watch: Callable[[str], None] = lambda _: None) -> None:
        from shoumi.engine.passages.grams import Gram

        self.register = Register(home)
        self.home, self.settings, self.watch = home, settings, watch
        self.gram = Gram(self.register.index_key)
        self.outcome = Outcome()
        self._waiting: list[tuple[Registered, Any]] = []
        self._size = 0

    def add(self, addresses: Sequence[str], about: Registered, kind: Kind = "documents") -> Outcome:
        """Read addresses and register what is there; ``about`` says what all of them have in common.

        An ``id`` or ``title`` given in ``about`` is for a single document: UsageError otherwise.
        """
        self.register.confirm_time()
        for address in addresses:
            try:
                self._address(address, about, kind)
            except AddressError as error:
                self.outcome.errors.append(error)
        self._write(kind)
        return self.outcome

    def _address(self, address: str, about: Registered, kind: Kind) -> None:
        source = next(source for source in registry.sources() if source.accepts(address))
        listener = Listener()
        examiner = Examiner(listener, self.settings)
        own = self.home.folder("").stat()
        for entry in source.walk(address, Policy(), frozenset({(own.st_dev, own.st_ino)})):
            if isinstance(entry, Gap):
                self.outcome.gaps.append(entry)
            if not isinstance(entry, Found):
                continue
            self.watch(entry.path)
            gaps = [
                event for event in examiner.examine(source.item(entry.path, self.settings)) if isinstance(event, Gap)
            ]
            self.outcome.gaps += gaps
            self._take(listener, entry.path, about, kind, said=bool(gaps))

    def _take(self, listener: Listener, path: str, about: Registered, kind: Kind, *, said: bool) -> None:
        import numpy as np

        texts, listener.texts = list(listener.texts.values()), {}
        if about.id and len(texts) + len(self._waiting) + len(self.outcome.added) > 1:
            raise UsageError("--id names one document, and there are several: register them one by one")
        some = False
        for text in texts:
            codes = np.concatenate(text.pieces) if text.pieces else np.empty(0, dtype=np.uint16)
            if len(codes) >= LEAST:
                some = True
                self._wait(self._described(text.trail, codes, about), codes, kind)
        if not some and not said:
            detail = "holds no text that could be registered"
            self.outcome.gaps.append(Gap("no-text", detail, Trail((Step("file", path),)), "extract"))

    def _described(self, trail: Trail, codes: Any, about: Registered) -> Registered:
        name = os.path.basename(trail.steps[-1].name.rstrip("/")) or str(trail)
        content = self.register.mark(f"content\0{hashlib.sha256(codes.tobytes()).hexdigest()}")
        wide = bool((codes[: 1 << 16] >= 0x2E80).mean() > 0.2)
        return replace(
            about,
            id=about.id or content.hex()[:12],
            title=about.title or name,
            language=about.language or ("zh" if wide else "en"),
            added=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            characters=len(codes),
        )

    def _wait(self, document: Registered, codes: Any, kind: Kind) -> None:
        if document.id in {waiting.id for waiting, _ in self._waiting[-1:]} or self.register.document(document.id):
            self.outcome.twice.append(document.id)
            return
        self._waiting.append((document, codes))
        self._size += len(codes)
        if self._size >= BATCH:
            self._write(kind)

    def _write(self, kind: Kind) -> None:
        waiting = list({document.id: (document, codes) for document, codes in self._waiting}.values())
        self._waiting, self._size = [], 0
        if not waiting:
            return
        ends = _ends([codes for _, codes in waiting])
        places, hashes = self._select([codes for _, codes in waiting], ends)
        borders = _borders(places, ends)
        sketches = [_sketch(hashes[first:last]) for first, last in borders]
        while True:
            documents = self._numbered([document for document, _ in waiting], sketches)
            try:
                self.register.add(kind, _entries(places, hashes, documents, ends), documents)
            except OVERTAKEN:  # another process was faster: number them again
                continue
            self.outcome.added += documents
            return

    def _select(self, texts: Sequence[Any], ends: Sequence[int]) -> Any:
        import numpy as np

        return self.gram.select(np.concatenate(texts), ends)

    def _numbered(self, documents: Sequence[Registered], sketches: Sequence[Any]) -> list[Registered]:
        first = self.register.next_number()
        families = self._families(sketches, first)
        return [
            replace(document, number=first + place, family=family)
            for place, (document, family) in enumerate(zip(documents, families, strict=True))
        ]

    def _families(self, sketches: Sequence[Any], first: int) -> list[int]:
        """Return for each document the family of the one that it mostly shares, else a new one.

        Documents of the same batch are compared with one another too.
        """
        import numpy as np

        marks = np.concatenate(sketches)
        sizes = [len(sketch) for sketch in sketches]
        owner = np.repeat(np.arange(len(sketches)), sizes)
        votes: dict[int, list[tuple[int, int]]] = {}  # document of the batch → family, how many fingerprints
        for document, family, count in self._shared(marks, owner):
            votes.setdefault(document, []).append((count, family))
        result = [first + place for place in range(len(sketches))]
        for document, earlier, count in _repeated(marks, owner):  # earlier ones come first, so theirs are settled
            votes.setdefault(document, []).append((count, -earlier - 1))
        for document in sorted(votes):
            count, family = max(votes[document])
            if count >= _ALIKE * max(8, sizes[document]):
                result[document] = family if family >= 0 else result[-family - 1]
        return result

    def _shared(self, marks: Any, owner: Any) -> Iterator[tuple[int, int, int]]:
        """Yield document of the batch, family of registered ones, and how many fingerprints they share."""
        import numpy as np

        known = self.register.families()
        numbers = np.array(sorted(known), dtype=np.int64)
        of = np.array([known[number] for number in numbers.tolist()], dtype=np.int64)
        for segment in self.register.open_segments()[0] if len(numbers) else ():
            passing = segment.passing(marks)
            hits = segment.find(marks.take(passing), passing)
            where = np.minimum(np.searchsorted(numbers, hits.numbers), len(numbers) - 1)
            alive = (numbers[where] == hits.numbers) & (of[where] > 0)
            once = np.unique(np.column_stack([hits.query[alive], of[where[alive]]]), axis=0)
            pairs, counts = np.unique(np.column_stack([owner[once[:, 0]], once[:, 1]]), axis=0, return_counts=True)
            for (document, family), count in zip(pairs.tolist(), counts.tolist(), strict=True):
                yield document, family, count


def _ends(texts: Sequence[Any]) -> list[int]:
    ends, end = [], 0
    for codes in texts:
        end += len(codes)
        ends.append(end)
    return ends


def _borders(places: Any, ends: Sequence[int]) -> list[tuple[int, int]]:
    """Return which of the sorted places belong to each document."""
    lasts = places.searchsorted(ends).tolist()
    return list(zip([0, *lasts[:-1]], lasts, strict=True))


def _repeated(marks: Any, owner: Any) -> Iterator[tuple[int, int, int]]:
    """Yield pairs of documents of one batch that share fingerprints: the later, the earlier, how many."""
    import numpy as np

    order = np.lexsort((owner, marks))
    marks, owner = marks[order], owner[order]
    new = np.append(True, marks[1:] != marks[:-1])
    earliest = owner[np.flatnonzero(new)][np.cumsum(new) - 1]
    later = owner != earliest
    pairs, counts = np.unique(np.column_stack([owner[later], earliest[later]]), axis=0, return_counts=True)
    for (document, earlier), count in zip(pairs.tolist(), counts.tolist(), strict=True):
        yield document, earlier, count


def _sketch(hashes: Any) -> Any:
    """Return about 32 fingerprints of a document, the same ones in every document that has them."""
    import numpy as np

    if len(hashes) <= 32:
        return np.unique(hashes)
    return np.unique(hashes[hashes < np.uint64((1 << 64) // len(hashes) * 32)])


def _entries(places: Any, hashes: Any, documents: Sequence[Registered], ends: Sequence[int]) -> Any:
    from shoumi.engine.passages.index import build

    return build(places, hashes, [document.number for document in documents], ends)
