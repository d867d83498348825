"""What short excerpts add up to, as matches: the end of a scan asks once for the places that it went to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shoumi.engine.finding import identify
from shoumi.engine.home import Home
from shoumi.engine.passages.accumulate import totals
from shoumi.engine.passages.levels import level
from shoumi.engine.types import Locator, Match, Reason, Step, Trail

RULE: Final = "passages.accumulated"


def due(home: Home, addresses: Sequence[str]) -> list[Match]:
    """Return a match for each document whose excerpts, in all files and days that are remembered, add up."""
    key = home.derive("finding ids")
    found = []
    for total in totals(home, addresses):
        document = total.document
        values = (
            ("files", total.files),
            ("title", document.title),
            ("level", document.level),
            ("length", total.length),
        )
        found.append(
            Match(
                id=identify(key, RULE, document.id),
                rule=RULE,
                category="passage",
                severity=level(document.level).severity,
                confidence=0.8,
                trail=Trail(tuple(Step("file", part) for part in total.trail.split("!"))),
                locator=Locator(),
                span=(0, 0),
                snippet="",
                reasons=(Reason(RULE, values),),
                data={
                    "document": {"id": document.id, "title": document.title, "level": document.level},
                    "length": total.length,
                    "files": total.files,
                    "coverage": round(min(1.0, total.length / max(1, document.characters)), 3),
                    "marked": False,
                },
            )
        )
    return found
