"""What is wrong with the ledger: checks, each with its reason and the one step that mends it.

A check is a question about devices, vendors or numbers that an index answers. Other rooms add theirs:

    wrongs.add(Check("drift", _("…"), find=lambda rows: rows.filter(…), step=lambda device: (_("Look"), "/…")))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.assets import lifecycle
from shoumi.console.assets.models import Device, days_ago

REPAIR_DAYS, HANDOVER_DAYS, BOUGHT_DAYS, RETIRED_DAYS = 30, 7, 14, 90


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a device can be wrong. ``find`` narrows devices to those; ``step`` is words and address."""

    code: str
    label: Any
    why: Any
    find: Callable[[Any], Any]
    step: Callable[[Device], tuple[Any, str]]
    tone: str = "amber"


def _to(page: str, words: Any) -> Callable[[Device], tuple[Any, str]]:
    return lambda device: (words, reverse(page, args=(device.pk,)))


def _life(step: str, words: Any) -> Callable[[Device], tuple[Any, str]]:
    return lambda device: (words, reverse("assets:life", args=(device.pk, step)))


def _leavers() -> list[int]:
    """Return the people who left: their devices are then found by person."""
    return list(Person.objects.filter(departed_on__gt=date.min).order_by().values_list("pk", flat=True))


def _flag(name: str) -> Callable[[Any], Any]:
    """Return what narrows rows to those with a flag; “in (true)” is a comparison that SQLite finds by an index."""
    return lambda rows: rows.filter(**{f"{name}__in": (True,)})


_CHANGE: Final = _("Complete it")
_CHECKS: Final[list[Check]] = [
    Check("nobody", _("Nobody answers for it"),
          _("Each device has one named person who answers for it."),
          lambda rows: rows.filter(live=True, responsible=None),
          _to("assets:assign", _("Name somebody")), "seal"),
    Check("departed", _("The responsible person has left"),
          _("Who leaves returns carriers and devices (Implementing Regulations art. 53)."),
          lambda rows: rows.filter(live=True, responsible__in=_leavers()),
          _to("assets:assign", _("Name somebody")), "seal"),
    Check("missing", _("Not found at the last stock-take"),
          _("What cannot be found may be in other hands. Look for it today; then it is a case."),
          lambda rows: rows.filter(live=True, missing_since__gt=date.min),
          _to("assets:device", _("Look for it")), "seal"),
    Check("level", _("No level decided"),
          _("Nobody knows what may be kept on it."),
          _flag("lacks_level"),
          _to("assets:change", _("Decide the level"))),
    Check("label", _("A level, but no secrecy label"),
          _("Whoever works with it must see the level."),
          _flag("lacks_label"),
          _to("assets:change", _("Enter the label"))),
    Check("serial", _("Serial number unknown"),
          _("A device without number can be exchanged unnoticed."),
          _flag("lacks_serial"),
          _to("assets:change", _CHANGE)),
    Check("disk", _("Serial number of the disk unknown"),
          _("After a repair nobody could tell whether the disk that came back is the disk that went."),
          _flag("lacks_disk"),
          _to("assets:change", _CHANGE)),
    Check("flawed", _("The last inspection found something not in order"),
          _("What was found is put right, then looked at again."),
          lambda rows: _flag("flawed")(rows).filter(live=True),
          _to("assets:inspect", _("Inspect again"))),
    Check("repair", _("In repair for more than 30 days"),
          _("What is long out of the house is easily forgotten there."),
          lambda rows: rows.filter(state=lifecycle.REPAIR, since__lt=days_ago(REPAIR_DAYS)),
          _life("repaired", _("Record its return"))),
    Check("handover", _("Handed over for more than 7 days, not received"),
          _("Until the other side receives it, nobody uses it and nobody looks after it."),
          lambda rows: rows.filter(state=lifecycle.TRANSFER, since__lt=days_ago(HANDOVER_DAYS)),
          _to("assets:device", _("Ask the other side"))),
    Check("bought", _("Bought more than 14 days ago, not registered"),
          _("Registered before it is used: with its numbers, level and label."),
          lambda rows: rows.filter(state=lifecycle.BOUGHT, since__lt=days_ago(BOUGHT_DAYS)),
          _life("register", _("Register it"))),
    Check("retired", _("Retired for more than 90 days, not sanitised"),
          _("What lies in a cupboard still holds everything."),
          lambda rows: rows.filter(state=lifecycle.RETIRED, since__lt=days_ago(RETIRED_DAYS)),
          _life("sanitise", _("Sanitise it"))),
    Check("unseen", _("Not counted for a year"),
          _("Each device is seen at least once a year."),
          lambda rows: rows.filter(live=True, stock_due__lt=timezone.localdate()),
          lambda _device: (_("Count it"), reverse("assets:stocktakes"))),
    Check("uninspected", _("Not inspected for a year"),
          _("Office machines are inspected like computers: they have memories too."),
          lambda rows: rows.filter(live=True, inspection_due__lt=timezone.localdate()),
          _to("assets:inspect", _("Inspect it")), ""),
]  # fmt: skip


def add(check: Check) -> None:
    """Register one more check."""
    if check.code in {one.code for one in _CHECKS}:
        raise ValueError(f"two checks are called {check.code}")
    _CHECKS.append(check)


def checks() -> dict[str, Check]:
    """Return all checks by code, most urgent first."""
    order = {"seal": 0, "amber": 1, "": 2}
    return {one.code: one for one in sorted(_CHECKS, key=lambda one: order[one.tone])}
