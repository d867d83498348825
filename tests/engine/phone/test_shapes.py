"""Reports of other versions and makers: the right answer for what they contain, not known elsewhere."""

from __future__ import annotations

import importlib.util
import plistlib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine.phone import Report, check

_SPEC = importlib.util.spec_from_file_location("made", Path(__file__).with_name("made.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
made: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)


def results(report: Report) -> dict[str, str]:
    return {answer.check: answer.result for answer in report.answers}


def dumped(tmp_path: Path, **texts: str) -> dict[str, str]:
    folder = tmp_path / "report"
    folder.mkdir(exist_ok=True)
    (folder / "getprop.txt").write_text("[ro.build.type]: [user]\n")
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return results(check(str(folder)))


def network(number: int, ssid: str, keys: str, *more: str, old: bool = False) -> str:
    rest = "PRIO: 0 HIDDEN: false" if old else (
        "HOME-PROVIDER-NETWORK: false PRIO: 0 HIDDEN: false PMF: false CarrierId: -1 SubscriptionId: -1"
        " SubscriptionGroup: null Currently Connected: false User Selected: false"
    )  # fmt: skip
    head = f'ID: {number} SSID: "{ssid}" PROVIDER-NAME: null BSSID: null FQDN: null {rest}\n'
    body = (" NetworkSelectionStatus NETWORK_SELECTION_ENABLED", " hasEverConnected: true", " numAssociation 3")
    return head + "\n".join((*body, f" KeyMgmt: {keys} Protocols: WPA RSN", " AuthAlgorithms:", *more)) + "\n"


def saved(*networks: str, end: bool = True) -> str:
    lines = "WifiConfigManager - Configured networks Begin ----\n" + "\n".join(networks)
    return lines + ("\nWifiConfigManager - Configured networks End ----\n" if end else "")


PARAMS = (
    " mLastUsedSecurityParams: Security Parameters:\n Type: {type}\n Enabled: true\n KeyMgmt: {keys}\n Protocols: RSN"
)


def listed(*types: tuple[int, str]) -> str:
    """The list of ways to join that Android 13 and later print for each network."""
    blocks = "\n".join(
        f"Security Parameters:\n Type: {number}\n Enabled: true\n KeyMgmt: {keys}" for number, keys in types
    )
    return f" PSK/SAE: *\nSecurityParams List:\n{blocks}\nEnterprise config:\nIP config:\nIP assignment: DHCP"


WIFI = {
    "Android 9": (saved(network(0, "a", "WPA_PSK", " PSK: *", old=True)), "pass"),
    "Android 9 open": (saved(network(0, "a", "NONE", " PSK: ", old=True)), "fail"),
    "Android 14": (saved(network(0, "a", "SAE", PARAMS.format(type=4, keys="SAE"))), "pass"),
    "Android 15 transition": (saved(network(0, "a", "WPA_PSK SAE", listed((2, "WPA_PSK"), (4, "SAE")))), "pass"),
    "Android 13 open, also OWE": (saved(network(0, "a", "NONE", listed((0, "NONE"), (6, "OWE")))), "fail"),
    "Android 16 OWE alone": (saved(network(0, "a", "OWE", listed((6, "OWE")))), "pass"),
    "Android 13 WEP": (saved(network(0, "a", "NONE", listed((1, "NONE")))), "fail"),
    "SHA-256 and fast roaming": (saved(network(0, "a", "WPA_PSK_SHA256 FT_PSK")), "pass"),
    "WAPI certificate": (saved(network(0, "a", "WAPI_CERT")), "pass"),
    "of no known kind": (saved(network(0, "a", "SOMETHING_NEW")), "unknown"),
    "cut off": (saved(network(0, "a", "WPA_PSK"), end=False), "unknown"),
    "no networks": (saved(), "pass"),
    "not told": ("Wi-Fi is disabled\n", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("form", WIFI)
def test_saved_networks(form: str, tmp_path: Path) -> None:
    text, result = WIFI[form]
    assert dumped(tmp_path, dumpsys_wifi=text)["P3"] == result


LOCATION = {
    "Location Manager State:\n  Location Settings:\n    Location Setting: true\n": "fail",
    "Location Manager State:\n  Location Settings:\n    Location Setting: false\n": "pass",
    "Location Manager State:\n  User Info:\n    Location Setting: \n      [u0] false\n      [u10] true\n": "pass",
    "Location Manager State:\n  User Info:\n    Location Setting: \n      [u0] true\n      [u10] false\n": "fail",
    "Location Manager State:\n  User Info:\n    Location Setting: \n      [u10] false\n": "unknown",
    "Current Location Manager state:\n  Location Mode: 0\n": "pass",
    "Current Location Manager state:\n  Location mode: 3\n": "fail",
    "Location Manager State:\n  last location=null\n  minimum interval: 0\n": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("text", LOCATION)
def test_location(text: str, tmp_path: Path) -> None:
    assert dumped(tmp_path, dumpsys_location=text)["P4"] == LOCATION[text]


USB = {
    "USB MANAGER STATE (dumpsys usb):\n  device_manager={\n    handler={\n      current_functions=4\n": "fail",
    "USB MANAGER STATE (dumpsys usb):\n  device_manager={\n    handler={\n      current_functions=16\n": "fail",
    "USB MANAGER STATE (dumpsys usb):\n  device_manager={\n    handler={\n      current_functions=0\n": "pass",
    "USB Manager State:\n  USB Device State:\n    mCurrentFunctions: mtp,adb\n": "fail",
    "USB Manager State:\n  USB Device State:\n    mCurrentFunctions: none\n": "pass",
    "USB Manager State:\n": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("text", USB)
def test_cable(text: str, tmp_path: Path) -> None:
    assert dumped(tmp_path, dumpsys_usb=text, settings_global="adb_enabled=0\n")["P7"] == USB[text]


MAKERS = {
    "HyperOS": ({"ro.product.manufacturer": "Xiaomi", "ro.mi.os.version.name": "OS2.0", "ro.secureboot.lockstate": "locked"}, ()),
    "ColorOS": ({"ro.product.manufacturer": "OPPO", "ro.build.version.oplusrom": "V15.0.0"}, ()),
    "realme": ({"ro.product.manufacturer": "realme", "ro.build.version.realmeui": "V6.0"}, ()),
    "OriginOS": ({"ro.product.manufacturer": "vivo", "ro.vivo.os.name": "Funtouch"}, ()),
    "HarmonyOS 4": ({"ro.product.manufacturer": "HUAWEI", "hw_sc.build.platform.version": "4.2.0"}, ("com.huawei.hidisk",)),
    "One UI": ({"ro.product.manufacturer": "samsung", "ro.build.version.oneui": "70000", "ro.boot.warranty_bit": "0"}, ()),
    "another maker's, with Samsung's cloud": ({}, ("com.samsung.android.scloud",)),
}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_a_makers_own_cloud_is_not_ruled_out(maker: str, tmp_path: Path) -> None:
    properties, packages = MAKERS[maker]
    text = made.report(properties=properties, packages=("com.example.notes", *packages))
    found = results(check(str(made.bugreport(tmp_path / "bugreport.zip", text))))
    assert found["P9"] == "unknown"
    assert found["P2"] == "pass"
    text = made.report(properties=properties, packages=packages, backup="enabled")
    assert results(check(str(made.bugreport(tmp_path / "b.zip", text))))["P9"] == "fail"


@pytest.mark.parametrize(
    "change",
    [{"ro.secureboot.lockstate": "unlocked"}, {"ro.boot.warranty_bit": "1"}, {"ro.boot.verifiedbootstate": "orange"}],
)
def test_marks_of_makers(change: dict[str, str], tmp_path: Path) -> None:
    text = made.report(properties={"ro.product.manufacturer": "Xiaomi", **change})
    assert results(check(str(made.bugreport(tmp_path / "bugreport.zip", text))))["P2"] == "fail"


def test_a_report_that_is_packed_twice(tmp_path: Path) -> None:
    inner = made.bugreport(tmp_path / "inner.zip", made.report(settings={"secure": {"location_mode": "3"}}))
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(inner, "bugreport-fuxi-UKQ1.230804.001-2026-11-20-09-30-00.zip")
        archive.writestr("common/com.miui.bugreport/log.txt", "nothing\n")
    found = results(check(str(tmp_path / "outer.zip")))
    assert (found["P2"], found["P4"]) == ("pass", "fail")


def test_a_second_user_is_not_asked_for_backup(tmp_path: Path) -> None:
    text = "Backup Manager is disabled / setup complete / not pending init\nUser 10:Backup Manager is enabled / x\n"
    assert dumped(tmp_path, dumpsys_backup=text)["P9"] == "pass"


# iPhones -----------------------------------------------------------------------------------------------------------

NETWORKS = "com.apple.wifi.known-networks.plist"


def known(*kinds: str | None) -> bytes:
    networks = {
        f"wifi.network.ssid.{number}": {"SSID": b"x", "AddReason": "WiFi Settings", **({"SupportedSecurityTypes": kind} if kind else {})}
        for number, kind in enumerate(kinds)
    }  # fmt: skip
    return plistlib.dumps(networks, fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize(
    ("kinds", "result"),
    [
        (("WPA2/WPA3 Personal", "WPA2 Enterprise"), "pass"),
        (("WPA2 Personal", "Open"), "fail"),
        (("WEP",), "fail"),
        (("OWE",), "pass"),
        (("WPA2 Personal", None), "unknown"),
    ],
)
def test_known_networks_of_newer_iphones(kinds: tuple[str | None, ...], result: str, tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "b")
    backup.put("SystemPreferencesDomain", NETWORKS, known(*kinds))
    assert results(check(str(tmp_path / "b")))["P3"] == result


def test_networks_of_ios_12_and_what_became_of_their_list(tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "old")
    path = "SystemConfiguration/com.apple.wifi.plist"
    wpa, wep = {"SSID_STR": "a", "CAPABILITIES": 0x431, "RSN_IE": {"x": 1}}, {"SSID_STR": "b", "CAPABILITIES": 0x431}
    backup.put("SystemPreferencesDomain", path, plistlib.dumps({"List of known networks": [wpa, wep]}))
    report = check(str(tmp_path / "old"))
    assert [reason.code for answer in report.answers if answer.check == "P3" for reason in answer.evidence] == [
        "phone.wifi-wep"
    ]
    newer = made.Backup(tmp_path / "new")
    newer.put("SystemPreferencesDomain", path, plistlib.dumps({"WiFiMacRandomizationInternalUI": True}))
    assert results(check(str(tmp_path / "new")))["P3"] == "unknown"


@pytest.mark.parametrize(("on", "result"), [(True, "fail"), (False, "pass"), (1, "fail"), (0, "pass")])
def test_location_services(on: bool | int, result: str, tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "b")
    settings = {"LastSystemVersion": "iPhone OS17.5/21F79", "LocationServicesEnabledIn8.0": on}
    backup.put("HomeDomain", "Library/Preferences/com.apple.locationd.plist", plistlib.dumps(settings))
    clients = {"icom.example.map:": {"BundleId": "com.example.map", "Authorization": 4}}
    backup.put("RootDomain", "Library/Caches/locationd/clients.plist", plistlib.dumps(clients))
    assert results(check(str(tmp_path / "b")))["P4"] == result


@pytest.mark.parametrize("state", ["uploading", "new", "finished"])
def test_a_backup_that_broke_off_passes_nothing(state: str, tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "b")
    backup.put("HomeDomain", "Library/Preferences/x.plist", b"x")
    (tmp_path / "b" / "Status.plist").write_bytes(plistlib.dumps({"SnapshotState": state, "IsFullBackup": True}))
    found = results(check(str(tmp_path / "b")))
    assert ("pass" in found.values()) == (state == "finished")


def test_an_encrypted_backup_does_not_rule_a_jailbreak_out(tmp_path: Path) -> None:
    made.Backup(tmp_path / "a", encrypted=True)
    made.Backup(tmp_path / "b", encrypted=True, apps=("com.opa334.Dopamine",))
    assert results(check(str(tmp_path / "a")))["P2"] == "unknown"
    assert results(check(str(tmp_path / "b")))["P2"] == "fail"


BOOK = (
    "create table ABPerson (ROWID integer primary key, First text, Last text, Middle text, Organization text, Department text, Note text, Kind integer, Birthday text, JobTitle text, Nickname text, Prefix text, Suffix text, CreationDate integer, StoreID integer)",
    "create table ABMultiValue (UID integer primary key, record_id integer, property integer, identifier integer, label integer, value text, guid text)",
    "create table ABMultiValueEntry (parent_id integer, key integer, value text)",
)


@pytest.mark.parametrize(
    ("rows", "result"),
    [
        (("insert into ABPerson (First) values ('A')", "insert into ABMultiValue (record_id, property, value) values (1, 3, '138')"), "pass"),
        (("insert into ABPerson (First) values ('A')", "insert into ABMultiValue (record_id, property) values (1, 5)"), "fail"),
        (("insert into ABPerson (First) values ('A')", "insert into ABMultiValue (record_id, property, value) values (1, 23, 'B')"), "fail"),
        (("insert into ABPerson (First, Birthday) values ('A', '-12345.0')",), "fail"),
        (("insert into ABPerson (First, Note) values ('A', '门禁密码 4711')",), "fail"),
        ((), "unknown"),
    ],
)  # fmt: skip
def test_the_address_book(rows: tuple[str, ...], result: str, tmp_path: Path) -> None:
    backup = made.Backup(tmp_path / "b")
    backup.database("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", *BOOK, *rows)
    assert results(check(str(tmp_path / "b")))["P1"] == result


# vCards ------------------------------------------------------------------------------------------------------------

GBK = "王处长".encode("gb18030").hex("=").upper()
CARDS = {
    "2.1 quoted-printable GBK": (f"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:={GBK}\r\nEND:VCARD\r\n".encode(), "fail"),
    "2.1 bare parameter": (b"BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;QUOTED-PRINTABLE;CHARSET=UTF-8:=E5=AF=86=\r\n=E7=A0=81 1\r\nEND:VCARD\r\n", "fail"),
    "2.1 picture": (b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:A\r\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n SkZJRgABAQ==\r\n\r\nTEL;CELL:138\r\nEND:VCARD\r\n", "pass"),
    "3.0 folded inside a character": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nNOTE:" + "家庭住址".encode()[:4] + b"\r\n " + "家庭住址".encode()[4:] + b"\r\nEND:VCARD\r\n", "fail"),
    "3.0 group and label": (b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nitem1.X-ABRELATEDNAMES:B\nitem1.X-ABLabel:_$!<Mother>!$_\nEND:VCARD\n", "fail"),
    "3.0 empty address": (b"BEGIN:VCARD\nVERSION:3.0\nFN:A\nADR;TYPE=HOME:;;;;;;\nORG:Office\nEND:VCARD\n", "pass"),
    "4.0 colon in a quoted parameter": (b'BEGIN:VCARD\nVERSION:4.0\nFN:A\nADR;LABEL="1 Road: Town":;;;;;;\nEND:VCARD\n', "pass"),
    "4.0 with an address": (b'BEGIN:VCARD\nVERSION:4.0\nFN:A\nADR;LABEL="1 Road: Town":;;1 Road;Town;;;\nEND:VCARD\n', "fail"),
    "4.0 related": (b"BEGIN:VCARD\nVERSION:4.0\nFN:A\nRELATED;TYPE=spouse;VALUE=text:B\nEND:VCARD\n", "fail"),
    "UTF-16": ("\ufeffBEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nORG:一处\r\nTITLE:科员\r\nEND:VCARD\r\n".encode("utf-16-le"), "fail"),
    "no entry": (b"BEGIN:VCARD\r\n", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("form", CARDS)
def test_cards(form: str, tmp_path: Path) -> None:
    data, result = CARDS[form]
    (tmp_path / "contacts.vcf").write_bytes(data)
    (tmp_path / "getprop.txt").write_text("[ro.build.type]: [user]\n")
    report = check(str(tmp_path / "getprop.txt"), str(tmp_path / "contacts.vcf"))
    assert results(report)["P1"] == result
