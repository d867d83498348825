"""The first day as a new user walks it; the board to the next action; accessibility and links of every room's pages."""

from __future__ import annotations

import html
import importlib.util
import re
import time
from pathlib import Path
from urllib.parse import urljoin

import pytest

SPEC = importlib.util.spec_from_file_location("make_pictures", Path(__file__).parents[2] / "docs" / "make_pictures.py")
PICTURES = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(PICTURES)
WORDS = {"zh-hans": ("一步之遥", "已泄露"), "zh-hant": ("一步之遙", "已洩露"), "en": ("One step away", "leaked")}
PHONE = {"width": 360, "height": 740}
DEEP = 100  # pages of the second step
WALK_SECONDS = 60  # a third of the three minutes; making the demo and reading take the rest
RULES = {
    "light": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"type": "rule", "values": ["color-contrast"]},  # the rest does not depend on colours
}


@pytest.mark.parametrize("language", WORDS)
def test_from_the_first_sign_in_to_a_decided_finding_with_its_record(page, console, picture, language):
    address, logins, code = console
    began = time.monotonic()
    login = ("dana", logins["dana"], code("dana"))
    name = PICTURES.walk(page, address, login, language, lambda step: picture(page, f"first-day-{step}-{language}"))
    assert name.endswith(".pdf")
    assert time.monotonic() - began < WALK_SECONDS
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("language", WORDS)
def test_the_board_leads_to_why_and_to_the_next_action(page, console, sign_in, picture, language):
    address = console[0]
    title, leaked = WORDS[language]
    sign_in(page, "dana", language)
    page.goto(f"{address}/board/")
    assert page.text_content("h1") == title
    picture(page, f"board-{language}")
    assert leaked in page.text_content(".board .seal >> nth=0")
    page.click(".board tbody tr:nth-child(1) th a.row")
    page.wait_for_url(re.compile(r"/board/\d+/$"))
    assert title in page.text_content("h1")
    picture(page, f"board-unit-{language}")
    page.click("a.cell >> nth=0")
    page.wait_for_selector(".reasons li")
    picture(page, f"board-why-{language}")
    where = page.url
    page.click("aside a.button.main")
    page.wait_for_url(lambda url: url != where)
    assert page.locator("h1").count() == 1
    page.goto(f"{address}/board/wall/")
    assert page.locator("a, button, input").count() == 0
    picture(page, f"board-wall-{language}")


def test_the_board_fits_a_phone(page, console, sign_in, picture):
    page.set_viewport_size(PHONE)
    sign_in(page, "erin")
    for path in ("/", "/board/"):
        page.goto(console[0] + path)
        picture(page, f"phone{path.replace('/', '-')}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def menu(page, address):
    """Return the pages of the menu and those that the home page leads to."""
    page.goto(address)
    found = page.eval_on_selector_all("nav a, main a, .side a", "all => all.map(one => one.href.split('#')[0])")
    return sorted({one for one in found if one.startswith(address)} | {f"{address}/board/", f"{address}/keys/"})


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["dana", "heidi"])
def test_pages_are_accessible(page, console, sign_in, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    sign_in(page, name)
    wrong = []
    pages = [one for one in menu(page, console[0]) if one != f"{console[0]}/board/" or name == "dana"]
    pages = list({re.sub(r"\d+|\?.*", "", one): one for one in pages}.values())  # one of each kind
    pages = pages if scheme == "light" else pages[::4]
    for one in pages:
        page.goto(one)
        for found in Axe().run(page, options={"runOnly": RULES[scheme]}).response["violations"]:
            nodes = [node["html"][:150] for node in found["nodes"][:2]]
            wrong.append(f"{one.removeprefix(console[0])} {found['id']}: {nodes}")
    assert len(pages) > (5 if scheme == "light" else 1)
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("name", ["dana", "erin", "grace", "heidi", "alice", "bob", "charlie"])
def test_no_link_leads_to_nothing(page, console, sign_in, name):
    """Two clicks deep from home: whatever is shown as a link opens, for whoever sees it."""
    address = console[0]
    sign_in(page, name)
    many = name in {"dana", "erin", "grace"}
    seen, wrong, todo = set(), [], menu(page, address) if many else [address + "/"]
    for _depth in range(2):
        following = set()
        for one in [one for one in todo if one not in seen]:
            seen.add(one)
            answer = page.request.get(one)
            if answer.status >= 400:
                wrong.append(f"{answer.status} {one.removeprefix(address)}")
            elif "html" in answer.headers.get("content-type", ""):
                links = re.findall(r'<a\b[^>]*\bhref="([^"#]*)', answer.text())
                following |= {urljoin(one, html.unescape(link)) for link in links if "export=" not in link}
        todo = sorted(link for link in following - seen if link.startswith(address))[:DEEP]
    assert len(seen) > 10
    assert wrong == [], "\n".join(wrong)
