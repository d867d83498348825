"""The one flow of this room itself: a request in words, for what no other room has a form for."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.approvals.flow import Flow, Step, leader_of_unit, role
from shoumi.console.levels import NAMES
from shoumi.console.roles import OFFICER


def facts(matter: Any) -> dict[str, Any]:
    """Return what is approved: every word of it."""
    return {"title": matter.title, "text": matter.text, "level": matter.level}


MATTER: Final = Flow(
    name="approvals.matter",
    label=_("General request"),
    sentence=_("Whether “%(title)s” may be done."),
    steps=(Step(_("Leader of the unit"), leader_of_unit), Step(_("Secrecy office"), role(OFFICER))),
    days=3,
    facts=facts,
    words={"title": _("Subject"), "text": _("What is proposed"), "level": _("Level")},
    values={"level": lambda key: NAMES.get(key, key)},
    page=lambda matter: reverse("approvals:matter", args=(matter.pk,)),
    level=lambda matter: matter.level,
)
