"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER, STAFF


class DevicesConfig(AppConfig):
    """Repair and disposal of devices."""

    name = "shoumi.console.areas.devices"
    label = "devices"
    menu = (
        Entry(32, _("Repair and disposal"), "devices:repairs", frozenset({OFFICER, LEADER, APPROVER, AREA})),
        Entry(33, _("A device is broken or old"), "devices:mine", frozenset({STAFF})),
    )

    def ready(self) -> None:
        """Close the ledger's own steps to whoever would go round this room."""
        from shoumi.console.areas.devices.doors import hang

        hang()
