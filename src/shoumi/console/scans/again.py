"""What the findings room asks of this one: repeat inspections of a case, read one place again where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shoumi.console.findings.sources import NotThere
from shoumi.console.scans import addresses, running, starting
from shoumi.console.scans.models import UNDER_WAY, Plan, series_of

_SECONDS: Final = 15.0  # the database waits for it


def repeat(series: Iterable[str], actor: Any) -> int:
    """Begin the scans of these series again, as far as they are plans that have not ended; return how many."""
    plans = Plan.objects.select_related("unit").filter(pk__in=series_of(series), ended=None).exclude(announced=None)
    for plan in plans:
        if not plan.runs.filter(state__in=UNDER_WAY).exists():
            starting.begin(plan, actor.get_full_name())
    return len(plans)


def read(occurrence: Any) -> str:
    """Return the text of a place, read again where it stands. Raises NotThere."""
    try:
        place = addresses.settled(occurrence.path)
        addresses.root_of(place)
    except addresses.NotAllowed as error:
        raise NotThere(_("It does not lie in a place that may be scanned: it was found by another machine.")) from error
    question = {
        "path": occurrence.path, "trail": occurrence.trail, "locator": occurrence.locator,
        "span": [occurrence.start, occurrence.end], "hiding": occurrence.data.get("hiding", ""),
    }  # fmt: skip
    try:
        answer = running.ask("fetch", question, _SECONDS)
    except (TimeoutError, RuntimeError) as error:
        raise NotThere(_("It could not be read within 15 seconds.")) from error
    text = answer.get("text")
    if not text:
        raise NotThere(_("It is no longer there, or its name is masked. Look at the source itself."))
    return str(text)
