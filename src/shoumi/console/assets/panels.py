"""What other rooms put on a device's page: a panel of lines, or another way for the button of a step.

@panel
def repairs(device, user): yield Panel(_("Repairs"), [(str(repair), repair.address) …])

lead("repair", lambda device, user: reverse("devices:repair-ask", args=(device.pk,)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from shoumi.console.assets.lifecycle import STEPS
from shoumi.console.assets.models import Device

_PANELS: Final[list[Callable[[Device, Any], Iterable[Panel]]]] = []
_LEADS: Final[dict[str, Callable[[Device, Any], str]]] = {}


@dataclass(frozen=True, slots=True)
class Panel:
    """A title and lines: words, and an address or nothing."""

    title: Any
    lines: Sequence[tuple[Any, str]]


def panel(function: Callable[[Device, Any], Iterable[Panel]]) -> Callable[[Device, Any], Iterable[Panel]]:
    """Register a function that yields panels about a device for an account."""
    _PANELS.append(function)
    return function


def lead(step: str, address: Callable[[Device, Any], str]) -> None:
    """Let the button of a step lead elsewhere: to where it is asked for, for instance."""
    if step not in STEPS:
        raise LookupError(f"no step is called {step}")
    _LEADS[step] = address


def panels(device: Device, user: Any) -> list[Panel]:
    """Return what other rooms say about a device."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("panels")
    return [one for ask in _PANELS for one in ask(device, user)]


def way(step: str, device: Device, user: Any) -> str:
    """Return where the button of a step leads."""
    if step in _LEADS:
        return _LEADS[step](device, user)
    return reverse("assets:life", args=(device.pk, step))
