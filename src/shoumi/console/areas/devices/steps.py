"""How near a leak repairs, strangers and disposals bring a unit. Drift comes with the ledger's own checks."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.areas.devices import ways
from shoumi.console.areas.devices.models import ARRANGED, ENDED, WORK, Disposal, Repair, Round, Snapshot
from shoumi.console.areas.devices.views.base import few
from shoumi.console.assets.models import in_units
from shoumi.console.roles import Reach
from shoumi.console.steps import DEVICES, ONE, PHONES, THREE, TWO, Asked, Groups, Rule, Step, key_of, provider

_LATE: Final = Rule(
    "devices.late", ONE, gettext_lazy("A device that was sent out for repair is not back on the agreed day."), "D2"
)
_STRANGER: Final = Rule(
    "devices.stranger", ONE, gettext_lazy("A machine was found that the ledger does not know."), "D1, D3"
)
_OUTSIDE: Final = Rule(
    "devices.outside", TWO, gettext_lazy("Outside hands work on a device, or have it with them."), "D2"
)
_UNCLEAN: Final = Rule(
    "devices.unclean", TWO, gettext_lazy("A device was sanitised and is not clean, or nobody knows."), "D6"
)
_ROUND: Final = Rule("devices.round", THREE, gettext_lazy("A round of inspections is overdue."), "D5")


@provider
def steps(paths: tuple[str, ...]) -> Asked:
    """Each of the five, by unit, in one query."""
    reach = Reach(paths)
    outside = few(Repair, reach).filter(open=True, way__in=ways.OUTSIDERS, state__in=(WORK, ENDED))
    late = outside.filter(way=ways.OUT, back_by__lt=timezone.localdate())
    strangers = Snapshot.objects.filter(in_units(reach), stranger=True)
    unclean = few(Disposal, reach).filter(open=True, state=ARRANGED)
    rounds = Round.objects.filter(in_units(reach), closed_at=None, due__lt=timezone.localdate())
    of_late, of_outside, of_strangers, of_phones, of_machines, of_rounds = yield [
        Groups(late, "device__unit__path", "back_by"),
        Groups(outside, "device__unit__path", "begun_at"),
        Groups(strangers, "unit__path", "made"),
        Groups(unclean.filter(device__kind="phone"), "device__unit__path", "sanitised_at"),
        Groups(unclean.exclude(device__kind="phone"), "device__unit__path", "sanitised_at"),
        Groups(rounds, "unit__path", "due"),
    ]
    for path, count, since in of_late:
        text = ngettext("%(n)d device not back from repair", "%(n)d devices not back from repair", count)
        yield _step(path, DEVICES, _LATE, text % {"n": count}, since, "devices:repairs", "state=open&way=out")
    for path, count, since in of_outside:
        text = ngettext("%(n)d device in outside hands", "%(n)d devices in outside hands", count)
        yield _step(path, DEVICES, _OUTSIDE, text % {"n": count}, since, "devices:repairs", "state=open")
    for path, count, since in of_strangers:
        text = ngettext("%(n)d unknown machine", "%(n)d unknown machines", count)
        yield _step(path, DEVICES, _STRANGER, text % {"n": count}, since, "devices:snapshots", "state=stranger")
    for area, rows in ((PHONES, of_phones), (DEVICES, of_machines)):
        for path, count, since in rows:
            text = ngettext("%(n)d device not clean", "%(n)d devices not clean", count)
            yield _step(path, area, _UNCLEAN, text % {"n": count}, since, "devices:disposals", "state=open")
    for path, count, since in of_rounds:
        text = ngettext("%(n)d round overdue", "%(n)d rounds overdue", count)
        yield _step(path, DEVICES, _ROUND, text % {"n": count}, since, "devices:rounds", "open=yes")


def _step(  # noqa: PLR0917
    path: str, area: str, rule: Rule, text: str, since: Any, page: str, query: str
) -> Step:
    address = f"{reverse(page)}?{query}&unit={key_of(path)}"
    return Step(path, area, rule.left, text, ((_("Since"), since),), since, address, _("Show"), rule)
