"""Carriers enter the ledger, change their facts, go to the archive, are missing and found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet, changes, plain
from shoumi.console.custody import fields, missing, terms
from shoumi.console.custody.actions._base import CarrierAction, cleared, people
from shoumi.console.custody.models import KINDS, Carrier, Counter, Loan, Place
from shoumi.console.custody.models.carriers import PAPER
from shoumi.console.custody.models.lists import SEALS, UNSEALED
from shoumi.console.custody.models.loans import CLOSED, OPEN
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import MARKED, TOP

_FACTS = ("title", "document", "origin", "pages", "serial", "scope", "basis")


class FactsForm(fields.CustodyForm):
    """What describes a carrier, but its level and who has it."""

    title = fields.text(_("Title"))
    document = fields.text(_("Document number"), required=False, most=100)
    origin = fields.text(_("Originator"), _("The organisation whose document it is."), required=False, most=200)
    pages = forms.IntegerField(label=_("Pages"), required=False, min_value=1, max_value=100_000)
    serial = fields.text(_("Serial number of the medium"), _("Of a disc or a USB stick."), required=False, most=100)
    scope = fields.text(_("Who may know"), _("By name where possible, otherwise by post."), required=False)
    basis = fields.text(_("Basis"), _("The clause or decision that gives it its level."), required=False)


class CarrierForm(FactsForm):
    """All of a new carrier."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, initial=PAPER)
    level = forms.ChoiceField(label=_("Level"), choices=(("", _("Please choose")), *MARKED))
    issued_on = fields.day(_("Date of issue"), _("The term runs from this day."), required=True)
    term = fields.text(
        _("Term"),
        _("As it is marked: 10年, 6个月, a day, or a condition. Left empty: the longest the law allows."),
        required=False,
        most=60,
    )
    copies = forms.IntegerField(
        label=_("Number of copies"), min_value=1, max_value=200, initial=1, required=False,
        help_text=_("Each copy becomes a carrier of its own, with its own number."),
    )  # fmt: skip
    number = fields.text(
        _("Ledger number"), _("Left empty: the next number. Copies get -01, -02 behind it."), required=False, most=50
    )
    first_copy = forms.IntegerField(
        label=_("First copy number"), min_value=1, max_value=999_999, required=False,
        help_text=_("The six digits at the top left of the first copy."),
    )  # fmt: skip
    unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
    custodian = fields.PersonField(label=_("Custodian"))
    place = forms.ModelChoiceField(Place.objects, label=_("Kept in"), required=False)

    field_order: ClassVar[tuple[str, ...]] = (
        "title", "kind", "level", "issued_on", "term", "document", "origin", "number", "copies", "first_copy", "pages",
        "serial", "unit", "custodian", "place", "scope", "basis",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["copies"] = data.get("copies") or 1
        if data.get("issued_on") and data["issued_on"] > timezone.localdate():
            self.add_error("issued_on", _("This day is still to come."))
        if data.get("issued_on") and data.get("level"):
            self._term(data)
        taken = self._numbers(data)
        if taken:
            self.add_error("number", _("This number is in the ledger already: %(number)s") % {"number": taken})
        place, unit = data.get("place"), data.get("unit")
        if place and unit and not unit.path.startswith(place.unit.path) and not place.unit.path.startswith(unit.path):
            self.add_error("place", _("This place belongs to another unit."))
        return data

    def _term(self, data: dict[str, Any]) -> None:
        data["end"] = terms.read(data.get("term") or "", data["level"], data["issued_on"])
        if terms.too_long(data["end"], data["level"], data["issued_on"]) and not data.get("basis"):
            sentence = _("Longer than the law allows for this level. Name the rule that allows it under “Basis”.")
            self.add_error("term", sentence)

    def _numbers(self, data: dict[str, Any]) -> str:
        number = (data.get("number") or "").strip()
        wanted = numbered(number, data["copies"]) if number else []
        return ", ".join(Carrier.objects.filter(number__in=wanted).values_list("number", flat=True)[:3])


def numbered(number: str, copies: int) -> list[str]:
    """Return the ledger numbers of so many copies."""
    return [number] if copies == 1 else [f"{number}-{place:02d}" for place in range(1, copies + 1)]


def enter(data: dict[str, Any], received: dict[str, Any] | None = None) -> list[Carrier]:
    """Write the carriers of one entry in the ledger, one for each copy."""
    number, copies = (data.get("number") or "").strip() or Counter.next("C"), data["copies"]
    first = data.get("first_copy") or (1 if copies > 1 else None)
    values = {name: data[name] for name in (*_FACTS, "kind", "level", "issued_on", "term", "unit", "custodian")}
    made = []
    for place, one in enumerate(numbered(number, copies)):
        carrier = Carrier(**values, number=one, place=data["place"], holder=data["custodian"], received=received or {})
        carrier.copy = f"{first + place:06d}" if first else ""
        carrier.until, carrier.condition = data["end"].until, data["end"].condition
        carrier.save()
        made.append(carrier)
    return made


def _told(made: list[Carrier], data: dict[str, Any]) -> dict[str, Any]:
    named = people(
        level=data["level"], term=data["term"], custodian=data["custodian"], unit=data["unit"], place=data["place"]
    )
    return {"numbers": [carrier.number for carrier in made], **named}


def fit(data: dict[str, Any]) -> None:
    """Raise Unmet when custodian or place are not good enough for the level (State Secrets Law art 26)."""
    cleared(data["custodian"], data["level"])
    if data["level"] == TOP and not (data["place"] and data["place"].top):
        raise Unmet(_("The highest level is kept in a place certified for it. Choose one, or have one certified."))


class MakeCarrier(Action):
    """Carriers that were made here: marked, numbered, in somebody's custody."""

    name = "custody.carrier.make"
    label = _("Enter carrier")
    intro = _("Carriers that were made here. Mark level, term and copy number on each before it leaves your hands.")
    roles = KEEPERS
    Input = CarrierForm

    def units(self) -> Iterable[str]:
        unit, custodian = self.data.get("unit"), self.data.get("custodian")
        return tuple(one for one in (unit and unit.path, custodian and custodian.unit.path) if one)

    def check(self) -> None:
        fit(self.data)

    def write(self) -> Done:
        made = enter(self.data)
        return Done(made[0], _told(made, self.data), result=made)


class ReceiveForm(CarrierForm):
    """A carrier from elsewhere, and how it arrived."""

    sender = fields.text(_("Sender"), _("The organisation that sent it."), most=200)
    deliverer = fields.text(_("Delivered by"), _("Name and staff pass of the courier."), most=100)
    slip = fields.text(_("Delivery slip"), _("The number of the slip that both sides have signed."), most=100)
    seal = fields.text(_("Seal numbers"), required=False, most=200)
    seal_state = forms.ChoiceField(label=_("State of the seal"), choices=SEALS)

    field_order = ("sender", "deliverer", "slip", "seal", "seal_state", *CarrierForm.field_order)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("seal_state") not in {None, UNSEALED} and not data.get("seal"):
            self.add_error("seal", _("Write down the number of the seal."))
        return data


class ReceiveCarrier(MakeCarrier):
    """Carriers that came from another organisation: counted, numbered, entered, signed for (L2 art 27)."""

    name = "custody.carrier.receive"
    label = _("Receive carrier")
    intro = _("Count, number, enter, sign. You sign here for your side; the courier signs the slip.")
    sensitive = True
    Input = ReceiveForm

    def write(self) -> Done:
        how = {name: self.data[name] for name in ("sender", "deliverer", "slip", "seal", "seal_state")}
        receipt = {**how, "by": self.actor.get_full_name(), "at": timezone.now().isoformat()}
        made = enter(self.data, receipt)
        if self.data["seal_state"] == "broken":
            loss = missing.Loss(missing.SEAL, made, self.data["unit"], made[0], f"{self.data['seal']}")
            missing.tell(self, loss)
        return Done(made[0], {**_told(made, self.data), **how}, result=made)


class ChangeCarrier(CarrierAction):
    """Other facts about a carrier; never its level, its custodian or its number."""

    name = "custody.carrier.change"
    label = _("Change facts")
    step = "change"
    Input = FactsForm

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.target, name) for name in _FACTS}

    def write(self) -> Done:
        changed = changes(self.target, {name: self.data[name] for name in _FACTS})
        self.target.save()
        return Done(self.target, changed)


