"""Sign-in with both factors in three languages, a list on a phone, the keyboard, a dark room."""

from __future__ import annotations

import pytest

PHONE = {"width": 360, "height": 740}
WORDS = {
    "zh-hans": ("登录", "您有", "人员"),
    "zh-hant": ("登入", "您有", "人員"),
    "en": ("Sign in", "You have", "People"),
}


@pytest.mark.parametrize("language", WORDS)
def test_sign_in_in_three_languages(page, console, language, sign_in, picture):
    address = console[0]
    door, todo, people = WORDS[language]
    page.goto(f"{address}/accounts/people/")
    page.click(f'.languages button[value="{language}"]')
    assert page.text_content("h1") == door
    picture(page, f"signin-{language}")
    sign_in(page, "dana", language)
    assert todo in page.text_content("h1")
    assert page.get_attribute("html", "lang") == language
    picture(page, f"home-{language}")
    page.click(f'nav a:text-is("{people}")')
    assert people in page.text_content("h1")
    picture(page, f"people-{language}")
    page.click('form[action="/accounts/signout/"] button')
    assert page.text_content("h1") == door


def test_a_wrong_password_says_what_to_do_and_loses_nothing(page, console, picture):
    page.goto(f"{console[0]}/accounts/signin/")
    page.click('.languages button[value="en"]')
    page.fill("#id_username", "heidi")
    page.fill("#id_password", "not the password")
    page.click("main button.main")
    assert "Account or password is not right" in page.text_content("#errors")
    assert page.input_value("#id_username") == "heidi"
    assert page.evaluate("document.activeElement.id") == "errors"
    picture(page, "signin-wrong")


def test_a_list_on_a_phone_is_a_list_of_cards(page, console, sign_in, picture):
    page.set_viewport_size(PHONE)
    sign_in(page, "dana", "zh-hans")
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


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_whole_menu_stands_above_the_first_screen(page, console, sign_in, picture, language):
    """The officer has the longest: in 1280 × 800 it shows without scrolling and leaves the page its room."""
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page, "dana", language)
    links = page.locator(".menu nav a")
    assert links.count() > 15
    assert all(
        box["y"] + box["height"] < 200 and box["height"] >= 24 for box in (one.bounding_box() for one in links.all())
    )
    assert page.locator(".groups > li").count() == 6
    picture(page, f"menu-{language}")


def test_keys_move_open_search_and_explain(page, console, sign_in, picture):
    sign_in(page, "dana")
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


def test_the_columns_stay_as_chosen(page, console, sign_in, picture):
    sign_in(page, "dana")
    page.goto(f"{console[0]}/accounts/people/")
    page.click(".columns summary")
    page.check('input[name="column"][value="committed"]')
    picture(page, "columns")
    page.click(".columns button")
    page.wait_for_url("**column=committed**")
    page.goto(f"{console[0]}/accounts/people/")
    assert "Commitment" in page.text_content("thead")


def test_dark_rooms_and_large_letters(chromium, console, sign_in, picture):
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    page = context.new_page()
    sign_in(page, "charlie")
    page.goto(f"{console[0]}/audit/")
    picture(page, "dark-audit")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(22, 24, 28)"
    page.set_viewport_size({"width": 320, "height": 640})  # 1280 pixels at 400 %: WCAG 1.4.10
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
