"""Whether something may be sent: results in, one word out; the same for the command, the console and gateways.

Whoever may check text must not learn which registered document it is: ``discreet`` takes that out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, TypeAlias

from shoumi.engine.types import Gap, Match, Reason

Verdict: TypeAlias = Literal["allow", "think", "stop", "unknown"]


def verdict(events: Iterable[Match | Gap]) -> Verdict:
    """Decide: stop from high on, think from low on, unknown when only gaps stand against it."""
    found = list(events)
    severities = {event.severity for event in found if isinstance(event, Match)}
    if severities & {"critical", "high"}:
        return "stop"
    if severities & {"medium", "low"}:
        return "think"
    return "unknown" if any(not isinstance(event, Match) for event in found) else "allow"


def discreet(match: Match) -> Match:
    """Leave out which registered document it is: who may check text must not learn what is registered."""
    if match.category != "passage":
        return match
    return replace(match, reasons=(Reason("check.registered"),), data={}, snippet="")
