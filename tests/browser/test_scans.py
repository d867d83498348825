"""A scan from the allowed place to its report, and a check of a text and of a screenshot, in three languages."""

from __future__ import annotations

import pytest

LANGUAGES = ("zh-hans", "zh-hant", "en")
WORDS = {
    "zh-hans": ("未检查项", "不要发送", "可以发送", "再想一想"),
    "zh-hant": ("未檢查項", "不要傳送", "可以傳送", "再想一想"),
    "en": ("Not examined", "Do not send it", "You may send it", "Think again"),
}
MARKED = "机密★10年\n\n关于下半年工作安排的报告\n"


@pytest.fixture
def share(tmp_path):
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "plan.txt").write_text(MARKED, "utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 nothing more")
    return folder


@pytest.mark.parametrize("language", LANGUAGES)
def test_define_announce_run_and_read(chromium, console, sign_in, picture, share, language, page):
    address = console[0]
    sign_in(page, "alice", language)
    page.goto(f"{address}/scans/places/allow/")
    page.fill("#id_address", str(share))
    page.fill("#id_label", f"Share {language}")
    page.select_option("#id_unit", label=_option(page, "#id_unit", "信息处"))
    page.click("main button.main")
    page.context.clear_cookies()
    sign_in(page, "dana", language)
    page.goto(f"{address}/scans/define/")
    picture(page, f"define-{language}")
    page.fill("#id_name", f"Share {language}")
    page.select_option("#id_unit", label=_option(page, "#id_unit", "信息处"))
    page.fill("#id_addresses", "/etc")
    page.locator('input[name="told"]').nth(9).check()
    page.click("main button.main")
    page.wait_for_selector(".field.wrong #id_addresses")  # not an allowed place
    page.fill("#id_addresses", str(share))
    page.select_option("#id_ocr", "off")
    page.click("main button.main")
    page.click("aside .button.main")  # announce
    picture(page, f"announce-{language}")
    page.click("main button.main")
    page.click("aside .button.main")  # start
    page.click("main button.main")
    picture(page, f"run-{language}")
    page.wait_for_selector(".badge.jade", timeout=90_000)  # the page reloads itself
    picture(page, f"over-{language}")
    page.click("main .button.main")
    first = page.locator("h2").first.text_content()
    assert WORDS[language][0] in first  # the first thing is what was not examined
    assert first.split()[-1] == "1"
    picture(page, f"inspection-{language}")


def _option(page, box, words):
    return next(text for text in page.locator(f"{box} option").all_text_contents() if words in text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_checked_before_it_is_sent(page, console, sign_in, picture, language):
    sign_in(page, "heidi", language)
    _kept, stop, allow, _think = WORDS[language]
    page.goto(f"{console[0]}/scans/check/")
    picture(page, f"check-{language}")
    page.fill("#id_text", "今天中午吃面条。")
    page.click("main button.main")
    assert page.text_content("h1") == allow
    page.click("main .button.main")
    page.fill("#id_text", MARKED)
    page.click("main button.main")
    assert page.text_content("h1") == stop
    picture(page, f"stop-{language}")
    page.click(".buttons form button")  # ask a person
    page.fill("#id_note", "Is this really secret?")
    picture(page, f"ask-{language}")
    page.click("main button.main")
    assert "Is this really secret?" in page.text_content("main")
    assert "关于下半年" not in page.text_content("main")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screenshot_is_checked(page, console, sign_in, picture, language, tmp_path, chromium):
    pytest.importorskip("rapidocr")
    context = chromium.new_context(viewport={"width": 900, "height": 500})
    paper = context.new_page()
    paper.set_content(
        f"<body style='font: 32px Noto Sans CJK SC; padding: 40px'><p>机密★10年</p><h1>关于下半年工作安排的报告</h1><p>{'各部门按分工抓好落实。' * 4}</p>"
    )
    paper.screenshot(path=tmp_path / "shot.png")
    context.close()
    sign_in(page, "heidi", language)
    page.goto(f"{console[0]}/scans/check/")
    page.set_input_files("#id_files", tmp_path / "shot.png")
    page.click("main button.main", timeout=90_000)
    page.wait_for_selector("h1.verdict", timeout=90_000)
    assert page.text_content("h1") == WORDS[language][1]
    assert "shot.png" in page.text_content("main")
    picture(page, f"screenshot-{language}")
