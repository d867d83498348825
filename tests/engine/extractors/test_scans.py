"""Scanned pages of PDF documents, and pictures among their text."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from shoumi.engine import ocr, registry
from shoumi.engine.blob import Blob
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

PAGE = Image.open(Path(__file__).parents[2] / "data" / "pictures" / "page.png").convert("L")


def parts(pages: list[Image.Image], settings: Settings) -> list[Segment | Item | Gap]:
    out = io.BytesIO()
    pages[0].save(out, "PDF", resolution=96, save_all=True, append_images=pages[1:])
    plugin = registry.extractors()["application/pdf"]
    return list(plugin.segments(Blob.of_bytes(out.getvalue(), Limits()), settings))


def test_scanned_pages_are_read_with_places() -> None:
    found = [part for part in parts([PAGE, PAGE.rotate(180)], Settings()) if isinstance(part, Segment) and part.words]
    assert [part.locator.page for part in found] == [1, 2]
    assert all(part.text.startswith("机密★10年") for part in found)
    assert not [part for part in parts([PAGE], Settings()) if isinstance(part, Gap)]


def test_pages_beyond_the_budget_are_read_at_the_corner() -> None:
    found = parts([PAGE, PAGE.rotate(180).rotate(180)], Settings(pages=1))
    assert [part.reason for part in found if isinstance(part, Gap)] == ["limit"]
    second = "".join(part.text for part in found if isinstance(part, Segment) and part.locator.page == 2)
    assert "11010519491231002X" not in second


@pytest.mark.parametrize(("mode", "reason"), [("off", "no-text"), ("auto", "missing-extra")])
def test_pages_that_are_not_read_are_named(mode: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    found = [part for part in parts([PAGE, PAGE], Settings(ocr=mode)) if isinstance(part, Gap)]  # type: ignore[arg-type]
    assert [(gap.reason, "1–2" in gap.detail) for gap in found] == [(reason, True)]
