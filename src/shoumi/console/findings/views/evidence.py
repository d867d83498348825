"""Reveals: asked by one, agreed by another, looked at by both; who is enrolled."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action
from shoumi.console.findings.actions import evidence
from shoumi.console.findings.models import Evidence, Keyholder, Reveal
from shoumi.console.lists import Column, ListPage
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import APPROVER, AUDIT, LEADER, OFFICER, SECURITY

KEYS = frozenset({OFFICER, LEADER, APPROVER, SECURITY, AUDIT})
STEPS: dict[str, type[Action]] = {
    "agree": evidence.AgreeReveal, "refuse": evidence.RefuseReveal, "look": evidence.LookAgain,
}  # fmt: skip


class Keys(ListPage):
    """Who is enrolled for reveals."""

    name = "findings.keys"
    title = gettext_lazy("Enrolled for reveals")
    roles = KEYS
    search = ("user__username", "user__person__name")
    order = ("until", "-since")
    exports = False
    empty = gettext_lazy("Two enrolled persons together can see what is masked. Nobody is enrolled yet.")
    columns = (
        Column("user", gettext_lazy("Person"), lambda k: k.user.person.name, "user__person__name"),
        Column("unit", gettext_lazy("Unit"), lambda k: k.user.person.unit.name, "user__person__unit__name"),
        Column("since", gettext_lazy("Since when"), lambda k: k.since, "since", "moment"),
        Column("until", gettext_lazy("Withdrawn"), lambda k: k.until, "until", "moment"),
    )

    def rows(self) -> QuerySet:
        reach = self.request.user.reach(self.roles)
        return Keyholder.objects.filter(reach.within("user__person__unit__path")).select_related("user__person__unit")

    def address(self, row: Any) -> str:
        may = self.request.user.may_act(evidence.WithdrawKey) and row.until is None
        return reverse("findings:key-withdraw", args=(row.pk,)) if may else ""

    def steps(self) -> list[tuple[Any, str]]:
        mine = evidence.holder(self.request.user)
        may = self.request.user.may_act(evidence.Enrol) and mine is None
        return [(_("Enrol for reveals"), reverse("findings:key-enrol"))] if may else []


class _Form(ActionPage):
    def back(self, act: Action) -> str:
        del act
        return reverse("findings:keys")

    def address(self, done: Any) -> str:
        del done
        return reverse("findings:keys")


class KeyEnrol(_Form):
    """Enrol."""

    action = evidence.Enrol


class KeyWithdraw(_Form):
    """Withdraw."""

    action = evidence.WithdrawKey


class PlaceKeep(ActionPage):
    """Keep evidence."""

    action = evidence.Keep

    def address(self, done: Any) -> str:
        return reverse("findings:finding", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:finding", args=(act.target.finding_id,))


class RevealAsk(ActionPage):
    """Ask to reveal."""

    action = evidence.AskReveal
    template = "findings/ask.html"

    def address(self, done: Any) -> str:
        return reverse("findings:reveal", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:finding", args=(act.target.finding_id,))

    def more(self, act: Action) -> dict[str, Any]:
        return {"place": act.target, "kept": Evidence.objects.filter(occurrence=act.target).exists()}


class OneReveal(Page):
    """A reveal: who asked, why, who agreed, who looked."""

    roles = evidence.HOLDERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Reveal.objects.select_related(
            "occurrence__finding__unit", "asked_by__person", "agreed_by__person", "occurrence__evidence"
        )
        reveal = self.see(rows, pk, "occurrence__finding__unit__path")
        mine = request.user.pk == reveal.asked_by_id
        open_now = reveal.agreed is not None and not reveal.refused and reveal.agreed >= timezone.now() - evidence.SHOWN
        waits = reveal.agreed is None and reveal.refused is None and reveal.asked >= timezone.now() - evidence.WAITS
        return self.show(
            "findings/reveal.html",
            reveal=reveal,
            kept=Evidence.objects.filter(occurrence=reveal.occurrence).exists(),
            looks=reveal.looks.all(),
            waits=waits,
            agree=waits and not mine,
            look=open_now and request.user.pk in (reveal.asked_by_id, reveal.agreed_by_id),
        )


class RevealStep(ActionPage):
    """Agree, refuse, look. What is revealed is in the answer to this one request and nowhere else."""

    template = "findings/ask.html"

    def dispatch(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        self.action = STEPS[options["step"]]  # type: ignore[misc]
        return super().dispatch(request, *arguments, **options)

    def after(self, done: Any) -> HttpResponse:
        if done.result is None:
            return super().after(done)
        return self.show("findings/revealed.html", reveal=done.thing, text=done.result)

    def address(self, done: Any) -> str:
        return reverse("findings:reveal", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("findings:reveal", args=(act.target.pk,))

    def more(self, act: Action) -> dict[str, Any]:
        occurrence = act.target.occurrence
        return {
            "place": occurrence,
            "kept": Evidence.objects.filter(occurrence=occurrence).exists(),
            "asked": act.target,
        }
