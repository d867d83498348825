"""Tokens as secrets: made, found by their digest, counted, and as keys that seal answers."""

from __future__ import annotations

import hashlib
import os
import secrets
from datetime import timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db.models import F
from django.utils import timezone

from shoumi.console.accounts.models import User
from shoumi.console.api.models import Token

START: Final = "shoumi_"
PER_MINUTE: Final = 120
_NOTED: Final = timedelta(seconds=60)  # how exact "last used" is


def fresh() -> str:
    """Return a new token: 256 bits, with a beginning that scanners for secrets recognise."""
    return START + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> Token | None:
    """Return a living token of an open account, with the account and its person."""
    if not token.startswith(START):
        return None
    found = Token.objects.filter(digest=digest(token), ended=None).first()
    user = User.objects.full().filter(pk=found.user_id, is_active=True).first() if found else None
    if found is None or user is None or not found.alive(timezone.now()):
        return None
    found.user = user
    return found


def count(token: Token) -> bool:
    """Count one request and say whether it is within the limit of this minute."""
    now = timezone.now()
    minute, rows = int(now.timestamp() // 60), Token.objects.filter(pk=token.pk)
    if not rows.filter(minute=minute).update(count=F("count") + 1):
        rows.update(minute=minute, count=1)
    if token.used is None or abs(now - token.used) > _NOTED:
        rows.update(used=now)
    return rows.values_list("count", flat=True).get() <= PER_MINUTE


def seal(token: str, text: bytes) -> bytes:
    """Seal an answer so that only who holds the token reads it."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(token)).encrypt(nonce, text, None)


def unseal(token: str, sealed: Any) -> bytes | None:
    """Return a sealed answer, or None under another token."""
    blob = bytes(sealed)
    try:
        return AESGCM(_key(token)).decrypt(blob[:12], blob[12:], None)
    except InvalidTag:
        return None


def _key(token: str) -> bytes:
    return hashlib.sha256(f"answers {token}".encode()).digest()
