"""Whether a disk was wiped: a device or image in, what its pages hold and a verdict out. Nothing is ever written.

    read (all, or samples) → pages of 4 KiB: zeros · ones · pattern · random · data · unread
                           → text, archives and beginnings of files in what is not uniform
                           → wiped · sampled · residual · unread

A disk counts as wiped only when every byte was read and every page holds the same kind of overwrite. Samples can show
that data remain, never that none do. Random pages may be an overwrite or encrypted data: the result says so. Spare and
hidden areas of a drive cannot be read through its interface (NIST SP 800-88 Rev. 1, 2.4 and 4.7): a note says so.
"""

from __future__ import annotations

import io
import os
import random
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, TypeAlias, cast

from shoumi.engine import rawcarve, rawsweep
from shoumi.engine.blob import Blob, refused
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.filesystems import disk
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.types import Document, Item, Json, Match, Raw, Segment, Step, Trail

if TYPE_CHECKING:
    from shoumi.engine.inspector import Inspector

Verdict: TypeAlias = Literal["wiped", "sampled", "residual", "unread"]
PAGE: Final = 4096
_BLOCK: Final = MIB
_PERIODS: Final = (2, 3, 4, 8, 16, 32, 64, 128, 256, 512)
_CHI: Final = (140.0, 390.0)  # of 255 degrees of freedom: five standard deviations on either side
_PLACES: Final = 100  # that are listed one by one
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
    """What was found. ``pages`` counts kinds; ``places`` are (offset, bytes) of data; ``unread`` of read errors."""

    path: str
    size: int
    mode: str
    read: int = 0
    pages: Counter[str] = field(default_factory=Counter)
    patterns: Counter[str] = field(default_factory=Counter)
    places: list[list[int]] = field(default_factory=list)
    unread: list[list[int]] = field(default_factory=list)
    text: int = 0
    files: int = 0
    file_system: bool = False
    matches: list[Match] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """``wiped`` when all of it was read and is one kind of overwrite; ``residual`` when anything else was seen."""
        kinds = {kind for kind in ("zeros", "ones", "pattern", "random") if self.pages[kind]}
        left = self.pages["data"] or self.text or self.files or self.matches or self.file_system
        if left or len(kinds) > 1 or len(self.patterns) > 1:
            return "residual"
        if self.unread:
            return "unread"
        return "wiped" if self.read == self.size and self.size else "sampled" if self.read else "unread"

    @property
    def overwrite(self) -> str:
        """The kind of overwrite, when there is only one."""
        kinds = [kind for kind in ("zeros", "ones", "pattern", "random") if self.pages[kind]]
        return kinds[0] if len(kinds) == 1 and not self.pages["data"] else ""

    def as_json(self) -> Json:
        """Return the result as one object."""
        rules = Counter(match.rule for match in self.matches)
        return {
            "type": "wipe",
            "path": self.path,
            "verdict": self.verdict,
            "mode": self.mode,
            "size": self.size,
            "read": self.read,
            "not_read": self.size - self.read,
            "overwrite": self.overwrite,
            "pages": {kind: self.pages[kind] for kind in ("zeros", "ones", "pattern", "random", "data")},
            "file_system": self.file_system,
            "files": self.files,
            "text": self.text,
            "matches": dict(sorted(rules.items())),
            "found": [
                {"rule": match.rule, "offset": match.locator.offset, "snippet": match.snippet}
                for match in self.matches[:_PLACES]
            ],
            "places": self.places[:_PLACES],
            "unread": self.unread[:_PLACES],
        }


