"""The chain as it stands in the database: as rows for verification and export, and whether its triggers still stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection

from shoumi.console.audit import canonical, chain, keys
from shoumi.console.audit.models import Checkpoint, Entry, SigningKey

_TRIGGERS: Final = {
    "sqlite": {
        "audit_entry_no_update", "audit_entry_no_delete", "audit_entry_next",
        "audit_checkpoint_no_update", "audit_checkpoint_no_delete", "audit_checkpoint_new",
    },
    "postgresql": {
        "audit_entry_no_change", "audit_entry_no_truncate", "audit_entry_next",
        "audit_checkpoint_no_change", "audit_checkpoint_no_truncate",
    },
}  # fmt: skip


def rows() -> Iterator[dict[str, Any]]:
    """Return all entries in the order of their numbers."""
    for entry in Entry.objects.order_by("seq").iterator(2000):
        yield chain.row(entry)


def checkpoints() -> list[dict[str, Any]]:
    """Return all checkpoints, oldest first."""
    return [
        {"seq": p.seq, "digest": p.digest, "at": canonical.moment(p.at), "key": p.key, "signature": p.signature}
        for p in Checkpoint.objects.order_by("seq", "at")
    ]


def enrolled() -> dict[str, str]:
    """Return the enrolled keys, also withdrawn ones: name → public half."""
    return {key.key: key.public for key in SigningKey.objects.filter(algorithm=keys.ALGORITHM)}


def missing_triggers() -> list[str]:
    """Return the triggers that should refuse changes and are not there."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall()}
    return sorted(_TRIGGERS[connection.vendor] - found)


def head() -> tuple[int, str]:
    """Return number and digest of the last entry."""
    last = Entry.objects.order_by("-seq").values_list("seq", "digest").first()
    return last or (0, canonical.START)
