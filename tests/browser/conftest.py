"""A person at a screen: one console with its demo for all browser tests of a process, Debian's Chromium, windows.

``page`` fails a test for whatever the browser complains about. ``sign_in(page, name, language)`` passes both factors;
``picture(page, name)`` leaves a screenshot in the folder that SHOUMI_SCREENSHOTS names.
"""

from __future__ import annotations

import json
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
WITHIN = """
import contextlib, io, json, sys, django
django.setup()
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(json.loads(line), {})
    print(json.dumps(said.getvalue()), flush=True)
"""  # one process for all questions: loading the console takes seconds


@pytest.fixture(scope="session")
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

        within = subprocess.Popen(
            [sys.executable, "-c", WITHIN],
            env={**environment, "DJANGO_SETTINGS_MODULE": "shoumi.console.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

        def inside(lines):
            """Run lines of Python on this console's database and return what they print."""
            within.stdin.write(json.dumps(lines) + "\n")
            within.stdin.flush()
            return json.loads(within.stdout.readline()).strip()

        def code(name):
            """Return the code of now; the time step is forgotten, so that tests need not wait half a minute for the next."""
            return inside(
                "from shoumi.console.accounts.models import User; from shoumi.console import demo\n"
                f"User.objects.filter(username={name!r}).update(code_step=0); print(demo.code({name!r}))"
            )

        code.inside = inside
        yield f"http://127.0.0.1:{port}", logins, code
        within.communicate()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def picture():
    """Leave a screenshot where SHOUMI_SCREENSHOTS says, or nothing."""
    return _picture


def _picture(page, name):
    folder = os.environ.get("SHOUMI_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png")


@pytest.fixture
def sign_in(console):
    """Sign an account of the demo in, with both factors, in a language."""
    return lambda page, name, language="en": _sign_in(page, console, name, language)


def _sign_in(page, console, name, language):
    address, logins, code = console
    page.goto(f"{address}/accounts/signin/")
    page.click(f'.languages button[value="{language}"]')
    page.fill("#id_username", name)
    page.fill("#id_password", logins[name])
    page.click("main button.main")
    page.fill("#id_code", code(name))
    _picture(page, f"code-{language}")
    page.click("main button.main")
