"""Dates as ISO days and times in the office's zone, the same in every language; fields as they stand in forms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms, template
from django.utils import timezone
from django.utils.html import format_html

register = template.Library()


@register.filter
def day(value: date | None) -> str:
    """Return 2026-11-22, or a dash for nothing."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.filter
def moment(value: datetime | None) -> str:
    """Return 2026-11-22 08:30 in the office's zone, with the exact time for machines."""
    if value is None:
        return "—"
    here = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', here.isoformat(), here.strftime("%Y-%m-%d %H:%M"))


@register.filter
def fact(value: Any) -> Any:
    """Return a fact as people read it: days and times like everywhere, a dash for nothing."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else value


@register.filter
def kind(field: Any) -> str:
    """Return how a form field is laid out: check, radio, file or line."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect):
        return "radio"
    return "file" if isinstance(widget, forms.FileInput) else "line"


@register.filter
def described(field: Any) -> Any:
    """Return the field's input, tied to its hint and errors for screen readers."""
    ids = [f"{field.auto_id}-hint"] if field.help_text else []
    if field.errors:
        ids.append(f"{field.auto_id}-error")
    attributes = {"aria-describedby": " ".join(ids)} if ids else {}
    return field.as_widget(attrs=attributes)


@register.filter
def deed(name: str) -> Any:
    """Return an action's name in words."""
    from shoumi.console.audit.views import words

    return words(name)
