"""Opens old Office files that are protected by a password: a blob in, a readable compound file out.

The password that Excel itself uses for read-only files is tried first, then those the caller knows.
"""

from __future__ import annotations

import io
import struct
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.extractors._ole import Ole
from shoumi.engine.settings import Settings

USUAL: Final = ("VelvetSweatshop", "/01Hannes Ruescher/01")  # Excel's and PowerPoint's built-in ones
_LOCKED_USER: Final = 0xF3D1C4DF  # MS-PPT 2.3.2 headerToken of an encrypted presentation
_FILEPASS: Final = 0x2F


def opened(blob: Blob, settings: Settings) -> tuple[Ole, bool]:
    """Return the compound file, decrypted if a password fits, and whether it stays locked. Raises Corrupt, TooLarge."""
    data = blob.read()
    ole = Ole(data)
    if not _locked(ole):
        return ole, False
    plain = _decrypted(data, (*USUAL, *settings.passwords))
    return (ole, True) if plain is None else (Ole(plain), False)


def _locked(ole: Ole) -> bool:
    head = ole.read("WordDocument")[:12]
    if len(head) == 12 and struct.unpack_from("<H", head, 10)[0] & 0x100:
        return True
    if struct.pack("<I", _LOCKED_USER) in ole.read("Current User")[12:16]:
        return True
    return _has_filepass(ole.read("Workbook") or ole.read("Book"))


def _has_filepass(book: bytes) -> bool:
    """Whether a FILEPASS record stands among a workbook's first records, where it must."""
    at = 0
    for _ in range(8):
        if at + 4 > len(book):
            return False
        kind, size = struct.unpack_from("<HH", book, at)
        if kind == _FILEPASS:
            return True
        at += 4 + size
    return False


def _decrypted(data: bytes, passwords: tuple[str, ...]) -> bytes | None:
    import msoffcrypto

    for password in passwords:
        try:
            file = msoffcrypto.OfficeFile(io.BytesIO(data))  # type: ignore[no-untyped-call]
            file.load_key(password=password)
            out = io.BytesIO()
            file.decrypt(out)
        except Exception:  # noqa: S112  (a wrong password, an unknown method and damage raise all kinds)
            continue
        return out.getvalue()
    return None
