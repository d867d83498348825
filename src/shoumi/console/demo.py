"""An invented organisation for looking around: units, sixty people, accounts in every role. Made through the actions.

Each room adds its own part: ``fill(account)`` in its ``demo.py``, called in the order of ``rooms.names()`` with a
function from an account's name to the account.

Enters an empty database, leaves lines with the logins. Passwords and second factors derive from this installation's
key, so nothing here opens another installation. ``shoumi demo --code NAME`` prints a code.
"""

from __future__ import annotations

import base64
import hmac
import os
import random
import shlex
import shutil
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from shoumi.console import rooms

OFFICE: Final = "示例市资料中心"
_UNITS: Final = (  # code, name, code above
    ("10", "办公室", "0"),
    ("11", "保密办", "10"),
    ("12", "机要室", "10"),
    ("20", "业务一处", "0"),
    ("21", "汇编科", "20"),
    ("22", "编审科", "20"),
    ("30", "业务二处", "0"),
    ("31", "考务科", "30"),
    ("40", "信息处", "0"),
    ("41", "设备科", "40"),
)
_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_POSTS: Final = ("科员", "主任科员", "编辑", "机要员", "工程师", "档案员", "文印员")
_ROLES: Final = (  # account, name, role, unit code
    ("dana", "Dana", "officer", "0"),
    ("erin", "Erin", "leader", "20"),
    ("frank", "Frank", "approver", "20"),
    ("grace", "Grace", "area", "30"),
    ("heidi", "Heidi", "", "22"),
    ("ivan", "Ivan", "area", "40"),
)
_THREE: Final = (("system", "alice", "Alice"), ("security", "bob", "Bob"), ("audit", "charlie", "Charlie"))
ACCOUNTS: Final = (*(name for _role, name, _shown in _THREE), *(row[0] for row in _ROLES))


class NotEmpty(Exception):
    """The database holds something that is no demo."""


def fill() -> Iterator[str]:
    """Fill an empty database and yield the logins; on a demo that exists, only yield them."""
    from shoumi.console.accounts.models import Office, User

    if not User.objects.exists():
        _fill()
    elif Office.current().name != OFFICE:
        raise NotEmpty("this installation holds an organisation already: --demo needs a --home of its own")
    yield "An invented organisation. Accounts for looking around:"
    for user in User.objects.full().filter(username__in=ACCOUNTS).prefetch_related("granted"):
        roles = ", ".join(sorted(grant.role for grant in user.granted.all() if grant.ended is None)) or "staff"
        yield f"  {user.username:<8} {password(user.username)}  code now {code(user.username)}  {roles}"
    yield f"Codes change every 30 seconds. Another one: {command()} demo --code NAME --home {_home()}"


def command() -> str:
    """Return how this program was called, to be typed again."""
    called = Path(os.environ.get("SHOUMI_CALLED", sys.argv[0]))
    return str(called) if called.name == "shoumi" and shutil.which("shoumi") != str(called) else "shoumi"


def _home() -> str:
    from django.conf import settings

    return shlex.quote(os.environ.get("SHOUMI_HOME") or str(settings.HOME.path))  # as it was typed


def password(name: str) -> str:
    """Return the demo password of an account, different on every installation."""
    return base64.b32encode(_derived(f"password {name}"))[:16].decode().lower()


def code(name: str) -> str:
    """Return the code that works now."""
    import pyotp

    return pyotp.TOTP(_secret(name)).now()


def _secret(name: str) -> str:
    return base64.b32encode(_derived(f"code {name}")[:20]).decode()


def _derived(what: str) -> bytes:
    from django.conf import settings

    return hmac.digest(settings.CODE_KEY, f"demo {what}".encode(), "sha256")


