"""Validators of identifiers outside mainland China: candidate text in, verdict out.

Each says which rule of its issuer it follows. They check form, ranges and check digits; whether a number was issued,
nobody can tell offline.
"""

from __future__ import annotations

import datetime
import re
from typing import Final

from shoumi.engine.detectors import _arithmetic as arithmetic
from shoumi.engine.detectors._verdict import Asked, Valid, Verdict, alnum, check, digits, reason, refuse


def _checked(content: str, right: bool, *, sure: bool = False, confidence: float = 0.9) -> Verdict:
    if not right:
        return refuse("id.bad-check-digit")
    return Valid(content, (reason("id.check-digit"),), confidence, sure=sure)


def _modulo(number: str, weights: tuple[int, ...], modulus: int) -> int:
    return arithmetic.weighted(number, weights) % modulus


def _day(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


@check("hk-id")
def hk_id(text: str, _asked: Asked) -> Verdict:
    """Hong Kong: weights 9 to 1 over two letters (blank counts 36), six digits and the check character, mod 11."""
    number = alnum(text)
    body = number[:-1].rjust(8)
    values = [36 if char == " " else int(char, 36) for char in body]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    last = 10 if number[-1] == "A" else int(number[-1])
    right = (total + last) % 11 == 0
    if right and re.search(r"123456$|(\d)\1{5}", number[:-1]):
        return Valid(number, (reason("id.sample"),), 0.4, "low")
    return _checked(number, right, sure="(" in text, confidence=0.95 if "(" in text else 0.85)


_TW: Final = dict(zip("ABCDEFGHJKLMNPQRSTUVXYWZIO", range(10, 36), strict=True))


@check("tw-id")
def tw_id(text: str, _asked: Asked) -> Verdict:
    """Taiwan: the letter as two digits, then weights 1 9 8 … 1 1, mod 10; residents 8 or 9, older ones a letter."""
    code = text.upper()
    second = str(_TW[code[1]] % 10) if code[1].isalpha() else code[1]
    number = f"{_TW[code[0]]}{second}{code[2:]}"
    right = _modulo(number, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), 10) == 0
    if right and code[1:] == "123456789":
        return Valid(code, (reason("id.sample"),), 0.4, "low")
    return _checked(code, right, confidence=0.85)


@check("macau-id")
def macau_id(text: str, _asked: Asked) -> Verdict:
    """Macau: series 1, 5 or 7; the rule of its check digit is not public."""
    return Valid(digits(text), (reason("id.form"),), 0.75)


@check("kr-rrn")
def kr_rrn(text: str, asked: Asked) -> Verdict:
    """Korea: date and century, check digit until October 2020, none since."""
    number = digits(text)
    century = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}.get(number[6])
    if century is None or not _day(century + int(number[:2]), int(number[2:4]), int(number[4:6])):
        return refuse("id.no-date")
    if century + int(number[:2]) > asked.today.year:
        return refuse("id.no-date")
    right = (11 - _modulo(number, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), 11)) % 10 == int(number[12])
    if not right and (century == 1900 or number[:6] < "201001"):
        return refuse("id.bad-check-digit")
    return Valid(number, (reason("id.check-digit" if right else "id.form"),), 0.95 if right else 0.6)


@check("jp-my-number")
def jp_my_number(text: str, _asked: Asked) -> Verdict:
    """Japan: order 85 of 2014 of the Ministry of Internal Affairs, mod 11."""
    number = digits(text)
    rest = _modulo(number, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 11)
    return _checked(number, (0 if rest <= 1 else 11 - rest) == int(number[11]) and len(set(number)) > 2)


