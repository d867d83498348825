"""An approval by two people, from the question to the filed form, in three languages; a dark room; a phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PHONE = {"width": 360, "height": 740}
WORDS = {
    "zh-hans": ("赴印刷厂监印", "提出申请", "等待", "可以办理", "编号"),
    "zh-hant": ("赴印刷廠監印", "提出申請", "等待", "可以辦理", "編號"),
    "en": ("Watch the printing", "Ask for approval", "waits for approval by", "may be done now", "Record no."),
}


def whole(page, name):
    """Leave a picture of the whole page, where SHOUMI_SCREENSHOTS says."""
    folder = os.environ.get("SHOUMI_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", WORDS)
def test_an_approval_by_two_people(page, console, chromium, sign_in, picture, language, tmp_path):
    address = console[0]
    title, ask, waits, may, number = WORDS[language]
    sign_in(page, "heidi", language)
    page.goto(f"{address}/approvals/mine/")
    page.click(f'.steps a:text-is("{ask}")')
    page.fill("#id_title", title)
    page.fill("#id_text", "# $ 2 人；two people\n「校樣」 <b>1</b>")
    page.select_option("#id_level", "confidential")
    page.fill("#id_reason", "2026")
    picture(page, f"ask-{language}")
    page.click("main button.main")
    assert waits in page.text_content(".lead")
    assert "Erin" in page.text_content(".lead")
    request = page.url
    picture(page, f"asked-{language}")
    for name, step in (("erin", 1), ("dana", 2)):
        other = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        sign_in(other, name, language)
        other.goto(f"{address}/approvals/")
        picture(other, f"waiting-{name}-{language}")
        other.click(f'a.row:has-text("{title}")')
        other.click("aside a.main")
        assert title in other.text_content("h1")
        buttons = other.locator(".equal button")
        widths = {round(buttons.nth(n).bounding_box()["width"]) for n in range(3)}
        assert len(widths) == 1  # equal weight
        whole(other, f"decide-{step}-{language}")
        other.fill("#id_reason", "2 + 2")
        buttons.first.click()
        other.wait_for_url(request)
        other.context.close()
    page.goto(request)
    assert may in page.text_content(".lead")
    picture(page, f"granted-{language}")
    page.click("aside details summary")
    page.click('aside a[href$=".html"]')
    assert page.locator(".record-level").text_content().strip()
    picture(page, f"form-{language}")
    with page.expect_download() as waiting:
        page.click(".record-steps a.main")
    file = tmp_path / "form.pdf"
    waiting.value.save_as(file)
    assert re.match(r"\d{4}-\d{5}-\S", waiting.value.suggested_filename)
    assert file.read_bytes().startswith(b"%PDF")
    _render(file, f"form-{language}")
    page.goto(f"{address}/records/check/{waiting.value.suggested_filename[:10]}/")
    page.set_input_files("#id_file", file)
    page.click("main button.main")
    assert page.locator(".note.success").count() == 1
    assert number in page.text_content("dl")
    picture(page, f"genuine-{language}")
    page.goto(request)
    page.click("aside a.main")
    page.fill("#id_result", "ok")
    page.click("main button.main")
    page.wait_for_url(request)
    assert may not in page.text_content(".lead")  # used up


def _render(file, name):
    folder = os.environ.get("SHOUMI_SCREENSHOTS")
    if folder and shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-r", "80", "-png", file, Path(folder) / name], check=True)


def test_a_signature_wants_password_and_code_again(page, console, sign_in, picture):
    """Ten minutes after signing in, the decision asks in place who signs; a wrong code loses nothing."""
    address, logins, code = console
    sign_in(page, "erin")
    _age(console)
    page.goto(f"{address}/approvals/")
    page.click("tbody a.row >> nth=0")
    page.click("aside a.main")
    assert page.locator(".proof").count() == 1
    page.fill("#id_reason", "read with care")
    page.fill("#id_proof-password", "wrong")
    page.fill("#id_proof-code", "000000")
    page.click('.equal button[value="return"]')
    assert page.input_value("#id_reason") == "read with care"
    picture(page, "proof-wrong")
    page.fill("#id_proof-password", logins["erin"])
    page.fill("#id_proof-code", code("erin"))
    page.click('.equal button[value="return"]')
    assert "read with care" in page.text_content(".answer")
    picture(page, "returned")


def _age(console):
    """Make every proof of identity ten minutes old."""
    console[2].inside("""
from datetime import datetime, timedelta
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    if "proved" in session:
        session["proved"] = (datetime.fromisoformat(session["proved"]) - timedelta(minutes=10)).isoformat()
        session.save()
""")


def test_dark_and_on_a_phone(chromium, console, sign_in, picture):
    address = console[0]
    for scheme, size in (("dark", {"width": 1280, "height": 900}), ("light", PHONE), ("dark", PHONE)):
        context = chromium.new_context(viewport=size, color_scheme=scheme)
        page = context.new_page()
        sign_in(page, "dana", "zh-hans")
        for place in ("/approvals/", "/approvals/all/", "/records/", "/records/check/"):
            page.goto(address + place)
            if size is PHONE:
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, place
            picture(page, f"{scheme}-{size['width']}{place.replace('/', '-')}")
        page.goto(f"{address}/approvals/")
        page.click("tbody a.row >> nth=0")
        picture(page, f"{scheme}-{size['width']}-request")
        page.click("aside a.main")
        page.wait_for_selector(".equal")
        assert size is not PHONE or page.evaluate("document.documentElement.scrollWidth") <= 360
        whole(page, f"{scheme}-{size['width']}-decide")
        context.close()
