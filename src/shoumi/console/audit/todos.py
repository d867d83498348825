"""What the audit administrator should do about the chain itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shoumi.console.audit import stored
from shoumi.console.audit.models import Checkpoint, SigningKey
from shoumi.console.roles import AUDIT
from shoumi.console.todo import Todo, provider

_EVERY: Final = timedelta(days=7)


@provider
def checkpoints(user: Any) -> Iterator[Todo]:
    """A key to enrol, or a tail that grows old."""
    if not user.reach({AUDIT}).everywhere:
        return
    here = reverse("audit:checkpoints")
    if not SigningKey.objects.filter(until=None).exists():
        yield Todo(
            _("No key signs the audit trail yet: whoever rules the database could rewrite it."),
            here,
            "amber",
            _("Enrol a key"),
        )
        return
    last = Checkpoint.objects.first()
    head, _digest = stored.head()
    if head > (last.seq if last else 0) and (last is None or timezone.now() - last.at > _EVERY):
        count = head - (last.seq if last else 0)
        yield Todo(
            _("%(count)d audit entries are covered by no checkpoint.") % {"count": count}, here, "amber", _("Sign one")
        )
