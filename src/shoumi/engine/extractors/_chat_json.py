"""Walks JSON of any size without loading it: text in pieces in, (path, value) pairs out.

Exports of years of chats are gigabytes in one object. Only what lists messages is entered; every other value is
decoded as it comes. Values are bounded, so that neither depth nor length exhausts the machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.encoding import Guess, detect
from shoumi.engine.errors import Corrupt, LimitReached
from shoumi.engine.extractors._reader import Reader

Path = tuple[str | int, ...]  # keys; an array's elements are all 0
LONGEST: Final = 32_000_000  # characters of one value
_PIECE: Final = 1 << 20
_WHOLE: Final = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")
_SOME: Final = 3
_SPACE: Final = re.compile(r"[\s\ufeff]*")
_NUMBERS: Final = frozenset("-0123456789tfnNI")
# Keys whose array or object is walked through; the elements of ``_MESSAGES`` are decoded whole.
_MESSAGES: Final = frozenset({"messages", "msgs", "items", "records", "msglist", "msg_list", "messagelist", "chatdata"})
_CHATS: Final = frozenset(
    {"chats", "list", "left_chats", "conversations", "data", "chat", "sessions", "result", "threads"}
)


class Walk:
    """One pass over a text. After an error ``rest`` yields what was not understood."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text, self._at, self._ended = "", 0, False
        self._decoder = json.JSONDecoder(strict=False)
        self.depth = 0

    def __iter__(self) -> Iterator[tuple[Path, Any]]:
        """Yield values with their paths; several documents in a row, as in JSON Lines, one after the other.

        Raises Corrupt where it is no JSON, LimitReached at a value that is too large.
        """
        while self._peek():
            yield from self._value(())

    def rest(self) -> Iterator[str]:
        """Yield the text from the present place on."""
        if self._at < len(self._text):
            yield self._text[self._at :]
        yield from self._pieces

    def _more(self) -> bool:
        piece = "" if self._ended else next(self._pieces, "")
        if not piece:
            self._ended = True
            return False
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True

    def _peek(self) -> str:
        """Return the next character that is not a space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _expect(self, *wanted: str) -> str:
        char = self._peek()
        if char not in wanted or not char:
            raise Corrupt("the export is cut off or damaged" if char else "the export ends early")
        self._at += 1
        return char

    def _value(self, path: Path) -> Iterator[tuple[Path, Any]]:
        """Yield a value: at once when it is short, piece by piece when it lists messages and is long."""
        opened = self._peek()
        if opened not in ("{", "[") or not _enters(path):
            yield path, self._decode()
            return
        if len(self._text) - self._at < _PIECE:
            self._more()
        try:
            value, self._at = self._decoder.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):  # long, cut off or damaged: as far as it goes
            yield from self._object(path) if opened == "{" else self._array(path)
        else:
            yield from unfolded(path, value)

    def _object(self, path: Path) -> Iterator[tuple[Path, Any]]:
        self._at += 1
        if self._peek() == "}":
            self._at += 1
            return
        while True:
            if self._peek() != '"':
                raise Corrupt("the export is cut off or damaged")
            key = str(self._decode())
            self._expect(":")
            yield from self._value((*path, key.lower()))
            if self._expect(",", "}") == "}":
                return

    def _array(self, path: Path) -> Iterator[tuple[Path, Any]]:
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield from self._value((*path, 0))
            if self._expect(",", "]") == "]":
                return

    def _decode(self) -> Any:
        """Decode the value that starts here, reading on until it is whole."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError as error:
                raise LimitReached("values are nested too deep") from error
            except ValueError as error:
                damage: ValueError | None = error
            else:
                bare = end == len(self._text) and self._text[self._at] in _NUMBERS
                if not bare or self._ended:
                    self._at = end
                    return value
                damage = None
            if len(self._text) - self._at > LONGEST:
                raise LimitReached(f"a value of more than {LONGEST} characters")
            if not self._grow() and damage is not None:
                raise Corrupt("the export ends early or is damaged") from damage

    def _grow(self) -> bool:
        """Read on until what is here has doubled, so that a long value is not decoded over and over."""
        wanted = 2 * (len(self._text) - self._at)
        grown = False
        while len(self._text) - self._at < wanted and self._more():
            grown = True
        return grown


def _enters(path: Path) -> bool:
    """Whether an object or array at a path may list messages."""
    if len(path) > 6:
        return False
    if not path or path == (0,):
        return True
    if path[-1] == 0:
        return path[-2] in _CHATS
    return path[-1] in _MESSAGES or path[-1] in _CHATS


def unfolded(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield what stands in a value that was decoded whole, in the way that a long one is walked through."""
    if isinstance(value, dict) and _enters(path) and _lists(path, value):
        for key, inner in value.items():
            yield from unfolded((*path, str(key).lower()), inner)
    elif isinstance(value, list) and _enters(path) and any(isinstance(entry, dict) for entry in value):
        for inner in value:
            yield from unfolded((*path, 0), inner)
    else:
        yield path, value


def _lists(path: Path, value: dict[str, Any]) -> bool:
    """Whether an object lists messages, rather than being one."""
    keys = {str(key).lower(): inner for key, inner in value.items()}
    if any(isinstance(keys.get(name), list) for name in _MESSAGES):
        return True
    nested = any(isinstance(keys.get(name), list | dict) for name in _CHATS)
    return nested and (not path or path[-1] != 0) and not {"msgtype", "msg_type", "msgid"} & keys.keys()


def guessed(head: bytes) -> Guess:
    """Return the encoding of an export's start. Programs write UTF-8: what damaged bytes in it look like counts less.

    Western text does not hold whole characters of three bytes by chance; Chinese encodings may, and stay as found.
    """
    guess = detect(head)
    if guess.name.startswith(("windows-", "iso-8859", "x-mac", "koi8", "macintosh")):
        whole = _WHOLE.findall(head)
        if len(whole) >= _SOME:
            return Guess("utf-8")
    return guess


def texts(blob: Blob) -> Iterator[str]:
    """Yield a blob's text in pieces, in whatever encoding it is."""
    guess = guessed(blob.head())
    reader = Reader(guess.name)
    with blob.open() as stream:
        stream.seek(guess.skip)
        while data := stream.read(_PIECE):
            yield reader.feed(data, final=False)
        yield reader.feed(b"", final=True)
