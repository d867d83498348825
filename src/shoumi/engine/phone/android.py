"""Ten answers from what Android's reports say. Values and their meaning: AOSP, Android Management API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine.phone.answer import Answer, judged, reason
from shoumi.engine.phone.dump import Facts
from shoumi.engine.types import Reason

_ROOT_APPS: Final = re.compile(
    r"com\.topjohnwu\.magisk|me\.weishu\.kernelsu|eu\.chainfire\.supersu|com\.noshufou\.android\.su|com\.koushikdutta\.superuser"
    r"|com\.thirdparty\.superuser|com\.kingroot\.kinguser|com\.kingo\.root|me\.bmax\.apatch|io\.github\.vvb2060\.magisk"
    r"|org\.lsposed\.manager|de\.robv\.android\.xposed\.installer|com\.rifsxd\.ksunext|io\.github\.huskydg\.magisk"
)  # fmt: skip
_BUILD: Final = (
    ("ro.debuggable", re.compile("1")),
    ("ro.secure", re.compile("0")),
    ("ro.build.tags", re.compile(".*(?:test|dev)-keys.*")),
    ("ro.build.type", re.compile("userdebug|eng")),
    ("ro.boot.selinux", re.compile("permissive", re.IGNORECASE)),
    ("ro.build.selinux", re.compile("0|permissive", re.IGNORECASE)),
)
_BOOT: Final = (
    ("ro.boot.verifiedbootstate", re.compile("yellow|orange|red")),
    ("ro.boot.flash.locked", re.compile("0")),
    ("ro.boot.vbmeta.device_state", re.compile("unlocked")),
    ("sys.oem_unlock_allowed", re.compile("1")),
    ("ro.secureboot.lockstate", re.compile("unlocked")),  # Xiaomi
    ("ro.boot.warranty_bit", re.compile("1")),  # Samsung: another system was once installed
    ("ro.warranty_bit", re.compile("1")),
)
_LOCKED: Final = {
    "ro.boot.verifiedbootstate": "green",
    "ro.boot.flash.locked": "1",
    "ro.boot.vbmeta.device_state": "locked",
    "ro.secureboot.lockstate": "locked",
}
_STORES: Final = re.compile(
    r"com\.android\.(?:vending|packageinstaller|managedprovisioning|shell)|com\.google\.android\..*|com\.(?:xiaomi|miui)\..*"
    r"|com\.(?:huawei|hihonor)\..*|com\.(?:sec|samsung)\..*|com\.(?:heytap|oppo|coloros|vivo|bbk|meizu)\..*"
)  # fmt: skip
# Makers whose phones back up to a cloud of their own, which Android's backup manager knows nothing of.
_MAKERS: Final = re.compile(
    r"xiaomi|redmi|poco|huawei|honor|oppo|realme|oneplus|vivo|iqoo|samsung|meizu|nubia|zte|lenovo|motorola",
    re.IGNORECASE,
)
_MAKER_CLOUD: Final = re.compile(
    r"com\.(?:miui\.cloud(?:backup|service)|xiaomi\.micloud\.\w+|huawei\.(?:android\.)?(?:hicloud|hidisk)"
    r"|hihonor\.(?:android\.)?(?:hicloud|hidisk)|heytap\.cloud|coloros\.cloud|oplus\.cloud|bbk\.cloud|vivo\.cloud"
    r"|samsung\.android\.scloud|meizu\.(?:cloud|mzsyncservice)|oneplus\.cloud)"
)
_TRANSFER: Final = re.compile(r"mtp|ptp|mass_storage|\bums\b")


def answers(facts: Facts, *, cable: bool = False) -> Iterator[Answer]:
    """Yield what the facts tell; ``cable``: the phone was asked over adb, whose being on then means nothing."""
    yield _rooted(facts)
    yield _wireless(facts)
    yield _location(facts)
    yield _unknown_apps(facts)
    yield _photos(facts)
    yield _usb(facts, cable=cable)
    yield _backup(facts)
    yield _encryption(facts)


def _rooted(facts: Facts) -> Answer:
    given = facts.properties
    bad = [
        reason("property", key=key, value=given[key])
        for key, risky in (*_BOOT, *_BUILD)
        if key in given and risky.fullmatch(given[key].strip())
    ]
    bad += [reason("root-app", app=name) for name in sorted(facts.packages) if _ROOT_APPS.fullmatch(name)]
    bad += [reason("root-trace", path=name) for name in sorted(facts.rooted)]
    locked = [reason("property", key=key, value=value) for key, value in _LOCKED.items() if given.get(key) == value]
    built = given.get("ro.build.type") == "user" or "release-keys" in given.get("ro.build.tags", "")
    return judged("P2", bad, locked, known=bool(locked) and built)


def _wireless(facts: Facts) -> Answer:
    networks = facts.networks
    kinds = {
        kind: len({network.ssid for network in networks or () if network.kind == kind}) for kind in ("open", "wep")
    }
    bad: list[Reason] = [reason(f"wifi-{kind}", count=count) for kind, count in kinds.items() if count]
    if facts.connected in (0, 1):
        bad.append(reason("wifi-in-use"))
    told = networks is not None and facts.networks_whole and all(network.kind for network in networks)
    count = len({network.ssid for network in networks or ()})
    return judged("P3", bad, [reason("wifi-protected", count=count)] if told else (), known=told)


def _location(facts: Facts) -> Answer:
    mode = facts.setting("location_mode", "secure")
    on = facts.location if mode is None or not mode.isdecimal() else mode != "0"
    if on is None and (allowed := facts.setting("location_providers_allowed", "secure")) is not None:
        on = bool(re.sub(r"passive|[,\s]|null", "", allowed))
    if on is None:
        return judged("P4", (), known=False)
    shown = reason("location-on" if on else "location-off")
    return judged("P4", [shown] if on else (), [shown], known=True)


def _unknown_apps(facts: Facts) -> Answer:
    """A code can only install something when apps from anywhere are allowed; what was scanned is not recorded."""
    bad = []
    if facts.setting("install_non_market_apps") == "1":
        bad.append(reason("setting", key="install_non_market_apps", value="1"))
    verifier = (("package_verifier_enable", "0"), ("package_verifier_user_consent", "-1"))
    bad += [reason("setting", key=key, value=risky) for key, risky in verifier if facts.setting(key) == risky]
    installers = [
        name
        for name, modes in facts.operations.items()
        if modes.get("REQUEST_INSTALL_PACKAGES") == "allow" and not _STORES.fullmatch(name)
    ]
    if installers:
        bad.append(reason("installers", count=len(installers)))
    return judged("P5", bad, [reason("scans-unrecorded")], known=False)


def _photos(facts: Facts) -> Answer:
    cameras = [modes for name, modes in facts.operations.items() if "camera" in name.lower()]
    on = ("allow", "foreground")
    placed = [
        modes
        for modes in cameras
        if {"FINE_LOCATION", "COARSE_LOCATION"} & {op for op, mode in modes.items() if mode in on}
    ]
    return judged("P6", [reason("camera-location")] if placed else (), known=False)


def _usb(facts: Facts, *, cable: bool) -> Answer:
    bad = [
        reason("setting", key=key, value="1")
        for key in ("adb_enabled", "adb_wifi_enabled")
        if facts.setting(key, "global", "secure") == "1" and not (cable and key == "adb_enabled")
    ]
    functions = [facts.properties.get(key, "") for key in ("sys.usb.state", "sys.usb.config", "persist.sys.usb.config")]
    functions = [value for value in (*functions, facts.usb or "") if value]
    bad += [reason("usb", value=value) for value in dict.fromkeys(functions) if _TRANSFER.search(value)]
    off = cable or facts.setting("adb_enabled", "global", "secure") == "0"
    seen = [reason("usb", value=value) for value in dict.fromkeys(functions)]
    return judged("P7", bad, seen, known=bool(functions) and off)


def _backup(facts: Facts) -> Answer:
    chosen = facts.setting("backup_enabled", "secure")
    on = facts.backup if facts.backup is not None else {"1": True, "0": False}.get(chosen or "")
    if on is None:
        return judged("P9", (), known=False)
    shown = reason("backup-on" if on else "backup-off")
    maker = next(filter(None, map(facts.properties.get, ("ro.product.manufacturer", "ro.product.brand"))), "")
    own = bool(_MAKERS.search(maker)) or any(map(_MAKER_CLOUD.fullmatch, facts.packages))
    return judged("P9", [shown] if on else (), [shown, reason("maker-cloud")] if own else [shown], known=not own)


def _encryption(facts: Facts) -> Answer:
    state = facts.properties.get("ro.crypto.state", "")
    shown = [reason("property", key="ro.crypto.state", value=state)] if state else []
    return judged("P10", shown if state == "unencrypted" else (), [*shown, reason("disposal")], known=False)
