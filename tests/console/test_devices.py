"""Repairs, disposals, snapshots, rounds: each refusal with its reason, and no walk of anybody round the rules."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.console import examples_devices as made

from shoumi.console.action import ActionError, Denied, Gone, Invalid, Unmet, registry
from shoumi.console.approvals.models import Request
from shoumi.console.areas.devices import drift, methods, papers, ways
from shoumi.console.areas.devices.models import Difference, Disposal, Medium, Repair, Snapshot
from shoumi.console.assets import lifecycle
from shoumi.console.assets.models import Device, Event

ACTIONS = registry()


@pytest.fixture(autouse=True)
def english():
    """Sentences are compared in one language."""
    with translation.override("en"):
        yield


def run(action, actor, target=None, door=None, /, **given):
    return ACTIONS[action if "." in action and action in ACTIONS else f"devices.{action}"].run(
        actor, target, door=door, **given
    )


# --- repair: the whole way, and every way round it


def test_a_repair_from_request_to_close(world, proven):
    device = made.assets.device(world, "use", responsible=world.staff.person)
    repair = run("repair.ask", world.staff, device, **made.ASK).thing
    request = Request.objects.get(flow="devices.repair")
    given = {"way": "onsite", "engineer": made.assets.engineer(world).pk, "escort": "n-norma"}
    with pytest.raises(Unmet, match="waits for approval"):
        run("repair.way", world.dana, repair, **given)
    run("approvals.approve", world.approver, request, proven, seen=request.digest)
    run("repair.way", world.dana, repair, **given)
    run(
        "repair.before",
        world.dana,
        repair,
        snapshot=made.file(made.body(device)),
        scan=made.file(made.scan(device), "s"),
    )
    run("repair.begin", world.dana, repair)
    device.refresh_from_db()
    assert device.state == "repair"
    run("repair.end", world.dana, repair, work="new screen", log="09:00 to 10:00")
    run("repair.after", world.dana, repair, snapshot=made.file(made.body(device, minutes=1)))
    run("repair.accept", world.staff, repair, outcome="mended")
    run("repair.close", world.dana, repair)
    repair.refresh_from_db()
    device.refresh_from_db()
    assert (repair.state, repair.open, device.state) == ("closed", False, "use")
    assert [event.after for event in device.events.order_by("pk")][-2:] == ["repair", "use"]


@pytest.mark.parametrize(
    ("step", "state", "given"),
    [
        ("before", "asked", {}), ("begin", "asked", {}), ("begin", "arranged", {}), ("end", "ready", {"work": "x"}),
        ("close", "work", {}), ("close", "ended", {}), ("accept", "work", {"outcome": "mended"}),
        ("accept", "ended", {"outcome": "mended"}),
    ],
)  # fmt: skip
def test_no_step_is_left_out(world, step, state, given):
    repair = made.repair(world, state)
    if step == "before":
        given = {"serial": "x", "bare": "on"}
    with pytest.raises(Unmet):
        run(f"repair.{step}", world.dana, repair, **given)
    repair.refresh_from_db()
    assert repair.state == state


def test_top_secret_never_leaves_and_the_clause_is_shown(world):
    device = made.assets.device(world, "use", level="top", responsible=world.staff.person)
    with pytest.raises(Unmet, match=r"27\(7\)"):
        run("repair.ask", world.staff, device, **{**made.ASK, "level": "top"}, may_leave="on")
    repair = made.repair(world, device=device, level="top")
    Repair.objects.filter(pk=repair.pk).update(may_leave=True)
    back = (timezone.localdate() + timedelta(days=3)).isoformat()
    out = {"way": "out", "engineer": made.assets.engineer(world).pk, "back_by": back, "removed": "DISKSB-0001",
           "keeper": "n-norma"}  # fmt: skip
    with pytest.raises(Unmet, match="never leaves the house"):
        run("repair.way", world.dana, repair, **out)


def test_out_only_when_approved_and_without_storage(world):
    repair = made.repair(world)
    device = repair.device
    disk = device.numbers.get(sort="disk").value
    back = (timezone.localdate() + timedelta(days=3)).isoformat()
    out = {"way": "out", "engineer": made.assets.engineer(world).pk, "back_by": back}
    with pytest.raises(Unmet, match="not approved"):
        run("repair.way", world.dana, repair, **out, removed=disk, keeper="n-norma")
    repair = made.repair(world, may_leave=True)
    device, disk = repair.device, repair.device.numbers.get(sort="disk").value
    with pytest.raises(Unmet, match="without its storage"):
        run("repair.way", world.dana, repair, **out)
    with pytest.raises(Unmet, match="without its storage"):
        run("repair.way", world.dana, repair, **out, removed="SOMETHING-ELSE", keeper="n-norma")
    with pytest.raises(Invalid):
        run("repair.way", world.dana, repair, **out, removed=disk)
    run("repair.way", world.dana, repair, **out, removed=disk, keeper="n-norma")
    run("repair.before", world.dana, repair, snapshot=made.file(made.body(device)))
    run("repair.begin", world.dana, repair)
    run("repair.end", world.dana, repair, work="board")
    run("repair.after", world.dana, repair, snapshot=made.file(made.body(device, minutes=1)))
    run("repair.accept", world.staff, repair, outcome="mended")
    with pytest.raises(Unmet, match="back from its keeper"):
        run("repair.close", world.dana, repair)
    run("repair.close", world.dana, repair, storage_back="on")


def test_only_qualified_hands_and_still_on_the_day(world):
    repair = made.repair(world)
    engineer = made.assets.engineer(world)
    given = {"way": "onsite", "engineer": engineer.pk, "escort": "n-norma"}
    engineer.committed_on = None
    engineer.save()
    with pytest.raises(Unmet, match="no secrecy commitment"):
        run("repair.way", world.dana, repair, **given)
    engineer.committed_on = timezone.localdate()
    engineer.save()
    run("repair.way", world.dana, repair, **given)
    run(
        "repair.before",
        world.dana,
        repair,
        snapshot=made.file(made.body(repair.device)),
        scan=made.file(made.scan(repair.device), "s"),
    )
    engineer.valid_until = timezone.localdate() - timedelta(days=1)
    engineer.save()
    with pytest.raises(Unmet, match="ended on"):
        run("repair.begin", world.dana, repair)


def test_what_lies_on_it_is_not_for_outside_hands(world):
    repair = made.repair(world, "arranged")
    given = {"snapshot": made.file(made.body(repair.device)), "scan": made.file(made.scan(repair.device, 2), "s")}
    with pytest.raises(Unmet, match="found 2 things"):
        run("repair.before", world.dana, repair, **given)
    with pytest.raises(Unmet, match="Scan it for residual data"):
        run("repair.before", world.dana, repair, snapshot=made.file(made.body(repair.device)))
    with pytest.raises(Unmet, match="has a disk"):
        run("repair.before", world.dana, repair, snapshot=made.file(made.body(repair.device)), bare="on")


@pytest.mark.parametrize(
    ("media", "word"),
    [
        (lambda d: [made.medium(serial="HD-OTHER")], "of another disk: HD-OTHER"),
        (lambda d: [], "does not say which disk"),
        (lambda d: [made.medium(d, kind="part")], "part of a disk"),
        (lambda d: [made.medium(d, size=made.SIZE - 512)], "A part is not the whole"),
        (lambda d: [made.medium(d, minutes=-60)], "older than the request"),
        (lambda d: [made.medium(d, taken="")], "when it was made"),
        (lambda d: [made.medium(d, kind="image", serial=" ")], "does not tell its disk"),
        (lambda d: [made.medium(d), made.medium(serial="HD-OTHER")], "of another disk"),
    ],
)
def test_a_scan_of_another_disk_or_of_a_part_does_not_count(world, media, word):
    repair = made.repair(world, "arranged")
    given = {"snapshot": made.file(made.body(repair.device)),
             "scan": made.file(made.scan(media=media(repair.device)), "s")}  # fmt: skip
    with pytest.raises(Unmet, match=word):
        run("repair.before", world.dana, repair, **given)
    repair.refresh_from_db()
    assert (repair.state, repair.snapshots.count()) == ("arranged", 0)


def test_every_disk_of_the_snapshot_and_of_the_ledger_is_scanned(world):
    repair = made.repair(world, "arranged")
    device, own = repair.device, repair.device.numbers.get(sort="disk").value
    body = made.body(device, disks=[own, "HD-SECOND"])
    with pytest.raises(Unmet, match="Not scanned: HD-SECOND"):
        run("repair.before", world.dana, repair, snapshot=made.file(body), scan=made.file(made.scan(device), "s"))
    with pytest.raises(Unmet, match=f"Not scanned: {own}"):  # the ledger knows it, the snapshot does not show it
        run("repair.before", world.dana, repair, snapshot=made.file(made.body(device, disks=["HD-SECOND"])),
            scan=made.file(made.scan(media=[made.medium(serial="HD-SECOND")]), "s"))  # fmt: skip
    both = made.scan(media=[made.medium(device), made.medium(serial="hd second")])
    run("repair.before", world.dana, repair, snapshot=made.file(body), scan=made.file(both, "s"))
    repair.refresh_from_db()
    assert [one["serial"] for one in repair.residue["media"]] == [own, "hd second"]
    device.settle([("machine", f"SN{device.number}"), ("disk", own), ("disk", "HD-THIRD")])
    with pytest.raises(Unmet, match="Not scanned: HD-THIRD"):  # known to the ledger since
        run("repair.begin", world.dana, Repair.objects.get(pk=repair.pk))


def test_an_image_counts_when_its_disk_is_named_and_of_the_same_size(world):
    repair = made.repair(world, "arranged")
    own = repair.device.numbers.get(sort="disk").value
    image = made.scan(media=[{**made.medium(repair.device, kind="image"), "serial": ""}])
    given = lambda: {"snapshot": made.file(made.body(repair.device)), "scan": made.file(image, "s")}  # noqa: E731
    with pytest.raises(Unmet, match="write the serial number"):
        run("repair.before", world.dana, repair, **given())
    with pytest.raises(Unmet, match="of another disk"):
        run("repair.before", world.dana, repair, **given(), image_of="HD-OTHER")
    hand = {"serial": repair.device.numbers.get(sort="machine").value, "disks": own}
    with pytest.raises(Unmet, match="known by the size"):
        run("repair.before", world.dana, repair, **hand, scan=made.file(image, "s"), image_of=own)
    run("repair.before", world.dana, repair, **given(), image_of=own)


def test_storage_that_the_ledger_does_not_know_does_not_go_out_either(world):
    repair = made.repair(world, "arranged")
    own = repair.device.numbers.get(sort="disk").value
    Repair.objects.filter(pk=repair.pk).update(removed=[own], keeper=world.north_person)
    repair.refresh_from_db()
    with pytest.raises(Unmet, match="Further storage is built in: HD-SECOND"):
        run("repair.before", world.dana, repair,
            snapshot=made.file(made.body(repair.device, disks=[own, "HD-SECOND"])))  # fmt: skip


@pytest.mark.parametrize(
    ("more", "word"), [({"excluded": 3}, "left files out"), ({"stopped": True}, "stopped"), ({"files": 0}, "no file")]
)
def test_half_a_scan_is_none(world, more, word):
    repair = made.repair(world, "arranged")
    given = {"snapshot": made.file(made.body(repair.device)), "scan": made.file(made.scan(repair.device, **more), "s")}
    with pytest.raises(Invalid) as caught:
        run("repair.before", world.dana, repair, **given)
    assert word in str(caught.value.form.errors)


def test_an_exchanged_disk_is_explained_before_anybody_accepts(world):
    repair = made.repair(world, "ended")
    changed = made.file(made.body(repair.device, disks=["OTHER-1"], minutes=1))
    run("repair.after", world.dana, repair, snapshot=changed)
    with pytest.raises(Unmet, match="not explained"):
        run("repair.accept", world.staff, repair, outcome="mended")
    snapshot = repair.snapshots.get(purpose="after")
    grave = list(snapshot.differences.filter(grave=True))
    assert {(one.part, one.change) for one in grave} == {("disks", "added"), ("disks", "removed")}
    with pytest.raises(Invalid):  # every one of them
        run("snapshot.explain", world.dana, snapshot, **{f"why-{grave[0].pk}": "worn out"})
    run("snapshot.explain", world.dana, snapshot, **{f"why-{one.pk}": "worn out" for one in grave}, ledger="on")
    assert repair.device.numbers.get(sort="disk").value == "OTHER-1"
    run("repair.accept", world.staff, repair, outcome="mended")


def test_the_escort_does_not_accept_and_who_accepted_does_not_close(world):
    repair = made.repair(world, "ended", checked=True)
    Repair.objects.filter(pk=repair.pk).update(escort=world.dana.person)
    with pytest.raises(Unmet, match="Somebody else accepts"):
        run("repair.accept", world.dana, repair, outcome="mended")
    run("repair.accept", world.area, repair, outcome="mended")
    with pytest.raises(Unmet, match="Somebody else closes"):
        run("repair.close", world.area, repair)
    run("repair.close", world.dana, repair)


def test_work_that_goes_on_wants_a_new_check(world):
    repair = made.repair(world, "ended", checked=True)
    run("repair.reject", world.staff, repair, reason="still dark")
    run("repair.end", world.dana, repair, work="again", log="x")
    with pytest.raises(Unmet, match="state after"):
        run("repair.accept", world.staff, repair, outcome="mended")


def test_an_old_snapshot_is_none_of_after(world):
    repair = made.repair(world, "ended")
    with pytest.raises(Unmet, match="older than the end"):
        run("repair.after", world.dana, repair, snapshot=made.file(made.body(repair.device, minutes=-5)))
    with pytest.raises(Unmet, match="another device"):
        run("repair.after", world.dana, repair, snapshot=made.file(made.body(serial="OTHER", disks=["O2"], minutes=1)))


def test_the_database_itself_closes_no_unchecked_repair_and_lets_nothing_go_unverified(world):
    repair, disposal = made.repair(world, "ended"), made.disposal(world, "sanitised")
    with pytest.raises(IntegrityError), transaction.atomic():
        Repair.objects.filter(pk=repair.pk).update(state="closed")
    with pytest.raises(IntegrityError), transaction.atomic():
        Disposal.objects.filter(pk=disposal.pk).update(state="closed")


def test_only_who_answers_for_it_asks(world):
    device = made.assets.device(world, "use", responsible=world.north_person)
    for user in (world.staff, world.approver, world.south_officer, world.charlie):
        with pytest.raises(Denied):
            run("repair.ask", user, device, **made.ASK)
    run("repair.ask", world.dana, device, **made.ASK)
    with pytest.raises(Unmet, match="under way"):
        run("repair.ask", world.dana, device, **made.ASK)


def test_a_request_that_changed_is_not_approved(world):
    repair = made.repair(world)
    Device.objects.filter(pk=repair.device_id).update(number="SB-OTHER")
    given = {"way": "onsite", "engineer": made.assets.engineer(world).pk, "escort": "n-norma"}
    with pytest.raises(Unmet, match="lapsed"):
        run("repair.way", world.dana, Repair.objects.get(pk=repair.pk), **given)


# --- the ledger's own doors


@pytest.mark.parametrize(
    ("step", "state", "given", "word"),
    [
        ("repair", "use", {"fault": "x"}, "asked for a repair"), ("repaired", "repair", {"result": "x"}, "asked for a repair"),
        ("sanitise", "retired", {"method": "purge", "tool": "x", "done_by": "x"}, "disposal"),
        ("verify", "sanitised", {"examined": "full", "tool": "x", "proof": "x"}, "disposal"),
        ("destroy", "retired", made.DESTROY, "disposal"), ("sell", "verified", made.LEAVE, "disposal"),
        ("donate", "verified", made.LEAVE, "disposal"), ("repurpose", "verified", {"reason": "x"}, "disposal"),
    ],
)  # fmt: skip
def test_the_ledger_opens_no_way_round(world, proven, step, state, given, word):
    device = made.assets.device(world, state)
    with pytest.raises(Unmet, match=word):
        run(f"assets.device.{step}", world.dana, device, proven, **given)


def test_the_ledger_takes_the_record_along(world, proven):
    repair = made.repair(world, "ready")
    run("assets.device.repair", world.dana, repair.device, proven, fault="x")
    repair.refresh_from_db()
    assert (repair.state, repair.begun_at is not None) == ("work", True)
    with pytest.raises(Unmet, match="still open"):
        run("assets.device.retire", world.dana, repair.device, proven, reason="x")
    disposal = made.disposal(world, "verified")
    run("assets.device.donate", world.dana, disposal.device, proven, **made.LEAVE)
    disposal.refresh_from_db()
    assert (disposal.state, disposal.outcome["paper"]) == ("closed", "C-7")


# --- disposal


def prove(world, disposal, **changed):
    medium = disposal.media.get()
    return run(
        "medium.certificate", world.dana, medium, file=made.file(made.certificate(medium.serial, minutes=1, **changed))
    )


def test_a_disposal_from_retirement_to_certificate(world, proven, enter):
    device = made.assets.device(world, "use", responsible=world.staff.person)
    with pytest.raises(Unmet):
        run("disposal.ask", world.staff, device, end="sold", reason="old")
    run("assets.device.retire", world.dana, device, reason="old")
    disposal = run("disposal.ask", world.staff, device, end="sold", reason="old").thing
    request = Request.objects.get(flow="devices.disposal")
    run("approvals.approve", world.approver, request, proven, seen=request.digest)
    medium = disposal.media.get()
    how = {f"kind-{medium.pk}": "hdd", f"size-{medium.pk}": made.SIZE, f"how-{medium.pk}": "overwrite"}
    run("disposal.sanitise", world.area, disposal, **how, tool="x 1", done_by="Eve")
    with pytest.raises(Unmet, match="Nothing proves"):
        run("disposal.verify", world.dana, disposal, proven)
    prove(world, disposal)
    with pytest.raises(Unmet, match="Somebody else"):
        run("disposal.verify", world.area, disposal, proven)
    run("disposal.verify", world.dana, disposal, proven)
    with pytest.raises(Unmet, match="not this"):
        run("disposal.donate", world.dana, disposal, proven, **made.LEAVE)
    run("disposal.sell", world.dana, disposal, proven, **made.LEAVE)
    device.refresh_from_db()
    assert device.state == "sold"
    browser = enter(world.dana)
    for form, begin in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = browser.get(f"/records/devices.disposal/{disposal.pk}.{form}")
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200
        assert content.startswith(begin)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"size": 500}, "A part is not the whole"),
        ({"device": {"serial": "OTHER"}}, "not of"),
        ({"device": {}}, "no serial"),
    ],
)
def test_a_certificate_of_something_else_counts_for_nothing(world, changed, word):
    disposal = made.disposal(world, "sanitised")
    with pytest.raises(Unmet, match=word):
        prove(world, disposal, **changed)


def test_an_old_certificate_and_one_used_twice_count_for_nothing(world):
    disposal = made.disposal(world, "sanitised")
    medium = disposal.media.get()
    with pytest.raises(Unmet, match="older"):
        run("medium.certificate", world.dana, medium, file=made.file(made.certificate(medium.serial, minutes=-60 * 48)))
    changed = {**made.certificate(medium.serial, minutes=1), "verdict": "not clean"}
    with pytest.raises(Invalid) as caught:  # its digest is wrong
        run("medium.certificate", world.dana, medium, file=made.file(changed))
    assert "digest" in str(caught.value.form.errors)


@pytest.mark.parametrize("changed", [{"verdict": "not clean"}, {"verdict": "not known"}, {"read": made.SIZE - 1}])
def test_not_clean_or_not_read_sends_it_back(world, proven, changed):
    disposal = made.disposal(world, "sanitised")
    prove(world, disposal, **changed)
    disposal.refresh_from_db()
    assert (disposal.state, disposal.device.state) == ("arranged", "retired")
    with pytest.raises(Unmet):
        run("disposal.verify", world.dana, disposal, proven)
    medium = disposal.media.get()
    how = {f"kind-{medium.pk}": "hdd", f"size-{medium.pk}": made.SIZE, f"how-{medium.pk}": "overwrite"}
    run("disposal.sanitise", world.area, disposal, **how, tool="x 1", done_by="Eve")
    assert not disposal.media.get().proved


def test_a_disk_is_not_proved_by_a_photograph_and_a_phone_is(world, proven):
    disk, phone = (
        made.disposal(world, "sanitised").media.get(),
        made.disposal(world, "sanitised", kind="phone").media.get(),
    )
    with pytest.raises(Unmet, match="only a wipe certificate"):
        run("medium.evidence", world.dana, disk, file=made.file(b"x", "x.jpg"), seen_by="n-norma")
    with pytest.raises(Invalid):
        run("medium.evidence", world.dana, phone, file=made.file(b"x", "x.jpg"), seen_by="n-dana")
    run("medium.evidence", world.dana, phone, file=made.file(b"x", "x.jpg"), seen_by="n-norma")
    run("disposal.verify", world.dana, phone.disposal, proven)
    other = made.disposal(world, "sanitised", kind="phone").media.get()
    with pytest.raises(Unmet, match="used as evidence"):
        run("medium.evidence", world.dana, other, file=made.file(b"x", "x.jpg"), seen_by="n-norma")


def test_top_secret_is_destroyed_before_two_and_nothing_else(world, proven):
    device = made.assets.device(world, "retired", level="top", responsible=world.staff.person)
    for end in ("sold", "donated", "repurposed"):
        with pytest.raises(Unmet, match="top secret"):
            run("disposal.ask", world.staff, device, end=end, reason="old")
    disposal = run("disposal.ask", world.staff, device, end="destroyed", reason="old").thing
    with pytest.raises(Unmet, match="waits for approval"):
        run("disposal.destroy", world.dana, disposal, proven, **made.DESTROY)
    made.grant(Request.objects.get(flow="devices.disposal"))
    with pytest.raises(Invalid):
        run("disposal.destroy", world.dana, disposal, proven, **{**made.DESTROY, "second": "n-staff"})
    run("disposal.destroy", world.dana, disposal, proven, **made.DESTROY)
    device.refresh_from_db()
    assert device.state == "destroyed"


def test_a_level_allows_only_what_is_enough():
    for medium in dict(methods.MEDIA):
        assert methods.allowed(medium, "top") == []
        assert set(methods.allowed(medium, "secret")) <= set(methods.allowed(medium, "work"))
        assert all(one.method != methods.CLEAR for one in methods.allowed(medium, "confidential"))
        for one in methods.TECHNIQUES.values():
            fit = one in methods.allowed(medium, "secret")
            assert (methods.unfit(medium, "secret", one.code) is None) == fit
    assert methods.unfit_end("secret", "sold")
    assert methods.unfit_end("", "sold")
    assert methods.unfit_end("work", "sold") is None


@pytest.mark.parametrize("level", ["top", "secret", "work"])
def test_no_way_out_with_storage_inside(level):
    assert ways.closed(ways.OUT, level, may_leave=True, removed=False, disk=True)
    assert ways.closed(ways.ONSITE, level, may_leave=False, removed=False, disk=True) is None


# --- snapshots


def test_a_snapshot_fills_the_ledger_by_serial(world):
    device = made.assets.device(world, numbers=[("machine", "ABC-1")], make="", model="")
    told = made.body(serial="abc 1", disks=["NEW-9"])
    snapshot = run("snapshot.upload", world.dana, file=made.file(told), unit=world.north.pk).thing
    device.refresh_from_db()
    assert snapshot.device == device
    assert {(one.sort, one.value) for one in device.numbers.all()} >= {("machine", "ABC-1"), ("disk", "NEW-9")}
    assert device.make == "Example"
    assert not device.lacks_disk
    assert snapshot.unexplained == 0
    with pytest.raises(Unmet, match="already"):
        run("snapshot.upload", world.dana, file=made.file(told), unit=world.north.pk)


def test_what_contradicts_the_ledger_is_drift_and_shows_there(world, enter):
    device = made.assets.device(world)
    run("snapshot.upload", world.dana, file=made.file(made.body(device, disks=["OTHER-7"])), unit=world.north.pk)
    snapshot = Snapshot.objects.get()
    assert snapshot.unexplained == 2
    browser = enter(world.dana)
    assert device.number in browser.get("/assets/?wrong=drift").content.decode()
    assert device.number in browser.get("/devices/snapshots/?state=drift").content.decode()
    page = browser.get(f"/devices/snapshots/{snapshot.pk}/").content.decode()
    assert "OTHER-7" in page
    assert f"DISK{device.number}" in page


def test_a_stranger_is_registered_or_explained(world):
    snapshot = made.stranger(world)
    assert snapshot.stranger
    with pytest.raises(Unmet, match="Register the device first"):
        run("stranger.match", world.dana, snapshot)
    device = made.assets.device(world, numbers=[("machine", "strange-1")])
    run("stranger.match", world.dana, snapshot)
    snapshot.refresh_from_db()
    assert (snapshot.device, snapshot.stranger) == (device, False)
    with pytest.raises(Unmet):
        run("stranger.explain", world.dana, snapshot, said="x")


def test_a_machine_of_another_unit_is_not_told_of(world):
    far = made.assets.device(world, unit=world.south)
    with pytest.raises(Unmet) as caught:
        run("snapshot.upload", world.dana, file=made.file(made.body(far)), unit=world.north.pk)
    assert far.number not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"type":"shoumi.device-snapshot","form":9}']
)
def test_no_snapshot_is_answered_with_a_sentence(world, wrong):
    with pytest.raises(Invalid):
        run("snapshot.upload", world.dana, file=made.file(wrong or b" "), unit=world.north.pk)


def test_the_engines_own_papers_are_read(tmp_path):
    """What the engine writes today is what this room reads: snapshot, certificate, comparison."""
    from shoumi.engine.device import snapshot as engine
    from shoumi.engine.wipe import certificate as wipe

    body = engine.take(tmp_path)
    assert papers.snapshot(made.file(body)) == body
    assert (papers.SNAPSHOT, papers.digest(body)) == (engine.KIND, body["digest"])
    told = made.certificate("X")
    assert wipe.digest(told) == told["digest"]


@pytest.mark.parametrize(
    "media", ["x", {"a": 1}, [1], [{"size": "1"}], [{"size": -1}], [{"size": True}], [{"size": 1, "serial": 5}],
              [{"size": 1, "serial": "x" * 3000}], [{"size": 1}] * 101]
)  # fmt: skip
def test_a_report_with_hostile_media_is_none(media):
    with pytest.raises(papers.Wrong):
        papers.residue(made.file(made.scan(media=media), "s"))


def test_the_engines_own_scan_of_an_image_is_read(tmp_path):
    from shoumi.engine.home import Home
    from shoumi.engine.reports.jsonl import JsonLines
    from shoumi.engine.scan import Scan

    image, report = tmp_path / "disk.img", tmp_path / "scan.jsonl"
    image.write_bytes(bytes(4096))
    scan = Scan((str(image),), home=Home(tmp_path / "home"), jobs=1)
    with report.open("wb") as stream:
        lines = JsonLines(stream, "en")
        for event in scan:
            lines.event(event)
        lines.finish(scan.summary)
    found = papers.residue(made.file(report.read_bytes(), "scan.jsonl"))
    assert [(one["kind"], one["size"]) for one in found.media] == [("image", 4096)]
    assert papers.taken(found.media[0]) is not None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["hardware", "disks", "network", "unseen", "serial", "mac", "system"]), inner,
                        max_size=4), max_leaves=12))  # fmt: skip
def test_no_shape_of_json_breaks_the_reader(value):
    body = {"type": papers.SNAPSHOT, "form": 1, "taken": "2026-01-01T00:00:00+00:00"}
    body |= value if isinstance(value, dict) else {}
    try:
        read = papers.snapshot(made.file(papers.sealed(body)))
    except papers.Wrong:
        return
    drift.numbers(read)
    papers.plain(read)


# --- rounds


def test_a_round_counts_what_was_inspected_since(world, proven):
    round_ = made.round_(world)
    with pytest.raises(Unmet, match="Nothing was inspected"):
        run("round.sign", world.dana, round_, proven, note="x")
    device = round_.stops.get().device
    answers = {f"is-{item.code}": "ok" for item in device.sort.checklist}
    answers |= {"is-label": "wrong", "why-label": "gone"}
    run("assets.device.inspect", world.dana, device, **answers)
    with pytest.raises(Unmet, match="Say in the remark"):
        run("round.sign", world.dana, round_, proven)
    run("round.sign", world.leader, round_, proven, note="new label")
    assert round_.stops.get().inspection.flaws == 1


# --- no walk of anybody gets round

_WALK = (
    "repair.ask", "approve", "repair.way", "repair.before", "other disk", "repair.begin", "repair.end", "repair.after",
    "snapshot.explain", "repair.accept", "repair.reject", "repair.close", "repair.cancel", "retire", "restore",
    "disposal.ask sold", "disposal.ask donated", "disposal.ask repurposed", "disposal.ask destroyed",
    "disposal.sanitise", "certificate", "dirty", "unread", "evidence", "disposal.verify", "disposal.reject",
    "disposal.sell", "disposal.donate", "disposal.repurpose", "disposal.destroy", "disposal.cancel", "a.repair",
    "a.repaired", "a.sanitise", "a.verify", "a.sell", "a.donate", "a.repurpose", "a.destroy", "a.reject", "a.use",
    "a.register", "a.transfer",
)  # fmt: skip
_WHO = ("officer", "area", "leader", "approver", "staff", "south", "audit")
_REPAIR = (("staff", "repair.ask"), ("approver", "approve"), ("officer", "repair.way"), ("officer", "repair.before"),
           ("officer", "repair.begin"), ("officer", "repair.end"), ("officer", "repair.after"),
           ("officer", "snapshot.explain"), ("staff", "repair.accept"), ("officer", "repair.close"))  # fmt: skip
_LAST = {"sold": "sell", "donated": "donate", "repurposed": "repurpose", "destroyed": "destroy"}


def _good(whole, kind):
    """Return the proper course to an end, as who does what."""
    if whole == "repair":
        return _REPAIR
    if whole not in _LAST:
        return ()
    begin = (("officer", "retire"), ("staff", f"disposal.ask {whole}"), ("approver", "approve"))
    proof = "certificate" if kind == "laptop" else "evidence"
    treated = (("area", "disposal.sanitise"), ("officer", proof), ("officer", "disposal.verify"))
    return (*begin, *(() if whole == "destroyed" else treated), ("officer", f"disposal.{_LAST[whole]}"))


def step(world, proven, user, name, device):
    """Let somebody try a step on whatever record there is."""
    repair = Repair.objects.filter(device=device).order_by("-pk").first()
    disposal = Disposal.objects.filter(device=device).order_by("-pk").first()
    medium = disposal.media.first() if disposal else None
    minutes = 1 + Snapshot.objects.count() / 100
    name, _blank, end = name.partition(" ") if name.startswith("disposal.ask") else (name, "", "")
    scanned = made.scan(media=[made.medium(serial="HD-OTHER")]) if name == "other disk" else made.scan(device)
    name = "repair.before" if name == "other disk" else name
    new = {"disks": ["NEW"] if device.kind == "laptop" and int(minutes * 100) % 2 else None}
    before = {"bare": "on"} if device.kind == "phone" else {"scan": made.file(scanned, "s")}
    inputs = {
        "repair.ask": (device, made.ASK),
        "repair.way": (repair, {"way": "own", "technician": "n-norma"}),
        "repair.before": (repair, {"snapshot": made.file(made.body(device, minutes=minutes)), **before}),
        "repair.end": (repair, {"work": "x", "log": "x"}),
        "repair.after": (repair, {"snapshot": made.file(made.body(device, minutes=minutes, **new))}),
        "repair.accept": (repair, {"outcome": "mended"}), "repair.reject": (repair, {"reason": "x"}),
        "repair.cancel": (repair, {"reason": "x"}), "disposal.ask": (device, {"end": end, "reason": "x"}),
        "disposal.sanitise": (disposal, {"tool": "x", "done_by": "x"}), "disposal.reject": (disposal, {"found": "x"}),
        "disposal.sell": (disposal, made.LEAVE), "disposal.donate": (disposal, made.LEAVE),
        "disposal.repurpose": (disposal, {"reason": "x"}), "disposal.destroy": (disposal, made.DESTROY),
        "disposal.cancel": (disposal, {"reason": "x"}),
    }  # fmt: skip
    ledger = {
        "repair": {"fault": "x"}, "repaired": {"result": "x"}, "sanitise": {"method": "clear", "tool": "x", "done_by": "x"},
        "verify": {"examined": "full", "tool": "x", "proof": "x"}, "sell": made.LEAVE, "donate": made.LEAVE,
        "repurpose": {"reason": "x"}, "destroy": made.DESTROY, "reject": {"found": "x"}, "use": {"responsible": "n-staff"},
        "register": {**made.assets.NEW, "number": device.number}, "transfer": {"person": "n-norma", "reason": "x"},
        "retire": {"reason": "x"}, "restore": {"reason": "x"},
    }  # fmt: skip
    if name.startswith("a.") or name in {"retire", "restore"}:
        name = name.removeprefix("a.")
        return run(f"assets.device.{name}", user, device, proven, **ledger[name])
    if name == "approve":
        request = Request.objects.filter(state="waiting").order_by("-pk").first()
        return run("approvals.approve", user, request, proven, seen=request.digest if request else "")
    if name == "evidence":
        file = made.file(f"photo {minutes} {Medium.objects.exclude(evidence='').count()}".encode(), "p.jpg")
        return run("medium.evidence", user, medium, proven, file=file, seen_by="n-norma")
    if name in {"certificate", "dirty", "unread"}:
        more = {"dirty": {"verdict": "not clean"}, "unread": {"read": made.SIZE - 1}}.get(name, {})
        paper = made.certificate(medium.serial if medium else "x", minutes=minutes, **more)
        return run("medium.certificate", user, medium, proven, file=made.file(paper))
    if name == "snapshot.explain":
        target = Snapshot.objects.filter(device=device, unexplained__gt=0).order_by("-pk").first()
        rows = Difference.objects.filter(snapshot=target) if target else []
        return run(name, user, target, proven, **{f"why-{one.pk}": "x" for one in rows})
    target, given = inputs.get(name, (repair if name.startswith("repair") else disposal, {}))
    if name == "disposal.sanitise" and medium:
        kind, how = ("hdd", "overwrite") if device.kind == "laptop" else ("phone", "reset")
        given = {**given, f"kind-{medium.pk}": kind, f"size-{medium.pk}": made.SIZE, f"how-{medium.pk}": how}
    return run(name, user, target, proven, **given)


def holds(device):
    """Check all that has ended, from what is kept alone; return which ends were reached."""
    reached = []
    for repair in Repair.objects.filter(device=device, state="closed"):
        after, before = repair.snapshot_of("after"), repair.snapshot_of("before")
        assert repair.accepted_by_id is not None, "closed without check"
        assert repair.accepted_by.person_id not in {repair.escort_id, repair.technician_id}, "checked by who repaired"
        assert before is not None, "nothing recorded before"
        assert after.made >= repair.ended_at, "nothing recorded after"
        assert not after.differences.filter(grave=True, explained_at=None).exists(), "closed with a difference"
        told = {one["serial"] for one in before.body["disks"]}
        assert {one["serial"] for one in repair.residue.get("media", [])} == told, "scanned was another disk"
        assert Request.objects.filter(flow="devices.repair", key=str(repair.pk), state="spent").exists(), "not approved"
        reached.append("repaired")
    trail = [event.after for event in Event.objects.filter(device=device).order_by("pk")]
    for place, state in enumerate(trail):
        if state in lifecycle.OUT:
            assert trail[place - 2 : place] == ["sanitised", "verified"], "left unverified"
    for disposal in Disposal.objects.filter(device=device, state="closed"):
        granted = Request.objects.filter(flow="devices.disposal", key=str(disposal.pk), state="spent")
        assert granted.exists(), "not approved"
        reached.append(disposal.end)
        if disposal.end == "destroyed":
            assert len({disposal.outcome["first"], disposal.outcome["second"]}) == 2, "one supervisor"
            continue
        for one in disposal.media.all():
            assert one.proved, "left unproved"
            assert one.verdict == "clean" or (not one.imaged and one.seen_by_id != disposal.verified_by.person_id)
        assert disposal.verified_by_id != disposal.sanitised_by_id, "verified by who sanitised"
    assert trail.count("repair") <= Repair.objects.filter(device=device, begun_at__isnull=False).count() + 1
    return reached


REACHED = Counter()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(walk=st.lists(st.tuples(st.sampled_from(_WHO), st.sampled_from(_WALK)), min_size=5, max_size=25), repaired=st.booleans(),
       cut=st.integers(0, 16), kind=st.sampled_from(["laptop", "phone"]), late=st.booleans())  # fmt: skip
def _any_walk(world, proven, whole, walk, repaired, cut, kind, late):
    """Let a proper course be cut by whatever else people try."""
    users = {**world.users, "south": world.south_officer}
    good = (*(_REPAIR if repaired else ()), *_good(whole, kind))
    cut = len(good) if late else cut  # whatever is tried after the end changes it no more
    with transaction.atomic():
        more = {} if kind == "laptop" else {"numbers": [("machine", "SN-phone")]}
        device = made.assets.device(world, "use", kind=kind, responsible=world.staff.person, **more)
        for who, name in (*good[:cut], *walk, *good[cut:]):
            device.refresh_from_db()
            try:
                with transaction.atomic():
                    step(world, proven, users[who], name, device)
                REACHED["done"] += 1
            except ActionError:
                REACHED["refused"] += 1
        REACHED.update(holds(device))
        transaction.set_rollback(True)


@pytest.mark.parametrize("whole", list(_LAST))
def test_no_walk_reaches_sold_unverified_or_closed_unchecked(world, proven, whole):
    REACHED.clear()
    _any_walk(world, proven, whole)
    assert min(REACHED[whole], REACHED["repaired"]) >= 2, REACHED  # the property is about something
    assert min(REACHED["done"], REACHED["refused"]) >= 30, REACHED


@pytest.mark.parametrize("kind", ["laptop", "phone"])
@pytest.mark.parametrize("whole", ["repair", *_LAST])
def test_the_proper_courses_do_reach_their_ends(world, proven, whole, kind):
    """The property above would hold for a room in which nothing works."""
    more = {} if kind == "laptop" else {"numbers": [("machine", "SN-phone")]}
    device = made.assets.device(world, "use", kind=kind, responsible=world.staff.person, **more)
    for who, name in _good(whole, kind):
        device.refresh_from_db()
        if name != "snapshot.explain" or Snapshot.objects.filter(unexplained__gt=0).exists():
            step(world, proven, world.users[who], name, device)
    assert holds(device) == ["repaired" if whole == "repair" else whole]


@pytest.mark.parametrize(
    ("whole", "tamper", "word"),
    [
        ("repair", lambda: Repair.objects.update(accepted_by=None), "without check"),
        ("repair", lambda: Snapshot.objects.filter(purpose="after").update(made="2020-01-01T00:00:00Z"), "recorded after"),
        ("repair", lambda: Snapshot.objects.filter(purpose="before").update(purpose="plain"), "before"),
        ("repair", lambda: Repair.objects.update(residue={"media": [{"serial": "OTHER"}]}), "another disk"),
        ("sold", lambda: Medium.objects.update(verdict="not known"), "unproved"),
        ("sold", lambda: Disposal.objects.update(sanitised_by=F("verified_by")), "who sanitised"),
        ("sold", lambda: Request.objects.update(state="waiting"), "not approved"),
        ("destroyed", lambda: Disposal.objects.update(outcome={"first": "x", "second": "x"}), "one supervisor"),
    ],
)  # fmt: skip
def test_the_check_itself_sees_what_it_must(world, proven, whole, tamper, word):
    device = made.assets.device(world, "use", responsible=world.staff.person)
    for who, name in _good(whole, "laptop"):
        device.refresh_from_db()
        if name != "snapshot.explain" or Snapshot.objects.filter(unexplained__gt=0).exists():
            step(world, proven, world.users[who], name, device)
    tamper()
    with pytest.raises(AssertionError, match=word):
        holds(device)


# --- pages


PAGES = ("/devices/", "/devices/disposals/", "/devices/snapshots/", "/devices/rounds/", "/devices/disposals/methods/")


def test_pages_for_those_whom_they_concern(world, enter, client):
    from django.test import Client

    repair, disposal = made.repair(world, "work"), made.disposal(world)
    round_, stranger = made.round_(world), made.stranger(world)
    things = (f"/devices/repairs/{repair.pk}/", f"/devices/disposals/{disposal.pk}/", f"/devices/snapshots/{stranger.pk}/",
              f"/devices/rounds/{round_.pk}/")  # fmt: skip
    for user, lists, thing in ((world.dana, 200, 200), (world.leader, 200, 200), (world.charlie, 403, 404),
                               (world.south_officer, 200, 404)):  # fmt: skip
        browser = enter(user, Client())
        assert {browser.get(page).status_code for page in PAGES} == {lists}
        assert {browser.get(page).status_code for page in things} <= {thing, 403}
    browser = enter(world.staff, Client())
    assert [browser.get(page).status_code for page in things[:2]] == [200, 200]
    mine = browser.get("/devices/mine/").content.decode()
    assert repair.number in mine
    assert disposal.number in mine


def test_records_come_in_every_form(world, enter):
    repair = made.repair(world, "accepted")
    Repair.objects.filter(pk=repair.pk).update(way="out")
    browser = enter(world.dana)
    for name, key in (
        ("devices.repair", repair.pk),
        ("devices.slip", repair.pk),
        ("devices.round", made.round_(world).pk),
    ):
        for form, begin in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
            answer = browser.get(f"/records/{name}/{key}.{form}")
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert (answer.status_code, content[: len(begin)]) == (200, begin), (name, form)


def test_queries_do_not_grow_with_rows(world, enter):
    from shoumi.console.steps import steps
    from shoumi.console.todo import todos

    browser = enter(world.dana)

    def count():
        found = {}
        for page in PAGES:
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert browser.get(page).status_code == 200
            found[page] = len(queries)
        for name, ask in (("todos", lambda: todos(world.dana)), ("steps", lambda: steps((world.north.path,)))):
            with CaptureQueriesContext(connection) as queries:
                ask()
            found[name] = len(queries)
        return found

    def fill():
        for _n in range(4):
            made.repair(world, "work", way="out")
            made.disposal(world)
            made.round_(world)
            made.stranger(world, serial=f"S{Snapshot.objects.count()}")

    fill()
    count()
    before = count()
    fill()
    fill()
    assert count() == before


def test_steps_to_a_leak_are_said(world):
    from shoumi.console.steps import ONE, steps

    repair = made.repair(world, "work", way="out")
    Repair.objects.filter(pk=repair.pk).update(back_by=timezone.localdate() - timedelta(days=1))
    made.stranger(world)
    rules = {one.rule.name: one for one in steps((world.north.path,)) if one.rule.name.startswith("devices.")}
    assert {"devices.late", "devices.outside", "devices.stranger"} <= set(rules)
    assert rules["devices.late"].left == ONE
    assert rules["devices.late"].unit == world.north.path
    assert steps((world.south.path,)) == [] or all(
        one.rule.name != "devices.late" for one in steps((world.south.path,))
    )


__all__ = ["Gone", "Medium"]
