"""Who leaves gives back what they answer for (Implementing Regulations art. 53)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import ngettext

from shoumi.console.accounts.departures import Unsettled, gate
from shoumi.console.assets.models import Device


@gate
def devices(person: Any) -> Iterator[Unsettled]:
    """Yield the devices that somebody still answers for, or keeps, as one sentence."""
    count = Device.objects.filter(Q(responsible=person) | Q(custodian=person), live=True).count()
    if count:
        sentence = ngettext(
            "%(n)d device is still in their keeping. Hand it over first.",
            "%(n)d devices are still in their keeping. Hand them over first.", count,
        )  # fmt: skip
        yield Unsettled(sentence % {"n": count}, f"{reverse('assets:devices')}?q={person.number}")
