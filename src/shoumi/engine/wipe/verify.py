"""The medium, read from end to end or in samples, and the verdict.

``clean``: every byte was read, and all hold one overwrite (the one that was named, if one was). ``not clean``: anything
else was seen. ``not known``: nothing else was seen, but not all was read, or all is random and nobody said that it
should be (an encrypted disk looks the same). Samples can show that data remain, never that none do (NIST SP 800-88 Rev.
2 leaves how to verify to the programme). Spare and hidden areas cannot be read through a drive's interface.
"""

from __future__ import annotations

import io
import os
import random
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, TypeAlias, cast

from shoumi.engine.blob import Blob, refused
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.types import Document, Item, Json, Match, Raw, Segment, Step, Trail
from shoumi.engine.wipe.blocks import KINDS, PAGE, Blocks, Tally, constant

if TYPE_CHECKING:
    from shoumi.engine.inspector import Inspector

Verdict: TypeAlias = Literal["clean", "not clean", "not known"]
Pattern: TypeAlias = Literal["zeros", "ones", "random"]
BLOCK: Final = MIB
CELLS: Final = 4096  # of the map
NOT_READ: Final = "."
UNREADABLE: Final = "x"
_LISTED: Final = 10_000  # places in the result; all are counted
_AROUND: Final = PAGE  # bytes of context for the rules
_STARTS: Final = (
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"SQLite format 3\0",
    b"PK\3\4",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"FILE0",
    b"INDX(",
)


@dataclass(slots=True)
class Result:
    """What was read and found, in bytes. ``map``: a letter a cell, 0–8 bits, ``.`` not read, ``x`` not readable."""

    path: str
    size: int
    sample: float | None = None  # per cent; None: all of it
    pattern: Pattern | None = None  # what the medium should hold
    read: int = 0
    tally: Tally = field(default_factory=Tally)
    unread: list[list[int]] = field(default_factory=list)
    text: int = 0
    files: int = 0
    file_system: bool = False
    matches: list[Match] = field(default_factory=list)
    map: str = ""
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def overwrites(self) -> list[str]:
        """The kinds of overwrite that were seen."""
        return [kind for kind in KINDS[:-1] if self.tally.pages[kind]]

    @property
    def remains(self) -> bool:
        """Whether anything was seen that is no overwrite, or not the one that was named, or more than one."""
        other = self.tally.places or self.matches or self.files or self.file_system
        mixed = len(self.overwrites) > 1 or len(self.tally.patterns) > 1
        return bool(other) or mixed or (self.pattern is not None and self.overwrites not in ([], [self.pattern]))

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        if self.remains:
            return "not clean"
        return "not known" if self.why else "clean"

    @property
    def why(self) -> str:
        """Why nothing is known though nothing was found: ``empty``, ``unread``, ``sampled`` or ``random``; else ""."""
        if self.unread:
            return "unread"
        if not self.size:
            return "empty"
        if self.read < self.size:
            return "sampled"
        return "random" if self.overwrites == ["random"] and self.pattern != "random" else ""

    def as_json(self) -> Json:
        """Return the result as one object."""
        rules = Counter(match.rule for match in self.matches)
        return {
            "type": "wipe",
            "path": self.path,
            "device": self.identity,
            "verdict": self.verdict,
            "why": self.why if not self.remains else "remains",
            "mode": "full" if self.sample is None else "sample",
            "sample": self.sample,
            "pattern": self.pattern,
            "size": self.size,
            "read": self.read,
            "not_read": self.size - self.read,
            "overwrite": self.overwrites[0] if len(self.overwrites) == 1 else "",
            "pages": {kind: self.tally.pages[kind] for kind in KINDS},
            "file_system": self.file_system,
            "files": self.files,
            "text": self.text,
            "matches": dict(sorted(rules.items())),
            "found": [
                {"rule": match.rule, "offset": match.locator.offset, "snippet": match.snippet}
                for match in self.matches[:_LISTED]
            ],
            "remnants": len(self.tally.places),
            "places": self.tally.places[:_LISTED],
            "unread": self.unread[:_LISTED],
            "map": self.map,
        }


