"""From a Detection to a Match that may be shown: place, masked snippet, keyed id.

Nothing that leaves here holds a secret: every detection of the document masks its own characters in every snippet
that covers it. Ids are HMACs under the installation key over rule and normalised content, so that the same content
has the same id anywhere, and nobody can guess a number back from it.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from shoumi.engine import area, framed
from shoumi.engine.detector import Detection, Mask
from shoumi.engine.rule import Rule
from shoumi.engine.types import Document, Finding, Locator, Match, Reason, Segment, Shown
from shoumi.engine.view import Place, View

AROUND: Final = 40  # characters of a snippet on each side
_PIECE: Final = 4096  # bytes of a secret that are masked together
LONGEST: Final = 120  # characters of the span itself that a snippet shows
_SPACES: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_NOWHERE: Final = Segment("").locator
_CHARACTER: Final = re.compile(r"[^\s\-]")
_STARS: Final = _CHARACTER.sub("*", "".join(map(chr, range(128))))  # of each ASCII character, by its code


def matches(
    document: Document,
    view: View,
    detections: Sequence[Detection],
    rules: Mapping[str, Rule],
    key: bytes,
    *,
    mask: Callable[[str], str] = str,
) -> Iterator[Match]:
    """Turn detections, bytes of ``view``, into matches in order of place, then rule; ``mask`` is for senders' names."""
    channel = area.of(document.trail, document.media_type)
    source = view.original
    spans = [(*view.source_span(found.start, found.end), found) for found in detections]
    spans.sort(key=lambda entry: (entry[0], entry[1], entry[2].rule))
    secrets = _secrets(view, detections)
    album: _Album | None = None
    for start, end, found in spans:
        rule = rules[found.rule]
        place = source.place(start)
        if place.segment.keep is not None:
            first, last = place.segment.keep
            if not first <= place.offset - place.segment.base < last:
                continue
        length = len(source.raw[start:end].decode("utf-8", "ignore"))
        data = dict(found.data)
        picture = None
        if place.segment.picture is not None:
            album = album or _Album(source, spans, secrets)
            picture = album.take(place.segment)
            data["boxes"] = album.boxes(start, end)
        if place.segment.hidden:
            data["hidden"] = True
            if place.segment.hiding:
                data["hiding"] = place.segment.hiding
        if place.segment.locator.message is not None:
            data |= _message(source, start, end, place, mask)
        yield Match(
            id=identify(key, found.rule, found.content),
            rule=found.rule,
            category=found.category or rule.category,
            severity=found.severity or rule.severity,
            confidence=round(found.confidence * document.confidence, 3),
            trail=document.trail,
            locator=_locator(place),
            span=(place.offset, place.offset + length),
            snippet=snippet(source, start, end, secrets),
            reasons=_why(found, place),
            area=channel or rule.area,
            data=data,
            picture=picture,
        )


class _Album:
    """The pictures of a document's pages: each is made once, with everything that was found on the page."""

    def __init__(
        self, source: View, spans: Iterable[tuple[int, int, Detection]], secrets: Iterable[tuple[int, int, Mask]]
    ) -> None:
        self._source = source
        self._frames = self._by_picture((start, end) for start, end, _ in spans)
        self._bars = self._by_picture((start, end) for start, end, _ in secrets)
        self._taken: set[int] = set()

    def take(self, segment: Segment) -> Shown | None:
        """Return the picture of a segment's page when it is asked for the first time."""
        shown = segment.picture
        if shown is None or id(shown) in self._taken:
            return None
        self._taken.add(id(shown))
        return framed.framed(shown, self._frames.get(id(shown), []), self._bars.get(id(shown), []))

    def boxes(self, start: int, end: int) -> list[framed.Box]:
        """Return where a span stands on its page."""
        return [box for _, box in self._boxes(start, end)]

    def _by_picture(self, spans: Iterable[tuple[int, int]]) -> dict[int, list[framed.Box]]:
        found: dict[int, list[framed.Box]] = {}
        for start, end in spans:
            for picture, box in self._boxes(start, end):
                found.setdefault(picture, []).append(box)
        return found

    def _boxes(self, start: int, end: int) -> Iterator[tuple[int, framed.Box]]:
        """Yield picture and box of every line of a span, which may go on over several segments."""
        source = self._source
        for number in range(source.segment_at(start), source.segment_at(max(start, end - 1)) + 1):
            segment = source.segments[number]
            if segment.picture is None:
                continue
            begin = source.starts[number]
            first, last = (len(source.raw[begin : max(begin, at)].decode("utf-8", "ignore")) for at in (start, end))
            for box in framed.boxes(segment, first, last):
                yield id(segment.picture), box


def _why(found: Detection, place: Place) -> tuple[Reason, ...]:
    """Return a detection's reasons; of hidden content also how it is hidden."""
    hiding = place.segment.hiding if place.segment.hidden else ""
    return (*found.reasons, Reason(f"hidden.{hiding}")) if hiding else found.reasons


