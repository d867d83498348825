"""Every address as every role: nothing of another unit, no crash, the right refusal; headers on everything."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from shoumi.console.accounts.models import Grant, Lock, Person, Unit, Upload, User, Visit
from shoumi.console.audit.models import Entry

CROSSING = {"/custody/dispatches/add/", "/findings/report/"}  # the names of other units can be chosen there, on purpose
FOREIGN = "Zz-foreign"  # stands in every name of the other unit


def addresses(of="shoumi.console.", resolver=None, prefix=""):
    """Return every address pattern as a template with <pk>, <step> and so on."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(of, entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            page = vars(entry.callback).get("view_class")  # the rest is no page: test_api
            if page is not None and page.__module__.startswith(of):
                yield prefix + str(entry.pattern)


OWN = ("shoumi.console.accounts", "shoumi.console.audit", "shoumi.console.views")  # test_crawl fills the other rooms


def numbers(world):
    """Return the keys of everything in the other unit, and a few of one's own."""
    foreign = {"person": Person.objects.filter(unit=world.south), "unit": Unit.objects.filter(pk=world.south.pk)}
    foreign |= {"user": User.objects.filter(person__unit=world.south), "grant": Grant.objects.filter(unit=world.south)}
    foreign |= {
        "visit": Visit.objects.exclude(address="127.0.0.1"),
        "upload": Upload.objects.all(),
        "entry": Entry.objects.filter(unit__startswith=world.south.path),
    }
    assert all(rows.exists() for rows in foreign.values())
    return sorted({row.pk for rows in foreign.values() for row in rows} | {1, world.north.pk, world.north_person.pk})


def filled(template, keys=range(1, 4)):
    """Return real addresses for a template: with every key, every word it may take."""
    if "<str:token>" in template:
        return [template.replace("<str:token>", "guess")]
    template = template.replace("^", "").replace("$", "").replace("\\.", ".")
    found = (
        [re.sub(r"\(\?P<pk>\\d\+\)|<int:pk>", str(number), template) for number in keys]
        if "pk" in template
        else [template]
    )
    choice = re.search(r"\(\?P<\w+>([\w|-]+)\)", template)
    if choice:
        words = choice[1].split("|")
        found = [re.sub(r"\(\?P<\w+>[\w|-]+\)", word, address) for address in found for word in words]
    return ["/" + address for address in found]


@pytest.fixture
def two_units(world, proven):
    """Give the other unit names that would be noticed anywhere, and things of every kind."""
    from shoumi.console.accounts.actions.people import AddPerson

    Unit.objects.filter(pk=world.south.pk).update(name=f"{FOREIGN} unit", code=f"{FOREIGN}-u")
    for person in Person.objects.filter(unit=world.south):
        Person.objects.filter(pk=person.pk).update(
            name=f"{FOREIGN} {person.pk}", number=f"{FOREIGN}-{person.pk}", email="zz-foreign@example.org"
        )
    User.objects.filter(pk=world.south_officer.pk).update(username=f"{FOREIGN}-account".lower())
    south_officer = User.objects.full().get(pk=world.south_officer.pk)
    given = {"number": f"{FOREIGN}-new", "name": f"{FOREIGN} new", "category": "none", "unit": world.south.pk}
    AddPerson.run(south_officer, door=proven, **given)
    Visit.objects.create(user=south_officer, session="y" * 32, address=f"{FOREIGN} address")
    Upload.objects.create(
        user=south_officer,
        name=f"{FOREIGN} list",
        rows=[{"line": "2", "number": "5", "name": FOREIGN, "unit": "south"}],
    )
    Unit.objects.filter(pk=world.south.pk).update(leader=Person.objects.filter(unit=world.south).first())
    return world


@pytest.mark.parametrize("role", ["officer", "leader", "approver", "area", "staff"])
def test_nothing_of_another_unit_is_shown(role, two_units, enter):
    browser = enter(two_units.users[role])
    seen = 0
    for template in addresses(OWN):
        for address in filled(template, numbers(two_units)):
            for query in ("", "?q=foreign", "?export=csv"):
                answer = browser.get(address + query)
                assert answer.status_code in {200, 302, 403, 404, 405}, address
                seen += answer.status_code == 200
                text = b"".join(answer) if answer.streaming else answer.content
                text = re.sub(rb'value="foreign"|q=foreign|classified-foreign', b"", text)
                if address in CROSSING:
                    text = re.sub(rb"<option[^>]*>[^<]*</option>", b"", text)
                assert b"foreign" not in text.lower(), f"{role} sees another unit at {address}{query}"
                if answer.status_code not in {200}:
                    break
    assert seen >= 3


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_every_address_answers_administrators(role, two_units, enter):
    browser = enter(two_units.users[role])
    for template in addresses():
        for address in filled(template, [two_units.north.pk]):
            assert browser.get(address).status_code in {200, 302, 403, 404, 405}, address


