"""The short stair in a cell: four steps, filled from the right for each one that is gone. Shapes only, no style."""

from __future__ import annotations

from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shoumi.console.steps import FAR

_WIDE, _RISE, _FOOT = 9, 6, 26


def _stair(left: int | None) -> SafeString:
    gone = 0 if left is None else FAR - left
    shapes = [
        (f"{'full' if place >= FAR - gone else 'open'}", 1 + place * (_WIDE + 2), _FOOT - _RISE * (place + 1))
        for place in range(FAR)
    ]
    steps = format_html_join(
        "", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        ((look, x, y, _WIDE, _FOOT - y) for look, x, y in shapes),
    )  # fmt: skip
    width = FAR * (_WIDE + 2)
    return format_html(
        '<svg class="stair" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true">{}</svg>',
        width, _FOOT + 1, width, _FOOT + 1, steps,
    )  # fmt: skip


STAIRS: Final = {left: _stair(left) for left in (None, *range(FAR + 1))}
