"""Objects of JavaScript literals, as WeChat tools write them into their pages: source in, flat records out.

No script is run. Strings, numbers and names are read by their form; keys may be bare, quotes single, commas too many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_TOKEN: Final = re.compile(
    r"""\s+|//[^\n]*|/\*.*?\*/|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)|(?P<mark>[{}\[\]:,])|(?P<word>[^\s{}\[\]:,"'`]+)""",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
_DEEPEST: Final = 60
_DECODER: Final = json.JSONDecoder(strict=False)


def records(source: str, start: int) -> Iterator[tuple[int, tuple[str | int, ...], dict[str, Any]]]:
    """Yield (end in the source, path, object) for each message of the literal that starts at ``start``.

    Ends quietly where the literal does or stops making sense: the caller keeps the rest as text.
    """
    from shoumi.engine.extractors._chat_json import unfolded

    if source[start] == "{" or source.startswith("[", start):
        try:
            value, end = _DECODER.raw_decode(source, start)
        except (ValueError, RecursionError):
            pass
        else:
            for path, record in unfolded((), value):
                if isinstance(record, dict):
                    yield end, path or ("messages", 0), record
            return
    reader = _Literal(source, start)
    yield from reader.elements()


class _Literal:
    def __init__(self, source: str, start: int) -> None:
        self._source, self.at = source, start
        self._token = ("", "")
        self._next()

    def elements(self) -> Iterator[tuple[int, tuple[str | int, ...], dict[str, Any]]]:
        """Yield the objects of an array; those of ``messages`` when the literal is an object."""
        if self._token[1] == "{":
            value = self._value(0)
            from shoumi.engine.extractors._chat_json import unfolded

            for path, record in unfolded((), value):
                if isinstance(record, dict):
                    yield self.at, path, record
            return
        self._next()
        while self._token[1] == "{":
            value = self._value(0)
            if isinstance(value, dict):
                yield self.at, ("messages", 0), value
            while self._token[1] == ",":
                self._next()

    def _next(self) -> None:
        while found := _TOKEN.match(self._source, self.at):
            self.at = found.end()
            if found.lastgroup:
                self._token = (found.lastgroup, found.group())
                return
        self._token = ("", "")

    def _value(self, depth: int) -> Any:
        kind, text = self._token
        if depth > _DEEPEST or not kind:
            return ""
        if text in ("{", "["):
            return self._object(depth) if text == "{" else self._array(depth)
        self._next()
        return _string(text) if kind == "text" else _number(text)

    def _object(self, depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        self._next()
        while self._token[0] and self._token[1] != "}":
            kind, key = self._token
            self._next()
            if kind == "mark":
                continue
            if self._token[1] == ":":
                self._next()
                made[_string(key) if kind == "text" else key] = self._value(depth + 1)
        self._next()
        return made

    def _array(self, depth: int) -> list[Any]:
        made: list[Any] = []
        self._next()
        while self._token[0] and self._token[1] != "]":
            if self._token[1] in (",", ":", "}"):
                self._next()
                continue
            made.append(self._value(depth + 1))
        self._next()
        return made


def _string(text: str) -> str:
    return _ESCAPE.sub(_unescaped, text[1:-1]) if "\\" in text else text[1:-1]


def _unescaped(found: re.Match[str]) -> str:
    code = found.group(1)
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    return _PLAIN.get(code, code)


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text
