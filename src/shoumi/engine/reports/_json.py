"""JSON as reports write it: one line, UTF-8, safe for strict readers, terminals and HTML script elements."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from shoumi.engine.types import Json, Match

# Valid raw in JSON, but a terminal obeys them (C1, DEL) and readers are misled by them (bidi, hidden line ends).
_ODD: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def line(value: Any) -> str:
    """Return a value as JSON without a line end. Half surrogate pairs, which UTF-8 cannot hold, become U+FFFD."""
    text = _ENCODER.encode(value)
    return text if text.isprintable() else _ODD.sub(_escape, text)  # what is odd is not printable; most lines are


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def script(value: Any) -> str:
    """Return a value as JSON that may stand inside a script element."""
    return line(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def match(found: Match, reasons: list[str]) -> Json:
    """Return the contract's JSON line of a match, with its reasons as sentences."""
    return {
        "type": "match",
        "id": found.id,
        "rule": found.rule,
        "category": found.category,
        "area": found.area,
        "severity": found.severity,
        "confidence": found.confidence,
        "path": found.path,
        "trail": found.trail.as_json(),
        "locator": found.locator.as_json(),
        "span": list(found.span),
        "snippet": found.snippet,
        "reason": reasons,
        "data": dict(found.data),
    }
