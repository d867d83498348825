"""Background work, ways out for notices, tokens, the inbox: on a desk and on a phone, in three languages, for everybody."""

from __future__ import annotations

import re

PHONE = {"width": 360, "height": 740}


def complaints(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found]


def test_the_system_administrators_pages(page, console, sign_in, picture):
    sign_in(page, "alice", "zh-hans")
    for path, name in (
        ("/jobs/", "jobs"),
        ("/notices/channels/", "channels"),
        ("/notices/channels/add/", "channel-add"),
        ("/api/", "tokens"),
        ("/api/tokens/make/", "token-make"),
        ("/notices/told/", "told"),
        ("/notices/", "inbox"),
    ):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(console[0] + path)
        picture(page, f"{name}-desk")
        assert complaints(page) == [], path
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        picture(page, f"{name}-phone")


def test_a_token_is_made_shown_once_and_ended(page, console, sign_in, picture):
    sign_in(page, "dana")
    page.goto(f"{console[0]}/api/tokens/make/")
    page.fill("#id_name", "Staff list, server 3")
    page.click("main button.main")
    secret = page.text_content("code.link")
    assert re.fullmatch(r"shoumi_[\w-]{43}", secret)
    picture(page, "token-made")
    read = page.request.get(
        f"{console[0]}/api/lists/accounts.people", headers={"Authorization": f"Bearer {secret}", "Cookie": ""}
    )
    assert read.status == 200
    page.click("main a.button")
    assert secret not in page.content()
    picture(page, "token")
    page.click("aside a.button")
    page.click("main button.main")
    assert (
        page.request.get(
            f"{console[0]}/api/lists/accounts.people", headers={"Authorization": f"Bearer {secret}"}
        ).status
        == 401
    )


def test_work_goes_on_behind_the_pages(page, console, sign_in, picture):
    """The worker that came with "serve" has done the day's housekeeping, and nobody is told that it has not."""
    sign_in(page, "alice")
    page.goto(f"{console[0]}/jobs/?state=done")
    for _ in range(30):
        if page.locator("tbody tr").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert page.locator("tbody tr").count() >= 1
    assert page.locator(".note.error").count() == 0
    picture(page, "jobs-done")
