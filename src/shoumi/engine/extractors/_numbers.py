"""Numbers of spreadsheets as a reader sees them: stored value and format code in, text out.

Dates follow their code (``2024年5月1日``), all other numbers are written in full: an identity or telephone number
that a cell stores as a number must not become ``1.38E+10``. Source: ECMA-376 part 1, 18.8.30–31.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

_BUILT_IN: Final = {
    14: "yyyy-m-d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy-m-d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 45: "mm:ss",
    46: "h:mm:ss", 47: "mm:ss", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
_QUOTED: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_TOKEN: Final = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\-\]]*)[^\]]*\]|(\[[hms]+\])|\[[^\]]*\]'
    r"|(y+|m+|d+|h+|s+(?:\.0+)?|am/pm|上午/下午|a/p)|(.)",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY: Final = 86400.0


@lru_cache(maxsize=4096)
def date_code(number: int, code: str | None) -> str | None:
    """Return the format code when it shows a date or time, else None. ``code`` None: a built-in format."""
    if code is None:
        return _BUILT_IN.get(number)
    first = code.partition(";")[0]
    plain = _QUOTED.sub("", first.lower())
    if not re.search(r"[ymdhs]", plain) or re.search(r"[0#?]", re.sub(r"s\.0+", "s", plain)) or "general" in plain:
        return None
    return first


def hides(code: str | None) -> bool:
    """Whether a format code shows nothing, whatever the value (``;;;``)."""
    return code is not None and code.strip() in (";;;", ";;")


def plain(value: str) -> str:
    """Return a stored number in full, without exponent; what is no number comes back as it is."""
    if "E" not in value and "e" not in value and len(value) < 17:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > 30:
        return value
    if len(number.as_tuple().digits) > 15 and number != number.to_integral_value():  # binary noise: 15 digits are shown
        number = Decimal(f"{number:.15g}")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def date(value: str, code: str, *, since_1904: bool = False) -> str:
    """Return a serial number as its format code shows it; as a plain number when it is no date."""
    try:
        serial = float(value)
        day = datetime.datetime(1904, 1, 1) if since_1904 else datetime.datetime(1899, 12, 30)  # noqa: DTZ001
        if not since_1904 and 0 < serial < 60:
            serial += 1  # the 29th of February 1900, which never was (ECMA-376 part 1, 18.17.4.1)
        moment = day + datetime.timedelta(seconds=round(serial * _DAY, 3))
    except (ValueError, OverflowError):
        return plain(value)
    return _shown(moment, code)


def _shown(moment: datetime.datetime, code: str) -> str:
    out: list[str] = []
    twelve = bool(re.search(r"am/pm|上午/下午|a/p", code, re.IGNORECASE))
    last = ""
    tokens = list(_TOKEN.finditer(code))
    for number, token in enumerate(tokens):
        quoted, escaped, currency, elapsed, part, other = token.groups()
        if part is None and elapsed is None:
            out.append(quoted or escaped or currency or other or "")
            continue
        word = (part or elapsed.strip("[]")).lower()
        minutes = word[0] == "m" and len(word) <= 2 and (last == "h" or _next(tokens, number) == "s")
        out.append(_piece(moment, word, minutes=minutes, twelve=twelve))
        last = word[0]
    return "".join(out).strip()


def _next(tokens: list[re.Match[str]], number: int) -> str:
    for token in tokens[number + 1 :]:
        part = token.group(5) or token.group(4)
        if part:
            return part.strip("[]").lower()[0]
    return ""


def _piece(moment: datetime.datetime, word: str, *, minutes: bool, twelve: bool) -> str:
    kind, wide = word[0], len(word) > 1
    if kind == "y":
        return f"{moment.year:04}" if len(word) > 2 else f"{moment.year % 100:02}"
    if kind == "m" and not minutes:
        return _MONTHS[moment.month - 1] if len(word) > 2 else f"{moment.month:0{2 if wide else 1}}"
    if kind == "d":
        return _WEEKDAYS[moment.weekday()] if len(word) > 2 else f"{moment.day:0{2 if wide else 1}}"
    if kind == "h":
        hour = (moment.hour % 12 or 12) if twelve else moment.hour
        return f"{hour:0{2 if wide else 1}}"
    if kind == "m":
        return f"{moment.minute:0{2 if wide else 1}}"
    if kind == "s":
        return f"{moment.second:0{2 if wide else 1}}"
    if kind == "上":
        return "上午" if moment.hour < 12 else "下午"
    return "AM" if moment.hour < 12 else "PM"


def column(number: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number of a column from its letters, 0 when they are none."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - 64
    return number
