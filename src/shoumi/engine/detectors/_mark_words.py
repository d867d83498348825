"""Marks in Latin letters: banners, caveats, plain words in capitals, and the notices of companies.

A ``Case`` comes in and its ``Verdict`` leaves. Fixed wordings mark wherever nobody speaks about them; plain words
and companies' notices need a place besides.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_case import (
    LABEL,
    Case,
    Table,
    Verdict,
    among,
    by,
    headline,
    near,
    others,
    unlabelled,
    verdict,
)
from shoumi.engine.detectors._mark_company import scale
from shoumi.engine.detectors._mark_prose import bare, latin, stand
from shoumi.engine.detectors._mark_spot import Spot

_CODE: Final = Lazy(
    r"[{};]|=|->|::|\(\)|^\s*(?:#|//|/?\*|--|<|\.\.|def |class |import |enum |public "
    r"|private |protected |static |const )|^\s*[\"'`]|[\"'`],?\s*$|\|$"
)
_COMMENT: Final = Lazy(r"^\s*(?://+|#+|/?\*+!?|--+|;+|%+|\"\"\"|REM|\.\\\")\s*\S?")
_TAGS: Final = Lazy(r"^(?:[*#/]+\s*)?[@\\:](?:internal|param|return|private|deprecated|since|see|api|throws|type)s?\b")
_FIELD_LABEL: Final = Lazy(
    r"(?:classification|class|protective marking|(?:security|confidentiality) level|handling|sensitivity"
    r"|marking|密[级級]|保密等级)\s*[:：]\s*$",
    re.IGNORECASE,
)
_WIDE: Final = Lazy(r"[\u3040-\u9fff\uac00-\ud7a3]")
_OWNER: Final = Lazy(r"copyright|©|\(c\)|all rights reserved|proprietary", re.IGNORECASE)
_HEADING: Final = Lazy(r"^ [A-Z\u4e00-\u9fff]")
_FIRM: Final = Lazy(
    r"\b(?:Inc|Ltd|LLC|GmbH|Corp|PLC|S\.A)\b\.?|\b(?:AG|Co\.|Corporation|Company|Group)[\s,.|–—-]*$|©|\([Cc]\)\s*(?:19|20)\d\d"
    r"|[Rr]eserved\.?[\s,.|–-]*$|\b[Pp]age\s+\d+|^\W*\d+\s+of\s+\d+\W*$"
)
_OWNED: Final = Lazy(r"\W*(?:[A-Z0-9][\w.&'’-]*[\s,:|–—-]+){1,4}\W*")
_CLAUSE: Final = Lazy(
    r"Confidential (?:Information|Material)|CONFIDENTIAL (?:INFORMATION|MATERIAL)"
)  # headings of contracts
_WORDS: Final = 10  # words that a footer has at most beside the notice
_CONTRACT: Final = Lazy(r"agreement|non-?disclosure|\bNDA\b", re.IGNORECASE)
_BANNER: Final[Table] = {
    "alone": ("mark", 0.97),
    "start": ("mark", 0.9),
    "end": ("mark", 0.85),
    "inside": ("mark", 0.8),
}


def banner(case: Case) -> Verdict:
    """A fixed wording in capitals: a mark unless it is spoken about, listed or one cell among others."""
    spot = case.spot
    standing = latin(spot.left, spot.right)
    if spot.text.islower() and ":" not in spot.text and not spot.named:  # a name in program text: tlp-red
        return verdict(case, "mention", 0.2, "banner", "stands-code")
    if standing in ("start", "end", "inside") and others(case) and not _translated(case):
        standing = "list"
    found = by(case, _BANNER, standing, "banner")
    if found.kind == "mark" and (cell := unlabelled(case, "banner")):
        return cell
    if standing == "start" and spot.left.lstrip().startswith("#"):
        return verdict(case, "mention", 0.2, "banner", "stands-talk")
    if standing == "start" and _HEADING.match(spot.right) and case.rule.params.get("titles", True):
        return replace(found, kind="possible", confidence=0.5)
    return found


def _translated(case: Case) -> bool:
    """Whether what follows or precedes is the same mark in the other script: RESTRICTED 限閱文件."""
    text, left, right = case.spot.text, case.spot.left, case.spot.right
    sides = left[-_WORDS * 10 :] + "\n" + right[: _WORDS * 10]
    beside = [found[0] for found in case.rule.regex.finditer(sides)]
    if len(beside) != 1:
        return False
    slash = left.rstrip()[-1:] == "/" or right.lstrip()[:1] == "/"  # EU TOP SECRET / TRÈS SECRET UE
    apart = (_WIDE.search(text) is None) != (_WIDE.search(beside[0]) is None)
    return apart or (slash and text.isascii() != beside[0].isascii())


def caveat(case: Case) -> Verdict:
    """A wording that is a mark wherever nobody speaks about it; ``weak`` ones are plain words."""
    text = case.spot.text.strip()
    if re.match(str(case.rule.params.get("exact", "(?!)")), text):
        return verdict(case, "mark", 1.0, "exact")
    if re.fullmatch(str(case.rule.params.get("weak", "(?!)")), text):
        return word(case)
    if _WIDE.search(text):
        if others(case) and not _translated(case):
            return verdict(case, "mention", 0.2, "wording", "stands-list")
        found = headline(case, "banner") or by(case, _BANNER, stand(case.spot.left, case.spot.right), "banner")
        return (unlabelled(case, "banner") if found.kind == "mark" else None) or found
    return banner(case)


def word(case: Case) -> Verdict:
    """A plain word in capitals: possible on a line of its own, a mark only in a header, footer or field."""
    spot = case.spot
    if _FIELD_LABEL.search(spot.left) and not bare(spot.right):
        return verdict(case, "mark", 0.9, "field", *near(spot))
    if LABEL.search(spot.column):
        return verdict(case, "mark", 0.85, "word", "field")
    if latin(spot.left, spot.right) != "alone":
        return verdict(case, "mention", 0.2, "word", "stands-sentence")
    signs = near(spot)
    if spot.edge or LABEL.search(spot.heading):
        return verdict(case, "mark", 0.85, "word", "page-edge" if spot.edge else "field")
    neighbours = (*spot.above[:2], *spot.below[:2])
    confirm = Lazy(str(case.rule.params.get("confirm", "(?!)")))
    if any(confirm.search(line) for line in (*neighbours, *spot.above[2:4], *spot.below[2:4])):
        return verdict(case, "mark", 0.85, "word", "stands-alone", "confirmed")
    if _COMMENT.match(spot.line[0]) or any(_CODE.search(line) for line in neighbours):
        return verdict(case, "mention", 0.2, "word", "code")
    if among(spot) or spot.row:
        return verdict(case, "mention", 0.3, "word", "listed")
    if case.rule.params.get("opens") and spot.top and spot.first and not spot.above:
        return verdict(case, "mark", 0.8, "word", "stands-alone", *signs)
    return verdict(case, "possible", 0.5, "word", "stands-alone", *signs)


def notice(case: Case) -> Verdict:
    """A company's wording: a mark at the edge of a page or document, possible elsewhere, nothing in a sentence."""
    spot = case.spot
    if _FIELD_LABEL.search(spot.left) and not bare(spot.right):
        return verdict(case, "mark", 0.9, "field", *near(spot))
    latin_text = not _WIDE.search(spot.text)
    standing = latin(spot.left, spot.right) if latin_text else stand(spot.left, spot.right)
    tagged = any(_TAGS.match(line) for line in (*spot.above[:2], *spot.below[:2]))
    code = tagged or _COMMENT.match(spot.line[0]) or _CODE.search(spot.line[0]) or _CODE.search(spot.line[1])
    if standing in ("talk", "sentence", "quoted", "option") or (standing != "alone" and len("".join(spot.line)) > 120):
        return verdict(case, "mention", 0.2, "wording", f"stands-{standing}")
    if spot.edge:
        return verdict(case, "mark", 0.9, "wording", "page-edge")
    if code and not any(_OWNER.search(line) for line in (*spot.above[:4], *spot.line, *spot.below[:4])):
        return verdict(case, "mention", 0.2, "wording", "code")
    if scale((*spot.above[:2], *spot.below[:2], *spot.cells), spot.text):
        return verdict(case, "mention", 0.2, "wording", "listed")
    if code or spot.row or among(spot):
        return verdict(case, "possible", 0.3, "wording", f"stands-{standing}")
    if any(_CONTRACT.search(line) for line in (*spot.above[:3], *spot.below[:3])):
        heading = _CLAUSE.fullmatch(spot.text.strip()) is not None  # of a clause
        return verdict(case, "mention" if heading else "possible", 0.3, "wording", f"stands-{standing}")
    strong = re.fullmatch(str(case.rule.params.get("strong", "(?!)")), spot.text.strip(), re.IGNORECASE)
    shouted = spot.text.strip() == "CONFIDENTIAL"  # contract: on its own line a possible mark
    placed = not shouted and ((spot.top and spot.first and bool(spot.below)) or (spot.bottom and len(spot.above) > 1))
    if standing != "inside" and _footer(spot):
        return verdict(case, "mark", 0.7, "wording", f"stands-{standing}", *near(spot))
    owner = spot.left if standing == "end" else spot.right if standing == "start" else ""
    if strong and not spot.text.islower() and _OWNED.fullmatch(owner + " "):
        return verdict(case, "mark", 0.7, "wording", f"stands-{standing}", *near(spot))
    said = spot.right[:1] == "." and (
        bool(spot.above) or not placed
    )  # a sentence of documentation: For internal use only.
    if standing == "alone" and (strong or placed) and not said and not spot.text[:1].islower():
        return verdict(case, "mark", 0.8, "wording", "stands-alone", *near(spot))
    if (spot.text.islower() and (not strong or standing != "alone")) or _CLAUSE.fullmatch(spot.text):
        return verdict(case, "mention", 0.2, "wording", f"stands-{standing}")
    return verdict(case, "possible", 0.4, "wording", f"stands-{standing}")


def _footer(spot: Spot) -> bool:
    """Whether the rest of its line is what footers say: a firm's name, a year of copyright, a page number."""
    left, right = spot.line
    beside = f"{left} | {right}"
    return len(beside.split()) <= _WORDS and any(_FIRM.search(piece) for piece in (left, right))
