"""Who asks a drive, and with which password. Never written anywhere, never part of a report or an error.

The user: before the ``@`` of the address, else ``SHOUMI_REMOTE_USER``. The password, whichever is there first:
``SHOUMI_REMOTE_PASSWORD_<HOST>`` (capitals, other characters as ``_``), ``SHOUMI_REMOTE_PASSWORD``, the system's
keyring (service ``shoumi``, name ``scheme://user@host``), a prompt on a terminal. S3 has its own (``AWS_…``).
"""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import dataclass, field

from shoumi.engine.remote.address import Place


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password; either may be empty."""

    user: str
    password: str = field(repr=False)


_asked: dict[str, Login] = {}  # workers are forked after the first question, and so know the answer


def login(place: Place) -> Login:
    """Return who asks at a place; asked for once in a process and those forked from it."""
    known = _asked.get(place.start)
    if known is None:
        user = place.user or os.environ.get("SHOUMI_REMOTE_USER", "")
        known = _asked[place.start] = Login(user, _password(place, user))
    return known


def _password(place: Place, user: str) -> str:
    own = re.sub(r"[^A-Z0-9]", "_", place.host.upper())
    for name in (f"SHOUMI_REMOTE_PASSWORD_{own}", "SHOUMI_REMOTE_PASSWORD"):
        if name in os.environ:
            return os.environ[name]
    if not user:
        return ""
    kept = _kept(f"{place.scheme}://{user}@{place.host}")
    if kept is None and sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        kept = getpass.getpass(f"{user} @ {place.host}: ", stream=sys.stderr)
    return kept or ""


def _kept(name: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password("shoumi", name)
    except Exception:  # a keyring that is locked, or none at all
        return None
