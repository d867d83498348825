"""What is made from a carrier: copies and excerpts after approval, compilations; each a carrier that inherits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import Action, Done, Unmet
from shoumi.console.approvals import asking
from shoumi.console.custody import fields, flows, terms
from shoumi.console.custody.actions._base import CarrierAction, ListAction, cleared, may, people
from shoumi.console.custody.actions.carriers import fit
from shoumi.console.custody.models import KINDS, Carrier, CopyOrder, Counter, Descent, Place
from shoumi.console.custody.models.carriers import COMPILATION, COPY, DESCENTS, EXCERPT
from shoumi.console.custody.models.loans import ASKED, CLOSED, WITHDRAWN
from shoumi.console.custody.rights import KEEPERS
from shoumi.console.levels import OPEN, TOP, highest


class AskCopy(CarrierAction):
    """Somebody wants copies or an excerpt: approval first, and for the highest level the originator's consent."""

    name = "custody.copy.ask"
    label = _("Ask for copies or an excerpt")
    intro = _("The level, the term and the circle of people stay as they are; each copy gets a number of its own.")
    step = "derive"

    class Input(fields.CustodyForm):
        """What, how many, what for."""

        how = forms.ChoiceField(label=_("What is made"), choices=DESCENTS[:2], initial=COPY)
        copies = forms.IntegerField(label=_("Number of copies"), min_value=1, max_value=200, initial=1)
        pages = fields.text(_("Which pages or passages"), _("For an excerpt."), required=False, most=200)
        purpose = fields.text(_("Purpose"))
        consent = fields.text(
            _("Consent of the originator"), _("Reference of the letter; needed for the highest level."), required=False,
            most=200,
        )  # fmt: skip

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("how") == EXCERPT and not data.get("pages"):
                self.add_error("pages", _("Write down what is excerpted."))
            return data

    def check(self) -> None:
        super().check()
        copiable(self.target, self.data["consent"])
        if CopyOrder.objects.filter(carrier=self.target, state=ASKED).exists():
            raise Unmet(_("Somebody asked already. Withdraw that first."))

    def write(self) -> Done:
        order = CopyOrder.objects.create(carrier=self.target, asked_by=self.actor.get_full_name(), **self.data)
        asking.ask(self, flows.COPY, order, order.snapshot(), order.purpose)
        return Done(self.target, order.snapshot(), result=order)


def copiable(carrier: Carrier, consent: str) -> None:
    """Raise Unmet for the highest level without the originator's consent (L2 art 29)."""
    if carrier.level == TOP and not consent.strip():
        raise Unmet(
            _("The highest level is not copied without the consent of its originator. Write down the reference.")
        )


class _Order(Action):
    roles = KEEPERS
    model = CopyOrder

    def waiting(self) -> CopyOrder:
        """Return the order, if it waits; otherwise raise Unmet."""
        if self.target.state != ASKED:
            raise Unmet(_("This does not wait for anything any more."))
        order: CopyOrder = self.target
        return order


class MakeCopies(_Order):
    """The approved copies are made: exactly so many, each numbered, each in somebody's custody."""

    name = "custody.copy.make"
    label = _("Record the copies")
    intro = _("Exactly as many as were approved. Stamp each copy, write its number on it, and destroy spoilt sheets.")

    class Input(fields.CustodyForm):
        """Who keeps them, where."""

        custodian = fields.PersonField(label=_("Custodian"))
        place = forms.ModelChoiceField(Place.objects, label=_("Kept in"), required=False)
        kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)

    def initial(self) -> dict[str, Any]:
        carrier = self.target.carrier
        return {"custodian": carrier.custodian.number, "place": carrier.place_id, "kind": carrier.kind}

    def units(self) -> Iterable[str]:
        custodian = self.data.get("custodian")
        return tuple(one for one in (self.target.carrier.unit.path, custodian and custodian.unit.path) if one)

    def check(self) -> None:
        order = self.waiting()
        rows = Carrier.objects.select_for_update(of=("self",)).select_related("unit")
        self.source = rows.get(pk=order.carrier_id)
        may(self.source, "derive")
        copiable(self.source, order.consent)
        fit({**self.data, "level": self.source.level})
        self.request = asking.granted(flows.COPY, order, order.snapshot())

    def write(self) -> Done:
        asking.spend(self.request)
        order = self.target
        made = derive(self.source, order.how, order.copies, self.data)
        order.state, order.made_at, order.made_by = CLOSED, timezone.now(), self.actor.get_full_name()
        order.made = [carrier.number for carrier in made]
        order.save()
        return Done(self.source, {"made": order.made, **people(custodian=self.data["custodian"])}, result=made)


