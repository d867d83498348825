"""What reports say about a rule: its name, its meaning, its sources, and how well it does on the shipped test set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from shoumi.engine import rule
from shoumi.engine.errors import ShoumiError
from shoumi.engine.rule import Rule


@cache
def find(name: str) -> Rule | None:
    """Return a rule by its id, from what was loaded or the shipped packs; None when it cannot be found."""
    shipped = (found for pack in _likely(name) if (found := _pack(pack).get(name)) is not None)
    return rule.loaded(name) or next(shipped, None)


def title(name: str, language: str) -> str:
    """Return a rule's name, or its id."""
    found = find(name)
    return found.name.get(language, name) if found else name


def means(name: str, language: str) -> str:
    """Return what a rule means; empty when the rule is not known here."""
    found = find(name)
    return found.means.get(language, "") if found else ""


@cache
def scores() -> Mapping[str, Mapping[str, Any]]:
    """Return precision, recall and the number of examples for each rule that was measured."""
    path = rule.PACKS / "scorecard.json"
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _likely(name: str) -> list[str]:
    """Return the shipped packs, those named like the rule first: packs are read only until the rule is found."""
    first = name.partition(".")[0]
    return sorted(rule.shipped(), key=lambda pack: (pack != first, pack))


@cache
def _pack(name: str) -> Mapping[str, Rule]:
    try:
        return {entry.id: entry for entry in rule.load(name).rules}
    except (ShoumiError, OSError):  # a report says what it can; the scan has refused what is wrong
        return {}
