"""All actions of the room."""

from __future__ import annotations

from shoumi.console.areas.compilation.actions import clearing, items, keys, manuscripts, proofs

__all__ = ["clearing", "items", "keys", "manuscripts", "proofs"]
