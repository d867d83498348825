"""A snapshot into the ledger: whose it is, what is missing in the ledger is filled in, what contradicts it is drift.

Enters a checked snapshot; leaves a row with its differences to the snapshot before and to the ledger. Only what the
ledger did not know is written into it by itself; everything else waits for a person's explanation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shoumi.console.areas.devices import papers
from shoumi.console.areas.devices.models import PLAIN, Difference, Repair, Snapshot
from shoumi.console.assets import serials
from shoumi.console.assets.models import Device, Number
from shoumi.console.scans import machines

_PASSING: Final = frozenset({"usb", "mmc"})  # how a disk is connected that was only plugged in


def numbers(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the numbers that a snapshot tells, as sorts and values of the ledger."""
    found = [(serials.MACHINE, body.get("hardware", {}).get("serial", ""))]
    found += [(serials.DISK, one.get("serial", "")) for one in built_in(body)]
    found += [(serials.MAC, serials.mac(str(one.get("mac", "")))) for one in body.get("network", [])]
    told = {(sort, serials.key(str(value))): (sort, str(value).strip()[:100]) for sort, value in found}
    return [pair for pair in told.values() if not serials.blank(pair[1])]


def built_in(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the disks of a snapshot that were not only plugged in."""
    return [one for one in body.get("disks", []) if not _plugged(one)]


def _plugged(disk: dict[str, Any]) -> bool:
    return bool(disk.get("removable")) or disk.get("bus") in _PASSING


def owner(body: dict[str, Any]) -> Device | None:
    """Return the device of the ledger that a snapshot is of: by its machine's serial, else by what else is its own."""
    told = numbers(body)
    for sorts in ({serials.MACHINE}, {serials.MAC, serials.DISK}):
        keys = [serials.key(value) for sort, value in told if sort in sorts]
        rows = Number.objects.filter(key__in=keys, sort__in=sorts).select_related("device__unit")
        devices = {one.device_id: one.device for one in rows}
        if len(devices) == 1:
            return devices.popitem()[1]
    return None


def take(body: dict[str, Any], device: Device | None, *, by: str, unit: Any = None, purpose: str = PLAIN,
         repair: Repair | None = None) -> Snapshot:  # fmt: skip
    """Keep a snapshot, fill the ledger's gaps from it, write down what differs."""
    before = _before(device, repair)
    made = Snapshot.objects.create(
        device=device, repair=repair, unit=device.unit if device else unit, purpose=purpose,
        host=str(body.get("host", ""))[:200], serial=str(body.get("hardware", {}).get("serial", ""))[:200],
        digest=body["digest"], body=body, taken=papers.taken(body), by_name=by, stranger=device is None,
    )  # fmt: skip
    if device is not None:
        fresh = {(one["part"], one["change"], one["what"]): one for one in _found(device, before, body)}
        Difference.objects.bulk_create(_row(made, one) for one in fresh.values())
        fill(device, body)
        made.settle()
    return made


def _before(device: Device | None, repair: Repair | None) -> Snapshot | None:
    """Return the snapshot to compare with: the one before the repair, else the newest of the device."""
    if repair is not None and (first := repair.snapshot_of("before")) is not None:
        return first
    return device.snapshots.order_by("-taken", "-pk").first() if device is not None else None


def _found(device: Device, before: Snapshot | None, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if before is None:
        yield from against_ledger(device, body)
    elif before.body.get("by_hand") or body.get("by_hand"):  # only what a hand can write down is compared
        yield from machines.differences(papers.plain(before.body), papers.plain(body))
    else:
        yield from machines.differences(before.body, body)


def against_ledger(device: Device, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what contradicts the ledger: parts of a sort that the ledger has numbers of, and others than those."""
    held, told = list(device.numbers.values_list("sort", "value")), numbers(body)
    blind = {str(one.get("what", "")) for one in body.get("unseen", [])}
    for sort, part in ((serials.MACHINE, "hardware"), (serials.DISK, "disks"), (serials.MAC, "network")):
        old = {serials.key(value): value for kind, value in held if kind == sort}
        new = {serials.key(value): value for kind, value in told if kind == sort}
        if not old or part in blind or (sort == serials.MACHINE and not new):
            continue
        for key in old.keys() - new.keys():
            yield _said(part, "removed", old[key], {"serial": old[key]}, None)
        for key in new.keys() - old.keys():
            yield _said(part, "added", new[key], None, {"serial": new[key]})


def _said(part: str, change: str, what: str, before: Any, after: Any) -> dict[str, Any]:
    return {"part": part, "change": change, "what": what, "before": before, "after": after, "grave": True}


def _row(snapshot: Snapshot, one: dict[str, Any]) -> Difference:
    return Difference(
        snapshot=snapshot, part=one["part"][:20], change=one["change"], what=str(one["what"])[:300],
        before=one["before"], after=one["after"], grave=bool(one["grave"]),
    )  # fmt: skip


def fill(device: Device, body: dict[str, Any]) -> list[str]:
    """Write into the ledger what it did not know: numbers of a sort that it has none of, maker and model."""
    held = list(device.numbers.values_list("sort", "value"))
    known = {sort for sort, _value in held}
    fresh = [(sort, value) for sort, value in numbers(body) if sort not in known and not taken(sort, value, device)]
    hardware, was = body.get("hardware", {}), (device.make, device.model)
    device.make = device.make or str(hardware.get("vendor", ""))[:100]
    device.model = device.model or str(hardware.get("model", ""))[:100]
    if fresh or was != (device.make, device.model):
        device.settle([*held, *fresh])
    return [f"{sort} {value}" for sort, value in fresh]


def taken(sort: str, value: str, device: Device) -> bool:
    """Say whether another device holds a number already."""
    rows = Number.objects.filter(space=serials.space(sort), key=serials.key(value))
    return rows.exclude(device=device).exists()


def accept(device: Device, body: dict[str, Any]) -> list[str]:
    """Let the ledger follow a snapshot: disks and addresses that were exchanged for a good reason."""
    told = [pair for pair in numbers(body) if not taken(*pair, device)]
    blind = {str(one.get("what", "")) for one in body.get("unseen", [])}
    seen = {sort for sort, part in ((serials.DISK, "disks"), (serials.MAC, "network")) if part not in blind}
    seen &= {sort for sort, _value in told}
    held = list(device.numbers.values_list("sort", "value"))
    kept = [pair for pair in held if pair[0] not in seen]
    fresh = [pair for pair in told if pair[0] in seen]
    device.settle([*kept, *fresh])
    before = {serials.key(value) for _sort, value in held}
    return [f"{sort} {value}" for sort, value in fresh if serials.key(value) not in before]
