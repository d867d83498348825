"""Passwords, keys and tokens: candidates in, detections out; nothing is ever tried online.

A rule's pattern names the part that is secret; a validator decides whether it is a real value: tokens by their form,
assigned values by how random they look. Placeholders, variables, calls and types are none. Snippets keep at most the
first four characters of a token, which tell its kind, and nothing of a password.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, Final

from shoumi.engine.detector import Candidate, Detection, Hits, candidates
from shoumi.engine.errors import RuleError
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Reason, Severity
from shoumi.engine.view import View

PLACEHOLDER: Final = re.compile(
    r"example|sample|placeholder|dummy|fake|redacted|change.?me|change.?it|your[-_ ]|yours|insert|replace|todo|fixme"
    r"|xxxx|\*{3}|\.{3}|…|<[^>]*>|\$\{|\{\{|\$\(|%\(|%s|%[A-Z_]+%|\{[a-z_.0-9]*\}|^\$|^@|^env[.:]|secret[-_]?here|0{8}|1234567890ab|abcdefgh|qwerty"
    r"|mot[-_ ]?de[-_ ]?passe|kennwort|passwort|contrase[nñ]a|senha|пароль|パスワード|密码|密碼|口令|비밀번호"
    r"|deadbeef|foobar|lorem|(.)\1{5}|my[-_]?(?:secret|password|token|key)|^(?:test|demo|foo|bar|baz)",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(
    r"(?:none|null|nil|undefined|true|false|yes|no|str|string|text|bytes|int|optional|any|object|password|passwd|pass"
    r"|passphrase|pwd|secret|token|required|empty|default|admin|root|user|username|login|hidden|value|void|self|this"
    r"|public|private|const|char|varchar|unknown|disabled|enabled|prompt|input|ask|secretstr|credentials?|see|the|is|an?"
    r"|(?:md5|sha-?\d*|scram|bcrypt|base64|aes-?\d*|utf-?8)(?:[-_ ][a-z0-9-]+)*"  # how it is kept, in prose
    r"|must|should|will|not|for|and|or|in|on|to|of|with|hash(?:ed)?|encrypted|plain|field|auto)",
    re.IGNORECASE,
)
_NOT_LITERAL: Final = re.compile(r"[()\[\]{}<>|`]|=>|->|::|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|^[-/.#&]|^https?:")
_FIELDS: Final = re.compile(r"[A-Za-z_]+(?::[A-Za-z_]+)+")  # password:UID:GID: the fields of a file
_NAME: Final = re.compile(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+|[a-z][a-z0-9]*(?:[_.-][a-z0-9]+)+")  # of a thing in code
_CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "roles", "email", "uid"})
_SHOWN: Final = 4  # characters of a token that tell its kind

Judged = tuple[Severity | None, float, str]  # severity (None: the rule's), confidence, code of the reason
Check = Callable[[str, Rule], Judged | str]  # a text is the code of the reason why it is none
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a validator under the name that rules use."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


class Credentials:
    """Decides about passwords, keys and tokens."""

    name: ClassVar[str] = "credentials"
    version: ClassVar[int] = 1

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        del settings  # nothing of it bears on credentials
        self._rules = rules
        for rule in rules:
            if (rule.check or "token") not in CHECKS:
                raise RuleError(rule.file, rule.line, f"{rule.id}: no validator {rule.check!r}")

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:
        """Return the credentials of a document; where two rules meet, the one that says more about the value."""
        found = [
            detection
            for rule in self._rules
            if rule.id in hits
            for candidate in candidates(view, rule, hits[rule.id])
            for detection in _detection(rule, candidate)
        ]
        return _sharpest(found, {rule.id: bool(rule.params.get("generic")) for rule in self._rules})

    @staticmethod
    def refusal(rule: Rule, _text: str, match: re.Match[str], _settings: Settings) -> tuple[Reason, ...]:
        """Return why a match of a rule's pattern is none, or that another rule explains it better."""
        secret = next((value for value in match.groupdict().values() if value is not None), match.group())
        judged = CHECKS[rule.check or "token"](secret, rule)
        return (Reason(f"credentials.{judged}" if isinstance(judged, str) else "rules.overlaps"),)


def _detection(rule: Rule, candidate: Candidate) -> Iterator[Detection]:
    group = next((name for name in rule.regex.groupindex if candidate.match.group(name) is not None), 0)
    secret = candidate.match.group(group)
    judged = CHECKS[rule.check or "token"](secret, rule)
    if isinstance(judged, str):
        return
    severity, confidence, code = judged
    start, end = candidate.span(group)
    shown = min(_SHOWN, len(secret) // 4) if rule.mask != "all" else 0
    yield Detection(
        rule.id,
        *candidate.span(),
        secret,
        (Reason(f"credentials.{code}"),),
        confidence,
        severity,
        mask="all",
        secret=(start + len(secret[:shown].encode()), end),
        data={"kind": rule.params.get("kind", rule.id.partition(".")[2])},
    )


def _sharpest(found: list[Detection], generic: dict[str, bool]) -> list[Detection]:
    """Return the detections without general ones whose secret a special one holds as well."""
    special = sorted((entry.start, entry.end) for entry in found if not generic[entry.rule])
    kept = []
    for entry in found:
        start, end = entry.secret or (entry.start, entry.end)
        if generic[entry.rule] and any(first < end and start < last for first, last in special):
            continue
        kept.append(entry)
    return kept


def entropy(text: str) -> float:
    """Return Shannon's entropy in bits a character."""
    total = len(text)
    return -sum(count / total * math.log2(count / total) for count in Counter(text).values()) if total else 0.0


def classes(text: str) -> int:
    """Return how many of lower case, upper case, digits and others a text uses."""
    return sum(bool(re.search(kind, text)) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))


