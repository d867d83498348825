"""What stands around every page: the menu of what this account may use, the office's name and mode, the languages.

Each room's ``AppConfig.menu`` lists its entries; nothing else names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

GROUPS: Final = (  # by the order of their entries: below 20, below 40, …
    (20, _("Today")),
    (40, _("Carriers and devices")),
    (60, _("Checks and cases")),
    (70, _("For everybody")),
    (80, _("People and learning")),
    (100, _("Administration")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: order, which also says the group, words, the name of its page, the roles that see it."""

    order: int
    label: Any
    page: str
    roles: frozenset[str]


def entries(user: Any) -> list[Entry]:
    """Return the lines that this account sees."""
    held = {role for role, _path in user.grants} if user.is_authenticated else set()
    found = [entry for config in apps.get_app_configs() for entry in getattr(config, "menu", ()) if entry.roles & held]
    return sorted(found, key=lambda entry: entry.order)


def groups(user: Any) -> list[tuple[Any, list[Entry]]]:
    """Return the lines that this account sees, in groups with their words; empty groups are left out."""
    shown, found, least = entries(user), [], 0
    for most, label in GROUPS:
        found.append((label, [entry for entry in shown if least <= entry.order < most]))
        least = most
    return [(label, lines) for label, lines in found if lines]


def doors() -> list[tuple[Any, str]]:
    """Return pages for people who are not signed in, as words and page: each room's ``AppConfig.doors()``."""
    return [door for config in apps.get_app_configs() if hasattr(config, "doors") for door in config.doors()]


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what the base template shows."""
    user = getattr(request, "user", None)
    if not hasattr(request, "around"):  # a page of several templates asks once
        request.around = _around(request, user)
    return dict(request.around)


def _around(request: HttpRequest, user: Any) -> dict[str, Any]:
    from shoumi.console.accounts.models import Office

    return {
        "doors": [] if user is None or user.is_authenticated else doors(),
        "office": Office.current(),
        "menu": groups(user) if user is not None else [],
        "languages": [(code, settings.LANGUAGE_NAMES[code]) for code, _name in settings.LANGUAGES],
        "language": get_language() or settings.LANGUAGE_CODE,
        "here": request.resolver_match.view_name if request.resolver_match else "",
    }
