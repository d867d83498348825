"""How near a leak carriers bring a unit: late loans, what is missing, broken seals, copies to check, countings."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.custody import states
from shoumi.console.custody.models import Carrier, Dispatch, Policy, Seal
from shoumi.console.custody.models.lists import BROKEN
from shoumi.console.custody.reminding import counted_paths, overdue
from shoumi.console.levels import OPEN as OPEN_LEVEL
from shoumi.console.levels import STATE, TOP
from shoumi.console.steps import (
    COMPILATION,
    FAR,
    HOLIDAYS,
    LEAKED,
    ONE,
    TWO,
    Asked,
    Groups,
    Rule,
    Step,
    key_of,
    provider,
    within,
)

_LOAN: Final = Rule(
    "custody.overdue",
    ONE,
    gettext_lazy("A carrier that was borrowed or carried out is not back in time: nobody knows who reads it now."),
    "H1",
)
_MISSING: Final = Rule(
    "custody.missing", ONE, gettext_lazy("A carrier is missing. It is searched for, and a case is open."), "H3"
)
_LOST: Final = Rule(
    "custody.lost",
    LEAKED,
    gettext_lazy("A state secret that is not found within 10 days (top secret) or 60 days counts as leaked."),
    gettext_lazy("Measures for the Investigation and Handling of Leak Cases art. 5 (1)"),
)
_SEAL: Final = Rule("custody.seal", ONE, gettext_lazy("A seal was found broken within the last 30 days."), "E4, H1")
_SOURCE: Final = Rule(
    "custody.source",
    TWO,
    gettext_lazy("A copy, excerpt or compilation was not checked after the level of its source changed."),
    "C3",
)
_UNCOUNTED: Final = Rule(
    "custody.uncounted", TWO, gettext_lazy("Carriers are kept that nobody counted within the period."), "H3"
)
_COUNTED: Final = Rule(
    "custody.counted", FAR, gettext_lazy("All carriers were counted within the period, and no loan is late."), "H3"
)
_LOST_AFTER: Final = {TOP: timedelta(days=10)}
_LOST_ELSE: Final = timedelta(days=60)
_SEAL_COUNTS: Final = timedelta(days=30)


@provider
def loans(paths: tuple[str, ...]) -> Asked:
    """Loans that should be back."""
    rows = overdue().filter(within(paths, "carrier__unit__path"))
    for path, count, first in (yield Groups(rows, "carrier__unit__path", "due_on")):
        yield Step(
            path, HOLIDAYS, _LOAN.left, ngettext("%(n)d loan overdue", "%(n)d loans overdue", count) % {"n": count},
            ((_("Overdue loans"), count), (_("The longest was due on"), first)), first,
            f"{reverse('custody:loans')}?state=overdue&unit={key_of(path)}", _("Call them back"), _LOAN,
        )  # fmt: skip


@provider
def missing(paths: tuple[str, ...]) -> Asked:
    """Carriers of which nobody knows where they are."""
    rows = Carrier.objects.filter(within(paths, "unit__path"), state=states.MISSING).select_related("unit")
    found: dict[tuple[str, Rule], list[Carrier]] = {}
    any_of = yield Groups(rows, "unit__path")
    for one in rows.order_by("since") if any_of else ():
        lost = one.level in STATE and timezone.now() - one.since > _LOST_AFTER.get(one.level, _LOST_ELSE)
        found.setdefault((one.unit.path, _LOST if lost else _MISSING), []).append(one)
    for (path, rule), carriers in found.items():
        count = len(carriers)
        yield Step(
            path, HOLIDAYS, rule.left,
            ngettext("%(n)d carrier missing", "%(n)d carriers missing", count) % {"n": count},
            ((_("Carriers"), ", ".join(one.number for one in carriers[:10])), (_("Missing since"), carriers[0].since)),
            carriers[0].since, f"{reverse('custody:ledger')}?state=missing&unit={key_of(path)}", _("Search"), rule,
        )  # fmt: skip


@provider
def seals(paths: tuple[str, ...]) -> Asked:
    """Seals that were found broken: on safes and cabinets, on what was sent."""
    since = timezone.now() - _SEAL_COUNTS
    sent = Dispatch.objects.filter(within(paths, "unit__path"), seal_state=BROKEN, ended__gte=since)
    rows = Seal.objects.filter(within(paths, "place__unit__path"), intact=False, opened_at__gte=since)
    broken, unsealed = yield [Groups(rows, "place__unit__path"), Groups(sent, "unit__path")]
    for seal in rows.select_related("place__unit") if broken else ():
        yield Step(
            seal.place.unit.path, HOLIDAYS, _SEAL.left, _("a seal was broken"),
            ((_("Seal"), seal), (_("Opened"), seal.opened_at), (_("by"), seal.opened_by)), seal.opened_at,
            reverse("custody:place", args=(seal.place_id,)), _("Look at it"), _SEAL,
        )  # fmt: skip
    for one in sent.select_related("unit") if unsealed else ():
        yield Step(
            one.unit.path, "", _SEAL.left, _("a dispatch came unsealed"),
            ((_("Dispatch"), one), (_("received"), one.ended), (_("by"), one.received_by)), one.ended,
            reverse("custody:dispatch", args=(one.pk,)), _("Look at it"), _SEAL,
        )  # fmt: skip


@provider
def sources(paths: tuple[str, ...]) -> Asked:
    """What was made from carriers whose level is another one now."""
    rows = Carrier.objects.filter(within(paths, "unit__path"), check_source=True, state__in=sorted(states.LIVE))
    for path, count, _since in (yield Groups(rows.exclude(level=OPEN_LEVEL), "unit__path")):
        yield Step(
            path, COMPILATION, _SOURCE.left,
            ngettext("%(n)d copy to check again", "%(n)d copies to check again", count) % {"n": count},
            ((_("Carriers"), count),), None, f"{reverse('custody:ledger')}?due=source&unit={key_of(path)}",
            _("Check them"), _SOURCE,
        )  # fmt: skip


@provider
def counts(paths: tuple[str, ...]) -> Asked:
    """Units that keep carriers: counted within the period, or not."""
    months = Policy.current().stock_months
    counted = counted_paths(months)
    kept = Carrier.objects.filter(within(paths, "unit__path"), state__in=sorted(states.HERE))
    with_level = Groups(kept.exclude(level=OPEN_LEVEL), "unit__path")
    all_kept, rows = yield [Groups(kept, "unit__path"), with_level]
    levelled = {path: count for path, count, _since in rows}
    late = {path for path, _count, _since in all_kept if not path.startswith(counted or ("-",))}
    for path, count, _since in all_kept:
        level = levelled.get(path, 0)
        rule = _UNCOUNTED if path in late else _COUNTED
        words = (
            _("not counted for %(n)d months") % {"n": months}
            if path in late
            else ngettext("%(n)d carrier counted", "%(n)d carriers counted", count) % {"n": count}
        )
        here = reverse("custody:stocktake-add" if path in late else "custody:stocktakes")
        yield Step(
            path, HOLIDAYS, rule.left, words,
            ((_("Carriers kept"), count), (_("with a level"), level), (_("Counted every (months)"), months)),
            None, here, _("Begin stock-take") if path in late else _("Show"), rule,
        )  # fmt: skip
