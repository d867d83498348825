"""What is particular to each form of report."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
from typing import Any, BinaryIO

import openpyxl
import pytest
from tests.samples import events as samples

from shoumi.engine.errors import OutputError
from shoumi.engine.reports import _rules, _spool, html, jsonl, sarif, table, xlsx
from shoumi.engine.reports._levels import Levels
from shoumi.engine.reports._words import place, plain, size
from shoumi.engine.types import Gap, Locator, Match, Reason, Step, Summary, Trail


def found(path: str = "a.txt", severity: Any = "high", **changes: Any) -> Match:
    fields: dict[str, Any] = {
        "id": "id",
        "rule": "cn.mark",
        "category": "state-secret",
        "confidence": 0.9,
        "trail": Trail((Step("file", path),)),
        "locator": Locator(line=3),
        "span": (10, 14),
        "snippet": "机密★10年",
        "reasons": (Reason("sample.gps"),),
    }
    return Match(severity=severity, **{**fields, **changes})


def written(kind: Any, *events: Match | Gap, language: str = "en", summary: Summary | None = None) -> bytes:
    stream = io.BytesIO()
    report = kind(stream, language)
    for event in events:
        report.event(event)
    report.finish(summary or samples.summary(list(events)))
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _samples(monkeypatch: pytest.MonkeyPatch) -> None:
    samples.install(monkeypatch)


def test_json_lines_have_the_order_of_the_contract_and_come_at_once() -> None:
    stream = io.BytesIO()
    report = jsonl.PLUGIN(stream, "zh-Hans")
    report.event(found())
    line = json.loads(stream.getvalue())
    assert list(line) == [
        "type", "id", "rule", "category", "area", "severity", "confidence", "path", "trail", "locator", "span",
        "snippet", "reason", "data",
    ]  # fmt: skip
    assert line["reason"] == ["照片里带有拍摄位置。"]
    report.event(Gap("denied", "no", Trail((Step("file", "b"),)), "read"))
    assert list(json.loads(stream.getvalue().splitlines()[1])) == ["type", "path", "trail", "stage", "reason", "detail"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv/共享/a b#1?.txt", "file:///srv/%E5%85%B1%E4%BA%AB/a%20b%231%3F.txt"),
        ("docs/100%.txt", "docs/100%25.txt"),
        ("a:b.txt", "a%3Ab.txt"),
        ("//double", "file:///double"),
        ("s3://bucket/a b", "s3://bucket/a%20b"),
        ("bad\udc80name", "bad%3Fname"),
        ("", "."),
    ],
)
def test_addresses_become_uris(path: str, expected: str) -> None:
    assert sarif.uri(path) == expected


def test_sarif_gives_regions_only_for_the_text_of_the_file_itself() -> None:
    inner = Trail((Step("file", "a.zip"), Step("zip", "b.txt")))
    results = json.loads(written(sarif.PLUGIN, found(), found(trail=inner), found(locator=Locator(page=2, line=1))))
    locations = [result["locations"][0] for result in results["runs"][0]["results"]]
    regions = [location["physicalLocation"].get("region") for location in locations]
    assert regions == [{"startLine": 3, "charOffset": 10, "charLength": 4}, None, None]
    assert locations[1]["logicalLocations"] == [{"name": "b.txt", "fullyQualifiedName": "a.zip!b.txt", "kind": "zip"}]
    assert locations[2]["message"]["text"] == "page 2, line 1"


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([], 0),
        ([found()], 1),
        ([found(severity="info")], 0),
        ([found(data={"suppressed": {"reason": "known", "owner": "Dana", "until": "2027-01-01"}})], 0),
        ([Gap("corrupt", "x")], 3),
    ],
)
def test_sarif_tells_the_exit_code(events: list[Match | Gap], code: int) -> None:
    run = json.loads(written(sarif.PLUGIN, *events))["runs"][0]
    assert run["invocations"][0]["exitCode"] == code


def test_sarif_marks_suppressed_results() -> None:
    note = {"reason": "known", "owner": "Dana", "until": "2027-01-01"}
    results = json.loads(written(sarif.PLUGIN, found(data={"suppressed": note}), found()))["runs"][0]["results"]
    assert results[0]["suppressions"][0]["justification"] == "known"
    assert results[1]["suppressions"] == []


def test_workbook_goes_on_in_a_further_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS", 5)
    book = openpyxl.load_workbook(io.BytesIO(written(xlsx.PLUGIN, *[found()] * 9)))
    assert book.sheetnames == ["Summary", "Findings", "Not examined", "Findings 2", "Findings 3"]
    assert [book[name].max_row for name in ("Findings", "Findings 2", "Findings 3")] == [5, 5, 2]


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@x", "_x0041_", "http://a.example/", "00123"])
def test_workbook_keeps_text_as_it_is(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(xlsx.PLUGIN, found(snippet=text))))
    assert book["Findings"]["H2"].value in (text, text.replace("_x0041_", "_x005F_x0041_"))
    assert book["Findings"]["H2"].data_type == "s"


def test_page_shows_the_gravest_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 3)
    events = [found(severity=name) for name in ("low", "low", "critical", "high", "low", "critical")]
    page = written(html.PLUGIN, *events).decode()
    rows = json.loads(re.search(r'id="matches">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    meta = json.loads(re.search(r'id="meta">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert [row[4] for row in rows] == ["critical", "critical", "high"]
    assert meta["total"] == {"matches": 6, "gaps": 0, "unshown": 0}


def test_page_without_scripts_says_first_what_was_not_examined() -> None:
    gap = Gap("encrypted", "needs a password", Trail((Step("file", "locked.zip"),)), "unpack")
    static = re.search(r"<noscript>(.*?)</noscript>", written(html.PLUGIN, found(), gap).decode(), re.DOTALL)
    assert static is not None
    text = static.group(1)
    assert text.index("locked.zip") < text.index("a.txt")
    assert "It needs a password" in text


def test_page_prints_the_inherited_level() -> None:
    page = written(html.PLUGIN, found(severity="critical", data={"level": "机密", "scheme": "cn"}), language="zh-Hans")
    style = re.search(r'<style id="print">(.*?)</style>', page.decode(), re.DOTALL)
    assert style is not None
    assert '@top-left { content: "机密"' in style.group(1)


def test_highest_level_is_the_gravest_of_comparable_ones() -> None:
    levels = Levels()
    assert levels.highest() == ""
    for severity, scheme, level in (
        ("medium", "company", "Confidential"),
        ("high", "cn", "秘密"),
        ("critical", "cn", "机密"),
        ("critical", "cn", "绝密"),
        ("critical", "us", "TOP SECRET"),
        ("info", "cn-exam", "绝密 ★ 启用前"),
    ):
        levels.add(found(severity=severity, data={"scheme": scheme, "level": level}))
    levels.add(found(severity="critical", data={"scheme": "nato", "level": "COSMIC", "kind": "mention"}))
    assert levels.highest() == "绝密 · TOP SECRET"


def test_table_goes_to_a_terminal_in_colour_and_fits_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = _on_terminal(found(path="长" * 60))
    assert "\x1b[" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plainly = _on_terminal(found(path="长" * 60))
    assert "\x1b" not in plainly
    assert plainly == re.sub(r" +(?=\r)", "", re.sub(r"\x1b\[[0-9;]*m", "", coloured))
    assert max(sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in plainly.splitlines()) <= 80


def test_table_on_a_terminal_sets_files_apart() -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", _on_terminal(found(path="a.txt"), found(path="b.txt")))
    assert "\n\nb.txt\n" in shown.replace("\r\n", "\n")


def _on_terminal(*events: Match) -> str:
    leader, follower = pty.openpty()
    with os.fdopen(follower, "wb", buffering=0) as stream:
        report = table.PLUGIN(stream, "en")
        for event in events:
            report.event(event)
        report.finish(Summary())
    shown = b""
    with os.fdopen(leader, "rb", buffering=0) as screen, contextlib.suppress(OSError):  # the end is an error here
        while part := screen.read(65536):
            shown += part
    return shown.decode()


def test_a_full_temporary_folder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(_spool.tempfile, "SpooledTemporaryFile", lambda **_: Full())
    report = html.PLUGIN(io.BytesIO(), "en")
    with pytest.raises(OutputError, match="No space left on device"):
        report.event(found())


@pytest.mark.parametrize("kind", [table.PLUGIN, jsonl.PLUGIN, sarif.PLUGIN, html.PLUGIN, xlsx.PLUGIN])
def test_a_closed_pipe_is_not_hidden(kind: Any) -> None:
    class Closed(io.BytesIO):
        def write(self, _: Any) -> int:
            raise BrokenPipeError

    def write(stream: BinaryIO) -> None:
        report = kind(stream, "en")
        report.event(found())
        report.finish(Summary())

    with pytest.raises(BrokenPipeError):
        write(Closed())


def test_names_show_their_tricks() -> None:
    assert plain("a\x1b[31m\u202eb\udc80\x9b") == "a\\x1b[31m\\u202eb\\udc80\\x9b"
    assert plain("普通 name.txt") == "普通 name.txt"


def test_places_go_from_the_wide_to_the_narrow() -> None:
    assert place({"line": 2, "part": "name"}, "en") == "in its name, line 2"
    assert place(Locator(sheet="人员", cell="B7").as_json(), "zh-Hans") == "工作表“人员”，单元格 B7"
    assert place({}, "en") == ""


@pytest.mark.parametrize(("count", "expected"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 40, "5.0 TiB")])
def test_sizes(count: int, expected: str) -> None:
    assert size(count) == expected


def test_an_unknown_rule_is_shown_by_its_id() -> None:
    assert _rules.title("mine.own", "en") == "mine.own"
    assert _rules.means("mine.own", "en") == ""


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("word/document.xml", "body"),
        ("word/footer12.xml", "page footer"),
        ("word/comments.xml", "comment"),
        ("xl/threadedComments/threadedComment1.xml", "comment"),
        ("ppt/notesSlides/notesSlide3.xml", "footnote, endnote or speaker's note"),
        ("docProps/app.xml", "document properties"),
        ("Object 1/content.xml", "body"),
        ("headers-2", "mail headers"),
        ("xl/charts/chart1.xml", "chart"),
        ("something else", "part “something else”"),
    ],
)
def test_parts_of_files_have_words(part: str, word: str) -> None:
    assert place({"part": part}, "en") == word
