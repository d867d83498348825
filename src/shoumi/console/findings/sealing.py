"""Text that two enrolled persons together can open, and one alone cannot; nor can the machine without them.

A random key encrypts the text (AES-256-GCM). The key is split two-of-n: a line over GF(2⁸), a point of it for each
person; one point says nothing of the line (Shamir 1979). Each point is encrypted to a person's X25519 key, whose
private half is kept under that person's own passphrase (scrypt). When one person asks, their point is encrypted again
to the others, so that nothing lies open while it waits.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

KEY: Final = "x25519+scrypt-15-8-1+aes-256-gcm"
ALGORITHM: Final = "aes-256-gcm+shamir-2-gf256+x25519-hkdf-sha256"
_SALT, _NONCE, _PUBLIC = 16, 12, 32


class WrongPassphrase(Exception):
    """The passphrase does not open the key."""


class Damaged(Exception):
    """What was sealed cannot be opened: changed, or not for this key."""


def new_key(passphrase: str) -> tuple[str, str]:
    """Return a new key pair: the public half, and the private half under the passphrase."""
    key = X25519PrivateKey.generate()
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, key.private_bytes_raw(), KEY.encode())
    return key.public_key().public_bytes_raw().hex(), _text(salt + nonce + sealed)


def open_key(wrapped: str, passphrase: str) -> X25519PrivateKey:
    """Return the private key. Raises WrongPassphrase."""
    raw = base64.b64decode(wrapped)
    salt, nonce, sealed = raw[:_SALT], raw[_SALT : _SALT + _NONCE], raw[_SALT + _NONCE :]
    try:
        return X25519PrivateKey.from_private_bytes(
            AESGCM(_stretched(passphrase, salt)).decrypt(nonce, sealed, KEY.encode())
        )
    except InvalidTag as error:
        raise WrongPassphrase from error


def seal(text: str, publics: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the encrypted text and a sealed share for each of the people, who are at least two."""
    if len(publics) < 2:
        raise ValueError("two people at least must be able to open it")
    key, nonce = os.urandom(32), os.urandom(_NONCE)
    sealed = _text(nonce + AESGCM(key).encrypt(nonce, text.encode(), ALGORITHM.encode()))
    points = split(key, len(publics))
    return sealed, {
        who: box(public, point) for (who, public), point in zip(sorted(publics.items()), points, strict=True)
    }


def unseal(sealed: str, one: bytes, other: bytes) -> str:
    """Return the text from two different shares. Raises Damaged."""
    raw = base64.b64decode(sealed)
    try:
        return AESGCM(combine(one, other)).decrypt(raw[:_NONCE], raw[_NONCE:], ALGORITHM.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Damaged from error


def box(public: str, content: bytes) -> str:
    """Return content that only the holder of a key can read."""
    to = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    once = X25519PrivateKey.generate()
    sender = once.public_key().public_bytes_raw()
    key = _agreed(once.exchange(to), sender + bytes.fromhex(public))
    return _text(sender + AESGCM(key).encrypt(bytes(_NONCE), content, None))  # the key is used once


def unbox(key: X25519PrivateKey, boxed: str) -> bytes:
    """Return what was boxed for a key. Raises Damaged."""
    raw = base64.b64decode(boxed)
    sender, sealed = raw[:_PUBLIC], raw[_PUBLIC:]
    shared = key.exchange(X25519PublicKey.from_public_bytes(sender))
    try:
        return AESGCM(_agreed(shared, sender + key.public_key().public_bytes_raw())).decrypt(
            bytes(_NONCE), sealed, None
        )
    except InvalidTag as error:
        raise Damaged from error


def split(secret: bytes, count: int) -> list[bytes]:
    """Return ``count`` points of a line through the secret: each begins with its x, from 1."""
    if not 2 <= count <= 255:
        raise ValueError("a secret is split among 2 to 255 people")
    slope = os.urandom(len(secret))
    return [
        bytes([x]) + bytes(value ^ _times(rise, x) for value, rise in zip(secret, slope, strict=True))
        for x in range(1, count + 1)
    ]


def combine(one: bytes, other: bytes) -> bytes:
    """Return the secret from two points: the line's value at 0."""
    x, z = one[0], other[0]
    if x == z or len(one) != len(other) or 0 in (x, z):
        raise ValueError("two different shares of one secret are needed")
    first, second = _times(z, _inverse(x ^ z)), _times(x, _inverse(x ^ z))
    return bytes(_times(a, first) ^ _times(b, second) for a, b in zip(one[1:], other[1:], strict=True))


def _times(a: int, b: int) -> int:
    """Multiply in GF(2⁸) modulo x⁸+x⁴+x³+x+1; always eight rounds."""
    product = 0
    for _ in range(8):
        product ^= a & -(b & 1)
        b >>= 1
        a = (a << 1) ^ (0x11B & -(a >> 7))
    return product & 0xFF


def _inverse(a: int) -> int:
    """Return a²⁵⁴, which is the inverse of a."""
    result, power = 1, 254
    while power:
        if power & 1:
            result = _times(result, a)
        a, power = _times(a, a), power >> 1
    return result


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def _agreed(shared: bytes, context: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"shoumi evidence " + context).derive(shared)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
