"""Questions of programs that change nothing and stand in no list: a room's ``programs.py`` declares them.

    calls.add(Call("scans.check", label, intro, EVERYBODY, body, answer, ask))

Enters a request with a token made for that name; leaves what ``ask`` returns. Nothing is written to the trail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.module_loading import autodiscover_modules

_CALLS: Final[dict[str, Call]] = {}


@dataclass(frozen=True, slots=True)
class Call:
    """One question: its name (also the scope), words, who may ask, the schemas of what comes and goes."""

    name: str
    label: Any
    intro: Any
    roles: frozenset[str]
    body: Mapping[str, Any]  # JSON Schema; ``files``, when there is such a property, comes as multipart/form-data
    answer: Mapping[str, Any]
    ask: Callable[[Any, dict[str, Any]], dict[str, Any]]  # account and input → answer; raises Problem

    @property
    def files(self) -> bool:
        """Say whether files may come with it."""
        return "files" in self.body["properties"]


def add(call: Call) -> None:
    """Declare a question."""
    _CALLS[call.name] = call


def registry() -> dict[str, Call]:
    """Return all questions by name."""
    autodiscover_modules("programs")
    return dict(sorted(_CALLS.items()))
