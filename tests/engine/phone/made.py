"""Synthetic phone data in the forms of Android's reports and of an iOS backup; nobody's."""

from __future__ import annotations

import hashlib
import plistlib
import sqlite3
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SAFE = {
    "ro.boot.verifiedbootstate": "green",
    "ro.boot.flash.locked": "1",
    "ro.boot.vbmeta.device_state": "locked",
    "ro.debuggable": "0",
    "ro.secure": "1",
    "ro.build.tags": "release-keys",
    "ro.build.type": "user",
    "ro.build.version.security_patch": "2026-10-05",
    "ro.crypto.state": "encrypted",
    "sys.usb.state": "none",
}
SAFE_SETTINGS = {
    "global": {"adb_enabled": "0", "development_settings_enabled": "0", "package_verifier_user_consent": "1"},
    "secure": {"location_mode": "0", "install_non_market_apps": "0"},
}


def report(
    properties: Mapping[str, str] | None = None,
    settings: Mapping[str, Mapping[str, str]] | None = None,
    networks: tuple[tuple[str, str], ...] = (("Office", "WPA_PSK"),),
    backup: str = "disabled",
    operations: str = "",
    packages: tuple[str, ...] = ("com.example.notes",),
) -> str:
    """Return the text of a bug report of Android 13."""
    lines = [
        "=" * 56,
        "== dumpstate: 2026-11-20 09:30:00",
        "=" * 56,
        "",
        "Build: TQ3A.230805.001",
        "",
        "------ SYSTEM PROPERTIES (getprop) ------",
    ]
    lines += [f"[{key}]: [{value}]" for key, value in (SAFE | dict(properties or {})).items()]
    lines += ["------ 0.031s was the duration of 'SYSTEM PROPERTIES' ------", ""]
    lines += [
        "-" * 79,
        "DUMP OF SERVICE CRITICAL settings:",
        "CONFIG SETTINGS (user 0)",
        "_id:3 name:x/y pkg:com.android value:1",
    ]
    for space, chosen in SAFE_SETTINGS.items():
        lines.append(f"{space.upper()} SETTINGS (user 0)")
        lines.append("version: 213")
        for number, (key, value) in enumerate((chosen | dict((settings or {}).get(space, {}))).items()):
            lines.append(
                f"_id:{number} name:{key} pkg:com.android.settings value:{value} default:{value} defaultSystemSet:true"
            )
        lines.append("")
    lines += [
        "SECURE SETTINGS (user 10)",
        "_id:1 name:location_mode pkg:android value:3 default:3 defaultSystemSet:true",
    ]
    lines += ["--------- 0.004s was the duration of dumpsys settings, ending at: 2026-11-20 09:30:11", "-" * 79]
    lines += ["DUMP OF SERVICE wifi:", "Wi-Fi is enabled", "WifiConfigManager - Configured networks Begin ----"]
    for number, (name, keys) in enumerate(networks):
        lines += [
            f'ID: {number} SSID: "{name}" PROVIDER-NAME: null BSSID: null FQDN: null HOME-PROVIDER-NETWORK: false PRIO: 0 HIDDEN: false PMF: false  CarrierId: -1 Currently Connected: false ',
            " NetworkSelectionStatus NETWORK_SELECTION_ENABLED",
            f" KeyMgmt: {keys} Protocols: WPA RSN",
            " AuthAlgorithms: OPEN" if keys == "NONE" else " AuthAlgorithms:",
            " PairwiseCiphers: TKIP CCMP",
            f' configKey="{name}"{keys}',
            "",
        ]
    lines += ["WifiConfigManager - Configured networks End ----"]
    lines += ["--------- 0.2s was the duration of dumpsys wifi, ending at: 2026-11-20 09:30:12", "-" * 79]
    lines += [
        "DUMP OF SERVICE backup:",
        f"Backup Manager is {backup} / setup complete / not pending init",
        "Auto-restore is enabled",
        "Available transports:",
        "  * com.google.android.gms/.backup.BackupTransportService",
    ]
    lines += ["--------- 0.01s was the duration of dumpsys backup, ending at: 2026-11-20 09:30:12", "-" * 79]
    lines += [
        "DUMP OF SERVICE appops:",
        "Current AppOps Service state:",
        operations,
        "--------- 0.01s was the duration of dumpsys appops, ending at: x",
    ]
    lines += ["DUMP OF SERVICE package:", *(f"  Package [{name}] (abc1234):" for name in packages)]
    return "\n".join(lines) + "\n"


