"""The picture of a page beside its findings: framed, the secret covered, the rest too coarse to read."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shoumi.engine import framed, ocr, record, registry
from shoumi.engine.home import Home
from shoumi.engine.reports import html
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Locator, Match, Segment, Summary, Word

PAGE = Path(__file__).parents[2] / "data" / "pictures" / "page.png"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Match]:
    home = Home(tmp_path_factory.mktemp("home"))
    return [event for event in Scan((str(PAGE),), settings=Settings(), home=home) if isinstance(event, Match)]


def picture(found: list[Match]) -> Image.Image:
    (shown,) = [match.picture for match in found if match.picture is not None]
    return Image.open(io.BytesIO(shown.data))


def test_one_picture_for_the_page_and_boxes_for_every_finding(found: list[Match]) -> None:
    assert {match.rule for match in found} >= {"cn.mark", "personal.resident-id", "personal.mobile"}
    picture(found)
    for match in found:
        assert match.data["boxes"], match.rule
        assert all(
            0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in match.data["boxes"]
        )


def test_the_mark_can_be_read_and_the_secrets_cannot(found: list[Match]) -> None:
    text = ocr.recognise(picture(found)).text
    assert "机密★10年" in text
    assert "11010519491231002X" not in text
    assert "13800138000" not in text
    shown = picture(found).convert("L")
    (number,) = [match for match in found if match.rule == "personal.resident-id"]
    left, top, right, bottom = number.data["boxes"][-1]
    crop = shown.crop(
        (
            int(left * shown.width) + 6,
            int(top * shown.height) + 6,
            int(right * shown.width) - 6,
            int(bottom * shown.height) - 6,
        )
    )
    assert np.asarray(crop).max() < 90


def test_what_was_not_found_is_too_coarse_to_read() -> None:
    page = Image.open(PAGE).convert("RGB")
    frame = (0.0, 0.0, 0.3, 0.2)
    result = framed.framed(framed.reduced(page), [frame], [])
    text = ocr.recognise(Image.open(io.BytesIO(result.data)).crop((0, page.height // 2, page.width, page.height))).text
    assert "13800138000" not in text
    assert "请勿外传" not in text


def test_boxes_of_a_span_are_joined_by_line() -> None:
    words = tuple(
        Word(at, at + 1, (0.1 * column, 0.1 * row, 0.1 * column + 0.1, 0.1 * row + 0.05))
        for at, (row, column) in enumerate(((1, 1), (1, 2), (2, 1)))
    )
    segment = Segment("甲乙丙", Locator(), words=words)
    assert [tuple(round(side, 2) for side in box) for box in framed.boxes(segment, 0, 3)] == [
        (0.1, 0.1, 0.3, 0.15),
        (0.1, 0.2, 0.2, 0.25),
    ]
    assert framed.boxes(Segment("x", box=(0.1, 0.1, 0.2, 0.2)), 0, 1) == [(0.1, 0.1, 0.2, 0.2)]


def test_the_record_of_a_match_keeps_its_picture(found: list[Match]) -> None:
    for match in found:
        again = record.read(json.loads(json.dumps(record.write(match))))
        assert isinstance(again, Match)
        assert again.picture == match.picture


def written(matches: list[Match]) -> str:
    stream = io.BytesIO()
    report = registry.reports()["html"](stream, "en")
    for match in matches:
        report.event(match)
    report.finish(Summary(findings={"critical": len(matches)}))
    return stream.getvalue().decode()


def embedded(page: str, name: str) -> list[object]:
    found = re.search(rf'id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return list(json.loads(found.group(1)))


def test_the_page_embeds_the_picture_once_and_every_finding_leads_to_it(found: list[Match]) -> None:
    page = written(found)
    assert len(embedded(page, "pictures")) == 1
    assert {json.dumps(row[12]) for row in embedded(page, "matches")} == {"[0, [0.0, 0.0, 1.0, 1.0]]"}  # type: ignore[index]


def test_pictures_beyond_the_limit_are_counted(found: list[Match], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "PICTURES", 10)
    page = written(found)
    assert embedded(page, "pictures") == []
    assert '"unshown":1' in page.replace(" ", "")


def test_other_reports_hold_no_pictures(found: list[Match]) -> None:
    stream = io.BytesIO()
    report = registry.reports()["jsonl"](stream, "en")
    for match in found:
        report.event(match)
    assert max(map(len, stream.getvalue().splitlines())) < 3000
