"""An iPhone's backup: its folder in, ten answers out. An encrypted one is named as such and not opened.

What is read: Info.plist, Status.plist, Manifest.plist, Manifest.db (the list of files), and of the files themselves
only settings, the address book and the places of photos. Messages, mail and notes are not.
"""

from __future__ import annotations

import plistlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from shoumi.engine.phone.answer import Answer, Report, complete, judged, reason
from shoumi.engine.phone.contacts import read_book
from shoumi.engine.types import Reason

_LARGEST: Final = 64 * 1024 * 1024  # bytes of a property list
_FILE_ID: Final = re.compile(r"[0-9a-f]{40}")
_JAILBREAK: Final = re.compile(
    r"com\.saurik\.Cydia|org\.coolstar\.SileoStore|org\.coolstar\.sileo|xyz\.willy\.Zebra|com\.opa334\.(?:TrollStore|Dopamine).*"
    r"|science\.xnu\.undecimus|com\.electrateam\.(?:electra|chimera)|org\.coolstar\.odyssey|com\.tigisoftware\.Filza.*"
    r"|.*\b(?:unc0ver|taurine|checkra1n|palera1n|dopamine|xina)\b.*|me\.apptapp\.installer|com\.roothide\..*",
    re.IGNORECASE,
)
_TRACES: Final = ("Library/Cydia", "Library/Sileo", "TweakInject", "MobileSubstrate", ".installed_unc0ver", "var/jb/")
_DOCUMENTS: Final = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|wps|et|dps|ofd|pdf|rtf|txt|csv|zip|rar|7z|odt|ods|odp|vsdx?)$", re.IGNORECASE
)
_LOCATION_KEYS: Final = ("LocationServicesEnabledIn8.0", "LocationServicesEnabledIn7.0", "LocationServicesEnabled")
_STORAGE: Final = re.compile(r"^AppDomainGroup-group\.com\.apple\.FileProvider\.LocalStorage$")


def answers(folder: Path) -> Report:
    """Return the ten answers of a backup's folder."""
    backup = _Backup(folder)
    if backup.encrypted:
        return complete(_outside(backup), "ios-backup", encrypted=True)
    try:
        found = (*_outside(backup), *_inside(backup))
    finally:
        backup.close()
    return complete(found if backup.finished else map(_doubted, found), "ios-backup")


def _doubted(answer: Answer) -> Answer:
    """Return no pass for a backup that was broken off."""
    return Answer(answer.check, "unknown", (reason("unfinished"),)) if answer.result == "pass" else answer


def is_backup(folder: Path) -> bool:
    """Whether a folder holds a backup's own files."""
    return (
        (folder / "Manifest.db").is_file()
        or (folder / "Manifest.mbdb").is_file()
        or ((folder / "Info.plist").is_file() and (folder / "Manifest.plist").is_file())
        or _says_ios(folder)
    )


def _says_ios(folder: Path) -> bool:
    return "Product Version" in _plist(folder / "Info.plist")


