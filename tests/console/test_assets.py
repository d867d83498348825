"""Devices: who may what, wrong input, the closed ways, both sides of a hand-over, counts, inspections, lists, labels."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.console import examples_assets as made

from shoumi.console.action import ActionError, Denied, Gone, Invalid, Unmet, registry
from shoumi.console.assets import gaps, importing, kinds, lifecycle, panels, registers, serials, wrongs
from shoumi.console.assets.models import Device, Event, Handover, Number, StockLine, next_number
from shoumi.console.roles import Reach

ACTIONS = registry()
EVERYWHERE = Reach(("",))


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared in one language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """The room by itself: the conditions that the area devices hangs on its steps have tests of their own."""
    monkeypatch.setattr(lifecycle, "_GUARDS", {})
    monkeypatch.setattr(lifecycle, "_AFTER", {})
    monkeypatch.setattr(panels, "_LEADS", {})
    monkeypatch.setattr(wrongs, "_CHECKS", [check for check in wrongs._CHECKS if check.code != "drift"])


def run(action, actor, target=None, door=None, /, **given):
    return ACTIONS[f"assets.{action}"].run(actor, target, door=door, **given)


# --- the ledger


def test_a_serial_twice_names_the_other_device_only_to_who_may_see_it(world):
    near = made.device(world, numbers=[("machine", "ABC-12345"), ("disk", "D-777")])
    far = made.device(world, unit=world.south, numbers=[("machine", "SOUTH-99")])
    for text, field in (("abc 12345", "serial"), ("ａｂｃ１２３４５", "disks")):
        with pytest.raises(Invalid) as caught:
            run("device.add", world.dana, kind="laptop", unit=world.north.pk, **{field: text})
        assert near.number in str(caught.value.form.errors[field])
    with pytest.raises(Invalid) as caught:
        run("device.add", world.dana, kind="laptop", unit=world.north.pk, serial="south99")
    said = str(caught.value.form.errors["serial"])
    assert "registered already" in said
    assert far.number not in said
    assert world.south.name not in said


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("serial", "无"), ("serial", "To be filled by O.E.M."), ("serial", "0000000"), ("disks", "A1\na-1"),
        ("macs", "00:1A:2B"), ("macs", "FF:FF:FF:FF:FF:FF"), ("imeis", "490154203237519"), ("number", "A/1"),
        ("bought_on", "2999-01-01"), ("level", "cosmic"),
    ],
)  # fmt: skip
def test_wrong_input_is_named_beside_its_field(world, field, text):
    with pytest.raises(Invalid) as caught:
        run("device.add", world.dana, kind="laptop", unit=world.north.pk, **{field: text})
    assert field in caught.value.form.errors
    assert not Device.objects.exists()


def test_numbers_are_spelled_one_way(world):
    device = run(
        "device.add", world.dana, kind="phone", unit=world.north.pk, macs="00-1a-2b-3c-4d-5e", imeis="490154203237518"
    ).thing
    assert [(one.sort, one.value) for one in device.numbers.all()] == [
        ("mac", "00:1A:2B:3C:4D:5E"),
        ("imei", "490154203237518"),
    ]
    assert not device.lacks_serial  # an IMEI names a phone


def test_two_people_register_the_same_serial_at_once(world, monkeypatch):
    """The form found nothing, then somebody was quicker: a sentence, and nothing half written."""
    from shoumi.console.assets import ledger

    made.device(world, numbers=[("machine", "SAME1")])
    monkeypatch.setattr(ledger, "holders", lambda _numbers: {})
    with pytest.raises(Unmet, match="just registered"):
        run("device.add", world.dana, kind="laptop", unit=world.north.pk, serial="same-1")
    assert Device.objects.count() == 1


def test_a_level_never_falls_by_a_changed_word_once_used(world):
    fresh = made.device(world, level="secret", number="SB-1")
    run(
        "device.change", world.dana, fresh, **{**made.NEW, "number": "SB-1", "level": "work", "serial": "Q1"}
    )  # a slip, never used
    used = made.device(world, "use", level="work", number="SB-2")
    with pytest.raises(Invalid) as caught:
        run("device.change", world.dana, used, kind="laptop", level="open")
    assert "31(5)" in str(caught.value.form.errors["level"])


def test_a_secret_device_joins_no_outer_network(world):
    for network in ("internet", "office"):
        with pytest.raises(Invalid) as caught:
            run("device.add", world.dana, kind="laptop", unit=world.north.pk, level="secret", network=network)
        assert "art. 31" in str(caught.value.form.errors["network"])
    assert run("device.add", world.dana, kind="laptop", unit=world.north.pk, level="secret", network="isolated").thing


def test_use_wants_a_level_and_a_cleared_person_in_post(world):
    secret, undecided = made.device(world, level="secret"), made.device(world, level="")
    with pytest.raises(Unmet, match="no clearance"):
        run("device.use", world.dana, secret, responsible="n-staff")
    with pytest.raises(Unmet, match="level first"):
        run("device.use", world.dana, undecided, responsible="n-staff")
    run("device.use", world.dana, secret, responsible="n-norma")
    world.staff.person.departed_on = timezone.localdate()
    world.staff.person.save()
    with pytest.raises(Invalid):
        run("device.use", world.dana, made.device(world), responsible="n-staff")
    with pytest.raises(Invalid):  # a person of another unit is nobody here
        run("device.use", world.dana, made.device(world), responsible="n-sutherland")


def test_the_database_itself_refuses_a_device_in_use_without_a_person(world):
    device = made.device(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(pk=device.pk).update(state="use")


# --- the closed ways


@pytest.mark.parametrize("step", ["sell", "donate", "repurpose"])
@pytest.mark.parametrize(
    "state", [key for key, _label in lifecycle.STATES if key not in {"verified", *lifecycle.ENDED}]
)
def test_nothing_untreated_leaves_and_the_clause_is_shown(world, proven, step, state):
    device = made.device(world, state)
    given = {**made.LEAVE} if step != "repurpose" else {"reason": "x"}
    with pytest.raises(Unmet, match=r"31\(5\)"):
        run(f"device.{step}", world.dana, device, proven, **given)
    device.refresh_from_db()
    assert device.state == state


def test_every_refusal_is_a_whole_sentence_in_three_languages():
    for language in ("zh-hans", "zh-hant", "en"):
        with translation.override(language):
            for step in lifecycle.STEPS.values():
                for state, _label in lifecycle.STATES:
                    said = step.refusal(state)
                    assert said is None or (str(said)[-1] in ".。" and "%(" not in str(said))


def test_whoever_sanitised_does_not_verify(world, proven):
    device = made.device(world, "retired")
    run("device.sanitise", world.dana, device, method="purge", tool="x", done_by="Dana")
    given = {"examined": "full", "tool": "x", "proof": "R-1"}
    with pytest.raises(Unmet, match="Somebody else"):
        run("device.verify", world.dana, device, proven, **given)
    with pytest.raises(Unmet, match="not read is not clean"):
        run("device.verify", world.area, device, proven, **given, unread="on")
    run("device.verify", world.area, device, proven, **given)
    device.refresh_from_db()
    assert device.state == "verified"


def test_sanitised_again_after_not_clean_wants_a_new_verification(world, proven):
    device = made.device(world, "sanitised")
    run("device.reject", world.dana, device, found="a file")
    with pytest.raises(Unmet):
        run("device.verify", world.area, device, proven, examined="full", tool="x", proof="R")


def test_two_other_people_watch_a_destruction(world, proven):
    device = made.device(world, "retired")
    given = {"method": "shred", "where": "unit", "reason": "old"}
    for first, second in (("n-staff", "n-staff"), ("n-dana", "n-staff"), ("n-staff", "nobody")):
        with pytest.raises(Invalid):
            run("device.destroy", world.dana, device, proven, **given, first=first, second=second)
    run("device.destroy", world.dana, device, proven, **given, first="n-staff", second="n-norma")
    with pytest.raises(Unmet, match="Its record is kept"):
        run("device.retire", world.dana, device, reason="x")


def test_released_for_another_use_begins_anew(world, proven):
    device = made.device(world, "verified", level="secret", label="BM-1", responsible=world.north_person, number="SB-5")
    run("device.repurpose", world.dana, device, proven, reason="training")
    device.refresh_from_db()
    assert (device.level, device.label, device.responsible, device.state) == ("", "", None, "repurposed")
    run("device.register", world.dana, device, **{**made.NEW, "number": "SB-5", "level": "open"})
    with pytest.raises(Unmet, match=r"31\(5\)"):
        run("device.sell", world.dana, device, proven, **made.LEAVE)


def test_a_day_before_the_last_step_or_still_to_come_is_refused(world):
    device = made.device(world, "use")
    for day in (timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(Invalid) as caught:
            run("device.retire", world.dana, device, reason="x", on=day.isoformat())
        assert "on" in caught.value.form.errors


def test_other_rooms_hang_conditions_and_consequences_on_a_step(world, monkeypatch):
    monkeypatch.setattr(lifecycle, "_GUARDS", {})
    monkeypatch.setattr(lifecycle, "_AFTER", {})
    followed = []

    @lifecycle.guard("assets.device.repair")
    def approved(act):
        if "approved" not in act.data["fault"]:
            raise Unmet("Ask for approval first.")

    lifecycle.after("assets.device.repair")(lambda act, event: followed.append((act.device.number, event.after)))
    device = made.device(world, "use")
    with pytest.raises(Unmet, match="approval first"):
        run("device.repair", world.dana, device, fault="broken")
    run("device.repair", world.dana, device, fault="approved: broken")
    assert followed == [(device.number, "repair")]
    with pytest.raises(LookupError):
        lifecycle.guard("assets.device.fly")


def test_a_repair_goes_to_qualified_vendors_only_and_comes_back_as_it_went(world):
    device = made.device(world, "use")
    stale = made.vendor(world, name="Stale", valid_until=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Unmet, match="ended on"):
        run("device.repair", world.dana, device, fault="x", vendor=stale.pk)
    run("device.repair", world.dana, device, fault="x", vendor=made.vendor(world).pk)
    run("device.repaired", world.dana, device, result="new fan")
    device.refresh_from_db()
    assert device.state == "use"


# --- handing over


def test_both_sides_hand_over(world):
    device = made.device(world, "use", responsible=world.north_person, custodian=world.staff.person)
    run("device.transfer", world.dana, device, person="n-sutherland", reason="new work")
    handover = Handover.objects.get()
    with pytest.raises(Denied):  # the receiving unit is not Dana's
        run("device.receive", world.dana, handover)
    run("device.receive", world.south_officer, handover, place="S-1")
    device.refresh_from_db()
    assert (device.unit, device.responsible, device.custodian, device.state) == (
        world.south, world.south_person, None, "use",
    )  # fmt: skip
    with pytest.raises(Unmet):
        run("device.receive", world.south_officer, handover)


def test_who_gave_does_not_receive_and_a_declined_device_stays(world):
    device = made.device(world, "use", responsible=world.north_person)
    run("device.transfer", world.dana, device, person="n-staff", reason="new work")
    handover = Handover.objects.get()
    with pytest.raises(Unmet, match="other side"):
        run("device.receive", world.dana, handover)
    with pytest.raises(Denied):
        run("device.accept", world.leader, handover)
    run("device.refuse", world.staff, handover, reason="not mine")
    device.refresh_from_db()
    assert (device.state, device.responsible) == ("use", world.north_person)
    run("device.transfer", world.dana, device, person="n-staff", reason="again")
    run("device.accept", world.staff, Handover.objects.get(ended_at=None))
    device.refresh_from_db()
    assert (device.state, device.responsible) == ("use", world.staff.person)


def test_only_an_orphan_gets_a_person_without_hand_over(world):
    device = made.device(world, "use", responsible=world.north_person)
    with pytest.raises(Unmet, match="handed over"):
        run("device.assign", world.dana, device, responsible="n-staff")
    world.north_person.departed_on = timezone.localdate()
    world.north_person.save()
    run("device.assign", world.dana, device, responsible="n-staff")


def test_nobody_leaves_with_a_device(world, proven):
    made.device(world, "use", responsible=world.north_person)
    with pytest.raises(Unmet, match="still in their keeping"):
        ACTIONS["accounts.person.depart"].run(world.dana, world.north_person, door=proven, reason="moves")


# --- no way around: any people, any steps


_STEPS = [name for name in lifecycle.STEPS if name not in {"receive", "accept", "decline", "refuse"}]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(["officer", "area", "leader", "staff", "south"]),
                               st.sampled_from([*_STEPS, "receive", "accept", "decline", "change", "assign"])),
                     min_size=5, max_size=40))  # fmt: skip
def test_no_walk_reaches_the_outside_unverified_or_use_without_person(world, proven, walk):
    users = {**world.users, "south": world.south_officer}
    given = {
        "register": {**made.NEW, "number": ""}, "use": {"responsible": "n-staff"}, "repair": {"fault": "x"},
        "repaired": {"result": "x"}, "transfer": {"person": "n-norma", "reason": "x"},
        "sanitise": {"method": "clear", "tool": "x", "done_by": "x"}, "reject": {"found": "x"},
        "verify": {"examined": "full", "tool": "x", "proof": "x"}, "sell": made.LEAVE, "donate": made.LEAVE,
        "destroy": {"method": "shred", "where": "x", "first": "n-norma", "second": "n-leader", "reason": "x"},
        "change": {"kind": "laptop", "level": "open"}, "assign": {"responsible": "n-staff"},
    }  # fmt: skip
    with transaction.atomic():
        device = made.device(world, "bought")
        for who, step in walk:
            target = device
            if step in {"receive", "accept", "decline"}:
                target = Handover.objects.filter(device=device, ended_at=None).first() or device
            try:
                with transaction.atomic():
                    run(f"device.{step}", users[who], target, proven, **given.get(step, {"reason": "x"}))
            except ActionError:
                continue
        trail = [event.after for event in Event.objects.filter(device=device).order_by("pk")]
        for place, state in enumerate(trail):
            if state in lifecycle.OUT:
                assert trail[place - 1] == "verified"
                assert trail[place - 2] == "sanitised"
        for event in Event.objects.filter(device=device, after="verified"):
            before = Event.objects.filter(device=device, after="sanitised", pk__lt=event.pk).latest("pk")
            assert before.by_id != event.by_id
        device.refresh_from_db()
        assert device.state != "use" or device.responsible is not None
        transaction.set_rollback(True)


# --- counting


def test_a_count_knows_found_missing_and_strangers(world, proven):
    here, lost, away = made.device(world), made.device(world), made.device(world, "repair")
    far = made.device(world, unit=world.south)
    stocktake = run("stocktake.open", world.dana, unit=world.north.pk).thing
    assert {line.code for line in stocktake.lines.all()} == {here.number, lost.number}
    with pytest.raises(Unmet, match="is open"):
        run("stocktake.open", world.dana, unit=world.cellar.pk)
    with pytest.raises(Unmet, match="No label"):
        run("stocktake.sign", world.dana, stocktake, proven)
    kinds_of = [
        run("stocktake.see", world.dana, stocktake, code=code).result[0]
        for code in (f"https://example.org/assets/q/{here.number}/", here.number.lower(), far.number, "SB-9999")
    ]
    assert kinds_of == ["found", "again", "stranger", "stranger"]
    strange = StockLine.objects.get(stocktake=stocktake, code=far.number)
    assert strange.device is None  # a device of another unit is no more than what its label says
    with pytest.raises(Unmet, match="remark"):
        run("stocktake.sign", world.dana, stocktake, proven)
    run("stocktake.sign", world.leader, stocktake, proven, note="searched, case opened")
    here.refresh_from_db()
    lost.refresh_from_db()
    away.refresh_from_db()
    assert (here.seen_on, here.missing_since) == (timezone.localdate(), None)
    assert lost.missing_since == timezone.localdate()
    assert away.missing_since is None
    with pytest.raises(Unmet, match="signed off"):
        run("stocktake.see", world.dana, stocktake, code=lost.number)


def test_a_scanned_label_leads_to_the_open_count_or_the_device(world, enter):
    device = made.device(world, "use")
    browser = enter(world.dana)
    assert browser.get(f"/assets/q/{device.number}/").url == f"/assets/{device.pk}/"
    stocktake = made.stocktake(world)
    assert (
        browser.get(f"/assets/q/{device.number}/").url
        == f"/assets/stocktakes/{stocktake.pk}/count/?code={device.number}"
    )
    assert enter(world.staff).get(f"/assets/q/{device.number}/").url == "/assets/mine/"
    assert enter(world.south_officer).get(f"/assets/q/{device.number}/").status_code == 404


# --- inspections


def test_every_kind_has_a_checklist_of_its_own_and_no_item_twice():
    for kind in kinds.KINDS.values():
        codes = [item.code for item in kind.checklist]
        assert len(codes) == len(set(codes)) > len(kinds.COMMON)
    codes = {name: {item.code for item in kind.items} for name, kind in kinds.KINDS.items()}
    assert "image-disk" in codes["copier"]
    assert "fax-memory" in codes["fax"]
    assert "cache" in codes["scanner"]
    assert codes["copier"] | codes["fax"] | codes["scanner"] | codes["printer"] == codes["multifunction"]


def test_an_inspection_answers_every_item_and_keeps_its_words(world):
    device = made.device(world, kind="fax")
    answers = {f"is-{item.code}": "ok" for item in device.sort.checklist}
    with pytest.raises(Invalid):
        run("device.inspect", world.dana, device, **{**answers, "is-fax-memory": ""})
    with pytest.raises(Invalid) as caught:
        run("device.inspect", world.dana, device, **{**answers, "is-fax-memory": "wrong"})
    assert "why-fax-memory" in caught.value.form.errors
    given = {**answers, "is-fax-memory": "wrong", "why-fax-memory": "12 messages", "is-network": "na"}
    inspection = run("device.inspect", world.dana, device, **given).result
    device.refresh_from_db()
    assert (inspection.flaws, device.flawed, device.inspected_on) == (1, True, timezone.localdate())
    kept = {one["code"]: one for one in inspection.answers}
    assert kept["fax-memory"]["remark"] == "12 messages"
    assert set(kept["fax-memory"]["text"]) == {"en", "zh-hans", "zh-hant"}
    run("device.inspect", world.dana, device, **answers)
    device.refresh_from_db()
    assert not device.flawed


# --- registers


def test_what_a_vendor_or_engineer_lacks(world):
    today = timezone.localdate()
    good = made.vendor(world)
    assert registers.lacks(good) == []
    bad = made.vendor(world, name="B", certificate="", committed_on=None)
    assert len(registers.lacks(bad)) == 2
    person = bad.engineers.create(name="E", certificate="1", valid_until=today, committed_on=today)
    assert len(registers.lacks(person)) == 2  # its vendor's lacks are its own


def test_vendors_of_units_above_may_be_chosen_those_of_others_not(world):
    above, beside = (
        made.vendor(world, name="Above", unit=world.root),
        made.vendor(world, name="Beside", unit=world.south),
    )
    names = set(registers.vendors_for(world.dana.reach({"officer"})).values_list("name", flat=True))
    assert names == {"Above"}
    with pytest.raises(Denied):
        run("vendor.change", world.dana, above, name="x", unit=world.north.pk)
    assert beside.pk


def test_house_rules_by_version_and_who_has_not_acknowledged(world, enter):
    rules = run("rules.add", world.dana, title="Repairs", unit=world.north.pk, text="Ask first.").thing
    first = rules.versions.get()
    waiting = set(first.waiting().values_list("name", flat=True))
    assert "Norma" in waiting
    assert "Sutherland" not in waiting
    run("rules.acknowledge", world.staff, first)
    run("rules.paper", world.dana, first, person="n-norma")
    assert not {"Norma", "Staff"} & set(first.waiting().values_list("name", flat=True))
    with pytest.raises(Denied):  # they do not bind somebody of another unit
        run("rules.acknowledge", world.south_officer, first)
    run("rules.revise", world.dana, rules, text="Ask twice.")
    with pytest.raises(Unmet, match="newer"):
        run("rules.acknowledge", world.staff, first)
    assert "Norma" in set(rules.versions.first().waiting().values_list("name", flat=True))
    page = enter(world.staff).get("/assets/mine/")
    assert "Repairs" in page.content.decode()
    only = run("rules.add", world.dana, title="Holders", unit=world.north.pk, holders="on", text="x").thing
    assert not only.bound().exists()
    made.device(world, "use")
    assert [person.name for person in only.bound()] == ["Staff"]


# --- what is wrong


def test_each_check_finds_its_device_and_its_step_leads_somewhere(world, enter):
    today = timezone.localdate()
    old = today - timedelta(days=400)
    gone = world.person("gone", world.north, departed_on=today)
    wrong = {
        "nobody": made.device(world), "departed": made.device(world, responsible=gone),
        "missing": made.device(world, missing_since=today), "level": made.device(world, level=""),
        "label": made.device(world), "serial": made.device(world, numbers=[("disk", "D1")]),
        "disk": made.device(world, numbers=[("machine", "M1")]), "flawed": made.device(world, flawed=True),
        "repair": made.device(world, "repair", since=old), "handover": made.device(world, "transfer", since=old),
        "bought": made.device(world, "bought", since=old), "retired": made.device(world, "retired", since=old),
        "unseen": made.device(world, registered_on=old, inspected_on=today),
        "uninspected": made.device(world, registered_on=old, seen_on=today),
    }  # fmt: skip
    assert set(wrong) == set(wrongs.checks())
    browser = enter(world.dana)
    for code, device in wrong.items():
        check = wrongs.checks()[code]
        assert device in set(check.find(Device.objects.all())), code
        assert browser.get(check.step(device)[1]).status_code == 200, code
        assert browser.get(f"/assets/?wrong={code}").context["page"].paginator.count >= 1
    page = browser.get("/assets/wrong/").content.decode()
    assert all(str(check.label) in page for check in wrongs.checks().values())
    assert enter(world.south_officer).get("/assets/wrong/").context["sections"] == []
    with pytest.raises(ValueError, match="two checks"):
        wrongs.add(wrongs.checks()["nobody"])


def test_gaps_are_found_explained_and_not_found_again(world):
    for number in ("SB-0001", "SB-0002", "SB-0005", "SB-0009", "PR-1", "PR-2"):
        made.device(world, number=number)
    made.device(world, number="SB-0012", unit=world.south)
    assert [(gap.first, gap.last) for gap in gaps.gaps(EVERYWHERE)] == [
        ("SB-0003", "SB-0004"), ("SB-0006", "SB-0008"), ("SB-0010", "SB-0011"),
    ]  # fmt: skip
    assert gaps.gaps(Reach((world.south.path,))) == []
    run("number.explain", world.dana, number="SB-0003", unit=world.north.pk, reason="misprint")
    run("number.explain", world.dana, number="SB-0007", unit=world.north.pk, reason="misprint")
    assert [(gap.first, gap.last) for gap in gaps.gaps(EVERYWHERE)][:3] == [
        ("SB-0004", "SB-0004"), ("SB-0006", "SB-0006"), ("SB-0008", "SB-0008"),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        run("device.add", world.dana, kind="laptop", unit=world.north.pk, number="SB-0003")
    assert next_number("SB-") == "SB-0013"


# --- lists


def plan(text, reach=EVERYWHERE):
    return importing.plan(importing.SHEET.read(text.encode()), reach)


def test_a_list_in_chinese_with_its_wrong_rows(world):
    made.device(world, number="SB-0001", numbers=[("machine", "TAKEN1")])
    found = plan(
        "编号,类别,密级,型号,序列号,硬盘序列号,MAC地址,接入网络,单位,责任人\n"
        'SB-1001,便携式计算机,内部,X1,S1,"D1,D2",001A2B3C4D5E,办公网,north,n-staff\n'
        "SB-1002,打印机,,P1,无,,,,north,\n"
        "SB-1003,打印机,机密,P1,S3,,,互联网,north,\n"
        "SB-1004,烤箱,,P1,S4,,,,north,\n"
        "SB-1005,打印机,,P1,taken-1,,,,north,\n"
        "SB-1006,打印机,,P1,S1,,,,north,\n"
        "SB-1001,打印机,,P1,S7,,,,north,\n"
        "SB-1008,打印机,机密,P1,S8,,,,north,n-staff\n"
        "SB-1009,打印机,,P1,S9,,xy,,nowhere,n-nobody\n"
    )
    assert [row.line for row in found.good] == [2, 3]
    assert {row.line: len(row.errors) for row in found.bad} == {4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1, 10: 3}
    assert "SB-0001" in str(found.bad[2].errors[0])
    importing.write(found, world.dana, "assets.devices.import")
    laptop, printer = (Device.objects.get(number=number) for number in ("SB-1001", "SB-1002"))
    assert (laptop.state, laptop.responsible, laptop.network) == ("use", world.staff.person, "office")
    assert [one.value for one in laptop.numbers.all()] == ["S1", "D1", "D2", "00:1A:2B:3C:4D:5E"]
    assert (printer.state, printer.lacks_serial, printer.lacks_level) == ("registered", True, True)
    again = plan("number,kind,unit,place\nSB-1001,laptop,north,A-1\nSB-1002,printer,south,\n", EVERYWHERE)
    assert again.altered[0].changed == {"place": ["", "A-1"]}
    assert "handed over" in str(again.bad[0].errors[0])
    importing.write(again, world.dana, "x")
    laptop.refresh_from_db()
    assert laptop.place == "A-1"
    assert laptop.numbers.count() == 4  # columns that are absent stay


def test_a_list_never_lowers_a_level_and_knows_only_ones_own(world):
    made.device(world, "use", number="SB-1", level="work")
    made.device(world, number="SB-2", unit=world.south, numbers=[("machine", "FAR")])
    found = plan("number,kind,unit,level,serial\nSB-1,laptop,north,open,\nSB-2,laptop,north,,\nSB-3,laptop,north,,far\n",
                 Reach((world.north.path,)))  # fmt: skip
    said = [str(row.errors[0]) for row in found.bad]
    assert "31(5)" in said[0]
    assert said[1] == "number SB-2 is taken"
    assert "SB-2" not in said[2]


def test_the_template_can_be_read_back_in_every_language(world, enter):
    browser = enter(world.dana)
    for language in ("zh-hans", "zh-hant", "en"):
        browser.cookies["shoumi-language"] = language
        for form in ("csv", "xlsx"):
            content = browser.get(f"/assets/template.{form}").content
            found = importing.plan(importing.SHEET.read(content), EVERYWHERE)
            assert [row.errors for row in found.bad] == []
            assert len(found.good[0].values["numbers"]) == 3


def test_export_and_import_agree(world, enter):
    device = made.device(world, "use", place="A-1", label="BM-1")
    columns = "&".join(
        f"column={name}" for name in ("number", "kind", "level", "serial", "disks", "label", "unit", "place")
    )
    content = enter(world.dana).get(f"/assets/?{columns}&export=xlsx").content
    import python_calamine

    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == device.number
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["Serial number"] == f"SN{device.number}"


@pytest.mark.parametrize("content", [b"", b"\0\1\2", b"number,kind\n1,laptop\n", b"PK\x03\x04broken"])
def test_files_that_are_no_lists(content):
    from shoumi.console.sheets import Unreadable

    with pytest.raises(Unreadable):
        importing.SHEET.read(content)


# --- pages


def test_another_units_officer_sees_nothing(world, enter):
    device = made.device(world, "use")
    handover, vendor, rules, stocktake = (
        made.handover(world),
        made.vendor(world),
        made.rules(world),
        made.stocktake(world),
    )
    answers = {f"is-{item.code}": "ok" for item in device.sort.checklist}
    inspection = run("device.inspect", world.dana, device, **answers).result
    sheet = run("labels.print", world.dana, numbers=device.number).thing
    version = rules.versions.get()
    browser = enter(world.south_officer)
    for address in (
        f"/assets/{device.pk}/", f"/assets/{device.pk}/change/", f"/assets/{device.pk}/retire/",
        f"/assets/{device.pk}/inspect/", f"/assets/handovers/{handover.pk}/receive/", f"/assets/vendors/{vendor.pk}/",
        f"/assets/rules/text/{version.pk}/", f"/assets/stocktakes/{stocktake.pk}/",
        f"/assets/stocktakes/{stocktake.pk}/count/", f"/assets/inspections/{inspection.pk}/",
        f"/assets/labels/{sheet.pk}/", f"/records/assets.device/{device.pk}.html",
        f"/records/assets.stocktake/{stocktake.pk}.html",
    ):  # fmt: skip
        assert browser.get(address).status_code in {403, 404}, address
    page = browser.get("/assets/")
    assert page.context["page"].paginator.count == 0
    assert device.number not in page.content.decode()
    with pytest.raises(Denied):
        run("device.retire", world.south_officer, device, reason="x")
    with pytest.raises(Gone):
        run("device.retire", world.dana, 999999, reason="x")


@pytest.mark.parametrize("who", ["leader", "approver"])
def test_readers_read_and_change_nothing(world, enter, who):
    device = made.device(world, "use")
    browser = enter(world.users[who])
    page = browser.get(f"/assets/{device.pk}/")
    assert page.status_code == 200
    assert f"/assets/{device.pk}/retire/" not in page.content.decode()
    assert browser.get(f"/assets/{device.pk}/retire/").status_code == 403
    for action in ("device.retire", "device.change"):
        with pytest.raises(Denied):
            run(action, world.users[who], device, reason="x")


def test_queries_do_not_grow_with_devices(world, enter):
    browser = enter(world.dana)

    def grow(count):
        for _ in range(count):
            device = made.device(world, "use")
            made.device(world)
            made.device(world, "repair", since=timezone.localdate() - timedelta(days=60))
            made.handover(world)
            run("labels.print", world.dana, numbers=device.number)
            made.vendor(world, name=f"V{device.pk}", valid_until=None)
            made.rules(world, title=f"R{device.pk}")

    grow(4)
    device = Device.objects.filter(state="use").first()
    stocktake = made.stocktake(world)
    pages = ("/assets/", "/assets/?q=example", "/assets/?wrong=label", "/assets/wrong/", "/assets/mine/", "/assets/vendors/",
             "/assets/rules/", "/assets/stocktakes/", f"/assets/{device.pk}/", f"/assets/stocktakes/{stocktake.pk}/", "/",
             f"/assets/stocktakes/{stocktake.pk}/count/", "/assets/labels/new/?q=example")  # fmt: skip

    def count(page):
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(page).status_code == 200
        return len(caught)

    before = {page: count(page) for page in pages}
    grow(12)
    assert {page: count(page) for page in pages} == before
    assert max(before.values()) < 90


def test_search_finds_numbers_serials_and_people(world, enter):
    device = made.device(world, "use", place="楼 A-301", numbers=[("machine", "ZX81"), ("mac", "00:1A:2B:3C:4D:5E")])
    other = made.device(world, responsible=world.north_person)
    browser = enter(world.dana)

    def found(query):
        return [address for address, _cells in browser.get("/assets/", {"q": query}).context["lines"]]

    for query in (device.number.lower(), "zx81", "3c:4d", "A-301", "staff", "n-staff"):
        assert found(query) == [f"/assets/{device.pk}/"], query
    assert found("Norma") == [f"/assets/{other.pk}/"]


def test_a_moved_unit_takes_its_devices_along(world, enter):
    device = made.device(world, unit=world.cellar)
    world.cellar.parent = world.south
    world.cellar.settle()
    assert enter(world.dana).get(f"/assets/{device.pk}/").status_code == 404
    assert enter(world.south_officer).get(f"/assets/{device.pk}/").status_code == 200


def test_labels_are_drawn_and_remembered(world, enter):
    device = made.device(world)
    with pytest.raises(Invalid):
        run("labels.print", world.dana, numbers=f"{device.number}\nSB-9999")
    sheet = run("labels.print", world.dana, numbers=device.number).thing
    page = enter(world.dana).get(f"/assets/labels/{sheet.pk}/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    device.refresh_from_db()
    assert device.labelled_on == timezone.localdate()


def test_records_come_in_every_form(world, enter):
    device = made.device(world, "use")
    stocktake = made.stocktake(world, seen={device.number})
    browser = enter(world.dana)
    for form, begin in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        for name, key in (("assets.device", device.pk), ("assets.stocktake", stocktake.pk)):
            answer = browser.get(f"/records/{name}/{key}.{form}")
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 200
            assert content.startswith(begin), (name, form)


def test_panels_and_leads_of_other_rooms_stand_on_the_page(world, enter, monkeypatch):
    monkeypatch.setattr(panels, "_PANELS", [])
    monkeypatch.setattr(panels, "_LEADS", {})
    panels.panel(lambda device, _user: [panels.Panel("Repairs", [(f"of {device.number}", "/x/")])])
    panels.lead("repair", lambda device, _user: f"/devices/{device.pk}/ask/")
    device = made.device(world, "use")
    page = enter(world.dana).get(f"/assets/{device.pk}/").content.decode()
    assert "Repairs" in page
    assert f"/devices/{device.pk}/ask/" in page
    assert f"/assets/{device.pk}/repair/" not in page


# --- numbers


@given(st.text(max_size=40))
def test_a_key_is_the_key_of_itself(text):
    assert serials.key(serials.key(text)) == serials.key(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("001a.2b3c.4d5e", "00:1A:2B:3C:4D:5E"),
        ("00-1A-2B-3C-4D-5E", "00:1A:2B:3C:4D:5E"),
        ("000000000000", ""),
        ("xyz", ""),
    ],
)
def test_mac_addresses(text, found):
    assert serials.mac(text) == found


def test_numbers_and_their_series():
    assert serials.series("PC-0017") == ("PC-", 17)
    assert serials.series("甲") == ("甲", None)
    assert serials.split("a, b；c\nd,a") == ["a", "b", "c", "d"]
    assert Number.of(Device(), "disk", "a-1").space == "serial"


# --- every morning


def test_certificates_that_end_are_told_and_rules_are_reminded(world, settings):
    from shoumi.console.assets import jobs
    from shoumi.console.notices.models import Notice

    today = timezone.localdate()
    made.vendor(world, valid_until=today + timedelta(days=30))
    made.vendor(world, name="Later", valid_until=today + timedelta(days=31))
    jobs.certificates()
    jobs.certificates()  # a job may run twice
    assert {notice.user.username for notice in Notice.objects.all()} == {"dana", "area"}
    assert Notice.objects.count() == 2
    Notice.objects.all().delete()
    version = made.rules(world).versions.get()
    run("rules.acknowledge", world.staff, version)
    jobs.rules()
    told = {notice.user.username for notice in Notice.objects.all()}
    assert "area" in told
    assert not told & {"staff", "south-officer"}
