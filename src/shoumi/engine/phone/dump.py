"""What Android's own reports say: lines of a bug report, of ``dumpsys`` or ``getprop`` in, facts out.

One pass, whatever the size; only what the checks need is kept. Forms differ between versions and makers, so every
line is looked at by its form, in the section that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_PROPERTY: Final = re.compile(r"^\[(?P<key>[\w.:@-]+)\]: \[(?P<value>.*)\]$")
_SECTION: Final = re.compile(r"^(?:-{2,} )?DUMP OF SERVICE (?:(?:CRITICAL|HIGH|NORMAL) )?(?P<name>[\w./@:-]+?):?$")
_SECTION_END: Final = re.compile(r"^-{3,} .*(?:was the duration of dumpsys|duration of )")
_SPACE: Final = re.compile(
    r"^\s*(?P<space>GLOBAL|SECURE|SYSTEM|CONFIG) SETTINGS(?: \(user (?P<user>\d+)\))?", re.IGNORECASE
)
_SETTING: Final = re.compile(
    r"_id:-?\d+ name:(?P<key>\S+)(?: pkg:\S+)? value:(?P<value>.*?)"
    r"(?: (?:default|defaultSystemSet|tag|isValuePreservedInRestore):.*)?$"
)
_PLAIN: Final = re.compile(r"^(?P<key>[a-z][\w.]{2,60})=(?P<value>.*)$")
_NETWORK: Final = re.compile(
    r"^\s*(?:\*\s+|-\s+(?:DSBLE\s+)?)?ID: (?P<id>-?\d+) SSID: (?P<ssid>.*?)(?: (?:PROVIDER-NAME|BSSID|FQDN|HIDDEN):|$)"
)
_KEYS: Final = re.compile(r"^\s*KeyMgmt:\s*(?P<keys>.*?)(?: Protocols:|$)")
_CONFIG_KEY: Final = re.compile(r'configKey[=:]\s*"?(?P<ssid>.*?)"?(?P<kind>NONE|WEP|OPEN|OWE|WPA_PSK|WPA_EAP|SAE)\b')
_IN_USE: Final = re.compile(r"\bm?WifiInfo:? .*Supplicant state: COMPLETED")
_SECURITY: Final = re.compile(r"\bSecurity type: (?P<type>-?\d+)")
_PACKAGE: Final = re.compile(r"^\s*(?:Package \[|package:(?:.*=)?)(?P<name>[a-zA-Z][\w.]+)\]?")
_OP_PACKAGE: Final = re.compile(r"^\s*Package (?P<name>[\w.]+):")
_OP_UID: Final = re.compile(r"^\s*(?:Uid (?P<uid>\w+):|(?P<op>[A-Z_]{6,}): mode=(?P<mode>\w+))")
_OP: Final = re.compile(r"^\s*(?P<op>[A-Z_]{6,})\s*\((?P<mode>allow|ignore|deny|default|foreground)")
_USB: Final = re.compile(
    r"(?:m?_?[cC]urrent_?[fF]unctions(?:_applied)?|current_functions)\s*[=:]\s*(?P<value>[\w,|\[\] ]+)"
)
_LOCATION: Final = re.compile(
    r"(?:location (?:setting|mode|enabled|is)\s*[:=]?\s*|^\s*)(?:\[u0\]\s*[:=]?\s*)?"
    r"(?P<value>true|false|enabled|disabled|\d)\b",
    re.IGNORECASE,
)
_LOCATION_HEAD: Final = re.compile(r"location (?:setting|mode|enabled)\s*[:=]?", re.IGNORECASE)
_TYPE: Final = re.compile(r"^\s*Type: (?P<type>\d+)$")
_SHARED: Final = re.compile(r"^\s*AuthAlgorithms:.*\bSHARED\b")
# Functions of a cable as a number (UsbManager): file transfer, photo transfer, and the others by name.
_FUNCTIONS: Final = ((1, "adb"), (2, "accessory"), (4, "mtp"), (8, "midi"), (16, "ptp"), (32, "rndis"), (1024, "ncm"))
_PROTECTED: Final = frozenset({
    "WPA_PSK", "WPA_EAP", "SAE", "OWE", "IEEE8021X", "WPA2_PSK", "SUITE_B_192", "WAPI_PSK", "WAPI_CERT", "FT_PSK",
    "FT_EAP", "DPP", "OSEN", "WPA3", "WPA_PSK_SHA256", "WPA_EAP_SHA256", "FILS_SHA256", "FILS_SHA384",
})  # fmt: skip
_ROOT_PROCESS: Final = re.compile(r"(?:^|[\s/])(?P<name>magiskd|daemonsu|ksud|zygiskd(?:64|32)?)(?:\s|$)")
_SU: Final = re.compile(
    r"(?:^|\s)(?P<path>/(?:system|vendor|sbin|data/local)(?:/\w+)*/su|/data/adb/(?:magisk|ksu|modules)\b)"
)
_SETTINGS_FILE: Final = re.compile(r"settings?[_-](?P<space>global|secure|system)?", re.IGNORECASE)


@dataclass(slots=True)
class Network:
    """A saved network: how it is protected. Its name is only kept to tell networks apart."""

    ssid: str
    kind: str = ""  # open, wep, protected; empty: not told


@dataclass(slots=True)
class Facts:
    """What was seen. A field that is None or empty was not."""

    properties: dict[str, str] = field(default_factory=dict)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)  # (global|secure|system, key) → value, user 0
    networks: list[Network] | None = None
    networks_whole: bool = False  # the list's end was seen
    connected: int | None = None  # WifiInfo's security type of the network in use: 0 open, 1 WEP
    packages: set[str] = field(default_factory=set)
    operations: dict[str, dict[str, str]] = field(default_factory=dict)  # package → operation → mode
    backup: bool | None = None
    usb: str | None = None
    location: bool | None = None
    rooted: set[str] = field(default_factory=set)
    sections: int = 0

    @property
    def android(self) -> bool:
        """Whether any of it can only come from Android."""
        return any(key.startswith("ro.") for key in self.properties) or self.sections > 0 or bool(self.settings)

    def setting(self, key: str, *spaces: str) -> str | None:
        """Return a setting's value from the first of the name spaces that has it."""
        found = (self.settings.get((space, key)) for space in spaces or ("global", "secure", "system"))
        return next((value for value in found if value is not None), None)


