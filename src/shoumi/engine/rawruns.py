"""What text looks like in bytes: the shapes of each encoding, and whether a run of characters says something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from shoumi.engine import encoding

UTF8: Final = re.compile(
    rb"(?:[\t\r\n\x20-\x7e]++|[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2})++"
)
GB: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]++|[\x81-\xfe][\x40-\x7e\x80-\xfe])++")
GB_COMMON: Final = re.compile(rb"(?:[\t\r\n\x20-\x7e]++|[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])++")
CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]++")
TEXTUAL: Final = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]++")
LEAST: Final = 6  # ASCII characters of a run
LEAST_WIDE: Final = 2  # characters of one that holds others
_WORD: Final = re.compile(r"[0-9A-Za-z]{4}")
_STRANGE: Final = 84  # see encoding.strangeness: above it a run is chance
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_TOLD: Final = 60  # characters that tell one reading from another
_JUDGED: Final = 400  # characters


class Run(NamedTuple):
    """Characters that follow one another in a piece of raw bytes: where they begin and end, what they are."""

    start: int
    end: int
    text: str
    codec: str

    def byte(self, index: int) -> int:
        """Return where in the piece a character of the text begins."""
        return self.start + len(self.text[:index].encode(self.codec, "replace"))

    def index(self, byte: int) -> int:  # type: ignore[override]  # of text, as a Window's
        """Return which character of the text stands at a byte of the piece, or after it."""
        if byte <= self.start:
            return 0
        if byte >= self.end:
            return len(self.text)
        raw = self.text.encode(self.codec, "replace")[: byte - self.start]
        return len(raw.decode(self.codec, "ignore"))


def run(start: int, end: int, text: str, codec: str) -> Run | None:
    """Return a run without the spaces around it; None when it is too short."""
    plain = text.lstrip("\t\r\n ")
    start += (len(text) - len(plain)) * (2 if codec.startswith("utf-16") else 1)
    plain = plain.rstrip("\t\r\n ")
    return Run(start, end, plain, codec) if len(plain) >= (LEAST if plain.isascii() else LEAST_WIDE) else None


def says_something(text: str) -> bool:
    """Whether a run is words rather than chance; the start of a long one speaks for the rest."""
    text = text[:_JUDGED]
    wide = len(text) - len(text.encode("ascii", "ignore"))
    if wide < 2 or wide * 4 < len(text):
        return _WORD.search(text) is not None
    return encoding.strangeness(text) < _STRANGE


def gb_runs(data: bytes, start: int, end: int, pattern: re.Pattern[bytes] = GB_COMMON) -> Iterator[Run]:
    """Yield the runs of GB 18030 in a stretch; where a stray byte puts one out of step, the likelier reading."""
    at = start
    while match := pattern.search(data, at, end):
        text = match.group().decode("gb18030", "ignore")
        wide = _HIGH.search(data, match.start(), match.end())
        if wide and (other := pattern.match(data, wide.end(), end)):
            shifted = other.group().decode("gb18030", "ignore")
            if encoding.strangeness(shifted[:_TOLD]) < encoding.strangeness(text[:_TOLD]):
                match, text = other, shifted
        at = match.end()
        if found := run(match.start(), at, text, "gb18030"):
            yield found


def untangled(runs: list[Run], worth: Callable[[Run], int] = lambda found: found.end - found.start) -> list[Run]:
    """Return runs in order; of those that overlap, the one that is worth more: the longer one."""
    if not runs:
        return []
    covered = bytearray(max(found.end for found in runs))
    kept = []
    for found in sorted(set(runs), key=lambda found: (-worth(found), found.start)):
        if covered.find(1, found.start, found.end) < 0:
            covered[found.start : found.end] = b"\1" * (found.end - found.start)
            kept.append(found)
    return sorted(kept)