class MoveCarrier(CarrierAction):
    """A carrier goes to another safe or cabinet; its custodian stays."""

    name = "custody.carrier.move"
    label = _("Put in another place")
    step = "move"

    class Input(fields.CustodyForm):
        """Where to."""

        place = forms.ModelChoiceField(Place.objects, label=_("Kept in"))

    def units(self) -> Iterable[str]:
        place = self.data.get("place")
        return (self.target.unit.path, place.unit.path) if place else (self.target.unit.path,)

    def check(self) -> None:
        super().check()
        if self.target.level == TOP and not self.data["place"].top:
            raise Unmet(_("The highest level is kept in a place certified for it. Choose one, or have one certified."))

    def write(self) -> Done:
        changed = changes(self.target, {"place": self.data["place"]})
        self.target.save()
        return Done(self.target, {name: [plain(part) for part in pair] for name, pair in changed.items()})


class Archive(CarrierAction):
    """A reviewed carrier goes to the archive."""

    name = "custody.carrier.archive"
    label = _("Archive")
    intro = _("Only what was reviewed within the period goes to the archive: its level may have ended.")
    step = "archive"

    class Input(fields.CustodyForm):
        """Under which number."""

        archive = fields.text(_("Archive number"), most=100)

    def check(self) -> None:
        super().check()
        from shoumi.console.custody.models import Policy

        due = Carrier.objects.filter(Policy.current().review_due(), pk=self.target.pk).exists()
        if due or self.target.reviewed_on is None:
            raise Unmet(_("Review this carrier first: does it still need its level?"))

    def write(self) -> Done:
        self.target.archive = self.data["archive"]
        self.target.take(self.step)
        self.target.save()
        return Done(self.target, self.data)


