"""The forms that an office files: card, loan slip, dispatch list, hand-over, destruction, stock-take, labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Unit
from shoumi.console.custody.models import BORROW, Carrier, Destruction, Dispatch, HandOver, Loan, Place, StockTake
from shoumi.console.custody.models.stocktakes import EXPECTED, MISSING, STRANGER
from shoumi.console.custody.rights import READERS
from shoumi.console.records.blocks import Block, Facts, Label, Labels, Signature, Signatures, Table, Text
from shoumi.console.records.record import Record

_ITEMS = (_("Ledger number"), _("Title"), _("Level"), _("Term"), _("Copy number"), _("Pages"))


def scan_address(carrier: Carrier, base: str = "") -> str:
    """Return the address that a label's code opens on a phone; ``base`` stands in where no public address is set."""
    return f"{(settings.PUBLIC or base).rstrip('/')}{reverse('custody:scan', args=(carrier.token,))}"


def picture(carrier: Carrier, base: str) -> str:
    """Return the label's code as SVG, black on white whatever the theme: a camera must read it."""
    import segno

    code = segno.make(scan_address(carrier, base), error="m", micro=False)
    return mark_safe(code.svg_inline(border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S308  (no text in it)


def _line(carrier: Carrier) -> tuple[Any, ...]:
    return (
        carrier.number, carrier.title, carrier.get_level_display(), carrier.term or carrier.until, carrier.copy,
        carrier.pages,
    )  # fmt: skip


def _listed(items: Any) -> Table:
    return Table(_ITEMS, [_line(item.carrier) for item in items.select_related("carrier").order_by("carrier__number")])


class _Form(Record):
    roles = READERS


class CarrierCard(_Form):
    """A carrier: what it is, where it came from, who has had it (L2 art 20: who knows it is recorded)."""

    name = "custody.carrier"
    title = _("Carrier card")
    model = Carrier

    def rows(self) -> Any:
        return Carrier.objects.select_related("unit", "custodian", "holder", "place")

    def level(self, thing: Any) -> Any:
        return thing.level

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:carrier", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield Facts([
            (_("Title"), thing.title), (_("Kind"), thing.get_kind_display()), (_("Level"), thing.get_level_display()),
            (_("Term"), thing.term), (_("Term ends on"), thing.until or thing.condition),
            (_("Date of issue"), thing.issued_on), (_("Document number"), thing.document),
            (_("Originator"), thing.origin), (_("Copy number"), thing.copy), (_("Pages"), thing.pages),
            (_("Serial number of the medium"), thing.serial), (_("Unit"), thing.unit),
            (_("Custodian"), thing.custodian), (_("Kept in"), thing.place), (_("Who may know"), thing.scope),
            (_("Basis"), thing.basis), (_("State"), thing.get_state_display()),
        ])  # fmt: skip
        loans = thing.loans.exclude(state="asked").select_related("borrower").order_by("began")
        head = (_("Borrower"), _("Kind"), _("Purpose"), _("Given out"), _("Due back on"), _("Came back"))
        rows = [(o.borrower, o.get_kind_display(), o.purpose, o.began, o.due_on, o.ended) for o in loans]
        yield Table(head, rows, _("Who has had it"), empty=_("Nobody but its custodians."))


