"""For every action of the area devices: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

import importlib.util
import json
from datetime import timedelta
from pathlib import Path

_spec = importlib.util.spec_from_file_location("examples_assets", Path(__file__).with_name("examples_assets.py"))
assets = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(assets)
SIZE = 1_000_204_886_016


def file(body, name="file.json"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, body if isinstance(body, bytes) else json.dumps(body).encode())


def now(minutes=0):
    from django.utils import timezone

    return (timezone.now() + timedelta(minutes=minutes)).isoformat(timespec="microseconds")


def body(device=None, *, serial="", disks=None, mac="02:00:00:00:00:01", minutes=0, **more):
    """Return a snapshot as the engine writes it."""
    from shoumi.console.areas.devices import papers

    held = {one.sort: one.value for one in device.numbers.all()} if device else {}
    serial = serial or held.get("machine", "")
    disks = [held["disk"]] if disks is None and "disk" in held else disks or []
    made = {
        "type": papers.SNAPSHOT, "form": 1, "taken": now(minutes), "version": "1", "host": "pc-1",
        "system": {"name": "Debian"}, "hardware": {"vendor": "Example", "model": "NB-14", "serial": serial},
        "processor": {"model": "x", "threads": 2}, "memory": [],
        "disks": [{"name": f"sd{n}", "size": SIZE, "serial": one, "bus": "ata", "removable": False} for n, one in enumerate(disks)],
        "network": [{"name": "eth0", "mac": mac, "kind": "wired"}], "usb": [], "usb_history": [], "unseen": [], **more,
    }  # fmt: skip
    return papers.sealed(made)


def certificate(serial, *, size=SIZE, read=None, verdict="clean", minutes=0, **more):
    """Return a wipe certificate as the engine writes it."""
    from shoumi.console.areas.devices import papers

    made = {
        "type": "wipe-certificate", "form": 1, "taken": now(minutes), "version": "1", "path": "/dev/sda",
        "device": {"model": "X", "serial": serial}, "verdict": verdict, "why": "", "mode": "full", "sample": None,
        "pattern": "zeros", "size": size, "read": size if read is None else read, "not_read": 0, "overwrite": "zeros",
        "pages": {}, "remnants": 0, "places": [], "found": [], "unread": [], "map": [[0.0, "0"]], **more,
    }  # fmt: skip
    return papers.sealed(made)


def medium(device=None, *, serial="", size=SIZE, kind="disk", minutes=0, **more):
    """Return what a report says of the disk it is of."""
    serial = serial or next((one.value for one in device.numbers.all() if one.sort == "disk"), "")
    return {"kind": kind, "path": "/dev/sda", "serial": serial, "size": size, "taken": now(minutes), **more}


def scan(device=None, findings=0, *, media=None, **more):
    """Return the report of a scan; of a device's disk, as the engine names it."""
    media = [medium(device)] if media is None and device is not None else media or []
    summary = {
        "type": "summary", "files": 3, "members": 0, "bytes": 10, "findings": {}, "gaps": {}, "skipped": {},
        "packs": {}, "version": "1", "suppressed": 0, "unchanged": 0, "excluded": 0, "media": media, **more,
    }  # fmt: skip
    match = {
        "type": "match", "id": "0" * 32, "rule": "cn.mark", "category": "state-secret", "area": None, "severity": "high",
        "confidence": 0.9, "path": "/x", "trail": [], "locator": {}, "span": [0, 1], "snippet": "x", "reason": [],
        "data": {},
    }  # fmt: skip
    return b"".join(json.dumps(one).encode() + b"\n" for one in (*[match] * findings, summary))


def grant(request):
    """Let a request be approved by the approver of the unit, as if it had just been."""
    from django.utils import timezone

    from shoumi.console.accounts.models import User
    from shoumi.console.approvals import standing
    from shoumi.console.approvals.flow import find
    from shoumi.console.approvals.models import APPROVE, GRANTED, Decision

    flow = find(request.flow)
    signer = User.objects.full().get(pk=min(standing.waits_for(request, flow)))
    Decision.objects.create(
        request=request, round=request.round, step=0, user=signer, verdict=APPROVE, digest=request.digest
    )
    request.state, request.settled = GRANTED, timezone.now()
    request.until, request.due = timezone.now() + timedelta(days=30), None
    request.save()


def asked(world, flow, thing, reason="x"):
    """Ask for approval of a thing and have it granted."""
    from types import SimpleNamespace

    from shoumi.console.approvals import asking

    grant(asking.ask(SimpleNamespace(actor=world.staff), flow, thing, thing.facts(), reason))


