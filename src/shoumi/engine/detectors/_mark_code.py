"""Whether a candidate for a mark stands in program text: a string among strings, a comment behind code, a widget.

A ``Spot`` comes in; the answer is about its whole line. Data that people keep in JSON, YAML and CSV is no program text:
there a mark is the mark of what the record describes.
"""

from __future__ import annotations

import re
from typing import Final

from shoumi.engine.detectors._lazy import Lazy
from shoumi.engine.detectors._mark_case import LABEL
from shoumi.engine.detectors._mark_prose import literal
from shoumi.engine.detectors._mark_spot import Spot

_NEAR: Final = 200  # characters of a line that are looked at on each side
_WIDGET: Final = Lazy(r"<(?:option|select|label|button|radio)\b|\bmsg(?:id|str)\b", re.IGNORECASE)
_RETURNS: Final = Lazy(r"^[\"'”]?\s{0,2}(?:->|=>|→)\s*\S|^\\+[dswDSW]")  # 机密★10年 -> Level.SECRET
_ALTERNATIVES: Final = Lazy(r"[绝絕机機秘祕]密\|[绝絕机機秘祕]密")  # of a regular expression
_SAMPLES: Final = Lazy(
    r"^[\s-]*(?:examples?|samples?|tests?|negative_examples|options|enum|placeholder|defaults?|hints?|pattern|regex)\s*:",
    re.IGNORECASE,
)
_MARKS: Final = Lazy(r"^\s*\[?(?:\s*[\"'][绝絕机機秘祕]密[^\"']{0,20}[\"'],?){2,}\s*\]?,?\s*$")  # nothing but marks
_QUERY: Final = Lazy(r"^\s*(?:select|insert|update|where|values|set|when|then)\b", re.IGNORECASE)
_OPENED: Final = Lazy(r"[=(,]\s*[bfru]{0,2}(?:\"{3}|'{3}|`)\\?$")  # a string that began on the line above
_CONSTANT: Final = Lazy(r"(?:^|\s)[A-Z][A-Z0-9_]{2,}\s*=\s*$")
_ARROWS: Final = ("|", "=>", "->")
_BEHIND: Final = Lazy(r"[;{}()\]\"',:]\s*//[^\n]*$|[\])\"';,}]\s+#\s[^\n]*$")  # a comment behind code
_MEMBER: Final = Lazy(r"^\s*/\*\*\s*$")  # /** 密级：秘密 */ above a constant
_COMPOSITE: Final = Lazy(r"^\s*\{\s*(?:$|\"[^\"]*\"\s*,)")  # {"name", "机密★10年", true}: no object of JSON
_NAMED: Final = Lazy(r"^\s*[A-Za-z_$][\w$-]*\s*:\s*$")  # mark: '机密★10年', of JavaScript
_NUMBERED: Final = Lazy(r"^\s*\d+\s*:\s*$")


def coded(spot: Spot) -> bool:
    """Whether it stands in program text, as far as its line tells."""
    left, right = spot.line[0][-_NEAR:], spot.line[1][:_NEAR]
    if spot.named:
        return False
    line = left + spot.text + right
    if _RETURNS.match(right) or _ALTERNATIVES.search(line) or _SAMPLES.match(left) or _MARKS.match(line):
        return True
    if _CONSTANT.search(left) and not LABEL.search(left):
        return True
    if _WIDGET.search(left) or (any(arrow in left + right for arrow in _ARROWS) and literal(left, right)):
        return True
    if not left.strip():
        return spot.above[:1] != () and _OPENED.search(spot.above[0]) is not None
    quotes = [quote for quote in "\"'" if left.count(quote) % 2 and quote in right]
    if not quotes:
        return _BEHIND.search(left) is not None or (_MEMBER.match(left) is not None and right.lstrip()[:2] == "*/")
    quote = max(quotes, key=left.rfind)
    return _string(left[: left.rfind(quote)], quote, right[right.index(quote) + 1 :].strip(), spot.text)


def _string(before: str, quote: str, after: str, text: str) -> bool:
    """Whether a quoted string between two rests of a line is a literal of a language, not a value of data."""
    if after[:1] == ":" or _COMPOSITE.match(before) or _NUMBERED.match(before):
        return True
    if quote not in text and after[-1:] == "," and (not before.strip() or before.lstrip()[:1] in "\"'"):
        return re.match(r"\s*\"[^\"]*\"\s*:", before) is None
    if _QUERY.match(before):
        return quote == "'"
    if _NAMED.match(before):
        return after == ","
    return quote == "'" and before.rstrip()[-1:] in tuple("[({,:=") and after[:1] in tuple(",)]};")
