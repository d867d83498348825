"""A snapshot: serials, system, disks, memory, network and USB devices of a Linux machine, as plain data. Reads only.

Sources: ``/sys`` and ``/etc/os-release``; SMBIOS through dmidecode where it is installed and may be run (DSP0134, type
17). What cannot be seen stands in ``unseen`` with the reason, a code of ``messages/device.yaml``: a snapshot never
passes off a part as missing that it merely could not read. Every reader takes the folder that stands for ``/``, so
that the disk of a machine that no longer starts can be looked at, too.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from shoumi.engine.device import usb
from shoumi.engine.errors import UsageError
from shoumi.version import VERSION

KIND: Final = "shoumi.device-snapshot"
FORM: Final = 1
_DMI: Final = {  # what it is called here → its file below /sys/class/dmi/id
    "vendor": "sys_vendor",
    "model": "product_name",
    "serial": "product_serial",
    "uuid": "product_uuid",
    "board": "board_name",
    "board_serial": "board_serial",
    "chassis_serial": "chassis_serial",
    "asset_tag": "chassis_asset_tag",
    "firmware": "bios_version",
}
_VIRTUAL: Final = re.compile(r"(?:loop|ram|zram|dm-|md|nbd|sr)\d*")
_EMPTY: Final = re.compile(r"(?i)(?:|none|not specified|unknown|to be filled by o\.e\.m\.|default string|0+)")
_DMIDECODE: Final = ("dmidecode", "-q", "-t", "17")


def take(root: Path = Path("/")) -> dict[str, Any]:
    """Return the snapshot of a machine; ``root`` is where its ``/`` is."""
    unseen: list[dict[str, str]] = []
    here = root == Path("/")
    body = {
        "type": KIND,
        "form": FORM,
        "taken": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "version": VERSION,
        "host": _text(root / "etc/hostname") or (platform.node() if here else ""),
        "system": system(root),
        "hardware": hardware(root, unseen),
        "processor": processor(root),
        "memory": memory(unseen) if here else [],
        "disks": disks(root, unseen),
        "network": network(root),
        "usb": usb.connected(root),
        "usb_history": usb.history(root, unseen),
        "unseen": unseen,
    }
    return body | {"digest": digest(body)}


def digest(body: dict[str, Any]) -> str:
    """Return SHA-256 over the snapshot without its digest, so that a file that was edited by accident is noticed."""
    plain = {key: value for key, value in body.items() if key != "digest"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read(path: str) -> dict[str, Any]:
    """Return a snapshot from a file. Raises UsageError when it is none, of a newer form, or was changed."""
    try:
        body = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {os.strerror(error.errno or 0)}") from error
    except ValueError as error:
        raise UsageError(f"{path}: this is no snapshot of a device") from error
    if not isinstance(body, dict) or body.get("type") != KIND:
        raise UsageError(f"{path}: this is no snapshot of a device")
    if body.get("form") != FORM:
        raise UsageError(f"{path}: written by a newer Shoumi (form {body.get('form')}); compare with that one")
    if body.get("digest") != digest(body):
        raise UsageError(f"{path}: it was changed after it was taken; take a new one")
    return body


def hardware(root: Path, unseen: list[dict[str, str]]) -> dict[str, str]:
    """Return who made the machine, and its serials."""
    folder = root / "sys/class/dmi/id"
    if not folder.is_dir():
        tree = root / "proc/device-tree"
        told = {"model": _text(tree / "model"), "serial": _text(tree / "serial-number")}
        if not any(told.values()):
            unseen.append({"what": "hardware", "why": "firmware"})
        return {name: value for name, value in told.items() if value}
    found = {}
    for name, file in _DMI.items():
        try:
            value = (folder / file).read_text("utf-8", "replace").strip()
        except PermissionError:
            unseen.append({"what": f"hardware.{name}", "why": "root"})
        except OSError:
            continue
        else:
            if not _EMPTY.fullmatch(value):
                found[name] = value
    return found


def system(root: Path) -> dict[str, str]:
    """Return name, version and kernel of the operating system, and its installation's own id."""
    lines = (line.partition("=") for line in _text(root / "etc/os-release").splitlines())
    release = {name: value.strip("\"'") for name, _, value in lines}
    found = {
        "name": release.get("PRETTY_NAME") or release.get("NAME", ""),
        "version": release.get("VERSION_ID", ""),
        "kernel": platform.release() if root == Path("/") else "",
        "architecture": platform.machine() if root == Path("/") else "",
        "installation": hashlib.sha256(_text(root / "etc/machine-id").encode()).hexdigest()[:16],
    }
    return {name: value for name, value in found.items() if value}


