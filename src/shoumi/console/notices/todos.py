"""What the system administrator should do about notices that cannot leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shoumi.console.notices.models import Channel
from shoumi.console.roles import SYSTEM
from shoumi.console.todo import Todo, provider


@provider
def ways_out(user: Any) -> Iterator[Todo]:
    """Ways out whose last attempt failed."""
    if not user.reach({SYSTEM}).everywhere:
        return
    for channel in Channel.objects.defer("sealed").filter(until=None).exclude(failed=None):
        if channel.ill:
            sentence = _("No message goes out by “%(name)s”.") % {"name": channel.name}
            yield Todo(sentence, reverse("notices:channel", args=(channel.pk,)), "seal", _("Show"))
