"""Devices at a screen: rows D1 to D6, each walked by the cast in their roles, in zh-Hans; pages in all three languages.

Alice applies and answers for the devices, Bob approves, Charlie is an officer of another unit and gets nothing, Dana is
the auditor who finds what happened; Olga and Oskar are the officers who carry it out. The repair's steps and fields are
counted, and the count stands in the guide (docs/guide/devices.md; ``python -m bench.console_repair`` prints it).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect

MAKE = """
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.assets.models import Device, Event
person, unit = Person.objects.get(number="W-alice"), Unit.objects.get(code="22")
device = Device(number={number!r}, kind={kind!r}, make="云松", model="X14", level={level!r}, label="BM-1", state={state!r}, unit=unit, responsible=person)
device.settle([("machine", "SN-" + device.number), ("disk", "HD-" + device.number)] if {disk} else [("machine", "SN-" + device.number)])
Event.objects.create(device=device, step="assets.device.add", after=device.state, by_name="test")
print(device.pk)
"""
SIZE = 1_000_204_886_016
SECONDS_A_FIELD, SECONDS_A_STEP = 6.0, 3.0  # typing and reading, for the estimate in the guide
PHONE = {"width": 360, "height": 740}
LANGUAGES = ("zh-hans", "zh-hant", "en")


@pytest.fixture
def device(cast):
    """Make a device that Alice answers for; its state is what the walk begins from."""

    def make(number, kind="laptop", level="work", state="use", disk=True):
        return int(cast.inside(MAKE.format(number=number, kind=kind, level=level, state=state, disk=disk)))

    return make


def stamp(minutes=0, timespec="microseconds"):
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec=timespec)


def paper(number, disks=None, minutes=0):
    """Return a snapshot as the engine writes it, as bytes."""
    from shoumi.engine.device import snapshot

    disks = [f"HD-{number}"] if disks is None else disks
    body = {
        "type": snapshot.KIND, "form": 1, "version": "1", "host": number, "taken": stamp(minutes),
        "hardware": {"vendor": "云松", "model": "X14", "serial": f"SN-{number}"}, "system": {}, "processor": {},
        "memory": [], "network": [], "usb": [], "usb_history": [], "unseen": [],
        "disks": [{"name": "sda", "size": SIZE, "serial": one, "bus": "ata"} for one in disks],
    }  # fmt: skip
    return json.dumps({**body, "digest": snapshot.digest(body)}).encode()


def scan(serial):
    """Return the report of a scan of a whole disk, as the engine writes it."""
    empty = {"findings": {}, "gaps": {}, "skipped": {}, "packs": {}}
    disk = {"path": "/dev/sda", "kind": "disk", "serial": serial, "size": SIZE, "taken": stamp(0, "seconds")}
    return json.dumps(
        {"type": "summary", "files": 1, "members": 9, "bytes": SIZE, "version": "1", **empty, "media": [disk]}
    ).encode()


def certificate(serial, verdict="clean"):
    from shoumi.engine.wipe import certificate as wipe

    body = {"type": "wipe-certificate", "form": 1, "version": "1", "device": {"serial": serial}, "verdict": verdict,
            "taken": stamp(1), "size": SIZE, "read": SIZE}  # fmt: skip
    return json.dumps({**body, "digest": wipe.digest(body)}).encode()


def upload(page, field, name, content):
    page.set_input_files(f"#id_{field}", {"name": name, "mimeType": "application/json", "buffer": content})


SEND = "main form.form button[type=submit]"


class Walk:
    """Forms filled in and sent, with a count of steps and fields."""

    def __init__(self, cast):
        self.cast, self.steps, self.fields = cast, 0, 0

    def send(self, page, filled=0, button=SEND):
        page.click(button)
        self.steps += 1
        self.fields += filled
        assert page.locator(".summary").count() == 0, page.locator("main").inner_text()

    def go(self, page, words):
        """Take the one next step, which must be this one."""
        button = page.locator("aside a.button.main")
        assert self.cast.say(words) in button.text_content(), (words, button.text_content())
        button.click()

    def approve(self, number):
        """Let Bob open the request that waits, and approve it with password and code."""
        page = self.cast("bob")
        page.goto(f"{self.cast.address}/approvals/")
        page.click(f'main a:has-text("{number}")')
        if "decide" not in page.url:
            page.click('aside a.button.main, main a[href$="/decide/"]')
        self.fields += self.cast.prove("bob")
        page.click('button[name=verdict][value="approve"]')
        self.steps += 1
        expect(page.locator("main")).to_contain_text(self.cast.say("approved"))


def refused(page, cast, words):
    """Send a form that must come back with a sentence."""
    page.click(SEND)
    page.wait_for_selector(".summary, .field.wrong")
    told = " ".join(page.locator(".summary, .field.wrong").all_text_contents())
    assert words in told, page.text_content("main")


def choose_unit(page):
    page.select_option("#id_unit", label=page.locator("#id_unit option:has-text('编审科')").first.text_content())


def number_of(page, series):
    return re.search(rf"{series}-\d+-\d+", page.text_content("h1"))[0]


def record(page, cast, name, address, kind="pdf"):
    """Fetch the printed record of a thing as its reader does."""
    answer = page.request.get(f"{cast.address}/records/{name}/{address.rstrip('/').rpartition('/')[2]}.{kind}")
    assert answer.status == 200, answer.text()[:300]
    return answer


def audited(cast, about, *actions):
    """Let Dana find each action in the trail, and Charlie nothing."""
    trail = cast.trail(about)
    for words in actions:
        assert cast.say(words) in trail, (words, trail)
    page = cast("charlie")
    page.goto(f"{cast.address}/audit/?q={about}")  # an officer sees the trail of their own units alone
    assert page.locator("tbody tr").count() == 0


def test_d1_the_ledger_knows_number_person_and_disk(device, cast, picture):
    key = device("SB-7000", disk=False)
    alice, olga, charlie = cast("alice"), cast("olga"), cast("charlie")
    alice.goto(f"{cast.address}/assets/mine/")
    assert "SB-7000" in alice.text_content("main")
    olga.goto(f"{cast.address}/assets/wrong/")
    picture(olga, "devices-wrong")
    olga.goto(f"{cast.address}/assets/?q=HD-SB-7000")
    assert olga.locator("tbody a.row").count() == 0  # nobody wrote the disk down
    olga.goto(f"{cast.address}/devices/snapshots/upload/")
    upload(olga, "file", "s.json", paper("SB-7000"))
    choose_unit(olga)
    Walk(cast).send(olga)
    olga.goto(f"{cast.address}/assets/?q=HD-SB-7000")
    assert olga.locator("tbody a.row").count() == 1  # the snapshot did
    olga.click("tbody a.row")
    assert "Alice" in olga.text_content("dl.facts")
    picture(olga, "devices-ledger")
    listed = olga.request.get(f"{cast.address}/assets/?q=SB-7000&export=csv")
    assert "SB-7000" in listed.text()
    assert "Alice" in listed.text()
    bob = cast("bob")
    assert bob.goto(f"{cast.address}/assets/{key}/").status == 200
    assert bob.locator("aside a.button.main").count() == 0  # he reads, and changes nothing
    assert cast.status("charlie", f"/assets/{key}/") == 404
    charlie.goto(f"{cast.address}/assets/?q=SB-7000")
    assert charlie.locator("tbody a.row").count() == 0
    assert cast.status("dana", f"/assets/{key}/") in {403, 404}  # the auditor sees the trail, not the ledger
    audited(cast, "SB-7000", "Upload snapshot")


def test_d2_a_repair_from_request_to_close(device, cast, picture):
    walk, key = Walk(cast), device("SB-7001")
    alice, olga = cast("alice"), cast("olga")
    alice.goto(f"{cast.address}/devices/mine/")
    picture(alice, "devices-mine")
    alice.click(f'a[href="/devices/ask/{key}/"]')
    alice.fill("#id_fault", "屏幕不亮")
    alice.fill("#id_contents", "工作计划草稿")
    picture(alice, "devices-ask")
    walk.send(alice, 2)
    repair, number = alice.url, number_of(alice, "WX")
    assert alice.locator("aside a.button.main").count() == 0  # nothing for her to do
    olga.goto(repair)
    assert olga.locator("aside a.button.main").count() == 0  # nor for the officer, before it is approved
    walk.approve(number)
    olga.goto(repair)
    walk.go(olga, "Choose the way")
    olga.check('input[name=way][value="onsite"]')
    olga.select_option("#id_engineer", label=olga.locator("#id_engineer option:has-text('韩工')").first.text_content())
    olga.fill("#id_escort", "D-ivan")
    picture(olga, "devices-way")
    walk.send(olga, 3)
    walk.go(olga, "Record the state before")
    upload(olga, "snapshot", "before.json", paper("SB-7001"))
    upload(olga, "scan", "other.jsonl", scan("HD-OTHER"))
    refused(olga, cast, "HD-OTHER")  # the scan of another disk
    picture(olga, "devices-other-disk")
    upload(olga, "snapshot", "before.json", paper("SB-7001"))
    upload(olga, "scan", "scan.jsonl", scan("HD-SB-7001"))
    walk.send(olga, 2)
    assert "HD-SB-7001" in olga.text_content("dl.facts")
    walk.go(olga, "Begin work")
    walk.send(olga)
    walk.go(olga, "End work")
    olga.fill("#id_work", "更换屏幕，主机序列号不变")
    olga.fill("#id_log", "09:10 至 10:05 全程在场，没有物品带出")
    walk.send(olga, 2)
    walk.go(olga, "Record the state after")
    upload(olga, "snapshot", "after.json", paper("SB-7001", ["HD-EXCHANGED"], minutes=1))
    walk.send(olga, 1)
    assert cast.say("not explained") in olga.text_content("main")
    olga.get_by_role("heading", name=cast.say("What differs")).evaluate("one => one.scrollIntoView()")
    picture(olga, "devices-differs")
    alice.goto(repair)
    assert alice.locator('a[href$="/accept/"]').count() == 0  # not before it is explained
    walk.go(olga, "Explain differences")
    for field in olga.locator("input[name^=why-], textarea[name^=why-]").all():
        field.fill("硬盘老化，本单位更换，旧盘存 3 号柜")
        walk.fields += 1
    olga.check("#id_ledger")
    walk.send(olga, 1)
    alice.goto(repair)
    walk.go(alice, "Accept repair")
    alice.check('input[name=outcome][value="mended"]')
    walk.send(alice, 1)
    olga.goto(repair)
    walk.go(olga, "Close repair")
    walk.send(olga)
    assert cast.say("closed") in olga.text_content(".badges")
    picture(olga, "devices-repair-closed")
    seconds = walk.steps * SECONDS_A_STEP + walk.fields * SECONDS_A_FIELD
    print(f"repair from request to close: {walk.steps} steps, {walk.fields} fields, about {seconds:.0f} s")
    assert seconds <= 180
    assert (walk.steps, walk.fields) <= (10, 16)
    assert record(olga, cast, "devices.repair", repair).body().startswith(b"%PDF")
    assert cast.status("charlie", repair) == 404
    audited(cast, number, "Ask for a repair", "Choose the way", "Record the state before", "Begin work", "End work",
            "Record the state after", "Accept repair", "Close repair")  # fmt: skip


def test_d2_a_forbidden_way_shows_its_clause(device, cast, picture):
    key = device("SB-7002", level="top")
    alice = cast("alice")
    alice.goto(f"{cast.address}/devices/ask/{key}/")
    alice.fill("#id_fault", "屏幕不亮")
    alice.fill("#id_contents", "会议材料")
    alice.check("#id_may_leave")
    refused(alice, cast, "27(7)" if cast.language == "en" else "第二十七条第七项")
    picture(alice, "devices-forbidden")
    assert cast.status("charlie", f"/devices/ask/{key}/") in {403, 404}
    assert "WX-" not in cast.trail("SB-7002")  # nothing came of it


def test_d3_drift_and_a_stranger(device, cast, picture):
    device("SB-7003")
    olga, charlie, walk = cast("olga"), cast("charlie"), Walk(cast)
    for content in (paper("SB-7003"), paper("SB-7003", ["HD-NEW"], minutes=1), paper("SB-NOBODY")):
        olga.goto(f"{cast.address}/devices/snapshots/upload/")
        upload(olga, "file", "s.json", content)
        choose_unit(olga)
        walk.send(olga)
    assert cast.say("The ledger does not know this machine.") in olga.text_content("main")
    picture(olga, "devices-stranger")
    olga.goto(f"{cast.address}/devices/snapshots/?state=drift&q=SB-7003")
    olga.click("tbody a.row")
    assert "HD-NEW" in olga.text_content("main")
    picture(olga, "devices-drift")
    walk.go(olga, "Explain differences")
    for field in olga.locator("input[name^=why-], textarea[name^=why-]").all():
        field.fill("硬盘扩容，旧盘已入库")
    walk.send(olga)
    assert cast.say("not explained") not in olga.text_content(".badges")
    assert cast.status("alice", "/devices/snapshots/") == 403
    assert cast.status("bob", "/devices/snapshots/") == 200  # he reads
    charlie.goto(f"{cast.address}/devices/snapshots/?q=SB-7003")
    assert charlie.locator("tbody a.row").count() == 0
    audited(cast, "SB-7003", "Upload snapshot", "Explain differences")


def test_d4_from_purchase_to_another_hand_and_no_way_round(cast, picture):
    olga, walk = cast("olga"), Walk(cast)
    olga.goto(f"{cast.address}/assets/buy/")
    olga.fill("#id_number", "SB-7010")
    olga.select_option("#id_kind", "laptop")
    choose_unit(olga)
    walk.send(olga)
    device = olga.url
    assert cast.say("bought, not registered") in olga.text_content(".badges")
    olga.goto(f"{device}register/")
    olga.select_option("#id_level", "work")
    olga.fill("#id_label", "BM-7010")
    olga.fill("#id_serial", "SN-SB-7010")
    olga.fill("#id_disks", "HD-SB-7010")
    walk.send(olga)
    olga.goto(f"{device}use/")
    olga.fill("#id_responsible", "W-alice")
    walk.send(olga)
    assert cast.say("in use") in olga.text_content(".badges")
    for step, filled in (("sell", {"recipient": "学校", "paper": "HT-1", "reason": "旧"}),
                         ("donate", {"recipient": "学校", "paper": "HT-1", "reason": "旧"}), ("repurpose", {"reason": "旧"})):  # fmt: skip
        olga.goto(f"{device}{step}/")
        for name, value in filled.items():
            olga.fill(f"#id_{name}", value)
        cast.prove("olga")
        olga.click(SEND)
        assert ("31" if cast.language == "en" else "第三十一条") in olga.text_content(
            ".summary"
        )  # the clause, and nothing has happened
    picture(olga, "devices-untreated")
    olga.goto(f"{device}retire/")
    olga.fill("#id_reason", "超过使用年限")
    walk.send(olga)
    alice = cast("alice")
    alice.goto(f"{cast.address}/devices/mine/")
    assert alice.locator('tr:has-text("SB-7010") a[href^="/devices/disposals/ask/"]').count() == 1
    key = device.rstrip("/").rpartition("/")[2]
    assert cast.status("charlie", f"/assets/{key}/") == 404
    audited(cast, "SB-7010", "Put in use", "Retire")


def test_d5_a_round_of_inspections(device, cast, picture):
    device("SB-7020", kind="copier")
    device("SB-7021", kind="fax", disk=False)
    olga, walk = cast("olga"), Walk(cast)
    olga.goto(f"{cast.address}/devices/rounds/open/")
    choose_unit(olga)
    for one in olga.locator("input[name=kinds]").all():
        one.set_checked(one.get_attribute("value") in {"copier", "fax"})
    olga.fill("#id_due", (date.today() + timedelta(days=7)).isoformat())
    olga.fill("#id_title", "复印机、传真机检查")
    walk.send(olga)
    made = olga.url
    for number, wrong in (("SB-7020", True), ("SB-7021", False)):
        olga.goto(made)
        olga.locator(f'li:has-text("{number}") a[href$="/inspect/"]').click()
        for one in olga.locator('input[type=radio][value="ok"]').all():
            one.check()
        if wrong:
            olga.evaluate("scrollTo(0, 0)")
            picture(olga, "devices-checklist")
            olga.locator('input[type=radio][value="wrong"]').first.check()
            olga.locator("input[name^=why-], textarea[name^=why-]").first.fill("硬盘未设置自动清除")
        walk.send(olga)
    olga.goto(made)
    picture(olga, "devices-round")
    walk.go(olga, "Sign off round")
    cast.prove("olga")
    refused(olga, cast, cast.say("Say in the remark what is done about what was left out or not in order."))
    olga.fill("#id_note", "复印机报信息处处理，三日内完成")
    cast.prove("olga")
    walk.send(olga)
    assert cast.say("signed off") in olga.text_content(".badges")
    assert record(olga, cast, "devices.round", made, "xlsx").body().startswith(b"PK")
    assert cast.status("alice", "/devices/rounds/") == 403
    bob = cast("bob")
    assert bob.goto(made).status == 200
    assert bob.locator("aside a.button.main").count() == 0
    assert cast.status("charlie", made) in {403, 404}
    audited(cast, "复印机、传真机检查", "Open round of inspections", "Sign off round")


def ask_disposal(cast, walk, key, end):
    """Let Alice ask for a disposal and Bob approve it; return its address and number."""
    alice = cast("alice")
    alice.goto(f"{cast.address}/devices/mine/")
    alice.click(f'a[href="/devices/disposals/ask/{key}/"]')
    alice.check(f'input[name=end][value="{end}"]')
    alice.fill("#id_reason", "超过使用年限")
    walk.send(alice)
    number = number_of(alice, "XH")
    walk.approve(number)
    return alice.url, number


def sanitise(page, walk, technique, size=SIZE):
    walk.go(page, "Record sanitising")
    if size:
        page.locator("input[name^=size-]").fill(str(size))
    page.locator("select[name^=how-]").select_option(technique)
    page.fill("#id_tool", "hdparm 9.65")
    page.fill("#id_done_by", "Oskar")


def test_d6_a_disk_from_retirement_to_certificate(device, cast, picture):
    walk, key = Walk(cast), device("SB-7004", state="retired")
    olga, oskar = cast("olga"), cast("oskar")
    disposal, number = ask_disposal(cast, walk, key, "donated")
    oskar.goto(disposal)
    sanitise(oskar, walk, "sanitize-overwrite")
    picture(oskar, "devices-sanitise")
    walk.send(oskar)
    walk.go(oskar, "Upload wipe certificate")
    upload(oskar, "file", "c.json", certificate("HD-OTHER"))
    refused(oskar, cast, "HD-OTHER")
    upload(oskar, "file", "c.json", certificate("HD-SB-7004", "not known"))
    walk.send(oskar)
    assert cast.say("Not clean, or not known.") in oskar.text_content("main")
    picture(oskar, "devices-not-clean")
    assert oskar.goto(f"{cast.address}/assets/{key}/").status == 200
    assert cast.say("retired") in oskar.text_content(".badges")
    oskar.goto(disposal)
    sanitise(oskar, walk, "sanitize-overwrite", 0)
    walk.send(oskar)
    walk.go(oskar, "Upload wipe certificate")
    upload(oskar, "file", "c.json", certificate("HD-SB-7004"))
    walk.send(oskar)
    walk.go(oskar, "Verify disposal")
    cast.prove("oskar")
    refused(oskar, cast, cast.say("You recorded the sanitising. Somebody else verifies it."))
    picture(oskar, "devices-verify")
    olga.goto(disposal)
    walk.go(olga, "Verify disposal")
    cast.prove("olga")
    walk.send(olga)
    picture(olga, "devices-disposal-verified")
    walk.go(olga, "Record donation")
    olga.fill("#id_recipient", "示例市第三小学")
    olga.fill("#id_paper", "JZ-2026-07")
    olga.fill("#id_reason", "支援教学")
    cast.prove("olga")
    walk.send(olga)
    assert cast.say("closed") in olga.text_content(".badges")
    assert olga.locator("aside a.button.main").count() == 0
    certified(cast, olga, disposal, picture)
    assert cast.status("charlie", disposal) == 404
    audited(cast, number, "Ask for disposal", "Record sanitising", "Upload wipe certificate", "Verify disposal",
            "Record donation")  # fmt: skip


def certified(cast, page, disposal, picture):
    """The certificate is a PDF with a QR code, and what it was issued as is kept by number and digest."""
    import hashlib

    answer = record(page, cast, "devices.disposal", disposal)
    assert answer.body().startswith(b"%PDF")
    kept = cast.inside(
        "from shoumi.console.records.models import Issue; one = Issue.objects.order_by('-pk').first()\n"
        "print(one.number, one.digest)"
    )
    assert kept.split()[1] == hashlib.sha256(answer.body()).hexdigest()
    pdf, codes = pytest.importorskip("pypdfium2"), pytest.importorskip("zxingcpp")
    pages = list(pdf.PdfDocument(answer.body()))
    told = {code.text for one in pages for code in codes.read_barcodes(one.render(scale=3).to_pil())}
    assert any(f"/records/check/{kept.split()[0]}/" in text for text in told), told
    page.goto(f"{cast.address}/records/devices.disposal/{disposal.rstrip('/').rpartition('/')[2]}.html")
    picture(page, "devices-certificate")


def test_d6_a_phone_by_reset_with_evidence_and_one_destroyed_before_two(device, cast, picture):
    olga, oskar, walk = cast("olga"), cast("oskar"), Walk(cast)
    reset, broken = (device(number, kind="phone", state="retired", disk=False) for number in ("SB-7005", "SB-7006"))
    disposal, number = ask_disposal(cast, walk, reset, "sold")
    oskar.goto(disposal)
    sanitise(oskar, walk, "crypto-reset", 0)
    walk.send(oskar)
    walk.go(oskar, "Record evidence of erasure")
    upload(oskar, "file", "photo.jpg", b"a photograph of the phone after its reset")
    oskar.fill("#id_seen_by", "W-alice")
    picture(oskar, "devices-evidence")
    oskar.fill("#id_seen_by", "W-oskar")
    refused(oskar, cast, cast.say("Somebody other than you."))
    upload(oskar, "file", "photo.jpg", b"a photograph of the phone after its reset")
    oskar.fill("#id_seen_by", "W-alice")
    walk.send(oskar)
    olga.goto(disposal)
    walk.go(olga, "Verify disposal")
    cast.prove("olga")
    walk.send(olga)
    walk.go(olga, "Record sale")
    olga.fill("#id_recipient", "示例回收公司")
    olga.fill("#id_paper", "HT-2026-11")
    olga.fill("#id_reason", "以旧换新")
    cast.prove("olga")
    walk.send(olga)
    assert cast.say("closed") in olga.text_content(".badges")
    audited(cast, number, "Record evidence of erasure", "Verify disposal", "Record sale")
    disposal, number = ask_disposal(cast, walk, broken, "destroyed")
    olga.goto(disposal)
    walk.go(olga, "Record destruction")
    olga.select_option("#id_method", "crush")
    olga.fill("#id_where", "示例市销毁中心")
    olga.fill("#id_reason", "屏幕损坏，无法恢复出厂设置")
    olga.fill("#id_first", "W-alice")
    olga.fill("#id_second", "W-bob")
    picture(olga, "devices-destroy")
    olga.fill("#id_second", "W-alice")
    cast.prove("olga")
    olga.click(SEND)
    olga.wait_for_selector(".summary, .field.wrong")  # one person is not two
    olga.fill("#id_second", "W-bob")
    cast.prove("olga")
    walk.send(olga)
    assert cast.say("closed") in olga.text_content(".badges")
    assert cast.say("crushed and drilled") in olga.text_content("dl.facts")
    assert record(olga, cast, "devices.disposal", disposal).body().startswith(b"%PDF")
    assert cast.status("charlie", disposal) == 404
    audited(cast, number, "Record destruction")


PAGES = ("/devices/", "/devices/disposals/", "/devices/snapshots/", "/devices/rounds/", "/devices/disposals/methods/",
         "/devices/mine/")  # fmt: skip


def test_pages_in_three_languages_and_on_a_phone(cast, picture):
    olga = cast("olga")
    things = cast.inside(
        "from shoumi.console.areas.devices.models import Disposal, Repair, Round, Snapshot\n"
        "from shoumi.console.accounts.models import Unit\n"
        "here = Unit.objects.get(code='20').path\n"
        "for name, rows, unit in (('repairs', Repair, 'device__unit'), ('disposals', Disposal, 'device__unit'),\n"
        "                         ('snapshots', Snapshot, 'device__unit'), ('rounds', Round, 'unit')):\n"
        "    thing = rows.objects.filter(**{f'{unit}__path__startswith': here}).order_by('-pk').first()\n"
        "    print(f'/devices/{name}/{thing.pk}/')"
    ).split()
    try:
        olga.set_viewport_size(PHONE)
        for language in LANGUAGES:
            olga.goto(cast.address + "/devices/")
            if olga.get_attribute("html", "lang") != language:
                olga.click(f'.languages button[value="{language}"]')
            for path in (*PAGES, *things) if language != "en" else (*PAGES[:1], *things[:2]):
                assert olga.goto(cast.address + path).status == 200, path
                assert olga.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, language)
                picture(olga, f"devices-phone{path.replace('/', '-')}{language}")
    finally:
        olga.set_viewport_size({"width": 1280, "height": 800})
        olga.click(f'.languages button[value="{cast.language}"]')
