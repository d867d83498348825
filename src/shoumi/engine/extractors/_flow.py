"""Running text of one part: paragraphs in, segments of bounded size out, what no reader sees kept apart.

A hidden run is emitted with the words around it, because a deleted number means little without the label before it
and a number may be hidden in half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shoumi.engine.types import Locator, Segment

_BLOCK: Final = 1_000_000  # characters after which a long part continues in another segment
_AROUND: Final = 24  # characters of context on each side of a hidden run
_JOINED: Final = re.compile(r"[\w★☆※.@+-]*")
_WORD: Final = re.compile(r"\w")

# How a run is hidden; empty: it is seen. The words are those of ``messages/hidden.yaml``.
SEEN: Final = ""
DELETED: Final = "deleted"
HIDDEN: Final = "hidden-text"
WHITE: Final = "ground-colour"
TINY: Final = "tiny"
FIELD: Final = "field-code"
OFF_PAGE: Final = "off-page"
NOTE: Final = "markup-comment"
Run = tuple[str, str]


class Flow:
    """Collects paragraphs of one part; ``ready`` yields segments as they fill, ``end`` the rest."""

    def __init__(self, locator: Locator, *, hiding: str = SEEN) -> None:
        self._locator, self._hiding = locator, hiding
        self._parts: list[str] = []
        self._size = self._base = self._lines = 0
        self._secret: dict[str, list[str]] = {}
        self._joint = "\f"
        self._any = False
        self.last = ""  # the paragraph added last, where salvage continues
        self.said = 0  # characters added so far
        self.silent = True  # nothing was added, seen or not
        self.between = "\n"

    def add(self, text: str) -> None:
        """Add a paragraph; ``between``, set by whoever knows of cells and rows, stands before it once."""
        if self._parts:
            self._parts.append(self.between)
            self._size += len(self.between)
        self.between = "\n"
        self._parts.append(text)
        self._size += len(text)
        if text:
            self._any = True
            self.last = text
            self.said += len(text)
            self.silent = False

    def runs(self, runs: Sequence[Run]) -> None:
        """Add a paragraph's runs: what is seen as its text, what is not apart."""
        if all(kind == SEEN for _, kind in runs):
            self.add("".join([text for text, _ in runs]))
            return
        self.add("".join(text for text, kind in runs if kind == SEEN))
        for text, hiding in unseen(runs):
            self.hide(text, hiding=hiding)

    def hide(self, *texts: str, hiding: str) -> None:
        """Add text that no reader sees, and how it is hidden."""
        if found := [text for text in texts if text.strip()]:
            self._secret.setdefault(hiding, []).extend(found)
            self.silent = False
        self._size += sum(map(len, texts))

    def ready(self) -> Iterator[Segment]:
        """Yield what is collected when it has grown long."""
        if self._size >= _BLOCK:
            yield from self.end()

    def end(self) -> Iterator[Segment]:
        """Yield what is collected."""
        text = "".join(self._parts)
        if self._any:
            yield Segment(
                text,
                self._locator,
                bool(self._hiding),
                self._joint,
                base=self._base,
                lines=self._lines,
                hiding=self._hiding,
            )
            self._joint = "\n"
        if self._parts:
            self._base += len(text) + 1
            self._lines += text.count("\n") + 1
        for hiding, texts in self._secret.items():
            yield Segment("\n".join(texts), self._locator, hidden=True, joint="\f", hiding=hiding)
        self._parts, self._secret, self._size, self._any = [], {}, 0, False


def unseen(runs: Sequence[Run]) -> Iterator[Run]:
    """Yield each stretch of hidden runs with the seen text around it, as far as it may belong to it, and its hiding.

    Deleted text is read without what was inserted in its place only as far as runs tell: inserted text is seen.
    """
    at = 0
    while at < len(runs):
        if runs[at][1] == SEEN:
            at += 1
            continue
        end = at
        while end < len(runs) and runs[end][1] == runs[at][1]:
            end += 1
        text = "".join(run for run, _ in runs[at:end])
        if _WORD.search(text) or "★" in text:
            before = "".join(run for run, kind in runs[:at] if kind != DELETED)[-_AROUND:]
            after = "".join(run for run, kind in runs[end:] if kind == SEEN)[:_AROUND]
            following = _JOINED.match(after)
            yield before + text + (following.group() if following else ""), runs[at][1]
        else:
            yield text, runs[at][1]
        at = end


def reached(said: int) -> int:
    """Return the place in text read without parsing that a parser has passed for sure after ``said`` characters."""
    return max(0, said * 9 // 10 - 200)


def remainder(text: str, last: str, said: int = 0) -> str:
    """Return what stands in ``text`` after the paragraph that was read last; all of it when it is not found.

    The first place that can be meant counts, because text given twice costs less than text lost.
    """
    mark = re.sub(r"\s+", "", last)[-40:]
    if not mark:
        return text
    found = re.compile(r"\s*".join(map(re.escape, mark))).search(text, reached(said))
    return text[found.end() :] if found else text
