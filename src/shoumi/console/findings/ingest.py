"""Results into rows, in batches, as often as one likes: taken in twice, they count once.

Enters: an inspection and results as the JSON Lines contract names them (``codes``: reasons as message codes, when
they come from this machine; ``dated``: when the file was last changed). Leaves findings grouped by content and unit,
their places, and gaps. ``finish`` closes what a repeated inspection no longer found, unless the place lies under
something that it could not examine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shoumi.console.findings.models.cases import Case
from shoumi.console.findings.models.found import (
    CASE,
    COMPLETE,
    FALSE,
    GONE,
    OPEN,
    SEVERITIES,
    STOPPED,
    Decision,
    Finding,
    Gap,
    Inspection,
    Occurrence,
)

BATCH: Final = 1000
_CHUNK: Final = 500  # values of one condition
_SECRET_KEYS: Final = ("title",)  # of a registered document: kept in the registry alone


def take(inspection: Inspection, results: Iterable[dict[str, Any]], unit_of: Callable[[str], int] | None = None) -> int:
    """Take results in, a transaction for each batch; ``unit_of`` says whose a path is. Return how many there were."""
    own = inspection.unit_id
    count, rest = 0, iter(results)
    while batch := list(islice(rest, BATCH)):
        with transaction.atomic():
            _take(inspection, batch, unit_of or (lambda _path: own))
        count += len(batch)
    return count


def _take(inspection: Inspection, batch: Sequence[dict[str, Any]], unit_of: Callable[[str], int]) -> None:
    matches = [(unit_of(one["path"]), one) for one in batch if one["type"] == "match"]
    gaps = [one for one in batch if one["type"] == "gap"]
    if matches:
        findings = _findings(inspection, matches)
        rows = {row.key: row for row in (_occurrence(inspection, findings, *pair) for pair in matches)}
        Occurrence.objects.bulk_create(
            [rows[key] for key in sorted(rows)],
            update_conflicts=True,
            unique_fields=("key",),
            update_fields=("seen", "gone", "snippet", "confidence", "reasons", "data", "dated"),
        )
        recount({row.finding_id for row in rows.values()})
    if gaps:
        Gap.objects.bulk_create([_gap(inspection, one) for one in gaps], ignore_conflicts=True)


def _findings(inspection: Inspection, matches: Sequence[tuple[int, dict[str, Any]]]) -> dict[tuple[str, int], Finding]:
    """Return the findings of a batch, made where they are new, opened again where they had gone."""
    first: dict[tuple[str, int], dict[str, Any]] = {}
    for unit, one in matches:
        known = first.setdefault((one["id"], unit), one)
        if SEVERITIES.index(one["severity"]) < SEVERITIES.index(known["severity"]):
            first[one["id"], unit] = one
    found = _known(first)
    fresh = [key for key in sorted(first) if key not in found]
    new = frozenset(fresh)
    if fresh:
        Finding.objects.bulk_create([_finding(key, first[key]) for key in fresh], ignore_conflicts=True)
        found |= _known(fresh)
        rows = [Decision(finding=found[key], by=inspection.by, what="found", reason=inspection.number) for key in fresh]
        Decision.objects.bulk_create(rows)
    _seen_again(inspection, [found[key] for key in first if key not in new], first)
    return found


def _known(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Finding]:
    contents = sorted({content for content, _unit in keys})
    rows: dict[tuple[str, int], Finding] = {}
    for part in chunks(contents):
        for row in Finding.objects.filter(content__in=part):
            rows[row.content, row.unit_id] = row
    return rows


def _seen_again(inspection: Inspection, rows: Sequence[Finding], first: dict[tuple[str, int], dict[str, Any]]) -> None:
    today, now = timezone.localdate(), timezone.now()
    back = [row for row in rows if row.state == GONE]
    expired = [row for row in rows if row.state == FALSE and row.until and row.until < today]
    for what, group in (("back", back), ("expired", expired)):
        for row in group:
            row.state = OPEN
        Decision.objects.bulk_create(
            [Decision(finding=row, by=inspection.by, what=what, reason=inspection.number) for row in group]
        )
    changed = {row.pk: row for row in (*back, *expired)}
    for row in rows:
        rank = SEVERITIES.index(first[row.content, row.unit_id]["severity"])
        if row.rank != rank:
            row.rank, changed[row.pk] = rank, row
    if changed:
        Finding.objects.bulk_update(list(changed.values()), ("state", "rank"), batch_size=200)
    for part in chunks(sorted(row.pk for row in rows)):
        Finding.objects.filter(pk__in=part).update(last_seen=now)


def _finding(key: tuple[str, int], one: dict[str, Any]) -> Finding:
    content, unit = key
    return Finding(
        content=content,
        unit_id=unit,
        rule=one["rule"],
        category=one["category"],
        rank=SEVERITIES.index(one["severity"]),
        area=one["area"] or "",
        document=_document(one),
        path=one["path"],
        snippet=one["snippet"],
        reasons=_reasons(one),
    )


def _occurrence(
    inspection: Inspection, findings: dict[tuple[str, int], Finding], unit: int, one: dict[str, Any]
) -> Occurrence:
    finding = findings[one["id"], unit]
    place = json.dumps([one["trail"], one["locator"], one["span"]], ensure_ascii=False, sort_keys=True)
    return Occurrence(
        key=digest(str(finding.pk), inspection.series, place),
        finding=finding,
        series=inspection.series,
        seen=inspection,
        path=one["path"],
        trail=one["trail"],
        locator=one["locator"],
        start=one["span"][0],
        end=one["span"][1],
        snippet=one["snippet"],
        confidence=one["confidence"],
        reasons=_reasons(one),
        data=_without_title(one["data"]),
        dated=_dated(one),
        gone=None,
    )


def _gap(inspection: Inspection, one: dict[str, Any]) -> Gap:
    place = json.dumps([one["trail"], one["stage"], one["reason"], one["detail"]], ensure_ascii=False, sort_keys=True)
    return Gap(
        key=digest(str(inspection.pk), one["path"], place),
        inspection=inspection,
        path=one["path"],
        trail=one["trail"],
        stage=one["stage"],
        reason=one["reason"],
        detail=one["detail"],
    )


def digest(*parts: str) -> str:
    """Return a short name for what the parts say."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _document(one: dict[str, Any]) -> str:
    about = one["data"].get("document")
    return str(about.get("id", ""))[:80] if isinstance(about, dict) else ""


