"""How near a leak devices bring a unit: what is wrong with the ledger and with what was retired."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Case, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.assets import wrongs
from shoumi.console.assets.models import Device
from shoumi.console.roles import Reach
from shoumi.console.steps import DEVICES, FAR, ONE, PHONES, THREE, TWO, Asked, Groups, Rule, Step, key_of, provider

_GRAVE: Final = Rule(
    "assets.grave",
    ONE,
    gettext_lazy(
        "Nobody answers for a device, it was not found, or it was retired long ago and still holds everything."
    ),
    "D1, D4",
)
_WRONG: Final = Rule(
    "assets.wrong", TWO, gettext_lazy("The ledger of devices has gaps: a number, a level, a label, a return."), "D1, D2"
)
_UNSEEN: Final = Rule("assets.unseen", THREE, gettext_lazy("Devices were not counted or inspected for a year."), "D5")
_WELL: Final = Rule(
    "assets.well",
    FAR,
    gettext_lazy("All devices are counted and inspected, and nothing is wrong."),
    "D1",
)
_RULES: Final = {"seal": _GRAVE, "amber": _WRONG, "": _UNSEEN}
_OF: Final[dict[str, Rule]] = {"retired": _GRAVE, "unseen": _UNSEEN}  # where the check's own tone does not say it

_DEVICES, _WHY, _SHOW = gettext_lazy("Devices"), gettext_lazy("Why it matters"), gettext_lazy("Show")
_SINCE: Final = dict.fromkeys(("repair", "handover", "bought", "retired"), "since")  # the others began on no known day


@provider
def devices(paths: tuple[str, ...]) -> Asked:
    """What is wrong with devices, by unit; units whose devices are well."""
    rows = Device.by_unit(Reach(paths))
    area = Case(When(kind="phone", then=Value(PHONES)), default=Value(DEVICES))
    ill: set[tuple[str, str]] = set()
    ledger = reverse("assets:devices")
    checks = list(wrongs.checks().values())
    groups = [Groups(one.find(rows), "unit__path", _SINCE.get(one.code, "missing_since"), (area,)) for one in checks]
    *found, all_live = yield [*groups, Groups(rows.filter(live=True), "unit__path", "", (area,))]
    for check, sums in zip(checks, found, strict=True):
        for path, where, count, since in sums:
            ill.add((path, where))
            yield _step(path, where, check, count, since, ledger)
    for path, where, count, _since in all_live:
        if (path, where) not in ill:
            words = ngettext("%(n)d device, nothing wrong", "%(n)d devices, nothing wrong", count) % {"n": count}
            here = f"{ledger}?unit={key_of(path)}"
            yield Step(path, where, FAR, words, ((_DEVICES, count),), None, here, _SHOW, _WELL)


def _step(  # noqa: PLR0917
    path: str, area: str, check: wrongs.Check, count: int, since: Any, ledger: str
) -> Step:
    rule = _OF.get(check.code, _RULES[check.tone])
    text = ngettext("%(n)d device: %(what)s", "%(n)d devices: %(what)s", count)
    return Step(
        path, area, rule.left, text % {"n": count, "what": check.label},
        ((_DEVICES, count), (_WHY, check.why)), since, f"{ledger}?wrong={check.code}&unit={key_of(path)}", _SHOW, rule,
    )  # fmt: skip