class _Backup:
    """The folder, the list of its files, and what the lists beside it say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.info = _plist(folder / "Info.plist")
        self.manifest = _plist(folder / "Manifest.plist")
        self._database = _database(folder / "Manifest.db")
        state = _plist(folder / "Status.plist").get("SnapshotState")
        self.finished = state in (None, "finished")  # else it broke off while the phone was sending
        said = self.manifest.get("IsEncrypted")
        unreadable = (folder / "Manifest.db").is_file() and self._database is None
        self.encrypted = bool(said) if said is not None else unreadable
        self.plain = said is False or (said is None and self._database is not None)

    def close(self) -> None:
        if self._database is not None:
            self._database.close()

    def files(self, condition: str, *values: str) -> list[tuple[str, str, str]]:
        """Return (id, domain, path) of the files that a condition on ``domain`` and ``relativePath`` chooses."""
        if self._database is None:
            return []
        try:
            return [
                (str(id_), str(domain), str(path))
                for id_, domain, path in self._database.execute(
                    f"select fileID, domain, relativePath from Files where {condition} limit 100000",  # noqa: S608
                    values,
                )
                if isinstance(id_, str) and _FILE_ID.fullmatch(id_)
            ]
        except sqlite3.Error:
            return []

    def listed(self) -> bool:
        """Whether there is a list of files at all."""
        return bool(self.files("1 = 1 and relativePath <> ''"))

    def path(self, id_: str) -> Path | None:
        """Return where a file of the backup is stored, when it came along."""
        places = (self.folder / id_[:2] / id_, self.folder / id_)
        return next((place for place in places if place.is_file() and not place.is_symlink()), None)

    def plists(self, pattern: str) -> Iterator[Any]:
        """Yield the property lists whose path ends like a pattern of SQL's LIKE."""
        for id_, _domain, _path in self.files("relativePath like ?", pattern):
            if (place := self.path(id_)) is not None and (found := _plist(place)):
                yield found

    def database(self, pattern: str) -> sqlite3.Connection | None:
        """Return the first database whose path ends like a pattern, opened without writing a byte."""
        for id_, _domain, _path in self.files("relativePath like ?", pattern):
            if (place := self.path(id_)) is not None and (database := _database(place)) is not None:
                return database
        return None

    @property
    def apps(self) -> set[str]:
        """Bundle identifiers of installed programs, from every list that names them."""
        named = self.info.get("Installed Applications")
        found = {str(app) for app in named} if isinstance(named, list) else set()
        for place in (self.info.get("Applications"), self.manifest.get("Applications")):
            found |= set(map(str, place)) if isinstance(place, dict) else set()
        return found | {
            domain.partition("-")[2] for _, domain, _ in self.files("domain like 'AppDomain-%' and relativePath = ''")
        }


def _outside(backup: _Backup) -> Iterator[Answer]:
    """Yield what is told without opening the backup's content."""
    apps = backup.apps
    bad = [reason("root-app", app=app) for app in sorted(apps) if _JAILBREAK.fullmatch(app)]
    bad += [reason("root-trace", path=trace) for trace in _TRACES if backup.files("relativePath like ?", f"%{trace}%")]
    locked = backup.manifest.get("WasPasscodeSet")
    if locked is False:
        bad.append(reason("no-passcode"))
    good = [reason("no-jailbreak", count=len(apps))] if apps else []
    if apps and backup.encrypted:
        good = [reason("traces-unread")]
    yield judged("P2", bad, good, known=bool(apps) and locked is True and backup.listed())
    yield _backups(backup)


def _backups(backup: _Backup) -> Answer:
    bad: list[Reason] = [reason("backup-plain")] if backup.plain else []
    cloud: bool | None = None
    for pattern in ("%com.apple.mobile.ldbackup.plist", "%com.apple.MobileBackup.plist"):
        for found in backup.plists(pattern):
            value = found.get("CloudBackupEnabled") if isinstance(found, dict) else None
            cloud = bool(value) if value is not None else bool(found.get("LastCloudBackupDate")) or cloud
    if cloud:
        bad.append(reason("backup-cloud"))
    good = [reason("backup-encrypted")] if backup.encrypted else []
    return judged("P9", bad, good, known=cloud is False)


def _inside(backup: _Backup) -> Iterator[Answer]:
    if (book := backup.database("%AddressBook.sqlitedb")) is not None:
        with closing(book):
            try:
                yield read_book(book).answer()
            except sqlite3.Error:
                yield Answer("P1", "unknown", (reason("unreadable", name="AddressBook.sqlitedb"),))
    yield _wireless(backup)
    yield _location(backup)
    if (answer := _photos(backup)) is not None:
        yield answer
    if backup.listed():
        stored = [
            path
            for _, domain, path in backup.files("domain like '%FileProvider.LocalStorage'")
            if _STORAGE.match(domain) and _DOCUMENTS.search(path)
        ]
        yield judged(
            "P7", [reason("documents", count=len(stored))] if stored else (), [reason("no-documents")], known=True
        )


