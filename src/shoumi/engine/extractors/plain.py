"""Plain text in any encoding: a blob in, one segment out, or blocks of one segment when the file is large.

A file is decoded by one codec as long as that works. Where it stops working (a log that was appended to in another
encoding, damaged bytes) lines decide for themselves, so that no text is lost. Blocks overlap, and each names the
part that is its own: a match across an edge is found once, and its span counts code points of the whole file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

BEFORE: Final = 4096  # code points of context that a block repeats
AFTER: Final = 16_384  # code points that a match may reach beyond its block
_CERTAIN: Final = 64  # runs whose encoding is judged; later ones follow when they can
_ESCAPE: Final = re.compile(r"(?:\\u[0-9A-Fa-f]{4})+")
_LINES: Final = re.compile(rb"[^\n]*\n|[^\n]+")


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
        text = Reader(guess.name).feed(data, final=True)
        yield Segment(text)
        if guess.second:
            other = encoding.decode(data, guess.second)
            if other != text:
                yield Segment(other, Locator(part=guess.second))
        yield from _unescaped(text)


class Reader:
    """Decodes a stream of bytes, changing the codec where the bytes do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._decoder = codecs.getincrementaldecoder(name)()
        self._judged = 0

    def feed(self, data: bytes, *, final: bool) -> str:
        """Return the text of the next bytes; a character that is cut waits for its rest until ``final``."""
        pending, _ = self._decoder.getstate()
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError:
            data = (pending if isinstance(pending, bytes) else b"") + data
        except ValueError:  # a decoder's state that cannot be read
            pass
        self._decoder.reset()
        if self._name.startswith(("utf-16", "utf-32")):
            return self._wide(data, final=final)
        return self._lines(data, final=final)

    def _wide(self, data: bytes, *, final: bool) -> str:
        decoder = codecs.getincrementaldecoder(self._name)("replace")
        text = decoder.decode(data, final)
        self._decoder.setstate(decoder.getstate())
        return text

    def _lines(self, data: bytes, *, final: bool) -> str:
        """Decode lines by themselves, neighbours of the same kind together; keep an unfinished last line waiting."""
        rest = b""
        if not final:
            end = data.rfind(b"\n") + 1
            data, rest = (data[:end], data[end:]) if end else (data, b"")
        text = "".join(self._run(run) for run in _runs(data))
        return text + self._waiting(rest)

    def _waiting(self, rest: bytes) -> str:
        """Hand the unfinished line to a decoder of the encoding that seems to apply now."""
        if not rest:
            return ""
        if not rest.isascii() and not rest.startswith(b"\x1b"):
            self._follow(encoding.detect(rest).name)
        try:
            return self._decoder.decode(rest)
        except UnicodeDecodeError:
            self._decoder.reset()
            return self._run(rest)

    def _run(self, run: bytes) -> str:
        if run.isascii():
            return run.decode("ascii")
        if self._judged >= _CERTAIN or len(run) < 8:
            for name in ("utf-8", self._name):
                try:
                    return run.decode(name)
                except UnicodeDecodeError:
                    continue
        self._judged += 1
        name = encoding.detect(run).name
        if name.startswith(("utf-16", "utf-32")):  # lines of other files never are
            name = self._name if self._name != "utf-8" else "gb18030"
        self._follow(name)
        return encoding.decode(run, name)

    def _follow(self, name: str) -> None:
        if name != self._name and not name.startswith(("utf-16", "utf-32")):
            self._name = name
            self._decoder = codecs.getincrementaldecoder(name)()


def _runs(data: bytes) -> Iterator[bytes]:
    """Group lines by whether they are valid UTF-8; plain ASCII goes with what it follows."""
    start, kind = 0, None
    for line in _LINES.finditer(data):
        raw = line.group()
        if raw.isascii():
            continue
        valid = _valid(raw)
        if kind is not None and valid != kind:
            yield data[start : line.start()]
            start = line.start()
        kind = valid
    yield data[start:]


def _valid(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    if "\\u" not in text:
        return
    lines = [line for line in text.split("\n") if _ESCAPE.search(line)]
    if lines:
        plain = _ESCAPE.sub(_resolve, "\n".join(lines))
        yield Segment(plain.encode("utf-8", "replace").decode(), Locator(part="unescaped"))


def _resolve(found: re.Match[str]) -> str:
    units = bytes.fromhex(found.group().replace("\\u", ""))
    return units.decode("utf-16-be", "replace")


PLUGIN = Plain()
