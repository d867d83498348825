"""Words that reports for people share: severities, places, gaps, and names that cannot play tricks."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from shoumi.engine import messages
from shoumi.engine.types import Gap, Match

_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
_WIDE_FIRST: Final = ("message", "page", "slide", "sheet", "part", "cell", "line", "offset")
_STOPS: Final = ".!?。！？…"
_UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def plain(text: str) -> str:
    """Return a text on one line whose control, direction and invisible characters are shown as escapes."""
    return _UNSAFE.sub(_escape, text) if not text.isascii() or not text.isprintable() else text


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def severity(name: str, language: str) -> str:
    """Return the word for a severity."""
    return messages.text(f"reports.severity.{name}", language)


def category(name: str, language: str) -> str:
    """Return the word for a category."""
    return messages.text(f"reports.category.{name}", language)


def place(locator: Mapping[str, Any], language: str) -> str:
    """Return a locator, in its JSON form, in words: ``page 3, line 12``. Empty when nothing is known."""
    parts = []
    for name, value in ((name, locator[name]) for name in _WIDE_FIRST if name in locator):
        if name == "part" and value == "name":
            parts.append(messages.text("reports.place.name", language))
        else:
            parts.append(messages.text(f"reports.place.{name}", language, n=plain(str(value))))
    return messages.text("reports.joint", language).join(parts)


def reasons(match: Match, language: str) -> list[str]:
    """Return the sentences that say why a match is shown, each with its full stop."""
    return [ended(plain(messages.render(reason, language)), language) for reason in match.reasons]


def ended(sentence: str, language: str) -> str:
    """Return a sentence with a full stop when it has none."""
    if not sentence or sentence[-1] in _STOPS:
        return sentence
    return sentence + ("." if language == "en" else "。")


def suppression(data: Mapping[str, Any], language: str) -> str:
    """Return the sentence about a suppression, empty when there is none."""
    note = data.get("suppressed")
    if not isinstance(note, Mapping):
        return ""
    values = {key: plain(str(note.get(key) or "–")) for key in ("reason", "owner", "until")}
    return messages.text("reports.suppressed.by", language, **values)


def gap_name(reason: str, language: str) -> str:
    """Return the short name of a gap's reason."""
    return messages.text(f"gaps.{reason}.name", language)


def gap_sentence(reason: str, language: str) -> str:
    """Return what a gap's reason means."""
    return messages.text(f"gaps.{reason}", language)


def gap_advice(reason: str, language: str) -> str:
    """Return what to do about a gap."""
    return messages.text(f"gaps.{reason}.do", language)


def gap_detail(gap: Gap, language: str) -> str:
    """Return what is known about a gap beyond its reason: the detail, and the stage in words."""
    stage = messages.text(f"reports.stage.{gap.stage}", language) if gap.stage else ""
    return messages.text("reports.joint", language).join(part for part in (plain(gap.detail), stage) if part)


def size(count: int) -> str:
    """Return bytes in the unit that suits them."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{count} B" if unit == 0 else f"{value:.1f} {_UNITS[unit]}"


def now() -> datetime.datetime:
    """Return the local time with its zone, to the second."""
    return datetime.datetime.now().astimezone().replace(microsecond=0)


def stamp(moment: datetime.datetime) -> str:
    """Return a time as people read it, with its zone."""
    return f"{moment:%Y-%m-%d %H:%M} UTC{moment:%z}"


def crumbs(steps: Sequence[tuple[str, str]]) -> str:
    """Return a trail below its outermost file, printed like ``inner/a.docx!word/media/image1.png``."""
    return "!".join(plain(name) for _, name in steps)
