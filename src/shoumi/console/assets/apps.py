"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER, STAFF


class AssetsConfig(AppConfig):
    """Equipment."""

    name = "shoumi.console.assets"
    label = "assets"
    menu = (
        Entry(30, _("Devices"), "assets:devices", frozenset({OFFICER, LEADER, APPROVER, AREA})),
        Entry(31, _("My devices"), "assets:mine", frozenset({STAFF})),
    )
