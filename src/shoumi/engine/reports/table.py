"""The table for terminals and pipes: findings file by file as they come, then what was not examined, then the sum.

A terminal gets colours and lines that fit its width; anything else gets plain lines that are never cut, for grep.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Callable
from typing import BinaryIO, ClassVar, Final

from shoumi.engine import messages
from shoumi.engine.reports import _rules, _words
from shoumi.engine.reports._levels import Levels
from shoumi.engine.reports._spool import Spool
from shoumi.engine.types import SEVERITIES, Gap, Match, Summary

_STYLES: Final = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "", "info": "dim"}
_Part = tuple[str, str]  # text, style
_Print = Callable[[int, list[_Part]], None]  # indent in cells, parts of one line


class Table:
    """Grouped lines; colours only on a terminal, and not when NO_COLOR is set."""

    name: ClassVar[str] = "table"
    suffix: ClassVar[str] = ".txt"
    binary: ClassVar[bool] = False

    def __init__(self, stream: BinaryIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._print: _Print = _terminal(stream) if stream.isatty() else self._plainly
        self._path: str | None = None
        self._gaps = Spool()
        self._levels = Levels()
        self._widest = max(_cells(_words.severity(name, language)) for name in SEVERITIES)

    def event(self, event: Match | Gap) -> None:
        """Print a match; keep a gap for the end."""
        if isinstance(event, Gap):
            names = [step.name for step in event.trail.steps]
            self._gaps.add([event.reason, "!".join(names), _words.gap_detail(event, self._language)])
            return
        self._levels.add(event)
        if event.path != self._path:
            if self._path is not None:
                self._print(0, [])
            self._path = event.path
            self._print(0, [(_words.plain(event.path), "bold")])
        self._match(event)

    def finish(self, summary: Summary) -> None:
        """Print the gaps, grouped by reason, and what the scan did."""
        if self._path is not None:
            self._print(0, [])
        self._not_examined()
        self._sum(summary)
        self._stream.flush()

    def _text(self, code: str, **values: str | int) -> str:
        return messages.text(f"reports.{code}", self._language, **values)

    def _match(self, match: Match) -> None:
        style = "dim strike" if "suppressed" in match.data else _STYLES[match.severity]
        word = _words.severity(match.severity, self._language)
        steps = [(step.kind, step.name) for step in match.trail.steps[1:]]
        place = _words.place(match.locator.as_json(), self._language)
        where = "  ".join(part for part in (_words.crumbs(steps), place) if part)
        gap = " " * (self._widest - _cells(word) + 2)
        head = [(word, style), (gap, ""), (_rules.title(match.rule, self._language), style or "bold")]
        self._print(2, [*head, (f"  {where}" if where else "", "dim")])
        indent = 4 + self._widest
        for sentence in _words.reasons(match, self._language):
            self._print(indent, [(sentence, "")])
        self._print(indent, [(_words.plain(match.snippet), "dim")])
        if note := _words.suppression(match.data, self._language):
            self._print(indent, [(note, "dim")])

    def _not_examined(self) -> None:
        if not self._gaps.count:
            return
        groups: dict[str, int] = {}
        for reason, _, _ in self._gaps:
            groups[reason] = groups.get(reason, 0) + 1
        self._print(0, [(self._text("gaps.some", n=self._gaps.count), "bold yellow")])
        for reason, count in sorted(groups.items()):
            self._print(2, [(f"{_words.gap_name(reason, self._language)} {count}", "yellow")])
            sentences = (_words.gap_sentence(reason, self._language), _words.gap_advice(reason, self._language))
            self._print(4, [(_joined(sentences, self._language), "")])
            for other, path, detail in self._gaps:
                if other == reason:
                    self._print(4, [(_words.plain(path), ""), (f"  {detail}" if detail else "", "dim")])
        self._print(0, [])

    def _sum(self, summary: Summary) -> None:
        colon = self._text("colon")
        if summary.stopped:
            self._print(0, [(self._text("stopped"), "bold yellow")])
        total = sum(summary.findings.values())
        parts: list[_Part] = [(self._text("findings.some", n=total) if total else self._text("findings.none"), "bold")]
        for name in SEVERITIES:
            if count := summary.findings.get(name, 0):
                parts += [("  ", ""), (f"{_words.severity(name, self._language)} {count}", _STYLES[name])]
        if summary.suppressed:
            parts.append((f"  {self._text('suppressed')} {summary.suppressed}", "dim"))
        self._print(0, parts)
        if not total and not self._gaps.count and not summary.stopped:
            self._print(0, [(self._text("gaps.none"), "")])
        if not total and self._gaps.count:
            self._print(0, [(self._text("findings.gaps"), "")])
        if level := self._levels.highest():
            self._print(0, [(f"{self._text('level.found')}{colon}{_words.plain(level)}", "bold red")])
        counts = [
            (self._text("files"), f"{summary.files}"),
            (self._text("members"), f"{summary.members}" if summary.members else ""),
            (self._text("bytes"), _words.size(summary.bytes)),
            (self._text("seconds"), self._text("second", n=f"{summary.seconds:.1f}")),
            (self._text("skipped"), str(sum(summary.skipped.values()) or "")),
            (self._text("unchanged"), str(summary.unchanged or "")),
            (self._text("excluded"), str(summary.excluded or "")),
        ]
        line = " · ".join(f"{name}{colon}{value}" for name, value in counts if value)
        self._print(0, [(line, "dim")])

    def _plainly(self, indent: int, parts: list[_Part]) -> None:
        line = " " * indent + "".join(text for text, _ in parts)
        self._stream.write(line.rstrip().encode("utf-8", "replace") + b"\n")


def _terminal(stream: BinaryIO) -> _Print:
    """Return what prints to a terminal: wrapped at its width, every line indented, in its own encoding."""
    import io

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    encoding = locale.getencoding()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in ("dumb", "unknown")

    def width() -> int:
        try:
            return max(40, os.get_terminal_size(stream.fileno()).columns or 80)
        except OSError:
            return 80

    def show(indent: int, parts: list[_Part]) -> None:
        if not parts:  # Rich prints nothing at all for an empty text that is padded
            stream.write(b"\n")
            return
        buffer = io.StringIO()
        console = Console(
            file=buffer, force_terminal=not plain, width=width(), highlight=False, markup=False, emoji=False
        )
        text = Text.assemble(*((part, "" if plain else style) for part, style in parts), overflow="fold")
        console.print(Padding(text, (0, 0, 0, indent), expand=False))
        lines = "\n".join(line.rstrip() for line in buffer.getvalue().split("\n"))
        stream.write(lines.encode(encoding, "replace"))
        stream.flush()

    return show


def _joined(sentences: tuple[str, ...], language: str) -> str:
    return ("" if language.startswith("zh") else " ").join(sentences)


def _cells(text: str) -> int:
    """Return how many columns a word of our own takes: two for each Chinese character."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


PLUGIN = Table
