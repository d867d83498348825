"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import AREA, EVERYBODY, LEADER, OFFICER


class FindingsConfig(AppConfig):
    """Findings, cases, reports."""

    name = "shoumi.console.findings"
    label = "findings"
    menu = (
        Entry(42, _("Findings"), "findings:queue", frozenset({OFFICER, LEADER, AREA})),
        Entry(43, _("Cases"), "findings:cases", frozenset({OFFICER, LEADER, AREA})),
        Entry(44, _("Self-inspection"), "findings:selfchecks", frozenset({OFFICER, LEADER})),
        Entry(46, _("Reported leaks"), "findings:reports", frozenset({OFFICER})),
        Entry(61, _("Report a leak"), "findings:report", EVERYBODY),
    )

    def doors(self) -> list[tuple[Any, str]]:
        """Return the way in for who reports without a name, where the office allows it."""
        from shoumi.console.findings.models import Rules

        allowed = Rules.current().anonymous
        return [(_("Report a leak without a name"), "findings:anonymous")] if allowed else []
