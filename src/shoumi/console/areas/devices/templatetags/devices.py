"""Differences, techniques and sizes in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from shoumi.console.areas.devices import methods, words
from shoumi.console.templatetags.shoumi import moment

register = template.Library()


@register.filter
def differing(one: Any) -> str:
    """Return a difference as a sentence."""
    return words.differing(one)


@register.filter
def technique(code: str) -> Any:
    """Return a technique in words."""
    one = methods.TECHNIQUES.get(code)
    return one.label if one else code


@register.filter(name="bytes")
def size(count: int | None) -> str:
    """Return a number of bytes with its separators, or a dash."""
    return words.size(count) or "—"


@register.filter
def told(value: Any) -> Any:
    """Return a time as the pages show it, words as they are, nothing for nothing."""
    return moment(value) if isinstance(value, datetime) else value or ""
