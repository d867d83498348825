"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import AUDIT, OFFICER


class AuditConfig(AppConfig):
    """The audit trail."""

    name = "shoumi.console.audit"
    label = "audit"
    menu = (
        Entry(90, _("Audit trail"), "audit:entries", frozenset({AUDIT, OFFICER})),
        Entry(91, _("Checkpoints"), "audit:checkpoints", frozenset({AUDIT})),
    )
