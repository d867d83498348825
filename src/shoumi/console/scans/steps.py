"""What was examined and what was not: scans that are long ago or failed, gaps; FAR only for what was wholly read.

A scan tells about the area of the places it read: a folder of a chat program about messaging, a cloud drive about
drives, any other place about compiled documents, whose sources and drafts lie there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.findings.models import Inspection
from shoumi.console.findings.models.found import FAILED, RUNNING
from shoumi.console.scans.models import Plan
from shoumi.console.steps import COMPILATION, FAR, THREE, TWO, Asked, Groups, Rule, Step, key_of, provider, within
from shoumi.engine import area as areas

RECENT: Final = timedelta(days=31)
_FAILED: Final = Rule("scans.failed", TWO, gettext_lazy("The last scan failed: nobody knows what is there now."), "X4")
_OLD: Final = Rule("scans.old", THREE, gettext_lazy("The last scan is over a month ago, or never was."), "X4")
_GAPS: Final = Rule("scans.gaps", THREE, gettext_lazy("Something could not be examined."), "X4")
_READ: Final = Rule("scans.read", FAR, gettext_lazy("Everything was examined within the month."), "X4")


@provider
def scans(paths: tuple[str, ...]) -> Asked:
    """The last inspection of each place."""
    ended = Inspection.objects.filter(within(paths, "unit__path")).exclude(state=RUNNING)
    last = ended.order_by().values("unit", "series").annotate(last=Max("pk")).values("last")
    rows = Inspection.objects.filter(pk__in=last).select_related("unit")
    for one in rows.annotate(open=Count("gaps", filter=Q(gaps__settled=None))):
        for area in _areas(one.addresses):
            yield _of(one, area)


def _areas(addresses: list[str]) -> list[str]:
    """Return what an inspection of some addresses tells about."""
    return sorted({areas.of_folder(address) or COMPILATION for address in addresses} or {COMPILATION})


def _of(one: Any, area: str) -> Step:
    when = one.ended or one.began
    day = timezone.localdate(when)
    rule, words = _READ, _("examined on %(day)s") % {"day": day.isoformat()}
    if one.state == FAILED:
        rule, words = _FAILED, _("last scan failed")
    elif timezone.now() - when > RECENT:
        rule, words = _OLD, _("no scan since %(day)s") % {"day": day.isoformat()}
    elif one.open:
        rule = _GAPS
        words = ngettext("%(n)d thing not examined", "%(n)d things not examined", one.open) % {"n": one.open}
    gaps = f"{reverse('findings:gaps')}?settled=no&unit={key_of(one.unit.path)}"
    here = gaps if rule is _GAPS else reverse("findings:inspection", args=(one.pk,))
    files = one.summary.get("files", 0)
    counts = ((_("Files examined"), files), (_("Not examined"), one.open))
    facts = ((_("Inspection number"), one), (_("Examined on"), when), *counts)
    return Step(one.unit.path, area, rule.left, words, facts, when, here, _("Show"), rule)


@provider
def planned(paths: tuple[str, ...]) -> Asked:
    """Scans that were defined and never ran."""
    rows = Plan.objects.filter(within(paths, "unit__path"), ended=None, runs=None).select_related("unit")
    any_of = yield Groups(rows, "unit__path")
    for plan in rows if any_of else ():
        for area in _areas(plan.addresses):
            yield Step(
                plan.unit.path, area, _OLD.left, _("scan defined, never run"),
                ((_("Scan"), plan), (_("made at"), plan.made)), plan.made,
                reverse("scans:plan", args=(plan.pk,)), _("Start it"), _OLD,
            )  # fmt: skip
