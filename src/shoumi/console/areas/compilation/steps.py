"""How near a leak manuscripts bring a unit: proofs that differ, none signed off, items undecided for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.areas.compilation.models import (
    APPROVING,
    CHANGED,
    CLEARED,
    COMPILING,
    ENDED,
    PRINTED,
    REVIEWING,
    Manuscript,
)
from shoumi.console.steps import COMPILATION, FAR, ONE, THREE, TWO, Asked, Groups, Rule, Step, provider, within

_LONG: Final = timedelta(days=14)
_WEEK: Final = timedelta(days=7)
_YEAR: Final = timedelta(days=365)
_CHANGED: Final = Rule(
    "compilation.changed",
    ONE,
    gettext_lazy("What is about to be printed differs from what was cleared."),
    "C4",
)
_UNSIGNED: Final = Rule(
    "compilation.unsigned",
    TWO,
    gettext_lazy("A manuscript was cleared a week ago or more, and no proof is signed off."),
    "C4",
)
_UNDECIDED: Final = Rule(
    "compilation.undecided",
    THREE,
    gettext_lazy("What was found in a manuscript has been undecided for two weeks or more."),
    "C3",
)
_WELL: Final = Rule(
    "compilation.well",
    FAR,
    gettext_lazy("Manuscripts of the past year were decided in time, and proofs were signed off."),
    "C3, C4",
)


def _grouped(paths: tuple[str, ...], condition: Q) -> Groups:
    rows = Manuscript.objects.filter(within(paths, "unit__path"), condition)
    return Groups(rows, "unit__path", "since", count=Count("pk", distinct=True))


@provider
def changed(paths: tuple[str, ...]) -> Asked:
    """Cleared ones of which a proof of this version differs, and no later one is signed off."""
    wrong = Q(state=CLEARED, proofs__answer=CHANGED, proofs__version=F("version"))
    where = f"{reverse('compilation:manuscripts')}?state={CLEARED}"
    for path, count, first in (yield _grouped(paths, wrong)):
        reason = ngettext("%(n)d proof differs", "%(n)d proofs differ", count) % {"n": count}
        facts = ((_("Manuscripts"), count), (_("Cleared since"), first))
        yield Step(path, COMPILATION, ONE, reason, facts, first, where, _("Compare again"), _CHANGED)


@provider
def unsigned(paths: tuple[str, ...]) -> Asked:
    """Cleared ones that nobody compared to the end."""
    where = f"{reverse('compilation:manuscripts')}?state={CLEARED}"
    for path, count, first in (yield _grouped(paths, Q(state=CLEARED, since__lt=timezone.now() - _WEEK))):
        reason = ngettext("%(n)d proof not signed off", "%(n)d proofs not signed off", count) % {"n": count}
        facts = ((_("Manuscripts"), count), (_("Cleared since"), first))
        yield Step(path, COMPILATION, TWO, reason, facts, first, where, _("Sign the proof off"), _UNSIGNED)


@provider
def undecided(paths: tuple[str, ...]) -> Asked:
    """Those that wait for decisions too long."""
    long = Q(state__in=(COMPILING, REVIEWING, APPROVING), unsettled__gt=0, since__lt=timezone.now() - _LONG)
    where = reverse("compilation:manuscripts")
    for path, count, first in (yield _grouped(paths, long)):
        reason = ngettext("%(n)d manuscript undecided", "%(n)d manuscripts undecided", count) % {"n": count}
        facts = ((_("Manuscripts"), count), (_("Undecided since"), first))
        yield Step(path, COMPILATION, THREE, reason, facts, first, where, _("Decide the items"), _UNDECIDED)


@provider
def well(paths: tuple[str, ...]) -> Asked:
    """Units that compile, as far as nothing above holds: the cell shows the step with the fewest left."""
    since = timezone.now() - _YEAR
    for path, count, _first in (yield _grouped(paths, ~Q(state__in=ENDED) | Q(state=PRINTED, since__gte=since))):
        reason = ngettext("%(n)d manuscript in order", "%(n)d manuscripts in order", count) % {"n": count}
        yield Step(path, COMPILATION, FAR, reason, ((_("Manuscripts"), count),), None, "", "", _WELL)
