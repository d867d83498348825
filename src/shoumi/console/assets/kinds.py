"""What there is to register: kinds of equipment, what each keeps inside, and what an inspection looks at. Data only.

An item's code never changes its meaning; an inspection keeps the sentence as it was read that day, in all languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console import levels

UNSET: Final = ""
LEVELS: Final = (*levels.LEVELS, (UNSET, _("not decided yet")))
LABELLED: Final = frozenset(key for key, _label in levels.MARKED)  # whose devices carry a secrecy label

ALONE, ISOLATED, OFFICE, OUTSIDE = "alone", "isolated", "office", "internet"
NETWORKS: Final = (
    (ALONE, _("none: stands alone")),
    (ISOLATED, _("the classified network")),
    (OFFICE, _("the office network")),
    (OUTSIDE, _("the internet")),
    ("", _("not said yet")),
)
JOINED: Final = frozenset({OFFICE, OUTSIDE})  # networks that lead, or may lead, outside


def rank(level: str) -> int:
    """Return the place of a level: higher means more; undecided is below all."""
    return levels.rank(level) if level else -1


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a checklist."""

    code: str
    sentence: Any


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of equipment. ``disk``: serial numbers of disks inside must be known; ``office``: D5 machines."""

    code: str
    label: Any
    keeps: Any
    items: tuple[Item, ...]
    disk: bool = False
    office: bool = False

    @property
    def checklist(self) -> tuple[Item, ...]:
        """Everything an inspection of this kind looks at."""
        return (*COMMON, *self.items)


COMMON: Final = (
    Item("label", _("The secrecy label is on the device and says the level of the ledger.")),
    Item("serials", _("Number, serial numbers and place agree with the ledger.")),
    Item("person", _("The responsible person is the one of the ledger, and knows it.")),
    Item("network", _("It is joined to no other network than the ledger allows.")),
)
_MACHINE: Final = (
    Item("wireless", _("Wireless cards, Bluetooth, microphone, camera are removed where the level asks for it.")),
    Item("usb", _("USB ports are under control; only registered media were plugged in.")),
    Item("password", _("Start-up and sign-in passwords are set, and the screen locks by itself.")),
    Item("malware", _("Protection against malware is on and up to date.")),
    Item("disks", _("The disks inside carry the serial numbers of the ledger.")),
    Item("contents", _("Nothing above the level of the machine is stored on it.")),
)
_CARRIED: Final = (Item("carried", _("Each time it was carried out, that was approved and registered.")),)
_SHARED: Final = (Item("shared", _("No shared folder is open to more people than need it.")),)
_PRINTER: Final = (
    Item("jobs", _("The print memory, and the disk if it has one, hold no jobs left over.")),
    Item("tray", _("No printed page lies in the tray or beside the machine.")),
    Item("cloud-print", _("Wi-Fi, printing over a cloud and printing from phones are off.")),
)
_COPIER: Final = (
    Item("image-disk", _("Its disk is known by serial number, and images on it are overwritten after each job.")),
    Item("remote", _("Remote maintenance and lines to the maker are off.")),
    Item("contract", _("The rental or service contract says that the disk stays with the office.")),
    Item("register", _("The register of copies agrees with the counter of the machine.")),
)
_SCANNER: Final = (
    Item("cache", _("The cache, and the folder that scans go to, are emptied.")),
    Item("destinations", _("Scans go to approved folders only, not to mail and not to a cloud.")),
)
_FAX: Final = (
    Item("fax-memory", _("The fax memory holds no messages, and used film was destroyed.")),
    Item("fax-line", _("Classified matters went over an encrypted line only.")),
    Item("fax-log", _("The journal was looked through: no unknown numbers.")),
)
_PHONE: Final = (
    Item("phone-lock", _("A screen lock is set, and the system is neither rooted nor unlocked.")),
    Item("phone-cloud", _("Automatic backup to a cloud is off.")),
    Item("phone-location", _("Location is off, or limited to what work needs.")),
    Item("phone-contents", _("No files, photographs or messages of classified or internal matters are on it.")),
    Item("phone-rooms", _("It stays outside the rooms where phones are not allowed.")),
)
_MEDIA: Final = (
    Item("media-use", _("It was used only in machines of its own level.")),
    Item("media-kept", _("It lies in a safe or locked drawer when nobody uses it.")),
    Item("media-contents", _("Nothing above its level is stored on it, deleted files included.")),
)
_NETWORK: Final = (
    Item("net-password", _("The maker's password was changed, and the firmware is current.")),
    Item("net-ports", _("Unused ports are closed, and no unknown device is plugged in.")),
    Item("net-wireless", _("Wireless access is off where the level asks for it.")),
    Item("net-log", _("Its log is kept and was looked through.")),
)

KINDS: Final = {
    kind.code: kind
    for kind in (
        Kind("desktop", _("Desktop computer"), _("Its disks keep what was deleted."), (*_MACHINE, *_SHARED), disk=True),
        Kind("laptop", _("Laptop"), _("Its disks keep what was deleted, and it leaves the house."),
             (*_MACHINE, *_CARRIED), disk=True),
        Kind("server", _("Server"), _("Its disks, and spare disks once pulled, keep what was deleted."),
             (*_MACHINE, *_SHARED), disk=True),
        Kind("phone", _("Phone or tablet"), _("Its memory keeps photographs, messages and sign-ins."), _PHONE),
        Kind("printer", _("Printer"), _("Its memory keeps print jobs; larger ones have a disk."), _PRINTER,
             office=True),
        Kind("copier", _("Copier"), _("It has a disk: images of what was copied stay on it."), _COPIER, disk=True,
             office=True),
        Kind("multifunction", _("Multifunction machine"),
             _("It has a disk: images of what was printed, copied, scanned and faxed stay on it."),
             (*_PRINTER, *_COPIER, *_SCANNER, *_FAX), disk=True, office=True),
        Kind("scanner", _("Scanner"), _("It keeps scans in a cache, and sends them to folders."), _SCANNER,
             office=True),
        Kind("fax", _("Fax machine"), _("Its memory and its film keep what was sent and received."), _FAX, office=True),
        Kind("storage", _("Storage medium"), _("What was deleted on it can often be read again."), _MEDIA),
        Kind("card", _("Memory card"), _("What was deleted on it can often be read again."), _MEDIA),
        Kind("network", _("Network device"), _("It keeps passwords, addresses and logs."), _NETWORK),
    )
}  # fmt: skip
CHOICES: Final = tuple((kind.code, kind.label) for kind in KINDS.values())
