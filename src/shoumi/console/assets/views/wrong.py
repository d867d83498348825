"""What is wrong, in one page: each check with how many, the first of them, and the one step that mends each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from shoumi.console.assets import ledger, registers, wrongs
from shoumi.console.assets.gaps import gaps
from shoumi.console.assets.models import Device, Engineer, Vendor
from shoumi.console.pages import Page

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Section:
    """One check with its devices."""

    check: wrongs.Check
    count: int
    lines: list[tuple[Device, Any, str]]


class Wrong(Page):
    """What is wrong with the ledger of one's units."""

    roles = ledger.READERS

    def get(self, request: HttpRequest) -> HttpResponse:
        reach = request.user.reach(self.roles)
        rows = Device.by_unit(reach)
        found = []
        for check in wrongs.checks().values():
            count = check.find(rows).count()
            if count:
                first = check.find(rows).select_related("unit").order_by("number")[:SHOWN]
                found.append(Section(check, count, [(device, *check.step(device)) for device in first]))
        vendors = Vendor.objects.filter(registers.visible(reach), registers.unqualified())
        engineers = Engineer.objects.filter(
            registers.visible(reach, "vendor__unit"), registers.unqualified(), vendor__ended_on=None
        )
        return self.show(
            "assets/wrong.html",
            sections=found,
            vendors=[(one, registers.lacks(one)) for one in vendors[:20]],
            engineers=[(one, registers.lacks(one)) for one in engineers.select_related("vendor")[:20]],
            gaps=gaps(reach)[:20],
            keeps=request.user.holds(ledger.KEEPERS),
        )
