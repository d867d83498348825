"""Triage by keyboard, a false positive, a reveal by two, a case to its end, a report without a name; three languages."""

from __future__ import annotations

import re

import pytest

LANGUAGES = ("zh-hans", "zh-hant", "en")
WORDS = {
    "zh-hans": ("误报", "揭示内容", "复查后结案", "匿名"),
    "zh-hant": ("誤報", "揭示內容", "複查後結案", "匿名"),
    "en": ("False positive", "Revealed", "closed after re-check", "without a name"),
}


def count(page):
    return int(page.locator("h1 .count").text_content())


@pytest.mark.parametrize("language", LANGUAGES)
def test_triage_by_keyboard(page, console, sign_in, picture, language):
    sign_in(page, "dana", language)
    page.goto(f"{console[0]}/findings/?severity=2")
    before = count(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    picture(page, f"queue-{language}")
    page.keyboard.press("e")
    page.wait_for_url("**#evidence")
    picture(page, f"finding-{language}")
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    page.go_back()
    page.keyboard.press("f")
    page.wait_for_url("**/dismiss/**")
    assert page.text_content("h1") == WORDS[language][0]
    page.click("main button.main")  # a reason is needed
    page.wait_for_selector(".field.wrong #id_reason")
    page.fill("#id_reason", "A sample number on a form.")
    picture(page, f"dismiss-{language}")
    page.click("main button.main")
    page.goto(f"{console[0]}/findings/?severity=2")
    assert count(page) == before - 1
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator('input[name="findings"]:checked').count() == 2
    page.click('button[formaction$="/dismiss/"]')
    assert page.locator(".chosen li").count() == 2
    page.fill("#id_reason", "Published in the yearbook.")
    page.click("main button.main")
    assert count(page) == before - 3
    page.keyboard.press("?")
    page.wait_for_url("**/keys/")
    picture(page, f"help-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_people_reveal_what_is_masked(page, console, sign_in, picture, language):
    address, _logins, code = console
    secret = {
        name: code.inside(f"from shoumi.console.findings import demo; print(demo.passphrase({name!r}))")
        for name in ("dana", "frank")
    }
    pk = code.inside(
        "from shoumi.console.findings.models import Finding\n"
        "print(Finding.objects.filter(rule='personal.resident-id', places__gt=0, occurrences__reveals=None)"
        ".exclude(path__contains='*').first().occurrences.first().pk)"
    )
    sign_in(page, "dana", language)
    page.goto(f"{address}/findings/places/{pk}/reveal/")
    page.fill("#id_reason", "Is it a real number?")
    page.fill("#id_passphrase", secret["dana"])
    picture(page, f"ask-reveal-{language}")
    page.click("main button.main")
    where = page.url
    assert page.locator("aside .button").count() == 0  # alone she cannot go on
    page.context.clear_cookies()
    sign_in(page, "frank", language)
    page.goto(where)
    picture(page, f"reveal-{language}")
    page.click("aside .button.main")
    page.fill("#id_passphrase", "not the passphrase")
    page.click("main button.main")
    assert page.locator("#errors").count() == 1
    page.fill("#id_passphrase", secret["frank"])
    page.click("main button.main")
    assert page.text_content("h1") == WORDS[language][1]
    shown = page.text_content(".revealed")
    assert re.search(r"\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]", shown), shown
    picture(page, f"revealed-{language}")
    page.click("main .button")
    assert "Frank" in page.text_content(".timeline")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_to_its_end(page, console, sign_in, picture, language):
    address, _logins, code = console
    pk, path = code.inside(
        "from shoumi.console.findings.models import Finding\n"
        "f = Finding.objects.filter(state='open', places=1, category='personal').exclude(path__contains='*').exclude(path__contains='.zip').first()\n"
        "print(f.pk, f.path)"
    ).split(" ", 1)
    sign_in(page, "dana", language)
    page.goto(f"{address}/findings/{pk}/")
    page.keyboard.press("c")
    page.wait_for_url("**/cases/open/**")
    picture(page, f"open-case-{language}")
    page.click("main button.main")
    case = page.url
    page.click("aside .button.main")  # order
    page.fill("#id_order", "Take it off the share.")
    page.fill("#id_responsible", "D-heidi")
    page.fill("#id_leader", "D-erin")
    picture(page, f"order-{language}")
    page.click("main button.main")
    page.context.clear_cookies()
    sign_in(page, "heidi", language)  # the directly responsible person answers
    page.goto(case)
    page.click("aside .button.main")
    page.fill("#id_answer", "Deleted.")
    page.click("main button.main")
    code.inside(f"import os; os.unlink({path!r})")
    page.context.clear_cookies()
    sign_in(page, "dana", language)
    page.goto(case)
    page.click("aside .button.main")  # re-check by repeating the scan
    page.click("main button.main")
    for _ in range(60):
        page.goto(case)
        if page.locator('aside a.main[href$="/close/"]').count():
            break
        page.wait_for_timeout(1000)
    picture(page, f"case-{language}")
    page.click("aside .button.main")
    page.fill("#id_closing", "Nothing is left.")
    page.click("main button.main")
    assert WORDS[language][2] in page.text_content(".badges")
    page.click('aside a[href*="findings.case"][href$=".html"]')
    picture(page, f"case-file-{language}")
    assert "Heidi" in page.text_content("main")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_without_a_name(page, console, sign_in, picture, language):
    address, _logins, code = console
    page.goto(f"{address}/accounts/signin/")
    page.click(f'.languages button[value="{language}"]')
    page.click(f'.foot a:has-text("{WORDS[language][3]}")')
    picture(page, f"anonymous-{language}")
    page.fill("#id_text", f"A copier left with its disk. {language}")
    page.click("main button.main")
    reply = page.text_content(".key").strip()
    assert re.fullmatch(r"(?:[A-Z2-9]{5}-){3}[A-Z2-9]{5}", reply)
    picture(page, f"reply-code-{language}")
    assert not [cookie for cookie in page.context.cookies() if cookie["name"] == "shoumi"]
    code.inside("from shoumi.console.findings import jobs; jobs.envelopes()")
    sign_in(page, "dana", language)
    page.goto(f"{address}/findings/reports/")
    picture(page, f"reports-{language}")
    page.click(f'tr:has-text("{language}") a.row') if page.locator(f'tr:has-text("disk. {language}")').count() else None
    page.click("aside .button.main")
    page.fill("#id_text", "Which floor?")
    page.click("main button.main")
    picture(page, f"report-{language}")
    page.click('form[action="/accounts/signout/"] button')
    page.goto(f"{address}/findings/report/code/")
    page.fill("#id_code", reply.lower())
    page.click("main button.main")
    assert "Which floor?" in page.text_content("main")
    picture(page, f"by-code-{language}")


def test_on_a_phone_nothing_is_wider_than_the_screen(page, console, sign_in, picture):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "dana", "zh-hans")
    pages = ("/findings/", "/findings/inspections/", "/findings/inspections/1/", "/findings/gaps/", "/findings/cases/",
             "/findings/cases/1/", "/findings/1/", "/findings/self/1/", "/findings/self/1/answer/", "/findings/report/",
             "/findings/keys/", "/scans/", "/scans/1/", "/scans/runs/1/", "/scans/check/", "/scans/documents/",
             "/scans/documents/1/", "/scans/questions/", "/scans/announced/")  # fmt: skip
    for path in pages:
        response = page.goto(console[0] + path)
        assert response.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        picture(page, f"phone{path.replace('/', '-')}")
