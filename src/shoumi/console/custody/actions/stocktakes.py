"""Counting: begun, each label found once, signed off by two; what is missing afterwards opens a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.custody import fields, missing, states
from shoumi.console.custody.actions._base import people
from shoumi.console.custody.actions.carriers import lose, seen_destroyed
from shoumi.console.custody.models import Carrier, Counter, Line, Place, StockTake
from shoumi.console.custody.models.stocktakes import (
    CANCELLED,
    EXPECTED,
    FOUND,
    MISSING,
    MOVED,
    OPEN,
    SIGNED,
    STRANGER,
)
from shoumi.console.custody.rights import COUNTERS, KEEPERS


def expected(unit: Unit, place: Place | None) -> Any:
    """Return what must be in its place: all of a unit and below, or of one place."""
    rows = Carrier.objects.filter(state__in=sorted(states.HERE), unit__path__startswith=unit.path)
    return rows.filter(place=place) if place else rows


class Begin(Action):
    """A counting begins: what should be there now is written down."""

    name = "custody.stocktake.begin"
    label = _("Begin stock-take")
    intro = _("What should be in its place now is written down. What is on loan or carried out is not expected.")
    roles = COUNTERS

    class Input(fields.CustodyForm):
        """Where, and why."""

        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        place = forms.ModelChoiceField(
            Place.objects,
            label=_("Kept in"),
            required=False,
            help_text=_("Left empty: the whole unit and what is below."),
        )
        reason = fields.text(
            _("Occasion"), _("Yearly, after a holiday, hand-over, broken seal."), required=False, most=200
        )

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            unit, place = data.get("unit"), data.get("place")
            if unit and place and not place.unit.path.startswith(unit.path):
                self.add_error("place", _("This place belongs to another unit."))
            return data

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        return (unit.path,) if unit else ()

    def check(self) -> None:
        unit, place = self.data["unit"], self.data["place"]
        if StockTake.objects.filter(unit=unit, place=place, state=OPEN).exists():
            raise Unmet(_("A stock-take of this is running already. Go on with it, or sign it off."))
        if not expected(unit, place).exists():
            raise Unmet(_("Nothing is kept there, so nothing can be counted."))

    def write(self) -> Done:
        take = StockTake.objects.create(number=Counter.next("S"), began_by=self.actor.get_full_name(), **self.data)
        keys = expected(take.unit, take.place).order_by("place__name", "number").values_list("pk", flat=True)
        Line.objects.bulk_create((Line(stock_take=take, carrier_id=key) for key in keys), batch_size=500)
        return Done(
            take, {**people(unit=take.unit, place=take.place, reason=take.reason), "expected": len(keys)}, result=take
        )


class Count(Action):
    """One label was scanned, or one number typed: found, found before, or a stranger."""

    name = "custody.stocktake.count"
    label = _("Count this label")
    roles = COUNTERS
    model = StockTake

    class Input(fields.CustodyForm):
        """What stands on the label."""

        number = fields.text(
            _("Number"), _("Typed, or from the label's code. Letters and digits as they stand there."), most=200,
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "autofocus": True}),
        )  # fmt: skip

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This stock-take is closed."))

    def write(self) -> Done:
        take, typed = self.target, self.data["number"].strip()
        carrier = fields.one_carrier(typed, self.actor.reach(self.roles))
        if carrier is None:
            line, new = take.lines.get_or_create(carrier=None, text=typed[:100], defaults=self._seen(STRANGER))
            return Done(take, {"text": typed[:100], "verdict": STRANGER}, result=(line, new))
        line, new = take.lines.get_or_create(carrier=carrier, defaults=self._seen(STRANGER))
        if line.verdict == EXPECTED:
            new = True
            Line.objects.filter(pk=line.pk).update(**self._seen(FOUND))
            line.refresh_from_db()
        return Done(take, {"number": carrier.number, "verdict": line.verdict}, result=(line, new))

    def _seen(self, verdict: str) -> dict[str, Any]:
        return {"verdict": verdict, "found_at": timezone.now(), "found_by": self.actor.get_full_name()}


class SignOff(Action):
    """The counting ends. What was not found is missing from now on, and a case opens for it."""

    name = "custody.stocktake.sign"
    label = _("Sign off")
    intro = _(
        "Look once more for what was not found. With your signature it is missing: a case opens, and the law gives "
        "24 hours for the report to the authority."
    )
    roles = COUNTERS
    model = StockTake
    sensitive = grave = True

    class Input(fields.CustodyForm):
        """With whom, and what is to be said."""

        everywhere = ("witness",)
        witness = fields.PersonField(label=_("Counted together with"))
        note = fields.reason(_("Note"), required=False)

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This stock-take is closed."))
        if self.data["witness"].pk == getattr(self.actor, "person_id", None):
            raise Unmet(_("The second person is somebody else."))

    def write(self) -> Done:
        take = self.target
        lost = self._lost(take)
        take.state, take.signed_at, take.signed_by = SIGNED, timezone.now(), self.actor.get_full_name()
        take.witness, take.note = self.data["witness"], self.data["note"]
        take.save()
        if lost:
            missing.tell(self, missing.Loss(missing.STOCK_TAKE, lost, take.unit, take, take.note))
        sums = take.sums()
        facts = {key: sums[key] for key in (FOUND, MISSING, MOVED, STRANGER)}
        return Done(take, {**facts, "lost": [one.number for one in lost], **people(witness=take.witness)})

    def _lost(self, take: StockTake) -> list[Carrier]:
        """Mark what was not found: missing if it should still be here, moved if it left while counting."""
        open_lines = take.lines.filter(verdict=EXPECTED)
        rows = Carrier.objects.select_for_update(of=("self",)).select_related("unit", "custodian", "holder")
        carriers = list(rows.filter(pk__in=open_lines.values("carrier_id")))
        seen = seen_destroyed(carriers)
        lost = [one for one in carriers if _still_expected(one, take) and one.pk not in seen]
        why = str(_("not found by stock-take %(number)s") % {"number": take.number})
        for one in lost:
            lose(one, self.actor.get_full_name(), why)
        open_lines.filter(carrier__in=lost).update(verdict=MISSING)
        open_lines.update(verdict=MOVED)
        return lost


def _still_expected(carrier: Carrier, take: StockTake) -> bool:
    """Say whether it should be where the counting looked: in the state and place it had when the counting began."""
    if carrier.state not in states.HERE or not carrier.unit.path.startswith(take.unit.path):
        return False
    return take.place_id is None or carrier.place_id == take.place_id


class CancelCount(Action):
    """A counting that was begun by mistake. It proves nothing."""

    name = "custody.stocktake.cancel"
    label = _("Cancel stock-take")
    roles = KEEPERS
    model = StockTake

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def check(self) -> None:
        if self.target.state != OPEN:
            raise Unmet(_("This stock-take is closed."))

    def write(self) -> Done:
        self.target.state, self.target.note = CANCELLED, self.data["reason"]
        self.target.save()
        return Done(self.target, self.data)
