"""What the system administrator should do about background work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.jobs import state
from shoumi.console.roles import SYSTEM
from shoumi.console.todo import Todo, provider


@provider
def machinery(user: Any) -> Iterator[Todo]:
    """Work that failed for good; no worker."""
    if not user.reach({SYSTEM}).everywhere:
        return
    here, found = reverse("jobs:jobs"), state.now()
    if found.dead:
        yield Todo(
            ngettext("%(n)d piece of background work failed for good.",
                     "%(n)d pieces of background work failed for good.", found.dead) % {"n": found.dead},
            f"{here}?state=dead", "seal", _("Show"))  # fmt: skip
    if not found.well:
        yield Todo(_("Background work is not being done: no reminder and no mail goes out."), here, "seal", _("Show"))
