"""The ten answers, from each kind of phone data."""

from __future__ import annotations

import importlib.util
import plistlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import messages
from shoumi.engine.errors import AddressError, MissingExtra, UsageError
from shoumi.engine.phone import Report, check
from shoumi.engine.phone.answer import CHECKS
from shoumi.engine.rule import LANGUAGES

_SPEC = importlib.util.spec_from_file_location("made", Path(__file__).with_name("made.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)


def results(report: Report) -> dict[str, str]:
    return {answer.check: answer.result for answer in report.answers}


def android(tmp_path: Path, **changes: Any) -> dict[str, str]:
    return results(check(str(made.bugreport(tmp_path / "bugreport.zip", made.report(**changes)))))


def test_a_careful_phone(tmp_path: Path) -> None:
    found = android(tmp_path)
    assert list(found) == list(CHECKS)
    assert found["P8"] == "taught"
    assert {name for name, result in found.items() if result == "pass"} == {"P2", "P3", "P4", "P7", "P9"}
    assert {name for name, result in found.items() if result == "unknown"} == {"P1", "P5", "P6", "P10"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ro.boot.verifiedbootstate", "orange"),
        ("ro.boot.verifiedbootstate", "yellow"),
        ("ro.boot.flash.locked", "0"),
        ("ro.boot.vbmeta.device_state", "unlocked"),
        ("sys.oem_unlock_allowed", "1"),
        ("ro.debuggable", "1"),
        ("ro.secure", "0"),
        ("ro.build.tags", "test-keys"),
        ("ro.build.type", "userdebug"),
        ("ro.boot.selinux", "permissive"),
    ],
)
def test_opened_phones_fail(tmp_path: Path, key: str, value: str) -> None:
    assert android(tmp_path, properties={key: value})["P2"] == "fail"


def test_root_tools_fail(tmp_path: Path) -> None:
    assert android(tmp_path, packages=("com.topjohnwu.magisk",))["P2"] == "fail"


@pytest.mark.parametrize(
    ("keys", "result"),
    [("NONE", "fail"), ("OWE", "pass"), ("SAE", "pass"), ("WPA_EAP IEEE8021X", "pass"), ("WPA2_PSK WPA_PSK", "pass")],
)
def test_wifi(tmp_path: Path, keys: str, result: str) -> None:
    assert android(tmp_path, networks=(("Home", "WPA_PSK"), ("Other", keys)))["P3"] == result


def test_settings_of_other_users_do_not_count(tmp_path: Path) -> None:
    assert android(tmp_path, settings={"secure": {"location_mode": "0"}})["P4"] == "pass"
    assert android(tmp_path, settings={"secure": {"location_mode": "3"}})["P4"] == "fail"


def test_unknown_apps_photos_cable_and_backup(tmp_path: Path) -> None:
    operations = "    Package com.example.browser:\n      REQUEST_INSTALL_PACKAGES (allow):\n    Package com.example.camera2:\n      FINE_LOCATION (allow / switch COARSE_LOCATION=allow):"
    found = android(
        tmp_path,
        operations=operations,
        settings={"global": {"adb_enabled": "1"}},
        backup="enabled",
        properties={"ro.crypto.state": "unencrypted"},
    )
    assert {name for name, result in found.items() if result == "fail"} == {"P5", "P6", "P7", "P9", "P10"}
    assert android(tmp_path, properties={"sys.usb.state": "mtp,adb"})["P7"] == "fail"


def test_extracted_or_a_text_alone(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    (folder / "dumpstate.txt").write_text(made.report(), "utf-8")
    (folder / "main_entry.txt").write_text("dumpstate.txt")
    assert results(check(str(folder)))["P2"] == "pass"
    assert results(check(str(folder / "dumpstate.txt")))["P9"] == "pass"
    (tmp_path / "getprop.txt").write_text("[ro.build.type]: [user]\n[ro.debuggable]: [0]\n")
    found = results(check(str(tmp_path / "getprop.txt")))
    assert found["P2"] == "unknown"
    assert found["P4"] == "unknown"


def test_contacts_are_counted_not_shown(tmp_path: Path) -> None:
    cards = tmp_path / "contacts.vcf"
    zipped = str(made.bugreport(tmp_path / "bugreport.zip", made.report()))
    cards.write_text(made.CARDS["plain"] * 3)
    assert results(check(zipped, str(cards)))["P1"] == "pass"
    for kind in ("post", "unit", "note", "address"):
        cards.write_text(made.CARDS["plain"] + made.CARDS[kind])
        answer = check(zipped, str(cards)).answers[0]
        assert answer.result == "fail", kind
        assert dict(answer.evidence[0].values) == {"total": 2, "detailed": 1}
        shown = str(answer.as_json("en"))
        assert not any(secret in shown for secret in ("Alice", "Bob", "6222", "1380000", "Example"))


def test_ios(tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "0008-1")
    backup.put(
        "HomeDomain",
        "Library/Preferences/com.apple.mobile.ldbackup.plist",
        plistlib.dumps({"CloudBackupEnabled": True}),
    )
    backup.put(
        "SystemPreferencesDomain",
        "SystemConfiguration/com.apple.wifi.plist",
        plistlib.dumps({"List of known networks": [{"SSID_STR": "a", "WPA_IE": {"x": 1}}, {"SSID_STR": "b"}]}),
    )
    backup.put("AppDomainGroup-group.com.apple.FileProvider.LocalStorage", "File Provider Storage/plan.docx", b"x")
    backup.database(
        "HomeDomain",
        "Library/AddressBook/AddressBook.sqlitedb",
        "create table ABPerson (ROWID integer primary key, First text, Last text, Organization text, Department text, JobTitle text, Note text, Nickname text, Birthday text)",
        "create table ABMultiValue (UID integer, record_id integer, property integer, value text)",
        "insert into ABPerson (First, Organization, JobTitle) values ('Bob', 'Office', 'Head')",
        "insert into ABPerson (First) values ('Alice')",
    )
    backup.database(
        "CameraRollDomain",
        "Media/PhotoData/Photos.sqlite",
        "create table ZASSET (ZLATITUDE float)",
        "insert into ZASSET values (-180.0), (39.9)",
    )
    backup.put("HomeDomain", "Library/SMS/sms.db", b"never read")
    report = check(str(tmp_path / "0008-1"))
    found = results(report)
    assert {name for name, result in found.items() if result == "fail"} == {"P1", "P3", "P6", "P7", "P9"}
    assert found["P2"] == "pass"
    assert found["P4"] == "unknown"
    assert report.exit_code == 1
    assert results(check(str(tmp_path))) == found  # the folder above it


def test_jailbreak_and_no_passcode(tmp_path: Path) -> None:
    made.Backup(tmp_path / "a", apps=("org.coolstar.SileoStore",))
    made.Backup(tmp_path / "b", passcode=False)
    assert results(check(str(tmp_path / "a")))["P2"] == "fail"
    assert results(check(str(tmp_path / "b")))["P2"] == "fail"


def test_encrypted_backup_is_named(tmp_path: Path) -> None:
    made.Backup(tmp_path / "a", encrypted=True)
    report = check(str(tmp_path / "a"))
    assert report.encrypted
    found = results(report)
    assert found["P9"] == "unknown"
    assert all(found[name] == "unknown" for name in ("P1", "P3", "P4", "P6", "P7"))
    assert report.exit_code == 3


def test_what_is_no_phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "note.txt").write_text("hello\n")
    with pytest.raises(UsageError):
        check(str(tmp_path / "note.txt"))
    with pytest.raises(UsageError):
        check(str(tmp_path))
    with pytest.raises(AddressError):
        check(str(tmp_path / "missing"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="Debian package adb"):
        check("adb:")


def test_damaged_reports_end_quietly(tmp_path: Path) -> None:
    path = made.bugreport(tmp_path / "bugreport.zip", made.report() + made.noise())
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 4] ^= 0xFF
    path.write_bytes(bytes(data))
    assert zipfile.is_zipfile(path)
    found = results(check(str(path)))
    assert list(found) == list(CHECKS)
    assert "pass" not in found.values()


def test_adb_asks_the_phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "adb"
    answers = {
        "get-state": "device",
        "getprop": "".join(f"[{key}]: [{value}]\n" for key, value in made.SAFE.items()),
        "global": "adb_enabled=1\n",
        "secure": "location_mode=3\nbackup_enabled=0\n",
    }
    lines = ["#!/bin/sh", "for last; do :; done", 'case "$last" in']
    for name, text in answers.items():
        (tmp_path / f"{name}.out").write_text(text)
        lines.append(f'  {name}) cat "{tmp_path}/{name}.out";;')
    program.write_text("\n".join([*lines, "  *) exit 1;;", "esac"]))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = results(check("adb:emulator-5554"))
    assert found["P2"] == "pass"
    assert found["P4"] == "fail"
    assert found["P7"] == "pass"  # debugging is on because of the check itself
    assert found["P9"] == "pass"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there(language: str) -> None:
    for name in CHECKS:
        assert messages.text(f"phone.{name}", language) != f"phone.{name}"
        assert messages.text(f"phone.{name}.do", language) != f"phone.{name}.do"
    source = "".join(path.read_text("utf-8") for path in Path(check.__code__.co_filename).parent.glob("*.py"))
    import re

    for code in set(re.findall(r'reason\(\s*"([\w-]+)"', source)):
        assert messages.known(f"phone.{code}"), code


def test_forms_of_other_versions(tmp_path: Path) -> None:
    wifi = (
        'mWifiInfo SSID: "Cafe", BSSID: 02:00:00:00:00:01, Security type: 0, Supplicant state: COMPLETED, RSSI: -50\n'
        "WifiConfigManager - Configured networks Begin ----\n"
        '- DSBLE ID: 3 SSID: "Old" PROVIDER-NAME: null BSSID: null FQDN: null HIDDEN: false\n KeyMgmt: NONE Protocols: WPA RSN\n AuthAlgorithms: OPEN SHARED\n'
        "WifiConfigManager - Configured networks End ----\n"
    )
    operations = "  Uid u0a104:\n    state=cch\n      FINE_LOCATION: mode=foreground\n    Package org.example.opencamera:\n      CAMERA (allow):\n"
    (tmp_path / "dumpsys_wifi.txt").write_text(wifi)
    (tmp_path / "dumpsys_appops.txt").write_text(operations)
    (tmp_path / "settings_random.txt").write_text("package_verifier_user_consent=-1\n")
    (tmp_path / "getprop.txt").write_text("[ro.build.type]: [user]\n")
    found = results(check(str(tmp_path)))
    assert {name for name, result in found.items() if result == "fail"} == {"P3", "P5", "P6"}
