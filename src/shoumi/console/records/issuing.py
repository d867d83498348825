"""Issuing: a record becomes a numbered file whose digest is kept, and whose QR code leads to a page that knows it.

    issue = issuing.issue(record, thing, "pdf", by=user)     inside an action's write(), in its transaction

The same record with the same content in the same language is not issued twice: the one that exists is returned.
A file is set before the act that issues it writes anything (``action.early``): nobody waits for the press.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language

from shoumi.console.accounts.models import Office, Unit, User
from shoumi.console.action import early
from shoumi.console.records import paper, workbook
from shoumi.console.records.document import Document, compose
from shoumi.console.records.models import PDF, Issue, Kept, Series
from shoumi.console.records.record import Record


def issue(record: Record, thing: Any, form: str = PDF, *, by: Any, base: str = "") -> Issue:
    """Issue a record and return it. ``base``: the address people use, when the caller knows it from a request."""
    with transaction.atomic():
        document = compose(record, thing)
        if form == PDF and paper.cells(document) > paper.MOST:
            raise paper.too_large()
        content = hashlib.sha256(json.dumps(document.said(), sort_keys=True).encode()).hexdigest()
        same = Issue.objects.filter(name=record.name, key=str(thing.pk), form=form, language=get_language() or "en")
        known = same.filter(content=content, kept__isnull=False).first()
        if known:
            return known
        return _issue(record, thing, document, form=form, content=content, by=by, base=base)


def _issue(record: Record, thing: Any, document: Document, *, form: str, content: str, by: Any, base: str) -> Issue:
    now, (year, seq) = timezone.now(), take_number()
    number = f"{year}-{seq:05d}"
    stamped = document.stamped(number, now, by.get_full_name(), check_address(number, base))
    key = (record.name, form, document.language, content, number)
    data, now = early(key, lambda: _made(stamped, form, now))
    path = record.unit_path(thing)
    made = Issue.objects.create(
        year=year, seq=seq, number=number, name=record.name, key=str(thing.pk), title=document.title[:300],
        subject=str(thing)[:300], unit=Unit.objects.filter(path=path).first() if path else None,
        level=document.level[:100], language=get_language() or "en", form=form, content=content,
        digest=hashlib.sha256(data).hexdigest(), size=len(data), by=by if isinstance(by, User) else None,
        by_name=by.get_full_name()[:200], at=now, mode=Office.current().mode,
    )  # fmt: skip
    Kept.objects.create(issue=made, data=data)
    return made


def _made(document: Document, form: str, at: datetime) -> tuple[bytes, datetime]:
    with translation.override(document.language):
        return paper.pdf(document, at) if form == PDF else workbook.xlsx(document), at


def take_number() -> tuple[int, int]:
    """Return the next number of this year, in the caller's transaction: numbers run without a gap."""
    year = timezone.localdate().year
    Series.objects.get_or_create(year=year)
    series = Series.objects.select_for_update().get(year=year)
    series.last += 1
    series.save()
    return year, series.last


def check_address(number: str, base: str = "") -> str:
    """Return the address that the QR code holds."""
    return (settings.PUBLIC or base).rstrip("/") + reverse("records:check-number", args=(number,))
