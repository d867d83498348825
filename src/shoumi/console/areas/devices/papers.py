"""What machines wrote and people upload: snapshots, wipe certificates, results of a scan. JSON in, checked data out.

Each is checked for form and digest, so that a file that was edited by accident is noticed; who lies on purpose with a
tool of their own is not stopped by a digest, and no sentence here says so. Bounded in size; raises ``Wrong``.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from shoumi.console.findings import lines
from shoumi.console.findings.models.found import SEVERITIES

SNAPSHOT, CERTIFICATE = "shoumi.device-snapshot", "wipe-certificate"
MOST: Final = 4 * 2**20  # bytes of a snapshot or certificate
MOST_LINES: Final = 64 * 2**20  # bytes of a report of a scan
_LISTS: Final = ("memory", "disks", "network", "usb", "usb_history", "unseen")
_FACTS: Final = ("hardware", "processor", "system")
CLEAN, NOT_CLEAN, NOT_KNOWN = "clean", "not clean", "not known"


class Wrong(Exception):
    """This is not what it should be; the sentence says what to do."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def snapshot(file: Any) -> dict[str, Any]:
    """Return a snapshot. Raises Wrong when it is none, of a newer form, or was changed."""
    body = _body(file, SNAPSHOT, _("This is no snapshot. Make one with: shoumi device snapshot -o FILE"))
    good = all(isinstance(body.get(name, {}), dict) for name in _FACTS) and all(
        isinstance(body.get(name, []), list) and all(isinstance(one, dict) for one in body.get(name, []))
        for name in _LISTS
    )
    if not good:
        raise Wrong(_("This snapshot is damaged. Take a new one."))
    return body


def certificate(file: Any) -> dict[str, Any]:
    """Return a wipe certificate. Raises Wrong when it is none, or was changed."""
    body = _body(
        file, CERTIFICATE, _("This is no wipe certificate. Make one with: shoumi device verify-wipe DISK -o FILE.json")
    )
    counts = all(type(body.get(name)) is int and body[name] >= 0 for name in ("size", "read"))
    if not counts or not isinstance(body.get("device"), dict) or body.get("verdict") not in _VERDICTS:
        raise Wrong(_("This certificate is damaged. Verify again."))
    return body


_VERDICTS: Final = frozenset({CLEAN, NOT_CLEAN, NOT_KNOWN})


def _body(file: Any, kind: str, none: Any) -> dict[str, Any]:
    if file.size > MOST:
        raise Wrong(none)
    file.seek(0)
    try:
        body = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        raise Wrong(none) from error
    if not isinstance(body, dict) or body.get("type") != kind:
        raise Wrong(none)
    if body.get("form") != 1:
        raise Wrong(_("It was written by a newer Shoumi. Update this one first."))
    if body.get("digest") != digest(body):
        raise Wrong(_("It was changed after it was written: its digest is wrong. Make a new one."))
    made = taken(body)
    if made is None or made > timezone.now() + timedelta(hours=24):
        raise Wrong(_("It does not say when it was made, or its day is still to come. Look at that machine's clock."))
    return body


def digest(body: dict[str, Any]) -> str:
    """Return SHA-256 over a paper without its digest, as the engine makes it."""
    plain = {name: value for name, value in body.items() if name != "digest"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def sealed(body: dict[str, Any]) -> dict[str, Any]:
    """Return a paper with its digest."""
    return {**body, "digest": digest(body)}


def taken(body: dict[str, Any]) -> datetime | None:
    """Return when a paper was made."""
    try:
        found = parse_datetime(str(body.get("taken", "")))
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


@dataclass(frozen=True, slots=True)
class Residue:
    """What a scan found on a device before it was repaired. ``media``: the disks and images it was of."""

    findings: int
    gaps: int
    files: int
    worst: str
    digest: str
    media: tuple[dict[str, Any], ...]


def residue(file: Any) -> Residue:
    """Return what a report of a scan (JSON Lines) says in sum. Raises Wrong when it is none or only half."""
    if file.size > MOST_LINES:
        raise Wrong(_("This report is too large. Scan in parts and take the storage out meanwhile."))
    kinds: Counter[str] = Counter()
    severities: set[str] = set()
    seen = hashlib.sha256()
    end: dict[str, Any] = {}

    def rows() -> Any:
        file.seek(0)
        while line := file.readline(lines.LINE + 2):
            seen.update(line)
            yield line

    try:
        for one in lines.read(rows()):
            kinds[one["type"]] += 1
            severities |= {one["severity"]} if one["type"] == "match" else set()
            end = one
    except lines.Refused as error:
        raise Wrong(str(error)) from error
    if end["stopped"]:
        raise Wrong(_("This scan was stopped before its end. Let it run through."))
    if not end["files"]:
        raise Wrong(_("This scan read no file at all. Scan the disk: shoumi scan DISK -f jsonl -o FILE"))
    if end.get("excluded"):
        raise Wrong(_("This scan left files out (--include, --exclude). Scan all of the disk."))
    worst = next((name for name in SEVERITIES if name in severities), "")
    return Residue(kinds["match"], kinds["gap"], end["files"], worst, seen.hexdigest(), tuple(end["media"]))


def file_digest(file: Any) -> str:
    """Return the SHA-256 of any file."""
    found = hashlib.sha256()
    file.seek(0)
    for piece in file.chunks():
        found.update(piece)
    return found.hexdigest()


def plain(body: dict[str, Any]) -> dict[str, Any]:
    """Return of a snapshot only what people can read from labels: the serial numbers of machine and disks."""
    serial = body.get("hardware", {}).get("serial")
    disks = [{"serial": one["serial"]} for one in body.get("disks", []) if one.get("serial")]
    return {"hardware": {"serial": serial} if serial else {}, "disks": disks}


def by_hand(serial: str, disks: list[str]) -> dict[str, Any]:
    """Return a snapshot of what people read from labels, where the machine itself cannot be asked."""
    names = ("memory", "network", "usb", "usb_history", "processor", "system")
    unseen = [{"what": name, "why": "by-hand"} for name in names]
    hardware = {"serial": serial} if serial else {}
    body = {
        "type": SNAPSHOT, "form": 1, "taken": timezone.now().isoformat(timespec="seconds"), "version": "", "host": "",
        "hardware": hardware, "disks": [{"serial": one} for one in disks], "unseen": unseen, "by_hand": True,
    }  # fmt: skip
    return sealed(body)
