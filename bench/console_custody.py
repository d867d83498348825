"""Custody as ``bench.console`` measures it: 20,000 carriers, a tenth on loan, a stock-take that expects all of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

CARRIERS: Final = 20_000
LEVELS: Final = ("secret", "confidential", "confidential", "work", "trade")
KINDS: Final = ("paper", "paper", "paper", "disc", "usb", "file")


def fill(world: Any, share: float) -> Any:
    """Fill the room; return a carrier, a stock-take, a unit."""
    from django.utils import timezone

    from shoumi.console.custody.models import Carrier, Loan, Place

    today = timezone.localdate()
    places = [Place.objects.create(unit=unit, name=f"Safe {unit.code}") for unit in world.units]
    carriers = []
    for number in range(max(int(CARRIERS * share), 100)):
        person = world.people[number * 7 % len(world.people)]
        where = number % len(world.units)
        lent = number % 10 == 3
        carriers.append(
            Carrier(
                number=f"C-2026-{number:05}", title=f"{2000 + number % 26}年第{number}号报告", level=LEVELS[number % 5],
                kind=KINDS[number % 6], copy=f"{number % 40:06}", origin=f"单位{number % 80}", term="10年",
                issued_on=today - timedelta(days=number % 3000), until=today + timedelta(days=number % 3000 - 100),
                unit=world.units[where], place=places[where], custodian=person, document=f"示发〔2026〕{number}号",
                holder=world.people[number % len(world.people)] if lent else person, state="lent" if lent else "kept",
                made=timezone.now() - timedelta(days=number % 500),
            )
        )  # fmt: skip
    Carrier.objects.bulk_create(carriers, batch_size=500)
    Loan.objects.bulk_create(
        (
            Loan(
                carrier=carrier, borrower=carrier.holder, purpose="read", given_by="Officer",
                due_on=today + timedelta(days=number % 30 - 10),
            )
            for number, carrier in enumerate(one for one in carriers if one.state == "lent")
        ),
        batch_size=500,
    )  # fmt: skip
    return carriers[77], _count(world, carriers), world.units[3]


def _count(world: Any, carriers: list[Any]) -> Any:
    from django.utils import timezone

    from shoumi.console.custody.models import Line, StockTake

    take = StockTake.objects.create(number="S-1", unit=world.units[0], began_by="Officer")
    Line.objects.bulk_create(
        (
            Line(stock_take=take, carrier=carrier, verdict="found" if number % 2 else "expected",
                 found_at=timezone.now() if number % 2 else None)
            for number, carrier in enumerate(carriers)
        ),
        batch_size=500,
    )  # fmt: skip
    return take


def pages(made: Any) -> list[str]:
    """Return the pages that are measured."""
    carrier, take, unit = made
    return [
        "/custody/", "/custody/?page=300", "/custody/?sort=-until", "/custody/?q=00314", "/custody/?q=检查报告+2014年",
        "/custody/?q=人员00042", f"/custody/?unit={unit.pk}&level=secret", "/custody/?due=review", "/custody/?due=term",
        "/custody/?due=overdue", "/custody/?state=lent", "/custody/loans/", "/custody/loans/?state=overdue",
        "/custody/loans/?q=人员0001", f"/custody/{carrier.pk}/", f"/custody/scan/{carrier.token}/", "/custody/places/",
        "/custody/stocktakes/", f"/custody/stocktakes/{take.pk}/", f"/custody/stocktakes/{take.pk}/lines/",
        "/custody/mine/",
    ]  # fmt: skip
