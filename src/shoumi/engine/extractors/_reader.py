"""From bytes to text when a file does not keep to one encoding: bytes in pieces in, all of their text out.

One codec decodes as long as it can. Where it cannot, lines decide for themselves: a log that programs of different
settings appended to, a table with pasted lines, a few damaged bytes in a long text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine import encoding

_CERTAIN: Final = 64  # runs of lines whose encoding is judged; later ones follow when they can
_LINES: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_WIDE: Final = ("utf-16", "utf-32")


def whole(data: bytes, name: str) -> str:
    """Return the text of bytes that are there as a whole."""
    return Reader(name).feed(data, final=True)


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
        if self._name.startswith(_WIDE):
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
        if name.startswith(_WIDE):  # lines of other files never are
            name = self._name if self._name != "utf-8" else "gb18030"
        self._follow(name)
        return encoding.decode(run, name)

    def _follow(self, name: str) -> None:
        if name != self._name and not name.startswith(_WIDE):
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
