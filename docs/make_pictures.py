"""Pictures of docs/guide/first-day.md: the walk of a new user through the demo, with a screenshot of each step.

    shoumi demo /tmp/day && shoumi serve --home /tmp/day/home      in one window
    python docs/make_pictures.py --home /tmp/day/home              in another

Enters the address of a console with its demo, leaves PNGs in docs/images/. tests/browser/test_board.py walks the same.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REASON = {"en": "The published sample of the form.", "zh-hans": "表格上公开的示例。", "zh-hant": "表格上公開的範例。"}


def walk(page: Any, address: str, login: tuple[str, str, str], language: str, picture: Callable[[str], None]) -> str:
    """Sign in, see the morning and the board, decide a finding, open a case, get its record; return the PDF's name."""
    name, password, code = login
    page.goto(f"{address}/accounts/signin/")
    page.click(f'.languages button[value="{language}"]')
    page.fill("#id_username", name)
    page.fill("#id_password", password)
    page.click("main button.main")
    page.fill("#id_code", code)
    page.click("main button.main")
    picture("morning")
    page.click('nav a[href="/board/"]')
    picture("board")
    page.click(".board tbody tr:first-child td:nth-child(6) a.cell")  # messaging, of the whole office
    picture("why")
    page.click("aside a.button.main")
    page.wait_for_url(lambda url: "/board/" not in url)
    if not re.search(r"/findings/(\?|$)", page.url) or not page.locator("tbody tr").count():
        page.goto(f"{address}/findings/")  # what leaks by messages has been decided by now
    page.keyboard.press("j")
    picture("queue")
    page.keyboard.press("c")
    page.wait_for_url("**/cases/open/**")
    if not page.input_value("#id_title"):
        page.fill("#id_title", REASON[language])
    picture("case")
    page.click("main button.main")
    page.wait_for_url(re.compile(r"/findings/cases/\d+/"))
    picture("opened")
    with page.expect_download() as download:
        page.click('a[href*="/records/findings.case/"][href$=".pdf"]')
    return str(download.value.suggested_filename)


def main(arguments: list[str]) -> int:
    """Take the pictures, in English and in Chinese."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--address", default="http://127.0.0.1:8731")
    given = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        for language, name in (("en", "dana"), ("zh-hans", "dana")):
            page = browser.new_context(viewport={"width": 1280, "height": 720}, color_scheme="light").new_page()

            def picture(step: str, page: Any = page, language: str = language) -> None:
                shot = Image.open(io.BytesIO(page.screenshot()))
                shot.quantize(64).save(HERE / "images" / f"first-day-{step}-{language}.png", optimize=True)

            walk(page, given.address, _login(given.home, name), language, picture)
        browser.close()
    return 0


def _login(home: str, name: str) -> tuple[str, str, str]:
    """Return account, password and the code of now; the step is forgotten, so that nobody waits for the next code."""
    lines = (
        "import django; django.setup(); from shoumi.console import demo\n"
        "from shoumi.console.accounts.models import User\n"
        f"User.objects.filter(username={name!r}).update(code_step=0)\n"
        f"print(demo.password({name!r}), demo.code({name!r}))"
    )
    settings = {**os.environ, "SHOUMI_HOME": home, "DJANGO_SETTINGS_MODULE": "shoumi.console.settings"}
    run = subprocess.run([sys.executable, "-c", lines], env=settings, capture_output=True, text=True, check=True)
    password, code = run.stdout.split()
    return name, password, code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
