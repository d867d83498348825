"""A person at a screen: one console with its demo for all browser tests of a process, Debian's Chromium, windows.

A click that leaves its page returns when the next page is there: a person waits for it too. ``page`` fails a test for whatever the browser complains about. ``sign_in(page, name, language)`` passes both factors;
``picture(page, name)`` leaves a screenshot in the folder that SHOUMI_SCREENSHOTS names.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
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
        pytest.skip("Chromium is missing: apt install chromium-headless-shell fonts-noto-cjk")
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
        listening(port)

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


def listening(port):
    """Wait until the console listens: it says its address a moment before."""
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import Browser, Locator, Page, sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Browser, "new_context", watched(Browser.new_context))
        patch.setattr(Page, "click", patient(Page.click))
        patch.setattr(Locator, "click", patient(Locator.click))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


LEAVING = """
window.leaving = false;
addEventListener("submit", (event) => { if (!event.defaultPrevented) window.leaving = true; });
addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (link.href.split("#")[0] !== location.href.split("#")[0]) window.leaving = true;
});
"""


def watched(new_context):
    """Make every page know whether a click or a form is about to leave it."""

    @functools.wraps(new_context)
    def with_script(browser, **options):
        context = new_context(browser, **options)
        context.add_init_script(LEAVING)
        return context

    return with_script


def patient(click):
    """Make ``click`` wait for the page, or the file, it leads to: the browser calls a click done before it has begun to leave."""
    from playwright.sync_api import Error, Page

    @functools.wraps(click)
    def arrive(clicked, *arguments, **options):
        page, files = clicked if isinstance(clicked, Page) else clicked.page, []

        def count(file):
            files.append(file)

        page.on("download", count)
        click(clicked, *arguments, **options)
        for _ in range(1500):
            with contextlib.suppress(Error):  # asked between two pages
                if files or not page.evaluate("window.leaving"):
                    break
            page.wait_for_timeout(20)
        page.remove_listener("download", count)
        page.wait_for_load_state()

    return arrive


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


# --- the cast of the areas' walks: people of their own, so that the demo's keep their parts

CAST = {  # name → role and unit; Alice applies, Bob approves, Charlie is outside, Dana audits; officers carry it out
    "alice": ("", "22"),
    "bob": ("approver", "20"),
    "charlie": ("officer", "30"),
    "dana": ("audit", "0"),
    "olga": ("officer", "20"),
    "oskar": ("officer", "20"),
}
MAKE_CAST = """
from datetime import date, timedelta
from shoumi.console import demo
from shoumi.console.accounts.actions.accounts import OpenAccount
from shoumi.console.accounts.actions.people import AddPerson
from shoumi.console.accounts.models import Grant, Unit
from shoumi.console.action import Machine
machine = Machine("demo", frozenset(one.name for one in (AddPerson, OpenAccount)))
for name, (role, code) in {cast!r}.items():
    unit, month = Unit.objects.get(code=code), (date.today() - timedelta(days=30)).isoformat()
    person = AddPerson.run(machine, number=f"W-{{name}}", name=name.title(), unit=unit.pk, post="科员",
        category="important", email="", joined_on=month, vetted_on=month, trained_on=month, committed_on=month).thing
    user = OpenAccount.run(machine, person, username=f"walk-{{name}}").thing
    if role:
        Grant.objects.create(user=user, role=role, unit=unit, by="test")  # lessons before a role have tests of their own
    demo._open(user)
    print(name, demo.password(user.username))
"""
SAY = """
from django.utils import translation
with translation.override({language!r}):
    print(translation.gettext({words!r}) % {values!r})
"""


class Cast:
    """A window for each person of the walks, opened and signed in when first asked for, kept to the end."""

    def __init__(self, chromium, console):
        self.console, self.address, self._code = console, console[0], console[2]
        self._chromium, self._windows, self._said, self.complaints = chromium, {}, {}, []
        self.language = os.environ.get("SHOUMI_WALK_LANGUAGE", "zh-hans")  # the guide's pictures are taken in two
        self.inside = self._code.inside
        made = self.inside(MAKE_CAST.format(cast=CAST))
        self.logins = dict(line.split() for line in made.splitlines())

    def __call__(self, name):
        """Return somebody's window, at its full size."""
        if name not in self._windows:
            context = self._chromium.new_context(viewport=WIDE, accept_downloads=True)
            page = context.new_page()
            page.on("console", lambda told: self._note(name, told.text) if told.type in {"error", "warning"} else None)
            page.on("pageerror", lambda error: self._note(name, str(error)))
            page.goto(f"{self.address}/accounts/signin/")
            page.click(f'.languages button[value="{self.language}"]')
            page.fill("#id_username", f"walk-{name}")
            page.fill("#id_password", self.logins[name])
            page.click("main button.main")
            page.fill("#id_code", self.code(name))
            page.click("main button.main")
            self._windows[name] = page
        return self._windows[name]

    def _note(self, name, text):
        if "422 (" not in text:
            self.complaints.append(f"{name}: {text}")

    def code(self, name):
        return self._code(f"walk-{name}")

    def prove(self, name):
        """Show password and code where the form asks for them; return how many fields that were."""
        page = self(name)
        if not page.locator("#id_proof-password").count():
            return 0
        page.fill("#id_proof-password", self.logins[name])
        page.fill("#id_proof-code", self.code(name))
        return 2

    def say(self, words, **values):
        """Return a sentence as pages say it in the language of the walk."""
        asked = (words, tuple(values.items()))
        if asked not in self._said:
            self._said[asked] = self.inside(SAY.format(language=self.language, words=words, values=values))
        return self._said[asked]

    def status(self, name, path):
        """Return what an address answers somebody."""
        return self(name).request.get(f"{self.address}{path}" if path.startswith("/") else path).status

    def trail(self, about):
        """Return what Dana, the auditor, finds about something in the audit trail."""
        page = self("dana")
        page.goto(f"{self.address}/audit/?q={about}")
        return " ".join(page.locator("tbody").all_text_contents())


WIDE = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def whole_cast(chromium, console):
    return Cast(chromium, console)


@pytest.fixture
def cast(whole_cast):
    """The people of the areas' walks; what the browser complains about in any of their windows fails the test."""
    whole_cast.complaints.clear()
    yield whole_cast
    assert whole_cast.complaints == []
