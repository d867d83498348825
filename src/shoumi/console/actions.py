"""Actions that belong to no room: a list leaves the console as a file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done


class Export(Action):
    """A list left the console as a file: nothing changes, but it is written down, with how many rows."""

    name = "console.list.export"
    label = _("Export list")
    personal = True

    class Input(ActionForm):
        """Which list, how it was narrowed, how many rows."""

        list = forms.CharField(max_length=100)
        form = forms.CharField(max_length=10)
        narrowed = forms.CharField(max_length=1000, required=False)
        rows = forms.IntegerField(min_value=0)

    def write(self) -> Done:
        return Done(None, self.data)
