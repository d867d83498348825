"""What needs the responsible approver: that a manuscript, with every decision about it, may be cleared for print.

The reviewer asks when everything is decided; the compiler is whom it is about and cannot sign; the approver signs.
"""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.approvals import Flow, Step, any_of, role
from shoumi.console.approvals.models import LAPSED, OPEN, Request
from shoumi.console.areas.compilation.models import APPROVING, Manuscript
from shoumi.console.roles import APPROVER, LEADER


def facts(thing: Manuscript) -> dict[str, Any]:
    """Return what is approved, as long as it waits for approval; afterwards nothing is."""
    return thing.snapshot() if thing.state == APPROVING else {}


CLEAR: Final = Flow(
    name="compilation.clear",
    label=_("Clear a manuscript for print"),
    sentence=_("Clear version %(version)s of “%(title)s” (%(number)s) for print: %(items)s places were decided."),
    clause=_("Implementing Regulations of the State Secrets Law, article 42 (reviewed first, item by item)"),
    steps=(Step(_("Responsible approver"), any_of(role(APPROVER), role(LEADER))),),
    facts=facts,
    words={
        "number": _("Number"), "title": _("Title"), "version": _("Version"), "items": _("Places decided"),
        "level": _("Inherited level"), "term": _("Inherited term"), "sha256": _("Digest of the file (SHA-256)"),
        "decisions": _("Digest of the reviewer's decisions (SHA-256)"),
    },
    about=lambda thing: thing.compiler.person,
    page=lambda thing: reverse("compilation:manuscript", args=(thing.pk,)),
    level=lambda thing: thing.level,
)  # fmt: skip


def lapse(thing: Manuscript, why: Any) -> None:
    """Let what was asked or granted lapse: the manuscript changed, or came back."""
    rows = Request.objects.filter(flow=CLEAR.name, kind=thing._meta.label_lower, key=str(thing.pk), state__in=OPEN)
    rows.update(state=LAPSED, why=str(why)[:500])
