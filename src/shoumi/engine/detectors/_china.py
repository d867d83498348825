"""Validators of identifiers of mainland China: candidate text in, verdict out.

Sources: GB 11643-1999 (resident identity number), GB/T 2260 (regions), GB 32100-2015 and GB 11714-1997 (organisations),
the 2023 card of foreign permanent residents (NIA), the numbering plan of the MIIT for telephones, GA 36-2018 (plates),
GB 16735-2019 (VIN).
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from shoumi.engine.detectors import _arithmetic as arithmetic
from shoumi.engine.detectors._verdict import Asked, Valid, Verdict, alnum, check, digits, reason, refuse

PROVINCES: Final = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门", "83": "台湾",
}  # fmt: skip
_PERMITS: Final = ("810000", "820000", "830000")  # residence permits of people from Hong Kong, Macau and Taiwan
_OLDEST: Final = 125  # years; nobody older holds a card
_MOBILE: Final = re.compile(
    r"1(?:3\d\d|4[579]\d|5[0-35-9]\d|6[2567]\d|7[0-35-8]\d|740|8\d\d|9[0-35-9]\d)\d{7}", re.ASCII
)
_PLACEHOLDER: Final = re.compile(r"(\d)\1{6}|^0?123456789?0?$")


@cache
def counties() -> frozenset[str]:
    """Return all county codes of GB/T 2260, abolished ones included: a number keeps the county of its first issue."""
    found: set[str] = set()
    for line in (Path(__file__).parent / "data" / "regions.txt").read_text("ascii").splitlines():
        if not line.startswith("#"):
            prefecture, rest = line.split()
            found.update(prefecture + rest[at : at + 2] for at in range(0, len(rest), 2))
    return frozenset(found)


def date_of(text: str) -> datetime.date | None:
    """Return the date that eight digits name, or None."""
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:8])
    if not 1 <= month <= 12 or year < 1 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    return datetime.date(year, month, day)


@check("resident-id")
def resident_id(text: str, asked: Asked) -> Verdict:
    """Check digit, real date of birth, a region that exists or existed (GB 11643-1999)."""
    number = alnum(text)
    born = date_of(number[6:14])
    if born is None or born > asked.today:
        return refuse("id.no-date")
    if number[0] != "9" and number[:2] not in PROVINCES:
        return refuse("id.no-region", part=number[:2])
    if not arithmetic.mod_11_2(number):
        return refuse("id.bad-check-digit")
    if number[14:17] == "000" or asked.today.year - born.year > _OLDEST:
        return Valid(number, (reason("id.sample"),), 0.5, "info", sure=True, data={"kind": "resident-id"})
    if number[0] == "9":
        if not "1" <= number[1] <= "6":
            return refuse("id.no-region", part=number[:3])
        return Valid(number, (reason("id.foreigner"),), 0.9, sure=True, data={"kind": "foreigner-id"})
    if number[:6] in _PERMITS:
        return Valid(number, (reason("id.permit"),), 0.98, sure=True, data={"kind": "residence-permit"})
    if number[:6] in counties():
        return Valid(number, (reason("id.resident", region=PROVINCES[number[:2]]),), 0.99, sure=True)
    return Valid(number, (reason("id.resident-region-unknown", region=PROVINCES[number[:2]]),), 0.85, sure=True)


@check("resident-id-15")
def resident_id_15(text: str, asked: Asked) -> Verdict:
    """The number of 1984 to 1999: region, yyMMdd, sequence, no check digit."""
    number = digits(text)
    born = date_of("19" + number[6:12])
    if born is None or number[:6] not in counties() or born > asked.today:
        return refuse("id.no-date")
    return Valid(number, (reason("id.resident-old", region=PROVINCES[number[:2]]),), 0.85)


@check("uscc")
def uscc(text: str, _asked: Asked) -> Verdict:
    """GB 32100-2015: registration office and class, region, check characters of organisation code and whole."""
    code = text.upper()
    if code.isdigit() and code[6:8] in ("18", "19", "20") and arithmetic.mod_11_2(code):
        return refuse("uscc.is-resident-id")
    if code[2:4] not in PROVINCES and code[2:4] not in ("10",):
        return refuse("id.no-region", part=code[2:4])
    if not arithmetic.uscc(code):
        return refuse("id.bad-check-digit")
    if not arithmetic.organisation(code[8:17]):
        return refuse("id.bad-check-digit")
    return Valid(code, (reason("uscc.valid"),), 0.95, sure=True)


@check("organisation-code")
def organisation_code(text: str, _asked: Asked) -> Verdict:
    """GB 11714-1997."""
    code = alnum(text)
    return _checked(code, arithmetic.organisation(code), "id.check-digit")


@check("mobile-cn")
def mobile(text: str, _asked: Asked) -> Verdict:
    """An operator's segment; test numbers and patterns that nobody holds are samples."""
    number = digits(text)[-11:]
    if not _MOBILE.fullmatch(number):
        return refuse("phone.no-segment", segment=number[:3])
    if number in ("13800138000", "13000000000", "13900139000") or _PLACEHOLDER.search(number):
        return Valid(number, (reason("id.sample"),), 0.3, "info")
    written = len(text) > 11
    return Valid(number, (reason("phone.mobile-cn"),), 0.9 if written else 0.8, sure=text.lstrip().startswith("+"))


