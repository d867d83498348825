"""Repairs, disposals, snapshots and rounds as ``bench.console`` measures them, over the ledger's 50,000 devices.

20,000 repairs and 10,000 disposals at every step, each with its request; a snapshot of every device, one in a hundred
with drift; a round through all printers, copiers and fax machines. One thing of each kind is measured, too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

REPAIRS, DISPOSALS = 20_000, 10_000
STATES: Final = ("closed", "closed", "asked", "arranged", "ready", "work", "ended", "accepted", "closed", "cancelled")
ENDING: Final = ("closed", "closed", "asked", "arranged", "sanitised", "verified", "closed", "cancelled")
SIZE: Final = 500_107_862_016


def fill(world: Any, share: float) -> Any:
    """Fill the room; return one thing of each kind."""
    from shoumi.console.assets.models import Device

    if not Device.objects.exists():
        from bench.console import _assets

        _assets(world, share)
    devices = list(Device.objects.select_related("responsible").order_by("pk"))
    return {
        "repairs": _repairs(world, devices, share), "disposals": _disposals(world, devices, share),
        "snapshots": _snapshots(devices), "rounds": _round(world, devices),
    }  # fmt: skip


def _requests(world: Any, flow: str, kind: str, rows: list[Any]) -> None:
    from django.utils import timezone

    from shoumi.console.approvals.models import Request

    now = timezone.now()
    Request.objects.bulk_create(
        (
            Request(
                flow=flow, kind=kind, key=str(one.pk), title=str(one), unit_id=one.device.unit_id, reason="x",
                applicant=world.officer, snapshot="{}", digest=f"{one.pk:064x}", asked=now,
                until=now + timedelta(days=30),
                state=("granted" if one.pk % 2 else "waiting") if one.state == "asked" else "spent",
            )
            for one in rows
        ),
        batch_size=500,
    )  # fmt: skip


def _repairs(world: Any, devices: list[Any], share: float) -> int:
    from django.utils import timezone

    from shoumi.console.areas.devices.models import LogEntry, Repair

    now, made = timezone.now(), []
    for number in range(max(int(REPAIRS * share), 60)):
        state = STATES[number % len(STATES)]
        begun = now - timedelta(days=number % 700) if state in {"work", "ended", "accepted", "closed"} else None
        ended = begun if state in {"ended", "accepted", "closed"} else None
        accepted = begun if state in {"accepted", "closed"} else None
        made.append(
            Repair(
                number=f"WX-2026-{number:05}", device=devices[number % len(devices)], state=state,
                open=state not in {"closed", "cancelled"}, fault="无法开机", contents="日常文件", level="work",
                asked_at=now - timedelta(minutes=number), asked_by=world.officer, way="own" if begun else "",
                technician=world.people[number % len(world.people)] if begun else None, begun_at=begun, ended_at=ended,
                accepted_at=accepted, accepted_by=world.officer if accepted else None,
            )
        )  # fmt: skip
    Repair.objects.bulk_create(made, batch_size=500)
    _requests(world, "devices.repair", "devices.repair", made)
    thing = next(one for one in made if one.state == "work")
    LogEntry.objects.bulk_create(LogEntry(repair=thing, by_name="Escort", text="09:00") for _n in range(40))
    return int(thing.pk)


def _disposals(world: Any, devices: list[Any], share: float) -> int:
    from django.utils import timezone

    from shoumi.console.areas.devices.models import Disposal, Medium

    now, made, start = timezone.now(), [], len(devices) // 2
    for number in range(max(int(DISPOSALS * share), 60)):
        state = ENDING[number % len(ENDING)]
        verified = now if state in {"verified", "closed"} else None
        sanitised = now if verified or state == "sanitised" else None
        made.append(
            Disposal(
                number=f"XH-2026-{number:05}", device=devices[(start + number) % len(devices)], state=state,
                open=state not in {"closed", "cancelled"}, end="donated", reason="旧", level="work",
                asked_at=now - timedelta(minutes=number), asked_by=world.officer, sanitised_at=sanitised,
                sanitised_by=world.officer if sanitised else None, verified_at=verified,
            )
        )  # fmt: skip
    Disposal.objects.bulk_create(made, batch_size=500)
    _requests(world, "devices.disposal", "devices.disposal", made)
    Medium.objects.bulk_create(
        (Medium(disposal=one, serial=f"HD{one.pk:08}", kind="hdd", size=SIZE) for one in made), batch_size=500
    )
    return int(next(one for one in made if one.state == "sanitised").pk)


def _snapshots(devices: list[Any]) -> int:
    from django.utils import timezone

    from shoumi.console.areas.devices.models import Difference, Snapshot

    now, made = timezone.now(), []
    for number, device in enumerate(devices):
        body = {
            "type": "shoumi.device-snapshot", "host": f"pc-{number}", "hardware": {"serial": f"SN{number:08}"},
            "disks": [{"name": "sda", "serial": f"HD{number:08}", "size": SIZE}],
            "unseen": [{"what": "memory", "why": "root"}],
            "usb_history": [{"id": "0781:5567", "name": "Stick", "serial": str(n), "storage": True} for n in range(20)],
        }  # fmt: skip
        strange = number % 500 == 3
        made.append(
            Snapshot(
                device=None if strange else device, unit_id=device.unit_id, host=f"pc-{number}",
                digest=f"{number:064x}", serial=f"SN{number:08}", body=body, taken=now, by_name="Officer",
                stranger=strange,
                unexplained=2 if number % 100 == 7 else 0, made=now - timedelta(seconds=number),
            )
        )  # fmt: skip
    Snapshot.objects.bulk_create(made, batch_size=250)
    Difference.objects.bulk_create(
        (
            Difference(snapshot=one, part="disks", change=change, what="HD", before=None, after=None, grave=True)
            for one in made if one.unexplained for change in ("added", "removed")
        ),
        batch_size=1000,
    )  # fmt: skip
    return int(made[7].pk)


def _round(world: Any, devices: list[Any]) -> int:
    from django.utils import timezone

    from shoumi.console.areas.devices.models import Round, Stop

    kinds, due = ["printer", "copier", "fax"], timezone.localdate() + timedelta(days=7)
    made = [
        Round(title=f"Round {n}", unit=world.units[n % len(world.units)], kinds=kinds, due=due, opened_by="O")
        for n in range(200)
    ]
    Round.objects.bulk_create(made)
    stops = [Stop(round=made[0], device=one) for one in devices if one.kind in kinds]
    Stop.objects.bulk_create(stops, batch_size=1000)
    return int(made[0].pk)


def pages(made: Any) -> list[str]:
    """Return the pages that are measured."""
    things = [f"/devices/{name}/{key}/" for name, key in made.items()]
    return [
        "/devices/", "/devices/?state=open", "/devices/?q=SN00031415", "/devices/?page=300&sort=-asked",
        "/devices/disposals/", "/devices/disposals/?state=sanitised", "/devices/disposals/?q=XH-2026-04711",
        "/devices/snapshots/", "/devices/snapshots/?state=drift", "/devices/snapshots/?state=stranger",
        "/devices/snapshots/?q=pc-4711", "/devices/snapshots/?page=900", "/devices/rounds/",
        "/devices/disposals/methods/", "/devices/mine/", *things,
    ]  # fmt: skip
