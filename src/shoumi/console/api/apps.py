"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import SECURITY, SYSTEM


class ApiConfig(AppConfig):
    """Tokens, and what programs may ask."""

    name = "shoumi.console.api"
    label = "api"
    menu = (Entry(85, _("Tokens for programs"), "api:tokens", frozenset({SYSTEM, SECURITY})),)
