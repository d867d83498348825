"""Images that were split for transport: the path of one part in, the whole as one blob out.

``disk.001``, ``disk.002`` … (also from ``.000`` or ``.01``) and ``disk.dd.aa``, ``disk.dd.ab`` … as dd, split and
imaging programs write them, ``disk.E01``, ``disk.E02`` … of EnCase, and archives in equal pieces. A set counts as split
only when its content says so: together it is a disk, or no text in equal pieces of which the later ones do not begin
like the first. Numbered documents stay what they are. The first part stands for the whole; one that is missing or too
short in the middle is filled with zeros, so that offsets stay right, and said.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, Final

from shoumi.engine import sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Changed, Corrupt, TooLarge
from shoumi.engine.filesystems import disk, images
from shoumi.engine.limits import KIB, MIB, Limits

PART: Final = "application/x-disk-image-part"  # counted as skipped: its bytes were examined with the first part
_ENDING: Final = re.compile(r"\d{2,5}|[a-z]{2,3}|[E-Z](?:\d\d|[A-Z]{2})")
_ENCASE: Final = re.compile(r"[Ee]\d\d|[E-Z][A-Z]{2}")  # E01 … E99, EAA … EZZ, FAA …
_SMALL: Final = 64 * KIB
_OPEN: Final = 8  # parts whose files are open at a time


def may_be(path: str, size: int) -> bool:
    """Whether a name can be that of a part. Cheap: every file is asked."""
    ending = path[path.rfind(".") + 1 :]
    if not 2 <= len(ending) <= 5 or (size < _SMALL and not (ending[-1].isdigit() or ending[0] == "a")):
        return False  # a small .py is no part of anything
    return (_ENDING.fullmatch(ending) or _ENCASE.fullmatch(ending)) is not None


def of(path: str, blob: Blob) -> Blob:
    """Return the whole that a file is the first part of, else the file's own blob. ``blob`` is closed when not used."""
    if (known := _number(path, blob.size)) is None or known[2] or (whole := _joined(known[0], blob.limits)) is None:
        return blob
    blob.close()
    return whole


def follows(path: str, size: int, limits: Limits) -> str | None:
    """Return the first part's path when a file is a later part of a split image; else None."""
    if (known := _number(path, size)) is None or not known[2]:
        return None
    whole = _joined(known[0], limits)
    if whole is None or path not in whole.paths:
        return None
    whole.close()
    return known[0]


