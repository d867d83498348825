"""What the room does by itself: overdue cases go up, incidents ring, envelopes are opened, old shares forgotten."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Machine, Unmet
from shoumi.console.findings import opening, telling
from shoumi.console.findings.actions.cases import Escalate
from shoumi.console.findings.actions.evidence import SHOWN, WAITS
from shoumi.console.findings.actions.reports import Deliver
from shoumi.console.findings.models import Case, Decision, Envelope, Finding, Reveal, Step
from shoumi.console.findings.models.cases import CLOCK, ENDED
from shoumi.console.findings.models.found import FALSE, GONE, OPEN
from shoumi.console.jobs import every, job

CLOCKWORK: Final = Machine("scheduler", frozenset({Escalate.name}))
ANONYMOUS: Final = Machine("anonymous", frozenset({Deliver.name}))
_LEVEL: Final = timedelta(days=7)  # overdue this long, a case goes one level higher
_SOON: Final = timedelta(hours=4)


@job("findings.overdue", label=_("Bring overdue cases up"))
@every(day_at="07:30")
def overdue() -> None:
    """Bring each overdue case one level up for every week."""
    today = timezone.localdate()
    for case in Case.objects.exclude(state__in=ENDED).filter(deadline__lt=today):
        if case.deadline is not None and case.escalated < 1 + (today - case.deadline) // _LEVEL:
            try:
                Escalate.run(CLOCKWORK, case)
            except Unmet:
                continue  # closed meanwhile


@job("findings.clock", label=_("Watch the 24-hour clock of incidents"))
@every(minutes=15)
def clock() -> None:
    """Ring four hours before an incident must have been reported, and when that time is over."""
    now = timezone.now()
    for case in Case.objects.exclude(state__in=ENDED).filter(
        incident=True, reported=None, discovered__lte=now - CLOCK + _SOON
    ):
        what = "late" if case.late else "soon"
        if Step.objects.filter(case=case, what=what).exists():
            continue
        Step.objects.create(case=case, what=what)
        words = (
            _("Not reported within 24 hours: {case}")
            if case.late
            else _("Less than four hours are left to report: {case}")
        )
        told = [*telling.officers(case.unit), *telling.accounts([case.leader, telling.leader(case.unit, 1)])]
        telling.say(told, format_lazy(words, case=str(case)), opening.address(case), urgency="seal", thing=case)


@job("findings.envelopes", label=_("Deliver anonymous reports"))
@every(minutes=60)
def envelopes() -> None:
    """Open what came in without a name, in random order: reports first, so that their messages find them."""
    waiting = list(Envelope.objects.all())
    random.SystemRandom().shuffle(waiting)
    for envelope in sorted(waiting, key=lambda one: one.reply):
        Deliver.run(ANONYMOUS, envelope)


@job("findings.shares", label=_("Forget shares that were passed on"))
@every(minutes=5)
def shares() -> None:
    """Forget what was passed on for a reveal, once nobody may look any more."""
    now = timezone.now()
    held = Reveal.objects.exclude(passed={})
    held.filter(agreed__lt=now - SHOWN).update(passed={})
    held.filter(agreed=None, asked__lt=now - WAITS).update(passed={})


@job("findings.expired", label=_("End false positives whose time is over"))
@every(day_at="00:10")
def expired() -> None:
    """Let findings return to the queue when a judgement ends."""
    rows = list(Finding.objects.filter(state=FALSE, until__lt=timezone.localdate()).only("pk", "places")[:10_000])
    Decision.objects.bulk_create([Decision(finding=row, by="shoumi:scheduler", what="expired") for row in rows])
    for state, keys in ((OPEN, [r.pk for r in rows if r.places]), (GONE, [r.pk for r in rows if not r.places])):
        for start in range(0, len(keys), 500):
            Finding.objects.filter(pk__in=keys[start : start + 500], state=FALSE).update(state=state)
