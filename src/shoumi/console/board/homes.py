"""Home pages by role: the officer's morning, the leader's units and own duties, the box to check before sending.

The list of things to do comes first for everybody (``console/todo.py``); what stands here comes below it.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count

from shoumi.console.board import standing, unseen
from shoumi.console.findings.models import Finding
from shoumi.console.findings.models import within as inside
from shoumi.console.findings.models.found import OPEN, RANKS
from shoumi.console.home import Part, part
from shoumi.console.learning.standing import leaders
from shoumi.console.roles import ADMINISTRATORS, AREA, LEADER, OFFICER
from shoumi.console.steps import AREAS

_NEWEST: Final = 5


@part
def findings(user: Any) -> Part | None:
    """For who decides: what is to be decided, by severity; the gravest, each with its keys."""
    reach = user.reach({OFFICER, AREA})
    if not reach:
        return None
    rows = Finding.objects.filter(inside(reach), state=OPEN, rank__lt=4)
    counts = dict(rows.values_list("rank").order_by().annotate(Count("pk")))
    first = rows.order_by("rank", "-last_seen", "-pk").select_related("unit")[:_NEWEST] if counts else []
    sums = [(rank, label, counts[rank]) for rank, label in RANKS if rank in counts]
    return Part(10, "board/home_findings.html", {"sums": sums, "newest": first, "decides": user.holds({OFFICER})})


@part
def gaps(user: Any) -> Part | None:
    """For officers: what was not examined this month."""
    reach = user.reach({OFFICER})
    return Part(20, "board/unseen.html", {"unseen": unseen.this_month(reach.paths)}) if reach else None


@part
def units(user: Any) -> Part | None:
    """For leaders: how their units stand, and what their units see of them."""
    reach = user.reach({LEADER})
    if not reach:
        return None
    lines = [line for line in standing.lines(reach) if line.depth < 2]
    own = next((one for one in leaders(user.person) if one.name == user.person.name), None)
    return Part(5, "board/home_leader.html", {"lines": lines, "areas": AREAS, "own": own})


@part
def check(user: Any) -> Part | None:
    """For everybody who neither keeps nor administers: the box to check before sending."""
    return None if user.holds({OFFICER, *ADMINISTRATORS}) else Part(30, "board/home_check.html")