def stamp(path: str) -> str:
    """Return what changes with any other part of the set that a name belongs to; empty for any other name."""
    if (known := _number(path, _SMALL)) is None:
        return ""
    told = []
    for part in _listed(known[0]).values():
        status = os.stat(part)  # noqa: PTH116
        told.append(f"{part}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()[:16] if told[1:] else ""


def _number(path: str, size: int) -> tuple[str, int, int] | None:
    """Return the first part's path, its number, and how far behind it a name stands; None when there is no first."""
    if not may_be(path, size):
        return None
    stem, _, written = path.rpartition(".")
    stem += "."
    number = _value(written)
    if _ENCASE.fullmatch(written):
        place = f"{stem}{'e' if written[0] == 'e' else 'E'}01"
        return (place, 1, number - 1) if _is_there(place) else None
    for first in (0, 1) if written.isdigit() else (0,):
        widths = range(2, len(written) + 1) if written.isdigit() else (len(written),)
        for width in widths:
            place = stem + (f"{first:0{width}}" if written.isdigit() else "a" * width)
            if number >= first and (width == len(written) or len(str(number)) > width) and _is_there(place):
                return place, first, number - first
    return None


def _is_there(place: str) -> bool:
    """Whether a file of that name is there. Many large files ask: it costs one call of the system."""
    try:
        return stat.S_ISREG(os.stat(place).st_mode)  # noqa: PTH116
    except (OSError, ValueError):
        return False


def _value(written: str) -> int:
    if written.isdigit():
        return int(written)
    if _ENCASE.fullmatch(written):
        if written[1:].isdigit():
            return int(written[1:])
        return 100 + (ord(written[0]) - 69) * 676 + (ord(written[1]) - 65) * 26 + ord(written[2]) - 65
    number = 0
    for char in written:
        number = number * 26 + ord(char) - ord("a")
    return number


def _listed(first: str) -> dict[int, str]:
    """Return the parts that there are by number, from the first on; a hole wider than what came before ends the set."""
    folder, name = os.path.split(first)
    stem, _, start = name.rpartition(".")
    form = re.compile(rf"{re.escape(stem)}\.({_form(start)})")
    found: dict[int, str] = {}
    with os.scandir(folder or ".") as listing:
        for entry in listing:
            if (match := form.fullmatch(entry.name)) and entry.is_file(follow_symlinks=False):
                found[_value(match[1])] = os.path.join(folder, entry.name)
    kept: dict[int, str] = {}
    for number in sorted(found):
        if kept and number - max(kept) - 1 > len(kept):
            break
        kept[number] = found[number]
    return kept if found.get(_value(start)) == first else {}


def _form(start: str) -> str:
    """Return an expression for the endings of a set that begins with one."""
    if _ENCASE.fullmatch(start):
        return _ENCASE.pattern
    return rf"\d{{{len(start)},}}" if start.isdigit() else rf"[a-z]{{{len(start)}}}"


def _joined(first: str, limits: Limits) -> Joined | None:
    """Return the whole when its content is that of a disk, or that of one file cut into equal pieces."""
    try:
        listed = _listed(first)
        whole = Joined(listed, limits) if len(listed) > 1 else None
    except OSError:
        return None
    if whole is None:
        return None
    wrapped = images.kind(whole.head(512), b"") == "ewf"  # which may be smaller than any disk
    if wrapped or disk.recognise(whole) or (whole.even and whole.one()):
        return whole
    whole.close()
    return None


class Joined(Blob):
    """Parts one behind the other. ``paths``: the files; ``even``: all but the last are of one size, whole sectors."""

    __slots__ = ("_ends", "_files", "_places", "_sizes", "even", "paths")

    def __init__(self, parts: dict[int, str], limits: Limits) -> None:
        numbers = range(min(parts), max(parts) + 1)
        self.paths = tuple(parts.values())
        marks = {number: os.stat(path) for number, path in parts.items()}  # noqa: PTH116
        piece, last = marks[numbers[0]].st_size, numbers[-1]
        self._places = [parts.get(number, "") for number in numbers]
        self._sizes = {parts[number]: (status.st_size, status.st_mtime_ns) for number, status in marks.items()}
        least = 0 if _ENCASE.fullmatch(parts[numbers[0]][-3:]) else piece  # segments of EnCase are of any size
        lengths = [
            max(least, marks[number].st_size) if number in marks and number != last else piece for number in numbers
        ]
        lengths[-1] = marks[last].st_size
        self._ends: list[int] = []
        for length in lengths:
            self._ends.append((self._ends[-1] if self._ends else 0) + length)
        self.even = piece % 512 == 0 and piece >= _SMALL and set(lengths[:-1]) == {piece} and lengths[-1] <= piece
        self._files: OrderedDict[str, BinaryIO] = OrderedDict()
        super().__init__(data=None, file=None, size=self._ends[-1], limits=limits)
        short = [os.path.basename(parts[n]) for n in numbers[:-1] if n in marks and marks[n].st_size < least]
        missing = len(numbers) - len(parts)
        if missing:
            self.partial = Corrupt(f"{missing} of {len(numbers)} parts of the split image are missing: {_gaps(parts)}")
        elif short:
            self.partial = Corrupt(f"parts of the split image are shorter than the first one: {', '.join(short[:5])}")

    def open(self) -> BinaryIO:
        """Return a seekable stream over all parts."""
        return io.BufferedReader(_Across(self), buffer_size=256 * KIB)

    def stretches(self) -> Iterator[tuple[int, int]]:
        """Yield where parts are; what is missing is left out."""
        start = at = 0
        for place, end in zip(self._places, self._ends, strict=True):
            if not place:
                if at > start:
                    yield start, at
                start = end
            at = end
        yield start, at

    def path(self) -> str:
        """Return the path of a private copy. Raises TooLarge for more than a member may have."""
        if self._file is None:
            if self.size > self.limits.member_bytes:
                raise TooLarge(
                    f"{self.size} bytes in parts; this kind of content is joined up to {self.limits.member_bytes}"
                )
            self._file = tempfile.TemporaryFile(prefix="shoumi-")  # noqa: SIM115  (closed by the blob)
            shutil.copyfileobj(self.open(), self._file, 4 * MIB)
            self._file.flush()
        return super().path()

    def one(self) -> bool:
        """Whether parts look like pieces of one file: no text, and later ones do not begin as the first one does."""
        heads = [self.piece(start, 4) for start in (0, *self._ends[:-1])]
        return not sniff.looks_textual(self.head(4096)) and all(head != heads[0] or not any(head) for head in heads[1:])

    @property
    def digest(self) -> bytes:
        """SHA-256 of the whole."""
        if self._digest is None:
            self._digest = hashlib.file_digest(self.open(), "sha256").digest()  # type: ignore[arg-type]
        return self._digest

    @property
    def changed(self) -> bool:
        """Whether any part has changed since."""
        try:
            now = {path: os.stat(path) for path in self.paths}  # noqa: PTH116
        except OSError:
            return True
        return any((status.st_size, status.st_mtime_ns) != self._sizes[path] for path, status in now.items())

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
        self._files.clear()
        if self._file is not None:
            self._file.close()

    def piece(self, offset: int, size: int) -> bytes:
        """Return bytes of one part, at most up to its end; zeros where it is missing or short."""
        from bisect import bisect_right

        number = bisect_right(self._ends, offset)
        if number == len(self._ends):
            return b""
        start = self._ends[number - 1] if number else 0
        size = min(size, self._ends[number] - offset)
        place = self._places[number]
        if not place:
            return bytes(size)
        file = self._file_of(place)
        data = os.pread(file.fileno(), size, offset - start)
        short = size - len(data)
        return data + bytes(short) if short and offset - start + len(data) >= self._sizes[place][0] else data

    def _file_of(self, place: str) -> BinaryIO:
        if place not in self._files:
            descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
            self._files[place] = os.fdopen(descriptor, "rb", buffering=0)
            if len(self._files) > _OPEN:
                self._files.popitem(last=False)[1].close()
        return self._files[place]


def _gaps(parts: dict[int, str]) -> str:
    """Return the names of missing parts."""
    first = min(parts)
    stem, _, written = os.path.basename(parts[first]).rpartition(".")
    names = [f"{stem}.{_named(number, written)}" for number in range(first, max(parts)) if number not in parts]
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _named(number: int, start: str) -> str:
    """Return the ending of a part of a set that begins with ``start``."""
    if start.isdigit():
        return f"{number:0{len(start)}}"
    if _ENCASE.fullmatch(start):
        first, rest = divmod(number - 100, 676)
        return f"{start[0]}{number:02}" if number < 100 else chr(69 + first) + _letters(rest, 2).upper()
    return _letters(number, len(start))


def _letters(number: int, width: int) -> str:
    written = ""
    for _ in range(width):
        number, rest = divmod(number, 26)
        written = chr(ord("a") + rest) + written
    return written


class _Across(io.RawIOBase):
    """A read position over all parts."""

    def __init__(self, whole: Joined) -> None:
        self._whole, self._at = whole, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, offset + (0, self._at, self._whole.size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._whole.piece(self._at, len(buffer))
        except FileNotFoundError as error:
            raise Changed("a part of the split image was removed during the scan") from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
