"""The project itself as an application: templates, style, catalogs that all rooms share."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConsoleConfig(AppConfig):
    """Base look and shared words."""

    name = "shoumi.console"
    label = "console"

    def ready(self) -> None:
        """Let every form say what to do, not what is wrong with a "field"."""
        from django import forms

        forms.Field.default_error_messages["required"] = _("Please fill this in.")
        forms.ModelChoiceField.default_error_messages["required"] = _("Please choose one.")
        forms.FileField.default_error_messages["required"] = _("Please choose a file.")
