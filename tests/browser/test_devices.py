"""Devices at a screen: rows D1 to D6, each walked as the applicant, the approver, an outsider and the officer.

The repair is gone from request to close by three people; steps and fields are counted, and the count stands in the
guide (docs/guide/devices.md). The demo's heidi applies, frank approves, charlie is the outsider, dana the officer.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

MAKE = """
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.assets.models import Device, Event
person, unit = Person.objects.get(number="D-heidi"), Unit.objects.get(code="22")
device = Device(number={number!r}, kind={kind!r}, make="云松", model="X14", level={level!r}, label="BM-1", state={state!r}, unit=unit, responsible=person)
device.settle([("machine", "SN-" + device.number), ("disk", "HD-" + device.number)] if {disk} else [("machine", "SN-" + device.number)])
Event.objects.create(device=device, step="assets.device.add", after=device.state, by_name="test")
print(device.pk)
"""
SIZE = 1_000_204_886_016
SECONDS_A_FIELD, SECONDS_A_STEP = 6.0, 3.0  # typing and reading, for the estimate in the guide


@pytest.fixture
def device(console):
    """Make a device that Heidi answers for; its state is what the walk begins from."""

    def make(number, kind="laptop", level="work", state="use", disk=True):
        return int(console[2].inside(MAKE.format(number=number, kind=kind, level=level, state=state, disk=disk)))

    return make


@pytest.fixture
def people(chromium, console, sign_in):
    """A window for each of several people, each signed in once."""
    windows = {}

    def window(name, language="en"):
        if name not in windows:
            page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
            sign_in(page, name, language)
            windows[name] = page
        return windows[name]

    yield window
    for page in windows.values():
        page.context.close()


def paper(number, disks=None, minutes=0):
    """Return a snapshot as the engine writes it, as bytes."""
    from datetime import UTC, datetime, timedelta

    from shoumi.engine.device import snapshot

    disks = [f"HD-{number}"] if disks is None else disks
    body = {
        "type": snapshot.KIND, "form": 1, "version": "1", "host": number,
        "taken": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="microseconds"),
        "hardware": {"vendor": "云松", "model": "X14", "serial": f"SN-{number}"}, "system": {}, "processor": {},
        "memory": [], "network": [], "usb": [], "usb_history": [], "unseen": [],
        "disks": [{"name": "sda", "size": SIZE, "serial": one, "bus": "ata"} for one in disks],
    }  # fmt: skip
    return json.dumps({**body, "digest": snapshot.digest(body)}).encode()


def scan(findings=0):
    empty = {"findings": {}, "gaps": {}, "skipped": {}, "packs": {}}
    match = {"type": "match", "id": "0" * 32, "rule": "cn.mark", "category": "state-secret", "area": None,
             "severity": "high", "confidence": 0.9, "path": "/x", "trail": [], "locator": {}, "span": [0, 1],
             "snippet": "x", "reason": [], "data": {}}  # fmt: skip
    lines = [*[match] * findings, {"type": "summary", "files": 9, "members": 0, "bytes": 9, "version": "1", **empty}]
    return "\n".join(json.dumps(one) for one in lines).encode()


def certificate(serial, verdict="clean"):
    from datetime import UTC, datetime, timedelta

    from shoumi.engine.wipe import certificate as wipe

    body = {"type": "wipe-certificate", "form": 1, "version": "1", "device": {"serial": serial}, "verdict": verdict,
            "taken": (datetime.now(UTC) + timedelta(minutes=1)).isoformat(), "size": SIZE, "read": SIZE}  # fmt: skip
    return json.dumps({**body, "digest": wipe.digest(body)}).encode()


def upload(page, field, name, content):
    page.set_input_files(f"#id_{field}", {"name": name, "mimeType": "application/json", "buffer": content})


class Walk:
    """Forms filled in and sent, with a count of steps and fields."""

    def __init__(self):
        self.steps = self.fields = 0

    def send(self, page, filled=0, button="main form.form button[type=submit]"):
        page.click(button)
        self.steps += 1
        self.fields += filled
        assert page.locator(".summary").count() == 0, page.locator("main").inner_text()

    def go(self, page, words):
        page.click(f'aside a.button.main:has-text("{words}")')


def proof(page, console, name):
    """Show password and code where the form asks for them; return how many fields that were."""
    if page.locator("#id_proof-password").count():
        page.fill("#id_proof-password", console[1][name])
        page.fill("#id_proof-code", console[2](name))
        return 2
    return 0


def approve_waiting(page, console, number, walk):
    """Frank opens the request that waits, and approves it with password and code."""
    page.goto(f"{console[0]}/approvals/")
    page.click(f'main a:has-text("{number}")')
    if "decide" not in page.url:
        page.click('aside a.button.main, main a[href$="/decide/"]')
    walk.fields += proof(page, console, "frank")
    page.click('button[name=verdict][value="approve"]')
    walk.steps += 1
    expect(page.locator("main")).to_contain_text("approved")


def test_d2_a_repair_from_request_to_close_as_three_people(device, people, console, picture):
    address, walk = console[0], Walk()
    key = device("SB-7001")
    heidi, frank, dana = people("heidi"), people("frank"), people("dana")
    heidi.goto(f"{address}/devices/mine/")
    picture(heidi, "devices-mine")
    heidi.click(f'a[href="/devices/ask/{key}/"]')
    heidi.fill("#id_fault", "no picture")
    heidi.fill("#id_contents", "drafts of the work plan")
    picture(heidi, "devices-ask")
    walk.send(heidi, 2)
    repair = heidi.url
    number = re.search(r"WX-\d+-\d+", heidi.text_content("h1"))[0]
    assert "waits for approval" in heidi.text_content("main")
    assert heidi.locator("aside a.button.main").count() == 0  # nothing for her to do
    dana.goto(repair)
    assert dana.locator("aside a.button.main").count() == 0  # nor for the officer, before it is approved
    approve_waiting(frank, console, number, walk)
    dana.goto(repair)
    walk.go(dana, "Choose the way")
    dana.check('input[name=way][value="onsite"]')
    dana.select_option("#id_engineer", label=dana.locator("#id_engineer option:has-text('韩工')").first.text_content())
    dana.fill("#id_escort", "D-ivan")
    picture(dana, "devices-way")
    walk.send(dana, 3)
    walk.go(dana, "Record the state before")
    upload(dana, "snapshot", "before.json", paper("SB-7001"))
    upload(dana, "scan", "scan.jsonl", scan())
    walk.send(dana, 2)
    walk.go(dana, "Begin work")
    walk.send(dana)
    picture(dana, "devices-work")
    walk.go(dana, "End work")
    dana.fill("#id_work", "new screen, serial number unchanged")
    dana.fill("#id_log", "09:10 to 10:05, beside the engineer all the time; nothing left the room")
    walk.send(dana, 2)
    walk.go(dana, "Record the state after")
    upload(dana, "snapshot", "after.json", paper("SB-7001", ["HD-OTHER"], minutes=1))
    walk.send(dana, 1)
    assert "not explained" in dana.text_content("main")
    picture(dana, "devices-differs")
    heidi.goto(repair)
    assert heidi.locator('a[href$="/accept/"]').count() == 0  # not before it is explained
    walk.go(dana, "Explain differences")
    for field in dana.locator("input[name^=why-], textarea[name^=why-]").all():
        field.fill("disk worn out, exchanged by us, old one in safe 3")
        walk.fields += 1
    dana.check("#id_ledger")
    walk.send(dana, 1)
    heidi.goto(repair)
    walk.go(heidi, "Accept")
    heidi.check('input[name=outcome][value="mended"]')
    walk.send(heidi, 1)
    dana.goto(repair)
    walk.go(dana, "Close repair")
    walk.send(dana)
    assert "closed" in dana.text_content(".badges")
    picture(dana, "devices-repair-closed")
    seconds = walk.steps * SECONDS_A_STEP + walk.fields * SECONDS_A_FIELD
    print(f"repair from request to close: {walk.steps} steps, {walk.fields} fields, about {seconds:.0f} s")
    assert seconds <= 180
    assert (walk.steps, walk.fields) <= (11, 20)
    answer = dana.request.get(f"{address}/records/devices.repair/{repair.rstrip('/').rpartition('/')[2]}.pdf")
    assert answer.body().startswith(b"%PDF")
    charlie = people("charlie")
    assert charlie.goto(repair).status == 404  # the outsider sees the trail, and no device
    charlie.goto(f"{address}/audit/?q={number}")
    assert number in charlie.text_content("main")


def test_d2_a_forbidden_way_shows_its_clause(device, people, console, picture):
    address = console[0]
    key = device("SB-7002", level="top")
    heidi = people("heidi")
    heidi.goto(f"{address}/devices/ask/{key}/")
    heidi.fill("#id_fault", "x")
    heidi.fill("#id_contents", "x")
    heidi.check("#id_may_leave")
    heidi.click("main form.form button[type=submit]")
    assert "27(7)" in heidi.text_content(".summary")
    picture(heidi, "devices-forbidden")


def test_d1_d3_a_snapshot_drift_and_a_stranger(device, people, console, picture):
    address = console[0]
    device("SB-7003")
    dana = people("dana")
    for content in (paper("SB-7003"), paper("SB-7003", ["HD-NEW"], minutes=1), paper("SB-NOBODY")):
        dana.goto(f"{address}/devices/snapshots/upload/")
        upload(dana, "file", "s.json", content)
        dana.select_option("#id_unit", index=1)
        dana.click("main form.form button[type=submit]")
    assert "does not know this machine" in dana.text_content("main")
    picture(dana, "devices-stranger")
    dana.goto(f"{address}/devices/snapshots/?state=drift")
    assert "SB-7003" in dana.text_content("tbody")
    picture(dana, "devices-drift")
    for name, status in (("heidi", 403), ("frank", 200), ("charlie", 403)):
        assert people(name).goto(f"{address}/devices/snapshots/").status == status


def test_d5_a_round_of_inspections(people, console, picture):
    address = console[0]
    dana = people("dana")
    dana.goto(f"{address}/devices/rounds/")
    dana.click("tbody a.row")
    picture(dana, "devices-round")
    dana.locator('a:has-text("Inspect device")').first.click()
    for one in dana.locator('input[type=radio][value="ok"]').all():
        one.check()
    dana.click("main form.form button[type=submit]")
    dana.goto(f"{address}/devices/rounds/")
    dana.click("tbody a.row")
    dana.click('aside a:has-text("Sign off round")')
    proof(dana, console, "dana")
    dana.click("main form.form button[type=submit]")
    assert "Say in the remark" in dana.text_content(".summary")  # not all were inspected
    for name, status in (("heidi", 403), ("frank", 200), ("charlie", 403)):
        assert people(name).goto(f"{address}/devices/rounds/").status == status


def test_d4_d6_a_disposal_from_retirement_to_certificate(device, people, console, picture):
    address, walk = console[0], Walk()
    key = device("SB-7004", state="retired")
    heidi, frank, dana, ivan = people("heidi"), people("frank"), people("dana"), people("dana")
    heidi.goto(f"{address}/devices/mine/")
    heidi.click(f'a[href="/devices/disposals/ask/{key}/"]')
    heidi.check('input[name=end][value="donated"]')
    heidi.fill("#id_reason", "too old")
    walk.send(heidi, 2)
    disposal, number = heidi.url, re.search(r"XH-\d+-\d+", heidi.text_content("h1"))[0]
    approve_waiting(frank, console, number, walk)
    ivan.goto(disposal)
    walk.go(ivan, "Record sanitising")
    ivan.locator("input[name^=size-]").fill(str(SIZE))
    ivan.locator("select[name^=how-]").select_option("sanitize-overwrite")
    ivan.fill("#id_tool", "hdparm 9.65")
    ivan.fill("#id_done_by", "Ivan")
    picture(ivan, "devices-sanitise")
    walk.send(ivan, 4, "main form.form button[type=submit]")
    walk.go(dana, "Upload wipe certificate")
    upload(dana, "file", "c.json", certificate("HD-SB-7004", "not known"))
    dana.click("main form.form button[type=submit]")
    assert "Not clean, or not known" in dana.text_content("main")
    picture(dana, "devices-not-clean")
    assert dana.goto(f"{address}/assets/{key}/").status == 200
    assert "retired" in dana.text_content(".badges")
    dana.goto(disposal)
    walk.go(dana, "Record sanitising")
    dana.locator("select[name^=how-]").select_option("sanitize-overwrite")
    dana.fill("#id_tool", "hdparm 9.65")
    dana.fill("#id_done_by", "Ivan")
    walk.send(dana, 3)
    walk.go(dana, "Upload wipe certificate")
    upload(dana, "file", "c.json", certificate("HD-SB-7004"))
    walk.send(dana, 1)
    walk.go(dana, "Verify disposal")
    proof(dana, console, "dana")
    dana.click("main form.form button[type=submit]")
    assert "Somebody else verifies" in dana.text_content(".summary")  # she recorded the sanitising
    picture(dana, "devices-verify")
    dana.goto(f"{address}/devices/disposals/?state=verified")
    dana.click("tbody a.row")  # one of the demo's, verified by somebody else
    picture(dana, "devices-disposal-verified")
    answer = dana.request.get(f"{address}/records/devices.disposal/{dana.url.rstrip('/').rpartition('/')[2]}.pdf")
    assert answer.body().startswith(b"%PDF")
    charlie = people("charlie")
    assert charlie.goto(disposal).status == 404
    dana.goto(f"{address}/devices/disposals/methods/")
    picture(dana, "devices-methods")
