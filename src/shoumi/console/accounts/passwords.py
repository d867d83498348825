"""What makes a password strong enough (after NIST SP 800-63B: long, not well known, not about oneself).

No rule about kinds of characters and no forced change: both make people choose worse ones.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_RUNS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)


class Length:
    """At least so many characters; at most 200, because longer ones only cost time."""

    def __init__(self, least: int) -> None:
        self.least = least

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when it is too short or too long."""
        del user
        if len(password) < self.least:
            raise ValidationError(
                _("Use at least %(count)d characters; a few words in a row are fine.") % {"count": self.least}
            )
        if len(password) > 200:
            raise ValidationError(_("Use at most 200 characters."))

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("Use at least %(count)d characters; a few words in a row are fine.") % {"count": self.least}


class Common(CommonPasswordValidator):
    """Not one of the twenty thousand most used, also when only digits or punctuation were added at the end."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when it, or its stem, is well known."""
        del user
        stem = re.sub(r"[\W\d_]+$", "", password.lower())
        if {password.lower().strip(), stem} & self.passwords:
            raise ValidationError(_("This password is on the lists that attackers try first. Choose another."))

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("Do not use a well-known password.")


class Own:
    """Not made of what others know about the person."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when it holds the account's or person's name, number or mail name."""
        person = getattr(user, "person", None)
        if user is None:
            return
        known = [user.username, getattr(person, "number", ""), getattr(person, "name", "")]
        known.append(getattr(person, "email", "").partition("@")[0])
        if any(len(word) >= 3 and word.lower() in password.lower() for word in known):
            raise ValidationError(_("Leave out your name, account and staff number: others know them."))

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("Leave out your name, account and staff number: others know them.")


class Simple:
    """Not a repetition or a run along alphabet or keyboard."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when little remains after repetitions and runs are taken out."""
        del user
        text = re.sub(r"(.+?)\1{2,}", r"\1", password.lower())
        for run in _RUNS:
            for line in (run, run[::-1]):
                for size in range(len(line), 3, -1):
                    for start in range(len(line) - size + 1):
                        text = text.replace(line[start : start + size], "")
        if len(text) < 6 or len(set(password)) < 6:
            raise ValidationError(_("This is mostly a repetition or a row of keys. Choose something less regular."))

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return _("No repetitions or rows of keys.")
