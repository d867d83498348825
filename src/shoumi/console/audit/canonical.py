"""How an entry becomes bytes, and bytes a digest: the same on every machine, in every language version.

Canonical form: JSON with sorted keys, no spaces, UTF-8; times in UTC with six digits of microseconds. The digest is
over everything but itself, with the previous digest inside. Needs the standard library only: an exported chain can be
checked anywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

ALGORITHM: Final = "sha256"
START: Final = "0" * 64
FIELDS: Final = (
    "seq", "at", "actor", "actor_name", "action", "outcome", "unit", "subject", "subject_name",
    "door", "address", "mode", "facts", "algorithm", "previous",
)  # fmt: skip


def moment(value: datetime) -> str:
    """Return a time as it is hashed: ``2026-11-22T08:30:00.000000Z``."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dumps(value: object) -> str:
    """Return canonical JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(entry: Mapping[str, Any]) -> str:
    """Return the digest of an entry. Raises ValueError when its algorithm is not known."""
    if entry["algorithm"] != ALGORITHM:
        raise ValueError(f"unknown algorithm {entry['algorithm']!r}")
    return hashlib.sha256(dumps({name: entry[name] for name in FIELDS}).encode()).hexdigest()


def statement(seq: int, head: str, at: str, key: str) -> bytes:
    """Return the bytes that a checkpoint signs."""
    return dumps({"shoumi": "audit checkpoint", "seq": seq, "digest": head, "at": at, "key": key}).encode()
