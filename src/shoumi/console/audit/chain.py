"""Adding to the chain. Enters what happened, leaves one entry bound to all before it.

Must run inside the transaction of the act it records. SQLite's write lock, or an advisory lock on PostgreSQL, lets one
writer at a time read the end and extend it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from shoumi.console.audit import canonical
from shoumi.console.audit.models import Entry

_LOCK: Final = 0x5348_4F55_4D49  # "SHOUMI": any number that nothing else on this database locks


def append(  # one argument per column
    *,
    actor: str,
    actor_name: str,
    action: str,
    outcome: str,
    door: str,
    address: str = "",
    mode: str,
    unit: str = "",
    subject: str = "",
    subject_name: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one entry and return it. Names longer than their column are cut, never refused."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry belongs to the transaction of its act")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Entry.objects.order_by("-seq").values_list("seq", "digest").first()
    values: dict[str, Any] = {
        "seq": last[0] + 1 if last else 1,
        "at": timezone.now(),
        "actor": actor[:150],
        "actor_name": actor_name[:200],
        "action": action[:100],
        "outcome": outcome,
        "unit": unit[:500],
        "subject": subject[:100],
        "subject_name": subject_name[:300],
        "door": door[:20],
        "address": address[:100],
        "mode": mode,
        "facts": canonical.dumps(facts) if facts else "",
        "algorithm": canonical.ALGORITHM,
        "previous": last[1] if last else canonical.START,
    }
    found = canonical.digest({**values, "at": canonical.moment(values["at"])})
    return Entry.objects.create(**values, digest=found)


def row(entry: Entry) -> dict[str, Any]:
    """Return an entry as it is hashed and exported."""
    values = {name: getattr(entry, name) for name in canonical.FIELDS}
    return {**values, "at": canonical.moment(entry.at), "digest": entry.digest}
