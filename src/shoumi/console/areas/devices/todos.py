"""What waits here: for keepers the next step of each record, for everybody what they have a part in."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.approvals.models import GRANTED, Request
from shoumi.console.areas.devices import ways
from shoumi.console.areas.devices.actions.base import KEEPERS
from shoumi.console.areas.devices.models import (
    ACCEPTED,
    ARRANGED,
    ASKED,
    ENDED,
    READY,
    SANITISED,
    VERIFIED,
    WORK,
    Disposal,
    Repair,
    Round,
    Snapshot,
)
from shoumi.console.areas.devices.views.base import few, lying
from shoumi.console.areas.devices.views.snapshots import within
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def mine(user: Any) -> Asked:
    """For everybody: a repaired device to accept, a log to write, storage to keep."""
    me = user.person
    accept = Repair.objects.filter(device__responsible=me, state=ENDED, unexplained=0, snapshots__purpose="after")
    accept = accept.exclude(escort=me).exclude(technician=me).distinct()
    beside = Repair.objects.filter(Q(escort=me) | Q(technician=me), state=WORK)
    kept = Repair.objects.filter(keeper=me, open=True, begun_at__isnull=False)
    counts = yield Count(accept=accept, beside=beside, kept=kept)
    for one in accept.select_related("device")[:5] if counts["accept"] else ():
        yield Todo(_("%(device)s was repaired and checked: look at it and accept it.") % {"device": one.device.number},
                   reverse("devices:repair", args=(one.pk,)), "amber", _("Look"))  # fmt: skip
    for one in beside.select_related("device")[:5] if counts["beside"] else ():
        yield Todo(_("Work on %(device)s goes on: stay beside it and write the log.") % {"device": one.device.number},
                   reverse("devices:repair", args=(one.pk,)), "amber", _("Write"))  # fmt: skip
    for one in kept.select_related("device")[:5] if counts["kept"] else ():
        yield Todo(_("You keep the storage of %(device)s until its repair ends.") % {"device": one.device.number},
                   reverse("devices:repair", args=(one.pk,)), "plain", _("Show"))  # fmt: skip


def granted(model: type[Repair | Disposal]) -> Any:
    """Return the condition that a thing's request is approved and not used."""
    kind = model._meta.label_lower  # flow, kind and key: the three columns of the index
    key = Cast(OuterRef("pk"), CharField())
    return Exists(Request.objects.filter(flow=kind, kind=kind, key=key, state=GRANTED))


@provider
def keepers(user: Any) -> Asked:
    """For keepers: overdue, drift, strangers, and how many records wait for their next step."""
    reach = user.reach(KEEPERS)
    if not reach:
        return
    today, repairs = timezone.localdate(), few(Repair, reach).filter(open=True)
    turn = Q(state__in=(ARRANGED, READY, ACCEPTED)) | (Q(state=ASKED) & granted(Repair))
    gone = Q(state__in=(ARRANGED, SANITISED, VERIFIED)) | (Q(state=ASKED) & granted(Disposal))
    rounds = Round.objects.filter(lying(reach, "unit"), closed_at=None)
    counts = yield Count(
        late=repairs.filter(way=ways.OUT, state__in=(WORK, ENDED), back_by__lt=today),
        drift=within(reach).filter(unexplained__gt=0),
        strange=Snapshot.objects.filter(lying(reach, "unit"), stranger=True),
        repairs=repairs.filter(turn), disposals=few(Disposal, reach).filter(gone, open=True), rounds=rounds,
    )  # fmt: skip
    late = counts["late"]
    if late:
        sentence = ngettext(
            "%(n)d device should be back from repair.", "%(n)d devices should be back from repair.", late
        )
        yield Todo(sentence % {"n": late}, f"{reverse('devices:repairs')}?state=open&way=out", "seal", _("Show"))
    drift = counts["drift"]
    if drift:
        sentence = ngettext("In %(n)d device something changed that nobody explained.",
                            "In %(n)d devices something changed that nobody explained.", drift)  # fmt: skip
        yield Todo(sentence % {"n": drift}, f"{reverse('devices:snapshots')}?state=drift", "seal", _("Show"))
    strange = counts["strange"]
    if strange:
        sentence = ngettext("%(n)d machine was found that the ledger does not know.",
                            "%(n)d machines were found that the ledger does not know.", strange)  # fmt: skip
        yield Todo(sentence % {"n": strange}, f"{reverse('devices:snapshots')}?state=stranger", "seal", _("Show"))
    count = counts["repairs"]
    if count:
        sentence = ngettext("%(n)d repair waits for your next step.", "%(n)d repairs wait for your next step.", count)
        yield Todo(sentence % {"n": count}, f"{reverse('devices:repairs')}?state=open", "plain", _("Show"))
    count = counts["disposals"]
    if count:
        sentence = ngettext(
            "%(n)d disposal waits for your next step.", "%(n)d disposals wait for your next step.", count
        )
        yield Todo(sentence % {"n": count}, f"{reverse('devices:disposals')}?state=open", "plain", _("Show"))
    for one in rounds.order_by("due")[:3] if counts["rounds"] else ():
        urgency = "seal" if one.due < today else "plain"
        words = {"title": one.title, "day": one.due.isoformat()}
        yield Todo(_("The round “%(title)s” is open, until %(day)s.") % words,
                   reverse("devices:round", args=(one.pk,)), urgency, _("Go on"))  # fmt: skip
