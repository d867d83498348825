"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER, SECURITY, SYSTEM


class AccountsConfig(AppConfig):
    """People and rights."""

    name = "shoumi.console.accounts"
    label = "accounts"
    menu = (
        Entry(70, _("People"), "accounts:people", frozenset({SYSTEM, OFFICER, LEADER, APPROVER, AREA})),
        Entry(71, _("Units"), "accounts:units", frozenset({SYSTEM, OFFICER, LEADER})),
        Entry(80, _("Accounts"), "accounts:accounts", frozenset({SYSTEM, SECURITY})),
        Entry(81, _("Office"), "accounts:office", frozenset({SYSTEM, SECURITY})),
    )
