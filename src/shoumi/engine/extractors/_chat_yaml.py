"""Chat exports as YAML (wx-cli): a list of messages in text pieces in, conversations and messages out.

Only plain lists are read, an entry at a time, so that years of chats need no memory: no anchors, no tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from shoumi.engine.blob import Blob
from shoumi.engine.chat import Note, Part
from shoumi.engine.extractors._chat_fields import recognise
from shoumi.engine.extractors._chat_json import texts
from shoumi.engine.extractors._chat_records import Records

_ENTRY: Final = re.compile(r"^( {0,8})- \S")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REFERENCE: Final = re.compile(r"[\s\[,{:-]\*\w")
_LONGEST: Final = 1_000_000  # characters of an entry
_MARKERS: Final = re.compile(rb"^ {0,10}(?:- )?(?:sender|from|sender_?name|talker):", re.MULTILINE)
TRACES: Final = (rb"(?:\A|\n) {0,10}(?:- )?(?:sender|from|sender_?name|talker):",)  # the same for Hyperscan


def may_be(head: bytes) -> bool:
    """Whether a text can be such a list at all. Cheap: all texts are asked."""
    named = b"sender" in head or b"talker:" in head or b"from:" in head
    return named and _MARKERS.search(head) is not None


def is_list(text: str) -> bool:
    """Whether a text opens with a list of messages."""
    entries = (entry for entry, listed in _entries(iter((text,))) if listed)
    return any(
        isinstance(record, dict) and recognise(record, {"listed": True}) is not None
        for entry in (next(entries, ""),)
        for record in _loaded(entry) or ()
    )


def read(blob: Blob) -> Iterator[Part]:
    """Yield the conversation; what is no entry of the list, or damaged, as notes."""
    reader = Records()
    for entry, listed in _entries(texts(blob)):
        values = _loaded(entry)
        if listed and isinstance(values, list):
            for record in values:
                yield from reader.take(("messages", 0), record)
        elif isinstance(values, dict):
            for key, value in values.items():
                if value is not None:
                    yield from reader.take((str(key).lower(),), value)
        else:
            yield Note(entry)
    yield from reader.finish()


def _entries(pieces: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Yield what stands before the list, then each entry of it; and whether it is one."""
    lines: list[str] = []
    size, indent = 0, None
    for line in _lines(pieces):
        found = _ENTRY.match(line)
        if found and (indent is None or found[1] == indent):
            yield from _whole(lines, indent is not None)
            lines, size, indent = [], 0, found[1]
        lines.append(line)
        size += len(line)
        if size > _LONGEST:
            yield "".join(lines), False
            lines, size = [], 0
    yield from _whole(lines, indent is not None)


def _whole(lines: list[str], listed: bool) -> Iterator[tuple[str, bool]]:
    text = "".join(lines)
    if text.strip():
        yield text, listed


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        yield from (f"{line}\n" for line in lines)
        if len(rest) > _LONGEST:
            yield rest
            rest = ""
    if rest:
        yield rest


def _loaded(entry: str) -> Any:
    """Return what an entry says; None when it is no YAML, or holds references, which could grow without end."""
    try:
        return yaml.load(entry, Loader=_Careful if _REFERENCE.search(entry) else _Fast)  # noqa: S506  (both are safe)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


class _Fast(_LOADER):  # type: ignore[misc, valid-type]
    """Reads every value as text, so that times and numbers stay as written."""


class _Careful(yaml.SafeLoader):
    """Reads the same and refuses references."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Return the next node. Raises YAMLError at a reference."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references are not read")
        return super().compose_node(parent, index)


_Fast.yaml_implicit_resolvers = {}
_Careful.yaml_implicit_resolvers = {}
