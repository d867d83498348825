"""Numbers of things: a letter, the year, the next count."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shoumi.console.accounts.models import Office


def following(model: Any, letter: str) -> str:
    """Return the next number, such as ``C-2026-0042``, inside the transaction that saves the thing.

    The office's row is locked where the database can, so that two at once do not get the same number.
    """
    list(Office.objects.select_for_update().values_list("pk"))
    start = f"{letter}-{timezone.localdate().year}-"
    last = model.objects.filter(number__startswith=start).order_by("-number").values_list("number", flat=True).first()
    return f"{start}{int(last.rpartition('-')[2]) + 1 if last else 1:04}"
