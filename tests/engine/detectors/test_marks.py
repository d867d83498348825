"""Marks: mark, possible mark or mention, by form, position and company; terms, exams, hygiene, ids."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Locator, Match, Segment, Trail

TODAY = datetime.date(2026, 11, 23)
KINDS = ("mark", "possible", "mention", "none")
Inspect = Callable[..., list[Match]]


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    home = Home(tmp_path_factory.mktemp("home"))
    return Inspector(Settings(packs=("cn", "intl", "company"), mentions=True, today=TODAY), home)


@pytest.fixture(scope="module")
def inspect(inspector: Inspector) -> Inspect:
    def run(*parts: str | Segment) -> list[Match]:
        segments = tuple(part if isinstance(part, Segment) else Segment(part) for part in parts)
        return [found for found in inspector.inspect(Document(Trail(), segments)) if isinstance(found, Match)]

    return run


def marks(found: list[Match]) -> list[Match]:
    return [entry for entry in found if entry.category != "hygiene"]


def verdict(found: list[Match]) -> str:
    return min((entry.data["kind"] for entry in marks(found)), key=KINDS.index, default="none")


def codes(match: Match) -> set[str]:
    return {reason.code.removeprefix("marks.") for reason in match.reasons}


@pytest.mark.parametrize(
    ("text", "level", "term"),
    [
        ("机密★10年", "机密", "10年"),
        ("机 密 ★ 十 年", "机密", "十年"),
        ("絕密★長期", "绝密", "長期"),
        ("秘密☆6个月", "秘密", "6个月"),
        ("机密＊２０年", "机密", "20年"),
        ("机\u200b密★10年", "机密", "10年"),
        ("机密★会议开始前", "机密", "会议开始前"),
        ("秘密★2030年12月31日", "秘密", "2030年12月31日"),
        ("机\n密\n★\n1\n0\n年", "机密", "10年"),
        ("机密女10年", "机密", "10年"),
        ("密级：机密 保密期限：10年", "机密", "10年"),
    ],
)
def test_level_and_term_are_read(inspect: Inspect, text: str, level: str, term: str) -> None:
    found = marks(inspect(text))
    assert [(entry.data["kind"], entry.data["level"], entry.data["term"]) for entry in found] == [("mark", level, term)]
    assert found[0].data["scheme"] == "cn"


@pytest.mark.parametrize(
    "text",
    [
        "关于某项工作的方案 机密★10年",
        "附件：某项方案（机密★10年）",
        "（机密★10年）会议研究了有关问题，决定如下。",
        "1,关于某事的报告,机密★10年,2024",
        '{"mark": "机密★10年", "copies": 3}',
        "| 1 | 关于某事的报告 | 机密★10年 |",
        "<p>机密★10年</p>",
        "000012 机密★10年  特急",
    ],
)
def test_a_full_mark_beside_other_text_is_a_mark(inspect: Inspect, text: str) -> None:
    assert verdict(inspect(text)) == "mark"


@pytest.mark.parametrize(
    "text",
    [
        "该文件标有机密★10年字样",
        "不得标注机密★10年",
        "例如：秘密★5年",
        "“机密★10年”表示该件为机密级",
        "A. 机密★10年",
        "绝密★长期、机密★10年、秘密★5年",
        'if (level == "机密★10年") {',
        "例如：\n机密★10年\n秘密★5年",
        "《绝密飞行》",
        "国家秘密的密级分为绝密、机密、秘密三级。",
        "documents marked SECRET//NOFORN must be kept in a safe",
        'assert banner == "SECRET//NOFORN"',
        "Use TLP:AMBER when sharing is limited.",
        "PUBLIC\nINTERNAL\nCONFIDENTIAL\nSECRET",
        "本函数仅供内部使用",
        "密级：绝密□ 机密□ 秘密□",
        "密级：公开",
    ],
)
def test_talk_about_marks_is_no_mark(inspect: Inspect, text: str) -> None:
    assert verdict(inspect(text)) in ("mention", "none")


@pytest.mark.parametrize(
    "text", ["秘密花园", "机密性", "机密计算", "商业机密泄露", "client secret", "(C) 2020", "VS Code"]
)
def test_look_alikes_are_nothing_or_mentions(inspect: Inspect, text: str) -> None:
    assert verdict(inspect(text)) in ("mention", "none")


@pytest.mark.parametrize("word", ["SECRET", "CONFIDENTIAL", "RESTRICTED", "TOP SECRET", "PROTECTED"])
def test_a_bare_word_on_its_own_line_is_possible(inspect: Inspect, word: str) -> None:
    assert verdict(inspect(word)) == "possible"


def test_a_bare_word_at_top_and_foot_is_a_mark(inspect: Inspect) -> None:
    found = inspect("SECRET\nReport on the matter\nIts second line of text\nSECRET")
    assert [entry.data["kind"] for entry in found] == ["mark", "mark"]
    assert found[0].id == found[1].id


def test_one_portion_mark_is_none_and_two_are(inspect: Inspect) -> None:
    assert verdict(inspect("(U) One paragraph that stands alone.")) == "none"
    found = marks(inspect("(U) The first paragraph is open.\n(S//NF) The second paragraph is not."))
    assert [(entry.data["scheme"], entry.data["level"]) for entry in found] == [("us", "SECRET")]


def test_company_around_a_level_makes_it_a_mark(inspect: Inspect) -> None:
    alone = marks(inspect("某段文字\n\n机密\n"))
    head = marks(inspect("某段文字\n000123\n机密\n特急\n某某市人民政府文件\n"))
    assert alone[0].data["kind"] == "possible"
    assert alone[0].severity == "high"
    assert head[0].data["kind"] == "mark"
    assert head[0].severity == "critical"
    assert {"near-copy-number", "near-urgency", "near-issuing-body"} <= codes(head[0])


def test_a_header_part_makes_a_mark(inspect: Inspect) -> None:
    header = Segment("机密", locator=Locator(part="header"))
    assert "page-edge" in codes(marks(inspect(header, "某某方案"))[0])


def test_cells_are_marks_by_their_column(inspect: Inspect) -> None:
    def cell(text: str, place: str, joint: str, label: str = "") -> Segment:
        return Segment(text, locator=Locator(sheet="1", cell=place), joint=joint, label=label)

    labelled = (cell("文件名", "A1", "\f"), cell("机密", "B2", "\n", "密级"))
    assert verdict(inspect(*labelled)) == "mark"
    assert verdict(inspect(cell("词语", "A1", "\f"), cell("机密", "B2", "\n", "释义"))) in ("mention", "none")
    assert verdict(inspect(cell("密级", "A1", "\f"), cell("绝密", "B1", "\t"))) == "mark"


def test_pages_share_the_id_of_their_header(inspect: Inspect) -> None:
    pages = [Segment(f"SECRET//NOFORN\nPage {n} speaks of item {n}", locator=Locator(page=n)) for n in range(1, 6)]
    assert len({entry.id for entry in inspect(*pages)}) == 1
    other = [Segment("SECRET//NOFORN\nAnother document altogether", locator=Locator(page=1))]
    assert inspect(*other)[0].id != inspect(*pages)[0].id


def test_a_mark_in_a_file_name(inspector: Inspector) -> None:
    found = list(inspector.inspect_bytes("某某方案（机密★10年）.docx".encode(), Trail()))
    assert [entry.data["kind"] for entry in found if isinstance(entry, Match)] == ["mark"]


@pytest.mark.parametrize(
    "text",
    [
        "机密\u00a0★\u00a010\u00a0年",
        "\n\u00a0\u00a0绝密★长期",
        "SECRET\u00a0//\u00a0NOFORN",
        "秘密\u2009★\u20095年",
        "TLP:\u00a0RED",
    ],
)
def test_no_break_and_thin_spaces_are_spaces(inspect: Inspect, inspector: Inspector, text: str) -> None:
    plain = [entry for entry in inspector.inspect_bytes(text.encode(), Trail()) if isinstance(entry, Match)]
    assert verdict(inspect(text)) == verdict(plain) == "mark"


def test_rows_of_text_are_marks_by_the_title_of_their_column(inspect: Inspect) -> None:
    for comma in (",", ";", "\t"):
        register = comma.join(("标题", "密级", "份数")) + "\n" + comma.join(("某方案", "机密", "3"))
        assert verdict(inspect(register)) == "mark"
        assert verdict(inspect(register.replace("密级", "说法"))) in ("mention", "none")
    assert verdict(inspect("密级,期限\n绝密,三十年以内\n机密,二十年以内")) in ("mention", "none")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TLP_AMBER_report.pdf", "mark"),
        ("tlp-red.csv", "mark"),
        ("TOP_SECRET_NOFORN_brief.pdf", "mark"),
        ("机密-10年-方案.docx", "mark"),
        ("社外秘_見積書.xlsx", "mark"),
        ("tlp-red-definition.md", "mention"),
        ("机密★10年怎么标.docx", "mention"),
        ("secret.py", "none"),
        ("秘密花园.txt", "none"),
    ],
)
def test_words_in_file_names(inspector: Inspector, name: str, kind: str) -> None:
    found = list(inspector.inspect_name(name, Trail()))
    wanted = ("mention", "none") if kind in ("mention", "none") else (kind,)
    assert verdict([entry for entry in found if isinstance(entry, Match)]) in wanted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Acme Internal Use Only", "mark"),
        ("Acme Confidential            Page 2 of 10", "mark"),
        ("Acme Corp – Confidential", "mark"),
        ("Not for external distribution", "mark"),
        ("Confidential Information", "mention"),
        ("Returns the cache.\nFor internal use only.\nMore text.", "possible"),
    ],
)
def test_footers_of_companies_name_their_owner(inspect: Inspect, text: str, kind: str) -> None:
    assert verdict(inspect(text)) == kind


def test_snippets_show_the_mark(inspect: Inspect) -> None:
    assert inspect("机密★10年")[0].snippet == "机密★10年"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("绝密★启用前\n2019年普通高等学校招生全国统一考试", "info"),
        ("绝密★启用前\n2027年普通高等学校招生全国统一考试", "critical"),
        ("绝密★启用前\n2026年12月全国大学英语考试", "critical"),
        ("绝密★启用前\n2026年3月某某考试", "info"),
        ("绝密★启用前\n语文试题", "critical"),
    ],
)
def test_an_exam_mark_is_information_once_its_exam_is_past(inspect: Inspect, text: str, severity: str) -> None:
    found = marks(inspect(text))
    assert [(entry.data["scheme"], entry.severity) for entry in found] == [("cn-exam", severity)]


def test_the_inspector_remembers_the_day_until_which_a_verdict_holds(tmp_path: Path) -> None:
    inspector = Inspector(Settings(packs=("cn",), today=TODAY), Home(tmp_path))
    list(inspector.inspect(Document(Trail(), (Segment("绝密★启用前\n2027年1月8日某某考试"),))))
    assert inspector.until == datetime.date(2027, 1, 8)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("秘密★20年", "cn.term-over"),
        ("机密★三十年", "cn.term-over"),
        ("工作秘密★5年", "cn.star-misused"),
        ("普通商密★3年", "cn.star-misused"),
        ("机密★★10年", "cn.form-unknown"),
        ("机密★10年\n某某市人民政府文件\n某政发〔2024〕12号\n关于检查的通知", "cn.no-copy-number"),
    ],
)
def test_malformed_marks_are_hygiene_findings(inspect: Inspect, text: str, rule: str) -> None:
    found = [entry for entry in inspect(text) if entry.category == "hygiene"]
    assert [entry.rule for entry in found] == [rule]
    assert found[0].severity in ("low", "medium")


@pytest.mark.parametrize("text", ["机密★20年", "绝密★30年", "绝密★长期", "工作秘密", "例如：工作秘密★5年"])
def test_well_formed_marks_have_no_hygiene_finding(inspect: Inspect, text: str) -> None:
    assert [entry.rule for entry in inspect(text) if entry.category == "hygiene"] == []


def test_one_place_gives_one_mark(inspect: Inspect) -> None:
    assert [entry.rule for entry in inspect("密级：机密★10年")] == ["cn.mark"]
    assert [entry.rule for entry in inspect("CONFIDENTIAL")] == ["us.bare"]


def test_mentions_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    inspector = Inspector(Settings(packs=("cn",), today=TODAY), Home(tmp_path))
    assert list(inspector.inspect(Document(Trail(), (Segment("例如：机密★10年"),)))) == []


@pytest.mark.parametrize(
    ("name", "severity"),
    [("Public", "info"), ("Internal", "low"), ("Confidential", "medium"), ("Highly Confidential", "high")],
)
def test_a_sensitivity_label_counts_by_its_name(inspect: Inspect, name: str, severity: str) -> None:
    found = inspect(f"MSIP_Label_2096f6a2-d2f7-48be-b329-b73aaa526e5d_Name: {name}")
    assert [(entry.data["level"], entry.severity) for entry in found] == [(name, severity)]


def test_hostile_text_is_decided_quickly_and_once(inspect: Inspect) -> None:
    assert len(inspect("机密★" * 3000)) <= 3000
    assert verdict(inspect("绝" * 20_000 + "密 " * 10_000)) != "mark"
    assert len(inspect("SECRET//" + "A/" * 20_000)) <= 1