def _message(source: View, start: int, end: int, place: Place, mask: Callable[[str], str]) -> dict[str, Any]:
    """Return who said it, when and where; of a match that is cut into several messages, the place in each."""
    segment = place.segment
    known = {"sender": segment.sender, "time": segment.time, "conversation": segment.conversation}
    data: dict[str, Any] = {name: mask(value) for name, value in known.items() if value}
    first, last = source.segment_at(start), source.segment_at(max(start, end - 1))
    if first == last:
        return data
    data["messages"] = []
    for number in range(first, last + 1):
        begin = source.place(max(start, source.starts[number]))
        stop = source.starts[number] + len(begin.segment.text.encode("utf-8", "replace"))
        piece = source.raw[max(start, source.starts[number]) : min(end, stop)].decode("utf-8", "ignore")
        if piece:
            data["messages"].append(
                {**begin.segment.locator.as_json(), "span": [begin.offset, begin.offset + len(piece)]}
            )
    return data


def identify(key: bytes, rule: str, content: str) -> str:
    """Return the id of a rule's content: 128 bits of HMAC-SHA-256, in hexadecimal."""
    inner, outer = (state.copy() for state in _keyed(key))
    inner.update(f"{rule}\0{content}".encode("utf-8", "surrogatepass"))
    outer.update(inner.digest())
    return outer.hexdigest()[:32]


@cache
def _keyed(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    """Return both halves of HMAC-SHA-256 (RFC 2104) with the key taken in: a third of the time of ``hmac.digest``."""
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner, outer


Secret = tuple[int, int, Mask]  # bytes of the original view, and how much may show


def _secrets(view: View, detections: Iterable[Detection]) -> list[Secret]:
    found: set[Secret] = set()
    for entry in detections:
        if entry.mask != "none":
            start, end = view.source_span(*(entry.secret or (entry.start, entry.end)))
            found.add((start, min(end, start + _PIECE), entry.mask))
            # A long one (a key, a passage) in pieces, so that looking a little way back finds what covers a place.
            found.update((at, min(end, at + _PIECE), "all") for at in range(start + _PIECE, end, _PIECE))
    return sorted(found)


def snippet(source: View, start: int, end: int, secrets: Sequence[Secret]) -> str:
    """Return the surroundings of a span on one line, with every known secret masked."""
    raw = source.raw
    first, stop = max(0, start - AROUND * 4), min(len(raw), end + AROUND * 4)
    near = _near(secrets, first, stop) if secrets else ()
    if not near or (len(near) == 1 and near[0][0] == start and near[0][1] == end):  # usual: nothing else
        left, right = raw[first:start].decode("utf-8", "ignore"), raw[end:stop].decode("utf-8", "ignore")
        middle = raw[start:end].decode("utf-8", "ignore")
        if near:
            middle = _hide(middle, 0, len(middle), near[0][2], cut=False)
    else:
        window = source.window(first, stop)
        text = window.text
        for begin, finish, mask in near:
            head, tail = window.index(max(begin, window.start)), window.index(min(finish, stop))
            text = _hide(text, head, tail, mask, cut=begin < window.start)
        head, tail = window.index(start), window.index(end)
        left, middle, right = text[:head], text[head:tail], text[tail:]
    if len(middle) > LONGEST:
        middle = middle[: LONGEST // 2] + "…" + middle[-LONGEST // 2 :]
    return _on_one_line(left[-AROUND:] + middle + right[:AROUND])


def _on_one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if line.isprintable() else _SPACES.sub(" ", text).strip()  # only what nobody sees is left to this


def _near(secrets: Sequence[Secret], first: int, stop: int) -> Sequence[Secret]:
    """Return the secrets that lie in part between two bytes."""
    some = secrets[bisect_left(secrets, (first - _PIECE,)) : bisect_left(secrets, (stop,))]
    return [secret for secret in some if secret[1] > first]


def _hide(text: str, start: int, end: int, mask: Mask, *, cut: bool) -> str:
    """Replace a span's characters by stars, one for one; spaces and hyphens stay."""
    shown = 2 if mask == "edges" and end - start >= 8 and not cut else 0
    start, end = start + shown, end - shown
    hidden = text[start:end]
    hidden = hidden.translate(_STARS) if hidden.isascii() else _CHARACTER.sub("*", hidden)
    return text[:start] + hidden + text[end:]


def masked(text: str, view: View, detections: Iterable[Detection]) -> str:
    """Return a name or a path with every secret in it masked."""
    window = view.original.window(0, len(view.original.raw))
    for begin, finish, mask in _secrets(view, detections):
        text = _hide(text, window.index(begin), window.index(finish), mask, cut=False)
    return text


def _locator(place: Place) -> Locator:
    locator = place.segment.locator
    if locator is _NOWHERE or locator == _NOWHERE:  # plain text, by far the commonest
        return Locator(line=place.line)
    if place.segment.origins:
        return replace(locator, offset=_byte(place))
    return locator if locator.cell else replace(locator, line=place.line)


def _byte(place: Place) -> int:
    """Return the byte of raw content at which a code point of its text stood."""
    origins = place.segment.origins
    points, byte, codec = origins[max(0, bisect_right(origins, place.offset, key=lambda origin: origin[0]) - 1)]
    return byte + len(place.segment.text[points : place.offset].encode(codec, "replace"))


def group(found: Iterable[Match]) -> Iterator[Finding]:
    """Gather matches with the same id, gravest first, in order of first appearance among equals."""
    from shoumi.engine.types import SEVERITIES

    by_id: dict[str, list[Match]] = {}
    for match in found:
        by_id.setdefault(match.id, []).append(match)
    findings = [
        Finding(id_, entries[0].rule, min((m.severity for m in entries), key=SEVERITIES.index), tuple(entries))
        for id_, entries in by_id.items()
    ]
    yield from sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
