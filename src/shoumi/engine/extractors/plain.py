"""Plain text in any encoding: a blob in, one segment out, or blocks of one segment when the file is large.

A file is decoded by one codec as long as that works. Where it stops working (a log that was appended to in another
encoding, damaged bytes) lines decide for themselves, so that no text is lost. Blocks overlap, and each names the
part that is its own: a match across an edge is found once, and its span counts code points of the whole file.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.extractors._reader import Reader, whole
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

BEFORE: Final = 4096  # code points of context that a block repeats
AFTER: Final = 16_384  # code points that a match may reach beyond its block
_ESCAPE: Final = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+")
_LOCAL: Final = threading.local()  # a compiled set and its scratch space belong to one thread


class Plain:
    """Reads ``text/plain``, which is what everything that looks like text is called."""

    name = "text"
    version = 1
    media_types = frozenset({sniff.TEXT})
    method = "text"
    signatures: tuple[sniff.Signature, ...] = ()
    refines: frozenset[str] = frozenset()

    def refine(self, sample: sniff.Sample) -> str | None:  # noqa: ARG002  (the contract's)
        """Text is what nothing else recognises."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield the text; a second reading when the encoding is in doubt; escapes such as ``\\u4e2d`` resolved."""
        guess = encoding.detect(blob.head())
        if blob.size > settings.limits.block_bytes:
            yield from _blocks(blob, guess, settings.limits.block_bytes)
            return
        data = blob.read()[guess.skip :]
        text = whole(data, guess.name)
        yield Segment(text)
        if guess.second:
            other = encoding.decode(data, guess.second)
            if other != text:
                yield Segment(other, Locator(part=guess.second))
        yield from _unescaped(text)


def _blocks(blob: Blob, guess: encoding.Guess, size: int) -> Iterator[Segment]:
    reader = Reader(guess.name)
    before, after = min(BEFORE, size // 8), min(AFTER, size // 8)
    text, base, lines, first = "", 0, 0, 0
    with blob.open() as stream:
        stream.seek(guess.skip)
        while True:
            data = stream.read(size)
            text += reader.feed(data, final=not data)
            last = len(text) - after if data else len(text)
            if last > first:
                yield Segment(text, joint="", base=base, lines=lines, keep=(first, last))
                yield from _unescaped(text)
                cut = max(0, last - before)
                base, lines, first = base + cut, lines + text.count("\n", 0, cut), last - cut
                text = text[cut:]
            if not data:
                return


def _unescaped(text: str) -> Iterator[Segment]:
    """Yield the lines in which JSON, scripts or property files escape their letters, with the escapes resolved."""
    if "\\" not in text:
        return
    raw = text.encode("utf-8", "replace")
    lines, at = [], 0
    for end in _escapes(raw):
        if end > at:
            at = raw.find(b"\n", end)
            at = at if at >= 0 else len(raw)
            lines.append(raw[raw.rfind(b"\n", 0, end) + 1 : at])
    if lines:
        plain = _ESCAPE.sub(_resolve, b"\n".join(lines).decode())
        yield Segment(plain.encode("utf-8", "replace").decode(), Locator(part="unescaped"))


def _escapes(raw: bytes) -> list[int]:
    """Return where escapes end, in order: many times faster than ``re``."""
    import hyperscan as hs

    if not hasattr(_LOCAL, "database"):
        _LOCAL.database = hs.Database(mode=hs.HS_MODE_BLOCK)
        _LOCAL.database.compile(expressions=[rb"\\u[0-9A-Fa-f]{4}"], ids=[0], elements=1, flags=[0])
        _LOCAL.database.scratch = hs.Scratch(_LOCAL.database)
    found: list[int] = []

    def collect(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
        found.append(end)

    _LOCAL.database.scan(raw, match_event_handler=collect)
    return found


def _resolve(found: re.Match[str]) -> str:
    units = bytes.fromhex(found.group().replace("\\u", ""))
    return units.decode("utf-16-be", "replace")


PLUGIN = Plain()