@check("sg-nric")
def sg_nric(text: str, _asked: Asked) -> Verdict:
    """Singapore: weights 2 7 6 5 4 3 2 with an offset for T, G (4) and M (3), letter tables by series."""
    code = text.upper()
    total = arithmetic.weighted(code[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(code[0], 0)
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK"}.get(code[0], "XWUTRQPNJLK")
    place = 10 - total % 11 if code[0] == "M" else total % 11
    return _checked(code, table[place] == code[8], confidence=0.85)


@check("verhoeff")
def verhoeff(text: str, _asked: Asked) -> Verdict:
    """India's Aadhaar."""
    number = digits(text)
    return _checked(number, arithmetic.verhoeff(number) and len(set(number)) > 3)


@check("dated-id")
def dated_id(text: str, asked: Asked) -> Verdict:
    """A number that holds a date at ``params.date`` (a strptime format at an offset) and no check digit."""
    number = alnum(text)
    offset, layout = int(asked.params["offset"]), str(asked.params["layout"])
    part = number[offset : offset + sum(4 if char == "Y" else 2 for char in layout)]
    fields: dict[str, int] = {}
    for char in layout:
        width = 4 if char == "Y" else 2
        fields[char], part = int(part[:width]), part[width:]
    day = fields["d"] - 40 if fields["d"] > 40 and asked.params.get("women_add_40") else fields["d"]
    year = fields.get("Y", 2000 + fields.get("y", 0))
    return Valid(number, (reason("id.form"),), 0.75) if _day(year, fields["m"], day) else refuse("id.no-date")


@check("th-pin")
def th_pin(text: str, _asked: Asked) -> Verdict:
    """Thailand: weights 13 to 2, mod 11."""
    number = digits(text)
    return _checked(number, (11 - _modulo(number, tuple(range(13, 1, -1)), 11)) % 10 == int(number[12]))


@check("us-ssn")
def us_ssn(text: str, _asked: Asked) -> Verdict:
    """United States: ranges that were never issued, and the numbers that advertisements made known."""
    number = digits(text)
    if number in ("078051120", "219099999", "457555462") or re.fullmatch(r"(\d)\1\1(\d)\2(\d)\3{3}|123456789", number):
        return Valid(number, (reason("id.sample"),), 0.3, "info")
    if number[:3] in ("000", "666") or number[3:5] == "00" or number[5:] == "0000":
        return refuse("id.not-issued")
    if number[0] == "9" and not (50 <= int(number[3:5]) <= 65 or 70 <= int(number[3:5]) <= 99):
        return refuse("id.not-issued")
    kind = "us-itin" if number[0] == "9" else "us-ssn"
    return Valid(number, (reason("id.form"),), 0.8, data={"kind": kind})


@check("uk-nino")
def uk_nino(text: str, _asked: Asked) -> Verdict:
    """United Kingdom: prefixes that are never issued (NIM39110)."""
    code = alnum(text)
    if code[:2] in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") or code == "QQ123456C":
        return refuse("id.not-issued")
    return Valid(code, (reason("id.form"),), 0.8)


@check("uk-nhs")
def uk_nhs(text: str, _asked: Asked) -> Verdict:
    """United Kingdom: weights 10 to 2, mod 11."""
    number = digits(text)
    last = (11 - _modulo(number, tuple(range(10, 1, -1)), 11)) % 11
    return _checked(number, last == int(number[9]) and len(set(number)) > 2)


@check("de-idnr")
def de_idnr(text: str, _asked: Asked) -> Verdict:
    """Germany's tax number of persons: one digit occurs twice or three times, ISO 7064 MOD 11,10."""
    number = digits(text)
    most = max(number[:10].count(char) for char in set(number[:10]))
    return _checked(number, number[0] != "0" and most in (2, 3) and arithmetic.mod_11_10(number))


@check("fr-nir")
def fr_nir(text: str, _asked: Asked) -> Verdict:
    """France: 97 minus the number mod 97; Corsica's 2A and 2B count 19 and 18."""
    code = alnum(text)
    number = code[:13].replace("2A", "19").replace("2B", "18")
    return _checked(code, number.isdigit() and 97 - int(number) % 97 == int(code[13:]))


_CF_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


@check("it-codice-fiscale")
def it_codice_fiscale(text: str, _asked: Asked) -> Verdict:
    """Italy: a letter as check, odd places by table (decree of 23 December 1976)."""
    code = text.upper()
    values = [int(char) if char.isdigit() else ord(char) - 65 for char in code[:15]]
    total = sum(_CF_ODD[value] if place % 2 == 0 else value for place, value in enumerate(values))
    return _checked(code, chr(65 + total % 26) == code[15], sure=True, confidence=0.95)


@check("es-dni")
def es_dni(text: str, _asked: Asked) -> Verdict:
    """Spain: number mod 23 chooses the letter; X Y Z of foreigners count 0 1 2."""
    code = alnum(text)
    number = code[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return _checked(code, "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == code[-1] and len(set(number)) > 2)


@check("nl-bsn")
def nl_bsn(text: str, _asked: Asked) -> Verdict:
    """The Netherlands: the test of eleven."""
    number = digits(text).zfill(9)
    return _checked(number, _modulo(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), 11) == 0 and len(set(number)) > 2)


@check("be-nn")
def be_nn(text: str, _asked: Asked) -> Verdict:
    """Belgium: 97 minus the number mod 97; a 2 stands before it for those born since 2000."""
    number = digits(text)
    body, last = number[:9], int(number[9:])
    return _checked(number, last in (97 - int(body) % 97, 97 - int("2" + body) % 97))


@check("pl-pesel")
def pl_pesel(text: str, _asked: Asked) -> Verdict:
    """Poland: weights 1 3 7 9, mod 10; the month tells the century."""
    number = digits(text)
    if not 1 <= int(number[2:4]) % 20 <= 12 or not 1 <= int(number[4:6]) <= 31:
        return refuse("id.no-date")
    return _checked(number, _modulo(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10) == 0)


@check("luhn")
def luhn(text: str, _asked: Asked) -> Verdict:
    """Numbers whose last digit is Luhn's: Canada, South Africa, Sweden (from its tenth last), IMEI."""
    number = digits(text)
    return _checked(number, arithmetic.luhn(number) and len(set(number)) > 3, confidence=0.85)


@check("se-pn")
def se_pn(text: str, _asked: Asked) -> Verdict:
    """Sweden: Luhn over the last ten digits, which start with a date."""
    number = digits(text)[-10:]
    right = 1 <= int(number[2:4]) <= 12 and 1 <= int(number[4:6]) % 60 <= 31
    return _checked(number, right and arithmetic.luhn(number))


@check("no-fnr")
def no_fnr(text: str, _asked: Asked) -> Verdict:
    """Norway: two check digits, mod 11."""
    number = digits(text)
    first = _modulo(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), 11)
    second = _modulo(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11)
    return _checked(number, first == 0 and second == 0 and len(set(number)) > 2)


@check("fi-hetu")
def fi_hetu(text: str, _asked: Asked) -> Verdict:
    """Finland: the nine digits mod 31 choose the last character."""
    code = text.upper()
    number = int(code[:6] + code[7:10])
    return _checked(code, "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == code[10], sure=True)


@check("ch-ahv")
def ch_ahv(text: str, _asked: Asked) -> Verdict:
    """Switzerland: EAN-13 with the country's 756."""
    number = digits(text)
    return _checked(number, _modulo(number, (1, 3) * 6 + (1,), 10) == 0, sure=True)


@check("tr-tckn")
def tr_tckn(text: str, _asked: Asked) -> Verdict:
    """Turkey: two check digits, mod 10."""
    n = [int(char) for char in digits(text)]
    right = (sum(n[0:9:2]) * 7 - sum(n[1:8:2])) % 10 == n[9] and sum(n[:10]) % 10 == n[10]
    return _checked(digits(text), right and n[0] != 0)


@check("br-cpf")
def br_cpf(text: str, _asked: Asked) -> Verdict:
    """Brazil: two check digits, mod 11."""
    number = digits(text)
    first = (_modulo(number, tuple(range(10, 1, -1)), 11) * -1) % 11 % 10
    second = (_modulo(number, tuple(range(11, 1, -1)), 11) * -1) % 11 % 10
    return _checked(number, number[9:] == f"{first}{second}" and len(set(number)) > 2, sure="." in text)


@check("au-tfn")
def au_tfn(text: str, _asked: Asked) -> Verdict:
    """Australia: weights 1 4 3 7 5 8 6 9 10, mod 11."""
    number = digits(text)
    return _checked(number, _modulo(number, (1, 4, 3, 7, 5, 8, 6, 9, 10), 11) == 0 and len(set(number)) > 2)


@check("mx-curp")
def mx_curp(text: str, _asked: Asked) -> Verdict:
    """Mexico: 37 characters, weights 18 to 2, mod 10."""
    code = text.upper()
    values = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(values.index(char) * (18 - place) for place, char in enumerate(code[:17]))
    return _checked(code, (10 - total % 10) % 10 == int(code[17]), sure=True)


@check("il-id")
def il_id(text: str, _asked: Asked) -> Verdict:
    """Israel: Luhn over nine digits."""
    number = digits(text).zfill(9)
    return _checked(number, arithmetic.luhn(number) and len(set(number)) > 2)


# Lengths of IBANs by country (SWIFT's registry).
_IBAN: Final = {country: int(length) for length, countries in {
    "15": "NO", "16": "BE", "18": "DK FI FO GL NL", "19": "MK SI", "20": "AT BA EE KZ LT LU XK", "21": "CH HR LI LV",
    "22": "BG BH CR DE GB GE IE ME RS", "23": "AE GI IL IQ OM TL", "24": "AD CZ ES MD PK RO SA SE SK TN VG",
    "25": "LY PT ST", "26": "IS TR", "27": "FR GR IT MC SM MR", "28": "AL AZ BY CY DO GT HU LB PL SV NI",
    "29": "BR EG PS QA UA", "30": "JO KW MU", "31": "MT SC", "32": "LC", "33": "RU",
}.items() for country in countries.split()}  # fmt: skip


@check("iban")
def iban(text: str, asked: Asked) -> Verdict:
    """ISO 13616: the country's length, MOD 97-10."""
    code = alnum(text)
    length = _IBAN.get(code[:2], 0)
    if not length or len(code) < length:
        return refuse("iban.no-country", part=code[:2])
    code = code[:length]
    if not arithmetic.mod_97(code[4:] + code[:4]):
        return refuse("id.bad-check-digit")
    if code in asked.params.get("samples", ()):
        return Valid(code, (reason("id.sample"),), 0.4, "info")
    return Valid(code, (reason("iban.valid", country=code[:2]),), 0.97, sure=True)


@check("lei")
def lei(text: str, _asked: Asked) -> Verdict:
    """ISO 17442: MOD 97-10 over all twenty characters."""
    code = text.upper()
    return _checked(code, not code.isdigit() and arithmetic.mod_97(code), confidence=0.9)


@check("imei")
def imei(text: str, _asked: Asked) -> Verdict:
    """3GPP TS 23.003: Luhn over fifteen digits."""
    number = digits(text)
    return _checked(number, arithmetic.luhn(number) and len(set(number)) > 3)


@check("mrz")
def mrz(text: str, _asked: Asked) -> Verdict:
    """ICAO Doc 9303: the second line of a passport's machine readable zone and its check digits."""
    line = re.split(r"\s+", text.strip())[-1]
    composite = line[0:10] + line[13:20] + line[21:43]
    fields = ((line[0:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]), (composite, line[43]))
    right = all(last.isdigit() and arithmetic.mrz(field) == int(last) for field, last in fields)
    number = line[0:9].strip("<")
    if right and line[10:13] == "UTO":
        return Valid(number, (reason("id.sample"),), 0.5, "info")
    return _checked(number, right, sure=True, confidence=0.99)


@check("phone-international")
def phone_international(text: str, _asked: Asked) -> Verdict:
    """ITU-T E.164 by the library phonenumbers; mainland mobiles have a rule of their own."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return refuse("phone.not-valid")
    if not phonenumbers.is_valid_number(parsed):
        return refuse("phone.not-valid")
    content = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if parsed.country_code == 86 and len(str(parsed.national_number)) == 11 and content[3] == "1":
        return refuse("phone.is-mobile-cn")
    if re.search(r"555-?01\d\d|(\d)\1{5}|123-?4567", digits(text)):
        return Valid(content, (reason("id.sample"),), 0.3, "info")
    country = phonenumbers.region_code_for_number(parsed) or f"+{parsed.country_code}"
    return Valid(content, (reason("phone.international", country=country),), 0.85, data={"country": country})


# Domains, with all below them.
_RESERVED: Final = frozenset(
    """example.com example.org example.net example.edu example.cn example test invalid localhost local localdomain
    domain.com email.com yourcompany.com yourdomain.com sentry.io foo.com bar.com users.noreply.github.com""".split()  # noqa: SIM905
)
_FILES: Final = frozenset(
    "png jpg jpeg gif svg webp css js py htm html txt md json yml yaml so dll exe service socket".split()  # noqa: SIM905
)
_VALID_EMAIL: Final = (reason("email.valid"),)


@check("email")
def email(text: str, _asked: Asked) -> Verdict:
    """RFC 5321 form; domains that RFC 2606 reserves, and file names such as ``icon@2x.png``, are none."""
    address = text.lower()
    domain = rest = address.rpartition("@")[2]
    while rest:
        if rest in _RESERVED:
            return refuse("email.reserved", domain=domain)
        rest = rest.partition(".")[2]
    if "." in domain and domain.rpartition(".")[2] in _FILES:
        return refuse("email.file-name")
    return Valid(address, _VALID_EMAIL, 0.9)


@check("ip-address")
def ip_address(text: str, _asked: Asked) -> Verdict:
    """Addresses of hosts; those for documentation (RFC 5737, 3849), loopback and multicast are none."""
    import ipaddress

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return refuse("ip.not-valid")
    reserved = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    documentation = any(address in ipaddress.ip_network(network) for network in reserved)
    if documentation or address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local:
        return refuse("ip.reserved")
    if str(address).startswith("255."):
        return refuse("ip.reserved")
    data = {"private": address.is_private}
    return Valid(str(address), (reason("ip.private" if address.is_private else "ip.public"),), 0.8, data=data)


@check("mac-address")
def mac_address(text: str, _asked: Asked) -> Verdict:
    """IEEE 802: twelve hexadecimal digits; all zeros and all ones are placeholders."""
    code = alnum(text)
    if len(set(code)) < 4 or code in ("001122334455", "AABBCCDDEEFF", "DEADBEEF0000", "0123456789AB"):
        return refuse("id.sample")
    return Valid(code, (reason("id.form"),), 0.8)
