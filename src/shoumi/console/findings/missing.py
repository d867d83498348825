"""A carrier that custody misses becomes a case of its unit, within the act that found it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from shoumi.console.custody.missing import Loss, missing_found
from shoumi.console.findings import opening
from shoumi.console.findings.models.cases import MISSING


@missing_found
def open_case(act: Any, loss: Loss) -> None:
    """Open one case for what one act found missing."""
    names = ", ".join(str(carrier) for carrier in loss.carriers[:5]) or str(loss.thing)
    opening.open_case(
        title=_("Missing: %(what)s") % {"what": names},
        unit=loss.unit,
        kind=MISSING,
        by=act.actor.get_full_name(),
        rank=0,
        source=f"missing:{loss.thing._meta.label_lower}:{loss.thing.pk}",
        order=loss.note,
        incident=True,
        discovered=timezone.now(),
    )
