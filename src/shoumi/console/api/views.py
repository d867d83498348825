"""The pages about tokens: which there are, making one, ending one. The interface itself is in ``doors``."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action, Gone
from shoumi.console.api import scopes
from shoumi.console.api.actions import EndToken, MakeToken, WithdrawToken
from shoumi.console.api.models import Token
from shoumi.console.api.problems import Problem, answer
from shoumi.console.audit.models import Entry
from shoumi.console.lists import Column, Filter, ListPage, yes_no
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import SECURITY


def visible(user: Any) -> QuerySet:
    """Return one's own tokens; for the security administrator those of everybody they reach."""
    rows, reach = Token.objects.select_related("user__person__unit"), user.reach({SECURITY})
    if reach.everywhere:
        return rows
    return rows.filter(Q(user=user.pk) | reach.within("user__person__unit__path"))


def _state(token: Token) -> tuple[Any, str]:
    if token.ended:
        return _("no longer valid"), ""
    return (_("valid"), "jade") if token.alive(timezone.now()) else (_("run out"), "")


def _living(rows: QuerySet, value: str) -> QuerySet:
    alive = Q(ended=None, until__gte=timezone.now())
    return rows.filter(alive) if value == "yes" else rows.exclude(alive)


class Tokens(ListPage):
    """Tokens: one's own, or everybody's for the security administrator."""

    name = "api.tokens"
    title = gettext_lazy("Tokens for programs")
    template = "api/tokens.html"
    anybody = True
    search = ("name", "user__username", "hint")
    order = ("-made",)
    empty = gettext_lazy("A token lets a program act in your name, as far as you choose. There is none yet.")
    columns = (
        Column("name", gettext_lazy("Name of the token"), lambda t: t.name, "name"),
        Column("account", gettext_lazy("Account"), lambda t: str(t.user), "user__username"),
        Column("hint", gettext_lazy("Begins with"), lambda t: t.hint),
        Column("made", gettext_lazy("Made"), lambda t: t.made, "made", "moment"),
        Column("until", gettext_lazy("Valid until"), lambda t: t.until, "until", "moment"),
        Column("used", gettext_lazy("Last used"), lambda t: t.used, "used", "moment"),
        Column("state", gettext_lazy("State"), lambda t: _state(t)[0], "ended", "badge", tone=lambda t: _state(t)[1]),
    )
    filters = (
        Filter(
            "valid", gettext_lazy("State"), yes_no(gettext_lazy("valid"), gettext_lazy("ended or run out")), _living
        ),
    )

    def rows(self) -> QuerySet:
        return visible(self.request.user)

    def address(self, row: Any) -> str:
        return reverse("api:token", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Make token"), reverse("api:token-make"))]


class OneToken(Page):
    """One token: whose, for what, until when."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        token = visible(request.user).filter(pk=pk).first()
        if token is None:
            raise Gone
        words, tone = _state(token)
        names = dict(scopes.choices(token.user))
        history = Entry.objects.filter(subject=f"api.token:{pk}")[:30]
        return self.show(
            "api/token.html",
            token=token,
            words=words,
            tone=tone,
            scopes=[(name, names.get(name, "")) for name in token.scopes],
            mine=token.user_id == request.user.pk,
            history=history,
        )


class TokenMake(ActionPage):
    """Make one; it is shown once."""

    action = MakeToken

    def after(self, done: Any) -> HttpResponse:
        return render(self.request, "api/made.html", {"token": done.thing, "secret": done.result})

    def back(self, act: Action) -> str:
        del act
        return reverse("api:tokens")


class _Ending(ActionPage):
    def address(self, done: Any) -> str:
        return reverse("api:token", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("api:token", args=(act.target.pk,))


class TokenEnd(_Ending):
    """End one's own."""

    action = EndToken


class TokenWithdraw(_Ending):
    """End another's."""

    action = WithdrawToken


def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for an address below the interface that does not exist."""
    del rest
    return answer(request, Problem("missing"))
