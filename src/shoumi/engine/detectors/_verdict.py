"""What a validator says about a candidate: valid with its reasons, or refused with the reason why.

Validators take the matched text and return one of both; a refusal is kept as a value because ``shoumi rules explain``
prints it. They never raise on any text that the rule's pattern lets through.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from shoumi.engine.types import Reason, Severity


@dataclass(frozen=True, slots=True)
class Valid:
    """The candidate is what the rule looks for. ``content`` is its normalised form: what makes two of them the same.

    ``severity`` replaces the rule's, for samples and placeholders; ``sure`` says that form and check digits are
    evidence enough, so that missing context words do not lower it.
    """

    content: str
    reasons: tuple[Reason, ...] = ()
    confidence: float = 0.9
    severity: Severity | None = None
    sure: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """The candidate only looks like it."""

    reason: Reason


Verdict: TypeAlias = Valid | Refused


@dataclass(frozen=True, slots=True)
class Asked:
    """What validators may need besides the text: the day, and the rule's own parameters."""

    today: datetime.date
    params: Mapping[str, Any]


Check: TypeAlias = Callable[[str, Asked], Verdict]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a validator under the name that rules use."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def reason(code: str, /, **values: str | int) -> Reason:
    """Return a reason; its sentence stands in ``messages/identifiers.yaml``, values fill the placeholders."""
    return Reason(f"identifiers.{code}", tuple(values.items()))


def refuse(code: str, /, **values: str | int) -> Refused:
    """Return a refusal."""
    return Refused(reason(code, **values))


def digits(text: str) -> str:
    """Return only the digits."""
    return "".join(char for char in text if char in "0123456789")


def alnum(text: str) -> str:
    """Return only ASCII letters and digits, upper case."""
    return "".join(char for char in text if char.isascii() and char.isalnum()).upper()
