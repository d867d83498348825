"""A review's sheet in three forms: a page to read and print, JSON Lines for programs, a workbook to decide in.

The forms show the manuscript's text, so they carry the inherited level at their top, on every printed page and in the
workbook's header. The page is one file without scripts or network.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

from shoumi.engine import messages
from shoumi.engine.review import VERDICTS, Hit, Piece, Sheet

_KINDS: Final = {"passage": "copied", "personal": "personal"}
_STYLE: Final = Path(__file__).with_name("review.css")


def page(sheet: Sheet, stream: BinaryIO, language: str) -> None:
    """Write the page."""
    for part in _page(sheet, language):
        stream.write(part.encode("utf-8", "replace"))


def _page(sheet: Sheet, language: str) -> Iterator[str]:
    def word(code: str) -> str:
        return html.escape(messages.text(f"review.{code}", language))

    banner = html.escape(banner_of(sheet, language))
    yield f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
    yield f'<meta name="viewport" content="width=device-width"><title>{word("title")}</title>'
    yield f"<style>{_STYLE.read_text('utf-8')}</style>"
    # A table's head is repeated on every printed page, in every browser, and never lies over the text.
    yield f"<table class=sheet><thead><tr><td><div class=running>{banner}</div></td></tr></thead><tbody><tr><td>"
    yield f"<div class=level>{banner}</div><h1>{word('title')}</h1>"
    yield f"<p>{word('file')}: {html.escape(sheet.path)}<br><small>SHA-256 {sheet.sha256}</small></p>"
    yield f"<p>{word('inherits')}.</p><h2>{word('gaps')}</h2>"
    for gap in sheet.gaps:
        reason = html.escape(messages.text(f"gaps.{gap.reason}.name", language))
        yield f"<p class=gap>{html.escape(str(gap.trail))}: {reason} – {html.escape(gap.detail)}</p>"
    if not sheet.gaps:
        yield f"<p>{word('no-gaps')}</p>"
    yield f"<h2>{word('sources')}</h2><div class=wide><table><tr>"
    for code in ("source", "source-level", "term", "passages", "characters", "share"):
        yield f"<th>{word(code)}</th>"
    for source in sheet.sources:
        cells = (source.title, source.level, source.term or source.until or "", source.passages, source.characters)
        yield "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + f"<td>{source.share:.0%}</td>"
    yield f"</table></div><h2>{word('text')} · {word('open')}: {sheet.undecided}</h2><p class=legend>"
    yield "".join(f"<mark class={kind}>{word('kind.' + kind)}</mark>" for kind in ("copied", "mark", "personal"))
    for piece in sheet.pieces:
        yield from _piece(piece, language)
    yield f"<p class=sign>{word('signature')}</p><div class=level>{banner}</div></td></tr></table></html>"


def banner_of(sheet: Sheet, language: str) -> str:
    """Return the line that the sheet carries: its own level and term."""
    if sheet.level is None:
        return messages.text("review.none", language)
    term = messages.text("review.long", language) if sheet.term == "long" else sheet.term
    star = f"★{term}" if term else ""
    return f"{messages.text('review.level', language)}: {sheet.level_name}{star}"


def _piece(piece: Piece, language: str) -> Iterator[str]:
    if not piece.segment.text.strip():
        return
    yield f"<div class=piece><div><div class=place>{html.escape(_place(piece))}</div><div class=body>"
    yield from _highlighted(piece)
    yield "</div></div><div class=notes>"
    for hit in piece.hits:
        yield _note(hit, language)
    yield "</div></div>"


def _place(piece: Piece) -> str:
    inner = " › ".join(step.name for step in piece.trail.steps[1:])
    place = " ".join(f"{name} {value}" for name, value in piece.segment.locator.as_json().items())
    return " · ".join(part for part in (inner, place) if part)


def _highlighted(piece: Piece) -> Iterator[str]:
    text = piece.segment.text
    edges = sorted({0, len(text), *(hit.start for hit in piece.hits), *(hit.end for hit in piece.hits)})
    for start, end in pairwise(edges):
        over = [hit for hit in piece.hits if hit.start <= start and hit.end >= end]
        if not over:
            yield html.escape(text[start:end])
            continue
        hit = min(over, key=lambda one: one.end - one.start)
        done = " done" if hit.decision else ""
        yield f'<mark class="{_kind(hit)}{done}">{html.escape(text[start:end])}</mark>'


def _kind(hit: Hit) -> str:
    return _KINDS.get(hit.match.category, "mark")


def _note(hit: Hit, language: str) -> str:
    sentences = " ".join(messages.render(reason, language) for reason in hit.match.reasons)
    severity = messages.text(f"reports.severity.{hit.match.severity}", language)
    line = f"<b>{html.escape(severity)}</b> {html.escape(sentences)}"
    if hit.decision is not None:
        verdict = messages.text(f"review.{hit.decision.verdict}", language)
        line += f"<br>{html.escape(verdict)}: {html.escape(hit.decision.reason)} {html.escape(hit.decision.by)}"
    done = " done" if hit.decision else ""
    return f'<div class="note {_kind(hit)}{done}">{line}<br><small>{hit.match.id}</small></div>'


def lines(sheet: Sheet, stream: BinaryIO, language: str) -> None:
    """Write JSON Lines: findings that are not decided, gaps, then one line of type review."""
    for piece in sheet.pieces:
        for hit in piece.hits:
            if hit.decision is None:
                _line(stream, _finding(piece, hit, language))
    for gap in sheet.gaps:
        _line(stream, gap.as_json())
    sources = [
        {"id": one.id, "title": one.title, "level": one.level, "term": one.term, "passages": one.passages}
        | {"characters": one.characters, "share": round(one.share, 3)}
        for one in sheet.sources
    ]
    summary = {"type": "review", "path": sheet.path, "sha256": sheet.sha256, "level": sheet.level_name or None}
    _line(stream, summary | {"term": sheet.term, "undecided": sheet.undecided, "sources": sources})


def _finding(piece: Piece, hit: Hit, language: str) -> dict[str, Any]:
    match = hit.match
    return {
        "type": "match",
        "id": match.id,
        "rule": match.rule,
        "category": match.category,
        "severity": match.severity,
        "trail": match.trail.as_json(),
        "locator": match.locator.as_json(),
        "span": [piece.segment.base + hit.start, piece.segment.base + hit.end],
        "reason": [messages.render(reason, language) for reason in match.reasons],
        "data": dict(match.data),
    }


def _line(stream: BinaryIO, value: Any) -> None:
    stream.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n")


def workbook(sheet: Sheet, stream: BinaryIO, language: str) -> None:
    """Write a workbook: findings with a column to decide in, sources, gaps; the level is in every printed header."""
    import xlsxwriter

    def word(code: str) -> str:
        return messages.text(f"review.{code}", language)

    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    banner = banner_of(sheet, language)

    def table(name: str, heads: list[str], rows: list[list[Any]], widths: list[int]) -> Any:
        leaf = book.add_worksheet(word(name)[:31])
        leaf.set_header(f"&C{banner}")
        leaf.write(0, 0, banner, bold)
        for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
            leaf.set_column(column, column, width)
            leaf.write(2, column, head, bold)
        for number, row in enumerate(rows, 3):
            for column, value in enumerate(row):
                leaf.write(number, column, value, wrap)
        leaf.freeze_panes(3, 0)
        return leaf

    hits = [(piece, hit) for piece in sheet.pieces for hit in piece.hits]
    rows = [_row(piece, hit, language) for piece, hit in hits]
    heads = [word(code) for code in ("id", "place", "excerpt", "reason", "verdict")]
    leaf = table("findings", heads, rows, [34, 24, 70, 60, 14])
    if rows:
        leaf.data_validation(3, 4, 2 + len(rows), 4, {"validate": "list", "source": list(VERDICTS)})
    heads = [word(code) for code in ("source", "source-level", "term", "passages", "characters", "share")]
    rows = [
        [s.title, s.level, s.term or s.until or "", s.passages, s.characters, round(s.share, 3)] for s in sheet.sources
    ]
    table("sources", heads, rows, [50, 16, 16, 12, 12, 16])
    table(
        "gaps",
        [word("place"), word("reason")],
        [[str(g.trail), f"{g.reason}: {g.detail}"] for g in sheet.gaps],
        [60, 80],
    )
    book.close()


def _row(piece: Piece, hit: Hit, language: str) -> list[Any]:
    reasons = " ".join(messages.render(reason, language) for reason in hit.match.reasons)
    verdict = hit.decision.verdict if hit.decision else ""
    text = "".join(
        char if char.isprintable() or char == "\n" else " " for char in piece.segment.text[hit.start : hit.end]
    )
    return [hit.match.id, _place(piece), text[:2000], reasons, verdict]


FORMS: Final = {"html": page, "jsonl": lines, "xlsx": workbook}
