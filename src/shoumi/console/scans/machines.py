"""Two snapshots of a machine in, what came, went and changed out: the engine's answer, for the console.

Enters two parsed snapshots (``shoumi device snapshot``); leaves the differences as plain data, gravest part first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shoumi.engine.device import compare


def differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what differs: part, change, what, before, after, grave."""
    for one in compare.compare(before, after):
        yield one.as_json()
