"""Issuing a record, and taking an issued one again. A record is a carrier: both leave an entry in the trail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Denied, Done, Gone, Unmet
from shoumi.console.records import issuing
from shoumi.console.records.models import KINDS, Issue, Kept
from shoumi.console.records.reading import readable
from shoumi.console.records.record import find


class IssueRecord(Action):
    """A record leaves as a numbered file. Who may is said by the record itself, for this very thing."""

    name = "records.issue"
    label = _("Issue record")
    personal = True

    class Input(ActionForm):
        """Which record, about what, in which form."""

        record = forms.CharField(max_length=100)
        key = forms.CharField(max_length=60)
        form = forms.ChoiceField(choices=KINDS)
        base = forms.CharField(max_length=200, required=False)

    def check(self) -> None:
        record = find(self.data["record"])
        thing = record.find(self.data["key"]) if record else None
        if record is None or thing is None:
            raise Gone
        if not record.may(self.actor, thing):
            raise Denied
        if self.data["form"] not in record.forms:
            raise Unmet(gettext("This record is not made in this form."))
        self.record, self.thing = record, thing

    def write(self) -> Done:
        made = issuing.issue(self.record, self.thing, self.data["form"], by=self.actor, base=self.data["base"])
        return Done(self.thing, _facts(made), result=made)


class FetchIssue(Action):
    """An issued record is taken again, as it was issued."""

    name = "records.fetch"
    label = _("Take issued record again")
    personal = True
    model = Issue

    def owner(self) -> Any:
        """Return the actor when they may read it."""
        me = self.actor.pk
        return me if readable(self.actor).filter(pk=self.target.pk).exists() else None

    def check(self) -> None:
        self.kept = Kept.objects.filter(issue=self.target).first()
        if self.kept is None:
            raise Unmet(gettext("Only the number and the digest of this file were kept."))

    def write(self) -> Done:
        return Done(self.target, _facts(self.target), result=bytes(self.kept.data))


def _facts(made: Issue) -> dict[str, Any]:
    return {
        "number": made.number, "record": made.name, "form": made.form, "level": made.level, "sha256": made.digest,
        "language": made.language,
    }  # fmt: skip
