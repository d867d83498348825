"""Reports compared with files that people have read. ``SHOUMI_GOLDEN=write`` writes them anew; read the difference."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from tests.samples import events as samples

from shoumi.engine import registry

FOLDER = Path(__file__).parent / "reports"
CASES = [(name, language) for name in ("table", "jsonl", "sarif") for language in ("zh-Hans", "zh-Hant", "en")]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_report_is_as_it_was_read(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    samples.install(monkeypatch)
    kind = registry.reports()[name]
    stream = io.BytesIO()
    report = kind(stream, language)
    events = list(samples.events(16, seed=5, gaps_every=3))
    for event in events:
        report.event(event)
    report.finish(samples.summary(events))
    path = FOLDER / f"{language}{kind.suffix}"
    if os.environ.get("SHOUMI_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(stream.getvalue())
    assert stream.getvalue().decode() == path.read_text("utf-8")