def noise() -> str:
    """Return lines that do not compress, as the rest of a real report."""
    return "".join(f"{hashlib.sha256(str(n).encode()).hexdigest()}\n" for n in range(20_000))


def bugreport(path: Path, text: str) -> Path:
    name = "bugreport-oriole-TQ3A.230805.001-2026-11-20-09-30-00"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("version.txt", "2.0")
        archive.writestr("main_entry.txt", f"{name}.txt")
        archive.writestr(f"{name}.txt", text)
        archive.writestr("dumpstate_log.txt", "nothing\n")
        archive.writestr("FS/data/anr/anr_1.txt", "[ro.debuggable]: [1]\n")
    return path


CARDS = {
    "plain": "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Alice\r\nTEL;TYPE=CELL:13800000000\r\nEND:VCARD\r\n",
    "post": "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=E5=A4=84;;;;\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=\r\n=E5=A4=84=E9=95=BF\r\nTEL;CELL:13800000001\r\nEND:VCARD\r\n",
    "unit": "BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nORG:Example Office;Section 2\nTITLE:Clerk\nTEL;VALUE=uri:tel:+86-138\nEND:VCARD\n",
    "note": "BEGIN:VCARD\nVERSION:3.0\nFN:Dana\nitem1.NOTE:card\n  6222 0000 0000 0000\nEND:VCARD\n",
    "address": "BEGIN:VCARD\nVERSION:3.0\nFN:Charlie\nADR;TYPE=HOME:;;1 Example Road;Town;;;\nEND:VCARD\n",
}


class Backup:
    """An iOS backup in a folder."""

    def __init__(
        self,
        folder: Path,
        *,
        encrypted: bool = False,
        passcode: bool | None = True,
        apps: tuple[str, ...] = ("com.example.notes",),
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        info = {
            "Device Name": "Phone",
            "Product Type": "iPhone14,5",
            "Product Version": "17.5",
            "Installed Applications": list(apps),
        }
        (folder / "Info.plist").write_bytes(plistlib.dumps(info))
        manifest: dict[str, Any] = {"IsEncrypted": encrypted, "Lockdown": {}, "Applications": {}}
        if passcode is not None:
            manifest["WasPasscodeSet"] = passcode
        (folder / "Manifest.plist").write_bytes(plistlib.dumps(manifest, fmt=plistlib.FMT_BINARY))
        if encrypted:
            (folder / "Manifest.db").write_bytes(hashlib.sha512(b"x").digest() * 64)
            return
        with sqlite3.connect(folder / "Manifest.db") as database:
            database.execute(
                "create table Files (fileID text primary key, domain text, relativePath text, flags integer, file blob)"
            )
        database.close()

    def put(self, domain: str, path: str, content: bytes) -> None:
        name = hashlib.sha1(f"{domain}-{path}".encode()).hexdigest()
        (self.folder / name[:2]).mkdir(exist_ok=True)
        (self.folder / name[:2] / name).write_bytes(content)
        with sqlite3.connect(self.folder / "Manifest.db") as database:
            database.execute("insert into Files values (?, ?, ?, 1, x'')", (name, domain, path))
        database.close()

    def database(self, domain: str, path: str, *statements: str) -> None:
        made = self.folder.parent / "made.db"
        made.unlink(missing_ok=True)
        with sqlite3.connect(made) as database:
            for statement in statements:
                database.execute(statement)
        database.close()
        self.put(domain, path, made.read_bytes())
