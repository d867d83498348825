"""What every report must do, whatever its form: be valid, be complete, survive hostile names, stay small in memory."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from lxml import html as lxml_html
from tests.samples import events as samples

from shoumi.engine import messages, registry
from shoumi.engine.reports import _spool
from shoumi.engine.rule import LANGUAGES
from shoumi.engine.types import SEVERITIES, Gap, Locator, Match, Reason, Step, Summary, Trail

REPORTS = sorted(registry.reports())
SCHEMA = json.loads((Path(__file__).parent.parent / "data/sarif/sarif-2.1.0-rtm.5.json").read_bytes())
NASTY = [
    "\x00\x1b[31mred\x1b[0m\x07\x9b2J",
    "\u202egnp.exe",
    "half \udc80\ud800 pair",
    "<script>alert(1)</script>",
    "</script><!--<img src=x onerror=alert(1)>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(A1:A9)",
    "_x0041_",
    "\uffff\ufffe",
    "two\r\nlines\u2028more",
    "&amp; \"quoted\" 'too' </style>",
    "{level} {0} {x.__class__} %s $1 [bold]",
    "长" * 40_000,
    "",
]


class Count(io.RawIOBase):
    """A stream that keeps nothing."""

    def __init__(self) -> None:
        self.written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.written += len(data)
        return len(data)


def made(name: str, language: str, events: list[Match | Gap], **changes: object) -> bytes:
    stream = io.BytesIO()
    report = registry.reports()[name](stream, language)
    for event in events:
        report.event(event)
    report.finish(samples.summary(events, **changes))
    assert not stream.closed
    return stream.getvalue()


def embedded(data: bytes, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', data.decode(), re.DOTALL)
    assert found is not None
    return json.loads(found.group(1))


def read(name: str, data: bytes) -> tuple[int, int]:
    """Check that an output is valid for its form; return how many matches and gaps it holds."""
    return {"table": _table, "jsonl": _jsonl, "sarif": _sarif, "html": _html, "xlsx": _xlsx}[name](data)


def _table(data: bytes) -> tuple[int, int]:
    text = data.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    words = {messages.text(f"reports.severity.{name}", language) for name in SEVERITIES for language in LANGUAGES}
    return len(re.findall(rf"^  (?:{'|'.join(words)}) {{2,}}\S", text, re.MULTILINE)), -1


def _jsonl(data: bytes) -> tuple[int, int]:
    text = data.decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        json.dumps(line, ensure_ascii=False).encode()  # no half of a surrogate pair
    assert [line["type"] for line in lines].index("summary") == len(lines) - 1
    return sum(line["type"] == "match" for line in lines), sum(line["type"] == "gap" for line in lines)


def _sarif(data: bytes) -> tuple[int, int]:
    log = json.loads(data)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    for location in itertools.chain.from_iterable(entry["locations"] for entry in (*run["results"], *notifications)):
        assert re.fullmatch(r"[!-~]*", location["physicalLocation"]["artifactLocation"]["uri"])
    return len(run["results"]), len(notifications)


def _html(data: bytes) -> tuple[int, int]:
    text = data.decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy.group(1)
    for kind in ("style", "script"):
        for body in re.findall(rf"<{kind}(?: id=\"print\")?>(.*?)</{kind}>", text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy.group(1)
    tree = lxml_html.document_fromstring(data)
    assert [node.tag for node in tree.iter("script")] == ["script"] * 5
    assert not tree.xpath("//img | //iframe | //object | //*[@onerror or @onload or @style]")
    outside = tree.xpath("//@src | //@href")
    assert outside == ["data:,"]
    return len(embedded(data, "matches")), len(embedded(data, "gaps"))


def _xlsx(data: bytes) -> tuple[int, int]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    return book.worksheets[1].max_row - 1, book.worksheets[2].max_row - 1


@pytest.fixture(autouse=True)
def _samples(monkeypatch: pytest.MonkeyPatch) -> None:
    samples.install(monkeypatch)


def nasty() -> list[Match | Gap]:
    found: list[Match | Gap] = []
    for text in NASTY:
        trail = Trail((Step("file", text), Step("zip", text)))
        locator = Locator(sheet=text, part=text, cell=text)
        data = {"level": text, "scheme": text, "kind": "mark", "document": {"title": text}}
        reasons = (Reason("sample.mark", (("level", text), ("term", text))), Reason(f"no.such.{text}", (("n", text),)))
        found.append(
            Match("id", "rule-x", "state-secret", "critical", 0.5, trail, locator, (0, 1), text, reasons, data=data)
        )
        found.append(Gap("corrupt", text, trail, "unpack"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", REPORTS)
def test_all_results_are_there(name: str, language: str) -> None:
    events = list(samples.events(120, seed=3))
    matches, gaps = read(name, made(name, language, events))
    assert matches == 120
    assert gaps in (-1, sum(isinstance(event, Gap) for event in events))


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_to_report_is_valid(name: str) -> None:
    assert read(name, made(name, "en", []))[0] == 0


@pytest.mark.parametrize("name", REPORTS)
def test_only_gaps(name: str) -> None:
    gaps: list[Match | Gap] = [
        Gap("denied", "permission denied", Trail((Step("file", f"{n}"),)), "read") for n in range(3)
    ]
    data = made(name, "en", gaps)
    assert read(name, data)[1] in (-1, 3)
    if name in ("table", "html"):
        assert b"The system refused access" in data
        assert b"Everything was examined" not in data.partition(b"<script type")[0]


@pytest.mark.parametrize("name", REPORTS)
def test_hostile_text_stays_text(name: str) -> None:
    matches, gaps = read(name, made(name, "zh-Hans", nasty(), addresses=tuple(NASTY), packs=dict.fromkeys(NASTY, "1")))
    if name != "table":
        assert (matches, gaps) == (len(NASTY), len(NASTY))


@pytest.mark.parametrize("name", REPORTS)
def test_an_interrupted_scan_says_so(name: str) -> None:
    data = made(name, "en", list(samples.events(5)), stopped=True)
    assert read(name, data)[0] == 5
    if name == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
        data = "\n".join(str(cell.value) for cell in sheet["A"]).encode()
    expected = {"jsonl": b'"stopped":true', "sarif": b'"executionSuccessful":false'}
    assert expected.get(name, b"was stopped before its end") in data


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_results_give_the_same_bytes(name: str) -> None:
    if name == "xlsx":
        pytest.skip("a workbook carries the time it was made")
    events = list(samples.events(40))
    assert made(name, "en", events) == made(name, "en", events)


@pytest.mark.parametrize("name", REPORTS)
def test_memory_does_not_grow_with_the_results(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_spool, "_MEMORY", 16 * 1024)

    def peak(count: int) -> int:
        report = registry.reports()[name](io.BufferedWriter(Count()), "en")
        tracemalloc.start()
        for event in samples.events(count):
            report.event(event)
        report.finish(Summary())
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(100)  # catalogs, templates
    assert peak(2400) < peak(400) + 300_000
