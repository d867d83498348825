"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import EVERYBODY, OFFICER, SYSTEM


class ScansConfig(AppConfig):
    """Scans, registered documents, checks."""

    name = "shoumi.console.scans"
    label = "scans"
    menu = (
        Entry(40, _("Scans"), "scans:plans", frozenset({OFFICER, SYSTEM})),
        Entry(41, _("Registered documents"), "scans:documents", frozenset({OFFICER})),
        Entry(60, _("Check before you send"), "scans:check", EVERYBODY),
    )

    def ready(self) -> None:
        """Give the findings room the engine's words, and its ways to look again."""
        from shoumi.console.findings import recheck, sources, words
        from shoumi.console.scans import again, said

        words.speak(said.Said())
        recheck.repeats(again.repeat)
        sources.reader(again.read)
