"""A manuscript from the compiler's desk to the signed-off proof, as each of its people and as those outside; three languages."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

LANGUAGES = ("zh-hans", "zh-hant", "en")
PAPER = (
    "一号监测点设在配电间东侧立柱，距地面二点四米，主备两路供电，断电后由蓄电池维持不少于六小时；二号监测点设在地下车库入口横梁内侧，"
    "每日零时和十二时各自检一次，自检结果经专线回传值班室，不得使用无线方式。"
)
WORDS = {
    "zh-hans": ("与审定稿为同一文件", "文字与审定稿相同，版式不同", "文字与审定稿不同", "某份登记文件", "清样已签付"),
    "zh-hant": ("與審定稿為同一檔案", "文字與審定稿相同，版式不同", "文字與審定稿不同", "某份登記文件", "清樣已簽付"),
    "en": ("the same file as was cleared", "the same text as was cleared, in another layout",
           "the text differs from what was cleared", "a registered document", "proof signed off"),
}  # fmt: skip


def done(page, selector, what, tries=60):
    """Reload until the worker has done it, as a person would."""
    for _count in range(tries):
        if what(page.locator(selector)):
            return
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(page.text_content("main"))


def prove(page, console, name):
    if page.locator("#id_proof-password").count():
        page.fill("#id_proof-password", console[1][name])
        page.fill("#id_proof-code", console[2](name))


def submit(page):
    page.click("main form.form button[type=submit]")


def decide_all(page, verdict="keep", reason="据公开报道，已核对原件。"):
    """Decide one item after the other until the manuscript comes back; return how many."""
    count = 0
    while page.locator("#id_because").count():
        page.check(f'input[name="verdict"][value="{verdict}"]')
        page.fill("#id_because", reason)
        submit(page)
        page.wait_for_load_state()
        count += 1
    return count


def key_of(folder, name):
    """Make a key as its holder does, on a machine of their own."""
    home = folder / f"home-{name}"
    shoumi = [sys.executable, "-m", "shoumi"]
    environment = {**os.environ, "SHOUMI_HOME": str(home), "PYTHONWARNINGS": "", "SHOUMI_PASSPHRASE": ""}
    path = folder / f"{name}.key"
    subprocess.run([*shoumi, "clearance", "keygen", str(path)], env=environment, check=True, capture_output=True)

    def sign(record, role):
        enroll = [*shoumi, "clearance", "enroll", f"{path}.pub", "--name", name, "--role", role]
        subprocess.run(enroll, env=environment, check=False, capture_output=True)
        signing = [*shoumi, "clearance", "sign", str(record), f"--{role}", str(path)]
        subprocess.run(signing, env=environment, check=True, capture_output=True)

    return path.with_name(path.name + ".pub").read_text(), sign


def new_page(chromium):
    return chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True).new_page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_manuscript_from_upload_to_the_signed_proof(chromium, page, console, sign_in, picture, language, tmp_path):
    address = console[0]
    first, layout, changed, other = WORDS[language][:4]
    heidi, dana, frank, ivan = page, new_page(chromium), new_page(chromium), new_page(chromium)
    for window, name in ((heidi, "heidi"), (dana, "dana"), (frank, "frank"), (ivan, "ivan")):
        sign_in(window, name, language)
    # Heidi, the compiler: enters it and explains what was found. She may not know which document it is.
    text = f"城市建设概况\n\n{PAPER[:70]}\n\n联系人身份证号 11010519491231002X\n"
    heidi.goto(f"{address}/compilation/add/")
    heidi.fill("#id_title", f"年鉴第五章 {language}")
    heidi.set_input_files("#id_file", {"name": "年鉴.txt", "mimeType": "text/plain", "buffer": text.encode()})
    heidi.fill("#id_publisher", "ivan")
    picture(heidi, f"add-{language}")
    submit(heidi)
    where = heidi.url
    done(heidi, "ol.spots > li", lambda found: found.count() >= 2)
    picture(heidi, f"compiler-{language}")
    assert other in heidi.text_content("main")
    assert "某型设备布设方案" not in heidi.text_content("main")
    heidi.goto(f"{where}text/")
    assert heidi.locator(".manuscript mark.passage").count() == 1
    assert heidi.locator(".manuscript mark.personal").count() == 1
    picture(heidi, f"text-{language}")
    heidi.locator("aside a[href*='/explain/']").first.click()
    picture(heidi, f"explain-{language}")
    assert decide_all(heidi) >= 2
    heidi.click("aside .button.main")
    submit(heidi)
    # Dana, the secrecy reviewer: sees the source, decides, asks the approver.
    dana.goto(where)
    picture(dana, f"reviewer-{language}")
    dana.locator("ol.spots a").first.click()
    dana.click("aside .button.main")
    picture(dana, f"review-{language}")
    assert decide_all(dana, "declassified") >= 2
    dana.click("aside .button.main")
    dana.fill("#id_reason", "各项已解密或已公开。")
    submit(dana)
    # Frank, the approver: decides again, signs the request, makes the record.
    frank.goto(where)
    frank.locator("ol.spots a").first.click()
    frank.click("aside .button.main")
    assert decide_all(frank) >= 2
    frank.goto(where)
    frank.click("aside .button.main")
    picture(frank, f"approve-{language}")
    frank.click("aside a.main")
    prove(frank, console, "frank")
    frank.locator(".buttons.equal button").first.click()
    frank.wait_for_load_state()
    frank.goto(where)
    frank.click("aside .button.main")
    submit(frank)
    # Both enrol the public half of their keys and hand in what the command line signed.
    for window, name, role in ((dana, "dana", "reviewer"), (frank, "frank", "approver")):
        public, sign = key_of(tmp_path, f"{name}-{language}")
        window.goto(f"{address}/compilation/keys/")
        old = window.locator("a[href$='/withdraw/']")
        if old.count():
            old.first.click()
            window.fill("#id_reason", "换新。")
            prove(window, console, name)
            submit(window)
        window.goto(f"{address}/compilation/keys/enrol/")
        window.check(f'input[name="seat"][value="{role}"]')
        window.fill("#id_public", public)
        prove(window, console, name)
        submit(window)
        window.goto(where)
        with window.expect_download() as taken:
            window.click("aside .button.main")
        record = tmp_path / f"{name}.json"
        taken.value.save_as(record)
        assert PAPER[:12] not in record.read_text("utf-8")  # the record holds no text
        sign(record, role)
        window.goto(f"{where}sign/")
        window.set_input_files("#id_file", str(record))
        prove(window, console, name)
        picture(window, f"sign-{name}-{language}")
        submit(window)
    dana.goto(where)
    assert len(json.loads(dana.request.get(f"{where}record.json").text())["signatures"]) == 2
    picture(dana, f"cleared-{language}")
    # Ivan, the publisher: the file, the typeset proof, a changed one; he signs the right one off.
    html = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
    edited = text.replace("城市建设概况", "城市建设概况。另有补充。")
    for name, content, answer in (("年鉴.txt", text, first), ("付型.html", f"<html><body>{html}</body></html>", layout),
                                  ("改动.txt", edited, changed)):  # fmt: skip
        ivan.goto(f"{where}publish/")
        ivan.click("aside .button.main")
        ivan.set_input_files("#id_file", {"name": name, "mimeType": "text/plain", "buffer": content.encode()})
        submit(ivan)
        done(ivan, ".verdict", lambda found, answer=answer: found.count() and found.text_content() == answer)
        picture(ivan, f"proof-{name.partition('.')[2]}-{'changed' if answer == changed else 'good'}-{language}")
    assert ivan.locator("aside .button.main").count() == 0  # a changed proof cannot be signed off
    ivan.goto(f"{where}publish/")
    picture(ivan, f"publish-{language}")
    ivan.click("text=付型.html")
    ivan.click("aside .button.main")
    prove(ivan, console, "ivan")
    submit(ivan)
    ivan.goto(f"{where}publish/")
    assert WORDS[language][4] in ivan.text_content("main")
    assert ivan.request.get(f"{where}text/").status == 403  # the reviewed text is not for the publisher
    dana.goto(f"{address}/records/compilation.review/{where.rstrip('/').rpartition('/')[2]}.html")
    picture(dana, f"form-{language}")
    for window in (dana, frank, ivan):
        window.context.close()


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 404), ("bob", 404), ("charlie", 404), ("grace", 404), ("erin", 403)]
)
def test_who_is_not_of_the_job_sees_nothing(page, console, sign_in, name, status):
    pk = console[2].inside(
        "from shoumi.console.areas.compilation.models import Item, Manuscript\n"
        "thing = Manuscript.objects.order_by('pk').first(); print(thing.pk, thing.items.first().pk)"
    )
    thing, item = pk.split()
    sign_in(page, name, "en")
    page.goto(f"{console[0]}/compilation/")
    assert (page.locator(f"a[href='/compilation/{thing}/']").count() == 1) == (name == "erin")
    for path in (f"{thing}/text/", f"{thing}/items/", f"items/{item}/"):
        assert page.request.get(f"{console[0]}/compilation/{path}").status == status


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_holds_it(page, console, sign_in, picture, language):
    pk = console[2].inside(
        "from shoumi.console.areas.compilation.models import Manuscript\nprint(Manuscript.objects.order_by('pk').first().pk)"
    )
    sign_in(page, "dana", language)
    page.set_viewport_size({"width": 390, "height": 844})
    for part in ("", f"{pk}/", f"{pk}/text/", f"{pk}/items/"):
        page.goto(f"{console[0]}/compilation/{part}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
        picture(page, f"phone-{part.strip('/').replace('/', '-') or 'list'}-{language}")


def test_pages_pass_axe(page, console, sign_in):
    from axe_playwright_python.sync_playwright import Axe

    pk = console[2].inside(
        "from shoumi.console.areas.compilation.models import Manuscript\nprint(Manuscript.objects.order_by('pk').first().pk)"
    )
    sign_in(page, "dana", "en")
    for part in ("", f"{pk}/", f"{pk}/text/", f"{pk}/items/", "keys/"):
        page.goto(f"{console[0]}/compilation/{part}")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
