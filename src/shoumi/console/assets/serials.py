"""Serial numbers of machines and disks, MAC addresses, IMEIs: one spelling for each, and whether it says anything.

Enters text as people and machines write it; leaves the form in which two of the same are equal.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MACHINE, DISK, MAC, IMEI = "machine", "disk", "mac", "imei"
_SAYS_NOTHING: Final = frozenset({
    "无", "無", "不详", "不詳", "未知", "没有", "沒有", "NONE", "NA", "NIL", "NULL", "UNKNOWN", "NOTSPECIFIED",
    "NOTAPPLICABLE", "DEFAULTSTRING", "SYSTEMSERIALNUMBER", "TOBEFILLEDBYOEM", "OEM", "INVALID", "SERIAL",
    "SERIALNUMBER", "123456789", "0123456789", "1234567890", "TBD",
})  # fmt: skip
_MAC: Final = re.compile(r"[0-9A-F]{12}")


def key(text: str) -> str:
    """Return letters and digits alone, upper case: spaces, hyphens and width are no difference."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def blank(text: str) -> bool:
    """Say whether it is no number: empty, “none”, a maker's filler, one sign repeated."""
    found = key(text)
    return found in _SAYS_NOTHING or len(set(found)) <= 1


def space(sort: str) -> str:
    """Return within what a number must be unique: machines and disks share one space, for a disk is also a thing."""
    return "serial" if sort in {MACHINE, DISK} else sort


def split(text: str) -> list[str]:
    """Return the numbers of a cell: one on each line, or parted by comma, semicolon or Chinese comma."""
    parts = (part.strip() for part in re.split(r"[\n,;，；、]+", text))
    return list(dict.fromkeys(part for part in parts if part))


def mac(text: str) -> str:
    """Return a MAC address as AA:BB:CC:DD:EE:FF; empty when it is none, or nobody's (all zero, broadcast)."""
    found = key(text)
    if not _MAC.fullmatch(found) or len(set(found)) == 1:
        return ""
    return ":".join(found[place : place + 2] for place in range(0, 12, 2))


def imei(text: str) -> str:
    """Return an IMEI's 15 digits; empty when they are not, or the check digit (Luhn) is wrong."""
    found = key(text)
    if len(found) != 15 or not found.isascii() or not found.isdigit() or len(set(found)) == 1:
        return ""
    doubled = (int(sign) * (1 + place % 2) for place, sign in enumerate(found))
    return found if sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0 else ""


_NUMBER: Final = re.compile(r"(.*?)(\d{1,15})$", re.S)


def series(number: str) -> tuple[str, int | None]:
    """Return what a number's row of numbers is called, and its place there: ``("PC-", 17)`` for PC-0017."""
    found = _NUMBER.fullmatch(number)
    return (found[1], int(found[2])) if found else (number, None)
