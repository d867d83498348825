"""What this room asks for before somebody leaves: the departure lesson and the departure commitment (L2 art 53)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shoumi.console.accounts.departures import Unsettled, gate
from shoumi.console.learning.standing import before_leaving


@gate
def learning(person: Any) -> Iterator[Unsettled]:
    """Yield what is not done yet, with the way to begin it."""
    for requirement, assignment in before_leaving(person):
        if assignment is None:
            sentence = _("“%(what)s” is required before leaving and was not given yet. Begin the departure first.")
        else:
            sentence = _("“%(what)s” is required before leaving and is not done yet.")
        yield Unsettled(
            sentence % {"what": requirement.material},
            reverse("learning:person", args=(person.pk,)),
            requirement.material,
        )