def _wireless(backup: _Backup) -> Answer:
    kinds: dict[str, str] = {}
    for found in backup.plists("%com.apple.wifi.plist"):
        for network in found.get("List of known networks", ()) if isinstance(found, dict) else ():
            if isinstance(network, dict):
                kinds[str(network.get("SSID_STR"))] = _protection(network)
    for found in backup.plists("%com.apple.wifi.known-networks.plist"):
        for name, network in found.items() if isinstance(found, dict) else ():
            if isinstance(network, dict):
                kinds[str(name)] = _protection(network)
    bad = [
        reason(f"wifi-{kind}", count=count) for kind in ("open", "wep") if (count := list(kinds.values()).count(kind))
    ]
    told = bool(kinds) and all(kinds.values())
    return judged("P3", bad, [reason("wifi-protected", count=len(kinds))] if told else (), known=told)


def _protection(network: dict[str, Any]) -> str:
    """Return how a network is protected: newer systems write it in words, older ones keep what the station sent."""
    said = " ".join(
        str(network.get(key, "")) for key in ("SupportedSecurityTypes", "SecurityMode", "SecurityType")
    ).upper()
    if "WPA" in said or "SAE" in said or "OWE" in said or "ENTERPRISE" in said:
        return "protected"
    if "WEP" in said or network.get("WEP"):
        return "wep"
    if any(network.get(key) for key in ("WPA_IE", "RSN_IE", "EnterpriseProfile", "isWPA", "WAPI", "WPA")):
        return "protected"
    capabilities = network.get("CAPABILITIES")
    if isinstance(capabilities, int):  # 802.11: bit 4 asks for a key; without WPA that can only be WEP
        return "wep" if capabilities & 0x10 else "open"
    return "open" if re.search(r"\b(?:OPEN|NONE)\b", said) or "SSID_STR" in network else ""


def _location(backup: _Backup) -> Answer:
    for pattern in ("%com.apple.locationd.plist", "%locationd/%.plist"):
        for found in backup.plists(pattern):
            if not isinstance(found, dict):
                continue
            on = next((found[key] for key in _LOCATION_KEYS if isinstance(found.get(key), bool | int)), None)
            if on is not None:
                shown = reason("location-on" if on else "location-off")
                return judged("P4", [shown] if on else (), [shown], known=True)
            allowed = [app for app, entry in found.items() if isinstance(entry, dict) and _may_locate(entry)]
            if allowed:
                return judged("P4", [reason("location-apps", count=len(allowed))], known=True)
    return judged("P4", (), known=False)


def _may_locate(entry: dict[str, Any]) -> bool:
    return bool(entry.get("Authorized")) or int(entry.get("Authorization") or 0) in (2, 3, 4)


def _photos(backup: _Backup) -> Answer | None:
    database = backup.database("%PhotoData/Photos.sqlite")
    if database is None:
        return None
    with closing(database):
        for table in ("ZASSET", "ZGENERICASSET"):
            try:
                total, placed = database.execute(
                    f"select count(*), count(case when ZLATITUDE between -90 and 90 then 1 end) from {table}"  # noqa: S608
                ).fetchone()
            except sqlite3.Error:
                continue
            shown = reason("photos", total=int(total), placed=int(placed))
            return judged("P6", [shown] if placed else (), [shown], known=total > 0)
    return Answer("P6", "unknown", (reason("unreadable", name="Photos.sqlite"),))


def _plist(path: Path) -> dict[str, Any]:
    """Return a property list; empty when it is not there, too large or damaged."""
    try:
        if path.stat().st_size > _LARGEST:
            return {}
        with path.open("rb") as file:
            found = plistlib.load(file)
    except Exception:  # damaged lists raise nearly anything
        return {}
    return found if isinstance(found, dict) else {}


def _database(path: Path) -> sqlite3.Connection | None:
    """Return a database opened in place without lock or journal; None when it is none (an encrypted one is not)."""
    if not path.is_file():
        return None
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return None
    try:
        database.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.Error:
        database.close()
        return None
    return database
