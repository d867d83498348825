"""A person at a screen: sign-in with both factors in three languages, a list on a phone, the keyboard, a dark room.

Drives Debian's Chromium against ``shoumi serve --demo`` as a user would start it. With SHOUMI_SCREENSHOTS=DIR every step
leaves a picture there.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium")
PHONE = {"width": 360, "height": 740}
WORDS = {
    "zh-hans": ("登录", "您有", "人员"),
    "zh-hant": ("登入", "您有", "人員"),
    "en": ("Sign in", "You have", "People"),
}


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """The console with its demo, on a free port; yields its address and a function that gives codes."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("Chromium is missing: apt install chromium fonts-noto-cjk")
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": "", "PYTHONWARNINGS": ""}
    command = [sys.executable, "-m", "shoumi", "serve", "--demo", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = ""
        for line in process.stdout:
            said += line
            if "answers at" in line:
                break
        logins = dict(re.findall(r"^  (\w+) +(\w{16}) ", said, re.M))
        assert logins, said

        def code(name):
            """Return the code of now; the time step is forgotten, so that tests need not wait half a minute for the next."""
            run = (
                "import os, django; django.setup(); from shoumi.console.accounts.models import User; from shoumi.console import demo\n"
                f"User.objects.filter(username={name!r}).update(code_step=0); print(demo.code({name!r}))"
            )
            settings = {**environment, "DJANGO_SETTINGS_MODULE": "shoumi.console.settings"}
            return subprocess.run(
                [sys.executable, "-c", run], env=settings, capture_output=True, text=True, check=True
            ).stdout.strip()

        yield f"http://127.0.0.1:{port}", logins, code
        process.send_signal(signal.SIGTERM)
        process.stdout.read()


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A fresh window; whatever the browser complains about fails the test: a blocked style, a missing file, a script error."""
    complaints = []
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: aborted(request) or complaints.append(request.url))
    yield page
    context.close()
    assert [text for text in complaints if "422 (" not in text] == []  # a form with errors is told so by its status


def aborted(request):
    """Say whether the page was left before the request was answered: no complaint."""
    return request.failure == "net::ERR_ABORTED"


def picture(page, name):
    folder = os.environ.get("SHOUMI_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


def sign_in(page, console, name, language="en"):
    address, logins, code = console
    page.goto(f"{address}/accounts/signin/")
    page.click(f'.languages button[value="{language}"]')
    page.fill("#id_username", name)
    page.fill("#id_password", logins[name])
    page.click("main button.main")
    page.fill("#id_code", code(name))
    picture(page, f"code-{language}")
    page.click("main button.main")


@pytest.mark.parametrize("language", WORDS)
def test_sign_in_in_three_languages(page, console, language):
    address = console[0]
    door, todo, people = WORDS[language]
    page.goto(f"{address}/accounts/people/")
    page.click(f'.languages button[value="{language}"]')
    assert page.text_content("h1") == door
    picture(page, f"signin-{language}")
    sign_in(page, console, "dana", language)
    assert todo in page.text_content("h1")
    assert page.get_attribute("html", "lang") == language
    picture(page, f"home-{language}")
    page.click(f'nav a:text-is("{people}")')
    assert people in page.text_content("h1")
    picture(page, f"people-{language}")
    page.click('form[action="/accounts/signout/"] button')
    assert page.text_content("h1") == door


def test_a_wrong_password_says_what_to_do_and_loses_nothing(page, console):
    page.goto(f"{console[0]}/accounts/signin/")
    page.click('.languages button[value="en"]')
    page.fill("#id_username", "heidi")
    page.fill("#id_password", "not the password")
    page.click("main button.main")
    assert "Account or password is not right" in page.text_content("#errors")
    assert page.input_value("#id_username") == "heidi"
    assert page.evaluate("document.activeElement.id") == "errors"
    picture(page, "signin-wrong")


def test_a_list_on_a_phone_is_a_list_of_cards(page, console):
    page.set_viewport_size(PHONE)
    sign_in(page, console, "dana", "zh-hans")
    picture(page, "phone-home")
    for path in (
        "/",
        "/accounts/people/",
        "/accounts/people/9/",
        "/accounts/people/add/",
        "/accounts/units/",
        "/audit/",
        "/accounts/me/",
    ):
        page.goto(console[0] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    page.goto(f"{console[0]}/accounts/people/")
    picture(page, "phone-people")
    row, first = page.locator("tbody tr").first, page.locator("tbody tr td").first
    assert row.evaluate("row => getComputedStyle(row).display") == "flex"
    assert first.locator("a").bounding_box()["height"] >= 24  # WCAG 2.2, 2.5.8
    assert page.locator(".menu nav").is_hidden()
    page.click(".menu summary")
    assert page.locator(".menu nav").is_visible()
    picture(page, "phone-menu")


def test_keys_move_open_search_and_explain(page, console):
    sign_in(page, console, "dana")
    page.goto(f"{console[0]}/accounts/people/")
    second = page.locator("tbody tr a.row").nth(1).get_attribute("href")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    picture(page, "keys")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{second}")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("jk?")
    assert page.input_value("#q") == "jk?"  # letters typed into a box stay letters
    page.locator("h1").click()
    page.keyboard.press("?")
    page.wait_for_url("**/keys/")


def test_the_first_tab_skips_to_the_content(page, console):
    page.goto(f"{console[0]}/accounts/signin/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "2px"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_columns_stay_as_chosen(page, console):
    sign_in(page, console, "dana")
    page.goto(f"{console[0]}/accounts/people/")
    page.click(".columns summary")
    page.check('input[name="column"][value="committed"]')
    picture(page, "columns")
    page.click(".columns button")
    page.wait_for_url("**column=committed**")
    page.goto(f"{console[0]}/accounts/people/")
    assert "Commitment" in page.text_content("thead")


def test_dark_rooms_and_large_letters(chromium, console):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    page = context.new_page()
    sign_in(page, console, "charlie")
    page.goto(f"{console[0]}/audit/")
    picture(page, "dark-audit")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 24, 28)"
    page.set_viewport_size({"width": 320, "height": 640})  # 1280 pixels at 400 %: WCAG 1.4.10
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
