"""Checks JSON Lines of another machine, line by line: a line in, a result out, or a Refused with its number.

Only what the contract names is kept, with bounded lengths, so that a file cannot bring in more than results.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from shoumi.console.findings.models.found import AREAS, CATEGORIES, REASONS, SEVERITIES

LINE: Final = 256 * 1024  # bytes of one line
STEPS: Final = 40
NAME: Final = 2000
MEDIA: Final = 100
_ID: Final = re.compile(r"[0-9a-f]{32}")
_RULE: Final = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
_PLACE: Final = frozenset({"page", "slide", "sheet", "cell", "line", "part", "message", "offset"})


class Refused(Exception):
    """A line that is no result of Shoumi; ``number`` counts from 1."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(
            _("Line %(number)d: %(why)s. Nothing of the file was taken in.") % {"number": number, "why": why}
        )


class _Wrong(Exception):
    pass


def read(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the results of a file; the last one is its summary. Raises Refused."""
    ended = False
    number = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if ended:
            raise Refused(number, _("something follows the summary"))
        try:
            value = checked(_parsed(line))
        except _Wrong as error:
            raise Refused(number, str(error)) from error
        ended = value["type"] == "summary"
        yield value
    if not ended:
        raise Refused(number + 1, _("the summary is missing: the scan was cut off, or this is no report of it"))


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > LINE:
        raise _Wrong(_("it is longer than any result"))
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Wrong(_("it is no JSON in UTF-8")) from error
    if not isinstance(value, dict):
        raise _Wrong(_("it is no result"))
    return value


def checked(value: dict[str, Any]) -> dict[str, Any]:
    """Return what the contract names of one result."""
    kinds: dict[Any, Callable[[dict[str, Any]], dict[str, Any]]] = {"match": _match, "gap": _gap, "summary": _summary}
    kind = kinds.get(value.get("type") if isinstance(value.get("type"), str) else None)
    if kind is None:
        raise _Wrong(_("its type is none of match, gap, summary"))
    return kind(value)


def _match(value: dict[str, Any]) -> dict[str, Any]:
    span = value.get("span")
    if not (isinstance(span, list) and len(span) == 2 and all(type(n) is int and 0 <= n < 2**62 for n in span)):
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "span"})
    confidence: Any = value.get("confidence")
    if type(confidence) not in (int, float) or not 0 <= confidence <= 1:
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "confidence"})
    return {
        "type": "match",
        "id": _text(value, "id", 32, _ID),
        "rule": _text(value, "rule", 100, _RULE),
        "category": _one_of(value, "category", dict(CATEGORIES)),
        "area": _one_of(value, "area", {**dict(AREAS), None: ""}),
        "severity": _one_of(value, "severity", SEVERITIES),
        "confidence": float(confidence),
        "path": _text(value, "path", NAME),
        "trail": _trail(value),
        "locator": _locator(value),
        "span": span,
        "snippet": _text(value, "snippet", NAME),
        "reason": [str(text)[:NAME] for text in _list(value, "reason", 20)],
        "data": _small(value, "data"),
    }


def _gap(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "gap",
        "path": _text(value, "path", NAME),
        "trail": _trail(value),
        "stage": _text(value, "stage", 20),
        "reason": _one_of(value, "reason", dict(REASONS)),
        "detail": _text(value, "detail", NAME),
    }


def _summary(value: dict[str, Any]) -> dict[str, Any]:
    names = ("files", "members", "bytes", "suppressed", "unchanged", "excluded")
    counts = {name: value[name] for name in names if type(value.get(name)) is int and value[name] >= 0}
    if not {"files", "members", "bytes"} <= counts.keys():
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "files, members, bytes"})
    tables = {name: _counts(value, name) for name in ("findings", "gaps", "skipped")}
    packs = {str(k)[:100]: str(v)[:100] for k, v in list(_small(value, "packs").items())[:200]}
    seconds: Any = value.get("seconds")
    return {
        "type": "summary",
        **counts,
        **tables,
        "seconds": float(seconds) if type(seconds) in (int, float) else 0.0,
        "version": _text(value, "version", 50),
        "packs": packs,
        "stopped": value.get("stopped") is True,
        "media": [_medium(one) for one in _list(value, "media", MEDIA)] if "media" in value else [],
    }


def _medium(value: Any) -> dict[str, Any]:
    """Return a disk or image that was scanned, as the engine tells it (``engine/device/medium.py``)."""
    if not isinstance(value, dict) or type(value.get("size")) is not int or value["size"] < 0:
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "media"})
    names = ("kind", "path", "name", "model", "serial", "wwn", "taken")
    return {"size": value["size"], **{name: _text(value, name, NAME) for name in names if name in value}}


def _text(value: dict[str, Any], name: str, most: int, form: re.Pattern[str] | None = None) -> str:
    text = value.get(name)
    if not isinstance(text, str) or len(text) > most or "\0" in text or (form is not None and not form.fullmatch(text)):
        raise _Wrong(_("“%(name)s” is wrong") % {"name": name})
    return text


def _one_of(value: dict[str, Any], name: str, known: Any) -> Any:
    found = value.get(name)
    if not (isinstance(found, str) or found is None) or found not in known:
        raise _Wrong(_("“%(name)s” is wrong") % {"name": name})
    return found


def _list(value: dict[str, Any], name: str, most: int) -> list[Any]:
    found = value.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise _Wrong(_("“%(name)s” is wrong") % {"name": name})
    return found


def _trail(value: dict[str, Any]) -> list[dict[str, str]]:
    steps = _list(value, "trail", STEPS)
    if not all(isinstance(step, dict) for step in steps):
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "trail"})
    return [{"kind": _text(step, "kind", 40), "name": _text(step, "name", NAME)} for step in steps]


def _locator(value: dict[str, Any]) -> dict[str, Any]:
    place = _small(value, "locator")
    if not place.keys() <= _PLACE or not all(isinstance(one, str) or type(one) is int for one in place.values()):
        raise _Wrong(_("“%(name)s” is wrong") % {"name": "locator"})
    return {name: one[:NAME] if isinstance(one, str) else one for name, one in place.items()}


def _counts(value: dict[str, Any], name: str) -> dict[str, int]:
    table = _small(value, name)
    if not all(type(count) is int and count >= 0 for count in table.values()):
        raise _Wrong(_("“%(name)s” is wrong") % {"name": name})
    return table


def _small(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if not isinstance(found, dict) or len(json.dumps(found)) > 20_000:
        raise _Wrong(_("“%(name)s” is wrong") % {"name": name})
    return found
