"""Differences and parts in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shoumi.console.areas.devices.models import Difference

PARTS: Final = {
    "hardware": _("machine"), "processor": _("processor"), "memory": _("memory module"), "disks": _("disk"),
    "network": _("network card"), "usb": _("USB device"), "usb_history": _("USB device plugged in earlier"),
    "system": _("operating system"),
}  # fmt: skip
_CHANGES: Final = {
    "added": _("New: %(part)s %(what)s"),
    "removed": _("Gone: %(part)s %(what)s"),
    "changed": _("Changed: %(part)s %(what)s, from %(before)s to %(after)s"),
    "unseen": _("Could not be compared: %(part)s %(what)s"),
}


def differing(one: Difference) -> str:
    """Return a difference as a sentence."""
    change = one.change if not (one.change == "changed" and isinstance(one.after, dict)) else "altered"
    sentence = _CHANGES.get(change, _("Changed: %(part)s %(what)s"))
    words = {"part": PARTS.get(one.part, one.part), "what": "" if one.what == one.part else one.what}
    return (str(sentence) % {**words, "before": _short(one.before), "after": _short(one.after)}).strip()


def _short(value: Any) -> str:
    return gettext("nothing") if value is None else str(value)[:80]


def size(count: int | None) -> str:
    """Return a number of bytes with its separators."""
    return "" if count is None else f"{count:,}"
