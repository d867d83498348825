"""A small office with two units that must not see each other, and an account in every role."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
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


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    """Migrate once for all processes of the tests: the others copy the migrated database (SQLite only)."""
    from django.core import management
    from django.db import connections

    cache = getattr(request.config, "cache", None)
    migrate = management.call_command

    def copied(command, *arguments, **options):
        connection = connections[options.get("database", "default")]
        if command != "migrate" or connection.vendor != "sqlite" or cache is None:
            return migrate(command, *arguments, **options)
        template = cache.mkdir("migrated") / f"{_schema()}.sqlite"
        with template.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            connection.ensure_connection()
            if template.exists():
                with contextlib.closing(sqlite3.connect(template)) as source:
                    source.backup(connection.connection)
                return None
            migrate(command, *arguments, **options)
            draft = template.with_suffix(".part")
            draft.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(draft)) as target:
                connection.connection.backup(target)
            draft.replace(template)
        return None

    management.call_command = copied
    yield
    management.call_command = migrate


def _schema():
    """Name the state of all migrations and of what makes them."""
    import django
    from django.conf import settings

    import shoumi.console

    digest = hashlib.sha256("\0".join((django.__version__, *settings.INSTALLED_APPS)).encode())
    for path in sorted(Path(django.__file__).parent.parent.glob("django/contrib/*/migrations/*.py")):
        digest.update(path.read_bytes())
    for path in sorted(Path(shoumi.console.__file__).parent.rglob("migrations/*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:24]


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
