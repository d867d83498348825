"""The room as Django knows it, and its place in the menu."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from shoumi.console.menu import Entry
from shoumi.console.roles import AREA, LEADER, OFFICER


class BoardConfig(AppConfig):
    """The board, and the home pages."""

    name = "shoumi.console.board"
    label = "board"
    menu = (Entry(5, _("One step away"), "board:board", frozenset({OFFICER, LEADER, AREA})),)
