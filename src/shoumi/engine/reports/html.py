"""The report for people: one HTML file that needs nothing else, offline, in three languages, on screen and on paper.

What was not examined stands first, then the sum, then the findings by severity, file and place. The data is embedded
as JSON and drawn by a script of our own (``page.js``); a content security policy allows that script and nothing from
elsewhere. Findings wait in temporary files by severity, so that memory stays bounded and the gravest come first; a
page that would be too large to open says how many it leaves out. Of pages that were read as pictures it shows the
picture: findings framed, secrets covered, the rest too coarse to read. The report is a carrier itself and says so.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Final

from shoumi.engine import messages
from shoumi.engine.reports import _json, _rules, _words
from shoumi.engine.reports._levels import Levels
from shoumi.engine.reports._spool import Spool
from shoumi.engine.rule import LANGUAGES
from shoumi.engine.types import SEVERITIES, Gap, Json, Match, Reason, Summary

LARGEST: Final = 30_000  # findings, and gaps, that one page holds: about 20 MB
PICTURES: Final = 24_000_000  # bytes of pictures of pages that one report holds
_STATIC: Final = 200  # findings, and gaps, shown where scripts cannot run
_ASSETS: Final = Path(__file__).parent
_MARK: Final = re.compile(r"\{\{(\w+)\}\}")


class Html:
    """One self-contained page."""

    name: ClassVar[str] = "html"
    suffix: ClassVar[str] = ".html"
    binary: ClassVar[bool] = False

    def __init__(self, stream: BinaryIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._matches = {name: Spool(LARGEST) for name in SEVERITIES}
        self._gaps = Spool(LARGEST)
        self._levels = Levels()
        self._pictures = Spool()
        self._shown: dict[tuple[str, int | None], list[Any] | None] = {}  # page → number and area of its picture
        self._size = self._left_out = 0
        self._rules: dict[str, None] = {}
        self._codes: dict[str, None] = {}
        self._categories: dict[str, int] = {}
        self._parts: dict[str, str] = {}  # parts of files that people have a word for → message code

    def event(self, event: Match | Gap) -> None:
        """Keep a result for the page."""
        if isinstance(event, Gap):
            trail = [[step.kind, step.name] for step in event.trail.steps]
            self._gaps.add([event.reason, trail, event.stage, event.detail])
            return
        self._levels.add(event)
        self._rules[event.rule] = None
        self._codes.update((reason.code, None) for reason in event.reasons)
        self._categories[event.category] = self._categories.get(event.category, 0) + 1
        if event.locator.part and (code := _words.part(event.locator.part)) and len(self._parts) < LARGEST:
            self._parts[event.locator.part] = code
        self._matches[event.severity].add([*_row(event), self._page(event)])

    def finish(self, summary: Summary) -> None:
        """Write the page."""
        level = _words.plain(self._levels.highest())
        style, script = _asset("page.css"), _asset("page.js")
        paper = _paper(level or self._text("internal"), self._text("title"), _words.stamp(_words.now()))
        parts: dict[str, str | Iterable[str]] = {
            "language": self._language,
            "title": escape(self._text("title")),
            "script_hash": _hash(script),
            "style_hash": _hash(style),
            "print_hash": _hash(paper),
            "style": style,
            "print": paper,
            "script": script,
            "static": self._static(summary, level),
            "meta": _json.script(self._meta(summary, level)),
            "gaps": _array(self._gaps),
            "matches": _array(self._gravest()),
            "pictures": _array(self._pictures),
        }
        for number, piece in enumerate(_MARK.split(_asset("page.html"))):
            found = parts[piece] if number % 2 else piece
            for text in (found,) if isinstance(found, str) else found:
                self._stream.write(text.encode("utf-8", "replace"))
        self._stream.flush()

    def _page(self, match: Match) -> list[Any] | None:
        """Keep a page's picture; return its number and area for each match that stands on it, None without one."""
        if match.picture is None and "boxes" not in match.data:
            return None
        key = (str(match.trail), match.locator.page)
        if match.picture is not None:
            self._shown[key] = None
            self._size += len(match.picture.data)
            if self._size <= PICTURES:
                self._shown[key] = [self._pictures.count, list(match.picture.area)]
                self._pictures.add(base64.b64encode(match.picture.data).decode())
            else:
                self._left_out += 1
        return self._shown.get(key)

    def _text(self, code: str, **values: str | int) -> str:
        return messages.text(f"reports.{code}", self._language, **values)

    def _gravest(self) -> Iterator[Any]:
        left = LARGEST
        for spool in self._matches.values():
            for row in spool:
                if not left:
                    return
                left -= 1
                yield row

    def _total(self) -> int:
        return sum(spool.count for spool in self._matches.values())

    def _meta(self, summary: Summary, level: str) -> Json:
        texts = {code: entry for name in ("reports", "gaps") for code, entry in messages.catalog(name).items()}
        texts |= {code: entry for code in self._codes if (entry := messages.template(code)) is not None}
        rules = {name: rule for name in self._rules if (rule := _rules.find(name)) is not None}
        return {
            "language": self._language,
            "made": _words.stamp(_words.now()),
            "version": summary.version,
            "addresses": list(summary.addresses),
            "level": level,
            "summary": summary.as_json(),
            "total": {"matches": self._total(), "gaps": self._gaps.count, "unshown": self._left_out},
            "categories": self._categories,
            "texts": texts,
            "parts": self._parts,
            "rules": {
                name: {
                    "name": {language: rule.name.get(language, name) for language in LANGUAGES},
                    "means": {language: rule.means.get(language, "") for language in LANGUAGES},
                    "references": list(rule.references),
                }
                for name, rule in rules.items()
            },
            "scores": {name: score for name, score in _rules.scores().items() if name in self._rules},
        }

    def _static(self, summary: Summary, level: str) -> Iterator[str]:
        """Return the page for where scripts cannot run: everything that counts, fewer rows, no filters."""
        yield f'<div class="static"><h1>{escape(self._text("title"))}</h1>'
        yield _p(self._text("carrier", level=level) if level else self._text("carrier.none"))
        facts = (
            _words.stamp(_words.now()),
            f"{self._text('version')} {summary.version}",
            *map(_words.plain, summary.addresses),
        )
        yield _p(" · ".join(facts))
        if summary.stopped:
            yield _p(self._text("stopped"))
        yield f"<h2>{escape(self._text('gaps'))}</h2>"
        yield _p(self._text("gaps.some", n=self._gaps.count) if self._gaps.count else self._text("gaps.none"))
        for reason, count in sorted(summary.gaps.items()):
            sentences = (_words.gap_sentence(reason, self._language), _words.gap_advice(reason, self._language))
            yield _p(f"{_words.gap_name(reason, self._language)} {count} – {' '.join(sentences)}")
        yield from self._table(("reason", "path", "detail"), (self._gap_cells(row) for row in self._gaps))
        yield f"<h2>{escape(self._text('findings'))}</h2>"
        total = self._total()
        yield _p(self._text("findings.some", n=total) if total else self._text("findings.none"))
        counts = ((name, summary.findings.get(name, 0)) for name in SEVERITIES)
        yield _p(" · ".join(f"{_words.severity(name, self._language)} {count}" for name, count in counts))
        if total:
            yield _p(self._text("page.noscript", n=min(total, _STATIC), total=total))
        columns = ("severity", "rule", "path", "place", "reason", "snippet")
        yield from self._table(columns, (self._match_cells(row) for row in self._gravest()))
        yield "</div>"

    def _table(self, columns: tuple[str, ...], rows: Iterable[list[str]]) -> Iterator[str]:
        heads = "".join(f"<th>{escape(self._text(name))}</th>" for name in columns)
        yield f"<table><thead><tr>{heads}</tr></thead><tbody>"
        for _, cells in zip(range(_STATIC), rows, strict=False):
            yield "<tr>" + "".join(f"<td><bdi>{escape(_words.plain(cell))}</bdi></td>" for cell in cells) + "</tr>\n"
        yield "</tbody></table>"

    def _gap_cells(self, row: list[Any]) -> list[str]:
        reason, trail, _, detail = row
        return [_words.gap_name(reason, self._language), "!".join(name for _, name in trail), detail]

    def _match_cells(self, row: list[Any]) -> list[str]:
        _, rule, _, _, severity, _, trail, locator, _, snippet, reasons, *_ = row
        given = (Reason(code, tuple(values.items())) for code, values in reasons)
        sentences = [messages.ended(messages.render(reason, self._language), self._language) for reason in given]
        return [
            _words.severity(severity, self._language),
            _rules.title(rule, self._language),
            "!".join(name for _, name in trail),
            _words.place(locator, self._language),
            " ".join(sentences),
            snippet,
        ]


