"""Judges what a code says before anybody follows it: a payload in, its kind and its risks out. Nothing is opened.

Whoever scans a code sees neither the address nor what it asks the phone to do. Here it is taken apart by form alone:
no network, no look-up. What in the text itself is secret or personal is for the rules of a scan, not for this module.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from shoumi.engine import qr_lists as known
from shoumi.engine.types import Reason

Verdict: TypeAlias = Literal["plain", "careful", "danger"]
Weight: TypeAlias = Literal[1, 2, 3]  # worth knowing, be careful, do not

_WEB: Final = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)(?:[/?#:]\S*)?", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_STARTS: Final = (
    ("wifi:", "wifi"), ("begin:vcard", "contact"), ("mecard:", "contact"), ("bizcard:", "contact"),
    ("begin:vevent", "event"), ("begin:vcalendar", "event"), ("tel:", "phone"), ("sms:", "sms"), ("smsto:", "sms"),
    ("mms:", "sms"), ("mmsto:", "sms"), ("mailto:", "mail"), ("matmsg:", "mail"), ("geo:", "place"),
    ("otpauth:", "otp"), ("otpauth-migration:", "otp"), ("javascript:", "script"), ("data:", "script"),
    ("vbscript:", "script"), ("file:", "file"), ("dpp:", "wifi"),
)  # fmt: skip
_LEADING: Final = ("url", "group", "login", "payment", "app", "store")
_EMV: Final = re.compile(r"000201.{10,}6304[0-9A-F]{4}", re.DOTALL)
_LONG: Final = 300  # characters of an address
_ENCODED: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TELLING: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|\d{17}[\dXx]|1[3-9]\d{9}")
_FOLD: Final = str.maketrans("013457@$", "oleasta" + "s")
_PREMIUM: Final = re.compile(r"(?:\+?86)?0?16[08]\d{2,8}|(?:\+?1)?900\d{7}|\+44(?:9|87)\d+|\+852900\d+|0?990\d{4,}")
_SCRIPTS: Final = (
    (0x0250, "Latin"), (0x0370, "other"), (0x0400, "Greek"), (0x0530, "Cyrillic"), (0x1E00, "other"), (0x2000, "Latin"),
)  # fmt: skip
_WEAK: Final = frozenset({"", "nopass", "wep"})


@dataclass(frozen=True, slots=True)
class Risk:
    """One thing to know: ``reason`` has its sentence in messages/qr.yaml."""

    weight: Weight
    reason: Reason


@dataclass(frozen=True, slots=True)
class Payload:
    """What a code says: its kind, the host it leads to (empty when it leads nowhere) and its risks, gravest first."""

    text: str
    kind: str
    host: str
    risks: tuple[Risk, ...]

    @property
    def verdict(self) -> Verdict:
        """Do not follow it, be careful, or nothing stands out."""
        worst = max((risk.weight for risk in self.risks), default=1)
        return "danger" if worst == 3 else "careful" if worst == 2 else "plain"


def judge(text: str) -> Payload:
    """Return the kind and the risks of a payload."""
    text = text.strip()
    kind = classify(text)
    risks = list(_by_kind(kind, text))
    host = ""
    if address := _address(text, kind):
        host = _host(address)
        risks += _of_address(address, host)
    unique = {risk.reason.code: risk for risk in sorted(risks, key=lambda risk: risk.weight)}
    return Payload(text, kind, host, tuple(sorted(unique.values(), key=lambda risk: -risk.weight)))


def classify(text: str) -> str:
    """Return what a payload is: url, wifi, contact, event, phone, sms, mail, place, otp, payment, login, app, text …"""
    low = text.lower()
    for start, kind in _STARTS:
        if low.startswith(start):
            return kind
    if _EMV.fullmatch(text) or any(mark in low for mark in known.PAYMENTS):
        return "payment"
    bare = low.partition("://")[2] or low
    if any(bare.startswith(mark) or low.startswith(mark) for mark in known.GROUPS):
        return "group"
    if any(mark in low.partition("?")[0] or low.startswith(mark) for mark in known.LOGINS):
        return "login"
    if any(low.startswith(mark) or bare.startswith(mark) for mark in known.APPS) or _suffix(text) in known.PROGRAMS:
        return "app"
    if any(low.startswith(mark) or bare.startswith(mark) for mark in known.STORES):
        return "store"
    if _WEB.match(text) or _BARE.fullmatch(text):
        return "url"
    if _SCHEME.match(text) and "://" in text:
        return "link"
    return "text"


def together(payloads: list[Payload]) -> tuple[Risk, ...]:
    """Return the risks of several codes at one place: each alone may be harmless."""
    owners = {registrable(entry.host) for entry in payloads if entry.host}
    if len(owners) > 1:
        return (_risk(2, "domains", count=len(owners)),)
    return ()


def registrable(host: str) -> str:
    """Return the part of a host name that somebody registered: the last two labels, three below com.cn and the like."""
    labels = host.lower().rstrip(".").split(".")
    count = 3 if ".".join(labels[-2:]) in known.ENDINGS else 2
    return ".".join(labels[-count:])


def _risk(weight: Weight, code: str, **values: str | int) -> Risk:
    return Risk(weight, Reason(f"qr.{code}", tuple(values.items())))


def _by_kind(kind: str, text: str) -> Iterator[Risk]:
    weights: dict[str, Weight] = {
        "payment": 2, "login": 3, "group": 2, "app": 3, "otp": 3, "script": 3, "file": 3, "link": 2,
        "store": 2, "place": 1,
    }  # fmt: skip
    if kind in weights:
        yield _risk(weights[kind], f"risk.{kind}")
    if kind == "wifi":
        yield from _wifi(text)
    elif kind in ("phone", "sms"):
        yield from _number(text, kind)
    elif kind == "contact":
        filled = len(
            re.findall(r"(?im)^(?:TEL|EMAIL|ADR|ORG|TITLE|NOTE|BDAY)\b|(?:TEL|EMAIL|ADR|ORG|NOTE|BDAY):", text)
        )
        yield _risk(2 if filled >= 4 else 1, "risk.contact")
    elif kind == "mail":
        yield _risk(1, "risk.mail")


def _wifi(text: str) -> Iterator[Risk]:
    fields = dict(re.findall(r"(?:^WIFI:|;)([A-Z]+):((?:\\.|[^;\\])*)", text, re.IGNORECASE))
    fields = {name.upper(): value for name, value in fields.items()}
    method = fields.get("T", "").lower()
    if method in _WEAK:
        yield _risk(3 if method == "wep" else 2, "risk.wifi-open")
    if fields.get("P"):
        yield _risk(2, "risk.wifi-password")
    if fields.get("H", "").lower() == "true":
        yield _risk(1, "risk.wifi-hidden")


def _number(text: str, kind: str) -> Iterator[Risk]:
    number = re.sub(r"[^\d+]", "", re.split(r"[:?]", text, maxsplit=2)[1] if ":" in text else text)
    if _PREMIUM.fullmatch(number):
        yield _risk(2, "risk.premium")
    elif number.startswith(("+", "00")) and not number.startswith(("+86", "0086", "+852", "+853", "+886")):
        yield _risk(2, "risk.abroad")
    elif kind == "sms" and len(number) <= 8:
        yield _risk(2, "risk.short-number")
    if kind == "sms":
        yield _risk(1, "risk.sms")


def _address(text: str, kind: str) -> str:
    """Return the web address in a payload, with a scheme; empty when there is none."""
    if re.match(r"https?://", text, re.IGNORECASE):
        return text
    if (
        kind in ("url", "group", "login", "payment", "app")
        and _BARE.match(text)
        and "://" not in text.partition("/")[0]
    ):
        return "" if _SCHEME.match(text) and not re.match(r"[^/]*:\d", text) else f"http://{text}"
    inner = re.search(r"https?://[^\s\"'<>;]+", text)
    return inner.group() if inner and kind != "contact" else ""


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _of_address(address: str, host: str) -> Iterator[Risk]:
    yield from _of_form(address, host)
    if number := _ip(host):
        inside = number.is_private and str(number) == host.strip("[]")
        yield _risk(2, "risk.internal", host=host) if inside else _risk(3, "risk.ip", host=str(number))
        return
    if "." not in host or host.endswith((".local", ".internal", ".lan", ".intranet", ".corp", ".home.arpa")):
        yield _risk(2, "risk.internal", host=host)
        return
    yield from _of_name(host)
    yield from _of_owner(address, host)


def _of_form(address: str, host: str) -> Iterator[Risk]:
    if address.lower().startswith("http://"):
        yield _risk(2, "risk.not-https")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        yield _risk(3, "risk.malformed")
        return
    if "@" in parts.netloc:
        yield _risk(3, "risk.userinfo", host=host)
    if port not in (None, 80, 443):
        yield _risk(2, "risk.port", port=port or 0)
    if len(address) > _LONG:
        yield _risk(1, "risk.long", count=len(address))
    suffix = _suffix(address)
    if suffix in known.PROGRAMS:
        yield _risk(3, "risk.program", suffix=suffix)
    elif suffix in known.PACKED:
        yield _risk(2, "risk.packed", suffix=suffix)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if any(name.lower() in known.REDIRECTS and _leads(value) for name, value in query):
        yield _risk(2, "risk.redirect")
    if any(name.lower() in known.SECRETS and len(value) >= 6 for name, value in query):
        yield _risk(2, "risk.secret")
    if _tells(f"{parts.query}#{parts.fragment}"):
        yield _risk(2, "risk.personal")


def _leads(value: str) -> bool:
    """Whether a parameter is itself an address, however often it is encoded."""
    for _ in range(3):
        if re.match(r"(?:[a-z][a-z0-9+.-]*:)?(?://|\\\\)|www\.", value, re.IGNORECASE):
            return True
        value = unquote(value)
    return False


def _tells(text: str) -> bool:
    """Whether a query or fragment names a person: in clear, or behind base64."""
    text = unquote(text)
    if _TELLING.search(text):
        return True
    for found in _ENCODED.finditer(text):
        raw = found.group().replace("-", "+").replace("_", "/")
        try:
            plain = base64.b64decode(raw.rstrip("=") + "=" * (-len(raw.rstrip("=")) % 4), validate=True)
        except binascii.Error:
            continue
        if _TELLING.search(plain.decode("utf-8", "ignore")):
            return True
    return False


def _suffix(address: str) -> str:
    path = address.partition("?")[0].partition("#")[0]
    rest = path.partition("://")[2] or path
    name = rest.rpartition("/")[2] if "/" in rest else ""
    return unquote(name).rpartition(".")[2].lower() if "." in unquote(name) else ""


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the number behind a host that is one: dotted, decimal, hexadecimal or octal, as browsers read it."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"0x[0-9a-f]+|[0-9]+", part, re.IGNORECASE) for part in parts):
        return None
    try:
        numbers = [int(part, _base(part)) for part in parts]
        value = sum(number << 8 * (3 - index) for index, number in enumerate(numbers[:-1])) + numbers[-1]
        return ipaddress.IPv4Address(value)
    except ValueError:
        return None


def _base(part: str) -> int:
    return 16 if part[:2].lower() == "0x" else 8 if part[0] == "0" and part != "0" else 10


def _of_name(host: str) -> Iterator[Risk]:
    """Judge letters that look like others: punycode, and scripts mixed inside a label."""
    labels = [_unpuny(label) for label in host.split(".")]
    if any(label.startswith("xn--") for label in host.split(".")):
        yield _risk(2, "risk.punycode", host=".".join(labels))
    if any(_mixed(label) for label in labels):
        yield _risk(3, "risk.mixed", host=".".join(labels))


def _unpuny(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode().decode("punycode")
    except (UnicodeError, ValueError):
        return label


def _mixed(label: str) -> bool:
    scripts = {_script(char) for char in label if char.isalpha()}
    return len(scripts) > 1 or bool(scripts & {"Cyrillic", "Greek"} and re.search("[a-z]", label))


def _script(char: str) -> str:
    code = ord(char)
    bounds = (
        (0x0250, "Latin"),
        (0x0370, "other"),
        (0x0400, "Greek"),
        (0x0530, "Cyrillic"),
        (0x1E00, "other"),
        (0x2000, "Latin"),
    )
    if code >= 0x2E80:
        return "East Asian"
    return next((name for end, name in bounds if code < end), "other")


def _of_owner(address: str, host: str) -> Iterator[Risk]:
    owner = registrable(host)
    matches = {name for name in (host, owner) if name in known.SHORTENERS}
    if matches:
        yield _risk(2, "risk.shortened", host=owner)
    if {host, owner} & known.CHANGEABLE:
        yield _risk(2, "risk.changeable", host=owner)
    free = any(host == name or host.endswith(f".{name}") for name in known.HOSTING)
    if free:
        yield _risk(2, "risk.hosted", host=host)
    brand = _posing(host, owner)
    if brand:
        yield _risk(3, "risk.posing", brand=brand, host=owner)
    cheap = owner.rpartition(".")[2] in known.RISKY_ENDINGS
    if cheap:
        yield _risk(1, "risk.ending", host=owner)
    lure = next((word for word in known.LURES if word in unquote(address).lower()), "")
    if lure and not _official(owner):
        yield _risk(3 if cheap or free or matches else 2, "risk.lure", word=lure)


def _official(owner: str) -> bool:
    return owner.endswith((".gov.cn", ".edu.cn", ".gov.hk", ".gov.tw", ".gov.mo", ".gov")) or any(
        owner in homes for homes in known.BRANDS.values()
    )


def _posing(host: str, owner: str) -> str:
    """Return the brand whose name a host uses without being its home, also with digits for letters."""
    if _official(owner):
        return ""
    flat = re.sub(r"rn", "m", host.translate(_FOLD)).replace("vv", "w")
    for brand, homes in known.BRANDS.items():
        if owner in homes:
            return ""
        folded = brand.translate(_FOLD)
        tokens = re.split(r"[.-]", flat)
        stem = flat.rpartition(".")[0] or flat
        near = len(brand) >= 5 and any(_near(token, folded) for token in tokens)
        if folded in tokens[:-1] or near or (len(brand) >= 5 and folded in stem) or any(home in host for home in homes):
            return brand
    return ""


def _near(token: str, brand: str) -> bool:
    """Whether one letter was changed, left out or doubled."""
    if token == brand or abs(len(token) - len(brand)) > 1:
        return False
    short, long = sorted((token, brand), key=len)
    at = next((index for index, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return long[at + 1 :] == short[at + (len(short) == len(long)) :]
