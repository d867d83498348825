"""A loan with its phone-locker ticket, a stock-take on a phone by the code of a label, a hand-over by both sides."""

from __future__ import annotations

import re

import pytest

PHONE = {"width": 360, "height": 740}
WORDS = {
    "zh-hans": ("载体", "借阅", "我持有的"),
    "zh-hant": ("載體", "借閱", "我持有的"),
    "en": ("Carriers", "Loans", "What I hold"),
}


@pytest.mark.parametrize("language", WORDS)
def test_the_ledger_in_three_languages(page, console, sign_in, picture, language):
    ledger, loans, mine = WORDS[language]
    sign_in(page, "dana", language)
    page.goto(f"{console[0]}/custody/")
    assert ledger in page.text_content("h1")
    assert mine in page.text_content("nav")
    picture(page, f"ledger-{language}")
    page.click(f'.tabs a:text-is("{loans}")')
    assert loans in page.text_content("h1")
    picture(page, f"loans-{language}")


def test_a_secret_carrier_is_lent_against_a_phone_locker_ticket(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana")
    page.goto(f"{address}/custody/?level=secret&state=kept&q=21+号保险柜")
    page.locator("tbody a.row").last.click()
    picture(page, "carrier")
    carrier = page.url
    page.click('aside a.main:text-is("Lend")')
    page.fill("#id_borrower", "D-erin")
    page.fill("#id_purpose", "Yearly report")
    page.fill("#id_where", "Reading room")
    page.click("main button.main")
    assert "locked away first" in page.text_content("#errors")
    assert page.input_value("#id_purpose") == "Yearly report"
    picture(page, "lend-refused")

    page.goto(carrier)
    page.click('a:text-is("Issue ticket")')
    page.select_option("#id_zone", index=1)
    page.fill("#id_person", "D-erin")
    page.fill("#id_handset", "Black phone")
    picture(page, "ticket-form")
    page.click("main button.main")
    ticket = page.text_content("h1").strip()
    assert ticket.startswith("T-")
    picture(page, "ticket")
    ticket_page = page.url

    page.goto(f"{carrier}lend/")
    page.fill("#id_borrower", "D-erin")
    page.fill("#id_purpose", "Yearly report")
    page.fill("#id_where", "Reading room")
    page.fill("#id_ticket", ticket)
    page.click("main button.main")
    assert page.url == carrier
    assert ticket in page.text_content("main")
    assert "on loan" in page.text_content(".badges")
    picture(page, "lent")

    page.goto(f"{ticket_page}return/")
    page.click("main button.main")
    assert "The carrier comes back first" in page.text_content("#errors")
    page.goto(carrier)
    page.click('aside a.main:text-is("Take back")')
    page.check("#id_complete")
    page.click("main button.main")
    assert "in its place" in page.text_content(".badges")
    page.goto(f"{ticket_page}return/")
    page.click("main button.main")
    assert "taken back" in page.text_content(".badges")


def test_a_stock_take_on_a_phone_counts_what_is_typed_and_what_the_camera_opens(
    page, console, sign_in, picture, tmp_path
):
    zxing, image = pytest.importorskip("zxingcpp"), pytest.importorskip("PIL.Image")
    address = console[0]
    sign_in(page, "dana", "zh-hans")
    page.goto(f"{address}/custody/stocktakes/?state=open")
    page.locator("tbody a.row").first.click()
    take = page.url
    first, second = page.locator('ul.plain a[href^="/custody/"]').all()[:2]
    number, pk = first.text_content(), re.search(r"/custody/(\d+)/", second.get_attribute("href"))[1]
    page.goto(f"{address}/custody/labels/?pk={pk}")
    label = tmp_path / "label.png"
    page.locator(".labels svg").first.screenshot(path=label)
    picture(page, "label")
    scanned = re.search(r"/custody/scan/[\w-]+/", zxing.read_barcodes(image.open(label))[0].text)[0]

    page.set_viewport_size(PHONE)
    page.goto(take)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture(page, "phone-count")
    found = int(page.text_content(".sums strong"))
    page.fill("#id_number", number)
    page.click("form.count button")
    assert int(page.text_content(".sums strong")) == found + 1
    assert number in page.text_content(".notes")
    picture(page, "phone-found")

    page.goto(address + scanned)  # what the camera opens
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    button = page.locator("form.card button").first
    assert button.bounding_box()["height"] >= 24
    picture(page, "phone-scan")
    button.click()
    assert page.url == take
    assert int(page.text_content(".sums strong")) == found + 2
    page.fill("#id_number", "JM-0000")
    page.click("form.count button")
    assert "JM-0000" in page.text_content(".notes")
    picture(page, "phone-stranger")
    page.goto(f"{take}sign/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture(page, "phone-sign-off")


def test_a_hand_over_is_signed_by_both_sides(chromium, page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "heidi", "zh-hans")
    picture(page, "heidi-home")
    page.goto(f"{address}/custody/mine/")
    picture(page, "mine")
    kept = int(page.locator("h2 .count").last.text_content())
    assert kept > 0
    page.locator('.todos a[href^="/custody/handovers/"]').click()
    picture(page, "handover")
    hand_over = page.url
    page.click("aside a.main")
    picture(page, "handover-give")
    page.click("main button.main")
    assert page.url == hand_over
    page.goto(f"{address}/custody/mine/")
    assert int(page.locator("h2 .count").last.text_content()) == kept  # nothing moves before both have signed

    other = chromium.new_context(viewport={"width": 1280, "height": 800})
    taker = other.new_page()
    sign_in(taker, "erin", "en")
    taker.goto(hand_over)
    taker.click("aside a.main")
    picture(taker, "handover-take")
    taker.check("#id_counted")
    taker.click("main button.main")
    assert "handed over" in taker.text_content(".badges")
    picture(taker, "handover-done")
    taker.goto(f"{address}/custody/mine/")
    assert int(taker.locator("h2 .count").last.text_content()) >= kept
    other.close()
    page.goto(f"{address}/custody/mine/")
    assert int(page.locator("h2 .count").last.text_content()) == 0


def test_pages_look_right_and_fit_a_phone(page, console, sign_in, picture):
    sign_in(page, "dana", "zh-hans")
    pages = {
        "destruction": "/custody/destructions/1/", "places": "/custody/places/", "place": "/custody/places/1/", "add": "/custody/add/",
        "dispatch": "/custody/dispatches/2/", "tickets": "/custody/lockers/", "stocktakes": "/custody/stocktakes/",
        "overdue": "/custody/?due=overdue", "rules": "/custody/rules/", "home": "/",
    }  # fmt: skip
    for name, path in pages.items():
        page.goto(console[0] + path)
        picture(page, f"look-{name}")
    page.set_viewport_size(PHONE)
    for name, path in pages.items():
        page.goto(console[0] + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        picture(page, f"look-phone-{name}")


def test_staff_ask_the_leader_approves_the_keeper_hands_out(page, console, chromium, sign_in, picture):
    address, _logins, code = console
    number, pk = code.inside(
        "from shoumi.console.custody.models import Carrier\n"
        "one = Carrier.objects.filter(unit__code='20', state='kept', level='confidential', loans=None).first()\n"
        "print(one.number, one.pk)"
    ).split()
    carrier = f"{address}/custody/{pk}/"
    sign_in(page, "dana")

    staff = chromium.new_context(viewport=PHONE).new_page()
    sign_in(staff, "heidi", "zh-hans")
    staff.click('section[aria-labelledby="home-loans"] a.button')
    staff.fill("#id_number", number)
    staff.fill("#id_purpose", "编审校对")
    staff.fill("#id_where", "编审阅览室")
    picture(staff, "loan-ask")
    staff.click("main button.main")
    staff.wait_for_url("**/custody/mine/")
    staff.click(f'li:has-text("{number}") a:text-is("申请单")')
    request = staff.url
    page.goto(carrier)
    assert "Somebody wants to borrow it" in page.text_content("main")
    assert not page.locator('a:text-is("Hand it out")').count()

    leader = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    sign_in(leader, "erin", "zh-hans")
    leader.goto(request)
    picture(leader, "loan-decide")
    leader.click("aside a.main")
    leader.locator(".equal button").first.click()
    leader.wait_for_url(request)
    page.goto(carrier)
    page.click('a:text-is("Hand it out")')
    page.click("main button.main")
    page.wait_for_url(carrier)
    assert "on loan" in page.text_content(".badges")

    staff.goto(f"{address}/")
    staff.click(f'section[aria-labelledby="home-loans"] li:has-text("{number}") a:text-is("申请归还")')
    staff.click("main button.main")
    staff.wait_for_url("**/custody/mine/")
    picture(staff, "loan-offered")
    assert staff.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto(carrier)
    assert "wants to give it back" in page.text_content("main")
    page.click('aside a.main:text-is("Take back")')
    page.check("#id_complete")
    page.click("main button.main")
    assert "in its place" in page.text_content(".badges")
