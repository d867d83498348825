"""The text of one file, segment by segment, through the same extraction as every scan."""

from __future__ import annotations

from collections.abc import Iterator

from shoumi.engine import registry
from shoumi.engine.examine import Examiner
from shoumi.engine.settings import Settings
from shoumi.engine.source import Found, Policy
from shoumi.engine.types import Document, Gap, Match, Trail


class _Listener:
    """Stands where the rules would, and keeps the text that they would see."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        self.texts += [
            segment.text[slice(*segment.keep)] if segment.keep else segment.text for segment in document.segments
        ]
        return iter(())

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:  # noqa: ARG002  (the contract's)
        self.texts.append(raw.decode("utf-8", "replace"))
        return iter(())

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:  # noqa: ARG002
        return iter(())

    def suspects(self, name: str) -> bool:  # noqa: ARG002
        return False

    def mask(self, text: str) -> str:
        return text


def text_of(path: str, settings: Settings) -> list[str]:
    """Return the text of a file, members and embedded files included. Raises AddressError when it is not there."""
    return read(path, settings)[0]


def read(path: str, settings: Settings) -> tuple[list[str], list[Gap]]:
    """Return the text of a file as ``text_of`` does, and what of it could not be read."""
    listener = _Listener()
    examiner = Examiner(listener, settings)
    gaps: list[Gap] = []
    source = next(source for source in registry.sources() if source.accepts(path))
    for entry in source.walk(path, Policy(), frozenset()):
        if isinstance(entry, Found):
            events = examiner.examine(source.item(entry.path, settings))
            gaps += [event for event in events if isinstance(event, Gap)]
    return listener.texts, gaps
