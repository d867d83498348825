"""Marks that only count together: portion marks before paragraphs, the lines of an authority or designation block.

Candidates in order of place come in; the one candidate that stands for each group leaves, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from shoumi.engine.detector import Candidate
from shoumi.engine.detectors._lazy import Lazy

_RANKS: Final = ("TS", "S", "C", "R", "CUI", "FOUO", "U")
_COPYRIGHT: Final = Lazy(r"^\W*(?:(?i:copyright|by\s)|\d{4}|[A-Z][\w.&-]*(?:\s+[A-Z][\w.&-]*){0,6}\s*(?:\d{4}|$))")
_LETTER: Final = Lazy(r"(?m)^[ \t]*\((?:[ABDEFPWXLMN]|[a-z])\)")
_BLOCK: Final = 800  # bytes within which the lines of a block stand


def portions(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the gravest of two or more portion marks; (C) lines and lettered lists are none."""
    everything = list(found)
    kept = [candidate for candidate in everything if _credible(candidate)]
    codes = [_code(candidate) for candidate in kept]
    if len(kept) < 2 or not _system(kept, codes, legend=any(_LETTER.search(each.window.text) for each in everything)):
        return
    yield min(zip(codes, kept, strict=True), key=lambda entry: _RANKS.index(entry[0]) if entry[0] in _RANKS else 9)[1]


def _code(candidate: Candidate) -> str:
    return candidate.match["level"].split("//")[0].strip() or "S"


def _credible(candidate: Candidate) -> bool:
    rest = candidate.window.text[candidate.match.end() :].split("\n", 1)[0]
    if "//" in candidate.match["level"]:
        return True
    if candidate.match["level"] == "C" and _COPYRIGHT.match(rest):
        return False
    return len(rest.split()) > 2 and not _LETTER.search(candidate.window.text)


def _system(kept: list[Candidate], codes: list[str], *, legend: bool) -> bool:
    """Whether the codes together are those of portion marking and not of a legend."""
    if any("//" in candidate.match["level"] for candidate in kept) or "TS" in codes:
        return True
    if legend:
        return False
    return codes.count("U") > 1 or codes.count("CUI") > 1 or len({"U", "S", "C", "CUI"} & set(codes)) > 1


def blocks(found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the first line of every group of at least two different lines of a block."""
    group: list[Candidate] = []
    for candidate in found:
        if group and candidate.span()[0] - group[0].span()[0] > _BLOCK:
            yield from _block(group)
            group = []
        group.append(candidate)
    yield from _block(group)


def _block(group: list[Candidate]) -> Iterator[Candidate]:
    keys = {re.sub(r"\W+", "", candidate.match["key"]).casefold() for candidate in group}
    if len(keys) > 1:
        yield group[0]
