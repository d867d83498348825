"""Property lists of Apple's systems, binary and XML: keys and values in, lines out, embedded files as items.

Backups, profiles and settings of phones are kept in them. Values stand as ``key: value``, nested keys joined by dots;
UIDs of archives (NSKeyedArchiver) are followed by nobody, since all their objects are listed anyway.
"""

from __future__ import annotations

import datetime
import plistlib
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, NoText
from shoumi.engine.extractors import _sweep
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._embedded import is_file
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/x-bplist"
_DEEPEST: Final = 200
_STEPS: Final = 1_000_000  # values and lists, so that one that contains itself comes to an end
_BLOCK: Final = 1_000_000  # characters of a segment


class Plist:
    """Reads binary property lists; those in XML are read as XML."""

    name = "plist"
    version = 1
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures = (Signature(b"bplist0", MEDIA_TYPE),)
    refines: frozenset[str] = frozenset()

    def refine(self, sample: Sample) -> str | None:  # noqa: ARG002  (the signature says all)
        """Return None: the signature says all."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield all values. Raises Corrupt, after the strings, when the list is damaged."""
        data = blob.read()
        try:
            root = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
        except MemoryError:
            raise
        except Exception as error:  # damaged lists raise nearly anything
            for offset, text in _sweep.runs(data):
                yield Segment(text, Locator(offset=offset), joint="\n")
            raise Corrupt("the property list is damaged; its strings were read") from error
        lines: list[str] = []
        size = 0
        empty = True
        for key, value in _values(root):
            empty = False
            if isinstance(value, Gap):
                yield value
                continue
            if isinstance(value, bytes):
                yield item(key or "data", value, self.name)
                continue
            lines.append(f"{key}: {value}" if key else value)
            size += len(lines[-1])
            if size > _BLOCK:
                yield Segment("\n".join(lines), joint="\n")
                lines, size = [], 0
        if lines:
            yield Segment("\n".join(lines), joint="\n")
        if empty:
            raise NoText("the property list is empty")


def _values(root: Any) -> Iterator[tuple[str, str | bytes | Gap]]:
    """Yield (path of keys, value) in stored order. Shared and self-containing lists end at a depth and a number."""
    pending: list[tuple[str, Any, int]] = [("", root, 0)]
    for _ in range(_STEPS):
        if not pending:
            return
        path, value, depth = pending.pop()
        if isinstance(value, dict) and depth < _DEEPEST:
            inner = [(f"{path}.{key}" if path else str(key), entry, depth + 1) for key, entry in value.items()]
            pending += reversed(inner)
        elif isinstance(value, list) and depth < _DEEPEST:
            pending += [(path, entry, depth + 1) for entry in reversed(value)]
        elif isinstance(value, bytes):
            if is_file(value):
                yield path, value
            else:
                text = "\n".join(text for _, text in _sweep.runs(value))
                if text:
                    yield path, text
        elif isinstance(value, str | int | float | datetime.datetime) and not isinstance(value, bool):
            yield path, str(value)
    yield "", Gap("limit", "the list refers to itself so often that not all of it was read")


PLUGIN = Plist()
