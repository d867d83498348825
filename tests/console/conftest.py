"""A small office with two units that must not see each other, and an account in every role."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from types import SimpleNamespace

import pytest

_HOME = tempfile.mkdtemp(prefix="shoumi-console-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)


def _load_django() -> None:
    """Load the console once, with a home of its own; the environment is put back for everybody else."""
    import django
    from django.conf import settings

    before = {name: os.environ.get(name) for name in ("SHOUMI_HOME", "SHOUMI_PUBLIC", "DATABASE_URL")}
    os.environ.update(SHOUMI_HOME=_HOME, SHOUMI_PUBLIC="", DATABASE_URL=os.environ.get("SHOUMI_TEST_DATABASE_URL", ""))
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoumi.console.settings"
    settings.LOGGING_CONFIG = None  # other tests share the process
    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
    del os.environ["DJANGO_SETTINGS_MODULE"]
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


_load_django()
PASSWORD = "correct horse battery staple"


@pytest.fixture
def world(db):
    """Units root → north, south (and north → cellar); people in each; accounts in every role, over north where it matters."""
    from shoumi.console.accounts import codes
    from shoumi.console.accounts.models import Grant, Office, Person, Unit, User

    Office.objects.create(pk=1, name="Records Centre")
    made = SimpleNamespace(password=PASSWORD)
    for name, above in (("root", None), ("north", "root"), ("south", "root"), ("cellar", "north")):
        unit = Unit(name=f"Unit {name}", code=name, parent=getattr(made, above) if above else None)
        unit.settle()
        setattr(made, name, unit)

    def person(name, unit, **more):
        return Person.objects.create(number=f"n-{name}", name=name.title(), unit=unit, **more)

    def account(name, role="", unit=None, home=None):
        user = User(username=name, person=person(name, home or unit or made.root))
        user.set_password(PASSWORD)
        user.save()
        user.code_secret = codes.seal("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", user.pk)
        user.save()
        if role:
            Grant.objects.create(user=user, role=role, unit=unit, by="test")
        return User.objects.full().get(pk=user.pk)

    made.person, made.account = person, account
    made.alice = account("alice", "system")
    made.bob = account("bob", "security")
    made.charlie = account("charlie", "audit")
    made.dana = account("dana", "officer", made.north)
    made.leader = account("leader", "leader", made.north)
    made.approver = account("approver", "approver", made.north)
    made.area = account("area", "area", made.north)
    made.staff = account("staff", home=made.north)
    made.south_officer = account("south-officer", "officer", made.south)
    made.north_person = person("norma", made.north, category="important", vetted_on="2026-01-02")
    made.south_person = person("sutherland", made.south, category="core")
    made.users = {
        "system": made.alice, "security": made.bob, "audit": made.charlie, "officer": made.dana,
        "leader": made.leader, "approver": made.approver, "area": made.area, "staff": made.staff,
    }  # fmt: skip
    return made


@pytest.fixture
def proven():
    """The door of somebody who has just proved who they are."""
    from django.utils import timezone

    from shoumi.console.action import Door

    return Door("page", "127.0.0.1", timezone.now())


@pytest.fixture
def enter(client):
    """Sign an account in as its second factor would, and return the client."""

    def sign_in(user, browser=None):
        from django.conf import settings
        from django.test import RequestFactory

        from shoumi.console.accounts import signin

        browser = browser or client
        request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")
        request.session = browser.session
        signin.enter(request, user)
        request.session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return browser

    return sign_in
