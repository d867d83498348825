"""The office's own limits for carriers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, Done, changes
from shoumi.console.custody import fields
from shoumi.console.custody.models import Policy
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import MARKED

_NUMBERS = ("loan_days", "review_months", "notice_days", "stock_months")


class ChangePolicy(Action):
    """Other limits; only for who answers for the topmost unit."""

    name = "custody.policy.change"
    label = _("Change rules for carriers")
    roles = KEEPERS

    class Input(fields.CustodyForm):
        """All limits."""

        ticket_from = forms.ChoiceField(
            label=_("Phone-locker ticket from this level up"), choices=MARKED,
            help_text=_("Who borrows a carrier of this level or above has locked the phone away first."),
        )  # fmt: skip
        loan_days = forms.IntegerField(label=_("A loan lasts at most (days)"), min_value=1, max_value=365)
        review_months = forms.IntegerField(
            label=_("Every carrier is reviewed after (months)"),
            min_value=1,
            max_value=12,
            help_text=_("At least yearly."),
        )
        notice_days = forms.IntegerField(
            label=_("The end of a term is announced (days before)"), min_value=1, max_value=365
        )
        stock_months = forms.IntegerField(label=_("Every unit is counted after (months)"), min_value=1, max_value=24)

    def units(self) -> Iterable[str]:
        return (Policy.current().unit_path,)

    def initial(self) -> dict[str, Any]:
        policy = Policy.current()
        return {name: getattr(policy, name) for name in ("ticket_from", *_NUMBERS)}

    def write(self) -> Done:
        policy = Policy.current()
        changed = changes(policy, self.data)
        policy.save()
        return Done(policy, changed)
