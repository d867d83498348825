"""What waits in this room: findings to decide, cases that are overdue, incidents that were not reported, reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.findings.actions import evidence
from shoumi.console.findings.models import Case, Finding, Gap, Keyholder, Report, Reveal, SelfInspection, within
from shoumi.console.findings.models.cases import CHECKING, ENDED, NEW, ORDERED
from shoumi.console.findings.models.found import OPEN
from shoumi.console.findings.models.reports import NEW as RECEIVED
from shoumi.console.roles import AREA, LEADER, OFFICER
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def triage(user: Any) -> Asked:
    """For who decides: grave findings, and what could not be examined."""
    reach = user.reach({OFFICER, AREA})
    if not reach:
        return
    here = reverse("findings:queue")
    open_ones = Finding.objects.filter(within(reach), state=OPEN)
    counts = yield Count(
        critical=open_ones.filter(rank=0), high=open_ones.filter(rank=1),
        gaps=Gap.objects.filter(within(reach, "inspection__unit"), settled=None),
    )  # fmt: skip
    count = counts["critical"]
    if count:
        yield Todo(
            ngettext("%(n)d critical finding is to be decided.", "%(n)d critical findings are to be decided.", count)
            % {"n": count}, f"{here}?severity=0", "seal", _("Judge"))  # fmt: skip
    count = counts["high"]
    if count:
        yield Todo(
            ngettext("%(n)d high finding is to be decided.", "%(n)d high findings are to be decided.", count)
            % {"n": count}, f"{here}?severity=1", "amber", _("Judge"))  # fmt: skip
    count = counts["gaps"]
    if count:
        yield Todo(
            ngettext("%(n)d thing was not examined.", "%(n)d things were not examined.", count) % {"n": count},
            reverse("findings:gaps"), "plain", _("Show"))  # fmt: skip


@provider
def cases(user: Any) -> Asked:
    """Cases that are overdue, need a step, or are an incident; those that name this person."""
    today = timezone.localdate()
    reach = user.reach({OFFICER, LEADER})
    rows = Case.objects.exclude(state__in=ENDED).select_related("unit")
    mine = Q(responsible=user.person_id, state=ORDERED)
    wide = within(reach) if reach else Q(pk__in=())
    unreported = wide & Q(incident=True, reported=None)
    late = (wide | mine) & Q(deadline__lt=today)
    officer = user.reach({OFFICER})
    urgent = rows.filter(unreported | late | mine & Q(deadline__gte=today))
    counts = yield Count(urgent=urgent, next=rows.filter(within(officer), state__in=(NEW, CHECKING)))
    open_ones = list(urgent.order_by("deadline")[:15]) if counts["urgent"] else []
    for case in open_ones:
        if case.incident and case.reported is None and (reach and reach.covers(case.unit.path)):
            yield Todo(_("An incident is not reported: %(case)s") % {"case": case}, _of(case), "seal", _("Report"))
    for case in open_ones:
        if case.deadline and case.deadline < today:
            yield Todo(_("Overdue: %(case)s") % {"case": case}, _of(case), "seal", _("Open"))
        elif case.deadline and case.responsible_id == user.person_id and case.state == ORDERED:
            urgency = "amber" if case.deadline <= today + timedelta(days=3) else "plain"
            yield Todo(_("Put right: %(case)s") % {"case": case}, _of(case), urgency, _("Say what was done"))
    count = counts["next"]
    if count:
        yield Todo(
            ngettext("%(n)d case waits for its next step.", "%(n)d cases wait for their next step.", count)
            % {"n": count}, reverse("findings:cases"), "plain", _("Show"))  # fmt: skip


def _of(case: Case) -> str:
    return reverse("findings:case", args=(case.pk,))


@provider
def reports(user: Any) -> Asked:
    """Reports that were routed to this account."""
    counts = yield Count(reports=Report.objects.filter(readers=user, state=RECEIVED))
    count = counts["reports"]
    if count:
        yield Todo(ngettext("%(n)d leak was reported.", "%(n)d leaks were reported.", count) % {"n": count},
                   reverse("findings:reports"), "seal", _("Read"))  # fmt: skip


@provider
def reveals(user: Any) -> Asked:
    """Reveals that wait for a second person, for those who are enrolled."""
    reach = user.reach(evidence.HOLDERS)
    if not reach:
        return
    since = timezone.now() - evidence.WAITS
    rows = Reveal.objects.filter(
        within(reach, "occurrence__finding__unit"), agreed=None, refused=None, asked__gte=since
    )
    others = rows.exclude(asked_by=user)
    counts = yield Count(enrolled=Keyholder.objects.filter(user=user, until=None), others=others)
    for reveal in others[:3] if counts["enrolled"] and counts["others"] else ():
        yield Todo(_("A reveal waits for a second person."), reverse("findings:reveal", args=(reveal.pk,)), "amber",
                   _("Look at it"))  # fmt: skip


@provider
def selfchecks(user: Any) -> Asked:
    """Self-inspections that are due."""
    reach = user.reach({OFFICER, LEADER})
    if not reach:
        return
    today = timezone.localdate()
    due = SelfInspection.objects.filter(within(reach), ended=None, due__lte=today + timedelta(days=7))
    counts = yield Count(due=due)
    for made in due[:3] if counts["due"] else ():
        urgency = "seal" if made.due < today else "amber"
        yield Todo(_("Self-inspection %(number)s is due %(day)s.") % {"number": made.number, "day": made.due},
                   reverse("findings:selfcheck", args=(made.pk,)), urgency, _("Answer questions"))  # fmt: skip
