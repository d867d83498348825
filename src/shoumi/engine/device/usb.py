"""USB devices: those plugged in now, and those that the kernel's logs remember. Storage among them is named as such.

A log says of each device when it was first and last seen, its vendor and product number, name and serial. Logs are
rotated: what is older than they reach is not known.
"""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

_LOGS: Final = ("kern.log*", "syslog*", "messages*")
_MOST: Final = 200 * 2**20  # bytes of one log
_WHEN: Final = r"^(?P<when>\S+ +\d+ [\d:]{8}|\d{4}-\d\d-\d\dT\S+)"
_LINE: Final = re.compile(rf"{_WHEN} .*?usb (?P<port>\d+-[\d.]+): (?P<said>.*)$")
_NEW: Final = re.compile(r"New USB device found, idVendor=([0-9a-f]{4}), idProduct=([0-9a-f]{4})")
_FACT: Final = re.compile(r"(Product|Manufacturer|SerialNumber): (.+)$")
_STORAGE: Final = re.compile(r"usb-storage (?P<port>\d+-[\d.]+):\d+\.\d+: USB Mass Storage device detected")


def connected(root: Path) -> list[dict[str, Any]]:
    """Return the USB devices that are plugged in, hubs left out."""
    found = []
    folder = root / "sys/bus/usb/devices"
    for device in sorted(folder.iterdir()) if folder.is_dir() else ():
        vendor, product = _text(device / "idVendor"), _text(device / "idProduct")
        if not vendor or _text(device / "bDeviceClass") == "09":
            continue
        storage = any(_text(part / "bInterfaceClass") == "08" for part in device.glob(f"{device.name}:*"))
        found.append(_entry(vendor, product, _name(device), _text(device / "serial"), storage))
    return found


def _name(device: Path) -> str:
    return " ".join(filter(None, (_text(device / "manufacturer"), _text(device / "product"))))


def _entry(vendor: str, product: str, name: str, serial: str, storage: bool) -> dict[str, Any]:
    return {"id": f"{vendor}:{product}", "name": name.strip(), "serial": serial, "storage": storage}


def history(root: Path, unseen: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the USB devices that logs remember, the latest first; what could not be read is added to ``unseen``."""
    devices: dict[tuple[str, str], dict[str, Any]] = {}
    read = False
    for lines in _sources(root, unseen):
        read = True
        for device in parse(lines):
            known = devices.setdefault((device["id"], device["serial"]), device)
            known["first"], known["last"] = min(known["first"], device["first"]), max(known["last"], device["last"])
            known["storage"] = known["storage"] or device["storage"]
            known["name"] = known["name"] or device["name"]
    if not read:
        unseen.append({"what": "usb_history", "why": "log"})
    return sorted(devices.values(), key=lambda device: device["last"], reverse=True)


def parse(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the devices that a kernel log names, one for each time it was plugged in."""
    at_port: dict[str, dict[str, Any]] = {}
    for line in lines:
        if storage := _STORAGE.search(line):
            if storage["port"] in at_port:
                at_port[storage["port"]]["storage"] = True
            continue
        told = _LINE.match(line)
        if told is None:
            continue
        port, said = told["port"], told["said"]
        if new := _NEW.search(said):
            if port in at_port:
                yield _named(at_port.pop(port))
            when = told["when"]
            at_port[port] = {**_entry(new[1], new[2], "", "", storage=False), "first": when, "last": when}
        elif port in at_port and (fact := _FACT.search(said)):
            at_port[port][fact[1]] = fact[2].strip()
    for device in at_port.values():
        yield _named(device)


def _named(device: dict[str, Any]) -> dict[str, Any]:
    name = f"{device.pop('Manufacturer', '')} {device.pop('Product', '')}".strip()
    return device | {"name": name, "serial": device.pop("SerialNumber", "")}


def _sources(root: Path, unseen: list[dict[str, str]]) -> Iterator[Iterator[str]]:
    for pattern in _LOGS:
        for path in sorted((root / "var/log").glob(pattern)):
            try:
                with path.open("rb") as probe:
                    probe.read(1)
            except OSError:
                unseen.append({"what": f"usb_history {path.name}", "why": "root"})
            else:
                yield _lines(path)
    if root == Path("/") and (lines := _journal()):
        yield iter(lines)


def _lines(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8", errors="replace") as stream:
            left = _MOST
            for line in stream:
                left -= len(line)
                if left < 0:
                    return
                if "usb" in line:
                    yield line
    except (OSError, EOFError):
        return


def _journal() -> list[str]:
    command = ["journalctl", "-k", "-o", "short-iso", "--no-pager", "-g", "usb"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, errors="replace")
    except (OSError, subprocess.SubprocessError):
        return []
    return told.stdout.splitlines()


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:4096].decode("utf-8", "replace").strip("\0 \n")
    except OSError:
        return ""
