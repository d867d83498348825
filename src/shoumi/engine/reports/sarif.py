"""SARIF 2.1.0 (OASIS Standard, 2020-03-27), for code scanning and other tools that gather results.

Results are written as they come; what the standard puts before them (the rules, the gaps as notifications) follows
after, which JSON allows. A member of an archive is named by logical locations below the file it is in. Regions count
Unicode code points and are given only where the text of the file is what was inspected (``columnKind``, 3.14.17).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any, BinaryIO, ClassVar, Final
from urllib.parse import quote

from shoumi.engine.reports import _json, _rules, _words
from shoumi.engine.reports._spool import Spool
from shoumi.engine.types import Gap, Json, Match, Summary, Trail

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
_LANGUAGES: Final = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-US"}
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+://")
_SAFE: Final = "/!$&'()*,;=@~"


class Sarif:
    """One run in one log."""

    name: ClassVar[str] = "sarif"
    suffix: ClassVar[str] = ".sarif"
    binary: ClassVar[bool] = False

    def __init__(self, stream: BinaryIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._rules: dict[str, tuple[int, str, str]] = {}  # id → index, category, gravest severity so far
        self._reasons: list[str] = []
        self._gaps = Spool()
        self._grave = False
        self._empty = True
        run = f'"columnKind":"unicodeCodePoints","language":"{_LANGUAGES[language]}","results":['
        self._stream.write(f'{{"$schema":"{SCHEMA}","version":"2.1.0","runs":[{{{run}'.encode())

    def event(self, event: Match | Gap) -> None:
        """Write a match; keep a gap for the end."""
        if isinstance(event, Gap):
            self._gaps.add(self._notification(event))
            return
        self._grave |= event.severity != "info" and "suppressed" not in event.data
        self._stream.write(("\n" if self._empty else ",\n").encode() + _json.line(self._result(event)).encode())
        self._empty = False

    def finish(self, summary: Summary) -> None:
        """Write the rules, the gaps and how the scan ended."""
        self._stream.write(b'\n],"tool":' + _json.line(self._tool(summary)).encode())
        invocation = _json.line(self._invocation(summary)).encode()
        self._stream.write(b',\n"invocations":[' + invocation[:-1] + b',"toolExecutionNotifications":[')
        for number, notification in enumerate(self._gaps):
            self._stream.write((",\n" if number else "\n").encode() + _json.line(notification).encode())
        self._stream.write(b"\n]}]}]}\n")
        self._stream.flush()

    def _result(self, match: Match) -> Json:
        known = self._rules.get(match.rule)
        index = known[0] if known else len(self._rules)
        if known is None or float(_SCORES[match.severity]) > float(_SCORES[known[2]]):
            self._rules[match.rule] = (index, match.category, match.severity)
        place = _words.place(match.locator.as_json(), self._language)
        properties = {
            "category": match.category,
            "area": match.area,
            "severity": match.severity,
            "confidence": match.confidence,
            "locator": match.locator.as_json(),
            "span": list(match.span),
            "snippet": match.snippet,
            "data": dict(match.data),
        }
        return {
            "ruleId": match.rule,
            "ruleIndex": index,
            "level": _LEVELS[match.severity],
            "rank": round(match.confidence * 100, 1),
            "message": {"text": self._message(match)},
            "locations": [_location(match.trail, _region(match), place)],
            "partialFingerprints": {"shoumiId/v1": match.id},
            "suppressions": _suppressions(match),
            "properties": properties,
        }

    def _message(self, match: Match) -> str:
        sentences = _words.reasons(match, self._language) or [_rules.title(match.rule, self._language)]
        return " ".join(sentences)

    def _notification(self, gap: Gap) -> Json:
        if gap.reason not in self._reasons:
            self._reasons.append(gap.reason)
        parts = (_words.gap_sentence(gap.reason, self._language), _words.gap_detail(gap, self._language))
        return {
            "descriptor": {"id": gap.reason, "index": self._reasons.index(gap.reason)},
            "level": "error" if gap.reason in ("crashed", "timeout") else "warning",
            "message": {"text": " ".join(part for part in parts if part)},
            "locations": [_location(gap.trail)],
        }

    def _tool(self, summary: Summary) -> Json:
        driver: Json = {"name": "Shoumi"}
        if summary.version:
            driver["version"] = driver["semanticVersion"] = summary.version
        driver["rules"] = [self._descriptor(name, *known[1:]) for name, known in self._rules.items()]
        driver["notifications"] = [self._gap_descriptor(reason) for reason in self._reasons]
        driver["properties"] = {"packs": summary.packs}
        return {"driver": driver}

    def _descriptor(self, name: str, category: str, severity: str) -> Json:
        title = _rules.title(name, self._language)
        means = _rules.means(name, self._language) or title
        found = _rules.find(name)
        references = found.references if found else ()
        markdown = "\n".join((f"**{title}** — {means}", *(f"- {reference}" for reference in references)))
        return {
            "id": name,
            "name": title,
            "shortDescription": {"text": title},
            "fullDescription": {"text": means},
            "help": {"text": "\n".join((means, *references)), "markdown": markdown},
            "defaultConfiguration": {"level": _LEVELS[found.severity if found else severity]},
            "properties": {"tags": ["security", category], "security-severity": _SCORES[severity]},
        }

    def _gap_descriptor(self, reason: str) -> Json:
        sentence, advice = _words.gap_sentence(reason, self._language), _words.gap_advice(reason, self._language)
        return {
            "id": reason,
            "name": _words.gap_name(reason, self._language),
            "shortDescription": {"text": sentence},
            "help": {"text": advice},
        }

    def _invocation(self, summary: Summary) -> Json:
        end = _words.now().astimezone(datetime.UTC)
        start = end - datetime.timedelta(seconds=round(summary.seconds))
        line: Json = {
            "executionSuccessful": not summary.stopped,
            "startTimeUtc": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "endTimeUtc": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "properties": {"summary": summary.as_json()},
        }
        if summary.stopped:
            line["exitCodeDescription"] = "stopped before its end"
        else:
            line["exitCode"] = 1 if self._grave else 3 if summary.gaps else 0
        return line


def _location(trail: Trail, region: Json | None = None, place: str = "") -> Json:
    physical: Json = {"artifactLocation": {"uri": uri(trail.steps[0].name if trail.steps else "")}}
    if region:
        physical["region"] = region
    location: Json = {"physicalLocation": physical}
    if len(trail.steps) > 1:
        location["logicalLocations"] = list(_logical(trail))
    if place:
        location["message"] = {"text": place}
    return location


def _logical(trail: Trail) -> Iterable[Json]:
    for depth in range(2, len(trail.steps) + 1):
        step = trail.steps[depth - 1]
        full = "!".join(_words.plain(above.name) for above in trail.steps[:depth])
        yield {"name": _words.plain(step.name), "fullyQualifiedName": full, "kind": step.kind}


def _region(match: Match) -> Json | None:
    """Return the region of a match in the outermost file, where its text is the file's own."""
    locator = match.locator
    if len(match.trail.steps) != 1 or set(locator.as_json()) - {"line", "offset"}:
        return None
    region: Json = {}
    if locator.line is not None:
        region["startLine"] = locator.line
        region |= {"charOffset": match.span[0], "charLength": match.span[1] - match.span[0]}
    if locator.offset is not None:
        region["byteOffset"] = locator.offset
    return region or None


def _suppressions(match: Match) -> list[Json]:
    note: Any = match.data.get("suppressed")
    if not isinstance(note, dict):
        return []
    properties = {"owner": note.get("owner"), "until": note.get("until")}
    text = _words.plain(str(note.get("reason") or ""))
    return [{"kind": "external", "status": "accepted", "justification": text, "properties": properties}]


def uri(path: str) -> str:
    """Return an address as an RFC 3986 URI: absolute paths as file URIs, the rest relative; other schemes are kept."""
    text = path.encode("utf-8", "replace").decode()
    if scheme := _SCHEME.match(text):
        return scheme.group() + quote(text[scheme.end() :], safe=_SAFE + ":")
    if text.startswith("/"):
        return "file://" + quote("/" + text.lstrip("/"), safe=_SAFE)
    return quote(text, safe=_SAFE) or "."


PLUGIN = Sarif
