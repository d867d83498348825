"""Findings that somebody has judged: by content, with a reason, an owner and an end.

Two kinds of file are read. A suppression list (YAML):

    - id: 3f6c…            # the finding's id, as every report shows it
      rule: personal.resident-id
      reason: the sample number on the public form
      owner: Alice
      until: 2027-06-30    # the last day; required

and a JSON Lines report of an earlier scan, all of whose findings count as known (a baseline). Nothing is hidden:
suppressed matches stay in the report, marked, and no longer decide the exit code. Entries that expired or matched
nothing are reported, so that the list stays true.
"""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from shoumi.engine.errors import RuleError, UsageError
from shoumi.engine.types import Match


@dataclass(frozen=True, slots=True)
class Suppression:
    """One judgement. ``until`` is the last day it holds; None for a baseline."""

    id: str
    rule: str
    reason: str
    owner: str
    until: datetime.date | None


class Suppressions:
    """All judgements of one scan, and which of them were needed."""

    def __init__(self, entries: Mapping[str, Suppression], today: datetime.date) -> None:
        self._today = today
        self._entries = entries
        self._used: set[str] = set()

    @classmethod
    def load(cls, path: Path | None, today: datetime.date) -> Suppressions:
        """Read a file. Raises UsageError (not there) or RuleError (file, line, reason)."""
        if path is None:
            return cls({}, today)
        try:
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise UsageError(f"cannot read {path}: {os.strerror(error.errno or 0)}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"cannot read {path}: a suppression list or JSON Lines report, in UTF-8") from error
        entries = _baseline(path, text) if text.lstrip().startswith("{") else _list(path, text)
        return cls({entry.id: entry for entry in entries}, today)

    def apply(self, match: Match) -> Match:
        """Return the match, marked when a judgement that still holds covers it."""
        entry = self._entries.get(match.id)
        if entry is None or (entry.rule and entry.rule != match.rule):
            return match
        self._used.add(entry.id)
        if entry.until is not None and entry.until < self._today:
            return match
        note = {"reason": entry.reason, "owner": entry.owner, "until": entry.until.isoformat() if entry.until else None}
        return replace(match, data={**match.data, "suppressed": note})

    def expired(self) -> list[Suppression]:
        """Return entries that covered something but are past their end."""
        return [e for e in self._entries.values() if e.id in self._used and e.until and e.until < self._today]

    def unused(self) -> list[Suppression]:
        """Return entries of a list, not of a baseline, that covered nothing."""
        return [e for e in self._entries.values() if e.id not in self._used and e.until is not None]


def _baseline(path: Path, text: str) -> Iterator[Suppression]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if entry["type"] == "match":
                yield Suppression(entry["id"], entry["rule"], "known from an earlier scan", "", None)
        except (ValueError, KeyError, TypeError) as error:
            raise RuleError(str(path), number, "not a line of a Shoumi JSON Lines report") from error


def _list(path: Path, text: str) -> Iterator[Suppression]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        entries: Any = yaml.safe_load(text) or []
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise RuleError(str(path), mark.line + 1 if mark else 1, "not valid YAML") from error
    if not isinstance(entries, list):
        raise RuleError(str(path), 1, "a suppression list is a YAML list of id, rule, reason, owner, until")
    nodes = root.value if isinstance(root, yaml.SequenceNode) else []
    for node, entry in zip(nodes, entries, strict=True):
        yield _entry(path, node.start_mark.line + 1, entry)


def _entry(path: Path, line: int, entry: Any) -> Suppression:
    if not isinstance(entry, dict):
        raise RuleError(str(path), line, "each entry has id, reason, owner and until")
    for key in ("id", "reason", "owner", "until"):
        if not entry.get(key):
            raise RuleError(str(path), line, f"{key} is missing: a suppression says what, why, who and until when")
    until = entry["until"]
    if isinstance(until, datetime.datetime) or not isinstance(until, datetime.date):
        raise RuleError(str(path), line, "until is a date such as 2027-06-30")
    return Suppression(str(entry["id"]), str(entry.get("rule", "")), str(entry["reason"]), str(entry["owner"]), until)
