"""A sealed file: whatever is written into it, under a passphrase, in chunks, whole or not at all.

Form: one line of magic, one line of JSON (how the key is made), then chunks of AES-256-GCM; every
chunk but the last holds 1 MiB. The nonce is a random beginning, the number of the chunk and whether it is the
last, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that no chunk can be changed, moved,
left out or cut off. The key is made by scrypt (RFC 7914); both lines are bound to every chunk.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from typing import Any, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"SHOUMI SEALED 1\n"
LEAST: Final = 12  # characters of a passphrase
CHUNK: Final = 1 << 20
_TAG: Final = 16
_COST: Final = {"n": 1 << 17, "r": 8, "p": 1}  # 128 MiB and about half a second for each guess
_MOST: Final = 1 << 20  # of n, when reading: a made-up header must not eat the machine


class SealError(ValueError):
    """This is no such file, the passphrase is another, or the file was changed; the message says which."""


class Writer(io.RawIOBase):
    """Seals what is written. ``close`` writes the last chunk; without it the file is worth nothing."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        salt, start = os.urandom(16), os.urandom(7)
        head = {"kdf": "scrypt", **_COST, "salt": salt.hex(), "cipher": "aes-256-gcm", "start": start.hex()}
        self._head = MAGIC + json.dumps(head).encode() + b"\n"
        out.write(self._head)
        self._out, self._start, self._number, self._waiting = out, start, 0, bytearray()
        self._cipher = AESGCM(_key(passphrase, salt, _COST))

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any, /) -> int:
        """Take bytes, and seal every full chunk."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Seal what is left, as the last chunk."""
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._start, self._number, last=last), chunk, self._head))
        self._number += 1


class Reader(io.RawIOBase):
    """Gives back what was sealed. Raises SealError at the first chunk that is not as it was written."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        magic, line = file.read(len(MAGIC)), file.readline(2000)
        if magic != MAGIC:
            raise SealError("this is no backup of Shoumi")
        cost, salt, self._start = _head(line)
        self._file, self._head, self._number, self._open = file, magic + line, 0, True
        self._cipher = AESGCM(_key(passphrase, salt, cost))
        self._next, self._ready = file.read(CHUNK + _TAG), b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Give the next bytes."""
        if not self._ready and self._open:
            self._ready = self._unseal()
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _unseal(self) -> bytes:
        sealed, self._next = self._next, self._file.read(CHUNK + _TAG)
        self._open = bool(self._next)
        try:
            chunk = self._cipher.decrypt(_nonce(self._start, self._number, last=not self._open), sealed, self._head)
        except InvalidTag as error:
            first = "the passphrase is another one, or the file was changed" if self._number == 0 else "it was changed"
            raise SealError(f"{first} or cut off") from error
        self._number += 1
        return chunk


def _head(line: bytes) -> tuple[dict[str, int], bytes, bytes]:
    try:
        head = json.loads(line)
        cost = {name: int(head[name]) for name in _COST}
        salt, start = bytes.fromhex(head["salt"]), bytes.fromhex(head["start"])
        known = head["kdf"] == "scrypt" and head["cipher"] == "aes-256-gcm" and len(start) == 7
    except (ValueError, TypeError, KeyError) as error:
        raise SealError("its head cannot be read") from error
    if not known or not 1 < cost["n"] <= _MOST or cost["r"] != 8 or cost["p"] != 1:
        raise SealError("it was sealed in a way that this version does not know")
    return cost, salt, start


def _key(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    memory = 256 * cost["n"] * cost["r"]
    return hashlib.scrypt(passphrase.encode(), salt=salt, **cost, maxmem=memory, dklen=32)


def _nonce(start: bytes, number: int, *, last: bool) -> bytes:
    return start + number.to_bytes(4, "big") + bytes([last])
