"""What people and accounts need: vetting, training, commitments, the end of a cooling-off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.accounts.models import NONE, Grant, Office, Person, Unit, months_after
from shoumi.console.roles import LEADER, OFFICER, SECURITY, SYSTEM
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def people(user: Any) -> Asked:
    """For officers and leaders: cleared people in their units who lack something."""
    reach = user.reach({OFFICER, LEADER})
    if not reach:
        return
    cleared = Person.objects.filter(reach.within("unit__path"), departed_on=None).exclude(category=NONE)
    here = reverse("accounts:people")
    counts = yield Count(
        vetting=cleared.filter(vetting_missing()), committed=cleared.filter(committed_on=None),
        trained=cleared.filter(untrained()),
    )  # fmt: skip
    count = counts["vetting"]
    if count:
        yield Todo(
            ngettext("%(n)d cleared person has no valid vetting.", "%(n)d cleared people have no valid vetting.", count)
            % {"n": count}, f"{here}?lack=vetting", "seal", _("Show"))  # fmt: skip
    count = counts["committed"]
    if count:
        yield Todo(
            ngettext("%(n)d cleared person has signed no commitment.",
                     "%(n)d cleared people have signed no commitment.", count)
            % {"n": count}, f"{here}?lack=commitment", "amber", _("Show"))  # fmt: skip
    count = counts["trained"]
    if count:
        yield Todo(
            ngettext("%(n)d cleared person was not trained within a year.",
                     "%(n)d cleared people were not trained within a year.", count)
            % {"n": count}, f"{here}?lack=training", "amber", _("Show"))  # fmt: skip


@provider
def leaders(user: Any) -> Asked:
    """For who keeps the tree: units without a responsible leader."""
    reach = user.reach({SYSTEM, OFFICER})
    if not reach:
        return
    counts = yield Count(units=Unit.within(reach).filter(leader=None))
    count = counts["units"]
    if count:
        yield Todo(
            ngettext("%(n)d unit has no responsible leader.", "%(n)d units have no responsible leader.", count)
            % {"n": count}, f"{reverse('accounts:units')}?leader=no", "amber", _("Show"))  # fmt: skip


@provider
def rights(user: Any) -> Asked:
    """For the security administrator: an office in which nobody yet works as secrecy officer."""
    if user.holds({SECURITY}) and not Grant.objects.filter(role=OFFICER, ended=None).exists():
        yield Todo(_("Nobody is secrecy officer yet."), reverse("accounts:accounts"), "amber", _("Give the role"))


def vetting_missing() -> Q:
    """Return the condition that vetting never took place or is due again."""
    limit = months_after(timezone.localdate(), -Office.current().vetting_months)
    return Q(vetted_on=None) | Q(vetted_on__lte=limit)


def untrained() -> Q:
    """Return the condition that no training took place within a year."""
    return Q(trained_on=None) | Q(trained_on__lt=timezone.localdate() - timedelta(days=365))
