"""The ledger, a carrier, its loans and copies, and what one holds oneself."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, Gone
from shoumi.console.approvals import asking
from shoumi.console.custody import borrowing, flows, importing, states
from shoumi.console.custody.actions import carriers, copies, imports, levels, loans, own, policy
from shoumi.console.custody.borrowing import granted
from shoumi.console.custody.models import (
    KINDS,
    Carrier,
    Destruction,
    HandOver,
    Loan,
    Place,
    Policy,
    StockTake,
    Ticket,
)
from shoumi.console.custody.models.carriers import full
from shoumi.console.custody.models.lists import OPEN as LISTED
from shoumi.console.custody.models.loans import ASKED, BORROW, CARRY, LOAN_STATES, LOANS, OPEN, WITHDRAWN
from shoumi.console.custody.models.stocktakes import OPEN as COUNTING
from shoumi.console.custody.records import picture
from shoumi.console.custody.rights import COUNTERS, KEEPERS, READERS
from shoumi.console.custody.views._base import (
    CustodyList,
    Form,
    Prefilled,
    Step,
    history,
    level_column,
    state_column,
    unit_filter,
    units_within,
)
from shoumi.console.levels import LEVELS
from shoumi.console.levels import OPEN as OPEN_LEVEL
from shoumi.console.lists import Column, Filter, as_csv, as_xlsx, pairs
from shoumi.console.pages import ActionPage, Page

_MOST_LABELS = 300
_MOST_NAMED = 50  # numbers that a link to a list may carry


def _due(rows: QuerySet, what: str) -> QuerySet:
    rules = Policy.current()
    wanted = {
        "review": rules.review_due(),
        "term": rules.term_ending(),
        "source": Q(check_source=True, state__in=sorted(states.LIVE)),
        "overdue": Q(loans__state=OPEN, loans__due_on__lt=timezone.localdate()),
    }
    return rows.filter(wanted[what])


def _in_state(rows: QuerySet, state: str) -> QuerySet:
    return rows.filter(state__in=sorted(states.LIVE)) if state == "live" else rows.filter(state=state)


class Ledger(CustodyList):
    """Everything that one's units answer for, or answered for."""

    name = "custody.carriers"
    title = gettext_lazy("Carriers")
    search = ("number", "title", "document", "origin")
    named = {
        "custodian": (Person, ("name", "number")),
        "holder": (Person, ("name", "number")),
        "place": (Place, ("name",)),
    }
    order = ("number",)
    empty = gettext_lazy(
        "Papers, discs, USB sticks and files with a level, each with a custodian and a place. "
        "Enter one, receive one, or import the ledger you have."
    )
    columns = (
        Column("number", gettext_lazy("Number"), lambda c: c.number, "number"),
        Column("title", gettext_lazy("Title"), lambda c: c.title, "title"),
        level_column(lambda c: c, "level"),
        Column("kind", gettext_lazy("Kind"), lambda c: c.get_kind_display(), "kind"),
        Column("unit", gettext_lazy("Unit"), lambda c: c.unit.name, "unit__name"),
        Column("custodian", gettext_lazy("Custodian"), lambda c: c.custodian.name, "custodian__name"),
        Column("place", gettext_lazy("Kept in"), lambda c: c.place.name if c.place else "", "place__name"),
        Column("holder", gettext_lazy("Held by"), lambda c: c.holder.name if c.holder else "", "holder__name",
               shown=False),
        Column("until", gettext_lazy("Term ends on"), lambda c: c.until, "until", "day"),
        Column("copy", gettext_lazy("Copy number"), lambda c: c.copy, "copy", shown=False),
        Column("document", gettext_lazy("Document number"), lambda c: c.document, "document", shown=False),
        Column("origin", gettext_lazy("Originator"), lambda c: c.origin, "origin", shown=False),
        Column("issued", gettext_lazy("Date of issue"), lambda c: c.issued_on, "issued_on", "day", shown=False),
        Column("term", gettext_lazy("Term"), lambda c: c.term, "term", shown=False),
        Column("serial", gettext_lazy("Serial number"), lambda c: c.serial, "serial", shown=False),
        Column("scope", gettext_lazy("Who may know"), lambda c: c.scope, shown=False),
        Column("reviewed", gettext_lazy("Reviewed on"), lambda c: c.reviewed_on, "reviewed_on", "day", shown=False),
        state_column(lambda c: c.state_tone),
    )  # fmt: skip
    filters = (
        unit_filter(),
        Filter("level", gettext_lazy("Level"), pairs(LEVELS), lambda rows, value: rows.filter(level=value)),
        Filter("kind", gettext_lazy("Kind"), pairs(KINDS), lambda rows, value: rows.filter(kind=value)),
        Filter("state", gettext_lazy("State"), pairs((("live", gettext_lazy("all that are ours")), *states.STATES)),
               _in_state),
        Filter("due", gettext_lazy("What is due"), pairs((
            ("overdue", gettext_lazy("loan overdue")), ("review", gettext_lazy("review")),
            ("term", gettext_lazy("end of term")), ("source", gettext_lazy("source has another level")),
        )), _due),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        rows = Carrier.objects.filter(units_within(self.request.user.reach(self.roles)))
        return rows.prefetch_related("unit", "custodian", "holder", "place")  # joins would be made for skipped rows too

    def address(self, row: Any) -> str:
        return reverse("custody:carrier", args=(row.pk,))

    def narrowed(self) -> QuerySet:
        """Return the rows that filters and search leave."""
        return self._searched(self._filtered(self.rows()))

    def steps(self) -> list[tuple[Any, str]]:
        if not self.request.user.may_act(carriers.MakeCarrier):
            return []
        found = [
            (_("Enter carrier"), reverse("custody:add")), (_("Receive carrier"), reverse("custody:receive")),
            (_("Enter compilation"), reverse("custody:compile")), (_("Import ledger"), reverse("custody:import")),
        ]  # fmt: skip
        if self._narrowing():
            found.append((_("Labels"), f"{reverse('custody:labels')}?{urlencode(self._narrowing())}"))
            rows = self.narrowed().filter(state=states.KEPT).order_by("number")
            keys = ",".join(rows.values_list("number", flat=True)[:_MOST_NAMED])
            if keys:
                chosen = urlencode({"carriers": keys})
                found.append((_("Dispatch these"), f"{reverse('custody:dispatch-add')}?{chosen}"))
                found.append((_("Destroy these"), f"{reverse('custody:destruction-add')}?{chosen}"))
        return found


class Labels(Page):
    """The labels of what a list holds, of one place, or of one carrier; to be printed as they stand."""

    roles = READERS

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Ledger(request=request).narrowed().filter(state__in=sorted(states.LIVE))
        for key in ("pk", "place"):
            value = request.GET.get(key, "")
            rows = rows.filter(**{key: value}) if value.isdigit() else rows
        base, count = request.build_absolute_uri("/"), rows.count()
        labels = [(carrier, picture(carrier, base)) for carrier in rows.order_by("number")[:_MOST_LABELS]]
        return self.show("custody/labels.html", labels=labels, count=count, paper=self._paper(request))

    def _paper(self, request: HttpRequest) -> str:
        """Return the address of the same sheet as a record, for the choices that have one."""
        for key, name in (("pk", "custody.label"), ("place", "custody.labels"), ("unit", "custody.unit-labels")):
            value = request.GET.get(key, "")
            if value.isdigit():
                return reverse("records:record", args=(name, value, "pdf"))
        return ""


STEPS: dict[str, type[Action]] = {
    "lend": loans.Lend,
    "copy": copies.AskCopy,
    "carry": loans.AskCarry,
    "review": levels.Review,
    "level": levels.ChangeLevel,
    "declassify": levels.Declassify,
    "move": carriers.MoveCarrier,
    "change": carriers.ChangeCarrier,
    "archive": carriers.Archive,
    "take-out": carriers.TakeOut,
    "find": carriers.Found,
    "miss": carriers.ReportMissing,
}


class OneCarrier(Page):
    """A carrier: facts, what it comes from and what was made of it, who has had it, the next step."""

    roles = READERS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        carrier = self.see(full(), pk)
        keeps = request.user.reach(KEEPERS).covers(carrier.unit_path)
        rules = Policy.current()
        loan = carrier.loans.filter(state=OPEN).select_related("borrower", "companion", "ticket").first()
        asked = carrier.loans.filter(state=ASKED, kind=CARRY).first()
        wanted = carrier.loans.filter(state=ASKED, kind=BORROW).select_related("borrower", "carrier")[:20]
        order = carrier.orders.filter(state=ASKED).first()
        waiting = [(flows.CARRY_OUT, asked, "loan", "start"), (flows.COPY, order, "order", "make")]
        return self.show(
            "custody/carrier.html",
            carrier=carrier,
            loan=loan,
            waiting=[(what, asking.state(flow, thing), kind, step) for flow, thing, kind, step in waiting
                     if (what := thing) is not None],
            wanted=[(one, asking.state(flows.LOAN, one)) for one in wanted] if keeps else [],
            past=carrier.loans.exclude(state__in=(ASKED, WITHDRAWN)).select_related("borrower").order_by("-began")[:20],
            parents=self._seen(carrier.parents.select_related("parent__unit"), "parent"),
            children=self._seen(carrier.children.select_related("child__unit"), "child"),
            review_due=Carrier.objects.filter(rules.review_due(), pk=pk).exists(),
            term_over=bool(carrier.until and carrier.until < timezone.localdate() and carrier.level != OPEN_LEVEL),
            wants_ticket=rules.wants_ticket(carrier.level),
            listed=self._list_of(carrier),
            steps=steps_of(carrier) if keeps else [],
            keeps=keeps,
            history=history(request.user, f"custody.carrier:{pk}"),
        )  # fmt: skip

    def _seen(self, links: QuerySet, side: str) -> list[tuple[Any, Any, bool]]:
        """Return relatives; of those beyond the reach only that there are some."""
        reach = self.request.user.reach(self.roles)
        return [(link, getattr(link, side), reach.covers(getattr(link, side).unit.path)) for link in links[:50]]

    def _list_of(self, carrier: Carrier) -> tuple[Any, str] | None:
        """Return the list on which it stands, and its address."""
        for items, name, page in (
            (carrier.dispatched, "dispatch", "custody:dispatch"),
            (carrier.condemned, "destruction", "custody:destruction"),
            (carrier.handed_over, "hand_over", "custody:handover"),
        ):
            item = items.filter(open=True).select_related(name).first()
            if item is not None:
                thing = getattr(item, name)
                return thing, reverse(page, args=(thing.pk,))
        return None


def steps_of(carrier: Carrier) -> list[tuple[Any, str, bool]]:
    """Return the steps that the state allows, as words, address and whether it is grave."""
    return [
        (action.label, reverse("custody:step", args=(carrier.pk, slug)), action.grave)
        for slug, action in STEPS.items()
        if states.possible(carrier.state, action.step)  # type: ignore[attr-defined]
        and not (carrier.level == OPEN_LEVEL and slug in {"review", "declassify"})
    ]


class CarrierStep(Prefilled, Step):
    """One step about a carrier."""

    steps, thing = STEPS, "custody:carrier"


class _Enter(Form):
    thing = "custody:carrier"

    def address(self, done: Any) -> str:
        if done.result and len(done.result) > 1:
            return f"{reverse('custody:ledger')}?q={done.result[0].number.rpartition('-')[0]}"
        return super().address(done)


class Add(_Enter):
    """Enter a carrier made here."""

    action = carriers.MakeCarrier


class Receive(_Enter):
    """Receive a carrier from elsewhere."""

    action = carriers.ReceiveCarrier


class Compile(Prefilled, Form):
    """Enter a compilation."""

    action, thing = copies.Compile, "custody:carrier"


LOAN_STEPS: dict[str, type[Action]] = {
    "return": loans.Return,
    "prolong": loans.Prolong,
    "start": loans.CarryOut,
    "withdraw": loans.WithdrawCarry,
    "hand-out": own.HandOut,
}
OWN_STEPS: dict[str, type[Action]] = {"withdraw": own.TakeBack, "offer": own.AskReturn}


class LoanStep(Step):
    """One step about a loan; leads back to its carrier."""

    steps, thing = LOAN_STEPS, "custody:carrier"

    def back(self, act: Action) -> str:
        return reverse("custody:carrier", args=(act.target.carrier_id,))


class LoanAsk(Prefilled, Form):
    """Ask to borrow a carrier."""

    action, lists = own.AskLoan, "custody:mine"


class OwnLoan(Step):
    """A step about one's own loan; leads back to what one holds."""

    steps, lists = OWN_STEPS, "custody:mine"


class OrderStep(LoanStep):
    """One step about a copying order."""

    steps = {"make": copies.MakeCopies, "withdraw": copies.WithdrawCopy}


def _loan_state(rows: QuerySet, state: str) -> QuerySet:
    if state == "overdue":
        return rows.filter(state=OPEN, due_on__lt=timezone.localdate())
    if state == "offered":
        return rows.filter(state=OPEN, offered__isnull=False)
    if state == "granted":
        return rows.filter(granted())
    return rows.filter(state=state)


class Loans(CustodyList):
    """What is, or was, in other hands."""

    name = "custody.loans"
    title = gettext_lazy("Loans")
    search = ("carrier__number", "carrier__title", "purpose")
    named = {"borrower": (Person, ("name", "number")), "ticket": (Ticket, ("number",))}
    order = ("due_on", "pk")
    empty = gettext_lazy("Who borrowed what, until when. Open a carrier and lend it.")
    columns = (
        Column("number", gettext_lazy("Number"), lambda o: o.carrier.number, "carrier__number"),
        Column("title", gettext_lazy("Title"), lambda o: o.carrier.title, "carrier__title"),
        level_column(lambda o: o.carrier, "carrier__level"),
        Column("borrower", gettext_lazy("Borrower"), lambda o: o.borrower.name, "borrower__name"),
        Column("purpose", gettext_lazy("Purpose"), lambda o: o.purpose, shown=False),
        Column("kind", gettext_lazy("Kind"), lambda o: o.get_kind_display(), "kind"),
        Column("ticket", gettext_lazy("Phone-locker ticket"), lambda o: o.ticket.number if o.ticket else "",
               "ticket__number"),
        Column("began", gettext_lazy("Given out"), lambda o: o.began, "began", "moment"),
        Column("due", gettext_lazy("Due back on"), lambda o: o.due_on, "due_on", "day"),
        Column("ended", gettext_lazy("Came back"), lambda o: o.ended, "ended", "moment", shown=False),
        Column("state", gettext_lazy("State"), lambda o: _("overdue") if o.overdue else o.get_state_display(), "state",
               "badge", tone=lambda o: o.tone),
    )  # fmt: skip
    filters = (
        unit_filter("carrier__unit"),
        Filter(
            "state",
            gettext_lazy("State"),
            pairs(
                (
                    ("overdue", gettext_lazy("overdue")),
                    ("granted", gettext_lazy("approved, to be handed out")),
                    ("offered", gettext_lazy("to be taken back")),
                    *LOAN_STATES,
                )
            ),
            _loan_state,
        ),
        Filter("kind", gettext_lazy("Kind"), pairs(LOANS), lambda rows, value: rows.filter(kind=value)),
    )

    def rows(self) -> QuerySet:
        rows = Loan.objects.prefetch_related("carrier", "borrower", "ticket")
        return rows.filter(units_within(self.request.user.reach(self.roles), "carrier__unit"))

    def address(self, row: Any) -> str:
        return reverse("custody:carrier", args=(row.carrier_id,))


class Mine(Page):
    """What I hold: in my custody, borrowed, my phone; and what wants my signature."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        me = request.user.person
        kept = full().filter(custodian=me, state__in=sorted(states.LIVE))
        signed = Q(giver=me) | Q(taker=me)
        return self.show(
            "custody/mine.html",
            loans=Loan.objects.filter(borrower=me, state=OPEN).select_related("carrier__custodian", "ticket"),
            asked=borrowing.asked(me),
            kept=kept.order_by("number")[:200],
            count=kept.count(),
            tickets=Ticket.objects.filter(person=me, returned_at=None).select_related("locker__zone"),
            hand_overs=[one for one in HandOver.objects.filter(signed, state=LISTED).select_related("giver", "taker")
                        if one.waits_for(me)],
            lists=[one for one in Destruction.objects.filter(Q(first=me) | Q(second=me), state=LISTED)
                   if one.waits_for(me)],
            sees=request.user.holds(READERS),
        )  # fmt: skip


class Scan(Page):
    """What a label's code opens: the carrier, and the countings in which it may be found."""

    anybody = True

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        carrier = full().filter(token=token).first()
        if carrier is None:
            raise Http404
        if not request.user.reach(READERS).covers(carrier.unit_path):
            if request.user.person_id in {carrier.custodian_id, carrier.holder_id}:
                return redirect("custody:mine")
            raise Http404
        reach = request.user.reach(COUNTERS)
        takes = StockTake.objects.filter(reach.within("unit__path"), state=COUNTING).select_related("unit", "place")
        found = dict(carrier.counted.filter(stock_take__in=takes).values_list("stock_take_id", "verdict"))
        return self.show(
            "custody/scan.html",
            carrier=carrier,
            takes=[(take, found.get(take.pk) in {"found", "stranger"}) for take in takes],
            loan=carrier.loans.filter(state=OPEN).select_related("borrower").first(),
        )


class Import(ActionPage):
    """Read a ledger."""

    action = imports.UploadLedger
    template = "custody/import.html"

    def after(self, done: Any) -> HttpResponse:
        return redirect("custody:import-plan", pk=done.result.pk)

    def back(self, act: Action) -> str:
        del act
        return reverse("custody:ledger")


class ImportPlan(ActionPage):
    """What the list would add, row by row, before anything is written."""

    action = imports.ImportLedger
    template = "plan.html"

    def more(self, act: Action) -> dict[str, Any]:
        if act.target.user_id != self.request.user.pk:
            raise Gone
        plan = importing.plan(act.target.rows, self.request.user.reach(act.roles))
        heads = [importing.SHEET.labels[name] for name in importing.SHOWN]
        return {"plan": plan, "upload": act.target, "heads": heads}

    def after(self, done: Any) -> HttpResponse:
        added, left = done.result
        text = _("Imported: %(added)d new, %(left)d left out.") % {"added": added, "left": left}
        messages.success(self.request, text)
        return redirect("custody:ledger")

    def back(self, act: Action) -> str:
        del act
        return reverse("custody:import")


class Template(Page):
    """The empty list to fill in, with the columns in one's own language and one row as an example."""

    roles = KEEPERS

    def get(self, request: HttpRequest, form: str) -> HttpResponse:
        person, unit = request.user.person, request.user.person.unit
        heads = [importing.SHEET.head(name) for name in importing.FIELDS]
        example = [
            "2026-001", _("Minutes (example)"), "paper", _("confidential"), "2026-03-01", "10年", "", unit.name,
            "000001", "12", "", unit.code, person.number, "", "",
        ]  # fmt: skip
        return (
            as_csv("carriers", [heads, example])
            if form == "csv"
            else as_xlsx("carriers", [heads, example], _("Carriers"))
        )


class Rules(Page):
    """The office's limits for carriers."""

    roles = READERS

    def get(self, request: HttpRequest) -> HttpResponse:
        rules = Policy.current()
        shown = [
            (field.verbose_name, getattr(rules, field.name)) for field in Policy._meta.fields if field.name[-1] == "s"
        ]
        shown.insert(0, (Policy._meta.get_field("ticket_from").verbose_name, rules.get_ticket_from_display()))
        may = request.user.reach(policy.ChangePolicy.roles).covers(rules.unit_path)
        return self.show("custody/rules.html", facts=shown, change=may)


class RulesChange(Form):
    """Change the limits."""

    action, lists = policy.ChangePolicy, "custody:rules"

    def address(self, done: Any) -> str:
        del done
        return reverse("custody:rules")
