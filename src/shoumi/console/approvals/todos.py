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
from shoumi.console.todo import Todo, provider


@provider
def signatures(user: Any) -> Iterator[Todo]:
    """For who may sign: how many wait, and whether one is overdue."""
    rows = list(mine.waiting(user).values_list("pk", "due"))
    if not rows:
        return
    early = len(rows)
    late = sum(1 for _pk, due in rows if due and due < timezone.now())
    if late:
        early -= late
        text = ngettext("%(n)d approval by you is overdue.", "%(n)d approvals by you are overdue.", late)
        yield Todo(text % {"n": late}, f"{reverse('approvals:waiting')}?due=yes", "seal", _("Decide"))
    if early:
        text = ngettext("%(n)d request waits for your approval.", "%(n)d requests wait for your approval.", early)
        yield Todo(text % {"n": early}, reverse("approvals:waiting"), "amber", _("Decide"))


@provider
def answers(user: Any) -> Iterator[Todo]:
    """For who asked: what was returned, what may be done now."""
    for request in Request.objects.filter(applicant=user, state__in=(RETURNED, GRANTED)).order_by("settled")[:20]:
        here = reverse("approvals:request", args=(request.pk,))
        if request.state == RETURNED:
            yield Todo(_("Returned for change: %(what)s") % {"what": request.title}, here, "amber", _("Change it"))
        else:
            yield Todo(_("Approved, to be done now: %(what)s") % {"what": request.title}, here, "plain", _("Show"))