def _without_title(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a registered document is called: who may know asks the registry."""
    about = data.get("document")
    if not isinstance(about, dict):
        return data
    return {**data, "document": {name: value for name, value in about.items() if name not in _SECRET_KEYS}}


def _reasons(one: dict[str, Any]) -> list[Any]:
    """Return reasons as codes with values, or as the sentences that another machine wrote."""
    if "codes" in one:
        return [[code, {n: v for n, v in values.items() if n not in _SECRET_KEYS}] for code, values in one["codes"]]
    return [] if _document(one) else list(one["reason"])  # a written sentence would name the document


def _dated(one: dict[str, Any]) -> datetime | None:
    said = one["data"].get("time")
    try:
        found = parse_datetime(said) if isinstance(said, str) else None
    except ValueError:
        found = None
    if found is None and isinstance(one.get("dated"), int | float):
        found = datetime.fromtimestamp(one["dated"], UTC)
    if found is not None and timezone.is_naive(found):
        found = timezone.make_aware(found)
    return found


def recount(keys: Iterable[int]) -> None:
    """Count the places of findings that are still there."""
    there = Occurrence.objects.filter(finding=OuterRef("pk"), gone=None).order_by().values("finding")
    counted = Coalesce(Subquery(there.annotate(n=Count("pk")).values("n")), 0)
    for part in chunks(sorted(keys)):
        Finding.objects.filter(pk__in=part).update(places=counted)


@transaction.atomic
def finish(inspection: Inspection, summary: dict[str, Any]) -> Inspection:
    """End an inspection: keep its summary, close what is gone, and say what changed."""
    stopped = bool(summary.get("stopped"))
    kept = gone = 0
    if not stopped:
        kept, gone = _close(inspection)
    own = Occurrence.objects.filter(seen=inspection)
    fresh = Decision.objects.filter(what="found", reason=inspection.number).count()
    total = own.order_by().values("finding").distinct().count()
    inspection.summary = summary
    inspection.outcome = {"new": fresh, "again": max(0, total - fresh), "gone": gone, "kept": kept}
    inspection.state = STOPPED if stopped else COMPLETE
    inspection.ended = timezone.now()
    inspection.save()
    return inspection


def _close(inspection: Inspection) -> tuple[int, int]:
    """Mark places that this inspection should have found and did not; return how many were kept, and findings gone."""
    unread = frozenset(inspection.gaps.values_list("path", flat=True))
    missing = Occurrence.objects.filter(series=inspection.series, gone=None).exclude(seen=inspection)
    kept, ended, touched = 0, [], set()
    for pk, finding, path in missing.values_list("pk", "finding", "path").iterator():
        if under(path, unread) or not any(_below(path, address) for address in inspection.addresses):
            kept += 1
        else:
            ended.append(pk)
            touched.add(finding)
    now = timezone.now()
    for part in chunks(ended):
        Occurrence.objects.filter(pk__in=part).update(gone=now)
    recount(touched)
    _point(touched)
    gone = [
        row
        for part in chunks(sorted(touched))
        for row in Finding.objects.filter(~_still(), pk__in=part).exclude(state=GONE)
    ]
    Decision.objects.bulk_create(
        [Decision(finding=row, by=inspection.by, what="gone", reason=inspection.number) for row in gone]
    )
    for part in chunks([row.pk for row in gone if row.state != CASE]):
        Finding.objects.filter(pk__in=part).update(state=GONE)
    return kept, len(gone)


def _point(keys: set[int]) -> None:
    """Let findings show a place that is still there."""
    there = Occurrence.objects.filter(finding=OuterRef("pk"), gone=None).order_by("pk")
    for part in chunks(sorted(keys)):
        left = Finding.objects.filter(pk__in=part, places__gt=0)
        left.update(path=Subquery(there.values("path")[:1]), snippet=Subquery(there.values("snippet")[:1]))


def _still() -> Q:
    return Q(Exists(Occurrence.objects.filter(finding=OuterRef("pk"), gone=None)))


def under(path: str, unread: frozenset[str]) -> bool:
    """Say whether a path, or a folder above it, is among those that could not be examined."""
    if path in unread:
        return True
    at = path.rfind("/")
    while at > 0:
        if path[:at] in unread:
            return True
        at = path.rfind("/", 0, at)
    return False


def _below(path: str, address: str) -> bool:
    return path == address or path.startswith(address.rstrip("/") + "/")


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield parts that fit into one condition."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def clean(case: Case) -> bool:
    """Say whether nothing of a case's findings is still there."""
    return not case.findings.filter(places__gt=0).exclude(state=FALSE).exists()
