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
# Parts as extractors name them: paths inside office files (ECMA-376, ISO/IEC 26300), or their own words.
_PARTS: Final = tuple(
    (re.compile(pattern), code)
    for pattern, code in (
        (r"name", "reports.place.name"),
        (r"word/document\d*\.xml|(?:.*/)?content\.xml|body(?:-\d+)?", "reports.part.body"),
        (r"word/header\d*\.xml", "reports.part.header"),
        (r"word/footer\d*\.xml", "reports.part.footer"),
        (r"(?:.*/)?styles\.xml", "reports.part.frame"),
        (
            r"(?:word|xl|ppt)/(?:.*/)?(?:threaded)?[cC]omments?\w*/?\w*\.xml|comments?|annotation",
            "reports.part.comment",
        ),
        (r"word/(?:foot|end)notes\.xml|ppt/notesSlides/.*|notes", "reports.part.note"),
        (r"docProps/.*|(?:.*/)?meta\.xml|properties|information|metadata|xmp", "reports.part.properties"),
        (r"exif", "reports.part.photo"),
        (r"(?:transport )?headers(?:-\d+)?", "reports.part.mail"),
        (r"ppt/slide(?:Master|Layout)s/.*", "reports.part.master"),
        (r".*/charts?/.*", "reports.part.chart"),
        (r".*/diagrams/.*", "reports.part.diagram"),
        (r"bookmarks", "reports.part.bookmark"),
        (r"macro .*", "reports.part.macro"),
        (r"text box", "reports.part.textbox"),
        (r"sheet name", "reports.part.sheetname"),
        (r"qr", "reports.part.code"),
    )
)
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


def part(name: str) -> str | None:
    """Return the message code for a part of a file that people have a word for, such as the footer; else None."""
    return next((code for pattern, code in _PARTS if pattern.fullmatch(name)), None)


def place(locator: Mapping[str, Any], language: str) -> str:
    """Return a locator, in its JSON form, in words: ``page 3, line 12``. Empty when nothing is known."""
    parts = []
    for name, value in ((name, locator[name]) for name in _WIDE_FIRST if name in locator):
        if name == "part" and (code := part(str(value))):
            parts.append(messages.text(code, language))
        else:
            parts.append(messages.text(f"reports.place.{name}", language, n=plain(str(value))))
    return messages.text("reports.joint", language).join(parts)


def reasons(match: Match, language: str) -> list[str]:
    """Return the sentences that say why a match is shown, each with its full stop."""
    return [messages.ended(plain(messages.render(reason, language)), language) for reason in match.reasons]


def suppression(data: Mapping[str, Any], language: str) -> str:
    """Return the sentence about a suppression, empty when there is none."""
    note = data.get("suppressed")
    if not isinstance(note, Mapping):
        return ""
    if not note.get("until"):  # a baseline: nobody answers for it, and it does not end
        return messages.text("reports.suppressed.known", language)
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
