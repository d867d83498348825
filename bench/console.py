"""Server time of the console's pages with as many rows as a large office has: median and worst of some requests.

    python -m bench.console                  everything, on SQLite in a temporary folder
    python -m bench.console assets           pages of one room only
    python -m bench.console --rows 0.1       a tenth of the rows, for a quick look
    DATABASE_URL=postgres://… python -m bench.console

Each room gives a filler and its pages, below; a page's time is that of Django's test client in this process (routing,
session, queries, template), as a worker would spend it. ``cpu`` is the processor time of this process alone: with
SQLite nearly all of the server's time, whatever else the machine does. A page fails the run whose median of ``cpu``
(SQLite) or of the time that passed (PostgreSQL, which works in another process) is above 150 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bench import console_compilation, console_custody, console_devices, console_findings, console_learning

LIMIT_MS: Final = 150.0
REPEAT: Final = 15
UNITS, PEOPLE, DEVICES = 120, 5_000, 50_000


@dataclass(frozen=True)
class Room:
    """What fills a room, and which of its pages are measured. ``pages`` gets what the filler returned."""

    fill: Callable[[Any, float], Any]
    pages: Callable[[Any], list[str]]


@dataclass
class World:
    """The office that all rooms share."""

    units: list[Any]
    people: list[Any]
    officer: Any


def main(arguments: list[str]) -> int:
    """Fill, measure, print; 1 when a page is too slow."""
    parser = argparse.ArgumentParser(prog="bench.console", description=__doc__.split("\n")[0])
    parser.add_argument("rooms", nargs="*", choices=[[], *ROOMS], help="rooms to measure; none means all")
    parser.add_argument("--rows", type=float, default=1.0, help="share of the full number of rows")
    parser.add_argument("--repeat", type=int, default=REPEAT)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="shoumi-bench-") as home:
        _load(home)
        world = _world(asked.rows)
        pages = ["/", "/board/"]
        for name in asked.rooms or ROOMS:
            began = time.perf_counter()
            pages += ROOMS[name].pages(ROOMS[name].fill(world, asked.rows))
            sys.stdout.write(f"{name} filled in {time.perf_counter() - began:.1f} s\n")
        return _measure(world.officer, pages, asked.repeat)


def _load(home: str) -> None:
    import django

    os.environ.update(SHOUMI_HOME=home, SHOUMI_PUBLIC="", DJANGO_SETTINGS_MODULE="shoumi.console.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _world(share: float) -> World:
    """Make units, people and one secrecy officer over the whole tree."""
    from shoumi.console.accounts.models import Grant, Office, Person, Unit, User

    Office.objects.create(pk=1, name="Bench")
    root = Unit(name="Root", code="0")
    root.settle()
    units = [root]
    for number in range(max(int(UNITS * share), 5)):
        unit = Unit(name=f"Unit {number}", code=f"u{number}", parent=units[number // 6])
        unit.settle()
        units.append(unit)
    people = Person.objects.bulk_create(
        Person(number=f"{number:05}", name=f"人员{number:05}", unit=units[number % len(units)])
        for number in range(max(int(PEOPLE * share), 20))
    )
    chief = Person.objects.create(number="officer", name="Officer", unit=root)
    user = User.objects.create(username="officer", person=chief)
    Grant.objects.create(user=user, role="officer", unit=root, by="bench")
    return World(units, list(people), User.objects.full().get(pk=user.pk))


def _measure(officer: Any, pages: list[str], repeat: int) -> int:
    from django.db import connection
    from django.test import Client

    browser, slow, asked = _enter(Client(), officer), 0, 0

    def counted(execute: Any, *query: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*query)

    sys.stdout.write(f"{'cpu':>8} {'passed':>8} {'worst':>8} {'queries':>8}  page (medians of {repeat})\n")
    for page in pages:
        asked = 0
        with connection.execute_wrapper(counted):
            answer = browser.get(page)
        if answer.status_code != 200:
            raise SystemExit(f"{page} answers {answer.status_code}")
        times = [_once(browser, page) for _ in range(repeat)]
        cpu, passed = (statistics.median(one[place] for one in times) for place in (0, 1))
        over = (cpu if connection.vendor == "sqlite" else passed) > LIMIT_MS
        slow += over
        worst = max(one[1] for one in times)
        tail = "  too slow" if over else ""
        sys.stdout.write(f"{cpu:6.0f}ms {passed:6.0f}ms {worst:6.0f}ms {asked:8}  {page}{tail}\n")
    return 1 if slow else 0


def _once(browser: Any, page: str) -> tuple[float, float]:
    """Return processor time and passed time of one request, in milliseconds."""
    cpu, began = time.process_time(), time.perf_counter()
    browser.get(page)
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - began) * 1000


def _enter(browser: Any, user: Any) -> Any:
    """Sign an account in as its second factor would."""
    from django.conf import settings
    from django.test import RequestFactory

    from shoumi.console.accounts import signin

    settings.ALLOWED_HOSTS = ["testserver"]
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")
    request.session = browser.session
    signin.enter(request, user)
    request.session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return browser


def _assets(world: World, share: float) -> Any:
    """Devices of all kinds, one in a hundred with something wrong; a count that expects all of them."""
    from django.utils import timezone

    from shoumi.console.assets.kinds import KINDS
    from shoumi.console.assets.models import Device, Number, StockLine, StockTake

    today, sorts = timezone.localdate(), list(KINDS)
    devices: list[Any] = []
    held: list[list[tuple[str, str]]] = []
    kept: list[Any] = []
    for number in range(max(int(DEVICES * share), 100)):
        person = world.people[number * 7 % len(world.people)]
        bad = number % 100
        numbers = [] if bad == 1 else [("machine", f"SN{number:08}"), ("disk", f"HD{number:08}")]
        device = Device(
            number=f"SB-{number + number // 5000:06}", kind=sorts[number % len(sorts)], make="云松",
            model=f"T{number % 40}", since=today - timedelta(days=number % 900),
            level="" if bad == 2 else ("work", "open", "secret")[number % 3], label="" if bad == 3 else f"BM-{number}",
            unit_id=person.unit_id, place=f"A-{number % 400}", responsible=None if bad == 4 else person,
            state="repair" if bad == 5 else "registered" if bad == 4 else "use",
            registered_on=today - timedelta(days=500), inspected_on=today - timedelta(days=number % 380),
            seen_on=today - timedelta(days=number % 380), flawed=bad == 6,
            missing_since=today if bad == 7 else None,
        )  # fmt: skip
        device.follow(numbers)
        devices.append(device)
        held.append(numbers)
    Device.objects.bulk_create(devices, batch_size=500)
    for device, numbers in zip(devices, held, strict=True):
        kept += [Number.of(device, sort, value) for sort, value in numbers]
    Number.objects.bulk_create(kept, batch_size=1000)
    stocktake = StockTake.objects.create(title="Count", unit=world.units[0], opened_by="Officer")
    lines = [StockLine(stocktake=stocktake, device=device, code=device.number) for device in devices]
    StockLine.objects.bulk_create(lines, batch_size=1000)
    return devices[77], stocktake, world.units[3]


def _asset_pages(made: Any) -> list[str]:
    device, stocktake, unit = made
    return [
        "/assets/", "/assets/?page=400", "/assets/?sort=-since", "/assets/?q=SN00031415", "/assets/?q=A-77+T7",
        "/assets/?q=人员00042", f"/assets/?unit={unit.pk}&kind=copier", "/assets/?wrong=unseen", "/assets/wrong/",
        f"/assets/{device.pk}/", "/assets/stocktakes/", f"/assets/stocktakes/{stocktake.pk}/",
        f"/assets/stocktakes/{stocktake.pk}/count/", "/assets/vendors/", "/assets/rules/",
    ]  # fmt: skip


ROOMS: Final = {
    "assets": Room(_assets, _asset_pages),
    "compilation": Room(console_compilation.fill, console_compilation.pages),
    "custody": Room(console_custody.fill, console_custody.pages),
    "devices": Room(console_devices.fill, console_devices.pages),
    "findings": Room(console_findings.fill, console_findings.pages),
    "learning": Room(console_learning.fill, console_learning.pages),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
