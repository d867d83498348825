"""One-time links. Enters an account (or none, for the first set-up), leaves a token that only its receiver knows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from shoumi.console.accounts.models import Invitation, User

LASTS: Final = timedelta(hours=72)


def issue(user: User | None) -> str:
    """Make a link's token; earlier ones of the same account stop working."""
    now = timezone.now()
    Invitation.objects.filter(user=user, used=None).update(used=now)
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(token=_digest(token), user=user, until=now + LASTS)
    return token


def find(token: str) -> Invitation | None:
    """Return the invitation that a token opens, when it is unused and in time."""
    now = timezone.now()
    alive = Q(used=None, until__gte=now, made__lte=now + timedelta(minutes=5))
    return Invitation.objects.select_related("user__person__unit").filter(alive, token=_digest(token)).first()


def spend(token: str) -> bool:
    """Use a token up; of two requests with the same one, one wins."""
    now = timezone.now()
    return bool(Invitation.objects.filter(token=_digest(token), used=None, until__gte=now).update(used=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
