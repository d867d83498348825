"""Clearance: a reviewed manuscript's hashes, signed by two people; and the question whether a file is what they signed.

A record names the file's SHA-256, that of its normalised text (equal for the same words in another layout), salted
digests of its sentences (so that differences can be placed, although the record holds no text), what was found
and decided. Reviewer and approver sign it with Ed25519 keys (RFC 8032) that were enrolled for their role; neither may
be the compiler, and nobody signs twice. Who verifies names the keys to trust: a key that a clearance brings along
says nothing.
"""

from __future__ import annotations

import difflib
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from shoumi.engine.errors import OutputError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.review import Sheet, text_digest

Role: TypeAlias = Literal["reviewer", "approver"]
Answer: TypeAlias = Literal["same", "layout", "changed"]
ROLES: Final[tuple[Role, ...]] = ("reviewer", "approver")
FORMAT: Final = "shoumi-clearance-1"
ALGORITHM: Final = "Ed25519"
_ENROLLED: Final = "clearance-keys.json"
_SENTENCE: Final = re.compile(r"(?<=[。！？!?；;])|(?<=\.)(?=\s)")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A key that a home accepts for signing: whose it is and for which role."""

    id: str
    name: str
    role: str
    public: str  # base 16 of the 32 bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """One change against the cleared text. ``text``: what stands in the file now, empty when something is gone."""

    kind: Literal["added", "removed", "replaced"]
    sentence: int  # of the cleared text, from 1
    count: int  # sentences of the cleared text that are gone
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and who signed."""

    answer: Answer
    signers: tuple[tuple[str, str], ...]  # role, key id
    differences: tuple[Difference, ...] = ()


def record(sheet: Sheet, compiler: str) -> dict[str, Any]:
    """Return the unsigned record of a review."""
    from shoumi.engine.passages.normalise import FOLDING

    salt = secrets.token_hex(16)
    decided = {hit.match.id: hit.decision for hit in sheet.hits}
    return {
        "format": FORMAT,
        "file": {"name": os.path.basename(sheet.path), "sha256": sheet.sha256, "text_sha256": sheet.text_sha256},
        "folding": FOLDING,
        "sentences": {"salt": salt, "digests": _digests(_texts(sheet), salt)},
        "compiler": compiler,
        "level": sheet.level_name or None,
        "term": sheet.term,
        "sources": [
            {"id": source.id, "level": source.level, "share": round(source.share, 3)} for source in sheet.sources
        ],
        "findings": {
            id_: None
            if decision is None
            else {"verdict": decision.verdict, "reason": decision.reason, "by": decision.by}
            for id_, decision in sorted(decided.items())
        },
        "gaps": [gap.as_json() for gap in sheet.gaps],
        "registry": sheet.generation,
    }


def _texts(sheet: Sheet) -> list[str]:
    return [piece.segment.text for piece in sheet.pieces]


def sentences(texts: Sequence[str]) -> list[str]:
    """Return the sentences of a text in any layout: line breaks do not count."""
    flat = re.sub(r"\s*[\r\n\f\t]+\s*", "\n", "\n".join(texts))
    flat = re.sub(r"(?<=[^\x00-\x7f])\n|\n(?=[^\x00-\x7f])", "", flat).replace("\n", " ")
    return [part for part in _SENTENCE.split(flat) if any(char.isalnum() for char in part)]


def _digests(texts: Sequence[str], salt: str) -> list[str]:
    return [_digest(sentence, salt) for sentence in sentences(texts)]


def _digest(sentence: str, salt: str) -> str:
    return hmac.digest(bytes.fromhex(salt), text_digest((sentence,)).encode(), "sha256")[:8].hex()


def _canonical(role: str, body: Mapping[str, Any]) -> bytes:
    return (
        f"{FORMAT}\0{role}\0".encode()
        + json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )


def message(role: Role, clearance: dict[str, Any]) -> bytes:
    """Return what a signature in a role is made over: the record without signatures. Raises UsageError."""
    return _canonical(role, _body(clearance))


def generate(path: Path, passphrase: bytes | None) -> str:
    """Write a private key (PEM, 0600, encrypted under a passphrase when given) and its public one; returns its id.

    Raises OutputError; a key that exists is never overwritten.
    """
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    wrap = form.BestAvailableEncryption(passphrase) if passphrase else form.NoEncryption()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, wrap)
    public = key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    try:
        for target, data in ((path, private), (path.with_name(path.name + ".pub"), public)):
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
    except OSError as error:
        raise OutputError(f"cannot write {error.filename}: {os.strerror(error.errno or 0)}") from error
    return key_id(key.public_key().public_bytes_raw())


def key_id(public: bytes) -> str:
    """Return the short name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def public_key(path: Path) -> bytes:
    """Read a public key file. Raises UsageError."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no public key (PEM, as `shoumi clearance keygen` writes it)") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} is no {ALGORITHM} key")
    return key.public_bytes_raw()


