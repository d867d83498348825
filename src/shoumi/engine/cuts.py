"""Secrets cut into several messages: segments of a chat in, the pieces that belong together out.

What somebody sends in two, three or four messages is put together again in two orders: as the conversation stands,
and each sender's messages by themselves, since others may have spoken in between. A window is a few messages that
follow one another in one of these orders. All windows are first looked at together, in one long text; the few in
which something reaches over a border are then examined one by one, as if the pieces had never been apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shoumi.engine.types import SEVERITIES, Document, Match, Segment

MOST: Final = 4  # messages of a window
EDGE: Final = 160  # characters of a window's first and last message that count
_MIDDLE: Final = 400  # longest message that can stand between them
BATCH: Final = 6_000_000  # bytes of windows that are looked at together

Window = tuple[int, ...]  # places of segments, rising


def orders(segments: Sequence[Segment]) -> tuple[list[list[int]], list[list[int]]]:
    """Return the places of messages: conversation by conversation, then sender by sender.

    Senders who were never interrupted are left out, because the conversation's own order shows their messages.
    """
    whole: dict[str, list[int]] = defaultdict(list)
    single: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, segment in enumerate(segments):
        if segment.locator.message is None or segment.locator.cell or not segment.text:
            continue
        part = segment.locator.part or ""
        whole[part].append(place)
        if segment.sender:
            single[part, segment.sender].append(place)
    return list(whole.values()), [places for places in single.values() if _interrupted(places)]


def windows(segments: Sequence[Segment]) -> Iterator[Window]:
    """Yield every two to ``MOST`` messages that follow one another in either order, each set of messages once."""
    whole, single = orders(segments)
    for order in whole:
        yield from _windows(segments, order)
    for order in single:
        for window in _windows(segments, order):
            if _interrupted(window):
                yield window


@dataclass(slots=True)
class Batch:
    """Windows as one text, a line each: ``starts`` are their first bytes, ``borders`` where messages meet in them."""

    windows: list[Window] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    borders: list[int] = field(default_factory=list)
    raw: bytes = b""

    def crossed(self, start: int, end: int) -> Window | None:
        """Return the window in which bytes ``start`` to ``end`` reach over a border, if they do."""
        at = bisect_right(self.borders, start)
        if at == len(self.borders) or self.borders[at] >= end:
            return None
        number = bisect_right(self.starts, start) - 1
        following = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.raw) + 1
        return self.windows[number] if end < following else None


def batches(segments: Sequence[Segment]) -> Iterator[Batch]:
    """Yield all windows, some millions of bytes at a time. Of their outer messages only the near ends count."""
    tails = [segment.text[-EDGE:].encode("utf-8", "replace") for segment in segments]
    heads = [segment.text[:EDGE].encode("utf-8", "replace") for segment in segments]
    whole = [segment.text[: _MIDDLE + 1].encode("utf-8", "replace") for segment in segments]
    batch, parts, size = Batch(), [], 0
    for window in windows(segments):
        batch.windows.append(window)
        batch.starts.append(size)
        for piece in (tails[window[0]], *(whole[place] for place in window[1:-1])):
            parts.append(piece)
            size += len(piece)
            batch.borders.append(size)
        parts += (heads[window[-1]], b"\n")
        size += len(parts[-2]) + 1
        if size > BATCH:
            batch.raw = b"".join(parts)
            yield batch
            batch, parts, size = Batch(), [], 0
    if parts:
        batch.raw = b"".join(parts)
        yield batch


def together(segments: Sequence[Segment], window: Window) -> tuple[Segment, ...]:
    """Return a window's segments as one text without joints, with its neighbours on lines of their own."""
    first, *rest = (segments[place] for place in window)
    joined = [replace(first, joint="\n"), *(replace(segment, joint="") for segment in rest)]
    before, after = window[0] - 1, window[-1] + 1
    if before >= 0 and segments[before].locator.message is not None:
        joined.insert(0, segments[before])
    if after < len(segments) and segments[after].locator.message is not None:
        joined.append(replace(segments[after], joint="\n"))
    return tuple(joined)


def continued(last: Document | None, document: Document) -> tuple[Segment, ...]:
    """Return the end of the part that was inspected before when a long chat goes on in this one, else nothing."""
    if last is None or last.trail != document.trail:
        return ()
    ended, starts = last.segments[-1].locator, document.segments[0].locator
    follows = ended.part == starts.part and ended.message is not None and starts.message == ended.message + 1
    return last.segments if follows else ()


def fresh(found: Iterable[Match], known: Iterable[Match]) -> Iterator[Match]:
    """Yield the gravest and longest of the matches that lie over one another, and none that was known before."""
    taken: dict[str, list[tuple[Spans, Match]]] = defaultdict(list)
    for match in known:
        taken[match.rule].append((spans(match), match))
    grave = sorted(found, key=lambda match: (SEVERITIES.index(match.severity), match.span[0] - match.span[1]))
    for match in grave:
        own = spans(match)
        if not any(_covers(other, own) and _as_grave(one, match) for other, one in taken[match.rule]):
            taken[match.rule].append((own, match))
            yield match


Spans = dict[tuple[str, int], tuple[int, int]]  # part and message → code points


def spans(match: Match) -> Spans:
    """Return the places of a match, message by message."""
    pieces = match.data.get("messages") or [{**match.locator.as_json(), "span": match.span}]
    return {
        (piece.get("part", ""), piece["message"]): (piece["span"][0], piece["span"][1])
        for piece in pieces
        if "message" in piece
    }


def _covers(one: Spans, other: Spans) -> bool:
    return any(one[at][0] < other[at][1] and other[at][0] < one[at][1] for at in one.keys() & other.keys())


def _as_grave(one: Match, other: Match) -> bool:
    return SEVERITIES.index(one.severity) <= SEVERITIES.index(other.severity)


def _interrupted(places: Sequence[int]) -> bool:
    """Whether anything stands between some of these places."""
    return places[-1] - places[0] >= len(places)


def _windows(segments: Sequence[Segment], order: Sequence[int]) -> Iterator[Window]:
    fits = [len(segments[place].text) <= _MIDDLE for place in order]
    for start in range(len(order) - 1):
        for end in range(start + 2, min(start + MOST, len(order)) + 1):
            yield tuple(order[start:end])
            if not fits[end - 1]:
                break
