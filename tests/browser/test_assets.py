"""Devices at a screen: a list with a wrong row, a device and its label, a count by phone, from what is wrong to mended."""

from __future__ import annotations

import re

import pytest

PHONE = {"width": 390, "height": 844}
LIST = (
    "编号,类别,密级,品牌,型号,序列号,硬盘序列号,单位,存放地点\n"
    "SB-8001,便携式计算机,内部,云松,X14,YS80010001,HD80010001,22,A-301\n"
    "SB-8002,打印机,内部,松烟,L110,SY80020002,,22,A-301\n"
    "SB-8003,烤箱,内部,松烟,L110,SY80030003,,22,A-301\n"
)
WORDS = {"zh-hans": ("设备", "问题清单"), "zh-hant": ("設備", "問題清單"), "en": ("Devices", "What is wrong here")}


def test_a_list_with_a_wrong_row(page, console, sign_in, picture, tmp_path):
    address = console[0]
    sign_in(page, "dana", "zh-hans")
    page.goto(f"{address}/assets/")
    picture(page, "assets-list")
    page.click('.steps a:has-text("导入设备清单")')
    file = tmp_path / "设备.csv"
    file.write_text(LIST, "utf-8")
    page.set_input_files("#id_file", str(file))
    page.click("main button.main")
    assert "烤箱" in page.text_content("main")
    assert [text.strip() for text in page.locator(".sums strong").all_text_contents()] == ["2", "0", "1"]
    picture(page, "assets-import-plan")
    page.click("main button.main")
    assert "新增 2 台（件）" in page.text_content(".notes")
    page.goto(f"{address}/assets/?q=SY80020002")
    assert "SB-8002" in page.text_content("tbody")


def test_register_a_device_and_print_its_label(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana", "en")
    page.goto(f"{address}/assets/add/")
    page.fill("#id_number", "SB-8101")
    page.select_option("#id_kind", "copier")
    page.select_option("#id_level", "work")
    page.fill("#id_label", "BM-8101")
    page.fill("#id_serial", "无")
    page.fill("#id_disks", "HDX81010001")
    page.select_option("#id_unit", index=1)
    page.click("main button.main")
    assert "is no number" in page.text_content(".field.wrong .error")
    assert page.input_value("#id_disks") == "HDX81010001"  # nothing typed is lost
    picture(page, "assets-register-wrong")
    page.fill("#id_serial", "SYX81010001")
    page.click("main button.main")
    assert "SB-8101" in page.text_content("h1")
    picture(page, "assets-device")
    page.click('aside summary:has-text("More")')
    page.click('aside a:has-text("Print label")')
    assert page.input_value("#id_numbers") == "SB-8101"
    page.click("main button.main")
    box = page.locator(".labels svg").first.bounding_box()
    assert box["width"] >= 80
    picture(page, "assets-labels")
    page.emulate_media(media="print")
    picture(page, "assets-labels-print")


def test_a_count_by_phone(page, console, sign_in, picture):
    address = console[0]
    page.set_viewport_size(PHONE)
    sign_in(page, "dana", "zh-hans")
    page.goto(f"{address}/assets/stocktakes/?open=yes")
    page.click("tbody a.row")
    stocktake = page.url
    expected, found, _left, strange = (int(text) for text in page.locator(".sums strong").all_text_contents())
    assert strange == 1
    number = re.search(r"SB-\d+", page.locator('h2:has-text("尚未找到") + ul li').first.text_content())[0]
    picture(page, "assets-stocktake-phone")
    page.goto(f"{address}/assets/q/{number}/")  # what the camera opens
    assert page.input_value("#id_code") == number
    assert page.locator("button.main").bounding_box()["height"] >= 48
    picture(page, "assets-count-phone")
    page.click("main button.main")
    assert number in page.text_content(".notes .success")
    page.fill("#id_code", "SB-9777")
    page.keyboard.press("Enter")
    page.wait_for_selector('.notes:has-text("账外设备")')
    picture(page, "assets-count-phone-stranger")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(stocktake)
    sums = [int(text) for text in page.locator(".sums strong").all_text_contents()]
    assert sums == [expected, found + 1, expected - found - 1, 2]
    page.click('aside a:has-text("签结")')
    picture(page, "assets-sign-phone")


def test_from_what_is_wrong_to_mended(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana", "en")
    page.goto(f"{address}/assets/wrong/")
    picture(page, "assets-wrong")
    card = page.locator('section.card:has(h2:has-text("A level, but no secrecy label"))')
    before = int(card.locator("h2 .badge").text_content())
    card.locator('a:has-text("Enter the label")').first.click()
    page.fill("#id_label", "BM-7001")
    page.click("main button.main")
    picture(page, "assets-mended")
    page.goto(f"{address}/assets/wrong/")
    again = page.locator('section.card:has(h2:has-text("A level, but no secrecy label"))')
    assert (int(again.locator("h2 .badge").text_content()) if again.count() else 0) == before - 1
    page.click('a:has-text("Find it, or explain it")')
    gap = page.input_value("#id_number")
    page.select_option("#id_unit", index=1)
    page.fill("#id_reason", "misprint on the sheet of labels")
    page.click("main button.main")
    assert gap not in page.text_content("main")


def test_a_forbidden_way_shows_its_clause_and_an_inspection_asks_every_item(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana", "zh-hans")
    page.goto(f"{address}/assets/?kind=copier&state=use")
    page.locator("tbody a.row").first.click()
    device = page.url
    page.click('aside summary:has-text("不可办理的步骤")')
    assert "第三十一条第五项" in page.text_content("aside")
    picture(page, "assets-closed-ways")
    page.goto(f"{device}inspect/")
    page.click("main button.main")
    page.wait_for_selector(".field.wrong")
    assert page.locator(".field.wrong").count() == 8  # each item of a copier wants its answer
    for radio in page.locator('input[type="radio"][value="ok"]').all():
        radio.check()
    picture(page, "assets-inspect")
    page.click("main button.main")
    assert page.locator(".badge.jade").count() >= 8
    picture(page, "assets-inspection")


@pytest.mark.parametrize("language", WORDS)
def test_the_pages_in_three_languages(page, console, sign_in, picture, language):
    from axe_playwright_python.sync_playwright import Axe

    devices, wrong = WORDS[language]
    sign_in(page, "dana", language)
    for path, words in (("", devices), ("wrong/", wrong), ("stocktakes/", ""), ("vendors/", ""), ("rules/", ""),
                        ("add/", ""), ("1/", ""), ("mine/", "")):  # fmt: skip
        page.goto(f"{console[0]}/assets/{path}")
        assert words in page.text_content("h1")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, (path, found.generate_report())
        if path in {"wrong/", "1/", "rules/", "vendors/"}:
            picture(page, f"assets-{path.strip('/')}-{language}")
