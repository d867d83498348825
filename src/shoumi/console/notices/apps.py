"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

import logging

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import SYSTEM


class NoticesConfig(AppConfig):
    """Notices and the ways by which they leave."""

    name = "shoumi.console.notices"
    label = "notices"
    menu = (Entry(84, _("Ways out for notices"), "notices:channels", frozenset({SYSTEM})),)

    def ready(self) -> None:
        """Silence the library that sends: its lines could name servers and tokens."""
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