class LoanSlip(_Form):
    """A loan, signed by both sides on paper where the office wants it."""

    name = "custody.loan"
    title = _("Loan slip")
    model = Loan

    def rows(self) -> Any:
        return Loan.objects.select_related("carrier__unit", "borrower__unit", "companion", "ticket__locker__zone")

    def heading(self, thing: Any) -> Any:
        return self.title if thing.kind == BORROW else _("Permit to carry out")

    def level(self, thing: Any) -> Any:
        return thing.carrier.level

    def reference(self, thing: Any) -> str:
        return str(thing.carrier.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:carrier", args=(thing.carrier_id,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        carrier, ticket = thing.carrier, thing.ticket
        yield Table(_ITEMS, [_line(carrier)])
        yield Facts([
            (_("Borrower"), thing.borrower), (_("Unit"), thing.borrower.unit), (_("Purpose"), thing.purpose),
            (_("Where it is used"), thing.where), (_("Given out"), thing.began), (_("Due back on"), thing.due_on),
            (_("Phone-locker ticket"), ticket.number if ticket else ""), (_("Locker"), ticket.locker if ticket else ""),
            (_("Second person"), thing.companion), (_("Route"), thing.route),
            (_("Protective measures"), thing.measures), (_("Came back"), thing.ended),
            (_("As it came back"), thing.found),
        ])  # fmt: skip
        yield Signatures([
            Signature(_("Given out by"), thing.given_by, thing.began), Signature(_("Borrower")),
            Signature(_("Taken back by"), thing.taken_by, thing.ended),
        ])  # fmt: skip


class DispatchList(_Form):
    """What goes with the couriers; both sides sign."""

    name = "custody.dispatch"
    title = _("Dispatch list")
    model = Dispatch

    def rows(self) -> Any:
        return Dispatch.objects.select_related("unit", "to_unit")

    def may(self, user: Any, thing: Any) -> bool:
        """The unit that receives reads it as well."""
        reach = user.reach(self.roles)
        return reach.covers(thing.unit_path) or (thing.to_unit_id is not None and reach.covers(thing.to_unit.path))

    def level(self, thing: Any) -> Any:
        return levels.highest(thing.items.values_list("carrier__level", flat=True))

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:dispatch", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield Facts([
            (_("Sender"), thing.unit), (_("Addressee"), thing.to), (_("Way"), thing.get_route_display()),
            (_("Route"), thing.path_taken), (_("Courier"), thing.courier), (_("Second courier"), thing.second),
            (_("Seal numbers"), thing.seal), (_("Sent"), thing.sent_at), (_("Received"), thing.ended),
            (_("State of the seal"), thing.get_seal_state_display()), (_("Receipt"), thing.receipt),
        ])  # fmt: skip
        yield _listed(thing.items)
        yield Signatures([
            Signature(_("Sent by"), thing.sent_by, thing.sent_at), Signature(_("Courier"), note=thing.courier),
            Signature(_("Received and signed by"), thing.received_by, thing.ended),
        ])  # fmt: skip


class HandOverList(_Form):
    """What passed from one custodian to the next."""

    name = "custody.handover"
    title = _("Hand-over list")
    model = HandOver

    def rows(self) -> Any:
        return HandOver.objects.select_related("unit", "giver", "taker")

    def may(self, user: Any, thing: Any) -> bool:
        """Both sides read what they sign."""
        return super().may(user, thing) or user.person_id in {thing.giver_id, thing.taker_id}

    def level(self, thing: Any) -> Any:
        return levels.highest(thing.items.values_list("carrier__level", flat=True))

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:handover", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield Facts([
            (_("Who gives"), thing.giver), (_("Who takes"), thing.taker), (_("Reason"), thing.get_reason_display()),
            (_("Note"), thing.note), (_("State"), thing.get_state_display()),
        ])  # fmt: skip
        yield _listed(thing.items)
        yield Signatures([
            Signature(_("Who gives"), thing.giver.name if thing.giver_signed else "", thing.giver_signed,
                      thing.giver_paper),
            Signature(_("Who takes"), thing.taker.name if thing.taker_signed else "", thing.taker_signed,
                      thing.taker_paper),
        ])  # fmt: skip


class DestructionCertificate(_Form):
    """The list for destruction; after the second signature the certificate, kept for good."""

    name = "custody.destruction"
    title = _("List for destruction")
    model = Destruction

    def rows(self) -> Any:
        return Destruction.objects.select_related("unit", "first", "second")

    def may(self, user: Any, thing: Any) -> bool:
        """Supervisors read what they sign."""
        return super().may(user, thing) or user.person_id in {thing.first_id, thing.second_id}

    def heading(self, thing: Any) -> Any:
        return _("Certificate of destruction") if thing.certificate else self.title

    def level(self, thing: Any) -> Any:
        return levels.highest(thing.items.filter(struck="").values_list("carrier__level", flat=True))

    def reference(self, thing: Any) -> str:
        return str(thing.certificate or thing.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:destruction", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield Facts([
            (_("List number"), thing.number), (_("Certificate of destruction, number"), thing.certificate),
            (_("Reason"), thing.reason),
            (_("How"), thing.method), (_("Where, by whom"), thing.where), (_("State"), thing.get_state_display()),
        ])  # fmt: skip
        yield _listed(thing.items.filter(struck=""))
        struck = thing.items.exclude(struck="").select_related("carrier")
        if struck:
            head = (_("Ledger number"), _("Title"), _("Struck because"))
            yield Table(head, [(one.carrier.number, one.carrier.title, one.struck) for one in struck])
        yield Signatures([
            Signature(_("Listed by"), thing.made_by, thing.made_at),
            Signature(_("First supervisor"), thing.first.name if thing.first_signed else "", thing.first_signed),
            Signature(_("Second supervisor"), thing.second.name if thing.second_signed else "", thing.second_signed),
        ])  # fmt: skip


