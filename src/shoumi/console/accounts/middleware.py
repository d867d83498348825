"""Sessions end: when idle, when too old, when ended elsewhere. Enters a request, leaves it signed in or at the door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from shoumi.console.accounts.models import Office, Visit
from shoumi.console.accounts.signin import end

_NOTED: Final = timedelta(seconds=60)  # how exact "last seen" is: one write a minute


def limits(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Check the visit behind every signed-in request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/static/") and request.user.is_authenticated:
            visit = Visit.objects.filter(session=request.session.session_key, user=request.user).first()
            if visit is None or visit.ended(Office.current()):
                if visit is not None:
                    end(visit)
                logout(request)
                messages.info(request, _("Your session has ended. Sign in again to go on."))
            elif abs(timezone.now() - visit.seen) > _NOTED:
                Visit.objects.filter(pk=visit.pk).update(seen=timezone.now())
        return answer(request)

    return middleware
