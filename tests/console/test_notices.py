"""Notices: in every inbox in every language; outside only that something waits; once each; secrets stay sealed."""

from __future__ import annotations

import importlib.util
import json
import logging
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from shoumi.console.action import Invalid, registry
from shoumi.console.audit.models import Entry
from shoumi.console.jobs import work
from shoumi.console.jobs.models import DEAD, WAITING, Job
from shoumi.console.notices import channels, jobs, tell
from shoumi.console.notices.models import Channel, Notice, Preference

SENTENCE = gettext_lazy("Close unit")  # any sentence with translations


def _examples():
    spec = importlib.util.spec_from_file_location("notice_examples", Path(__file__).parent / "examples_notices.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


examples = _examples()


def due():
    """Let everything that waits be due, and run it."""
    from django.utils import timezone

    Job.objects.filter(state=WAITING).update(at=timezone.now())
    return work()


class Post(socketserver.StreamRequestHandler):
    """As much SMTP as takes a mail, or refuses it."""

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line[:4].upper()
            if word == "DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.mails.append(text.decode())
                self.say("250 taken")
            elif word == "RCPT" and self.server.refuses:
                self.say("550 no")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 yes")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def post():
    """A mail server on this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        server.mails, server.refuses, server.daemon_threads = [], False, True
        server.url = f"mailto://127.0.0.1:{server.server_address[1]}?from=shoumi@example.org"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def mailing(world, post):
    """The office mails by that server; two people have addresses."""
    from shoumi.console.accounts.models import Person

    for user in (world.staff, world.dana):
        Person.objects.filter(pk=user.person_id).update(email=f"{user.username}@example.org")
    return examples.channel(world, post.url)


def body(mail):
    from email import message_from_string, policy

    message = message_from_string(mail, policy=policy.default)
    part = message.get_body(("plain", "html"))
    return message["to"], str(message["subject"]), part.get_content()


def test_everybody_reads_it_in_their_language(world, enter):
    tell([world.staff, world.dana], SENTENCE, "/accounts/me/")
    client = enter(world.staff, Client())
    for language, word in (("en", "Close unit"), ("zh-hans", "撤销部门"), ("zh-hant", "撤銷單位")):
        client.cookies["shoumi-language"] = language
        assert word in client.get("/notices/").content.decode()
    assert Notice.objects.count() == 2


def test_a_sentence_that_speaks_one_language_is_a_mistake(world):
    with pytest.raises(TypeError):
        tell([world.staff], gettext_lazy("%(least)d to %(most)d") % {"least": 1, "most": 2})
    tell([world.staff], format_lazy(gettext_lazy("{a} and more"), a="x"))
    assert Notice.objects.get().en == "x and more"


def test_nobody_is_told_the_same_about_a_thing_twice(world):
    for _ in range(2):
        tell([world.staff], SENTENCE, thing=world.north)
    assert Notice.objects.count() == 1
    Notice.objects.update(read="2026-11-26T00:00:00Z")
    tell([world.staff], SENTENCE, thing=world.north)
    assert Notice.objects.count() == 2


def test_closed_accounts_are_told_nothing(world):
    world.staff.is_active = False
    tell([world.staff], SENTENCE)
    assert not Notice.objects.exists()


def test_the_inbox_counts_opens_and_empties(world, enter):
    tell([world.staff], SENTENCE, "/accounts/me/", urgency="seal")
    tell([world.staff, world.dana], SENTENCE)
    client = enter(world.staff, Client())
    assert "2 new" in client.get("/").content.decode()
    mine = Notice.objects.filter(user=world.staff).order_by("pk")
    assert "Close unit" in client.get(f"/notices/{mine[0].pk}/").content.decode()
    answer = client.post(f"/notices/{mine[0].pk}/read/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/me/")
    assert "1 new" in client.get("/").content.decode()
    assert client.post("/notices/read/").status_code == 302
    assert " new</span>" not in client.get("/").content.decode()
    assert Notice.objects.filter(user=world.dana, read=None).count() == 1


def test_another_persons_notice_does_not_exist(world, enter):
    tell([world.dana], SENTENCE)
    found, client = Notice.objects.get(), enter(world.staff, Client())
    assert client.get(f"/notices/{found.pk}/").status_code == 404
    assert client.post(f"/notices/{found.pk}/read/").status_code in {403, 404}
    assert Notice.objects.get().read is None
    assert "Close unit" not in client.get("/notices/").content.decode()


def test_a_notice_leads_only_to_this_console(world, enter):
    tell([world.staff], SENTENCE, "https://evil.example.org/")
    answer = enter(world.staff, Client()).post(f"/notices/{Notice.objects.get().pk}/read/")
    assert answer["Location"] == "/notices/"


def test_mails_say_that_something_waits_and_never_what(world, mailing, post):
    Preference.objects.create(user=world.staff, rhythm="at-once", language="zh-hans")
    for _ in range(2):
        tell([world.staff], SENTENCE, "/accounts/me/")
    assert due() >= 1
    assert len(post.mails) == 1
    to, subject, text = body(post.mails[0])
    assert "staff@example.org" in to
    assert "守密" in subject
    assert "2" in text
    for mail in (post.mails[0], subject, text):
        assert not any(word in mail for word in ("Close unit", "撤销部门", "accounts/me"))
    due()
    assert len(post.mails) == 1


def test_once_a_day_overdue_at_once_or_never(world, mailing, post):
    tell([world.staff, world.dana], SENTENCE)
    due()
    assert post.mails == []
    Preference.objects.create(user=world.dana, rhythm="never")
    jobs.daily()
    due()
    assert [body(mail)[0] for mail in post.mails] == ["staff@example.org"]
    jobs.daily()
    due()
    assert len(post.mails) == 1
    tell([world.staff, world.dana], SENTENCE, urgency="seal")
    due()
    assert len(post.mails) == 2


def test_what_was_read_is_not_mailed_and_who_has_no_address_gets_none(world, mailing, post):
    tell([world.staff, world.leader], SENTENCE, urgency="seal")
    Notice.objects.filter(user=world.staff).update(read="2026-11-26T00:00:00Z")
    due()
    assert post.mails == []


def test_ones_own_address_counts_before_the_list_of_people(world, mailing, post, proven):
    given = {"rhythm": "at-once", "address": "else@example.org", "language": "en"}
    registry()["notices.choose"].run(world.staff, door=proven, **given)
    tell([world.staff], SENTENCE)
    due()
    assert body(post.mails[0])[0] == "else@example.org"
    assert "There is something for you in Shoumi" in body(post.mails[0])[2]


def test_a_refusing_server_is_shown_and_tried_again(world, mailing, post, enter, caplog):
    post.refuses = True
    tell([world.staff], SENTENCE, urgency="seal")
    with caplog.at_level(logging.DEBUG):
        due()
    assert "127.0.0.1" not in caplog.text
    assert "example.org" not in caplog.text
    assert Job.objects.filter(name="notices.mail", state=WAITING, tries=1).get().problem
    client = enter(world.alice, Client())
    assert "No message goes out by" in client.get("/").content.decode()
    assert "does not work" in client.get("/notices/channels/").content.decode()
    for _ in range(6):
        due()
    assert Job.objects.get(name="notices.mail").state == DEAD
    post.refuses = False
    client.post(f"/jobs/{Job.objects.get(name='notices.mail').pk}/again/")
    due()
    assert len(post.mails) == 1
    assert "No message goes out by" not in client.get("/").content.decode()


def test_a_group_is_told_once_for_all(world):
    said = []

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self):
            said.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Robot) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        examples.channel(world, f"json://127.0.0.1:{server.server_address[1]}/token", "group", "Robot")
        tell([world.staff, world.dana], SENTENCE, urgency="seal")
        tell([world.leader], SENTENCE)
        due()
        due()
        server.shutdown()
    assert len(said) == 1
    assert "Close unit" not in json.dumps(said)
    assert "撤销部门" not in said[0]["message"]


def test_an_address_is_sealed_and_nowhere_to_be_read(world, enter, proven):
    url = "mailtos://u:hunter2@smtp.example.org?from=shoumi@example.org"
    registry()["notices.channel.add"].run(world.alice, door=proven, name="Mail", scope="personal", url=url)
    found = Channel.objects.get()
    assert b"hunter2" not in bytes(found.sealed)
    assert channels.unseal(found) == url
    assert not Entry.objects.filter(facts__contains="hunter2").exists()
    found.name = "Other"
    assert channels.unseal(found) is None
    client = enter(world.alice, Client())
    pages = ("/notices/channels/", f"/notices/channels/{found.pk}/", "/audit/", "/notices/channels/?export=csv")
    assert not any("hunter2" in client.get(page).content.decode() for page in pages)
    wrong = client.post("/notices/channels/add/", {"name": "", "scope": "personal", "url": url})
    assert wrong.status_code == 422
    assert "hunter2" not in wrong.content.decode()
    registry()["notices.channel.remove"].run(world.alice, found.pk, door=proven, reason="x")
    assert bytes(Channel.objects.get().sealed) == b""


@pytest.mark.parametrize(
    ("scope", "url"),
    [
        ("personal", "wecombot://BOTKEY"),
        ("group", "mailtos://u:p@smtp.example.org"),
        ("personal", "mailto://u:p@smtp.example.org"),
        ("personal", "file:///etc/passwd"),
        ("group", "syslog://"),
        ("group", "jsons://"),
        ("personal", "hello"),
    ],
)
def test_other_addresses_are_refused_in_a_sentence(world, proven, scope, url):
    with pytest.raises(Invalid) as caught, translation.override("en"):
        registry()["notices.channel.add"].run(world.alice, door=proven, name="x", scope=scope, url=url)
    assert list(caught.value.form.errors) == ["url"]
    assert "u:p@" not in str(caught.value.form.errors)


@pytest.mark.parametrize("url", ["wecombot://BOTKEY", "dingtalk://TOKEN123", "feishu://abcdefghijklmnop"])
def test_the_robots_that_offices_use_are_known(world, proven, url):
    registry()["notices.channel.add"].run(world.alice, door=proven, name="x", scope="group", url=url)
    assert Channel.objects.get().service


def test_only_the_system_administrator_sees_the_ways_out(world, enter):
    found = examples.channel(world)
    for user in (world.dana, world.bob, world.staff):
        client = enter(user, Client())
        for path in ("", "add/", f"{found.pk}/", f"{found.pk}/try/", f"{found.pk}/remove/"):
            assert client.get(f"/notices/channels/{path}").status_code in {403, 404}
