"""Rules about units, people, roles and the office that no form may get around."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shoumi.console.accounts.actions.accounts import CloseAccount, InviteAgain, OpenAccount
from shoumi.console.accounts.actions.people import AddPerson, ChangePerson, Depart
from shoumi.console.accounts.actions.rights import ChangeMode, GrantRole, WithdrawRole
from shoumi.console.accounts.actions.units import AddUnit, ChangeUnit, CloseUnit
from shoumi.console.accounts.models import Grant, Office, Unit, User, months_after
from shoumi.console.action import Denied, Invalid, Unmet
from shoumi.console.roles import Reach


def grant(world, proven, user, role, unit=None):
    return GrantRole.run(world.bob, user, door=proven, role=role, unit=unit.pk if unit else "")


def test_one_person_never_holds_two_administrator_roles(world, proven):
    with pytest.raises(Unmet):
        grant(world, proven, world.alice, "audit")
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by going around the action
        Grant.objects.create(user=world.alice, role="audit", by="x")


def test_a_small_office_may_combine_and_must_separate_before_it_ends(world, proven):
    ChangeMode.run(world.bob, door=proven, mode="small-office", reason="one laptop")
    grant(world, proven, world.alice, "audit")
    with pytest.raises(Unmet):
        ChangeMode.run(world.bob, door=proven, mode="separated", reason="grown")
    WithdrawRole.run(world.bob, Grant.objects.get(user=world.alice, role="audit"), door=proven, reason="grown")
    ChangeMode.run(world.bob, door=proven, mode="separated", reason="grown")
    assert not Office.current().small
    with pytest.raises(Unmet):
        grant(world, proven, User.objects.get(pk=world.alice.pk), "audit")


def test_nobody_gives_a_role_to_themselves(world, proven):
    with pytest.raises(Unmet):
        grant(world, proven, world.bob, "officer", world.north)


def test_the_last_administrator_stays(world, proven):
    with pytest.raises(Unmet):
        WithdrawRole.run(world.bob, Grant.objects.get(user=world.charlie), door=proven, reason="x")


def test_a_working_role_is_over_a_unit(world, proven):
    with pytest.raises(Invalid):
        grant(world, proven, world.staff, "officer")


def test_a_role_is_not_given_twice(world, proven):
    with pytest.raises(Unmet):
        grant(world, proven, world.dana, "officer", world.north)


def test_a_security_administrator_of_a_unit_stays_within_it(world, proven):
    local = world.account("local", "security", world.north)
    GrantRole.run(local, world.staff, door=proven, role="area", unit=world.north.pk)
    for role, unit in (("area", world.south), ("officer", world.root)):
        with pytest.raises(Invalid):
            GrantRole.run(local, world.staff, door=proven, role=role, unit=unit.pk)
    with pytest.raises(Denied):
        GrantRole.run(local, world.staff, door=proven, role="audit", unit="")
    with pytest.raises(Denied):
        GrantRole.run(local, world.south_officer, door=proven, role="area", unit=world.north.pk)


def test_nobody_decides_about_their_own_account(world, proven):
    for action in (InviteAgain, CloseAccount):
        with pytest.raises(Unmet):
            action.run(world.alice, world.alice, door=proven, reason="x")


def test_an_account_is_one_persons(world, proven):
    with pytest.raises(Unmet):
        OpenAccount.run(world.alice, world.dana.person, door=proven, username="dana2")
    for name in ("Dana", "x", "9lives", "a b c", "../etc"):
        with pytest.raises(Invalid):
            OpenAccount.run(world.alice, world.north_person, door=proven, username=name)


def test_departure_ends_everything_and_starts_the_cooling_off(world, proven):
    world.dana.person.category = "core"
    world.dana.person.save()
    Depart.run(world.alice, world.dana.person, door=proven, reason="another office")
    world.dana.person.refresh_from_db()
    today = timezone.localdate()
    assert (world.dana.person.departed_on, world.dana.person.cooling_until) == (today, months_after(today, 36))
    assert not User.objects.get(pk=world.dana.pk).is_active
    assert not Grant.objects.filter(user=world.dana, ended=None).exists()
    with pytest.raises(Unmet):
        Depart.run(world.alice, world.dana.person, door=proven, reason="again")
    with pytest.raises(Unmet):
        ChangePerson.run(
            world.alice, world.dana.person, door=proven, number="1", name="X", category="none", unit=world.north.pk
        )


def test_the_cooling_off_is_never_shorter_than_the_office_set(world, proven):
    for until in (timezone.localdate() + timedelta(days=30), timezone.localdate() - timedelta(days=30)):
        with pytest.raises(Invalid):
            Depart.run(world.dana, world.north_person, door=proven, reason="x", cooling_until=until.isoformat())
    later = months_after(timezone.localdate(), 60)
    Depart.run(world.dana, world.north_person, door=proven, reason="x", cooling_until=later.isoformat())
    world.north_person.refresh_from_db()
    assert world.north_person.cooling_until == later


def test_a_responsible_leader_is_replaced_before_leaving(world, proven):
    values = {"name": "North", "code": "north", "parent": world.root.pk, "leader": world.north_person.number}
    ChangeUnit.run(world.alice, world.north, door=proven, **values)
    with pytest.raises(Unmet):
        Depart.run(world.dana, world.north_person, door=proven, reason="x")


def test_moving_a_unit_moves_what_is_below(world, proven):
    deep = AddUnit.run(world.alice, door=proven, name="Deep", code="deep", parent=world.cellar.pk).thing
    ChangeUnit.run(world.alice, world.cellar, door=proven, name="Cellar", code="cellar", parent=world.south.pk)
    deep.refresh_from_db()
    assert deep.path == f"/{world.root.pk}/{world.south.pk}/{world.cellar.pk}/{deep.pk}/"
    assert not world.dana.reach({"officer"}).covers(deep.path)


def test_a_unit_never_moves_below_itself(world, proven):
    with pytest.raises(Invalid):
        ChangeUnit.run(world.alice, world.north, door=proven, name="N", code="north", parent=world.cellar.pk)


def test_a_unit_closes_only_when_empty(world, proven):
    for unit in (world.root, world.north, world.south):
        with pytest.raises(Unmet):
            CloseUnit.run(world.alice, unit, door=proven, reason="x")
    CloseUnit.run(world.alice, world.cellar, door=proven, reason="x")
    assert world.cellar.pk not in Unit.within(Reach(("",))).values_list("pk", flat=True)


@pytest.mark.parametrize(
    "given",
    [
        {"number": "n-norma"},
        {"vetted_on": "2999-01-01"},
        {"vetted_on": "yesterday"},
        {"category": "top"},
        {"email": "x"},
        {"name": "x" * 201},
    ],
)
def test_wrong_facts_about_a_person(world, proven, given):
    good = {"number": "1", "name": "Eve", "category": "none", "unit": world.north.pk}
    with pytest.raises(Invalid) as caught:
        AddPerson.run(world.dana, door=proven, **{**good, **given})
    assert set(caught.value.form.errors) == set(given)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 5, 15), -36, date(2021, 5, 15)),
        (date(2024, 12, 31), 0, date(2024, 12, 31)),
    ],
)
def test_months_after(day, months, expected):
    assert months_after(day, months) == expected


def test_reach():
    reach = Reach(("/1/2/",))
    assert reach.covers("/1/2/")
    assert reach.covers("/1/2/9/")
    assert not reach.covers("/1/22/")
    assert not reach.covers("/1/")
    assert not reach.covers("")
    assert not Reach().covers("/1/")
    assert Reach(("",)).covers("")
    assert Reach(("",)).covers("/7/")
