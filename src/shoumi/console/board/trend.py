"""How the steps left went from day to day, as small charts: SVG made of shapes with classes, words beside them.

Enters the snapshots of a unit, leaves one line for each area. A day without a snapshot, or on which nothing was known,
is a hole in the line, not a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shoumi.console.accounts.models import Unit
from shoumi.console.board.models import Snapshot
from shoumi.console.board.standing import words
from shoumi.console.steps import AREAS, FAR

DAYS: Final = 30
_WIDTH, _HEIGHT, _EDGE = 240, 56, 6


@dataclass(frozen=True, slots=True)
class Course:
    """One area over some days: the chart, and the same in words."""

    label: Any
    chart: SafeString
    sentence: str


def courses(unit: Unit, days: int = DAYS) -> list[Course]:
    """Return the course of each area; nothing when no day was kept."""
    today = timezone.localdate()
    kept = dict(
        Snapshot.objects.filter(unit=unit, day__gt=today - timedelta(days=days)).values_list("day", "left").order_by()
    )
    if not kept:
        return []
    span = [today - timedelta(days=days - 1 - number) for number in range(days)]
    return [_course(label, [kept.get(day, {}).get(area) for day in span], span) for area, label in AREAS]


def _course(label: Any, values: Sequence[int | None], span: Sequence[date]) -> Course:
    known = [(day, value) for day, value in zip(span, values, strict=True) if value is not None]
    if not known:
        return Course(label, SafeString(""), _("not known yet"))
    (first, before), (last, now) = known[0], known[-1]
    sentence = _("%(first)s: %(before)s; %(last)s: %(now)s") % {
        "first": first.isoformat(), "before": words(before), "last": last.isoformat(), "now": words(now),
    }  # fmt: skip
    if first == last:
        sentence = _("%(last)s: %(now)s") % {"last": last.isoformat(), "now": words(now)}
    return Course(label, chart(values, sentence), sentence)


def chart(values: Sequence[int | None], title: str) -> SafeString:
    """Return a line of the steps left, the leak at the bottom; parts that are not known are left out."""
    parts: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            parts.append([])
        else:
            parts[-1].append((_x(number, len(values)), _y(value)))
    drawn = ((_points(part),) for part in parts if part[1:])
    last = next(point for part in reversed(parts) for point in reversed(part))
    return format_html(
        '<svg class="trend" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"><title>{title}</title>'
        '<line class="leak" x1="0" x2="{w}" y1="{low}" y2="{low}"/>'
        '<line class="grid" x1="0" x2="{w}" y1="{high}" y2="{high}"/>'
        '{lines}<circle class="now" cx="{x}" cy="{y}" r="3"/></svg>',
        w=_WIDTH, h=_HEIGHT, title=title, low=_y(0), high=_y(FAR), x=last[0], y=last[1],
        lines=format_html_join("", '<polyline class="course" points="{}"/>', drawn),
    )  # fmt: skip


def _x(number: int, count: int) -> float:
    return round(_EDGE + number * (_WIDTH - 2 * _EDGE) / max(count - 1, 1), 1)


def _y(value: int) -> float:
    return round(_HEIGHT - _EDGE - value * (_HEIGHT - 2 * _EDGE) / FAR, 1)


def _points(part: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in part)
