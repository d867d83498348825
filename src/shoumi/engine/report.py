"""The contract of reports: matches and gaps in as they come, one written form out.

Implementations stand in ``reports/``, one module per form, each with a ``PLUGIN`` class. ``event`` is called in
the scan's order while it runs, ``finish`` once, also after an interruption (the summary says so).
"""

from __future__ import annotations

from typing import BinaryIO, ClassVar, Protocol

from shoumi.engine.types import Gap, Match, Summary


class Report(Protocol):
    """Writes one form. ``binary`` forms refuse to go to a terminal; ``inline`` ones appear while the scan runs."""

    name: ClassVar[str]
    suffix: ClassVar[str]
    binary: ClassVar[bool]

    def __init__(self, stream: BinaryIO, language: str) -> None:
        """Write to ``stream`` (not closed here); people read it in ``language``: zh-Hans, zh-Hant or en."""
        ...

    def event(self, event: Match | Gap) -> None:
        """Take the next result."""
        ...

    def finish(self, summary: Summary) -> None:
        """Write what remains. Raises OutputError when it cannot be written."""
        ...