def enroll(home: Home, public: bytes, name: str, role: str) -> Enrolled:
    """Accept a key for a role. Raises UsageError when the key or the name is enrolled for another role already."""
    entries = enrolled(home)
    entry = Enrolled(key_id(public), name, role, public.hex())
    for other in entries:
        if other.id == entry.id or (other.name == name and other.role != role):
            raise UsageError(f"{other.name} is enrolled as {other.role} already: one person, one role")
    body = json.dumps(
        [[getattr(one, field) for field in ("id", "name", "role", "public")] for one in [*entries, entry]]
    )
    seal = hmac.digest(home.derive("clearance keys"), body.encode(), "sha256").hex()
    path = home.folder("") / _ENROLLED
    draft = path.with_suffix(f".{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"seal": seal, "keys": body}, file)
    draft.replace(path)
    return entry


def enrolled(home: Home) -> list[Enrolled]:
    """Return the enrolled keys. Raises UsageError when the list was changed without the installation key."""
    path = home.path / _ENROLLED
    if not path.exists():
        return []
    try:
        stored = json.loads(path.read_text("utf-8"))
        seal = hmac.digest(home.derive("clearance keys"), stored["keys"].encode(), "sha256").hex()
        if not hmac.compare_digest(seal, stored["seal"]):
            raise UsageError(f"{path} was changed: enroll the keys again")
        return [Enrolled(*entry) for entry in json.loads(stored["keys"])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is damaged: enroll the keys again") from error


def sign(home: Home, clearance: dict[str, Any], role: Role, key_path: Path, passphrase: bytes | None) -> dict[str, Any]:
    """Return the clearance with one more signature. Raises UsageError when this person must not sign it."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    body = _body(clearance)
    try:
        key = serialization.load_pem_private_key(key_path.read_bytes(), passphrase)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{key_path}: no private key, or another passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{key_path} is no {ALGORITHM} key")
    own = key_id(key.public_key().public_bytes_raw())
    entry = next((one for one in enrolled(home) if one.id == own), None)
    if entry is None or entry.role != role:
        raise UsageError(f"this key is not enrolled as {role}: `shoumi clearance enroll` does it")
    if body["compiler"] in (entry.name, entry.id):
        raise UsageError(f"{entry.name} compiled this manuscript and cannot clear it")
    open_ = [id_ for id_, decision in body["findings"].items() if decision is None]
    if open_:
        raise UsageError(f"{len(open_)} findings are not decided: review with --decisions first")
    unsettled = sum(decision["verdict"] in ("remove", "rewrite") for decision in body["findings"].values())
    if unsettled:
        raise UsageError(f"{unsettled} findings were to be removed or rewritten and still stand in the manuscript")
    signatures = [one for one in clearance.get("signatures", ()) if one.get("role") != role]
    if any(one.get("key") == own for one in signatures):
        raise UsageError(f"{entry.name} has signed already: two people are needed")
    signature = key.sign(_canonical(role, body)).hex()
    signatures.append({"role": role, "key": own, "algorithm": ALGORITHM, "signature": signature})
    return {"record": body, "signatures": signatures}


def _body(clearance: Any) -> dict[str, Any]:
    body = clearance.get("record", clearance) if isinstance(clearance, dict) else None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise UsageError("this is no record of a review, or one of another version")
    shape = (("file", dict), ("sentences", dict), ("findings", dict), ("compiler", str))
    if any(not isinstance(body.get(name), kind) for name, kind in shape):
        raise UsageError("the record is not complete")
    return body


def read(path: Path) -> dict[str, Any]:
    """Read a record or clearance. Raises UsageError."""
    try:
        clearance: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no record or clearance") from error
    _body(clearance)
    return clearance


def verify(sha256: str, texts: Sequence[str], clearance: dict[str, Any], trusted: Sequence[bytes]) -> Verdict:
    """Say whether a file is what was cleared; ``trusted`` are public keys. Raises UsageError for want of signatures."""
    from shoumi.engine.passages.normalise import FOLDING

    body = _body(clearance)
    signers = _signers(clearance, body, trusted)
    if body["file"]["sha256"] == sha256:
        return Verdict("same", signers)
    if body["file"]["text_sha256"] == text_digest(texts):
        return Verdict("layout", signers)
    if body.get("folding", 1) != FOLDING:
        raise UsageError(
            "the file is not the one that was cleared, and another version of Shoumi wrote the record, so that their "
            "texts cannot be compared: review the file again"
        )
    return Verdict("changed", signers, tuple(_differences(texts, body["sentences"])))


def _signers(clearance: dict[str, Any], body: dict[str, Any], trusted: Sequence[bytes]) -> tuple[tuple[str, str], ...]:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    keys = {key_id(public): public for public in trusted}
    good: dict[str, str] = {}
    for one in clearance.get("signatures", ()):
        role, key = str(one.get("role")), str(one.get("key"))
        if role not in ROLES or key not in keys or one.get("algorithm") != ALGORITHM:
            continue
        try:
            signature = bytes.fromhex(str(one.get("signature")))
            Ed25519PublicKey.from_public_bytes(keys[key]).verify(signature, _canonical(role, body))
        except (InvalidSignature, ValueError):
            continue
        good[role] = key
    missing = [role for role in ROLES if role not in good]
    if missing:
        raise UsageError(f"no valid signature of a trusted key as {' and '.join(missing)}")
    if len(set(good.values())) < len(ROLES):
        raise UsageError("one key signed in both roles: two people are needed")
    return tuple((role, good[role]) for role in ROLES)


def _differences(texts: Sequence[str], stored: Mapping[str, Any]) -> list[Difference]:
    now = sentences(texts)
    salt = str(stored["salt"])
    matcher = difflib.SequenceMatcher(
        None, list(stored["digests"]), [_digest(one, salt) for one in now], autojunk=False
    )
    found = []
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            continue
        text = " ".join(part.strip() for part in now[start:end])
        name: Literal["added", "removed", "replaced"] = (
            "added" if kind == "insert" else "removed" if kind == "delete" else "replaced"
        )
        found.append(Difference(name, first + 1, last - first, text))
    return found
