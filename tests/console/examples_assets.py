"""For every action of the room assets: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

NEW = {
    "kind": "laptop",
    "make": "Example",
    "model": "NB-14",
    "number": "SB-0100",
    "serial": "5CD1234XYZ",
    "level": "work",
}


def device(world, state="registered", unit=None, **values):
    """Return a device as the ledger would hold it, in any state."""
    from shoumi.console.assets.models import Device, Event

    held = values.pop("numbers", None)
    number = values.pop("number", f"SB-{Device.objects.count() + 1:04}")
    given = {"kind": "laptop", "make": "Example", "model": "NB-14", "level": "work", "unit": unit or world.north}
    made = Device(number=number, state=state, **{**given, **values})
    if state == "use" and made.responsible is None:
        made.responsible = world.staff.person
    made.settle([("machine", f"SN{number}"), ("disk", f"DISK{number}")] if held is None else held)
    Event.objects.create(device=made, step="assets.device.add", after=state, by_name="test")
    return made


def handover(world, **values):
    from shoumi.console.assets.models import Handover

    given = {
        "device": device(world, "transfer", responsible=world.north_person), "from_unit": world.north,
        "from_person": world.north_person, "to_unit": world.north, "to_person": world.staff.person, "was": "use",
        "reason": "new work", "given_by": world.area, "given_by_name": "Area",
    }  # fmt: skip
    return Handover.objects.create(**{**given, **values})


def vendor(world, **values):
    from datetime import timedelta

    from django.utils import timezone

    from shoumi.console.assets.models import Vendor

    today = timezone.localdate()
    given = {"name": "Vendor", "unit": world.north, "certificate": "C-1", "valid_until": today + timedelta(days=200),
             "committed_on": today - timedelta(days=30)}  # fmt: skip
    return Vendor.objects.create(**{**given, **values})


def engineer(world):
    from shoumi.console.assets.models import Engineer

    firm = vendor(world)
    return Engineer.objects.create(
        vendor=firm, name="Eng", certificate="E-1", valid_until=firm.valid_until, committed_on=firm.committed_on
    )


def rules(world, **values):
    from shoumi.console.assets.models import Rules, RulesVersion

    made = Rules.objects.create(**{"title": "Repairs", "unit": world.north, **values})
    RulesVersion.objects.create(rules=made, version=1, text="Ask first.", issued_by="Dana")
    return made


def stocktake(world, *, seen=()):
    from django.utils import timezone

    from shoumi.console.assets.models import Device, StockLine, StockTake

    made = StockTake.objects.create(title="Count", unit=world.north, opened_by="Dana")
    for one in Device.objects.filter(unit__path__startswith=world.north.path, live=True):
        when = timezone.now() if one.number in seen else None
        StockLine.objects.create(stocktake=made, device=one, code=one.number, seen_at=when)
    return made


def area():
    """Return the examples of the area devices: what the guarded steps ask for lies there."""
    import importlib.util
    from pathlib import Path

    spec = importlib.util.spec_from_file_location("examples_devices", Path(__file__).with_name("examples_devices.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _upload(world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return world.dana, None, {"file": SimpleUploadedFile("devices.csv", b"number,kind,unit\nSB-1,laptop,north\n")}


def _import(world):
    from shoumi.console.assets.models import DeviceList

    rows = [{"line": "2", "number": "SB-0007", "kind": "laptop", "unit": "north", "serial": "X1234"}]
    return world.dana, DeviceList.objects.create(user=world.dana, name="devices.csv", rows=rows), {}


def _verify(world):
    from django.utils import timezone

    made = area().disposal(world, "sanitised")
    made.media.update(proved_at=timezone.now(), verdict="clean")
    return world.dana, made.device, {"examined": "full", "tool": "shoumi 1", "proof": "R-1"}


def _inspect(world):
    made = device(world, kind="copier")
    answers = {f"is-{item.code}": "ok" for item in made.sort.checklist}
    return world.dana, made, answers


def _sign(world):
    made = device(world)
    return world.dana, stocktake(world, seen={made.number}), {}


def _see(world):
    made = device(world)
    return world.dana, stocktake(world), {"code": made.number}


LEAVE = {"recipient": "School", "paper": "C-7", "reason": "not needed"}
EXAMPLES = {
    "assets.device.add": lambda w: (w.dana, None, {**NEW, "unit": w.north.pk}),
    "assets.device.buy": lambda w: (w.dana, None, {"kind": "copier", "unit": w.north.pk}),
    "assets.device.change": lambda w: (w.dana, device(w, number="SB-0100"), {**NEW, "place": "A-301"}),
    "assets.device.assign": lambda w: (w.dana, device(w), {"responsible": "n-staff"}),
    "assets.number.explain": lambda w: (w.dana, None, {"number": "SB-9", "unit": w.north.pk, "reason": "misprint"}),
    "assets.device.register": lambda w: (w.dana, device(w, "bought", number="SB-0100"), NEW),
    "assets.device.use": lambda w: (w.dana, device(w), {"responsible": "n-staff"}),
    "assets.device.shelve": lambda w: (w.dana, device(w, "use"), {"reason": "replaced"}),
    "assets.device.repair": lambda w: (w.dana, area().repair(w, "ready").device, {"fault": "no picture"}),
    "assets.device.repaired": lambda w: (w.dana, area().repair(w, "accepted").device, {"result": "new screen"}),
    "assets.device.transfer": lambda w: (w.dana, device(w, "use"), {"person": "n-sutherland", "reason": "new work"}),
    "assets.device.receive": lambda w: (w.dana, handover(w), {"place": "B-1"}),
    "assets.device.accept": lambda w: (w.staff, handover(w), {}),
    "assets.device.decline": lambda w: (w.dana, handover(w), {"reason": "wrong device"}),
    "assets.device.refuse": lambda w: (w.staff, handover(w), {"reason": "wrong device"}),
    "assets.device.retire": lambda w: (w.dana, device(w, "use"), {"reason": "old"}),
    "assets.device.restore": lambda w: (w.dana, device(w, "retired"), {"reason": "by mistake"}),
    "assets.device.sanitise": lambda w: (
        w.dana, area().disposal(w, kind="printer").device, {"method": "memory", "tool": "x 1", "done_by": "Eve"}
    ),
    "assets.device.reject": lambda w: (w.dana, area().disposal(w, "sanitised").device, {"found": "two files"}),
    "assets.device.verify": _verify,
    "assets.device.destroy": lambda w: (
        w.dana, area().disposal(w).device,
        {"method": "shred", "where": "unit", "first": "n-staff", "second": "n-norma", "reason": "old"},
    ),
    "assets.device.sell": lambda w: (w.dana, area().disposal(w, "verified", end="sold").device, LEAVE),
    "assets.device.donate": lambda w: (w.dana, area().disposal(w, "verified").device, LEAVE),
    "assets.device.repurpose": lambda w: (
        w.dana, area().disposal(w, "verified", end="repurposed").device, {"reason": "training room"}
    ),
    "assets.device.inspect": _inspect,
    "assets.devices.upload": _upload,
    "assets.devices.import": _import,
    "assets.labels.print": lambda w: (w.dana, None, {"numbers": device(w).number}),
    "assets.stocktake.open": lambda w: (w.dana, device(w) and None, {"unit": w.north.pk}),
    "assets.stocktake.see": _see,
    "assets.stocktake.sign": _sign,
    "assets.vendor.add": lambda w: (w.dana, None, {"name": "Vendor", "unit": w.north.pk}),
    "assets.vendor.change": lambda w: (w.dana, vendor(w), {"name": "Vendor", "unit": w.north.pk}),
    "assets.vendor.end": lambda w: (w.dana, vendor(w), {"reason": "closed"}),
    "assets.engineer.add": lambda w: (w.dana, vendor(w), {"name": "Eng"}),
    "assets.engineer.change": lambda w: (w.dana, engineer(w), {"name": "Eng Two"}),
    "assets.engineer.end": lambda w: (w.dana, engineer(w), {"reason": "left"}),
    "assets.rules.add": lambda w: (w.dana, None, {"title": "Repairs", "unit": w.north.pk, "text": "Ask first."}),
    "assets.rules.revise": lambda w: (w.dana, rules(w), {"text": "Ask twice."}),
    "assets.rules.end": lambda w: (w.dana, rules(w), {"reason": "merged"}),
    "assets.rules.acknowledge": lambda w: (w.staff, rules(w).versions.first(), {}),
    "assets.rules.paper": lambda w: (w.dana, rules(w).versions.first(), {"person": "n-norma"}),
}  # fmt: skip