def derive(source: Carrier, how: str, copies: int, data: dict[str, Any]) -> list[Carrier]:
    """Make carriers that inherit everything from one: level, term, circle; numbered after it."""
    same = ("title", "document", "origin", "level", "issued_on", "term", "until", "condition", "basis", "scope")
    values: dict[str, Any] = {name: getattr(source, name) for name in same}
    letter = "F" if how == COPY else "Z"  # 复印件, 摘录
    before = source.children.count()
    made = [
        Carrier.objects.create(
            **values, kind=data["kind"], number=f"{source.number}-{letter}{place:02d}", copy=f"{place:06d}",
            unit=source.unit, custodian=data["custodian"], holder=data["custodian"], place=data["place"],
        )
        for place in range(before + 1, before + copies + 1)
    ]  # fmt: skip
    Descent.objects.bulk_create(Descent(child=child, parent=source, how=how) for child in made)
    return made


class WithdrawCopy(_Order):
    """No copies after all."""

    name = "custody.copy.withdraw"
    label = _("Take the request back")

    class Input(fields.CustodyForm):
        """Why."""

        reason = fields.reason()

    def check(self) -> None:
        self.waiting()

    def write(self) -> Done:
        self.target.state = WITHDRAWN
        self.target.save()
        return Done(self.target.carrier, self.data)


class Compile(ListAction):
    """A compilation: its level is the highest of its sources, its term the longest."""

    name = "custody.carrier.compile"
    label = _("Enter compilation")
    intro = _("The cover shows the highest level and the longest term of all that is in it. Both are worked out here.")
    step = "derive"

    class Input(fields.CustodyForm):
        """What it is made from, and who keeps it. A higher level or a longer term than worked out may be given."""

        carriers = fields.CarriersField(label=_("Made from"))
        title = fields.text(_("Title"))
        kind = forms.ChoiceField(label=_("Kind"), choices=KINDS)
        unit = forms.ModelChoiceField(Unit.objects, label=_("Unit"))
        custodian = fields.PersonField(label=_("Custodian"))
        place = forms.ModelChoiceField(Place.objects, label=_("Kept in"), required=False)
        scope = fields.text(_("Who may know"), required=False)

    def units(self) -> Iterable[str]:
        unit, custodian = self.data.get("unit"), self.data.get("custodian")
        more = tuple(one for one in (unit and unit.path, custodian and custodian.unit.path) if one)
        return (*super().units(), *more)

    def check(self) -> None:
        super().check()
        self.level, self.term = inherited(self.chosen)
        for one in self.chosen:
            cleared(self.data["custodian"], one.level)
        fit({**self.data, "level": self.level})

    def write(self) -> Done:
        data, number = self.data, Counter.next("C")
        marked = self.term.until.isoformat() if self.term.until else self.term.condition[:60]
        made = Carrier.objects.create(
            number=number, title=data["title"], kind=data["kind"], unit=data["unit"], custodian=data["custodian"],
            holder=data["custodian"], place=data["place"], scope=data["scope"], level=self.level,
            issued_on=timezone.localdate(), until=self.term.until, condition=self.term.condition, term=marked,
        )  # fmt: skip
        Descent.objects.bulk_create(Descent(child=made, parent=one, how=COMPILATION) for one in self.chosen)
        facts = {"number": number, "level": self.level, "term": marked, "from": [one.number for one in self.chosen]}
        return Done(made, {**facts, **people(custodian=data["custodian"])}, result=made)


def inherited(sources: Sequence[Carrier]) -> tuple[str, terms.Term]:
    """Return the level and term of what is compiled from some carriers: the highest, the longest."""
    marked = [one for one in sources if one.level != OPEN]
    return highest(one.level for one in sources), terms.longest(marked) if marked else terms.Term()
