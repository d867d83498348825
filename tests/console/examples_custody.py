"""For every action of the room custody: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone


def soon(days=7):
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def keeper(world):
    """Return who keeps carriers in the unit north: cleared for everything."""
    from shoumi.console.accounts.models import Person

    found = Person.objects.filter(number="n-kara").first()
    return found or world.person("kara", world.north, category="core")


def reader(world, name="rita"):
    """Return somebody who may borrow secret carriers."""
    from shoumi.console.accounts.models import Person

    found = Person.objects.filter(number=f"n-{name}").first()
    return found or world.person(name, world.north, category="core")


def safe(world, unit=None, top=True):
    from shoumi.console.custody.models import Place

    unit = unit or world.north
    return Place.objects.get_or_create(unit=unit, name=f"Safe of {unit.name}", defaults={"top": top})[0]


def carrier(world, number="C-1", level="confidential", unit=None, custodian=None, **more):
    """Return a carrier that is in its place."""
    from shoumi.console.custody.models import Carrier

    unit, custodian = unit or world.north, custodian or keeper(world)
    values = {"title": f"Minutes {number}", "issued_on": timezone.localdate(), "place": safe(world, unit), **more}
    values.setdefault("holder", custodian)
    return Carrier.objects.create(number=number, level=level, unit=unit, custodian=custodian, **values)


def ticket(world, person=None):
    from shoumi.console.custody.actions.lockers import IssueTicket

    given = {"zone": zone(world).pk, "person": (person or reader(world)).number, "handset": "black one"}
    return IssueTicket.run(world.dana, **given).thing


def zone(world, lockers=5):
    from shoumi.console.custody.models import Locker, Zone

    made, new = Zone.objects.get_or_create(unit=world.north, name="Reading room")
    if new:
        Locker.objects.bulk_create(Locker(zone=made, number=n) for n in range(1, lockers + 1))
    return made


def lent(world, **more):
    """Return an open loan."""
    from shoumi.console.custody.actions.loans import Lend

    given = {"borrower": reader(world).number, "purpose": "read", "due_on": soon(), **more}
    return Lend.run(world.dana, carrier(world), **given).result


def asks(world, thing=None, user=None, **more):
    """Return a loan that the account "staff" asks for; approved, it waits to be handed out."""
    from shoumi.console.custody.actions.own import AskLoan

    user = user or world.staff
    clear(world, user)
    given = {"number": (thing or carrier(world)).number, "purpose": "read", "due_on": soon(), **more}
    return AskLoan.run(user, **given).result


def wanted(world, thing=None, **more):
    from shoumi.console.custody import flows

    return approved(world, asks(world, thing, **more), flows.LOAN)


def handed_out(world):
    from shoumi.console.custody.actions.own import HandOut

    return HandOut.run(world.dana, wanted(world)).result


def _ask(world):
    clear(world, world.staff)
    return world.staff, None, {"number": carrier(world).number, "purpose": "read", "due_on": soon()}


def approved(world, thing, flow):
    """Sign what waits for approval, as the approver of the unit."""
    from shoumi.console.action import Door
    from shoumi.console.approvals import asking
    from shoumi.console.approvals.actions import Approve

    request = asking.state(flow, thing).request
    Approve.run(world.approver, request, door=Door("page", "", timezone.now()), seen=request.digest, reason="")
    return thing


CARRY = {"purpose": "meeting", "where": "ministry", "route": "ring road", "measures": "locked case"}


def carry_asked(world, thing=None, **more):
    from shoumi.console.custody.actions.loans import AskCarry

    two = {"borrower": reader(world).number, "companion": reader(world, "rolf").number}
    return AskCarry.run(world.dana, thing or carrier(world), **two, **{**CARRY, "due_on": soon(), **more}).result


def carry_granted(world, **more):
    from shoumi.console.custody import flows

    return approved(world, carry_asked(world, **more), flows.CARRY_OUT)


def copy_asked(world, thing=None, **more):
    from shoumi.console.custody.actions.copies import AskCopy

    given = {"how": "copy", "copies": 2, "purpose": "meeting", **more}
    return AskCopy.run(world.dana, thing or carrier(world), **given).result


def copy_granted(world, thing=None, **more):
    from shoumi.console.custody import flows

    return approved(world, copy_asked(world, thing, **more), flows.COPY)


SENT = {"to": "Ministry", "route": "channel", "courier": "Carl", "second": "Cora", "seal": "S-1"}


def sent(world, **more):
    from shoumi.console.custody.actions.dispatches import Send

    given = {"carriers": carrier(world).number, **SENT, **more}
    return Send.run(world.dana, **given).thing


def accept(world):
    arriving = sent(world, to_unit=world.cellar.pk, to="Cellar", route="in-house")
    given = {"custodian": keeper(world).number, "place": safe(world).pk, "seal_state": "intact"}
    return world.dana, arriving, given


def clear(world, *users):
    """Give accounts the clearance for everything."""
    from shoumi.console.accounts.models import Person

    Person.objects.filter(pk__in=[user.person_id for user in users]).update(category="core")
    for user in users:
        user.person.refresh_from_db()


def handed(world, giver=None, taker=None):
    """Return a hand-over from the account "staff" to the account "leader"."""
    from shoumi.console.custody.actions.handovers import Propose

    clear(world, world.staff, world.leader)
    giver, taker = giver or world.staff.person, taker or world.leader.person
    carrier(world, custodian=giver)
    return Propose.run(world.dana, giver=giver.number, taker=taker.number, reason="post").result


def given(world):
    from shoumi.console.action import Door
    from shoumi.console.custody.actions.handovers import SignGiver

    listed = handed(world)
    SignGiver.run(world.staff, listed, door=Door("page", "", timezone.now()))
    return listed


def paper(world):
    listed = handed(world, giver=reader(world))
    return world.dana, listed, {"side": "giver", "paper": "file 7"}


def condemned(world, *things):
    """Return a list for destruction, supervised by the accounts "leader" and "area"."""
    from shoumi.console.custody.actions.destructions import ListDestruction

    clear(world, world.leader, world.area)
    things = things or (carrier(world), carrier(world, "C-2"))
    how = {"reason": "term over", "method": "shredded", "where": "plant"}
    two = {"first": world.leader.person.number, "second": world.area.person.number}
    return ListDestruction.run(world.dana, carriers=" ".join(one.number for one in things), **how, **two).result


def destruction_asked(world, *things):
    from shoumi.console.custody.actions.destructions import AskDestruction

    listed = condemned(world, *things)
    AskDestruction.run(world.dana, listed)
    return listed


def destruction_granted(world, *things):
    from shoumi.console.custody import flows

    return approved(world, destruction_asked(world, *things), flows.DESTROY)


def supervise(world):
    listed = destruction_granted(world)
    return world.leader, listed, {"seen": [item.carrier.number for item in listed.items.all()]}


def counting(world):
    from shoumi.console.custody.actions.stocktakes import Begin

    carrier(world)
    return Begin.run(world.dana, unit=world.north.pk).thing


def sealed(world):
    from shoumi.console.custody.actions.places import SealPlace

    place = safe(world)
    SealPlace.run(world.dana, place, number="S-9", second=keeper(world).number, reason="holiday")
    return place


def rooted(world):
    """Return an officer of the topmost unit."""
    from shoumi.console.accounts.models import User

    found = User.objects.full().filter(username="rooty").first()
    return found or world.account("rooty", "officer", world.root)


NEW = {
    "title": "Plan", "kind": "paper", "level": "secret", "issued_on": "2026-01-05", "term": "5年", "copies": 2,
}  # fmt: skip


def new(world, **more):
    where = {"unit": world.north.pk, "custodian": keeper(world).number, "place": safe(world).pk}
    return world.dana, None, {**NEW, **where, **more}


def received(world):
    how = {"sender": "Ministry", "deliverer": "Carl 0017", "slip": "7", "seal": "S-1", "seal_state": "intact"}
    return new(world, **how)


def _file(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = f"编号,标题,密级,印发日期,单位,保管人\nA-1,Plan,机密,2026-01-05,north,{keeper(world).number}\n"
    return world.dana, None, {"file": SimpleUploadedFile("ledger.csv", text.encode())}


def _import(world):
    from shoumi.console.custody.models import Upload

    row = {"line": "2", "number": "A-1", "title": "Plan", "level": "机密", "issued_on": "2026-01-05", "unit": "north"}
    rows = [{**row, "custodian": keeper(world).number}]
    return world.dana, Upload.objects.create(user=world.dana, name="ledger.csv", rows=rows), {}


def _compile(world):
    both = f"{carrier(world).number} {carrier(world, 'C-2', 'secret').number}"
    where = {"unit": world.north.pk, "custodian": keeper(world).number, "place": safe(world).pk}
    return world.dana, None, {"carriers": both, "title": "Collection", "kind": "paper", **where}


def _archive(world):
    return world.dana, carrier(world, reviewed_on=timezone.localdate()), {"archive": "A 12"}


def _remind(world):
    from shoumi.console.action import Machine

    return Machine("scheduler", frozenset({"custody.remind"})), None, {}


EXAMPLES = {
    "custody.carrier.make": new,
    "custody.carrier.receive": received,
    "custody.carrier.change": lambda w: (w.dana, carrier(w), {"title": "Other minutes"}),
    "custody.carrier.move": lambda w: (w.dana, carrier(w), {"place": safe(w, w.cellar).pk}),
    "custody.carrier.archive": _archive,
    "custody.carrier.take-out": lambda w: (w.dana, carrier(w, state="archived"), {"reason": "needed"}),
    "custody.carrier.miss": lambda w: (w.dana, carrier(w), {"reason": "not in the safe"}),
    "custody.carrier.find": lambda w: (w.dana, carrier(w, state="missing"), {"reason": "behind the safe"}),
    "custody.carrier.level": lambda w: (
        w.dana, carrier(w), {"level": "secret", "term": "10年", "basis": "letter 12"}),
    "custody.carrier.declassify": lambda w: (w.dana, carrier(w), {"basis": "letter 13"}),
    "custody.carrier.review": lambda w: (w.dana, carrier(w), {"result": "still needed"}),
    "custody.carrier.compile": _compile,
    "custody.loan.lend": lambda w: (
        w.dana, carrier(w), {"borrower": reader(w).number, "purpose": "read", "due_on": soon()}),
    "custody.loan.ask": _ask,
    "custody.loan.withdraw": lambda w: (w.staff, asks(w), {}),
    "custody.loan.offer": lambda w: (w.staff, handed_out(w), {}),
    "custody.loan.hand-out": lambda w: (w.dana, wanted(w), {}),
    "custody.loan.prolong": lambda w: (w.dana, lent(w), {"due_on": soon(20), "reason": "not done"}),
    "custody.loan.return": lambda w: (w.dana, lent(w), {"complete": "on"}),
    "custody.carry.ask": lambda w: (
        w.dana, carrier(w),
        {**CARRY, "borrower": reader(w).number, "companion": reader(w, "rolf").number, "due_on": soon()}),
    "custody.carry.start": lambda w: (w.dana, carry_granted(w), {}),
    "custody.carry.withdraw": lambda w: (w.dana, carry_asked(w), {"reason": "not needed"}),
    "custody.copy.ask": lambda w: (w.dana, carrier(w), {"how": "copy", "copies": 2, "purpose": "meeting"}),
    "custody.copy.make": lambda w: (w.dana, copy_granted(w), {"custodian": keeper(w).number, "kind": "paper"}),
    "custody.copy.withdraw": lambda w: (w.dana, copy_asked(w), {"reason": "not needed"}),
    "custody.dispatch.send": lambda w: (w.dana, None, {"carriers": carrier(w).number, **SENT}),
    "custody.dispatch.receipt": lambda w: (
        w.dana, sent(w), {"received_by": "Mia", "receipt": "R-1", "seal_state": "intact"}),
    "custody.dispatch.accept": accept,
    "custody.dispatch.back": lambda w: (w.dana, sent(w), {"seal_state": "intact", "note": "nobody there"}),
    "custody.handover.list": lambda w: (
        w.dana, None,
        {"giver": carrier(w).custodian.number, "taker": reader(w).number, "reason": "leaving"}),
    "custody.handover.give": lambda w: (w.staff, handed(w), {}),
    "custody.handover.take": lambda w: (w.leader, given(w), {"counted": "on"}),
    "custody.handover.paper": paper,
    "custody.handover.cancel": lambda w: (w.dana, handed(w), {"reason": "not yet"}),
    "custody.destruction.list": lambda w: (
        w.dana, None,
        {"carriers": carrier(w).number, "reason": "over", "method": "shredded", "where": "plant",
         "first": reader(w).number, "second": reader(w, "rolf").number}),
    "custody.destruction.strike": lambda w: (w.dana, condemned(w), {"number": "C-2", "reason": "needed"}),
    "custody.destruction.ask": lambda w: (w.dana, condemned(w), {}),
    "custody.destruction.supervise": supervise,
    "custody.destruction.cancel": lambda w: (w.dana, condemned(w), {"reason": "needed"}),
    "custody.place.add": lambda w: (w.dana, None, {"name": "Safe 7", "kind": "safe", "unit": w.north.pk}),
    "custody.place.change": lambda w: (w.dana, safe(w), {"name": "Safe 8", "kind": "safe", "top": "on"}),
    "custody.place.close": lambda w: (w.dana, safe(w), {"reason": "scrapped"}),
    "custody.place.seal": lambda w: (w.dana, safe(w), {"number": "S-9", "second": keeper(w).number}),
    "custody.place.open": lambda w: (w.dana, sealed(w), {"intact": "yes"}),
    "custody.zone.add": lambda w: (w.dana, None, {"unit": w.north.pk, "name": "Vault", "lockers": 10}),
    "custody.zone.change": lambda w: (w.dana, zone(w), {"name": "Vault", "lockers": 10}),
    "custody.ticket.issue": lambda w: (
        w.dana, None, {"zone": zone(w).pk, "person": reader(w).number, "handset": "black one"}),
    "custody.ticket.return": lambda w: (w.dana, ticket(w), {}),
    "custody.stocktake.begin": lambda w: (w.dana, None, {"unit": carrier(w).unit_id}),
    "custody.stocktake.count": lambda w: (w.area, counting(w), {"number": "C-1"}),
    "custody.stocktake.sign": lambda w: (w.dana, counting(w), {"witness": keeper(w).number}),
    "custody.stocktake.cancel": lambda w: (w.dana, counting(w), {"reason": "wrong unit"}),
    "custody.policy.change": lambda w: (
        rooted(w), None,
        {"ticket_from": "top", "loan_days": 14, "review_months": 12, "notice_days": 60, "stock_months": 3}),
    "custody.ledger.upload": _file,
    "custody.ledger.import": _import,
    "custody.remind": _remind,
}  # fmt: skip
