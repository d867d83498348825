"""Signing keys: made, wrapped in a passphrase, read back, named. Ed25519 (RFC 8032).

The private half is a PKCS#8 file of mode 0600 that its holder keeps; the console only ever sees the public half.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM: Final = "ed25519"
LEAST_PASSPHRASE: Final = 12  # characters


class KeyProblem(ValueError):
    """A key file that cannot be used; the message says why."""


def make(path: Path, passphrase: str) -> str:
    """Write a new wrapped key and return its public half as PEM. Raises KeyProblem; never overwrites."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise KeyProblem(f"the passphrase needs at least {LEAST_PASSPHRASE} characters")
    private = Ed25519PrivateKey.generate()
    wrapped = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyProblem(f"{path} exists already; a key is never overwritten") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())
    return pem(private.public_key())


def load(path: Path, passphrase: str) -> Ed25519PrivateKey:
    """Unwrap a key. Raises KeyProblem for a wrong passphrase or another kind of file."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyProblem(f"{path} is no key that this passphrase opens") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path} is not an Ed25519 key")
    return key


def public(text: str) -> Ed25519PublicKey:
    """Read a public key from PEM. Raises KeyProblem."""
    try:
        key = serialization.load_pem_public_key(text.strip().encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise KeyProblem("this is no public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyProblem("this is not an Ed25519 key")
    return key


def pem(key: Ed25519PublicKey) -> str:
    """Return the PEM form of a public key."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def name(key: Ed25519PublicKey) -> str:
    """Return the key's short name: 16 hex digits of the SHA-256 of its raw form."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def genuine(key: Ed25519PublicKey, signature: str, message: bytes) -> bool:
    """Tell whether a signature (hex) is the key's under the message."""
    try:
        key.verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
