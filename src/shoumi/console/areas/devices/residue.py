"""Whether a scan for residual data is of this device's disks: by serial number, by size, by when it was made.

Enters a device, its snapshot, what was taken out of it, and what the report says it was of (``lines._medium``); leaves
nothing, or a sentence why the scan does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Unmet
from shoumi.console.areas.devices import drift, papers
from shoumi.console.assets import serials
from shoumi.console.assets.models import Device

DISK, IMAGE = "disk", "image"
_SLACK: Final = timedelta(minutes=5)  # between the clocks of the scanning machine and of the console
_NONE: Final = _(
    "This report does not say which disk it is of. Scan the disk itself, not folders on it: "
    "shoumi scan /dev/sdX -f jsonl -o FILE"
)


def disks(device: Device, body: dict[str, Any], removed: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the disks in a device now, by key of serial number: those of the snapshot and those of the ledger."""
    out = {serials.key(one) for one in removed}
    found: dict[str, dict[str, Any]] = {}
    for number in device.numbers.all():
        if number.sort == serials.DISK:
            found[serials.key(number.value)] = {"serial": number.value}
    for one in drift.built_in(body):
        serial = str(one.get("serial", ""))
        key = "" if serials.blank(serial) else serials.key(serial)
        found[key or f"?{one.get('name', '')}"] = {
            "serial": serial,
            "name": one.get("name", ""),
            "size": one.get("size"),
        }
    return {key: one for key, one in found.items() if key not in out}


def covered(device: Device, body: dict[str, Any], removed: Iterable[str], media: Sequence[dict[str, Any]]) -> None:
    """Raise Unmet when a scan is of another disk, or leaves one of this device out."""
    held = disks(device, body, removed)
    if not held:
        raise Unmet(
            _("No serial number of its disk is known, so no scan can be told to be of it. Read it from the label.")
        )
    if not media:
        raise Unmet(_NONE)
    scanned = {_key(one, held) for one in media if one.get("kind") in {DISK, IMAGE}}
    if not scanned:
        raise Unmet(
            _("Scanned was a part of a disk. Scan the whole disk: what was deleted lies outside the part, too.")
        )
    left = [one["serial"] or one["name"] for key, one in held.items() if key not in scanned]
    if left:
        raise Unmet(_("Not scanned: %(disks)s. Scan every disk, or take it out and name a keeper.") % {
            "disks": ", ".join(left)
        })  # fmt: skip


def _key(medium: dict[str, Any], held: dict[str, dict[str, Any]]) -> str:
    """Return which of the device's disks a medium is. Raises Unmet when it is none of them."""
    serial = str(medium.get("serial", ""))
    if serials.blank(serial):  # told apart by size alone, and only from disks that tell no serial number either
        key = next((key for key, one in held.items() if key[0] == "?" and one["size"] == medium["size"]), "")
    else:
        key = serials.key(serial) if serials.key(serial) in held else ""
    if not key:
        raise Unmet(
            _("This scan is of another disk: %(other)s is not built into this device, which has %(own)s.") % {
                "other": serial or medium.get("name") or medium.get("path", "?"),
                "own": ", ".join(one["serial"] or one["name"] for one in held.values()),
            }
        )  # fmt: skip
    size = held[key].get("size")
    if size and size != medium["size"]:
        raise Unmet(
            _("The scan is of %(other)s bytes; the disk %(serial)s has %(own)s. A part is not the whole.")
            % {"other": f"{medium['size']:,}", "serial": serial, "own": f"{size:,}"}
        )
    if medium.get("kind") == IMAGE and not size:
        raise Unmet(_("An image is known by the size of its disk, and the snapshot does not tell it. Scan the disk."))
    return key


def named(media: Sequence[dict[str, Any]], images: Sequence[str]) -> list[dict[str, Any]]:
    """Return the media with the serial numbers that people gave of images, in their order. Raises Unmet."""
    count = sum(one.get("kind") == IMAGE for one in media)
    if count != len(images):
        raise Unmet(
            _("An image does not tell its disk: write the serial number of the disk it was made of.") if count
            else _("Scanned was no image (.img, .dd, .raw): leave the serial number empty.")
        )  # fmt: skip
    rest = iter(images)
    return [{**one, "serial": next(rest)} if one.get("kind") == IMAGE else dict(one) for one in media]


def fresh(media: Iterable[dict[str, Any]], asked: datetime) -> None:
    """Raise Unmet for a scan that was made before anybody asked for the repair, or in the future."""
    for one in media:
        taken = papers.taken(one)
        if taken is None or taken > timezone.now() + timedelta(hours=24):
            raise Unmet(_("The scan does not say when it was made, or its day is still to come."))
        if taken < asked - _SLACK:
            raise Unmet(_("This scan is older than the request. Scan the device as it is now."))
