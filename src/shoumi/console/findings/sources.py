"""Reading a place again where it stands. Only the scans room can: it registers how.

Enters an occurrence, leaves its text with a little around it; NotThere says why it cannot be had.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_READERS: Final[list[Callable[[Any], str]]] = []


class NotThere(Exception):
    """The text cannot be read where it stood; ``sentence`` says why."""

    def __init__(self, sentence: Any = None) -> None:
        self.sentence = sentence or _("The source cannot be reached from here.")
        super().__init__(str(self.sentence))


def reader(function: Callable[[Any], str]) -> Callable[[Any], str]:
    """Register a function that reads a place again."""
    _READERS.append(function)
    return function


def read(occurrence: Any) -> str:
    """Return the text of a place. Raises NotThere."""
    for ask in reversed(_READERS):
        return ask(occurrence)
    raise NotThere
