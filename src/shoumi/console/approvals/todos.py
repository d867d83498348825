"""What waits for a signature, and what came back to who asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.approvals import mine
from shoumi.console.approvals.models import GRANTED, RETURNED, Request
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def signatures(user: Any) -> Iterator[Todo]:
    """For who may sign: how many wait, and whether one is overdue."""
    rows = mine.to_sign(user)
    if not rows:
        return
    early = len(rows)
    late = sum(1 for one in rows if one.due and one.due < timezone.now())
    if late:
        early -= late
        text = ngettext("%(n)d approval by you is overdue.", "%(n)d approvals by you are overdue.", late)
        yield Todo(text % {"n": late}, f"{reverse('approvals:waiting')}?due=yes", "seal", _("Decide"))
    if early:
        text = ngettext("%(n)d request waits for your approval.", "%(n)d requests wait for your approval.", early)
        yield Todo(text % {"n": early}, reverse("approvals:waiting"), "amber", _("Decide"))


@provider
def answers(user: Any) -> Asked:
    """For who asked: what was returned, what may be done now."""
    answered = Request.objects.filter(applicant=user, state__in=(RETURNED, GRANTED))
    counts = yield Count(answered=answered)
    for request in answered.order_by("settled")[:20] if counts["answered"] else ():
        here = reverse("approvals:request", args=(request.pk,))
        if request.state == RETURNED:
            yield Todo(_("Returned for change: %(what)s") % {"what": request.title}, here, "amber", _("Change it"))
        else:
            yield Todo(_("Approved, to be done now: %(what)s") % {"what": request.title}, here, "plain", _("Show"))
