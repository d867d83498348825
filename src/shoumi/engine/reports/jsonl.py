"""JSON Lines: every result at once as a line of the contract, the summary last. For programs."""

from __future__ import annotations

from typing import BinaryIO, ClassVar

from shoumi.engine import messages
from shoumi.engine.reports import _json
from shoumi.engine.types import Gap, Match, Summary


class JsonLines:
    """One JSON object a line, UTF-8; each line is handed on before the next result is taken."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl"
    binary: ClassVar[bool] = False

    def __init__(self, stream: BinaryIO, language: str) -> None:
        self._stream = stream
        self._language = language

    def event(self, event: Match | Gap) -> None:
        """Write a match or a gap."""
        if isinstance(event, Match):
            self._write(_json.match(event, [messages.render(reason, self._language) for reason in event.reasons]))
        else:
            self._write(event.as_json())

    def finish(self, summary: Summary) -> None:
        """Write the last line."""
        self._write(summary.as_json())

    def _write(self, value: object) -> None:
        self._stream.write(_json.line(value).encode() + b"\n")
        self._stream.flush()


PLUGIN = JsonLines
