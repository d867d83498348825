"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import EVERYBODY


class ApprovalsConfig(AppConfig):
    """Requests and decisions."""

    name = "shoumi.console.approvals"
    label = "approvals"
    menu = (Entry(15, _("Approvals"), "approvals:waiting", EVERYBODY),)
