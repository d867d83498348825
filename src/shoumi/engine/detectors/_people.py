"""What identifiers amount to together: a list of people, or several facts about one person side by side.

Detections of one document in, at most one list and a few combinations out. Categories that the law calls sensitive
(Personal Information Protection Law, article 28) beside a person's number count as a fact of their own.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from shoumi.engine.detector import Detection
from shoumi.engine.detectors._verdict import reason
from shoumi.engine.rule import Rule
from shoumi.engine.types import Reason
from shoumi.engine.view import View

_GAP: Final = 240  # bytes between two facts of one person
_WEIGHED: Final = ("medium", "high", "critical")
_NAME: Final = "personal.cn-name"
_MAIL: Final = "personal.email"


class People:
    """The rules ``personal.people-list`` and ``personal.combination``, when they are among the rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        roles = {rule.params.get("role"): rule for rule in rules}
        self._list, self._combination = roles.get("list"), roles.get("combination")
        self._points = {rule.id: int(rule.params.get("points", 0)) for rule in rules}
        self._severity = {rule.id: rule.severity for rule in rules}
        self._listed = {rule.id for rule in rules if self._points[rule.id] >= 2 or rule.params.get("listed")}
        sensitive: dict[str, list[str]] = (self._combination.params if self._combination else {}).get("sensitive", {})
        self._sensitive = {name: re.compile("|".join(words), re.IGNORECASE) for name, words in sensitive.items()}

    def detect(self, view: View, found: Sequence[Detection]) -> list[Detection]:
        """Return the list or the combinations that the detections of a document, in order, make."""
        facts = [entry for entry in found if self._points.get(entry.rule) and self._weighs(entry)]
        if not facts:
            return []
        if self._list is not None and (people := self._people(self._list, facts)) is not None:
            return [people]
        if self._combination is None:
            return []
        return list(self._combinations(self._combination, view, facts))

    def _weighs(self, entry: Detection) -> bool:
        """Whether a detection is a fact; names, and addresses of a column that is headed as such, are at any level."""
        severity = entry.severity or self._severity[entry.rule]
        return severity in _WEIGHED or entry.rule == _NAME or (entry.rule == _MAIL and severity == "low")

    def _people(self, rule: Rule, facts: Sequence[Detection]) -> Detection | None:
        distinct: dict[str, set[str]] = defaultdict(set)
        for entry in facts:
            if entry.rule in self._listed:
                distinct[str(entry.data["kind"])].add(entry.content)
        if not distinct:
            return None
        counts = {kind: len(contents) for kind, contents in distinct.items()}
        most = max(counts.values())
        if most < int(rule.params["least"]):
            return None
        digest = hashlib.sha256("\n".join(sorted(set().union(*distinct.values()))).encode()).hexdigest()
        first = facts[0]
        return Detection(
            rule.id, first.start, first.end, digest, (reason("people.list", count=most),), 0.95,
            "critical" if most >= int(rule.params["critical"]) else "high",
            data={"kind": "people-list", "count": most, "kinds": counts},
        )  # fmt: skip

    def _combinations(self, rule: Rule, view: View, facts: Sequence[Detection]) -> Iterator[Detection]:
        for cluster in _clusters(view, facts):
            kinds: dict[str, int] = {}
            for entry in cluster:
                kinds.setdefault(str(entry.data["kind"]), self._points[entry.rule])
            points = sum(kinds.values())
            special = self._special(view, cluster) if max(kinds.values()) >= 2 else []
            if points + 2 * len(special) < int(rule.params["least"]):
                continue
            names = [*kinds, *special]
            content = "\n".join(sorted(entry.content for entry in cluster))
            data: dict[str, Any] = {"kind": "combination", "kinds": names}
            reasons: tuple[Reason, ...] = (reason("people.combination", kinds=", ".join(names)),)
            yield Detection(rule.id, cluster[0].start, cluster[-1].end, content, reasons, 0.9, mask="none", data=data)

    def _special(self, view: View, cluster: Sequence[Detection]) -> list[str]:
        text = view.window(cluster[0].start - 180, cluster[-1].end + 180).text
        return [name for name, words in self._sensitive.items() if words.search(text)]


def _clusters(view: View, facts: Sequence[Detection]) -> Iterator[list[Detection]]:
    """Yield facts that stand together; a kind that comes again starts the next person."""
    cluster: list[Detection] = []
    for entry in facts:
        known = {fact.data["kind"] for fact in cluster}
        if cluster and (entry.data["kind"] in known or _apart(view, cluster[-1], entry)):
            yield cluster
            cluster = []
        cluster.append(entry)
    yield cluster


def _apart(view: View, one: Detection, other: Detection) -> bool:
    if other.start - one.end > _GAP:
        return True
    return view.raw.count(b"\n", one.end, other.start) > 3 or view.raw.count(b"\n\n", one.end, other.start) > 0
