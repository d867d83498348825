"""Signing in: both factors, lock-out, one-time codes and links, sessions that end, the first set-up."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from shoumi.console.accounts import codes, tokens
from shoumi.console.accounts.models import Lock, Office, User, Visit
from shoumi.console.audit.models import Entry

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def browser():
    from django.conf import settings

    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


def now() -> str:
    return pyotp.TOTP(SECRET).now()


def password(browser, name, given):
    return browser.post("/accounts/signin/", {"username": name, "password": given})


def test_both_factors_open_the_door(world, browser):
    assert password(browser, " Dana ", world.password).url == "/accounts/signin/code/"
    assert browser.get("/accounts/people/").status_code == 302  # a password alone opens nothing
    assert browser.post("/accounts/signin/code/", {"code": now()}).url == "/"
    assert "Norma" in browser.get("/accounts/people/").content.decode()
    assert Entry.objects.filter(action="accounts.signin", outcome="done", actor="dana").count() == 1


def test_a_code_works_once(world, browser):
    code = now()
    for answer in (302, 422):
        password(browser, "dana", world.password)
        assert browser.post("/accounts/signin/code/", {"code": code}).status_code == answer
        browser.post("/accounts/signout/")


@pytest.mark.parametrize("code", ["000000", "", "12345", "abcdef", "１２３４５６", "1" * 4000])
def test_wrong_codes(world, browser, code):
    password(browser, "dana", world.password)
    assert browser.post("/accounts/signin/code/", {"code": code}).status_code == 422


def test_nobody_learns_which_accounts_exist(world, browser):
    answers = [password(browser, name, "wrong password").content.decode() for name in ("dana", "nobody")]
    shown = [re.sub(r'(csrfmiddlewaretoken" )value="\w+"|dana|nobody', "", answer) for answer in answers]
    assert shown[0] == shown[1]
    assert "Account or password is not right" in shown[0]


def test_an_account_locks_and_the_security_administrator_opens_it(world, browser, proven):
    from shoumi.console.accounts.actions.accounts import Unlock

    for _ in range(Office.current().failures):
        assert password(browser, "dana", "wrong").status_code == 422
    answer = password(browser, "dana", world.password)
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert Entry.objects.filter(action="accounts.signin", outcome="refused").count() == 5
    Unlock.run(world.bob, world.dana, door=proven, reason="asked in person")
    assert password(browser, "dana", world.password).status_code == 302


def test_a_lock_ends_by_itself_and_old_failures_are_forgotten(world, browser):
    for _ in range(5):
        password(browser, "dana", "wrong")
    Lock.objects.update(until=timezone.now() - timedelta(seconds=1), last=timezone.now() - timedelta(minutes=16))
    assert password(browser, "dana", "wrong").status_code == 422
    assert password(browser, "dana", world.password).status_code == 302


def test_an_address_locks_too(world, browser):
    for number in range(Office.current().failures * 6):
        password(browser, f"guess{number}", "wrong")
    assert password(browser, "dana", world.password).status_code == 429


def test_wrong_codes_lock_as_wrong_passwords_do(world, browser):
    for _ in range(5):
        password(browser, "dana", world.password)
        browser.post("/accounts/signin/code/", {"code": "000000"})
    assert password(browser, "dana", world.password).status_code == 429


def test_half_a_sign_in_ends_after_five_minutes(world, browser, monkeypatch):
    password(browser, "dana", world.password)
    monkeypatch.setattr("shoumi.console.accounts.signin._HALF_LASTS", timedelta(seconds=-1))
    assert browser.post("/accounts/signin/code/", {"code": now()}).url == "/accounts/signin/"


def test_the_first_sign_in_enrols_a_second_factor(world, browser):
    User.objects.filter(pk=world.dana.pk).update(code_secret=None)
    assert password(browser, "dana", world.password).url == "/accounts/signin/enrol/"
    page = browser.get("/accounts/signin/enrol/").content.decode()
    assert "<svg" in page
    secret = page.partition('name="secret" value="')[2][:32]
    assert browser.post("/accounts/signin/enrol/", {"secret": secret, "code": "000000"}).status_code == 422
    assert browser.post("/accounts/signin/enrol/", {"secret": secret, "code": pyotp.TOTP(secret).now()}).url == "/"
    stored = bytes(User.objects.get(pk=world.dana.pk).code_secret)
    assert secret.encode() not in stored
    assert codes.unseal(stored, world.dana.pk) == secret
    assert codes.unseal(stored, world.bob.pk) is None


def test_who_is_enrolled_cannot_enrol_again_with_a_password_alone(world, browser):
    password(browser, "dana", world.password)
    assert browser.get("/accounts/signin/enrol/").status_code == 302
    browser.post("/accounts/signin/enrol/", {"secret": SECRET[::-1], "code": pyotp.TOTP(SECRET[::-1]).now()})
    assert codes.unseal(User.objects.get(pk=world.dana.pk).code_secret, world.dana.pk) == SECRET
    assert browser.get("/accounts/people/").status_code == 302


def test_sessions_end_when_idle_when_old_and_when_the_clock_is_set_back(world, enter):
    browser = enter(world.dana)
    for change in ({"seen": -timedelta(minutes=21)}, {"began": -timedelta(hours=11)}, {"seen": timedelta(hours=2)}):
        browser = enter(world.dana, Client())
        assert browser.get("/").status_code == 200
        Visit.objects.update(**{name: timezone.now() + delta for name, delta in change.items()})
        assert browser.get("/").status_code == 302
        assert "Your session has ended" in browser.get("/accounts/signin/").content.decode()


def test_an_account_has_so_many_sessions_and_no_more(world, enter):
    browsers = [enter(world.dana, Client()) for _ in range(3)]
    assert [browser.get("/").status_code for browser in browsers] == [302, 200, 200]


def test_closing_an_account_ends_its_sessions_at_once(world, enter, proven):
    from shoumi.console.accounts.actions.accounts import CloseAccount

    browser = enter(world.dana)
    CloseAccount.run(world.alice, world.dana, door=proven, reason="left")
    assert browser.get("/").status_code == 302


def test_signing_out_needs_a_form(world, enter):
    browser = enter(world.dana)
    assert browser.get("/accounts/signout/").status_code == 405
    assert browser.get("/").status_code == 200
    browser.post("/accounts/signout/")
    assert browser.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused(world):
    answer = Client(enforce_csrf_checks=True, headers={"accept-language": "en"}).post(
        "/accounts/signin/", {"username": "dana"}
    )
    assert answer.status_code == 403
    assert "This form is no longer good" in answer.content.decode()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_never_leads_elsewhere(world, browser, wanted):
    browser.post(f"/accounts/signin/?next={wanted}", {"username": "dana", "password": world.password})
    assert browser.post("/accounts/signin/code/", {"code": now()}).url == "/"


def test_signing_in_leads_where_one_wanted_to_go(world, browser):
    browser.post("/accounts/signin/?next=/accounts/units/", {"username": "dana", "password": world.password})
    assert browser.post("/accounts/signin/code/", {"code": now()}).url == "/accounts/units/"


def test_a_one_time_link_gives_a_password_once(world, browser):
    User.objects.filter(pk=world.staff.pk).update(password="!", code_secret=None)
    old, token = tokens.issue(world.staff), tokens.issue(world.staff)
    assert browser.get(f"/accounts/invitation/{old}/").status_code == 404
    given = {"password": "nine green bottles", "again": "nine green bottles"}
    assert browser.post(f"/accounts/invitation/{token}/", {**given, "again": "x"}).status_code == 422
    assert browser.post(f"/accounts/invitation/{token}/", given).url == "/accounts/signin/enrol/"
    assert Client().get(f"/accounts/invitation/{token}/").status_code == 404
    assert User.objects.get(pk=world.staff.pk).check_password("nine green bottles")


def test_a_link_ends_after_72_hours(world, browser):
    from shoumi.console.accounts.models import Invitation

    token = tokens.issue(world.staff)
    Invitation.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert browser.get(f"/accounts/invitation/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("short", "at least 12"),
        ("password12345!", "lists that attackers"),
        ("staff-of-the-year", "Leave out your name"),
        ("aaaaaaaaaaaaaaaa", "repetition"),
        ("qwertyuiop12345678", "repetition"),
        ("abababababababab", "repetition"),
        ("x" * 201, "200"),
    ],
)
def test_weak_passwords(world, browser, given, reason):
    User.objects.filter(pk=world.staff.pk).update(password="!")
    token = tokens.issue(world.staff)
    answer = browser.post(f"/accounts/invitation/{token}/", {"password": given, "again": given})
    assert answer.status_code == 422
    assert reason in answer.content.decode()


@pytest.mark.parametrize(
    "given", ["nine green bottles", "守密守密守密不外传一二三四", "xK9#mPq2vL5w", "Tr0ub4dor&3-staple"]
)
def test_good_passwords(world, given):
    from django.contrib.auth.password_validation import validate_password

    validate_password(given, world.staff)


def test_real_passwords_are_hashed_with_argon2id():
    from django.contrib.auth.hashers import Argon2PasswordHasher

    encoded = Argon2PasswordHasher().encode("x", "saltsaltsalt")
    assert encoded.startswith("argon2$argon2id$")


def test_set_up_by_one_link_then_never_again(db, browser):
    token = tokens.issue(None)
    names = {
        f"{role}_{part}": f"{role}{end}"
        for role in ("system", "security", "audit")
        for part, end in (("name", " person"), ("account", "-admin"))
    }
    given = {"office": "Records Centre", "mode": "separated", **names}
    address = f"/accounts/setup/{token}/"
    assert "one-time link" in browser.get("/accounts/signin/").content.decode()
    assert browser.get("/accounts/setup/guess/").status_code == 404
    same = browser.post(address, {**given, "audit_name": "System person"})
    assert same.status_code == 422
    assert "Three persons are needed" in same.content.decode()
    assert browser.post(address, {**given, "audit_account": ""}).status_code == 422
    page = browser.post(address, given).content.decode()
    assert page.count("/accounts/invitation/") == 3
    assert browser.get(address).status_code == 404
    held = {user.username: [role for role, _path in user.grants if role != "staff"] for user in User.objects.all()}
    assert held == {"system-admin": ["system"], "security-admin": ["security"], "audit-admin": ["audit"]}


def test_set_up_of_a_small_office_says_so_everywhere(db, browser):
    token = tokens.issue(None)
    given = {"office": "One Laptop", "mode": "small-office", "system_name": "Dana", "system_account": "dana"}
    assert browser.post(f"/accounts/setup/{token}/", given).content.decode().count("/accounts/invitation/") == 1
    assert {role for role, _path in User.objects.get().grants} >= {"system", "security", "audit", "officer"}
    assert "Small office: the administrators are not kept apart" in browser.get("/accounts/signin/").content.decode()
    assert Entry.objects.first().mode == "small-office"
