"""Words that only the engine knows: reasons, names of rules, what a gap means. The scans room registers them.

Enters codes and values as rows hold them, leaves sentences in the reader's language; without the engine, the codes.
Titles of registered documents are asked for by account: most people never learn which document it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Protocol

from django.utils.translation import get_language
from django.utils.translation import gettext as _

LANGUAGES: Final = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}


class Words(Protocol):
    """What the engine says."""

    def reason(self, code: str, values: dict[str, Any], language: str) -> str:
        """Return the sentence of a reason."""

    def rule(self, rule: str, language: str) -> str:
        """Return the name of a rule."""

    def gap(self, reason: str, language: str) -> tuple[str, str]:
        """Return why something was not examined, and what to do."""

    def title(self, document: str, user: Any) -> str:
        """Return what a registered document is called, or nothing when the account may not know."""


class _Mute:
    def reason(self, code: str, values: dict[str, Any], language: str) -> str:
        del values, language
        return code

    def rule(self, rule: str, language: str) -> str:
        del language
        return rule

    def gap(self, reason: str, language: str) -> tuple[str, str]:
        del language
        return reason, ""

    def title(self, document: str, user: Any) -> str:
        del document, user
        return ""


_speaking: list[Words] = [_Mute()]


def speak(words: Words) -> None:
    """Register who knows the words."""
    _speaking.append(words)


def language() -> str:
    """Return the reader's language as the engine writes it."""
    return LANGUAGES.get(get_language() or "", "en")


def reasons(stored: Iterable[Any], title: str = "") -> list[str]:
    """Return the sentences of stored reasons: codes with values, or sentences that another machine wrote."""
    said = []
    for one in stored:
        if isinstance(one, str):
            said.append(one)
        else:
            code, values = one
            hidden = title or _("(a registered document)")
            said.append(_speaking[-1].reason(code, {"title": hidden, **values}, language()))
    return said


def rule(name: str) -> str:
    """Return the name of a rule."""
    return _speaking[-1].rule(name, language())


def gap(reason: str) -> tuple[str, str]:
    """Return why something was not examined, and what to do about it."""
    return _speaking[-1].gap(reason, language())


def title(document: str, user: Any) -> str:
    """Return what a registered document is called, for who may know."""
    return _speaking[-1].title(document, user) if document else ""
