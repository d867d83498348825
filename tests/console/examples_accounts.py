"""For every action of the room accounts: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from datetime import timedelta

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _depart(world):
    return world.dana, world.north_person, {"reason": "moves away"}


def _upload(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return world.dana, None, {"file": SimpleUploadedFile("people.csv", b"number,name,unit\n7,Eve,north\n")}


def _import(world):
    from shoumi.console.accounts.models import Upload

    rows = [{"line": "2", "number": "7", "name": "Eve", "unit": "north"}]
    return world.dana, Upload.objects.create(user=world.dana, name="people.csv", rows=rows), {}


def _unlock(world):
    from django.utils import timezone

    from shoumi.console.accounts.models import Lock

    Lock.objects.create(key="account:staff", until=timezone.now() + timedelta(minutes=5))
    return world.bob, world.staff, {"reason": "it was them"}


def _withdraw(world):
    from shoumi.console.accounts.models import Grant

    return world.bob, Grant.objects.get(user=world.dana), {"reason": "other work"}


def _choose(world):
    world.staff.set_unusable_password()
    world.staff.save()
    return world.staff, None, {"password": "nine green bottles", "again": "nine green bottles"}


def _enrol(world):
    import pyotp

    world.staff.code_secret = None
    world.staff.save()
    return world.staff, None, {"secret": SECRET, "code": pyotp.TOTP(SECRET).now()}


def _end_session(world):
    from shoumi.console.accounts.models import Visit

    return world.staff, Visit.objects.create(user=world.staff, session="x" * 32), {}


def _set_up(world):
    from shoumi.console.accounts.actions.setup import ACTOR
    from shoumi.console.accounts.models import Grant, Office, Person, Unit, User

    Unit.objects.update(leader=None)
    Grant.objects.all().delete()
    User.objects.all().delete()
    Person.objects.all().delete()
    for unit in Unit.objects.order_by("-path"):
        unit.delete()
    Office.objects.all().delete()
    names = {
        f"{role}_{part}": f"{role}{end}"
        for role in ("system", "security", "audit")
        for part, end in (("name", " person"), ("account", "-admin"))
    }
    return ACTOR, None, {"office": "New office", "mode": "separated", **names}


LIMITS = {
    "name": "Records", "cooling_general": 12, "cooling_important": 24, "cooling_core": 36, "vetting_months": 36,
    "idle_minutes": 15, "session_hours": 8, "sessions": 2, "failures": 5, "lock_minutes": 15,
}  # fmt: skip
NEW = {"number": "1", "name": "Eve", "category": "none"}

EXAMPLES = {
    "accounts.setup": _set_up,
    "accounts.unit.add": lambda w: (w.alice, None, {"name": "Vault", "code": "v", "parent": w.north.pk}),
    "accounts.unit.change": lambda w: (w.alice, w.cellar, {"name": "Vault", "code": "v", "parent": w.south.pk}),
    "accounts.unit.close": lambda w: (w.alice, w.cellar, {"reason": "merged"}),
    "accounts.person.add": lambda w: (w.dana, None, {**NEW, "unit": w.north.pk}),
    "accounts.person.change": lambda w: (w.dana, w.north_person, {**NEW, "unit": w.cellar.pk}),
    "accounts.person.depart": _depart,
    "accounts.people.upload": _upload,
    "accounts.people.import": _import,
    "accounts.account.open": lambda w: (w.alice, w.north_person, {"username": "norma"}),
    "accounts.account.invite": lambda w: (w.alice, w.staff, {"reason": "forgotten"}),
    "accounts.account.close": lambda w: (w.alice, w.staff, {"reason": "left"}),
    "accounts.account.unlock": _unlock,
    "accounts.account.end-sessions": lambda w: (w.bob, w.staff, {"reason": "lost machine"}),
    "accounts.code.forget": lambda w: (w.bob, w.staff, {"reason": "lost phone"}),
    "accounts.code.enrol": _enrol,
    "accounts.role.grant": lambda w: (w.bob, w.staff, {"role": "area", "unit": w.north.pk}),
    "accounts.role.withdraw": _withdraw,
    "accounts.office.change": lambda w: (w.bob, None, LIMITS),
    "accounts.office.mode": lambda w: (w.bob, None, {"mode": "small-office", "reason": "one laptop"}),
    "accounts.password.choose": _choose,
    "accounts.password.change": lambda w: (
        w.staff,
        None,
        {"password": "nine green bottles", "again": "nine green bottles"},
    ),
    "accounts.session.end": _end_session,
    "console.list.export": lambda w: (w.staff, None, {"list": "x", "form": "csv", "rows": 3}),
}