@check("landline-cn")
def landline(text: str, _asked: Asked) -> Verdict:
    """An area code that exists with the length of number that it has, after the library phonenumbers."""
    import phonenumbers

    number = re.sub(r"\D", "", text.split("转", maxsplit=1)[0])
    national = number[2:] if text.lstrip().startswith("+") else number
    try:
        parsed = phonenumbers.parse(national if national.startswith("0") else "0" + national, "CN")
    except phonenumbers.NumberParseException:
        return refuse("phone.not-valid")
    if not phonenumbers.is_valid_number(parsed) or _PLACEHOLDER.search(national):
        return refuse("phone.not-valid")
    return Valid(national.lstrip("0"), (reason("phone.landline-cn"),), 0.92)


@check("bank-card")
def bank_card(text: str, asked: Asked) -> Verdict:
    """ISO/IEC 7812: a scheme's range and length, then the check digit."""
    number = digits(text)
    scheme = _scheme(number)
    if scheme is None:
        return refuse("card.no-scheme")
    if not arithmetic.luhn(number):
        return refuse("id.bad-check-digit")
    if number in asked.params.get("samples", ()) or re.search(r"(\d)\1{7}", number):
        return Valid(number, (reason("id.sample"),), 0.3, "info")
    if _counting(text):
        return refuse("context.series")
    grouped = re.fullmatch(r"\d{4}([ -])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -])\d{6}\2\d{5}", text.strip())
    if issuer := _issuer(number):
        return Valid(number, (reason("card.issuer", issuer=issuer),), 0.97, data={"issuer": issuer, "known": True})
    return Valid(number, (reason("card.scheme", scheme=scheme),), 0.9, data={"scheme": scheme, "known": bool(grouped)})


def _counting(text: str) -> bool:
    """Whether groups of digits only count up, as in a list of numbers: 2486 2487 2488 2489."""
    groups = [int(group) for group in re.split(r"[ -]", text.strip()) if group.isdigit()]
    return len(groups) == 4 and all(0 < later - earlier < 10 for earlier, later in pairwise(groups))


def _scheme(number: str) -> str | None:
    head, length = int(number[:4]), len(number)
    schemes = (
        ("UnionPay", 6200 <= head <= 6299 or 8100 <= head <= 8171, range(16, 20)),
        ("Visa", 4000 <= head <= 4999, (13, 16, 19)),
        ("Mastercard", 5100 <= head <= 5599 or 2221 <= head <= 2720, (16,)),
        ("American Express", head // 100 in (34, 37), (15,)),
        ("JCB", 3528 <= head <= 3589, range(16, 20)),
        ("Diners Club", head // 10 in (300, 301, 302, 303, 304, 305, 309) or head // 100 in (36, 38, 39), (14, 16)),
        ("Discover", head == 6011 or 6440 <= head <= 6599, range(16, 20)),
        ("Mir", 2200 <= head <= 2204, range(16, 20)),
        ("RuPay", 6521 <= head <= 6522, (16,)),
        ("China (before UnionPay)", number[:6] in _issuers(), range(16, 20)),
    )
    return next((name for name, inside, lengths in schemes if inside and length in lengths), None)


@cache
def _issuers() -> dict[str, str]:
    """Return the bank of each known beginning of a card number: evidence when it is there, nothing when it is not."""
    lines = (Path(__file__).parent / "data" / "issuers.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines if not line.startswith("#"))
    return {head: bank for bank, *heads in rows for head in heads}


def _issuer(number: str) -> str | None:
    return _issuers().get(number[:6])


@check("plate-cn")
def plate(text: str, _asked: Asked) -> Verdict:
    """GA 36-2018: five places, six on vehicles of new energy; at most two letters, none of them I or O."""
    number = re.sub(r"[\s·•.\-]", "", text).upper()
    if sum(char.isdigit() for char in number) < 2:
        return refuse("plate.not-valid")
    return Valid(number, (reason("plate.valid"),), 0.85)


@check("vin")
def vin(text: str, _asked: Asked) -> Verdict:
    """GB 16735-2019 and ISO 3779: the ninth place checks the other sixteen."""
    code = text.upper()
    values = [int(char) if char.isdigit() else _VIN[char] for char in code]
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return _checked(code, "0123456789X"[total] == code[8] and len(set(code)) > 5, "id.check-digit")


_VIN: Final = {char: value for chars, value in (
    ("AJ", 1), ("BKS", 2), ("CLT", 3), ("DMU", 4), ("ENV", 5), ("FW", 6), ("GPX", 7), ("HY", 8), ("RZ", 9)
) for char in chars}  # fmt: skip


@check("form")
def form(text: str, _asked: Asked) -> Verdict:
    """Identifiers whose form and context are all there is: no number has a check digit."""
    content = alnum(text) or text
    if _PLACEHOLDER.search(content):
        return Valid(content, (reason("id.sample"),), 0.3, "info")
    return Valid(content, (reason("id.form"),), 0.75)


@check("text")
def text_of(text: str, _asked: Asked) -> Verdict:
    """A piece of text, such as a name or an address: its form is the pattern's business."""
    return Valid("".join(text.split()), (reason("id.form"),), 0.6)


def _checked(content: str, right: bool, code: str) -> Verdict:
    return Valid(content, (reason(code),), 0.95) if right else refuse("id.bad-check-digit")
