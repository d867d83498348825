"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import AUDIT, LEADER, OFFICER


class RecordsConfig(AppConfig):
    """Issued records."""

    name = "shoumi.console.records"
    label = "records"
    menu = (Entry(82, _("Records"), "records:issues", frozenset({OFFICER, LEADER, AUDIT})),)
