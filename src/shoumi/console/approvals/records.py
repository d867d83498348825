"""The printed form of a request: what is asked, its facts, who signed, who refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.approvals import mine, showing
from shoumi.console.approvals.flow import registry
from shoumi.console.approvals.models import Request
from shoumi.console.approvals.standing import ever
from shoumi.console.records import Facts, Record, Signature, Signatures, Table, Text


class Approval(Record):
    """A request with its decisions. Who may read the request may issue it."""

    name = "approvals.request"
    title = gettext_lazy("Approval form")
    model = Request

    def rows(self) -> Any:
        return Request.objects.select_related("unit", "applicant__person").filter(flow__in=registry())

    def may(self, user: Any, thing: Any) -> bool:
        if mine.readable(user).filter(pk=thing.pk).exists():
            return True
        return user.pk in ever(thing, registry()[thing.flow])

    def heading(self, thing: Any) -> Any:
        return _("Approval form: %(what)s") % {"what": registry()[thing.flow].label}

    def level(self, thing: Any) -> Any:
        return showing.level(thing, registry()[thing.flow])

    def reference(self, thing: Any) -> str:
        return f"A-{thing.pk}"

    def back(self, thing: Any) -> str:
        return reverse("approvals:request", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterator[Any]:
        about = showing.about(thing, registry()[thing.flow])
        yield Text(about.sentence)
        facts = [
            (_("Asked by"), thing.applicant.get_full_name()),
            (_("Asked"), thing.asked),
            (_("State"), thing.get_state_display()),
            (_("Used"), thing.spent),
            (_("Reason"), thing.reason),
            (_("Clause"), about.clause),
            (_("Digest of what was approved (SHA-256)"), thing.digest),
        ]
        yield Facts([(label, value) for label, value in facts if value])
        yield Facts(about.facts, title=_("What is asked"))
        yield Signatures([place for line in about.lines for place in _places(line)], title=_("Signatures"))
        if about.notes:
            head = (_("Who"), _("Time"), _("Decision"), _("Reason"))
            rows = [(n.user.get_full_name(), n.at, n.get_verdict_display(), n.reason) for n in about.notes]
            yield Table(head, rows, title=_("Returned or refused"), widths=(3, 3, 2, 8))


def _places(line: showing.Line) -> Iterator[Signature]:
    """Yield one place for each signature given, or an empty one for the step."""
    for one in line.signed:
        yield Signature(line.label, one.user.get_full_name(), one.at, one.reason or _("signed with password and code"))
    if not line.signed:
        yield Signature(line.label, note=line.who)