def _row(match: Match) -> list[Any]:
    """Return a match as the script reads it; ``page.js`` names the places."""
    return [
        match.id,
        match.rule,
        match.category,
        match.area,
        match.severity,
        match.confidence,
        [[step.kind, step.name] for step in match.trail.steps],
        match.locator.as_json(),
        list(match.span),
        match.snippet,
        [[reason.code, dict(reason.values)] for reason in match.reasons],
        dict(match.data),
    ]


def _array(rows: Iterable[Any]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "") + _json.script(row)
    yield "]"


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8").strip()


def _hash(text: str) -> str:
    """Return what the content security policy compares an inline element with (CSP Level 3, 6.7.2)."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _paper(level: str, title: str, made: str) -> str:
    """Return the style of printed pages: A4, the inherited level in the corner, page numbers (CSS Paged Media 3)."""
    font = "font: 9pt sans-serif; color: #000"
    return (
        f"@page {{ size: A4; margin: 18mm 15mm; "
        f"@top-left {{ content: {_css(level)}; font: 700 11pt sans-serif; color: #000 }} "
        f"@bottom-left {{ content: {_css(f'{title} · {made}')}; {font} }} "
        f'@bottom-right {{ content: counter(page) " / " counter(pages); {font} }} }}'
    )


def _css(text: str) -> str:
    """Return a CSS string: everything but letters, digits and CJK is written as its code."""
    return '"' + "".join(char if char.isalnum() else f"\\{ord(char):x} " for char in text) + '"'


def _p(text: str) -> str:
    return f"<p>{escape(text)}</p>\n"


PLUGIN = Html
