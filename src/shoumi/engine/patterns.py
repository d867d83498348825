"""The prefilter: all anchors of all rules as compiled Hyperscan databases, bytes in, ends of anchors out.

Anchors are short pieces that say where a rule's exact pattern may match; that pattern runs only there. Matches have
no start (Hyperscan's start-of-match costs more than looking back). Two databases beat one: kinds that start with a
digit apart from words (docs/decisions/0002-prefilter.md). A compiled set is cached, authenticated with the
installation key, because loading one that somebody else wrote would run their bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from shoumi.engine import encoding, rawanchors
from shoumi.engine.errors import RuleError
from shoumi.engine.rule import Rule
from shoumi.engine.view import FOLD_ANCHOR

FOLD: Final = "\x00fold"
ODD: Final = "\x00odd"  # the text hides letters in escapes
TRACE: Final = "\x00trace"  # the text may be of another format (sniff.py)
_DIGIT_LED: Final = re.compile(
    r"(?:\(\?:\^\|\[\^[^]]+\](?:\|[0-9]+)?\)|\[A-Z\](?:\{2\})?)?(?:\(\?[:i]+|\()*(?:\[?[0-9]|\\d)"
)
_TERMS: Final = 2  # the group of literal terms
_MANY: Final = 20_000  # terms from which an index is faster than the literal engine
_SEAL: Final = 32  # bytes of the HMAC that precedes a cached set


class Patterns:
    """Scans bytes for the anchors of rules. Not safe to share between threads."""

    def __init__(self, names: Sequence[tuple[str, ...]], databases: Sequence[Any]) -> None:
        self._names = names
        self._databases = databases

    def scan(self, raw: bytes) -> dict[str, list[int]]:
        """Return for each rule that has any the ends of its anchors, rising; ``FOLD``, ``ODD``, ``TRACE``, too."""
        found: list[tuple[int, int]] = []

        def collect(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((number, end))

        for database in self._databases:
            database.scan(raw, match_event_handler=collect)
        if not found:
            return {}
        by_number: dict[int, list[int]] = {}
        for number, end in found:
            by_number.setdefault(number, []).append(end)
        hits: dict[str, list[int]] = {}
        for number, ends in by_number.items():
            for name in self._names[number]:
                hits[name] = hits[name] + ends if name in hits else ends
        for ends in hits.values():
            ends.sort()
        return hits


def prepare(rules: Sequence[Rule], cache: Path | None, key: bytes, traces: Sequence[bytes] = ()) -> Patterns:
    """Return the prefilter for rules, from the cache when it is there; ``traces`` are expressions for ``TRACE``.

    Raises RuleError on an anchor that fails.
    """
    import hyperscan

    names, groups = _groups(rules, traces)
    index = None
    if len(groups[_TERMS]) > _MANY:
        from shoumi.engine.terms import Terms

        index = Terms((term, number) for term, number, _ in groups[_TERMS])
        groups = (*groups[:_TERMS], [(term, number, groups[_TERMS][0][2]) for term, number in index.left])
    version: str = hyperscan.__version__  # type: ignore[attr-defined]
    identity = hashlib.sha256(repr((version, names, groups)).encode()).hexdigest()
    sets = [
        _database(
            group, rules, cache / f"{identity[:32]}-{number}.hs" if cache else None, key, literal=number == _TERMS
        )
        for number, group in enumerate(groups)
        if group
    ]
    return Patterns(names, [*sets, index] if index is not None else sets)


class RawPatterns:
    """Scans bytes of unknown encoding for anchors, written in each encoding. Not to be shared by threads.

    ``complete`` is false when there are too many terms for that: text must be looked for everywhere.
    """

    def __init__(self, databases: Sequence[Any], *, complete: bool) -> None:
        self._databases = databases
        self.complete = complete

    def places(self, data: bytes) -> list[tuple[int, int]]:
        """Return (end, kind of encoding) of every anchor, rising; kinds as in ``rawsweep``."""
        found: set[tuple[int, int]] = set()

        def collect(kind: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.add((end, kind))

        for database in self._databases:
            database.scan(data, match_event_handler=collect)
        return sorted(found)


def prepare_raw(rules: Sequence[Rule], cache: Path | None, key: bytes) -> RawPatterns:
    """Return the prefilter for raw bytes. Raises RuleError on an anchor that cannot be written in bytes."""
    import hyperscan

    terms = sum(len(rule.keywords) for rule in rules)
    version: str = hyperscan.__version__  # type: ignore[attr-defined]
    asked = [(rule.anchors, rule.flags, rule.keywords if terms <= _MANY else ()) for rule in rules]
    identity = hashlib.sha256(repr((version, rawanchors.VERSION, asked)).encode()).hexdigest()
    paths = [cache / f"{identity[:32]}-raw{number}.hs" if cache else None for number in range(_RAW_GROUPS)]
    sets = [_load(path, key) if path else None for path in paths]
    if None in sets:
        groups = _raw_groups(rules)  # writing out thousands of anchors takes longer than a small scan
        sets = [
            _database(group, rules, path, key, literal=False)
            for group, path in zip(groups, paths, strict=True)
            if group
        ]
    return RawPatterns(sets, complete=terms <= _MANY)


def _raw_groups(rules: Sequence[Rule]) -> list[Group]:
    """Write every anchor in every encoding: those led by digits, and words."""
    import hyperscan as hs

    digits: dict[tuple[str, int], None] = {}
    words: dict[tuple[str, int], None] = {}
    for anchor, text, kind in _raw_anchors(rules):
        (digits if _digit_led(anchor) else words).setdefault((text, kind))
    flags = int(hs.HS_FLAG_DOTALL)
    return [[(text.encode(), kind, flags) for text, kind in group] for group in (digits, words)]


def _raw_anchors(rules: Sequence[Rule]) -> Iterator[tuple[str, str, int]]:
    """Yield each anchor, and each term when they are few: itself, how an encoding writes it, the kind of that."""
    few = sum(len(rule.keywords) for rule in rules) <= _MANY
    for rule in rules:
        caseless = [(_LONGER.get(anchor, anchor), "i" in rule.flags) for anchor in dict.fromkeys(rule.anchors)]
        caseless += [(re.escape(word), True) for word in rule.keywords if word and few]
        for (anchor, folded), how in itertools.product(caseless, rawanchors.ENCODINGS):
            try:
                text = rawanchors.written(anchor, how, caseless=folded)
            except ValueError as error:
                raise RuleError(rule.file, rule.line, f"{rule.id}: {error}") from error
            if text is not None:
                yield anchor, text, _KINDS[how]


# What random bytes hold too often, with what must follow it: no domain is shorter than ``a.cn``.
_LONGER: Final = {"[A-Za-z0-9]@[A-Za-z0-9]": "[A-Za-z0-9]@[A-Za-z0-9][A-Za-z0-9.-]{3}"}
_RAW_GROUPS: Final = 2
_KINDS: Final[dict[rawanchors.Encoding, int]] = {"utf-8": 0, "gb18030": 0, "utf-16-le": 1, "utf-16-be": 2}

Group = list[tuple[bytes, int, int]]  # anchor, number of its rule, flags


def _groups(rules: Sequence[Rule], traces: Sequence[bytes]) -> tuple[list[tuple[str, ...]], tuple[Group, ...]]:
    """Split anchors into the databases that scan fastest: digit-led, words, literal terms; equal ones are shared."""
    import hyperscan as hs

    owners: dict[tuple[str, int], list[str]] = {}
    for rule in rules:
        for anchor in dict.fromkeys(rule.anchors):
            flags = 0 if anchor.isascii() and "\\x{" not in anchor else int(hs.HS_FLAG_UTF8)
            if "i" in rule.flags:
                flags |= int(hs.HS_FLAG_CASELESS)
            owners.setdefault((anchor, flags), []).append(rule.id)
    names: list[tuple[str, ...]] = [(FOLD,), (ODD,), (TRACE,)]
    numbers: dict[tuple[str, ...], int] = {}
    digits: Group = []
    once = int(hs.HS_FLAG_SINGLEMATCH)
    words: Group = [(FOLD_ANCHOR, 0, once), *((odd, 1, once) for odd in encoding.ODD)]
    words += [(trace, 2, once) for trace in traces]

    def number(key: tuple[str, ...]) -> int:
        if key not in numbers:
            numbers[key] = len(names)
            names.append(key)
        return numbers[key]

    for (anchor, flags), owned in owners.items():
        group = digits if _digit_led(anchor) else words
        group.append((anchor.encode(), number(tuple(owned)), flags))
    terms = [
        (word.encode(), number((rule.id,)), int(hs.HS_FLAG_CASELESS))
        for rule in rules
        for word in rule.keywords
        if word
    ]
    return names, (digits, words, terms)


def _digit_led(anchor: str) -> bool:
    """Whether an anchor starts with a digit, after a guard such as ``(?:^|[^0-9])`` or one or two letters."""
    return _DIGIT_LED.match(anchor) is not None


def _database(group: Group, rules: Sequence[Rule], cached: Path | None, key: bytes, *, literal: bool) -> Any:
    import hyperscan as hs

    if cached is not None and (database := _load(cached, key)) is not None:
        return database
    database = hs.Database(mode=hs.HS_MODE_BLOCK)
    expressions, ids, flags = zip(*group, strict=True)
    try:
        database.compile(
            expressions=list(expressions), ids=list(ids), elements=len(ids), flags=list(flags), literal=literal
        )
    except hs.HyperscanError as error:
        raise _blame(group, rules) from error
    database.scratch = hs.Scratch(database)
    if cached is not None:
        _store(cached, hs.dumpb(database), key)
    return database


def _blame(group: Group, rules: Sequence[Rule]) -> RuleError:
    """Find the anchor that does not compile."""
    import hyperscan as hs

    for expression, _number, flags in group:
        try:
            hs.Database(mode=hs.HS_MODE_BLOCK).compile(expressions=[expression], ids=[0], elements=1, flags=[flags])
        except hs.HyperscanError as error:
            anchor = expression.decode()
            rule = next(rule for rule in rules if anchor in rule.anchors)
            return RuleError(rule.file, rule.line, f"{rule.id}: the anchor {anchor!r} fails: {error}")
    return RuleError("", 0, "the anchors of these rules are too large together")


def _load(path: Path, key: bytes) -> Any:
    import hyperscan as hs

    try:
        sealed = path.read_bytes()
    except OSError:
        return None
    seal, data = sealed[:_SEAL], sealed[_SEAL:]
    if not hmac.compare_digest(seal, hmac.digest(key, data, "sha256")):
        return None
    try:
        database = hs.loadb(data, mode=hs.HS_MODE_BLOCK)
        database.scratch = hs.Scratch(database)
    except hs.HyperscanError:  # written for another processor or version
        return None
    return database


def _store(path: Path, data: bytes, key: bytes) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.write_bytes(hmac.digest(key, data, "sha256") + data)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk costs the cache, not the scan