def verify(
    path: str, inspector: Inspector, *, samples: int | None, seed: int, watch: Callable[[int, int], None]
) -> Result:
    """Read a device or image and judge it; ``samples`` is the number of MiB to look at, None for everything.

    ``watch`` hears of bytes read and bytes to read. Raises AddressError, or UsageError for what is neither.
    """
    with _opened(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        result = Result(path, size, "full" if samples is None else "sample")
        wanted = list(_wanted(size, samples, seed))
        total = sum(end - start for start, end in wanted)
        for start, end in wanted:
            _look(stream, start, end, result, inspector)
            watch(result.read, total)
    result.file_system = _file_system(path)
    return result


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


def _wanted(size: int, samples: int | None, seed: int) -> Iterator[tuple[int, int]]:
    """Yield what to read, in order: everything, or the first and last MiB and one at random in each equal stretch."""
    blocks = -(-size // _BLOCK)
    if samples is None or samples >= blocks:
        numbers = list(range(blocks))
    else:
        draw = random.Random(seed)  # noqa: S311  (repeatable, not secret)
        inner = max(0, samples - 2)
        step = (blocks - 2) / inner if inner else 0
        chosen = {1 + int(step * number + draw.random() * step) for number in range(inner)}
        numbers = sorted({0, blocks - 1} | {min(number, blocks - 1) for number in chosen})
    for number in numbers:
        yield number * _BLOCK, min(size, (number + 1) * _BLOCK)


def _look(stream: BinaryIO, start: int, end: int, result: Result, inspector: Inspector) -> None:
    """Classify the pages of a block; look for text and files in it unless it is uniform."""
    for offset, data in _read(stream, start, end, result):
        kinds = list(_kinds(data, result.patterns))
        result.pages.update(kinds)
        for number, kind in enumerate(kinds):
            if kind == "data":
                _note(result.places, offset + number * PAGE, min(PAGE, len(data) - number * PAGE))
        if "data" in kinds or "random" in kinds:
            _seek(data, offset, result, inspector, text="data" in kinds)


def _read(stream: BinaryIO, start: int, end: int, result: Result) -> Iterator[tuple[int, bytes]]:
    """Yield what can be read; around a bad place page by page."""
    for step in (end - start, PAGE):
        at = start
        try:
            while at < end:
                try:
                    data = _fully(stream, at, min(step, end - at))
                except OSError:
                    if step > PAGE:
                        raise
                    _note(result.unread, at, min(step, end - at))
                    data = b""
                if data:
                    result.read += len(data)
                    yield at, data
                at += step
        except OSError:
            continue
        return


def _fully(stream: BinaryIO, offset: int, size: int) -> bytes:
    stream.seek(offset)
    data = stream.read(size)
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def _note(places: list[list[int]], offset: int, size: int) -> None:
    if places and places[-1][0] + places[-1][1] == offset:
        places[-1][1] += size
    else:
        places.append([offset, size])


def _kinds(data: bytes, patterns: Counter[str]) -> Iterator[str]:
    """Yield the kind of each page."""
    import numpy as np

    whole = len(data) // PAGE
    pages = np.frombuffer(data[: whole * PAGE], dtype=np.uint8).reshape(-1, PAGE)
    constant = (pages == pages[:, :1]).all(axis=1)
    for page, same in zip(pages, constant.tolist(), strict=True):
        yield _kind(page, bool(same), patterns)
    if len(data) % PAGE:
        rest = np.frombuffer(data[whole * PAGE :], dtype=np.uint8)
        yield _kind(rest, bool((rest == rest[0]).all()), patterns)


def _kind(page: Any, same: bool, patterns: Counter[str]) -> str:
    import numpy as np

    if same:
        byte = int(page[0])
        if byte not in (0, 255):
            patterns[f"{byte:02x}"] += 1
        return {0: "zeros", 255: "ones"}.get(byte, "pattern")
    counts = np.bincount(page, minlength=256)
    expected = len(page) / 256
    if len(page) == PAGE and _CHI[0] < float(((counts - expected) ** 2).sum() / expected) < _CHI[1]:
        return "random"
    for period in _PERIODS:
        if period < len(page) and bool((page[period:] == page[:-period]).all()):
            shape = bytes(page[:period])  # the same pattern from any of its bytes on
            patterns[min(shape[at:] + shape[:at] for at in range(min(period, 16))).hex()] += 1
            return "pattern"
    return "data"


def _seek(data: bytes, offset: int, result: Result, inspector: Inspector, *, text: bool) -> None:
    """Count text, archives and beginnings of files in a block, and run the rules over the text."""
    for part in rawcarve.swept(cast(BinaryIO, io.BytesIO(data)), [(0, len(data))]):
        if isinstance(part, Item):
            result.files += 1
        elif isinstance(part, Raw):  # among random bytes only what a rule asks for is text rather than chance
            swept = rawsweep.segments(part, inspector.places(part.data), everything=text)
            found = tuple(_placed(segment, offset) for segment in swept)
            result.text += len(found) if text else 0
            trail = Trail((Step("device", result.path),))
            events = inspector.inspect(Document(trail, found, method="salvage"))
            result.matches += [event for event in events if isinstance(event, Match)]
    result.files += sum(
        data.startswith(_STARTS, at) for at in range(0, len(data), 512) if not data.startswith(b"PK", at)
    )


def _placed(segment: Segment, offset: int) -> Segment:
    from dataclasses import replace

    origins = tuple((points, offset + byte, codec) for points, byte, codec in segment.origins)
    return replace(segment, locator=replace(segment.locator, offset=origins[0][1]), origins=origins)


def _file_system(path: str) -> bool:
    blob = Blob.of_file(path, Limits(spool_bytes=0))
    try:
        return disk.recognise(blob)
    finally:
        blob.close()
