"""What stands on an asset label: its QR code and how that is read again."""

from __future__ import annotations

from urllib.parse import quote

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shoumi.console.assets.models import Device


def code(device: Device) -> str:
    """Return what the QR code says: the address of its scan page where there is one for phones, else its number."""
    return f"{settings.PUBLIC}/assets/q/{quote(device.number, safe='')}/" if settings.PUBLIC else device.number


def picture(device: Device) -> SafeString:
    """Return the QR code as SVG without any style."""
    svg = segno.make(code(device), error="m", micro=False).svg_inline(
        border=1, dark="#000000", light="#ffffff", omitsize=True
    )
    return mark_safe(svg)  # noqa: S308  (made of squares; the text is not in it)
