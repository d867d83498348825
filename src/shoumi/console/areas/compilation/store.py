"""Where manuscripts lie: sealed files in a private folder of the home, each named by chance.

Enters a token, a name and bytes; leaves a file of mode 0600, AES-256-GCM under a key of the installation; the token and
name are authenticated with it, so that one file cannot stand in another's place. Without the installation key nothing
of it can be read.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

FOLDER: Final = "manuscripts"
MOST: Final = 64 * 2**20  # bytes of one manuscript
_FORM: Final = b"\x01"  # AES-256-GCM, 12 bytes of nonce in front


class NotThere(Exception):
    """The file is gone, or was not written by this installation."""


def token() -> str:
    """Return a new name."""
    return secrets.token_hex(16)


def keep(token: str, name: str, data: bytes) -> None:
    """Seal bytes under a name."""
    folder = settings.HOME.folder(FOLDER) / token
    folder.mkdir(mode=0o700, exist_ok=True)
    nonce = os.urandom(12)
    sealed = _FORM + nonce + AESGCM(_key()).encrypt(nonce, data, _about(token, name))
    draft = folder / f".{name}.{os.getpid()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)


def take(token: str, name: str) -> bytes:
    """Return what was sealed under a name. Raises NotThere."""
    try:
        blob = _place(token, name).read_bytes()
        return AESGCM(_key()).decrypt(blob[1:13], blob[13:], _about(token, name))
    except (OSError, InvalidTag, ValueError) as error:
        raise NotThere(f"{token}/{name}") from error


def keep_json(token: str, name: str, value: Any) -> None:
    """Seal a value."""
    keep(token, name, json.dumps(value, ensure_ascii=False).encode())


def take_json(token: str, name: str) -> Any:
    """Return a sealed value. Raises NotThere."""
    return json.loads(take(token, name))


def drop(token: str, name: str) -> None:
    """Remove one file."""
    _place(token, name).unlink(missing_ok=True)


def clear(token: str, keep: tuple[str, ...] = ()) -> None:
    """Remove all files of a token but some."""
    folder = settings.HOME.path / FOLDER / token
    for one in folder.glob("*") if folder.is_dir() else ():
        if one.name not in keep:
            one.unlink(missing_ok=True)


def _place(token: str, name: str) -> Path:
    return settings.HOME.path / FOLDER / token / name


def _about(token: str, name: str) -> bytes:
    return f"{token}/{name}".encode()


def _key() -> bytes:
    return bytes(settings.HOME.derive("manuscripts"))
