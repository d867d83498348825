"""Manuscripts at a screen: rows C3 to C5, walked by the cast in their roles in zh-Hans; pages in all three languages.

Alice compiles, Olga (a secrecy officer) reviews, Bob approves, Oskar publishes; Charlie is an officer of another unit and
gets nothing, Dana is the auditor who finds what happened.
"""

from __future__ import annotations

import json

import pytest

LANGUAGES = ("zh-hans", "zh-hant", "en")
PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
TITLE = "某型设备布设方案"
PAPER = (
    "一号监测点设在配电间东侧立柱，距地面二点四米，主备两路供电，断电后由蓄电池维持不少于六小时；二号监测点设在地下车库入口横梁内侧，"
    "每日零时和十二时各自检一次，自检结果经专线回传值班室，不得使用无线方式。"
)
REST = (
    "值守人员每班两人，交接时逐项核对封签编号、自检记录和备用电源电压，发现异常应在十分钟内报告，不得自行拆卸设备外壳。"
)
SEND = "main form.form button[type=submit]"
DESCRIBE = """
from django.utils import timezone
from shoumi.console.accounts.models import Unit, User
from shoumi.console.action import Door
from shoumi.console.scans.actions.documents import Describe
from shoumi.console.scans.models import Document
row, door = Document.objects.order_by("pk").first(), Door("machine", "", timezone.now())
unit = Unit.objects.get(code="20").pk
given = dict(title={title!r}, level=row.level, until=row.until, unit=unit, readers="keepers")
Describe.run(User.objects.full().get(username="dana"), row, door=door, **given)
"""


def done(page, selector, what, tries=100):
    """Reload until the worker has done it, as a person would."""
    for _count in range(tries):
        if what(page.locator(selector)):
            return
        page.wait_for_timeout(300)
        page.reload()
    raise AssertionError(page.text_content("main"))


def submit(page):
    page.click(SEND)
    page.wait_for_load_state()
    assert page.locator(".summary").count() == 0, page.locator("main").inner_text()


def decide_all(page, verdict, reason):
    """Decide one item after the other until the manuscript comes back; return how many."""
    count = 0
    while page.locator("#id_because").count():
        page.check(f'input[name="verdict"][value="{verdict}"]')
        page.fill("#id_because", reason)
        submit(page)
        count += 1
    return count


def enter(page, cast, title, text, publisher=""):
    """Let somebody enter a manuscript; return its address."""
    page.goto(f"{cast.address}/compilation/add/")
    page.fill("#id_title", title)
    page.set_input_files("#id_file", {"name": "年鉴.txt", "mimeType": "text/plain", "buffer": text.encode()})
    page.fill("#id_publisher", publisher)
    return page


@pytest.fixture
def key_of(tmp_path, monkeypatch):
    """Make a key as its holder does, on a machine of their own; sign with it."""
    from shoumi.cli import main

    def shoumi(name, *words):
        monkeypatch.setenv("SHOUMI_HOME", str(tmp_path / f"home-{name}"))
        monkeypatch.setenv("SHOUMI_PASSPHRASE", "")
        return main(["clearance", *words])

    def make(name):
        path = tmp_path / f"{name}.key"
        assert shoumi(name, "keygen", str(path)) == 0

        def sign(record, role):
            shoumi(name, "enroll", f"{path}.pub", "--name", name, "--role", role)
            shoumi(name, "sign", str(record), f"--{role}", str(path))

        return path.with_name(path.name + ".pub").read_text(), sign

    return make


def sign(cast, name, role, where, key_of, tmp_path, picture):
    """Let somebody enrol their key, take the record, sign it elsewhere, hand the signature in."""
    page = cast(name)
    public, with_key = key_of(name)
    page.goto(f"{cast.address}/compilation/keys/enrol/")
    page.check(f'input[name="seat"][value="{role}"]')
    page.fill("#id_public", public)
    cast.prove(name)
    submit(page)
    page.goto(where)
    with page.expect_download() as taken:
        page.click("aside .button.main")
    record = tmp_path / f"{name}.json"
    taken.value.save_as(record)
    assert PAPER[:12] not in record.read_text("utf-8")  # the record holds no text
    with_key(record, role)
    page.goto(f"{where}sign/")
    page.set_input_files("#id_file", str(record))
    cast.prove(name)
    picture(page, f"compilation-sign-{role}")
    submit(page)


