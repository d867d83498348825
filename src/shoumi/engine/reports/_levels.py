"""The highest level that a scan met: reports are carriers themselves and must be handled at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shoumi.engine.types import SEVERITIES, Match

# Levels cannot be compared across states; within one scheme these stand above the others of equal severity.
_ORDER: Final = (
    ("绝密", "絕密", "絕對機密", "top secret", "cosmic top secret", "streng geheim", "très secret"),
    ("机密", "極機密", "secret", "nato secret", "geheim", "核心商密", "red"),
    ("秘密", "機密", "confidential", "nato confidential", "普通商密", "amber+strict", "amber"),
)
_LONGEST: Final = 40  # characters; it must fit into the corner of a page
_CATEGORIES: Final = frozenset(("state-secret", "work-secret", "trade-secret", "classified-foreign", "passage"))


class Levels:
    """Takes matches, keeps the highest level of each scheme."""

    def __init__(self) -> None:
        self._best: dict[str, tuple[tuple[int, int], str]] = {}

    def add(self, match: Match) -> None:
        """Take a match: marks and possible marks count, mentions and past exams do not."""
        if match.category not in _CATEGORIES or match.severity == "info" or match.data.get("kind") == "mention":
            return
        scheme, level = _level(match.data)
        if not level:
            return
        level = level[:_LONGEST]
        rank = (SEVERITIES.index(match.severity), _rank(level))
        if scheme not in self._best or rank < self._best[scheme][0]:
            self._best[scheme] = (rank, level)

    def highest(self) -> str:
        """Return the gravest level; several (three at most) when schemes that cannot be compared are as grave."""
        ordered = sorted(self._best.values(), key=lambda entry: entry[0])
        levels = dict.fromkeys(level for rank, level in ordered if rank[0] == ordered[0][0][0])
        return " · ".join(list(levels)[:3])


def _level(data: Mapping[str, Any]) -> tuple[str, str]:
    document = data.get("document")
    if isinstance(document, Mapping):
        return str(document.get("scheme", "cn")), str(document.get("level") or "")
    return str(data.get("scheme", "")), str(data.get("level") or "")


def _rank(level: str) -> int:
    return next((number for number, names in enumerate(_ORDER) if level.lower() in names), len(_ORDER))
