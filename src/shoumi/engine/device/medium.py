"""An address of a scan in, the medium that it names out: which disk, with its serial number, is what the report is of.

Only what is a whole medium by itself is told: a block device, or an image (by the ending of its name). A report that
names its disk cannot be passed off as one of another disk by mistake; who writes a report by hand is not stopped here.
"""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from shoumi.engine.types import Json

DISK, PART, IMAGE = "disk", "part", "image"
_IMAGES: Final = frozenset((".img", ".dd", ".raw"))  # those whose size is the medium's
_TOLD: Final = ("name", "model", "serial", "wwn", "bus")


def media(addresses: Iterable[str], root: Path = Path("/")) -> tuple[Json, ...]:
    """Return what each address that names a medium stands for, and since when it was looked at; others are left out."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    found = ((address, _of(address, root)) for address in addresses)
    return tuple({"path": address, **told, "taken": now} for address, told in found if told)


def _of(address: str, root: Path) -> dict[str, Any]:
    try:
        status = Path(address).stat()
        if stat.S_ISBLK(status.st_mode):
            return block(f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}", root)
    except (OSError, ValueError):  # the walk says what is wrong with it
        return {}
    image = stat.S_ISREG(status.st_mode) and Path(address).suffix.lower() in _IMAGES
    return {"kind": IMAGE, "size": status.st_size} if image else {}


def block(number: str, root: Path = Path("/")) -> dict[str, Any]:
    """Return the disk to which a block device (``major:minor``) belongs, and whether it is all of it."""
    from shoumi.engine.device import snapshot  # few scans are of a disk; the others start without it

    folder = (root / "sys/dev/block" / number).resolve()
    part = (folder / "partition").exists()
    name = folder.parent.name if part else folder.name
    disk = next((one for one in snapshot.disks(root, []) if one["name"] == name), None)
    told = {key: disk[key] for key in _TOLD if disk.get(key)} if disk else {"name": name}
    return {"kind": DISK if disk and not part else PART, **told, "size": _size(folder)}


def _size(folder: Path) -> int:
    try:
        return int((folder / "size").read_text()) * 512
    except (OSError, ValueError):
        return 0
