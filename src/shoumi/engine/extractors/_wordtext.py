"""Turns Word's row of characters into text people read: control characters, fields, hidden and deleted runs.

A story (body, footnotes, headers …) comes in as characters with their places in the file; a visible segment and the
hidden ones come out: what is deleted but still tracked, what is formatted as hidden, the codes behind fields.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from shoumi.engine.extractors._flow import DELETED, FIELD, HIDDEN, SEEN, Run, unseen
from shoumi.engine.types import Locator, Segment

_FIELD: Final = re.compile("[\x13\x14\x15]")
_MAP: Final = str.maketrans(
    {"\x07": "\t", "\x0b": "\n", "\x0d": "\n", "\x0e": "\n", "\x1e": "-", "\x1f": None, "\xa0": " "}
    | dict.fromkeys(map(chr, (0, 1, 2, 3, 4, 5, 6, 8, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x28 - 0x10)), None)
)
_MARKED, _VANISH, _STYLE = 0x0800, 0x083C, 0x4A30
_OLD_MARKED, _OLD_VANISH = 65, 92
_OPERANDS: Final = (1, 1, 2, 4, 2, 2, 0, 3)  # bytes by the kind in a sprm's top bits; 0: the first byte says
Ranges = tuple[list[int], list[int], list[str]]  # starts, ends, DELETED or HIDDEN; sorted


class Story:
    """One story's characters. ``places`` are bytes of the main stream, ``hidden`` the ranges not shown there."""

    def __init__(self, text: str, places: Sequence[int], hidden: Ranges) -> None:
        self._text, self._places, self._hidden = text, places, hidden

    def segments(self, name: str) -> Iterator[Segment]:
        """Yield the visible text, then what is hidden or deleted with the words around it, then field codes."""
        runs = self._runs()
        shown, codes = _fields("".join(text for text, kind in runs if kind == SEEN))
        text = clean(shown)
        if text.strip():
            yield Segment(text, Locator(part=name))
        unseen: dict[str, list[str]] = {}
        for part, hiding in _unseen(runs):
            if line := clean(part).strip("\n"):
                unseen.setdefault(hiding, []).append(line)
        for hiding, found in unseen.items():
            lines = "\n".join(found)
            if lines.strip():
                yield Segment(lines, Locator(part=f"{name}, not shown"), hidden=True, hiding=hiding)
        lines = "\n".join(filter(None, (clean(code).strip() for code in codes)))
        if lines:
            yield Segment(lines, Locator(part=f"{name}, field codes"), hidden=True, hiding=FIELD)

    def _runs(self) -> list[Run]:
        """Return the text as runs that are seen, deleted or hidden; paragraph marks end a run."""
        starts, ends, kinds = self._hidden
        if not starts or not self._text:
            return [(self._text, SEEN)]
        runs: list[Run] = []
        at, last = 0, SEEN
        for index, place in enumerate(self._places):
            near = bisect_right(starts, place) - 1
            kind = kinds[near] if near >= 0 and place < ends[near] else SEEN
            if kind != last:
                runs.append((self._text[at:index], last))
                at, last = index, kind
        return [run for run in (*runs, (self._text[at:], last)) if run[0]]


def _unseen(runs: list[Run]) -> Iterator[Run]:
    """Yield every stretch that is not seen, with its surroundings inside the paragraph."""
    paragraph: list[Run] = []
    for text, kind in runs:
        for piece in re.split("(?<=[\r\x07\x0c])", text):
            if piece:
                paragraph.append((piece, kind))
            if piece[-1:] in ("\r", "\x07", "\x0c"):
                yield from unseen(paragraph)
                paragraph = []
    yield from unseen(paragraph)


def clean(text: str) -> str:
    """Return text with Word's control characters as tabs and newlines, and surrogates paired."""
    text = text.replace("\x07\x07", "\n").translate(_MAP)
    if not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fields(text: str) -> tuple[str, list[str]]:
    """Split fields: what they show stays in the text, their codes (links, file names, index entries) come apart."""
    if "\x13" not in text:
        return text, []
    shown: list[str] = []
    codes: list[str] = []
    stack: list[list[str]] = []  # codes of the fields whose separator has not come yet; emptied lists after it
    in_code: list[bool] = []
    at = 0
    for mark in _FIELD.finditer(text):
        _put(text[at : mark.start()], shown, stack, in_code)
        at = mark.end()
        if mark.group() == "\x13":
            stack.append([])
            in_code.append(True)
        elif stack and mark.group() == "\x14":
            in_code[-1] = False
        elif stack:
            codes.append("".join(stack.pop()))
            in_code.pop()
    codes += ["".join(left) for left in stack]
    _put(text[at:], shown, [], [])
    return "".join(shown), [code for code in codes if code.strip()]