def repair(world, state="asked", *, way="onsite", device=None, level="work", approved=True, **values):
    """Return a repair as it stands in a state, with all that the steps before left."""
    from django.utils import timezone

    from shoumi.console.areas.devices import drift
    from shoumi.console.areas.devices.flows import REPAIR
    from shoumi.console.areas.devices.models import Repair
    from shoumi.console.assets.models import Event

    order = ["asked", "arranged", "ready", "work", "ended", "accepted"]
    place = order.index(state)
    device = device or assets.device(world, "repair" if place >= 3 else "use", responsible=world.staff.person)
    given = {"number": f"WX-2026-{Repair.objects.count() + 1:04}", "device": device, "fault": "no picture",
             "contents": "drafts", "level": level, "asked_by": world.staff,
             "may_leave": values.get("may_leave", False)}  # fmt: skip
    made = Repair.objects.create(**given)
    if approved:
        asked(world, REPAIR, made)
    if place >= 1:
        from shoumi.console.approvals.models import Request

        Request.objects.filter(flow="devices.repair", key=str(made.pk)).update(state="spent")
        made.way = way
        if way == "onsite":
            made.engineer = assets.engineer(world)
            made.vendor, made.escort = made.engineer.vendor, world.north_person
        made.state = "arranged"
        made.save()
    if place >= 2:
        drift.take(body(device), device, by="test", purpose="before", repair=made)
        made.state, made.residue = (
            "ready",
            {"findings": 0, "gaps": 0, "files": 3, "worst": "", "digest": "d" * 64, "media": [medium(device)]},
        )
        made.save()
    if place >= 3:
        Event.objects.create(device=device, step="assets.device.repair", before="use", after="repair", by_name="test")
        made.state, made.begun_at = "work", timezone.now()
        made.save()
    if place >= 4:
        made.state, made.ended_at, made.work = "ended", timezone.now(), "new screen"
        made.save()
    if values.get("checked") or place >= 5:
        changed = values.get("disks")
        drift.take(body(device, disks=changed), device, by="test", purpose="after", repair=made)
        made.refresh_from_db()
    if place >= 5:
        made.state, made.accepted_at, made.accepted_by = "accepted", timezone.now(), world.staff
        made.outcome = "mended"
        made.save()
    return made


def disposal(world, state="asked", *, end="donated", kind="laptop", level="work", approved=True, device=None):
    """Return a disposal as it stands in a state."""
    from django.utils import timezone

    from shoumi.console.areas.devices.actions.disposals import media_of
    from shoumi.console.areas.devices.flows import DISPOSE
    from shoumi.console.areas.devices.models import Disposal, Medium
    from shoumi.console.assets.models import Event

    where = {"asked": "retired", "arranged": "retired", "sanitised": "sanitised", "verified": "verified"}[state]
    more = {} if kind == "laptop" else {"numbers": [("machine", f"SN-{kind}-{Disposal.objects.count()}")]}
    device = device or assets.device(world, where, kind=kind, level=level, responsible=world.staff.person, **more)
    made = Disposal.objects.create(
        number=f"XH-2026-{Disposal.objects.count() + 1:04}", device=device, end=end, reason="old", level=level,
        asked_by=world.staff,
    )  # fmt: skip
    Medium.objects.bulk_create(media_of(made))
    if approved:
        asked(world, DISPOSE, made)
    if state == "asked":
        return made
    from shoumi.console.approvals.models import Request

    Request.objects.filter(flow="devices.disposal", key=str(made.pk)).update(state="spent")
    made.state = "arranged" if state == "arranged" else "sanitised"
    made.sanitised_at, made.sanitised_by = timezone.now(), world.area
    how = {"laptop": "overwrite", "phone": "reset"}.get(kind, "reset")
    made.media.update(technique=how, tool="t", done_by="Eve", sanitised_at=timezone.now(), size=SIZE)
    Event.objects.create(device=device, step="x", before="retired", after=where, by=world.area, by_name="Area")
    if state == "verified":
        made.media.update(proved_at=timezone.now(), verdict="clean")
        made.state, made.verified_at, made.verified_by = "verified", timezone.now(), world.dana
    made.save()
    return made


def _sanitise(world):
    made = disposal(world)
    medium = made.media.get()
    return world.dana, made, {
        f"kind-{medium.pk}": "hdd", f"size-{medium.pk}": SIZE, f"how-{medium.pk}": "overwrite", "tool": "x 1",
        "done_by": "Eve",
    }  # fmt: skip


def _certificate(world):
    medium = disposal(world, "sanitised").media.get()
    return world.dana, medium, {"file": file(certificate(medium.serial, minutes=1))}


def _evidence(world):
    medium = disposal(world, "sanitised", kind="phone").media.get()
    return world.dana, medium, {"file": file(b"picture", "photo.jpg"), "seen_by": "n-norma"}


def _verify(world):
    from django.utils import timezone

    made = disposal(world, "sanitised")
    made.media.update(proved_at=timezone.now(), verdict="clean")
    return world.dana, made, {}


