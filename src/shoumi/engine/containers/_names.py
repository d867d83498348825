"""Member names as bytes in, as labels out. Nothing here is ever used as a path on this machine."""

from __future__ import annotations


def decoded(raw: bytes) -> str:
    """Return a name in UTF-8 when it is, else in GB18030 (Chinese archivers), else with its odd bytes escaped."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "surrogateescape")
