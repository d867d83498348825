"""The project itself as an application: templates, style, catalogs that all rooms share."""

from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Base look and shared words."""

    name = "shoumi.console"
    label = "console"
