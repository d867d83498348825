"""Registered passages through the whole engine, and the review of a manuscript."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest

from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages import clock
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.review import longest, read_decisions, review
from shoumi.engine.review_sheet import FORMS
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

SECRET = (
    "关于北岸泵站夜间检修的安排。检修组于十七日凌晨两点进入三号竖井，关闭主阀后以备用电台联络，"
    "口令每小时更换一次，由两名值班员共同保管。完工以前任何人不得向外透露停水的起止时刻，违者追责。"
)


@pytest.fixture
def home(tmp_path) -> Home:
    return Home(tmp_path / "home")


def add(home, tmp_path, name="原件.txt", text=SECRET, **about):
    path = tmp_path / name
    path.write_text(text)
    values = {"id": "", "title": "", "level": "秘密"} | about
    (document,) = Intake(home, Settings()).add([str(path)], Registered(**values)).added
    return document


def found(home, path, **options):
    return [
        event for event in Scan((str(path),), home=home, jobs=1, remember=False, **options) if isinstance(event, Match)
    ]


def passages(home, path):
    return [event for event in found(home, path) if event.category == "passage"]


def write(tmp_path, text, name="稿件.txt") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_passage_without_its_mark_is_one_severity_up(tmp_path, home):
    document = add(home, tmp_path)
    (match,) = passages(home, write(tmp_path, f"会议记录\n{SECRET[15:75]}\n散会。"))
    assert match.severity == "critical"
    assert match.data["marked"] is False
    assert match.data["document"] == {"id": document.id, "title": "原件.txt", "level": "秘密"}
    assert {reason.code for reason in match.reasons} == {"passages.copied", "passages.removed"}
    assert SECRET[20:60] not in match.snippet


def test_a_passage_under_the_same_mark_keeps_its_severity_and_a_lower_mark_is_said(tmp_path, home):
    add(home, tmp_path)
    (match,) = passages(home, write(tmp_path, f"秘密★5年\n\n会议记录\n{SECRET[15:75]}\n"))
    assert (match.severity, match.data["marked"]) == ("high", True)
    (match,) = passages(home, write(tmp_path, f"内部资料\n\n会议记录\n{SECRET[15:75]}\n"))
    assert (match.severity, match.data["marked"]) == ("critical", False)


def test_the_span_is_the_place_in_the_text(tmp_path, home):
    add(home, tmp_path)
    text = "第一行\n又一行文字\n" + SECRET[20:80] + "\n完"
    (match,) = passages(home, write(tmp_path, text))
    start = text.index(SECRET[20:80])
    assert abs(match.span[0] - start) <= 4
    assert abs(match.span[1] - start - 60) <= 4


def test_a_document_where_it_belongs_is_no_finding(tmp_path, home):
    folder = tmp_path / "保密室"
    folder.mkdir()
    add(home, tmp_path, belongs=(str(folder),))
    assert passages(home, write(folder, SECRET)) == []
    assert len(passages(home, write(tmp_path, SECRET, "别处.txt"))) == 1


def test_a_passed_term_is_information_only(tmp_path, home):
    add(home, tmp_path, until="2020-01-31")
    (match,) = passages(home, write(tmp_path, SECRET, "b.txt"))
    assert match.severity == "info"


def test_nothing_is_released_because_a_clock_was_set_forward(tmp_path, home, monkeypatch):
    add(home, tmp_path, until="2199-01-31")
    monkeypatch.setattr(clock, "now", lambda: clock.moment("2200-01-01"))
    monkeypatch.setattr("shoumi.engine.detectors.passages.now", clock.now)
    (match,) = passages(home, write(tmp_path, SECRET, "b.txt"))
    assert match.severity == "critical"
    assert "passages.unconfirmed" in {reason.code for reason in match.reasons}
    with Register(home) as register:
        register.confirm_time()
    (match,) = passages(home, write(tmp_path, SECRET, "b.txt"))
    assert match.severity == "info"


def test_a_released_document_is_information_only(tmp_path, home):
    document = add(home, tmp_path)
    with Register(home) as register:
        register.release(document.id, "2026 年第 3 号解密决定")
    (match,) = passages(home, write(tmp_path, SECRET, "b.txt"))
    assert match.severity == "info"


def test_a_cached_scan_does_not_hide_a_changed_registry(tmp_path, home):
    path = write(tmp_path, f"会议记录\n{SECRET[15:75]}\n散会。")
    assert not [event for event in Scan((str(path),), home=home, jobs=1) if isinstance(event, Match)]
    document = add(home, tmp_path)
    assert [event for event in Scan((str(path),), home=home, jobs=1) if isinstance(event, Match)]
    with Register(home) as register:
        register.remove([document.id])
    assert not [event for event in Scan((str(path),), home=home, jobs=1) if isinstance(event, Match)]


def test_damage_of_the_index_is_a_gap(tmp_path, home):
    add(home, tmp_path)
    (segment,) = (home.path / "registry").glob("*.segment")
    segment.write_bytes(segment.read_bytes()[:-1] + b"x")
    events = list(Scan((str(write(tmp_path, SECRET, "b.txt")),), home=home, jobs=1))
    assert [event.reason for event in events if isinstance(event, Gap)] == ["corrupt"]


def test_boilerplate_alone_raises_nothing_but_a_passage_with_it_does(tmp_path, home):
    notice = "本材料由综合处统一印制，领用人应当逐页清点，使用完毕后交回指定的铁柜，遗失须在两小时内上报。"
    for number in range(10):
        text = f"{notice}\n" + "".join(chr(0x4E00 + (number * 977 + place * 131) % 20000) for place in range(300))
        add(home, tmp_path, f"{number}.txt", text)
    assert passages(home, write(tmp_path, f"通知\n{notice}\n")) == []
    own = text[120:170]
    (match,) = passages(home, write(tmp_path, f"{own[:25]}{notice}{own[25:]}"))
    assert match.data["document"]["title"] == "9.txt"


def test_background_text_raises_nothing(tmp_path, home):
    add(home, tmp_path)
    path = write(tmp_path, SECRET[30:100], "常用.txt")
    Intake(home, Settings()).add([str(path)], Registered(id="", title="", level="公开"), "background")
    assert passages(home, write(tmp_path, f"记录：{SECRET[35:90]}。")) == []


def test_short_excerpts_add_up_over_files_but_not_through_check(tmp_path, home):
    add(home, tmp_path)
    folder = tmp_path / "聊天"
    folder.mkdir()
    for number in range(7):
        (folder / f"{number}.txt").write_text(f"收到，{SECRET[number * 13 : number * 13 + 13]}，谢谢{number}")
    assert passages(home, folder) == []  # as check does: nothing is remembered
    assert not (home.path / "registry" / "excerpts.sqlite").exists()
    events = [event for event in Scan((str(folder),), home=home, jobs=1) if isinstance(event, Match)]
    assert [event.rule for event in events] == ["passages.accumulated"]
    assert events[0].data["files"] == 7
    again = [event for event in Scan((str(folder),), home=home, jobs=1) if isinstance(event, Match)]
    assert again == events


def test_the_sheet_inherits_the_highest_level_and_longest_term(tmp_path, home):
    add(home, tmp_path, term="20y")
    sheet = review(str(write(tmp_path, f"机密★10年\n\n前言\n{SECRET[10:80]}\n电话 13912345678\n")), home, Settings())
    assert (sheet.level_name, sheet.term) == ("机密", "20y")
    assert [source.title for source in sheet.sources] == ["原件.txt"]
    assert 0.5 < sheet.sources[0].share < 1
    assert {"state-secret", "passage", "personal"} <= {hit.match.category for hit in sheet.hits}


def test_every_form_carries_the_level_and_the_text_in_place(tmp_path, home):
    add(home, tmp_path)
    sheet = review(str(write(tmp_path, f"若甲<乙，则前言&后记\n{SECRET[10:80]}\n=1+1\n")), home, Settings())
    for name, form in FORMS.items():
        stream = io.BytesIO()
        form(sheet, stream, "zh-Hans")
        data = stream.getvalue()
        if name == "html":
            page = data.decode()
            assert page.count("本审查单密级: 秘密") >= 3
            assert "甲&lt;乙，则前言&amp;后记" in page
            assert "<script" not in page
            assert '<mark class="copied">' in page
            assert SECRET[30:60] in page.replace("\n", "")
        elif name == "jsonl":
            last = json.loads(data.splitlines()[-1])
            assert (last["type"], last["level"], last["undecided"]) == ("review", "秘密", 1)
        else:
            book = openpyxl.load_workbook(io.BytesIO(data))
            assert "秘密" in str(book.worksheets[0]["A1"].value)
            assert book.worksheets[0].oddHeader.center.text.endswith("秘密")


def test_decisions_are_kept_by_content_and_only_what_is_new_is_open(tmp_path, home):
    add(home, tmp_path)
    body = f"前言甲乙丙\n{SECRET[10:60]}\n尾声"
    first = review(str(write(tmp_path, body)), home, Settings())
    (hit,) = first.hits
    file = tmp_path / "decisions.yaml"
    file.write_text(f"- {{id: {hit.match.id}, verdict: keep, reason: 已批准, by: Alice}}\n")
    decisions = read_decisions(file)
    second = review(
        str(write(tmp_path, f"新的前言，更长一些\n\n{body}\n联系电话 13912345678")), home, Settings(), decisions
    )
    assert [hit.decision and hit.decision.by for hit in second.hits] == ["Alice", None]
    assert second.undecided == 1


@pytest.mark.parametrize("text", ["[1, 2]", "- {id: x, verdict: maybe}", "{decisions: 3}", "a: [", "- {verdict: keep}"])
def test_decisions_that_make_no_sense_are_refused(tmp_path, text):
    path = tmp_path / "d.yaml"
    path.write_text(text)
    with pytest.raises(UsageError):
        read_decisions(path)


def test_a_term_without_end_is_the_longest():
    assert longest(["10y", None, "长期", "2099-01-01"]) == "长期"
    assert longest(["6m", "1年", "300d"]) == "1年"
    assert longest([None]) is None


def test_properties_of_a_file_are_no_passage(tmp_path, home):
    import docx

    for name, text in (("原件.docx", SECRET), ("通知.docx", "周五下午三点在二楼开会，请各处派一人参加，带上名单。")):
        document = docx.Document()
        document.add_paragraph(text)
        document.save(str(tmp_path / name))
    Intake(home, Settings()).add([str(tmp_path / "原件.docx")], Registered(id="", title="", level="秘密"))
    assert passages(home, tmp_path / "通知.docx") == []


def test_the_level_stands_on_every_printed_page(tmp_path, home):
    add(home, tmp_path, term="long")
    out = io.BytesIO()
    FORMS["html"](review(str(write(tmp_path, SECRET[15:75])), home, Settings()), out, "zh-Hans")
    page = out.getvalue().decode()
    assert page.index("<thead>") < page.index("秘密★长期") < page.index("</thead>")
