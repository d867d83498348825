"""Findings as pages show them: names of rules, reasons, places."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from shoumi.console.findings import words
from shoumi.console.findings.models.found import AREAS, CATEGORIES, RANKS, REASONS, SEVERITIES

register = template.Library()
_TONES = {0: "seal", 1: "amber", 2: "", 3: "", 4: ""}


@register.filter
def rulename(rule: str) -> str:
    """Return the name of a rule."""
    return words.rule(rule)


@register.filter
def tone(rank: int) -> str:
    """Return the colour of a severity: red for critical, amber for high, none below."""
    return _TONES.get(rank, "")


@register.filter
def severity(rank: Any) -> Any:
    """Return a severity's word, by its rank or by its name in the contract."""
    words: dict[Any, Any] = dict(RANKS)
    return words.get(SEVERITIES.index(rank) if rank in SEVERITIES else rank, rank)


@register.filter
def areaname(area: str) -> Any:
    """Return the name of an area."""
    return dict(AREAS).get(area, "")


@register.filter
def categoryname(category: str) -> Any:
    """Return the name of a category."""
    return dict(CATEGORIES).get(category, category)


@register.filter
def reasonname(reason: str) -> Any:
    """Return the name of a gap's reason."""
    return dict(REASONS).get(reason, reason)


@register.filter
def gapmeans(reason: str) -> str:
    """Return what a gap means, and what to do."""
    what, then = words.gap(reason)
    return f"{what} {then}".strip()


@register.filter
def place(locator: dict[str, Any]) -> str:
    """Return where in a file something stands, in words."""
    names = {
        "page": _("page %(n)s"), "slide": _("slide %(n)s"), "sheet": _("sheet %(n)s"), "cell": _("cell %(n)s"),
        "line": _("line %(n)s"), "message": _("message %(n)s"), "offset": _("byte %(n)s"),
    }  # fmt: skip
    said = [names[name] % {"n": locator[name]} for name in names if name in locator]
    if locator.get("part") == "name":
        said.append(_("in the file's name"))
    elif "part" in locator:
        said.append(str(locator["part"]))
    return ", ".join(said)


@register.filter
def trail(steps: list[dict[str, str]]) -> str:
    """Return the way into a file as one line."""
    return "!".join(step["name"] for step in steps)


@register.filter
def lastname(path: str) -> str:
    """Return the last name of a path."""
    return path.rstrip("/").rpartition("/")[2] or path


@register.filter
def folder(path: str) -> str:
    """Return the path before the last name."""
    return path.rstrip("/").rpartition("/")[0]
