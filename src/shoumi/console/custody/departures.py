"""Who leaves hands over first: everything they are custodian of, everything they borrowed, their phone's locker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.accounts.departures import Unsettled, gate
from shoumi.console.custody.actions.handovers import borrowed, in_custody
from shoumi.console.custody.models import Ticket


@gate
def custody(person: Any) -> Iterator[Unsettled]:
    """Name what is left, and where it is settled."""
    count = in_custody(person).count()
    if count:
        sentence = ngettext(
            "%(n)d carrier is in their custody: hand it over first.",
            "%(n)d carriers are in their custody: hand them over first.", count,
        )  # fmt: skip
        yield Unsettled(sentence % {"n": count}, f"{reverse('custody:handover-add')}?giver={person.number}")
    count = borrowed(person).count()
    if count:
        sentence = ngettext(
            "%(n)d loan of theirs is still out.", "%(n)d loans of theirs are still out.", count
        )  # fmt: skip
        yield Unsettled(sentence % {"n": count}, f"{reverse('custody:loans')}?q={person.number}")
    if Ticket.objects.filter(person=person, returned_at=None).exists():
        yield Unsettled(_("Their phone still lies in a locker."), f"{reverse('custody:tickets')}?q={person.number}")