def _fill() -> None:
    from shoumi.console.accounts.actions.accounts import OpenAccount
    from shoumi.console.accounts.actions.people import AddPerson, Depart
    from shoumi.console.accounts.actions.rights import GrantRole
    from shoumi.console.accounts.actions.setup import ACTOR, SetUp
    from shoumi.console.accounts.actions.units import AddUnit, ChangeUnit
    from shoumi.console.accounts.models import Person, Unit, User
    from shoumi.console.action import Machine

    allowed = (AddUnit, ChangeUnit, AddPerson, Depart, OpenAccount, GrantRole)
    machine = Machine("demo", frozenset(action.name for action in allowed))
    given: dict[str, Any] = {
        f"{role}_{part}": value for role, *two in _THREE for part, value in zip(("account", "name"), two, strict=True)
    }
    SetUp.run(ACTOR, office=OFFICE, mode="separated", **given)
    units = {"0": Unit.objects.get(code="0")}
    for number, name, above in _UNITS:
        units[number] = AddUnit.run(machine, name=name, code=number, parent=units[above].pk).thing
    people: list[Any] = [AddPerson.run(machine, **row).thing for row in _people(units)]
    for number, unit in units.items():
        leader = next((one for one in people if one.unit_id == unit.pk), None)
        if leader is not None and number != "41":  # one unit without a leader, for the list of things to do
            values = {"name": unit.name, "code": unit.code, "parent": unit.parent_id, "leader": leader.number}
            ChangeUnit.run(machine, unit, **values)
    Depart.run(machine, people[-1], reason="demo", departed_on="", cooling_until="")
    for account, _name, role, number in _ROLES:
        person = Person.objects.get(number=f"D-{account}")
        user = OpenAccount.run(machine, person, username=account).thing
        if role:
            GrantRole.run(machine, user, role=role, unit=units[number].pk)
    for name in ACCOUNTS:
        _open(User.objects.full().get(username=name))
    told = [import_module(f"{room}.demo") for room in rooms.names() if find_spec(f"{room}.demo")]
    for step in ("fill", "finish"):  # what is told last stands on everything else
        for demo in told:
            getattr(demo, step, lambda _account: None)(lambda name: User.objects.full().get(username=name))


def _open(user: Any) -> None:
    from shoumi.console.accounts.actions.own import ChoosePassword, EnrolCode

    secret = password(user.username)
    ChoosePassword.run(user, password=secret, again=secret)
    EnrolCode.run(user, secret=_secret(user.username), code=code(user.username))
    user.code_step = 0
    type(user).objects.filter(pk=user.pk).update(code_step=0)  # the code just used may be typed once more


def _people(units: dict[str, Any]) -> Iterator[dict[str, Any]]:
    draw, today = random.Random(20261122), date.today()  # noqa: S311, DTZ011  (invented people, days without zone)
    for account, name, _role, number in _ROLES:
        yield _person(f"D-{account}", name, units[number], draw, today)
    below = [unit for number, unit in units.items() if number != "0"]
    for place in range(60):
        name = _SURNAMES[place % len(_SURNAMES)] + _STEMS[place % 10] + _BRANCHES[place % 12]
        yield _person(f"{2001 + place}", name, below[place % len(below)], draw, today)


def _person(number: str, name: str, unit: Any, draw: random.Random, today: date) -> dict[str, Any]:
    category = draw.choices(("none", "general", "important", "core"), (5, 6, 3, 1))[0]

    def ago(least: int, most: int, chance: float = 1.0) -> str:
        days = draw.randint(least, most)
        return (today - timedelta(days=days)).isoformat() if draw.random() < chance else ""

    return {
        "number": number, "name": name, "unit": unit.pk, "post": draw.choice(_POSTS), "category": category,
        "email": f"{number.lower()}@example.org", "joined_on": ago(200, 4000), "vetted_on": ago(30, 1300, 0.92),
        "trained_on": ago(10, 420, 0.9), "committed_on": ago(30, 900, 0.93),
    }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Fill the home folder's console (``fill``), or print a code for one of the demo's accounts (its name)."""
    from shoumi.console import server

    server.start()
    if arguments == ["fill"]:
        for line in server.prepare("", demo=True):
            sys.stdout.write(f"{line}\n")
        return 0
    from shoumi.console.accounts.models import Office

    server.ready()
    if len(arguments) != 1 or arguments[0] not in ACCOUNTS or Office.current().name != OFFICE:
        sys.stderr.write(f"one of: {', '.join(ACCOUNTS)}; on a demo only\n")
        return 2
    sys.stdout.write(f"{code(arguments[0])}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
