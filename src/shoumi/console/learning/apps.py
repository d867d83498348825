"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import EVERYBODY, LEADER, OFFICER


class LearningConfig(AppConfig):
    """Lessons and letters."""

    name = "shoumi.console.learning"
    label = "learning"
    menu = (
        Entry(62, _("Lessons"), "learning:mine", EVERYBODY),
        Entry(72, _("Who has not"), "learning:open", frozenset({OFFICER, LEADER})),
    )