class TakeOut(CarrierAction):
    """A carrier comes out of the archive, to its custodian."""

    name = "custody.carrier.take-out"
    label = _("Take out of the archive")
    step = "take out"

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def write(self) -> Done:
        self.target.take(self.step)
        self.target.save()
        return Done(self.target, self.data)


class ReportMissing(CarrierAction):
    """A carrier is not where it should be. The case opens at once."""

    name = "custody.carrier.miss"
    label = _("Report missing")
    intro = _(
        "Look for it once more, in its place and with whom had it last. Then report it: "
        "the law gives 24 hours for the report to the authority, counted from now."
    )
    step = "miss"
    grave = True

    class Input(fields.CustodyForm):
        """What is known."""

        reason = fields.reason(_("What is known"), _("When it was seen last, by whom, what was done to find it."))

    def check(self) -> None:
        super().check()
        if seen_destroyed([self.target]):
            raise Unmet(_("A supervisor has signed that it was destroyed. Settle the list for destruction first."))

    def write(self) -> Done:
        carrier, before = self.target, self.target.state
        lose(carrier, self.actor.get_full_name(), self.data["reason"])
        loss = missing.Loss(missing.REPORTED, [carrier], carrier.unit, carrier, self.data["reason"])
        missing.tell(self, loss)
        return Done(carrier, {"before": before, **self.data})


def seen_destroyed(carriers: Iterable[Carrier]) -> set[int]:
    """Return the keys of carriers whose destruction one supervisor has signed already."""
    from shoumi.console.custody.models import DestructionItem

    items = DestructionItem.objects.filter(carrier__in=list(carriers), open=True)
    signed = items.exclude(destruction__first_signed=None, destruction__second_signed=None)
    return set(signed.values_list("carrier_id", flat=True))


def lose(carrier: Carrier, by: str, why: str) -> None:
    """Write down that a carrier is missing; what was open about it ends, because nobody has it."""
    from shoumi.console.custody.models import DestructionItem, DispatchItem, HandOverItem

    Loan.objects.filter(carrier=carrier, state=OPEN).update(
        state=CLOSED, ended=timezone.now(), taken_by=by, found=str(_("whereabouts unknown"))
    )
    DestructionItem.objects.filter(carrier=carrier, open=True).update(open=False, struck=why[:300])
    for items in (DispatchItem, HandOverItem):
        items.objects.filter(carrier=carrier, open=True).update(open=False)
    carrier.take("miss")
    carrier.save()


class Found(CarrierAction):
    """A missing carrier is there again."""

    name = "custody.carrier.find"
    label = _("Record that it was found")
    step = "find"

    class Input(fields.CustodyForm):
        """Where and how."""

        reason = fields.reason(_("Where, by whom, in which state"))

    def write(self) -> Done:
        self.target.take(self.step)
        self.target.save()
        return Done(self.target, self.data)