@check("token")
def token(secret: str, rule: Rule) -> Judged | str:
    """A form that only one issuer uses; ``params.entropy`` is the least randomness in bits a character."""
    if PLACEHOLDER.search(secret):
        return "placeholder"
    if entropy(secret) < float(rule.params.get("entropy", 3.0)):
        return "not-random"
    return rule.params.get("severity"), 0.95, "form"


@check("private-key")
def private_key(secret: str, _rule: Rule) -> Judged | str:
    """A key block with a body; a header alone is documentation."""
    body = re.sub(r"\\[nr]|[\s\"'+,\\]", "", re.sub(r"-----[^-]*-----", "", secret))
    body = re.sub(r"^(?:Proc-Type|DEK-Info|Version|Comment|Charset):[^\n]*$", "", body)
    if len(body) < 64 or entropy(body) < 4:
        return "no-body"
    return None, 0.99, "private-key"


@check("jwt")
def jwt(secret: str, _rule: Rule) -> Judged | str:
    """RFC 7519: the header is JSON and names an algorithm; the examples of its web site are none."""
    header, payload = (_decoded(part) for part in secret.split(".")[:2])
    try:
        named = "alg" in json.loads(header)
        claims = json.loads(payload)
    except ValueError:
        return "not-jwt"
    if not named or not isinstance(claims, dict):
        return "not-jwt"
    if not _CLAIMS & claims.keys():
        return "low", 0.4, "jwt"  # neither who nor for whom nor until when: an exercise
    if claims.get("name") == "John Doe" or claims.get("sub") in ("1234567890", "test", "user"):
        return "placeholder"
    return None, 0.95, "jwt"


@check("basic")
def basic(secret: str, rule: Rule) -> Judged | str:
    """Base64 of ``user:password`` (RFC 7617), as in headers and in Docker's configuration."""
    user, colon, password = _decoded(secret).partition(":")
    if not colon or not user.isprintable() or not password.isprintable() or not password:
        return "not-basic"
    return password_value(password, rule)


@check("assigned")
def password_value(secret: str, rule: Rule) -> Judged | str:
    """A value given to a name such as ``password``: literal, no placeholder, and as random as people make them."""
    value = secret.strip("\"'`").rstrip(",;")
    if value in rule.params.get("samples", ()):
        return "placeholder"
    if refused := _unlike(value, quoted=value != secret, rule=rule):
        return refused
    mixed, length = classes(value), len(value)
    if rule.params.get("plain_words"):  # a sentence in Chinese names it: weak passwords are passwords as well
        if length >= 6 and mixed >= 2:
            return None, 0.9, "assigned"
        return ("medium", 0.7, "assigned-weak") if length >= 6 and value.isdigit() else "not-random"
    if re.search(r"p[a@4]ssw[o0i1]rd|^p[a@4]ss(?:w[o0]rt|[0-9])", value, re.IGNORECASE):
        return "low", 0.4, "assigned-weak"
    if length >= 8 and mixed >= 3 and entropy(value) >= 2.75:
        return None, 0.85, "assigned"
    if length >= 16 and mixed >= 2 and entropy(value) >= 3.5 and re.search(r"\d", value):
        return None, 0.8, "assigned"
    if length >= 6 and re.search(r"\d", value) and re.search(r"[A-Za-z]", value):
        return "low", 0.5, "assigned-weak"
    return "not-random"


@check("random")
def random_value(secret: str, rule: Rule) -> Judged | str:
    """A long value that only a generator makes."""
    if secret in rule.params.get("samples", ()) or PLACEHOLDER.search(secret) or _NOT_LITERAL.search(secret):
        return "placeholder"
    if not re.search(r"\d", secret) or not re.search(r"[A-Za-z]", secret) or _NAME.fullmatch(secret):
        return "not-random"
    if entropy(secret) < float(rule.params.get("entropy", 3.2)):
        return "not-random"
    return None, 0.85, "assigned"


@check("hash")
def password_hash(secret: str, _rule: Rule) -> Judged | str:
    """A hash as crypt(5) writes it: it can be tried offline."""
    return "not-random" if entropy(secret) < 3.5 else (None, 0.9, "form")


@check("url")
def url(secret: str, _rule: Rule) -> Judged | str:
    """The password of ``scheme://user:password@host``."""
    if PLACEHOLDER.search(secret) or _WORDS.fullmatch(secret) or re.search(r"[<>{}()\[\]]|^\$", secret):
        return "placeholder"
    if len(secret) < 6 or (classes(secret) < 2 and not secret.isdigit()):
        return "low", 0.5, "assigned-weak"
    return None, 0.9, "url"


def _unlike(value: str, *, quoted: bool, rule: Rule) -> str:
    """Return the code of the reason why a value cannot be a password, or nothing."""
    if not value or PLACEHOLDER.search(value) or _WORDS.fullmatch(value.rstrip(".")) or _says_password(value):
        return "placeholder"
    if _NOT_LITERAL.search(value) or not value.isprintable() or _FIELDS.fullmatch(value):
        return "not-literal"
    if not quoted and re.fullmatch(r"[A-Za-z_.-]+", value) and not rule.params.get("plain_words"):
        return "not-literal"
    if " " in value and (not re.search(r"\d", value) or "password" in value.lower()):
        return "not-random"
    return ""


def _says_password(value: str) -> bool:
    """Whether a value is Base64 of words that speak about a password, as in manuals."""
    plain = _decoded(value) if len(value) % 4 == 0 and len(value) > 8 else ""
    return plain.isprintable() and ("password" in plain.lower() or PLACEHOLDER.search(plain) is not None)


def _decoded(part: str) -> str:
    try:
        return base64.b64decode(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4)).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


PLUGIN = Credentials
