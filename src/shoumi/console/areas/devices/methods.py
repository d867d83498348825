"""How media are sanitised: methods of NIST SP 800-88r2, techniques of IEEE 2883 for each medium, and what a level asks.

Data only. Enters a kind of medium and a level; leaves the techniques that may be used, or a sentence that says why
one may not. Degaussing is a way to purge here and no way to destroy, as since the second revision of SP 800-88.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console import levels

CLEAR, PURGE, DESTROY = "clear", "purge", "destroy"
METHODS: Final = ((CLEAR, _("Clear")), (PURGE, _("Purge")), (DESTROY, _("Destroy")))
_RANK: Final = {CLEAR: 0, PURGE: 1, DESTROY: 2}

HDD, SSD, NVME, FLASH, PHONE = "hdd", "ssd", "nvme", "flash", "phone"
TAPE, OPTICAL, COPIER, MEMORY = "tape", "optical", "copier", "memory"
MEDIA: Final = (
    (HDD, _("hard disk (ATA, SAS)")),
    (SSD, _("solid-state disk (ATA, SAS)")),
    (NVME, _("solid-state disk (NVMe)")),
    (FLASH, _("USB stick or memory card")),
    (PHONE, _("phone or tablet")),
    (TAPE, _("magnetic tape")),
    (OPTICAL, _("optical disc")),
    (COPIER, _("disk of a copier or printer")),
    (MEMORY, _("built-in memory without a disk")),
)
MEDIA_NAMES: Final = dict(MEDIA)
IMAGED: Final = frozenset({HDD, SSD, NVME, FLASH})  # a certificate of what was read is the only proof
_NIST, _IEEE = "NIST SP 800-88r2", "IEEE 2883-2022"


@dataclass(frozen=True, slots=True)
class Technique:
    """One way. ``readable``: the medium can be read afterwards, so that the result can be verified at all."""

    code: str
    label: Any
    method: str
    media: frozenset[str]
    source: str
    readable: bool = True


def _of(*rows: tuple[str, Any, str, str, str]) -> dict[str, Technique]:
    return {code: Technique(code, label, method, frozenset(m.split()), src) for code, label, method, m, src in rows}


TECHNIQUES: Final = _of(
    ("overwrite", _("overwritten once, every address"), CLEAR, "hdd ssd nvme flash tape copier", _NIST),
    ("overwrite-twice", _("overwritten twice, every address"), CLEAR, "flash", _NIST),
    ("format-nvm", _("NVMe Format with user data erase"), CLEAR, "nvme", _IEEE),
    ("reset", _("reset to factory state"), CLEAR, "phone copier memory", _NIST),
    ("sanitize-overwrite", _("Sanitize: overwrite"), PURGE, "hdd nvme", _IEEE),
    ("sanitize-block", _("Sanitize: block erase"), PURGE, "ssd nvme flash", _IEEE),
    ("sanitize-crypto", _("Sanitize: cryptographic erase"), PURGE, "hdd ssd nvme", _IEEE),
    ("crypto-reset", _("encrypted from first use, key erased by reset"), PURGE, "phone", _NIST),
    ("copier-purge", _("erased by the maker's security kit"), PURGE, "copier", _NIST),
    ("degauss-tape", _("degaussed"), PURGE, "tape", _IEEE),
    ("memory-removed", _("power and battery removed, memory lost, settings reset"), PURGE, "memory", _NIST),
)
SHRED: Final = (
    ("designated", _("by the designated destruction unit")),
    ("shred", _("shredded or disintegrated")),
    ("melt", _("melted or incinerated")),
    ("crush", _("crushed and drilled")),
)
LEAST: Final = {  # the weakest method that a level allows; what is above is allowed too
    levels.TOP: DESTROY, levels.SECRET: PURGE, levels.CONFIDENTIAL: PURGE, levels.CORE_TRADE: PURGE,
    levels.TRADE: PURGE, levels.WORK: CLEAR, levels.OPEN: CLEAR,
}  # fmt: skip

SOLD, DONATED, REPURPOSED, DESTROYED = "sold", "donated", "repurposed", "destroyed"
ENDS: Final = (
    (REPURPOSED, _("another use in the office")),
    (DONATED, _("given away")),
    (SOLD, _("sold")),
    (DESTROYED, _("destroyed")),
)
OUTSIDE: Final = frozenset({SOLD, DONATED})
_TOP: Final = _(
    "Media of the level “top secret” are destroyed and nothing else "
    "(State Secrets Law art. 31(5); Implementing Regulations art. 28)."
)
_SECRET: Final = _(
    "A device that held state secrets stays in the office or is destroyed; it is neither sold nor given away "
    "(State Secrets Law art. 31(5))."
)


def allowed(medium: str, level: str) -> list[Technique]:
    """Return the techniques that sanitise a medium far enough for a level; none where it can only be destroyed."""
    least = _RANK[LEAST[level]]
    return [one for one in TECHNIQUES.values() if medium in one.media and _RANK[one.method] >= least]


def unfit(medium: str, level: str, code: str) -> Any:
    """Return why a technique may not be used; None when it may."""
    if LEAST[level] == DESTROY:
        return _TOP
    one = TECHNIQUES.get(code)
    if one is None or medium not in one.media:
        return _("This technique does nothing to this medium: %(medium)s.") % {"medium": MEDIA_NAMES[medium]}
    if one in allowed(medium, level):
        return None
    if not allowed(medium, level):
        return _("For the level “%(level)s” there is no way to sanitise this medium (%(medium)s): destroy it.") % {
            "level": levels.NAMES[level], "medium": MEDIA_NAMES[medium],
        }  # fmt: skip
    return _("For the level “%(level)s” “%(method)s” is not enough: at least “%(least)s” (NIST SP 800-88r2).") % {
        "level": levels.NAMES[level], "method": dict(METHODS)[one.method], "least": dict(METHODS)[LEAST[level]],
    }  # fmt: skip


def unfit_end(level: str, end: str) -> Any:
    """Return why a device of a level may not end this way; None when it may."""
    if not level:
        return _("Decide its level first: nobody knows what was kept on it.")
    if level == levels.TOP and end != DESTROYED:
        return _TOP
    if level in levels.STATE and end in OUTSIDE:
        return _SECRET
    return None


def usual(kind: str) -> str:
    """Return the medium that a kind of device is or holds, as a form proposes it."""
    return {"phone": PHONE, "card": FLASH, "storage": FLASH, "copier": COPIER, "multifunction": COPIER,
            "printer": MEMORY, "scanner": MEMORY, "fax": MEMORY, "network": MEMORY}.get(kind, HDD)  # fmt: skip


def fitting(mediums: Iterable[str]) -> list[tuple[str, Any]]:
    """Return the choices of a form for some media."""
    wanted = set(mediums)
    return [
        (one.code, _("%(method)s: %(how)s (%(source)s)")
         % {"method": dict(METHODS)[one.method], "how": one.label, "source": one.source})
        for one in TECHNIQUES.values() if one.media & wanted
    ]  # fmt: skip
