"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER, STAFF


class CompilationConfig(AppConfig):
    """Manuscripts before publication."""

    name = "shoumi.console.areas.compilation"
    label = "compilation"
    menu = (
        Entry(45, _("Manuscripts"), "compilation:manuscripts", frozenset({OFFICER, LEADER, APPROVER, AREA, STAFF})),
    )