def test_c3_c4_a_manuscript_from_upload_to_the_signed_proof(cast, picture, key_of, tmp_path):
    alice, olga, bob, oskar = (cast(name) for name in ("alice", "olga", "bob", "oskar"))
    cast.inside(DESCRIBE.format(title=TITLE))  # its officers may know what it is called
    # C3. Alice, the compiler, enters it and explains what was found. She may not know which document it is.
    text = f"城市建设概况\n\n{PAPER[:70]}\n\n联系人身份证号 11010519491231002X\n"
    enter(alice, cast, "年鉴第五章", text, "walk-oskar")
    picture(alice, "compilation-add")
    submit(alice)
    where, number = alice.url, alice.text_content("main").partition("M-")[2][:9]
    done(alice, "ol.spots > li", lambda found: found.count() >= 2)
    picture(alice, "compilation-compiler")
    assert cast.say("a registered document") in alice.text_content("main")
    assert TITLE not in alice.text_content("main")
    alice.goto(f"{where}text/")
    assert alice.locator(".manuscript mark.passage").count() == 1
    assert alice.locator(".manuscript mark.personal").count() == 1
    picture(alice, "compilation-text-compiler")
    alice.locator("aside a[href*='/explain/']").first.click()
    assert decide_all(alice, "keep", "据公开报道，已核对原件。") >= 2
    alice.click("aside .button.main")
    submit(alice)
    # Olga, the reviewer, sees the source and decides; it goes back once; Bob decides again.
    olga.goto(where)
    assert TITLE in olga.text_content("main")
    picture(olga, "compilation-reviewer")
    olga.goto(f"{where}text/")
    picture(olga, "compilation-text")
    olga.goto(where)
    olga.locator("ol.spots a").first.click()
    olga.click("aside .button.main")
    picture(olga, "compilation-review")
    assert decide_all(olga, "declassified", "原件已解密，见解密通知第 12 号。") >= 2
    olga.click("aside .button.main")
    olga.fill("#id_reason", "各项已解密或已公开。")
    submit(olga)
    bob.goto(where)
    bob.locator("ol.spots a").first.click()
    bob.click("aside .button.main")
    assert decide_all(bob, "keep", "同意审查意见。") >= 2
    bob.goto(where)
    bob.click("aside .button.main")
    picture(bob, "compilation-approve")
    bob.click("aside a.main")
    cast.prove("bob")
    bob.locator(".buttons.equal button").first.click()
    bob.wait_for_load_state()
    bob.goto(where)
    bob.click("aside .button.main")
    submit(bob)
    # C4. Both enrol the public half of their keys and hand in what the command line signed.
    sign(cast, "olga", "reviewer", where, key_of, tmp_path, picture)
    sign(cast, "bob", "approver", where, key_of, tmp_path, picture)
    olga.goto(where)
    clearance = olga.request.get(f"{where}record.json").text()
    assert len(json.loads(clearance)["signatures"]) == 2
    assert cast.say("cleared for print") in olga.text_content(".badges")
    picture(olga, "compilation-cleared")
    # Oskar, the publisher: the file, the typeset proof, a changed one; he signs the right one off.
    html = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    edited = text.replace("城市建设概况", "城市建设概况。另有补充。")
    for name, content, answer in (
        ("年鉴.txt", text, "the same file as was cleared"),
        ("付型.html", f"<html><body>{html}</body></html>", "the same text as was cleared, in another layout"),
        ("改动.txt", edited, "the text differs from what was cleared"),
    ):
        oskar.goto(f"{where}publish/")
        oskar.click("aside .button.main")
        oskar.set_input_files("#id_file", {"name": name, "mimeType": "text/plain", "buffer": content.encode()})
        submit(oskar)
        said = cast.say(answer)
        done(oskar, ".verdict", lambda found, said=said: found.count() and found.text_content() == said)
    assert "另有补充" in oskar.text_content("main")  # the differences are listed
    assert oskar.locator("aside .button.main").count() == 0  # and a changed proof cannot be signed off
    picture(oskar, "compilation-changed")
    oskar.goto(f"{where}publish/")
    picture(oskar, "compilation-publish")
    oskar.click("text=付型.html")
    oskar.click("aside .button.main")
    cast.prove("oskar")
    submit(oskar)
    oskar.goto(f"{where}publish/")
    assert cast.say("proof signed off") in oskar.text_content("main")
    assert cast.status("oskar", f"{where}text/") == 403  # the reviewed text is not for the publisher
    key = where.rstrip("/").rpartition("/")[2]
    for name in ("compilation.review", "compilation.clearance"):
        answer = olga.request.get(f"{cast.address}/records/{name}/{key}.pdf")
        assert answer.body().startswith(b"%PDF"), name
    olga.goto(f"{cast.address}/records/compilation.review/{key}.html")
    picture(olga, "compilation-form")
    nobody_else(cast, where)
    # Dana, the auditor, finds every step and none of the text.
    trail = cast.trail(number)
    for words in ("Enter a manuscript", "Hand to the reviewer", "Ask the approver", "Make the record to sign", "Hand in my signature",
                  "Compare a proof", "Sign the proof off"):  # fmt: skip
        assert cast.say(words) in trail, (words, trail)
    assert PAPER[:12] not in trail
    verified(tmp_path, clearance, text, edited)


