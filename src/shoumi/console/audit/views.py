"""The pages of the audit trail: search, one entry, checkpoints and keys."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action, registry
from shoumi.console.audit import stored, verify
from shoumi.console.audit.actions import AddCheckpoint, EnrolKey, WithdrawKey
from shoumi.console.audit.models import OUTCOMES, REFUSED, Checkpoint, Entry, SigningKey
from shoumi.console.lists import Column, Filter, ListPage, pairs
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import AUDIT, OFFICER

_EVENTS = {"accounts.signin": gettext_lazy("Sign in"), "accounts.signout": gettext_lazy("Sign out")}

DOORS = {
    "page": gettext_lazy("a page"),
    "api": gettext_lazy("the interface for programs"),
    "command": gettext_lazy("the command line"),
    "machine": gettext_lazy("the machine itself"),
}


def words(name: str) -> Any:
    """Return an action in words; its name, when no installed room knows it."""
    action: type[Action] | None = registry().get(name)
    return action.label if action else _EVENTS.get(name, name)


def _kinds(_user: Any) -> list[tuple[str, Any]]:
    return [*((name, action.label) for name, action in registry().items()), *_EVENTS.items()]


class Entries(ListPage):
    """The trail: all of it for the audit administrator, that of their units for secrecy officers."""

    name = "audit.entries"
    title = gettext_lazy("Audit trail")
    template = "audit/entries.html"
    roles = frozenset({AUDIT, OFFICER})
    search = ("actor", "actor_name", "subject_name", "facts", "address")
    also = ("from", "to")
    order = ("-seq",)
    empty = gettext_lazy("Everything that is changed here leaves an entry: who, what, when. None matches.")
    columns = (
        Column("seq", gettext_lazy("No."), lambda e: e.seq, "seq", "number"),
        Column("at", gettext_lazy("Time"), lambda e: e.at, "at", "moment"),
        Column("who", gettext_lazy("Who"), lambda e: f"{e.actor_name} ({e.actor})", "actor"),
        Column("what", gettext_lazy("Action"), lambda e: words(e.action), "action"),
        Column("subject", gettext_lazy("Subject of the entry"), lambda e: e.subject_name, "subject_name"),
        Column("outcome", gettext_lazy("Outcome"), lambda e: e.get_outcome_display(), "outcome", "badge",
               tone=lambda e: "amber" if e.outcome == REFUSED else "jade"),
        Column("door", gettext_lazy("Through"), lambda e: DOORS.get(e.door, e.door), "door", shown=False),
        Column("address", gettext_lazy("From address"), lambda e: e.address, "address", shown=False),
        Column("facts", gettext_lazy("Facts"), lambda e: e.facts, shown=False),
        Column("digest", gettext_lazy("Digest"), lambda e: e.digest, shown=False),
    )  # fmt: skip
    filters = (
        Filter("outcome", gettext_lazy("Outcome"), pairs(OUTCOMES), lambda rows, value: rows.filter(outcome=value)),
        Filter("action", gettext_lazy("Action"), _kinds, lambda rows, value: rows.filter(action=value)),
    )

    def rows(self) -> QuerySet:
        rows = Entry.objects.filter(self.request.user.reach(self.roles).within("unit"))
        zone = timezone.get_current_timezone()
        first, last = (_day(self.request.GET.get(key, "")) for key in ("from", "to"))
        if first:
            rows = rows.filter(at__gte=datetime.combine(first, time.min, zone))
        if last:
            rows = rows.filter(at__lte=datetime.combine(last, time.max, zone))
        return rows

    def address(self, row: Any) -> str:
        return reverse("audit:entry", args=(row.pk,))


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


class OneEntry(Page):
    """All of one entry, and its place in the chain."""

    roles = frozenset({AUDIT, OFFICER})

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        del request
        entry = self.see(Entry.objects, pk, "unit")
        facts = json.loads(entry.facts) if entry.facts else {}
        return self.show(
            "audit/entry.html",
            entry=entry,
            facts=facts,
            what=words(entry.action),
            door=DOORS.get(entry.door, entry.door),
        )


class Checkpoints(Page):
    """Keys, checkpoints, and which entries none covers."""

    roles = frozenset({AUDIT})

    def get(self, request: HttpRequest) -> HttpResponse:
        checked = self._verify() if "verify" in request.GET else None
        head, _digest = stored.head()
        last = Checkpoint.objects.first()
        return self.show(
            "audit/checkpoints.html",
            keys=SigningKey.objects.all(),
            points=Checkpoint.objects.all()[:50],
            head=head,
            covered=last.seq if last else 0,
            triggers=stored.missing_triggers(),
            checked=checked,
        )

    def _verify(self) -> verify.Verdict:
        """Check the whole chain here and now; the command line says the same from outside."""
        return verify.verify(stored.rows(), stored.checkpoints(), stored.enrolled())


class _KeyPage(ActionPage):
    def address(self, done: Any) -> str:
        del done
        return reverse("audit:checkpoints")

    def back(self, act: Action) -> str:
        return self.address(act)


class Enrol(_KeyPage):
    """Enrol a key."""

    action = EnrolKey


class Withdraw(_KeyPage):
    """Withdraw a key."""

    action = WithdrawKey


class Add(_KeyPage):
    """Add a checkpoint."""

    action = AddCheckpoint