def verify(
    path: str,
    inspector: Callable[[], Inspector],
    *,
    sample: float | None = None,
    pattern: Pattern | None = None,
    seed: int = 0,
    watch: Callable[[int, int], None] = lambda *_: None,
) -> Result:
    """Read a device or image and judge it; ``sample`` is how many per cent to look at, None for everything.

    The inspector is made only when something is found. ``watch`` hears of bytes read and bytes to read. Raises
    AddressError, or UsageError for what is neither a device nor a file.
    """
    with _opened(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        result = Result(path, size, sample, pattern)
        wanted = _wanted(size, sample, seed)
        reading = _Reading(stream, result, inspector)
        total = sum(min(size - number * BLOCK, BLOCK) for number in wanted)
        for count, number in enumerate(wanted):
            reading.block(number * BLOCK, min(size, (number + 1) * BLOCK))
            if count % 64 == 0 or count == len(wanted) - 1:
                watch(result.read, total)
        result.map = reading.map()
    if size and reading.busy:
        result.file_system = _file_system(path)
    result.identity = identity(path)
    return result


def identity(path: str) -> dict[str, Any]:
    """Return maker, model and serial of a block device, as the kernel tells them; empty for an image."""
    from shoumi.engine.device import snapshot

    name = os.path.basename(os.path.realpath(path))
    if not Path(path).is_block_device():
        return {}
    return next((disk for disk in snapshot.disks(Path("/"), []) if name.startswith(disk["name"])), {"name": name})


def _opened(path: str) -> BinaryIO:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise AddressError(f"{path}: {refused(error)}") from error
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISBLK(kind):
        os.close(descriptor)
        raise UsageError(f"{path}: neither a block device nor a file")
    return cast(BinaryIO, os.fdopen(descriptor, "rb", buffering=0))


def _wanted(size: int, sample: float | None, seed: int) -> Sequence[int]:
    """Return which blocks to read: all, or the first, the last, and one at random in each of equal stretches."""
    blocks = -(-size // BLOCK)
    count = blocks if sample is None else max(2, round(blocks * sample / 100))
    if count >= blocks:
        return range(blocks)
    draw = random.Random(seed)  # noqa: S311  (repeatable, not secret)
    step = (blocks - 2) / (count - 2) if count > 2 else 0
    chosen = {1 + int(step * number + draw.random() * step) for number in range(count - 2)}
    return sorted({0, blocks - 1} | {min(number, blocks - 1) for number in chosen})


class _Reading:
    """Reads block after block into one buffer, and keeps the map."""

    def __init__(self, stream: BinaryIO, result: Result, inspector: Callable[[], Inspector]) -> None:
        self._stream, self._result, self._inspector = stream, result, inspector
        self._blocks = Blocks(BLOCK)
        self._buffer = bytearray(BLOCK)
        self._entropy: dict[int, float] = {}  # of blocks; -1 for one with places that cannot be read
        self.busy = False  # whether any block is not uniform

    def block(self, start: int, end: int) -> None:
        """Look at a block."""
        view = memoryview(self._buffer)[: end - start]
        if self._fill(view, start):
            self._judge(self._buffer if len(view) == BLOCK else view, start)
            return
        for at in range(start, end, PAGE):  # around a bad place page by page
            part = memoryview(self._buffer)[: min(PAGE, end - at)]
            if self._fill(part, at):
                self._judge(part, at)
            else:
                _join(self._result.unread, at, len(part))
        self._entropy[start // BLOCK] = -1

    def _fill(self, view: memoryview, start: int) -> bool:
        try:
            self._stream.seek(start)
            done = 0
            while done < len(view):
                count = cast(io.RawIOBase, self._stream).readinto(view[done:])
                if not count:
                    return False
                done += count
        except OSError:
            return False
        self._result.read += len(view)
        return True

    def _judge(self, data: bytearray | memoryview, start: int) -> None:
        tally = self._result.tally
        byte = self._blocks.uniform(data)
        if byte is not None:
            kind, pattern = constant(byte)
            pages = -(-len(data) // PAGE)
            tally.pages[kind] += pages
            if pattern:
                tally.patterns[pattern] += pages
            self._entropy.setdefault(start // BLOCK, 0.0)
            return
        self.busy = True
        content, before = bytes(data), len(tally.places)
        self._entropy[start // BLOCK] = self._blocks.look(content, start, tally)
        if len(tally.places) > before or tally.pages["random"]:
            self._seek(content, start, tally.places[max(0, before - 1) :])

    def _seek(self, data: bytes, offset: int, places: list[list[int]]) -> None:
        """Count text and files around the places, and run the rules over the text."""
        result = self._result
        for start, end in _stretches(places, offset, len(data)):
            text, files, matches = examined(data[start:end], offset + start, result.path, self._inspector())
            result.text += text
            result.files += files
            result.matches += matches

    def map(self) -> str:
        """Return the map of the medium: one letter a cell, from the first byte to the last."""
        blocks = -(-self._result.size // BLOCK)
        cells = min(CELLS, blocks)
        letters = []
        for cell in range(cells):
            numbers = range(cell * blocks // cells, (cell + 1) * blocks // cells)
            known = [self._entropy[number] for number in numbers if number in self._entropy]
            worst = min(known, default=None)
            letters.append(NOT_READ if worst is None else UNREADABLE if worst < 0 else _bits(max(known)))
        return "".join(letters)


def _bits(entropy: float) -> str:
    """Return the letter of an entropy; anything that is not uniform is at least 1."""
    return str(min(8, max(1, round(entropy)))) if entropy > 0 else "0"


def _stretches(places: list[list[int]], offset: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of a block around places, with some context, none twice."""
    joined: list[list[int]] = []
    for at, length in places:
        start = max(0, (at - offset - _AROUND) // 512 * 512)
        end = min(size, at - offset + length + _AROUND)
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    yield from ((start, end) for start, end in joined)


def _join(places: list[list[int]], offset: int, size: int) -> None:
    if places and sum(places[-1]) == offset:
        places[-1][1] += size
    else:
        places.append([offset, size])


def examined(data: bytes, offset: int, path: str, inspector: Inspector) -> tuple[int, int, list[Match]]:
    """Return how many runs of text and beginnings of files a stretch holds, and what the rules find in it."""
    from shoumi.engine import rawcarve, rawsweep

    text, files, matches = 0, 0, []
    for part in rawcarve.swept(cast(BinaryIO, io.BytesIO(data)), [(0, len(data))]):
        if isinstance(part, Item):
            files += 1
        elif isinstance(part, Raw):
            swept = rawsweep.segments(part, inspector.places(part.data), everything=True)
            found = tuple(_placed(segment, offset) for segment in swept)
            text += len(found)
            events = inspector.inspect(Document(Trail((Step("device", path),)), found, method="salvage"))
            matches += [event for event in events if isinstance(event, Match)]
    files += sum(data.startswith(_STARTS, at) for at in range(0, len(data), 512) if not data.startswith(b"PK", at))
    return text, files, matches


def _placed(segment: Segment, offset: int) -> Segment:
    origins = tuple((points, offset + byte, codec) for points, byte, codec in segment.origins)
    return replace(segment, locator=replace(segment.locator, offset=origins[0][1]), origins=origins)


def _file_system(path: str) -> bool:
    from shoumi.engine.filesystems import disk

    blob = Blob.of_file(path, Limits(spool_bytes=0))
    try:
        return disk.recognise(blob)
    finally:
        blob.close()