def nobody_else(cast, where):
    """Charlie, an officer elsewhere, and Dana, the auditor, get nothing of the manuscript itself."""
    item = cast.inside(
        "from shoumi.console.areas.compilation.models import Manuscript\n"
        f"print(Manuscript.objects.get(pk={where.rstrip('/').rpartition('/')[2]}).items.first().pk)"
    )
    for name in ("charlie", "dana"):
        for path in (where, f"{where}text/", f"{where}items/", f"/compilation/items/{item}/", f"{where}record.json"):
            assert cast.status(name, path) == 404, (name, path)
        page = cast(name)
        page.goto(f"{cast.address}/compilation/")
        assert page.locator(f"a[href='{where.removeprefix(cast.address)}']").count() == 0


def verified(folder, clearance, text, edited):
    """What the console cleared is what ``shoumi verify-clearance`` reads, on any machine."""
    from shoumi.cli import main

    (folder / "clearance.json").write_text(clearance, "utf-8")
    for name, content, code in (("same.txt", text, 0), ("changed.txt", edited, 1)):
        (folder / name).write_text(content, "utf-8")
        trusted = [word for who in ("olga", "bob") for word in ("--trust", str(folder / f"{who}.key.pub"))]
        assert main(["verify-clearance", str(folder / name), str(folder / "clearance.json"), *trusted]) == code


def test_c5_excerpts_of_several_manuscripts_become_one_case(cast, picture):
    alice, olga, charlie = cast("alice"), cast("olga"), cast("charlie")
    pieces = [source[at : at + 13] for source in (REST, PAPER) for at in range(0, len(source) - 12, 13)]
    for place in range(3):
        text = "".join(
            f"第{place}册说明，收到来稿：{piece}，谢谢{place}。\n{'其余从略。' * 40}\n" for piece in pieces[place::3]
        )
        enter(alice, cast, f"通讯第 {place + 1} 期", text)
        submit(alice)
        done(alice, ".badges", lambda found: cast.say("with the compiler") in found.text_content())
        assert alice.locator("mark.passage, ol.spots > li").count() == 0  # each by itself says nothing
    olga.goto(f"{cast.address}/findings/cases/?kind=accumulated")
    row = olga.locator("tbody tr:has-text('编审科') a.row")
    assert row.count() == 1, olga.text_content("main")
    row.click()
    case = olga.url
    picture(olga, "compilation-case")
    assert all(piece not in olga.text_content("main") for piece in pieces)
    assert cast.status("charlie", case) == 404
    assert cast.status("alice", case) in {403, 404}  # whose case it is does not open it
    charlie.goto(f"{cast.address}/findings/cases/")
    assert charlie.locator(f"a[href='{case.removeprefix(cast.address)}']").count() == 0
    assert "通讯第 3 期" in cast.trail("通讯第 3 期")


def test_pages_in_three_languages_and_on_a_phone(cast, picture):
    key = cast.inside(
        "from shoumi.console.areas.compilation.models import Manuscript\n"
        "print(Manuscript.objects.order_by('pk').first().pk)"
    )
    olga = cast("olga")
    try:
        olga.set_viewport_size(PHONE)
        for language in LANGUAGES:
            olga.goto(f"{cast.address}/compilation/")
            if olga.get_attribute("html", "lang") != language:
                olga.click(f'.languages button[value="{language}"]')
            for part in ("", f"{key}/", f"{key}/text/", f"{key}/items/"):
                assert olga.goto(f"{cast.address}/compilation/{part}").status == 200
                assert olga.evaluate("document.documentElement.scrollWidth <= innerWidth"), (part, language)
                name = part.strip("/").replace(key, "one").replace("/", "-") or "list"
                picture(olga, f"compilation-phone-{name}-{language}")
    finally:
        olga.set_viewport_size(WIDE)
        olga.click(f'.languages button[value="{cast.language}"]')


def test_pages_pass_axe(cast):
    from axe_playwright_python.sync_playwright import Axe

    key = cast.inside(
        "from shoumi.console.areas.compilation.models import Manuscript\n"
        "print(Manuscript.objects.order_by('pk').first().pk)"
    )
    olga = cast("olga")
    for part in ("", f"{key}/", f"{key}/text/", f"{key}/items/", "keys/"):
        olga.goto(f"{cast.address}/compilation/{part}")
        found = Axe().run(olga).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
