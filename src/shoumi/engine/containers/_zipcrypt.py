"""Encrypted ZIP members: a stream and a password in, the stream without the encryption out.

The old encryption (APPNOTE.TXT 6.1) and the AES one (WinZip's AE-1 and AE-2, appendix E). Both tell most wrong
passwords at once, by one byte and by two; the caller finds out the others when decompressing fails.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from shoumi.engine.containers._streams import Window
from shoumi.engine.containers._zipread import Entry, fields_of
from shoumi.engine.errors import Encrypted, Unsupported
from shoumi.engine.limits import KIB

AES: Final = 99  # the method that says so
_HEADER: Final = 12
_CHUNK: Final = 64 * KIB
_MAC: Final = 10
_SALT: Final = {1: 8, 2: 12, 3: 16}  # by strength: AES-128, 192, 256
_CRC_TABLE: Final = tuple(zlib.crc32(bytes([byte]), 0xFFFFFFFF) ^ 0xFFFFFFFF for byte in range(256))


def window(stream: BinaryIO, entry: Entry) -> Window:
    """Return the member's bytes, without the code that AES puts behind them."""
    return Window(stream, entry.start, entry.packed - (_MAC if entry.encrypted and entry.method == AES else 0))


def method(entry: Entry) -> int:
    """Return the compression method below the encryption."""
    return _aes(entry)[1] if entry.method == AES else entry.method


def decrypted(entry: Entry, source: Window, password: bytes) -> io.RawIOBase | None:
    """Return the stream decrypted, or None when the password is wrong. Raises Unsupported for other encryptions."""
    if entry.flags & 0x40:
        raise Unsupported("encrypted in a way that is not read (PKWARE strong encryption)")
    return _Aes.opened(entry, source, password) if entry.method == AES else _Classic.opened(entry, source, password)


def candidates(passwords: tuple[str, ...]) -> Iterator[bytes]:
    """Yield passwords as archivers write them: UTF-8, and GB18030 where it differs."""
    for password in passwords:
        first = password.encode("utf-8", "surrogateescape")
        yield first
        second = password.encode("gb18030", "replace")
        if second != first:
            yield second


def _aes(entry: Entry) -> tuple[int, int]:
    """Return strength and method (appendix E, 0x9901). Raises Encrypted when they are not there."""
    for number, data in fields_of(entry.extra):
        if number == 0x9901 and len(data) >= 7:
            _, _, strength, below = struct.unpack_from("<H2sBH", data)
            if strength in _SALT:
                return strength, below
    raise Encrypted("encrypted, and the parameters of the encryption are damaged")


class _Stream(io.RawIOBase):
    def __init__(self, source: Window) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        return self._decrypt(self._source.read(min(size, _CHUNK)))

    def _decrypt(self, data: bytes) -> bytes:
        raise NotImplementedError


class _Classic(_Stream):
    """Three 32-bit keys that every byte of plain text changes (6.1.5)."""

    def __init__(self, source: Window, password: bytes) -> None:
        super().__init__(source)
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        low, middle, high = self._keys
        for byte in password:
            low, middle, high = _mixed(low, middle, high, byte)
        self._keys = low, middle, high

    @classmethod
    def opened(cls, entry: Entry, source: Window, password: bytes) -> _Classic | None:
        stream = cls(source, password)
        header = stream.read(_HEADER)
        expected = entry.time >> 8 if entry.flags & 8 else entry.crc >> 24
        return stream if len(header) == _HEADER and header[-1] == expected else None

    def _decrypt(self, data: bytes) -> bytes:
        low, middle, high = self._keys
        table, plain = _CRC_TABLE, bytearray(data)
        for place, byte in enumerate(data):  # _mixed by hand: a call for each byte would double the time
            mask = high | 2
            byte ^= (mask * (mask ^ 1)) >> 8 & 0xFF  # noqa: PLW2901
            plain[place] = byte
            low = table[(low ^ byte) & 0xFF] ^ low >> 8
            middle = ((middle + (low & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            high = table[(high ^ middle >> 24) & 0xFF] ^ high >> 8
        self._keys = low, middle, high
        return bytes(plain)


def _mixed(low: int, middle: int, high: int, byte: int) -> tuple[int, int, int]:
    low = _CRC_TABLE[(low ^ byte) & 0xFF] ^ low >> 8
    middle = ((middle + (low & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
    return low, middle, _CRC_TABLE[(high ^ middle >> 24) & 0xFF] ^ high >> 8


class _Aes(_Stream):
    """AES in counter mode; the counter is little-endian and begins with 1, so its blocks are made here."""

    def __init__(self, source: Window, encryptor: Any) -> None:
        super().__init__(source)
        self._encryptor = encryptor
        self._block = 1
        self._spare = b""  # key stream that was not used yet

    @classmethod
    def opened(cls, entry: Entry, source: Window, password: bytes) -> _Aes | None:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        salt_size = _SALT[_aes(entry)[0]]
        salt, check = source.read(salt_size), source.read(2)
        keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 4 * salt_size + 2)
        if keys[-2:] != check:
            return None
        cipher = Cipher(algorithms.AES(keys[: 2 * salt_size]), modes.ECB())  # noqa: S305  (the format's mode is made of it)
        return cls(source, cipher.encryptor())

    def _decrypt(self, data: bytes) -> bytes:
        missing = len(data) - len(self._spare)
        if missing > 0:
            blocks = -(-missing // 16)
            numbers = range(self._block, self._block + blocks)
            self._spare += self._encryptor.update(b"".join(number.to_bytes(16, "little") for number in numbers))
            self._block += blocks
        key, self._spare = self._spare[: len(data)], self._spare[len(data) :]
        return (int.from_bytes(data, "little") ^ int.from_bytes(key, "little")).to_bytes(len(data), "little")
