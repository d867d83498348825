"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.custody.rights import READERS
from shoumi.console.menu import Entry
from shoumi.console.roles import STAFF


class CustodyConfig(AppConfig):
    """Who holds which carrier."""

    name = "shoumi.console.custody"
    label = "custody"
    menu = (
        Entry(20, _("Carriers"), "custody:ledger", READERS),
        Entry(21, _("What I hold"), "custody:mine", frozenset({STAFF})),
    )
