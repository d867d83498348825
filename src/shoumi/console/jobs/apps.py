"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import SYSTEM


class JobsConfig(AppConfig):
    """Background work."""

    name = "shoumi.console.jobs"
    label = "jobs"
    menu = (Entry(83, _("Background work"), "jobs:jobs", frozenset({SYSTEM})),)
