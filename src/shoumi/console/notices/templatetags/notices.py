"""The number beside "Inbox" at the top of every page."""

from __future__ import annotations

from typing import Any

from django import template

from shoumi.console.notices.models import Notice

register = template.Library()


@register.simple_tag
def unread(user: Any) -> int:
    """Return how many notices of this account are new."""
    return Notice.objects.filter(user=user.pk, read=None).count()
