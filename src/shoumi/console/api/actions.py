"""Tokens: made by who will answer for them, ended by them or by the security administrator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.api import scopes, tokens
from shoumi.console.api.models import Token
from shoumi.console.roles import SECURITY


class MakeToken(Action):
    """A token for a program, with some of one's own rights, for some time."""

    name = "api.token.make"
    label = _("Make token")
    intro = _(
        "A program that holds it acts in your name, as far as you choose here. It is shown once. Sensitive steps ask "
        "the program for a one-time code of yours as well."
    )
    personal = sensitive = True

    class Input(ActionForm):
        """Name, scopes, days."""

        name = forms.CharField(
            label=_("Name of the token"), max_length=100, help_text=_("Which program, on which machine.")
        )
        scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)
        days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=365, initial=90)

        def limit(self) -> None:
            actor = self.action.actor
            self.fields["scopes"].choices = scopes.choices(actor) if hasattr(actor, "holds") else []

    def initial(self) -> dict[str, Any]:
        return {"days": 90, "scopes": [scopes.READ]}

    def write(self) -> Done:
        secret, data = tokens.fresh(), self.data
        token = Token.objects.create(
            user=self.actor, name=data["name"], digest=tokens.digest(secret), hint=secret[:12],
            scopes=sorted(data["scopes"]), until=timezone.now() + timedelta(days=data["days"]),
        )  # fmt: skip
        facts = {"name": token.name, "begins": token.hint, "scopes": token.scopes, "until": token.until.isoformat()}
        return Done(token, facts, secret)


class EndToken(Action):
    """One's own token opens nothing from now on."""

    name = "api.token.end"
    label = _("End token")
    intro = _("It opens nothing from this moment on.")
    personal = True
    model = Token

    def check(self) -> None:
        _living(self.target)

    def write(self) -> Done:
        return _end(self.target, {})


class WithdrawToken(Action):
    """Somebody's token opens nothing from now on."""

    name = "api.token.withdraw"
    label = _("Withdraw token")
    intro = _("It opens nothing from this moment on.")
    roles = frozenset({SECURITY})
    model = Token

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return (self.target.unit_path,)

    def check(self) -> None:
        _living(self.target)

    def write(self) -> Done:
        return _end(self.target, self.data)


def _living(token: Token) -> None:
    if token.ended:
        raise Unmet(_("This token has ended already."))


def _end(token: Token, facts: dict[str, Any]) -> Done:
    token.ended = timezone.now()
    token.save(update_fields=["ended"])
    return Done(token, {**facts, "name": token.name, "begins": token.hint, "account": token.user.username})
