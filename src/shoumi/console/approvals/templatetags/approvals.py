"""The way from a thing's page to the request that it waits for."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.translation import gettext as _

from shoumi.console.approvals import mine
from shoumi.console.approvals.asking import State

register = template.Library()


@register.simple_tag(takes_context=True)
def request_link(context: Context, state: State) -> str:
    """Return a link to the request, for whoever may read it; else nothing."""
    if state.request is None or not mine.may_read(context["user"], state.request):
        return ""
    return format_html(' <a href="{}">{}</a>', state.address, _("Request"))
