"""What the clock starts: reminders, raising to the next leader, lapse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shoumi.console.action import ActionError, Machine
from shoumi.console.approvals import tending
from shoumi.console.approvals.actions import Tend
from shoumi.console.approvals.flow import registry
from shoumi.console.approvals.models import OPEN, Request
from shoumi.console.jobs import every, job

SCHEDULER = Machine("scheduler", frozenset({Tend.name}))


@job("approvals.tend", label=_("Requests: remind, raise, let lapse"))
@every(minutes=10)
def tend() -> None:
    """Look at every open request; act where something is due. May run twice: what was done is due no more."""
    flows = registry()
    rows = Request.objects.filter(state__in=OPEN, flow__in=flows).select_related("unit", "applicant")
    for request in rows.prefetch_related("decisions").iterator(500):
        if tending.due(request, flows[request.flow]):
            try:
                Tend.run(SCHEDULER, request)
            except ActionError:
                continue  # decided in the meantime
