"""Level and term: changed by decision, ended, reviewed every year; copies follow their original."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.action import Done, Unmet
from shoumi.console.custody import fields, states, terms
from shoumi.console.custody.actions._base import CarrierAction
from shoumi.console.custody.models import Carrier, Descent
from shoumi.console.custody.models.carriers import COPY
from shoumi.console.levels import MARKED, OPEN


def family(carrier: Carrier) -> list[Carrier]:
    """Return a carrier and all copies of it that are still alive, copies of copies too."""
    found, layer = [carrier], [carrier]
    while layer:
        rows = Carrier.objects.filter(parents__parent__in=layer, parents__how=COPY, state__in=sorted(states.LIVE))
        layer = list(rows.exclude(pk__in=[one.pk for one in found]).select_related("unit").distinct())
        found += layer
    return found


def derived(carriers: Iterable[Carrier]) -> Any:
    """Return what was excerpted or compiled from some carriers and is still alive."""
    links = Descent.objects.filter(parent__in=list(carriers)).exclude(how=COPY)
    return Carrier.objects.filter(pk__in=links.values("child"), state__in=sorted(states.LIVE)).select_related("unit")


def floor(carrier: Carrier) -> tuple[str, terms.Term]:
    """Return the least level and term that a carrier's living or ended sources ask for."""
    sources = [link.parent for link in carrier.parents.select_related("parent")]
    marked = [one for one in sources if one.level != OPEN]
    return levels.highest(one.level for one in marked), terms.longest(marked) if marked else terms.Term()


class _Decision(CarrierAction):
    """A decision about an original; its copies follow, and what was made from it is marked for a look."""

    sensitive = True
    step = "level"
    copies: list[Carrier]

    def units(self) -> Iterable[str]:
        return (self.target.unit.path,)

    def check(self) -> None:
        super().check()
        if self.target.parents.filter(how=COPY).exists():
            original = self.target.original
            raise Unmet(_("This is a copy. Decide about the original, %(number)s; its copies follow.")
                        % {"number": original.number})  # fmt: skip
        self.copies = family(self.target)

    def spread(self, **values: Any) -> list[str]:
        """Write the decision on the original and its copies, and let it rise into what was made from them."""
        for one in self.copies:
            for name, value in values.items():
                setattr(one, name, value)
        Carrier.objects.bulk_update(self.copies, list(values))
        self.target.refresh_from_db()
        below = derived(self.copies)
        below.update(check_source=True)
        for child in below:
            raise_to(child)
        return [one.number for one in self.copies[1:]]


def raise_to(child: Carrier) -> None:
    """Raise what was made from others to the highest level among them, and its term to the longest (1990 rule)."""
    least, term = floor(child)
    if least == OPEN:
        return
    higher = not levels.at_least(child.level, least)
    longer = child.until is not None and (term.until is None or term.until > child.until)
    if higher:
        child.level = least
    if (longer or higher) and child.until is not None:
        child.until, child.condition = term.until, term.condition or child.condition
        child.term = child.until.isoformat() if child.until else child.condition[:60]
    if higher or longer:
        child.check_source = True
        child.save()
        for one in [*family(child)[1:], *derived([child])]:
            raise_to(one)


class ChangeLevel(_Decision):
    """Another level or term, by decision of the originator or a superior."""

    name = "custody.carrier.level"
    label = _("Change level or term")
    intro = _(
        "Only the originator or a superior decides. Strike the old mark visibly on every copy and write the new one "
        "beside it; copies follow here by themselves."
    )

    class Input(fields.CustodyForm):
        """The new mark and the decision behind it."""

        level = forms.ChoiceField(label=_("Level"), choices=MARKED)
        term = fields.text(
            _("Term"), _("Counted from the date of issue. Left empty: the longest the law allows."), required=False,
            most=60,
        )  # fmt: skip
        basis = fields.text(_("Decision"), _("Who decided, when, under which number."))

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("level"):
                data["end"] = terms.read(data.get("term") or "", data["level"], self.target.issued_on)
            return data

    def initial(self) -> dict[str, Any]:
        return {"level": self.target.level, "term": self.target.term}

    def check(self) -> None:
        super().check()
        least, _term = floor(self.target)
        if not levels.at_least(self.data["level"], least):
            raise Unmet(_("Its sources are %(level)s: what was made from them is not lower.")
                        % {"level": levels.NAMES[least]})  # fmt: skip
        end = self.data["end"].until
        if end and end < timezone.localdate():
            raise Unmet(_("This term is over already. Declassify instead."))
        if self.target.until and self.target.until < timezone.localdate() and self.target.level != OPEN:
            raise Unmet(_("The term is over, and only a running term is extended. Declassify this carrier."))

    def write(self) -> Done:
        before = {"level": self.target.level, "term": self.target.term}
        end = self.data["end"]
        copies = self.spread(
            level=self.data["level"], term=self.data["term"], until=end.until, condition=end.condition,
            basis=self.data["basis"], declassified_on=None, check_source=False,
        )  # fmt: skip
        facts = {"level": [before["level"], self.data["level"]], "term": [before["term"], self.data["term"]]}
        return Done(self.target, {**facts, "basis": self.data["basis"], "copies": copies})


class Declassify(_Decision):
    """A carrier needs no level any more: its term is over, or who may decide has ended it."""

    name = "custody.carrier.declassify"
    label = _("Declassify")
    intro = _(
        "Stamp “declassified” on the carrier and on every copy. What was made from it stays as it is, for a look."
    )
    grave = True

    class Input(fields.CustodyForm):
        """The decision, or the end of the term."""

        basis = fields.reason(
            _("Decision"), _("Who decided, when, under which number; or that the term has ended and was not extended.")
        )

    def check(self) -> None:
        super().check()
        if self.target.level == OPEN:
            raise Unmet(_("This carrier has no level any more."))
        least, _term = floor(self.target)
        if least != OPEN:
            raise Unmet(_("Its sources still are %(level)s. Declassify them first.") % {"level": levels.NAMES[least]})

    def write(self) -> Done:
        before, today = self.target.level, timezone.localdate()
        copies = self.spread(level=OPEN, declassified_on=today, reviewed_on=today, check_source=False)
        return Done(self.target, {"level": [before, OPEN], "basis": self.data["basis"], "copies": copies})


class Review(CarrierAction):
    """The yearly review: level and term are still right. What is not goes to the two actions above."""

    name = "custody.carrier.review"
    label = _("Record review")
    intro = _(
        "Every carrier is reviewed each year: is the level still right, and the term? (State Secrets Law, art 24)"
    )
    step = "review"

    class Input(fields.CustodyForm):
        """What came out."""

        result = fields.reason(_("Result"), _("Why it keeps its level and term."))

    def check(self) -> None:
        super().check()
        if self.target.level == OPEN:
            raise Unmet(_("This carrier has no level any more."))
        if self.target.until and self.target.until < timezone.localdate():
            raise Unmet(_("The term is over: declassify it."))

    def write(self) -> Done:
        self.target.reviewed_on, self.target.check_source = timezone.localdate(), False
        self.target.save()
        left = (self.target.until - timezone.localdate()) if self.target.until else timedelta()
        return Done(self.target, {**self.data, "days_left": left.days})
