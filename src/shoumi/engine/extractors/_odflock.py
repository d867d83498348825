"""OpenDocument packages under a password: the manifest and a package in, the same package with its parts readable out.

Each part is compressed, then encrypted with a key of its own that is derived from the password (ODF 1.3 part 2, 4.8).
The two ways that offices use are known: Blowfish in CFB mode with SHA-1 (up to ODF 1.1) and AES-256 in CBC mode with
SHA-256 (since ODF 1.2); the newest one (Argon2id, AES-GCM over the whole package) is not.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, tree

_MANIFEST: Final = "META-INF/manifest.xml"
_CHECKED: Final = 1024  # bytes of a part whose checksum tells a right password
_TURNS: Final = 10_000_000  # of the key derivation: more would only cost time
_ROOM: Final = 256 * 1024 * 1024  # bytes of one part


@dataclass(frozen=True, slots=True)
class _Lock:
    """How one part is locked."""

    name: str
    start: str  # digest over the password
    algorithm: str
    vector: bytes
    salt: bytes
    turns: int
    length: int
    checksum: bytes
    checked: str


def opened(package: Package, passwords: Sequence[str]) -> bytes | None:
    """Return the package unlocked, None when no password fits or the way it is locked is not known."""
    root, _ = tree(package.chunks(_MANIFEST))
    locks = _locks(root)
    if not locks:
        return None
    first = min(locks.values(), key=lambda lock: len(package.read(lock.name)) or 1 << 40)
    for password in passwords:
        if _plain(package, first, password) is not None:
            return _unlocked(package, locks, password)
    return None


def names(package: Package) -> list[str]:
    """Return the parts that the manifest says are locked, and that are indeed no XML."""
    root, _ = tree(package.chunks(_MANIFEST))
    entries = [] if root is None else [entry for entry in root.iter("{*}file-entry") if len(entry)]
    claimed = [attribute(entry, "full-path") for entry in entries]
    return [name for name in claimed if name in package and not package.read(name).lstrip().startswith(b"<")]


def _unlocked(package: Package, locks: dict[str, _Lock], password: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in package:
            lock = locks.get(name)
            data = package.read(name) if lock is None else _plain(package, lock, password)
            if name != _MANIFEST and data is not None:
                archive.writestr(name, data)
        archive.writestr(
            _MANIFEST, '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    return out.getvalue()


def _locks(root: Element) -> dict[str, _Lock]:
    found = {}
    for entry in () if root is None else root.iter("{*}file-entry"):
        for about in entry.iterchildren("{*}encryption-data"):
            lock = _lock(attribute(entry, "full-path"), about)
            if lock is not None:
                found[lock.name] = lock
    return found


def _lock(name: str, about: Element) -> _Lock | None:
    parts = {str(entry.tag).rpartition("}")[2]: entry for entry in about.iterchildren("*")}
    if not {"algorithm", "key-derivation"} <= parts.keys():
        return None
    algorithm, key, start = parts["algorithm"], parts["key-derivation"], parts.get("start-key-generation")
    try:
        return _Lock(
            name,
            "" if start is None else attribute(start, "start-key-generation-name"),
            attribute(algorithm, "algorithm-name").lower(),
            base64.b64decode(attribute(algorithm, "initialisation-vector")),
            base64.b64decode(attribute(key, "salt")),
            min(_TURNS, int(attribute(key, "iteration-count") or "1024")),
            int(attribute(key, "key-size") or "16"),
            base64.b64decode(attribute(about, "checksum")),
            attribute(about, "checksum-type").lower(),
        )
    except (ValueError, binascii.Error):
        return None


def _plain(package: Package, lock: _Lock, password: str) -> bytes | None:
    """Return a part's content, None when the password is wrong."""
    digest = hashlib.sha256 if "sha256" in lock.start.lower() else hashlib.sha1
    key = hashlib.pbkdf2_hmac("sha1", digest(password.encode()).digest(), lock.salt, lock.turns, lock.length)
    data = _decrypted(lock, key, package.read(lock.name))
    if data is None:
        return None
    content = data[: len(data) - data[-1]] if "cbc" in lock.algorithm and data and data[-1] <= 16 else data
    summed = hashlib.sha256 if "sha256" in lock.checked else hashlib.sha1
    if lock.checksum and not hmac.compare_digest(summed(content[:_CHECKED]).digest(), lock.checksum):
        return None
    inflater = zlib.decompressobj(-15)
    try:
        return inflater.decompress(content, _ROOM)
    except zlib.error:
        return None


def _decrypted(lock: _Lock, key: bytes, data: bytes) -> bytes | None:
    try:
        cipher = _cipher(lock, key)
        decryptor = cipher.decryptor()
        return bytes(decryptor.update(data) + decryptor.finalize())
    except (ValueError, TypeError):  # a length that the method does not take
        return None


def _cipher(lock: _Lock, key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if "aes" in lock.algorithm and "cbc" in lock.algorithm:
        return Cipher(algorithms.AES(key), modes.CBC(lock.vector))
    if "blowfish" in lock.algorithm:
        from cryptography.hazmat.decrepit.ciphers import algorithms as old
        from cryptography.hazmat.decrepit.ciphers.modes import CFB

        return Cipher(old.Blowfish(key), CFB(lock.vector))
    raise ValueError(lock.algorithm)