def _put(text: str, shown: list[str], stack: list[list[str]], in_code: list[bool]) -> None:
    if not text:
        return
    for code, inside in zip(reversed(stack), reversed(in_code), strict=True):
        if inside:
            code.append(text)
            return
    shown.append(text)


def hidden_ranges(main: bytes, table: bytes, bins: tuple[int, int], sheet: bytes = b"", *, old: bool) -> Ranges:
    """Return the byte ranges of the main stream whose characters are deleted or hidden, by format or by style.

    ``bins`` is the place of the character formats in the table stream, ``sheet`` the style sheet (Word 97 and later).
    """
    styles = _hidden_styles(sheet)
    offset, size = bins
    plc = table[offset : offset + size]
    width = 2 if old else 4
    count = max(0, (len(plc) - 4) // (4 + width))
    found: list[tuple[int, int, str]] = []
    for index in range(count):
        at = 4 * (count + 1) + width * index
        number = struct.unpack_from("<H" if old else "<I", plc, at)[0] & 0x3FFFFF
        page = main[number * 512 : number * 512 + 512]
        if len(page) == 512:
            found += _page(page, styles, old=old)
    found.sort()
    return [entry[0] for entry in found], [entry[1] for entry in found], [entry[2] for entry in found]


def _page(page: bytes, styles: frozenset[int], *, old: bool) -> Iterator[tuple[int, int, str]]:
    """Yield the hidden ranges of one page of character formats (MS-DOC 2.9.33 ChpxFkp)."""
    count = page[511]
    if 4 * (count + 1) + count > 511:
        return
    ends = struct.unpack_from(f"<{count + 1}I", page)
    for index in range(count):
        at = page[4 * (count + 1) + index] * 2
        if at:
            formats = page[at + 1 : at + 1 + page[at]]
            kind = _old_kind(formats) if old else _kind(formats, styles)
            if kind != SEEN:
                yield ends[index], ends[index + 1], kind


def _hidden_styles(sheet: bytes) -> frozenset[int]:
    """Return the numbers of the character styles that hide their text (MS-DOC 2.4.6.5, 2.9.260 STD)."""
    if len(sheet) < 6:
        return frozenset()
    about, count, base = struct.unpack_from("<HHH", sheet)
    at, found = 2 + about, set()
    for number in range(count):
        if at + 2 > len(sheet):
            break
        size = struct.unpack_from("<H", sheet, at)[0]
        style = sheet[at + 2 : at + 2 + size]
        at += 2 + size + size % 2
        if len(style) > base + 2 and style[2] & 0xF == 2:  # a character style
            name = base + 4 + 2 * struct.unpack_from("<H", style, base)[0]
            length = struct.unpack_from("<H", style, name)[0] if name + 2 <= len(style) else 0
            if _kind(style[name + 2 : name + 2 + length], frozenset()) == HIDDEN:
                found.add(number)
    return frozenset(found)


def _kind(formats: bytes, styles: frozenset[int]) -> str:
    kind, at = SEEN, 0
    while at + 3 <= len(formats):
        code = struct.unpack_from("<H", formats, at)[0]
        size = _OPERANDS[code >> 13] or 1 + formats[at + 2]
        if code == _MARKED and formats[at + 2]:
            return DELETED
        if code == _VANISH:
            kind = HIDDEN if formats[at + 2] & 0x7F else SEEN
        elif code == _STYLE and size == 2 and at + 4 <= len(formats):
            kind = HIDDEN if struct.unpack_from("<H", formats, at + 2)[0] in styles else kind
        at += 2 + size
    return kind


def _old_kind(formats: bytes) -> str:
    """Read only the first of Word 6's formats, whose codes do not say their length; enough for plain cases."""
    if len(formats) >= 2 and formats[0] in (_OLD_MARKED, _OLD_VANISH) and formats[1] & 1:
        return DELETED if formats[0] == _OLD_MARKED else HIDDEN
    return SEEN