def _explain(world):
    made = repair(world, "ended", checked=True, disks=["OTHER1"])
    snapshot = made.snapshots.get(purpose="after")
    given = {f"why-{one.pk}": "exchanged" for one in snapshot.differences.filter(grave=True)}
    return world.dana, snapshot, given


def stranger(world, serial="STRANGE1"):
    from shoumi.console.areas.devices import drift

    return drift.take(body(serial=serial, disks=["SD1"]), None, by="test", unit=world.north)


def _match(world):
    made = stranger(world)
    assets.device(world, numbers=[("machine", "STRANGE1")])
    return world.dana, made, {}


def round_(world, *, inspected=False):
    from django.utils import timezone

    from shoumi.console.areas.devices.models import Round, Stop

    made = Round.objects.create(
        title="Copiers", unit=world.north, kinds=["copier"], due=timezone.localdate() + timedelta(days=7), opened_by="D"
    )
    device = assets.device(world, kind="copier")
    Stop.objects.create(round=made, device=device)
    if inspected:
        from shoumi.console.assets.models import Inspection

        Inspection.objects.create(device=device, by_name="D", answers=[], flaws=0)
    return made


def _open(world):
    from django.utils import timezone

    assets.device(world, kind="copier")
    due = (timezone.localdate() + timedelta(days=7)).isoformat()
    return world.dana, None, {"unit": world.north.pk, "kinds": ["copier", "fax"], "due": due}


def _way(world):
    return world.dana, repair(world), {"way": "onsite", "engineer": assets.engineer(world).pk, "escort": "n-norma"}


def _before(world):
    made = repair(world, "arranged")
    return world.dana, made, {"snapshot": file(body(made.device)), "scan": file(scan(made.device), "scan.jsonl")}


def _after(world):
    made = repair(world, "ended")
    return world.dana, made, {"snapshot": file(body(made.device, minutes=1))}


ASK = {"fault": "no picture", "contents": "drafts", "level": "work"}
LEAVE = {"recipient": "School", "paper": "C-7", "reason": "not needed"}
DESTROY = {"method": "shred", "where": "unit", "first": "n-staff", "second": "n-norma", "reason": "old"}
EXAMPLES = {
    "devices.repair.ask": lambda w: (w.staff, assets.device(w, "use"), ASK),
    "devices.repair.cancel": lambda w: (w.staff, repair(w), {"reason": "works again"}),
    "devices.repair.way": _way,
    "devices.repair.before": _before,
    "devices.repair.begin": lambda w: (w.dana, repair(w, "ready"), {}),
    "devices.repair.log": lambda w: (w.dana, repair(w, "work"), {"text": "09:00 opened"}),
    "devices.repair.end": lambda w: (w.dana, repair(w, "work"), {"work": "new screen", "log": "09:00 to 10:00"}),
    "devices.repair.after": _after,
    "devices.repair.accept": lambda w: (w.staff, repair(w, "ended", checked=True), {"outcome": "mended"}),
    "devices.repair.reject": lambda w: (w.staff, repair(w, "ended", checked=True), {"reason": "still dark"}),
    "devices.repair.close": lambda w: (w.dana, repair(w, "accepted"), {}),
    "devices.snapshot.upload": lambda w: (w.dana, None, {"file": file(body(assets.device(w))), "unit": w.north.pk}),
    "devices.snapshot.explain": _explain,
    "devices.stranger.match": _match,
    "devices.stranger.explain": lambda w: (w.dana, stranger(w), {"said": "a visitor's, gone"}),
    "devices.disposal.ask": lambda w: (
        w.staff, assets.device(w, "retired", responsible=w.staff.person), {"end": "donated", "reason": "old"}
    ),
    "devices.disposal.cancel": lambda w: (w.dana, disposal(w), {"reason": "needed again"}),
    "devices.disposal.sanitise": _sanitise,
    "devices.medium.certificate": _certificate,
    "devices.medium.evidence": _evidence,
    "devices.disposal.verify": _verify,
    "devices.disposal.reject": lambda w: (w.dana, disposal(w, "sanitised"), {"found": "doubts"}),
    "devices.disposal.sell": lambda w: (w.dana, disposal(w, "verified", end="sold"), LEAVE),
    "devices.disposal.donate": lambda w: (w.dana, disposal(w, "verified"), LEAVE),
    "devices.disposal.repurpose": lambda w: (w.dana, disposal(w, "verified", end="repurposed"), {"reason": "training"}),
    "devices.disposal.destroy": lambda w: (w.dana, disposal(w), DESTROY),
    "devices.round.open": _open,
    "devices.round.sign": lambda w: (w.dana, round_(w, inspected=True), {}),
}  # fmt: skip
