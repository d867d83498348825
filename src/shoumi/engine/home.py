"""Shoumi's own folder: the installation key, the registry, the scan state, compiled rules.

Mode 0700, files 0600. The key never leaves it; purposes get keys of their own, derived by HKDF (RFC 5869), so that
knowing one says nothing of another.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path

from shoumi.engine.errors import UsageError


class Home:
    """The folder given by ``--home``, ``SHOUMI_HOME`` or the platform's custom."""

    def __init__(self, path: Path | str | None = None) -> None:
        if path is None:
            path = os.environ.get("SHOUMI_HOME") or _default()
        self.path = Path(path)

    def folder(self, name: str) -> Path:
        """Return a folder inside, made private on first use. Raises UsageError when it cannot be."""
        folder = self.path / name if name else self.path
        try:
            for place in (self.path, folder):
                if not place.is_dir():
                    place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot use {folder} ({os.strerror(error.errno or 0)}): choose another folder with --home"
            ) from error
        return folder

    @cached_property
    def key(self) -> bytes:
        """The 32-byte installation key, made on first use; two processes that start together get the same one."""
        path = self.folder("") / "key"
        try:
            if not path.exists():
                fresh = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
                descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(secrets.token_bytes(32))
                    file.flush()
                    os.fsync(file.fileno())
                try:
                    os.link(fresh, path)
                except FileExistsError:
                    pass
                finally:
                    fresh.unlink()
            key = path.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read the key in {self.path}: {os.strerror(error.errno or 0)}") from error
        if len(key) != 32:
            raise UsageError(f"the key in {self.path} is damaged: restore it from your backup (docs/security.md)")
        return key

    def derive(self, purpose: str) -> bytes:
        """Return the 32-byte key of one purpose (HKDF-SHA-256 with an empty salt)."""
        pseudo = hmac.digest(bytes(32), self.key, "sha256")
        return hmac.digest(pseudo, b"shoumi " + purpose.encode() + b"\x01", "sha256")

    @property
    def key_id(self) -> str:
        """A short name of the key, safe to show."""
        return hashlib.sha256(self.derive("key id")).hexdigest()[:16]


def _default() -> str:
    import platformdirs

    return platformdirs.user_data_dir("shoumi", appauthor=False)
