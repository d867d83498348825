"""Matches and gaps as plain lists, for pipes and the scan state: unlike the contract's lines, they can be read back."""

from __future__ import annotations

import base64
from typing import Any

from shoumi.engine.source import Skipped
from shoumi.engine.types import Gap, Locator, Match, Reason, Shown, Step, Trail

_PLACE = Locator.__slots__


def write(event: Match | Gap | Skipped) -> list[Any]:
    """Return an event as JSON can carry it."""
    if isinstance(event, Match):
        return [
            "m",
            event.id,
            event.rule,
            event.category,
            event.severity,
            event.confidence,
            _steps(event.trail),
            event.locator.as_json(),
            event.span,
            event.snippet,
            [[reason.code, reason.values] for reason in event.reasons],
            event.area,
            event.data,
            *_picture(event.picture),
        ]
    if isinstance(event, Gap):
        return ["g", event.reason, event.detail, _steps(event.trail), event.stage]
    return ["s", event.media_type]


def read(entry: list[Any]) -> Match | Gap | Skipped:
    """Return the event that ``write`` wrote."""
    kind = entry[0]
    if kind == "s":
        return Skipped(entry[1])
    if kind == "g":
        return Gap(entry[1], entry[2], _trail(entry[3]), entry[4])
    _, id_, rule, category, severity, confidence, steps, place, span, snippet, reasons, area, data, *picture = entry
    return Match(
        id_,
        rule,
        category,
        severity,
        confidence,
        _trail(steps),
        Locator(**place),
        (span[0], span[1]),
        snippet,
        tuple(Reason(code, tuple((name, value) for name, value in values)) for code, values in reasons),
        area,
        data,
        Shown(base64.b64decode(picture[0]), tuple(picture[1])) if picture else None,
    )


def _picture(shown: Shown | None) -> list[Any]:
    return [] if shown is None else [base64.b64encode(shown.data).decode(), shown.area]


def _steps(trail: Trail) -> list[list[str]]:
    return [[step.kind, step.name] for step in trail.steps]


def _trail(steps: list[list[str]]) -> Trail:
    return Trail(tuple(Step(kind, name) for kind, name in steps))