class Reader:
    """Feeds lines into facts."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._section = self._space = self._package = ""
        self._user = "0"
        self._network: Network | None = None
        self._listing = False
        self._locating = 0  # lines in which the setting's value for the first user may follow its name
        self._shared: dict[str, str] = {}  # modes of all packages of the present user id

    def read(self, lines: Iterable[str], name: str = "") -> None:
        """Take the lines of one file; its name tells the section when the file is one (``dumpsys_wifi.txt``)."""
        self._section = self._section_of(name)
        found = _SETTINGS_FILE.search(name)
        self._space, self._user = ((found["space"] or "global").lower() if found else ""), "0"
        self._close()
        for line in lines:
            self._line(line.rstrip("\r\n"))
        self._close()

    @staticmethod
    def _section_of(name: str) -> str:
        found = re.search(r"dumpsys[_-](\w+)", name)
        return found.group(1).lower() if found else "settings" if _SETTINGS_FILE.search(name) else ""

    def _line(self, line: str) -> None:
        if found := _SECTION.match(line):
            self._close()
            self._section, self._space = found["name"].lower(), ""
            self.facts.sections += 1
            return
        if _SECTION_END.match(line):
            self._close()
            self._section = ""
            return
        if found := _PROPERTY.match(line):
            self.facts.properties.setdefault(found["key"], found["value"])
            return
        if found := _SPACE.match(line):
            self._space, self._user = found["space"].lower(), found["user"] or "0"
        form = _PLAIN.match if self._section == "settings" and "name:" not in line else _SETTING.search
        if self._space and (found := form(line)):
            self._set(found["key"], found["value"])
        self._wifi(line)
        self._rest(line)

    def _set(self, key: str, value: str) -> None:
        if self._user == "0":
            self.facts.settings.setdefault((self._space, key), value.strip())

    def _wifi(self, line: str) -> None:
        if "Configured networks Begin" in line:
            self._listing, self.facts.networks = True, self.facts.networks or []
        elif "Configured networks End" in line:
            self.facts.networks_whole = True
            self._close()
        elif "ifiInfo" in line and _IN_USE.search(line) and (found := _SECURITY.search(line)):
            self.facts.connected = int(found["type"])
        if not self._listing or self.facts.networks is None:
            return
        if found := _NETWORK.match(line):
            self._network = Network(found["ssid"])
            self.facts.networks.append(self._network)
        elif self._network is not None and (found := _KEYS.match(line)):
            self._network.kind = _kind(found["keys"], line, self._network.kind)
        elif self._network is not None and (_weak(line) or _SHARED.match(line)):
            self._network.kind = "wep"
        elif self._network is not None and (found := _TYPE.match(line)) and found["type"] == "0":
            self._network.kind = self._network.kind if self._network.kind == "wep" else "open"
        elif self._network is not None and (found := _CONFIG_KEY.search(line)):
            self._network.kind = _kind(found["kind"], line, self._network.kind)

    def _close(self) -> None:
        self._listing, self._network, self._package = False, None, ""

    def _rest(self, line: str) -> None:
        facts = self.facts
        if line.lstrip().startswith("Backup Manager is "):
            facts.backup = bool(facts.backup) or "Backup Manager is enabled" in line
        elif self._section == "appops":
            self._operation(line)
        elif self._section == "usb" and facts.usb is None and (found := _USB.search(line)):
            facts.usb = _functions(found["value"].strip().lower())
        elif self._section == "location" and facts.location is None:
            self._located(line)
        if ("ackage" in line) and (found := _PACKAGE.match(line)):
            facts.packages.add(found["name"])
        if ("su" in line or "magisk" in line) and (found := _ROOT_PROCESS.search(line) or _SU.search(line)):
            facts.rooted.add(found.group(1))

    def _located(self, line: str) -> None:
        """Take the setting: beside its name, or for several users on the lines below it."""
        if _LOCATION_HEAD.search(line):
            self._locating = 4
        elif self._locating:
            self._locating -= 1
        if self._locating and (found := _LOCATION.search(line)) and not re.match(r"\s*\[u[1-9]", line):
            self.facts.location = found["value"].lower() not in ("false", "disabled", "0")

    def _operation(self, line: str) -> None:
        if found := _OP_PACKAGE.match(line):
            self._package = found["name"]
            self.facts.operations.setdefault(self._package, {}).update(self._shared)
        elif found := _OP_UID.match(line):
            self._shared = {} if found["uid"] else self._shared | {found["op"]: found["mode"]}
        elif self._package and (found := _OP.match(line)):
            self.facts.operations.setdefault(self._package, {}).setdefault(found["op"], found["mode"])


def _kind(keys: str, line: str, before: str) -> str:
    """Return how a network is protected, from one of its lines. The weakest counts: a phone joins without a key
    where it may, also when the same network is listed a second time as one with opportunistic encryption.
    """
    words = set(re.findall(r"[A-Z0-9_]+", keys.upper()))
    if before == "wep" or "WEP" in words or _SHARED.search(line):
        return "wep"
    if words & {"NONE", "OPEN"} and not words & _PROTECTED:
        return "open"
    return before or ("protected" if words & _PROTECTED or "PSK" in keys else "")


def _weak(line: str) -> bool:
    """Whether a line of a network says that it has WEP keys."""
    if ("WEP keys" in line or "wepKeys" in line) and "*" in line:
        return True
    found = _TYPE.match(line)
    return found is not None and found["type"] == "1"


def _functions(value: str) -> str:
    """Return the functions of the cable by name, also where a report gives them as bits of a number."""
    if not value.isdecimal():
        return value
    return ",".join(name for bit, name in _FUNCTIONS if int(value) & bit) or "none"
