"""Findings as ``bench.console`` measures them: 100,000 taken in (and how fast), queue, report, cases."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Any, Final

FINDINGS: Final = 100_000
GAPS: Final = 2_000
CASES: Final = 500
_RULES: Final = (
    ("personal.resident-id", "personal", "high", "messaging"),
    ("personal.mobile-cn", "personal", "medium", "messaging"),
    ("cn.mark", "state-secret", "critical", None),
    ("credentials.password", "credential", "high", None),
    ("intl.mark", "classified-foreign", "medium", "drives"),
)


def fill(world: Any, share: float) -> Any:
    """Take results in as a scan would; return the inspection, a finding, a case."""
    from django.db import transaction

    from shoumi.console.findings import ingest, opening
    from shoumi.console.findings.models import Finding, Inspection

    made = Inspection.objects.create(
        number="I-2026-0001", series="plan:1", name="Share", unit=world.units[0], by="bench", addresses=["/share"]
    )
    count = max(int(FINDINGS * share), 200)
    units = [unit.pk for unit in world.units]
    began, cpu = time.perf_counter(), time.process_time()
    ingest.take(made, results(count), lambda path: units[int(path.rpartition("-")[2].partition(".")[0]) % len(units)])
    passed, spent = time.perf_counter() - began, time.process_time() - cpu
    sys.stdout.write(f"{count} findings taken in: {count / passed:.0f} a second, {count / spent:.0f} a second of cpu\n")
    ingest.take(made, gaps(int(GAPS * share)))
    began = time.perf_counter()
    ingest.finish(made, {"type": "summary", "files": count, "members": 0, "bytes": 0, "findings": {"high": count},
                         "gaps": {"encrypted": int(GAPS * share)}, "skipped": {}, "packs": {"cn": "1"}})  # fmt: skip
    sys.stdout.write(f"ended in {time.perf_counter() - began:.1f} s\n")
    with transaction.atomic():
        for number, finding in enumerate(Finding.objects.order_by("pk")[: max(int(CASES * share), 5)]):
            case = opening.open_case(title=f"Case {number}", unit=world.units[number % len(units)], kind="finding",
                                     by="bench", findings=[finding])  # fmt: skip
    return made, Finding.objects.order_by("-pk").first(), case


def results(count: int) -> Iterator[dict[str, Any]]:
    """Yield matches, a fifth of them with the content of an earlier one."""
    for number in range(count):
        rule, category, severity, area = _RULES[number % len(_RULES)]
        path = f"/share/部门{number % 97}/文件夹{number % 411}/材料-{number % 20_000}.docx"
        yield {
            "type": "match", "id": f"{number if number % 5 else number // 5:032x}", "rule": rule, "category": category,
            "area": area, "severity": severity, "confidence": 0.9, "path": path,
            "trail": [{"kind": "file", "name": path}], "locator": {"line": number % 300}, "span": [number, number + 18],
            "snippet": "联系人某某，证件号 11**************11，电话 13*******01", "data": {"kind": "resident-id"},
            "codes": [["identifiers.id.resident", {"region": "北京"}]], "dated": 1_790_000_000 - number * 60,
        }  # fmt: skip


def gaps(count: int) -> Iterator[dict[str, Any]]:
    """Yield things that could not be examined."""
    for number in range(count):
        path = f"/share/归档/包-{number}.zip"
        yield {"type": "gap", "path": path, "trail": [{"kind": "file", "name": path}], "stage": "open",
               "reason": "encrypted", "detail": "needs a password"}  # fmt: skip


def pages(things: Any) -> list[str]:
    """Return the pages to measure."""
    inspection, finding, case = things
    return [
        "/findings/",
        "/findings/?severity=0&area=drives",
        "/findings/?q=文件夹77",
        "/findings/?dated=yes",
        "/findings/?page=900",
        "/findings/?sort=-places",
        f"/findings/?inspection={inspection.pk}",
        f"/findings/inspections/{inspection.pk}/",
        f"/findings/{finding.pk}/",
        "/findings/gaps/",
        "/findings/cases/",
        f"/findings/cases/{case.pk}/",
    ]
