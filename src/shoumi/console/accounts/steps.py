"""What people lack, whatever the area: vetting that is due, a unit without a responsible leader."""

from __future__ import annotations

from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.accounts.models import NONE, Person, Unit
from shoumi.console.accounts.todos import vetting_missing
from shoumi.console.steps import THREE, TWO, Asked, Groups, Rule, Step, key_of, provider, within

_VETTING: Final = Rule(
    "accounts.vetting", TWO, gettext_lazy("Somebody is cleared whose vetting never took place or is due again."), "E2"
)
_PEOPLE, _SHOW = gettext_lazy("People"), gettext_lazy("Show")
_LEADER: Final = Rule("accounts.leader", THREE, gettext_lazy("A unit has no leader who answers for it."), "X1")


@provider
def vetting(paths: tuple[str, ...]) -> Asked:
    """Cleared people without valid vetting."""
    rows = Person.objects.filter(within(paths, "unit__path"), vetting_missing(), departed_on=None)
    people = reverse("accounts:people")
    for path, count, _since in (yield Groups(rows.exclude(category=NONE), "unit__path")):
        words = ngettext("%(n)d person not vetted", "%(n)d people not vetted", count) % {"n": count}
        here = f"{people}?lack=vetting&unit={key_of(path)}"
        yield Step(path, "", _VETTING.left, words, ((_PEOPLE, count),), None, here, _SHOW, _VETTING)


@provider
def leaders(paths: tuple[str, ...]) -> Asked:
    """Units without a responsible leader."""
    for path, _count, _since in (
        yield Groups(Unit.objects.filter(within(paths, "path"), closed_on=None, leader=None), "path")
    ):
        here = reverse("accounts:units") + "?leader=no"
        yield Step(path, "", _LEADER.left, _("no responsible leader"), (), None, here, _("Show"), _LEADER)
