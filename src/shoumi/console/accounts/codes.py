"""One-time codes (RFC 6238): the secret sealed under the installation's key, one step each way, every code once."""

from __future__ import annotations

import hmac
import os
import time
from typing import Any, Final

import pyotp
import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import Q

from shoumi.console.accounts.models import User

STEP: Final = 30  # seconds
_FORM: Final = b"\x01"  # version of the sealed form: AES-256-GCM, 12 bytes of nonce in front


def fresh() -> str:
    """Return a new secret, 160 bits in base 32."""
    return pyotp.random_base32()


def seal(secret: str, account: int) -> bytes:
    """Seal a secret for one account: copied to another row it opens nothing."""
    nonce = os.urandom(12)
    return _FORM + nonce + AESGCM(settings.CODE_KEY).encrypt(nonce, secret.encode(), str(account).encode())


def unseal(sealed: bytes, account: int) -> str | None:
    """Return the secret, or None when key or row is another."""
    blob = bytes(sealed)
    try:
        return AESGCM(settings.CODE_KEY).decrypt(blob[1:13], blob[13:], str(account).encode()).decode()
    except InvalidTag:
        return None


def accepts(secret: str, code: str, after: int = 0) -> int | None:
    """Return the time step that a code belongs to when it is right and later than ``after``; else None."""
    digits = code.strip().replace(" ", "")
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp, now = pyotp.TOTP(secret), int(time.time()) // STEP
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(totp.at(step * STEP), digits):
            return step if step > after else None
    return None


def spend(user: User, code: str) -> bool:
    """Tell whether the code is right, and use it up; of two requests with the same code one wins."""
    secret = unseal(user.code_secret, user.pk) if user.code_secret else None
    step = accepts(secret, code, user.code_step) if secret else None
    if step is None:
        return False
    won = User.objects.filter(Q(pk=user.pk) & Q(code_step__lt=step)).update(code_step=step)
    return bool(won)


def picture(user: Any, secret: str, issuer: str) -> str:
    """Return the QR code that an authenticator app reads, as SVG to stand in the page."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=issuer)
    return segno.make(uri, error="m").svg_inline(scale=5, border=2, dark="#1f2328", light="#ffffff", omitsize=False)
