"""A channel's address: checked, sealed under a key of this installation, opened only to send.

Enters an address of Apprise's kind (``mailtos://…``, ``wecombot://…``), leaves a blob bound to its row.
"""

from __future__ import annotations

import os
from typing import Any, Final
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

MAIL: Final = frozenset({"mailto", "mailtos"})
GROUPS: Final = frozenset({
    "wecombot", "dingtalk", "feishu", "lark", "slack", "matrix", "matrixs", "ntfy", "ntfys", "json", "jsons",
})  # fmt: skip
_FORM: Final = b"\x01"  # version of the sealed form: AES-256-GCM, 12 bytes of nonce in front


class WrongAddress(ValueError):
    """An address that cannot be used; the message says why and never repeats it."""


def service(url: str, *, personal: bool) -> str:
    """Return the name of the service that an address speaks to. Raises WrongAddress."""
    from urllib.parse import urlsplit

    from apprise import Apprise

    parts = urlsplit(url)
    if parts.scheme not in (MAIL if personal else GROUPS):
        kinds = ", ".join(sorted(MAIL if personal else GROUPS))
        raise WrongAddress(_("Such an address begins with one of: %(kinds)s.") % {"kinds": kinds})
    if parts.scheme == "mailto" and ":" in parts.netloc.rpartition("@")[0]:
        raise WrongAddress(_("The password would travel unencrypted. Use mailtos:// instead of mailto://."))
    found = Apprise.instantiate(url)
    if found is None:
        raise WrongAddress(_("This address is not complete. Copy it again from your mail server's or robot's page."))
    return str(found.service_name)


def seal(url: str, name: str) -> bytes:
    """Seal an address for the channel of one name: copied to another row it opens nothing."""
    nonce = os.urandom(12)
    return _FORM + nonce + AESGCM(_key()).encrypt(nonce, url.encode(), name.encode())


def unseal(channel: Any) -> str | None:
    """Return the address, or None when key or row is another."""
    blob = bytes(channel.sealed)
    try:
        return AESGCM(_key()).decrypt(blob[1:13], blob[13:], channel.name.encode()).decode()
    except InvalidTag:
        return None


def _key() -> bytes:
    return settings.HOME.derive("console channels")


def send(channel: Any, title: str, body: str, to: str = "") -> bool:
    """Send one message and say whether it was taken. Nothing of the address reaches a log."""
    from apprise import Apprise

    url = unseal(channel)
    if url is None:
        return False
    if to:
        url += f"{'&' if '?' in url else '?'}to={quote(to, safe='')}"
    sender = Apprise()
    return bool(sender.add(url) and sender.notify(title=title, body=body))
