"""Anchors for bytes that nobody decoded: an anchor of a rule in, the same one as bytes in an encoding out.

Unallocated space of a disk holds UTF-8, GB 18030 and UTF-16 side by side, at any offset. Decoding it four times to run
the rules costs more than all the rest; so each anchor is written out in the bytes of each encoding, and the prefilter
runs once over what is there. The result may match more than the anchor did, never less: what stands before a line's
first character in raw bytes is anything, so that assertions such as ``^`` are left out; ranges that have no order in
GB 18030 become any of its characters. Only text around a hit is decoded, and the rules decide about it as usual.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, TypeAlias

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from re import _constants as op  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

Encoding: TypeAlias = Literal["utf-8", "gb18030", "utf-16-le", "utf-16-be"]
VERSION: Final = 2  # raised when anchors are written otherwise: part of the cache key
ENCODINGS: Final[tuple[Encoding, ...]] = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
_FEW: Final = 256  # characters of a range that are written out one by one
_ANY: Final[dict[Encoding, str]] = {
    "utf-8": r"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})",
    "gb18030": r"(?:[\x00-\x7f]|[\x81-\xfe](?:[\x40-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39]))",
    "utf-16-le": r"(?:[\x00-\xff][\x00-\xff])",
    "utf-16-be": r"(?:[\x00-\xff][\x00-\xff])",
}
_WIDE: Final[dict[Encoding, str]] = {  # any character beyond ASCII
    "utf-8": r"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})",
    "gb18030": r"(?:[\x81-\xfe](?:[\x40-\xfe]|[\x30-\x39][\x81-\xfe][\x30-\x39]))",
    "utf-16-le": r"(?:[\x80-\xff]\x00|[\x00-\xff][\x01-\xff])",
    "utf-16-be": r"(?:\x00[\x80-\xff]|[\x01-\xff][\x00-\xff])",
}
_CATEGORIES: Final[dict[Any, str]] = {
    op.CATEGORY_DIGIT: "0123456789",
    op.CATEGORY_SPACE: " \t\n\r\f\v",
    op.CATEGORY_WORD: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_",
}
_OPPOSITE: Final = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
}
_LONE: Final = 0x2E7F  # a lone character beyond it is two bytes in some encodings: chance, in raw bytes
_BOUNDARY: Final = (op.AT, op.AT_BOUNDARY)
_CODE: Final = re.compile(r"\\x\{([0-9A-Fa-f]+)\}")


def written(anchor: str, encoding: Encoding, *, caseless: bool = False) -> str | None:
    """Return a Hyperscan expression for bytes in ``encoding`` that matches wherever ``anchor`` does, or None.

    None: the encoding cannot write what it asks for. Raises ValueError for an anchor that cannot be translated.
    """
    plain = _CODE.sub(lambda found: re.escape(chr(int(found[1], 16))), anchor).replace(r"\z", r"\Z")
    try:
        tree = parser.parse(plain, re.IGNORECASE if caseless else 0)
    except (re.error, OverflowError) as error:
        raise ValueError(f"{anchor}: {error}") from error
    try:
        text = _Writer(encoding, bool(tree.state.flags & re.IGNORECASE)).sequence(_needed(tree))
        return _bordered(tree, text, encoding)
    except _Unwritable:
        return None


def _needed(tree: Any) -> Any:
    """Return an expression without what may be missing at its start or end: where it matches is the same place."""
    first, last = 0, len(tree)
    while last - first > 1 and _may_be_missing(tree[first : first + 1]):
        first += 1
    while last - first > 1 and _may_be_missing(tree[last - 1 : last]):
        last -= 1
    return tree[first:last]


def _bordered(tree: Any, text: str, encoding: Encoding) -> str:
    """Return an expression with the borders of words that stand at its very ends, as GB 18030 shows them.

    A character's second byte may be a letter there; behind a word stands no such byte.
    """
    if encoding != "gb18030" or not len(tree):
        return text
    before = r"(?:\b|[\x81-\xfe][\x40-\x7e])" if tree[0] == _BOUNDARY else ""
    return before + text + (r"\b" if len(tree) > 1 and tree[-1] == _BOUNDARY else "")


def _may_be_missing(part: Any) -> bool:
    return bool(part.getwidth()[0] == 0) and part[0] != _BOUNDARY


def is_ascii(anchor: str) -> bool:
    """Whether an anchor asks for ASCII characters alone, so that UTF-8 and GB 18030 write it alike."""
    return anchor.isascii() and "\\x{" not in anchor and "[^" not in anchor and "." not in anchor.replace("\\.", "")


class _Unwritable(Exception):  # noqa: N818  (an answer, not a mistake)
    """The encoding has no such character."""


class _Writer:
    """Writes a parsed expression as bytes."""

    def __init__(self, encoding: Encoding, caseless: bool) -> None:
        self._encoding, self._caseless = encoding, caseless

    def sequence(self, nodes: Iterable[tuple[Any, Any]]) -> str:
        return "".join(self._node(kind, value) for kind, value in nodes)

    def _node(self, kind: Any, value: Any) -> str:
        write: Callable[[Any], str] | None = {
            op.LITERAL: lambda code: self._choice({chr(code)}),
            op.NOT_LITERAL: lambda code: self._except({chr(code)}),
            op.ANY: lambda _: _ANY[self._encoding],
            op.IN: self._set,
            op.AT: self._assertion,
            op.BRANCH: self._branch,
            op.SUBPATTERN: self._group,
            op.ATOMIC_GROUP: self.sequence,
            op.MAX_REPEAT: self._repeat,
            op.MIN_REPEAT: self._repeat,
            op.POSSESSIVE_REPEAT: self._repeat,
            op.ASSERT: lambda _: "",
            op.ASSERT_NOT: lambda _: "",
        }.get(kind)
        if write is None:
            raise ValueError(f"{kind} has no form in bytes")
        return write(value)

    def _assertion(self, where: Any) -> str:
        """Keep the border of a word where a byte beyond ASCII is no part of one; nothing else holds in raw bytes."""
        return r"\b" if where is op.AT_BOUNDARY and self._encoding == "utf-8" else ""

    def _branch(self, value: Any) -> str:
        ways = []
        for way in value[1]:
            if self._encoding != "utf-8" and len(way) == 1 and way[0][0] is op.LITERAL and way[0][1] > _LONE:
                continue
            try:
                ways.append(self.sequence(way))
            except _Unwritable:
                continue
        if not ways:
            raise _Unwritable
        full = list(dict.fromkeys(way for way in ways if way))
        return f"(?:{'|'.join(full)})" + ("?" if len(full) < len(set(ways)) else "") if full else ""

    def _group(self, value: Any) -> str:
        _, add, drop, inner = value
        before = self._caseless
        self._caseless = bool((before or add & re.IGNORECASE) and not drop & re.IGNORECASE)
        text = self.sequence(inner)
        self._caseless = before
        return f"(?:{text})" if text else ""

    def _repeat(self, value: Any) -> str:
        least, most, inner = value
        try:
            text = self.sequence(inner)
        except _Unwritable:
            if least:
                raise
            return ""
        bounds = f"{{{least},{'' if most == parser.MAXREPEAT else most}}}"
        return f"(?:{text}){bounds}" if text else ""

    def _set(self, members: Sequence[tuple[Any, Any]]) -> str:
        negated = bool(members) and members[0][0] is op.NEGATE
        chars: set[str] = set()
        wide = False
        for kind, value in members[negated:]:
            if kind is op.LITERAL:
                chars.add(chr(value))
            elif kind is op.RANGE and value[1] - value[0] < _FEW:
                chars.update(map(chr, range(value[0], value[1] + 1)))
            elif kind is op.CATEGORY and value in _CATEGORIES:
                chars.update(_CATEGORIES[value])
            elif kind is op.CATEGORY:
                chars.update(_ascii().difference(_CATEGORIES[_OPPOSITE[value]]))
                wide = True
            else:
                chars.update(_ascii().intersection(map(chr, range(value[0], min(value[1], 127) + 1))))
                wide = True
        if negated:
            return self._except(chars)
        if not wide:
            return self._choice(chars)
        return f"(?:{self._choice(chars)}|{_WIDE[self._encoding]})" if chars else _WIDE[self._encoding]

    def _except(self, chars: set[str]) -> str:
        """Return any character but these; any beyond ASCII, for those cost more to tell apart than they are worth."""
        if self._caseless:
            chars = {form for char in chars for form in (char.lower(), char.upper())}
        return f"(?:{self._choice(_ascii() - chars)}|{_WIDE[self._encoding]})"

    def _choice(self, chars: Iterable[str]) -> str:
        """Return an expression for one of some characters, those with the same first byte together."""
        forms = {form for char in chars for form in (_cases(char) if self._caseless else (char,)) if len(form) == 1}
        encoded = set()
        for form in forms:
            try:
                encoded.add(form.encode(self._encoding))
            except UnicodeEncodeError:
                continue
        if not encoded:
            raise _Unwritable
        by_frame: dict[tuple[int, bytes], set[int]] = {}
        for raw in encoded:  # all bytes but the one that differs most
            at = 0 if self._encoding == "utf-16-le" else len(raw) - 1
            by_frame.setdefault((at, raw[:at] + raw[at + 1 :]), set()).add(raw[at])
        ways = [
            _escaped(rest[:at]) + _class(values) + _escaped(rest[at:])
            for (at, rest), values in sorted(by_frame.items())
        ]
        return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _cases(char: str) -> tuple[str, ...]:
    return (char, char.lower(), char.upper())


def _ascii() -> set[str]:
    return set(map(chr, range(128)))


def _escaped(raw: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in raw)


def _class(values: set[int]) -> str:
    if len(values) == 1:
        return f"\\x{next(iter(values)):02x}"
    ranges: list[list[int]] = []
    for value in sorted(values):
        if ranges and value == ranges[-1][1] + 1:
            ranges[-1][1] = value
        else:
            ranges.append([value, value])
    parts = [f"\\x{low:02x}" if low == high else f"\\x{low:02x}-\\x{high:02x}" for low, high in ranges]
    return f"[{''.join(parts)}]"