class StockTakeReport(_Form):
    """What was counted, what was not found, what does not belong there."""

    name = "custody.stocktake"
    title = _("Stock-take")
    model = StockTake

    def rows(self) -> Any:
        return StockTake.objects.select_related("unit", "place", "witness")

    def level(self, thing: Any) -> Any:
        return levels.highest(thing.lines.exclude(carrier=None).values_list("carrier__level", flat=True).distinct())

    def reference(self, thing: Any) -> str:
        return str(thing.number)

    def back(self, thing: Any) -> str:
        return reverse("custody:stocktake", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        sums = thing.sums()
        yield Facts([
            (_("Unit"), thing.unit), (_("Kept in"), thing.place), (_("Occasion"), thing.reason),
            (_("Began"), thing.began), (_("Signed off"), thing.signed_at), (_("Expected"), sums["all"]),
            (_("Found here"), sums["found"]), (_("Not found"), sums["expected"] + sums["missing"]),
            (_("Left while counting"), sums["moved"]), (_("Does not belong here"), sums["stranger"]),
        ])  # fmt: skip
        for verdicts, title in (((EXPECTED, MISSING), _("Not found")), ((STRANGER,), _("Does not belong here"))):
            lines = thing.lines.filter(verdict__in=verdicts).select_related("carrier").order_by("carrier__number")
            rows = [_line(one.carrier) if one.carrier else (one.text,) for one in lines]
            yield Table(_ITEMS, rows, title, empty=_("None."))
        if thing.note:
            yield Text(thing.note, _("Note"))
        yield Signatures([
            Signature(_("Signed off by"), thing.signed_by, thing.signed_at),
            Signature(_("Counted together with"), note=thing.witness.name if thing.witness else ""),
        ])  # fmt: skip


def labels(carriers: Iterable[Carrier]) -> Labels:
    """Return a sheet of labels. A label says number, copy, level; never a title."""
    made = []
    for one in carriers:
        copy = _("copy %(copy)s") % {"copy": one.copy} if one.copy else ""
        made.append(Label(scan_address(one), one.number, [line for line in (one.get_level_display(), copy) if line]))
    return Labels(made)


class CarrierLabel(CarrierCard):
    """The label of one carrier."""

    name = "custody.label"
    title = _("Label")
    forms = ("html", "pdf")

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield labels([thing])


class PlaceLabels(_Form):
    """The labels of everything that is kept in a place."""

    name = "custody.labels"
    title = _("Labels")
    model = Place
    forms = ("html", "pdf")

    def rows(self) -> Any:
        return Place.objects.select_related("unit")

    def reference(self, thing: Any) -> str:
        return str(thing.name)

    def back(self, thing: Any) -> str:
        return reverse("custody:place", args=(thing.pk,))

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield labels(thing.carriers.exclude(state__in=("gone", "destroyed")).order_by("number")[:600])


class UnitLabels(_Form):
    """The labels of everything that a unit answers for, wherever it stands."""

    name = "custody.unit-labels"
    title = _("Labels")
    model = Unit
    forms = ("html", "pdf")

    def reference(self, thing: Any) -> str:
        return str(thing.code)

    def back(self, thing: Any) -> str:
        return f"{reverse('custody:ledger')}?unit={thing.pk}"

    def blocks(self, thing: Any) -> Iterable[Block]:
        yield labels(thing.carriers.exclude(state__in=("gone", "destroyed")).order_by("number")[:600])
