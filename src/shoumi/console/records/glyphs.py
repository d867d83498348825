"""Which characters the font on paper has. What it lacks is printed as its number, so that nothing vanishes silently.

Enters text, leaves text: 😀 becomes [U+1F600]. An empty box would hide what stood there; a code can be looked up.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_UNSEEN: Final = ((0x09, 0x0D), (0xAD, 0xAD), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x2064), (0xFE00, 0xFE0F))


def visible(text: str) -> str:
    """Return the text with every character that the font lacks as its number."""
    return text if text.isascii() else _lacking().sub(lambda one: f"[U+{ord(one.group()):04X}]", text)


@cache
def _lacking() -> re.Pattern[str]:
    """Return what matches one character that the font does not have."""
    import cvttf_NotoSansCJK_Regular  # type: ignore[import-untyped]

    spans = sorted([*_UNSEEN, *covered(Path(cvttf_NotoSansCJK_Regular.get_TTF_path()).read_bytes())])
    return re.compile("[^" + "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans) + "]")


def covered(font: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of characters that an OpenType font has: the groups of its full table (cmap, format 12)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    directory = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * tables, 16)}
    start = directory[b"cmap"]
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        table = start + struct.unpack_from(">I", font, start + 8 + 8 * number)[0]
        if struct.unpack_from(">H", font, table)[0] == 12:
            groups = struct.unpack_from(">I", font, table + 12)[0]
            for group in range(groups):
                first, last, _glyph = struct.unpack_from(">III", font, table + 16 + 12 * group)
                yield first, last
            return
    raise ValueError("the font has no full table of characters")
