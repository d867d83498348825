"""What was judged a false positive, as the engine's suppressions want it: content, rule, reason, owner, last day."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shoumi.console.findings.models.found import FALSE, Finding


def holding(path: str) -> list[dict[str, Any]]:
    """Return the judgements that hold today in a unit and below it."""
    rows = Finding.objects.filter(state=FALSE, unit__path__startswith=path, until__gte=timezone.localdate())
    return [
        {"id": row.content, "rule": row.rule, "reason": row.because, "owner": row.judge, "until": row.until.isoformat()}
        for row in rows.only("content", "rule", "because", "judge", "until").order_by("pk")
    ]