@pytest.mark.parametrize("role", ["officer", "leader", "staff"])
def test_no_form_changes_anything_in_another_unit(role, two_units, enter):
    browser = enter(two_units.users[role])

    def state():
        rows = (
            Person.objects.filter(unit=two_units.south),
            Unit.objects.filter(pk=two_units.south.pk),
            Grant.objects.filter(user=two_units.south_officer),
            User.objects.filter(pk=two_units.south_officer.pk),
            Visit.objects.filter(user=two_units.south_officer),
            Upload.objects.all(),
            Lock.objects.all(),
        )
        return [list(query.values()) for query in rows]

    before = state()
    given = {
        "number": "1",
        "name": "Eve",
        "category": "none",
        "unit": two_units.south.pk,
        "code": "q",
        "reason": "x",
        "parent": two_units.south.pk,
        "username": "eve",
        "person": two_units.south_person.pk,
        "role": "officer",
        "mode": "small-office",
    }
    for template in addresses(OWN):
        if "sign" in template or "me/" in template:
            continue
        for address in filled(template, numbers(two_units)):
            assert browser.post(address, given).status_code in {200, 302, 403, 404, 405, 422}, address
    assert state() == before


def test_nobody_sees_anything_without_signing_in(two_units):
    for template in addresses():
        for address in filled(template, [two_units.south.pk]):
            answer = Client().get(address)
            assert answer.status_code in {200, 302, 404, 405}
            if answer.status_code == 200:
                assert address in {"/accounts/signin/"}
                assert b"foreign" not in answer.content.lower()


def test_an_attempt_without_right_is_written_down(world, enter):
    browser = enter(world.staff)
    before = Entry.objects.count()
    assert browser.get(f"/accounts/people/{world.north_person.pk}/depart/").status_code == 403
    assert Entry.objects.count() == before  # looking is no attempt
    assert browser.post(f"/accounts/people/{world.north_person.pk}/depart/", {"reason": "x"}).status_code == 403
    entry = Entry.objects.first()
    assert (entry.action, entry.outcome, entry.actor, entry.door) == (
        "accounts.person.depart",
        "refused",
        "staff",
        "page",
    )


def test_sensitive_steps_ask_again_in_place_and_lose_nothing(world, enter):
    import pyotp

    browser = enter(world.dana)
    session = browser.session
    session["proved"] = "2020-01-01T00:00:00+00:00"
    session.save()
    address = f"/accounts/people/{world.north_person.pk}/depart/"
    assert "Is it you?" in browser.get(address).content.decode()
    given = {"reason": "moves to the coast", "departed_on": "", "cooling_until": ""}
    answer = browser.post(address, {**given, "proof-password": "wrong", "proof-code": "000000"})
    assert answer.status_code == 422
    assert "moves to the coast" in answer.content.decode()
    assert "Password or code is not right" in answer.content.decode()
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").now()
    answer = browser.post(address, {**given, "proof-password": world.password, "proof-code": code})
    assert answer.status_code == 302
    world.north_person.refresh_from_db()
    assert world.north_person.departed_on


@pytest.mark.parametrize("address", ["/", "/health", "/accounts/signin/", "/nowhere/", "/static/shoumi/shoumi.css"])
def test_headers(db, address):
    answer = Client().get(address)
    answer.close()
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert answer.get("X-Frame-Options") == "DENY" or address.startswith("/static/")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize(("address", "status"), [("/nowhere/", 404), ("/accounts/accounts/", 403)])
def test_error_pages_say_what_to_do(world, enter, language, address, status):
    from django.conf import settings

    browser = enter(world.staff)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = browser.get(address)
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    assert answer.status_code == status
    assert str(status) not in text
    assert ("role" if status == 403 else "moved") in text or language != "en"


def test_a_mistake_in_the_console_is_answered_calmly(world, enter, monkeypatch):
    from shoumi.console import views

    def broken(self, request):
        raise RuntimeError("secret")

    browser = enter(world.staff)
    browser.raise_request_exception = False
    monkeypatch.setattr(views.Home, "get", broken)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "Something went wrong here, not with you" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_the_language_switch_stays_here(db):
    for back in ("https://evil.example/", "//evil.example"):
        assert Client().post("/language/", {"language": "en", "back": back}).url == "/"
    browser = Client()
    browser.post("/language/", {"language": "zh-hant", "back": "/accounts/signin/"})
    assert 'lang="zh-hant"' in browser.get("/accounts/signin/").content.decode()
    assert browser.post("/language/", {"language": "xx"}).status_code == 302