def processor(root: Path) -> dict[str, Any]:
    """Return the processor's name and the number of its threads."""
    text = _text(root / "proc/cpuinfo")
    names = re.findall(r"^(?:model name|Model|Hardware)\s*:\s*(.+)$", text, re.MULTILINE)
    threads = len(re.findall(r"^processor\s*:", text, re.MULTILINE))
    return {"model": names[0].strip() if names else "", "threads": threads}


def memory(unseen: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the memory modules with size and serial, as SMBIOS type 17 tells them."""
    try:
        done = subprocess.run(_DMIDECODE, capture_output=True, text=True, timeout=20, check=True, errors="replace")
        told = done.stdout
    except FileNotFoundError:
        unseen.append({"what": "memory", "why": "dmidecode"})
        return []
    except (OSError, subprocess.SubprocessError):
        unseen.append({"what": "memory", "why": "smbios"})
        return []
    modules = []
    for block in told.split("\n\n"):
        facts = dict(re.findall(r"^\s+([A-Za-z ]+): (.+)$", block, re.MULTILINE))
        if facts.get("Size", "No Module").startswith("No Module"):
            continue
        module = {"slot": facts.get("Locator", ""), "size": facts["Size"], "vendor": facts.get("Manufacturer", "")}
        module |= {"model": facts.get("Part Number", "").strip(), "serial": facts.get("Serial Number", "").strip()}
        modules.append({name: value for name, value in module.items() if not _EMPTY.fullmatch(value)})
    return modules


def disks(root: Path, unseen: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the disks that are built in or plugged in: model, serial, size in bytes, how they are connected."""
    found = []
    for folder in _sorted(root / "sys/block"):
        if _VIRTUAL.fullmatch(folder.name):
            continue
        disk: dict[str, Any] = {"name": folder.name, "size": int(_text(folder / "size") or 0) * 512}
        disk["model"] = " ".join(filter(None, (_text(folder / "device/vendor"), _text(folder / "device/model"))))
        disk["serial"] = _serial(folder)
        disk["wwn"] = _text(folder / "wwid") or _text(folder / "device/wwid")
        disk["bus"] = _bus(folder)
        disk["removable"] = _text(folder / "removable") == "1"
        disk["rotational"] = _text(folder / "queue/rotational") == "1"
        if not disk["serial"]:
            unseen.append({"what": f"disk {folder.name}", "why": "serial"})
        found.append({name: value for name, value in disk.items() if value != ""})
    return found


def _serial(folder: Path) -> str:
    """Return a disk's serial: the kernel's word, else SCSI page 0x80 (SPC-4, 7.8.18), else that of its USB bridge."""
    if told := _text(folder / "device/serial") or _text(folder / "serial"):
        return told
    try:
        page = (folder / "device/vpd_pg80").read_bytes()
        return page[4 : 4 + page[3]].decode("ascii", "replace").strip("\0 ")
    except (OSError, IndexError):
        pass
    real = folder.resolve()
    return next((serial for above in real.parents if (serial := _text(above / "serial"))), "")


def _bus(folder: Path) -> str:
    path = str(folder.resolve())
    return next((name for name in ("usb", "nvme", "mmc", "virtio", "ata", "scsi") if f"/{name}" in path), "")


def network(root: Path) -> list[dict[str, str]]:
    """Return the network interfaces with a device behind them, and their burnt-in addresses."""
    found = []
    for folder in _sorted(root / "sys/class/net"):
        address = _text(folder / "address")
        if (folder / "device").exists() and address and address != "00:00:00:00:00:00":
            kind = "wireless" if (folder / "wireless").exists() or (folder / "phy80211").exists() else "wired"
            found.append({"name": folder.name, "mac": address, "kind": kind})
    return found


def _sorted(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:65536].decode("utf-8", "replace").strip("\0 \n")
    except OSError:
        return ""
