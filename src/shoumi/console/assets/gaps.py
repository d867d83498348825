"""Gaps in the numbers: a number between two others that no device carries and nobody explained.

Numbers run through the whole office; a gap is shown to who may see the device before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, Max, Min, OuterRef, Subquery

from shoumi.console.assets.models import Device, Void
from shoumi.console.roles import Reach

MOST: Final = 200  # gaps shown; a wider gap is one line


@dataclass(frozen=True, slots=True)
class Gap:
    """Missing numbers between two that are there."""

    first: str
    last: str
    count: int
    after: Device


def gaps(reach: Reach) -> list[Gap]:
    """Return the unexplained gaps that follow devices within a reach."""
    found: list[Gap] = []
    for series in _broken():
        found += _of(series, reach)
        if len(found) >= MOST:
            break
    return found[:MOST]


def _broken() -> Iterator[str]:
    """Yield the series that hold fewer numbers than lie between their first and last: one pass over an index."""
    held = (
        Device.objects.exclude(place_in_series=None)
        .values("series")
        .annotate(n=Count("pk"), first=Min("place_in_series"), last=Max("place_in_series"))
        .order_by("series")
    )
    voids: dict[str, list[int]] = {}
    for series, place in Void.objects.values_list("series", "place_in_series"):
        voids.setdefault(series, []).append(place)
    for row in held:
        explained = sum(row["first"] < place < row["last"] for place in voids.get(row["series"], ()))
        if row["n"] + explained < row["last"] - row["first"] + 1:
            yield row["series"]


def _of(series: str, reach: Reach) -> Iterator[Gap]:
    held = Device.objects.filter(series=series)
    following = held.filter(place_in_series__gt=OuterRef("place_in_series")).order_by("place_in_series")
    pairs = (
        held.filter(~Exists(held.filter(place_in_series=OuterRef("place_in_series") + 1)))
        .order_by("place_in_series")
        .values_list("pk", "place_in_series", Subquery(following.values("place_in_series")[:1]))[: MOST * 5]
    )
    rows = [row for row in pairs if row[2] is not None]  # after the last number there is no gap
    before = Device.by_unit(reach).in_bulk([pk for pk, _place, _next in rows])
    explained = sorted(Void.objects.filter(series=series).values_list("place_in_series", flat=True))
    for pk, place, following_place in rows:
        if pk in before:
            width = len(before[pk].number) - len(series)
            for first, last in _holes(place + 1, following_place - 1, explained):
                names = [f"{series}{str(number).zfill(width)}" for number in (first, last)]
                yield Gap(names[0], names[1], last - first + 1, before[pk])


def _holes(first: int, last: int, explained: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span that are not explained."""
    start = first
    for number in explained:
        if first <= number <= last:
            if number > start:
                yield start, number - 1
            start = number + 1
    if start <= last:
        yield start, last
