"""Records: one form in three shapes and languages, hostile text as text, numbers that run, a check that answers."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import re
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from shoumi.console.accounts.models import Office
from shoumi.console.action import Denied, Gone, Machine, Unmet
from shoumi.console.audit.models import Entry
from shoumi.console.records import Facts, Label, Labels, Record, Signature, Signatures, Table, Text, document, issuing
from shoumi.console.records.actions import FetchIssue, IssueRecord
from shoumi.console.records.blocks import Code, written
from shoumi.console.records.models import Issue, Kept
from shoumi.console.records.paper import pdf
from shoumi.console.records.record import find, registry
from shoumi.console.records.workbook import xlsx

spec = importlib.util.spec_from_file_location("own_examples_records", Path(__file__).parent / "examples_records.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)
SHEET = examples.declared()

HOSTILE = (
    '#let x = 1; #image("/etc/passwd") $ a^2 $ \'one\' "two" \\back\\slash *b* _i_ `raw` @ref <label> // c /* d */ '
    "=1+1 {{ 3 }} {% now %} <script>alert(1)</script> & \u202eabc 😀 直 骨 " + "W" * 300 + " " + "很长" * 200
)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def window(enter):
    """A window of its own for each account."""
    from django.test import Client

    return lambda user: enter(user, Client())


def paper(blocks, **more):
    """Return the PDF of some blocks."""
    return pdf(composed(blocks, **more), timezone.now())


def composed(blocks, language="en", stamp=True, **more):
    with translation.override(language):
        words = {"page": "Page {n} of {m}"}
        words |= {key: key for key in ("number", "date", "by", "unit", "reference", "check", "signature", "day")}
        values = {"title": "Form", "level": "SECRET", "reference": "R-1", "office": "Office", "unit": "Unit"} | more
        made = document.Document(
            name="x", small="", language=language, landscape=False, words=words,
            blocks=[document.drawn(block) for block in blocks], **values,
        )  # fmt: skip
    return (
        made.stamped("2026-00001", timezone.now(), "Dana", "https://x.example/records/check/2026-00001/")
        if stamp
        else made
    )


def pages(data):
    """Return the text of each page of a PDF."""
    import pypdfium2

    found = pypdfium2.PdfDocument(data)
    try:
        return [page.get_textpage().get_text_bounded() for page in found]
    finally:
        found.close()


def flat(text):
    return re.sub(r"[\s\u200b\ufffe\u00ad]", "", text)


# --- the PDF --------------------------------------------------------------------------------------------------------


def test_hostile_text_is_text():
    blocks = [
        Text(HOSTILE, title=HOSTILE[:200]),
        Facts([(HOSTILE[:300], HOSTILE), ("x", HOSTILE)], title="Facts"),
        Table(("No.", HOSTILE[:80]), [(1, HOSTILE), (2, "\x00\x07\ud800")]),
        Signatures([Signature(HOSTILE[:80], HOSTILE[:120], timezone.now(), HOSTILE)]),
        Labels([Label(HOSTILE[:300], HOSTILE[:60], (HOSTILE[:200],))]),
    ]
    said = flat("".join(pages(paper(blocks, title=HOSTILE[:150], level=HOSTILE[:30], office=HOSTILE[:40]))))
    for part in ('#letx=1;#image("/etc/passwd")$a^2$', "\\back\\slash*b*_i_`raw`@ref<label>//c/*d*/", "{{3}}"):
        assert part in said
    assert said.count("W") >= 5 * 300  # not a letter lost


def test_no_word_runs_out_of_its_page():
    import pypdfium2

    data = paper(
        [Facts([("W" * 90, "M" * 400), ("a", "b")]), Table(("No.", "x", "y"), [("W" * 80, "M" * 900, "i" * 200)])]
    )
    found = pypdfium2.PdfDocument(data)
    try:
        for page in found:
            text = page.get_textpage()
            right = max((text.get_charbox(n)[2] for n in range(text.count_chars())), default=0)
            assert right < page.get_width() - 40, "over the margin"
    finally:
        found.close()


def test_chinese_keeps_no_marks_for_breaking_lines():
    text = "保管期限届满经年度审核不再使用按规定送销毁机构需两人押运两人监销登记簿长期保存不得随文件一并销毁。" * 3
    data = paper([Text(text)], language="zh-hans")
    assert text[:40] in flat(pages(data)[0])
    assert "\u200b" not in pages(data)[0]  # nor does the address


def test_level_number_pages_and_check_address_stand_on_paper():
    said = pages(paper([Table(("No.", "Thing"), [(n, "key") for n in range(120)])]))
    assert len(said) > 2
    for number, page in enumerate(said, 1):
        assert page.lstrip().startswith("SECRET")
        assert "2026-00001" in page
        assert f"Page {number} of {len(said)}" in page
        assert "No." in page or number == len(said)  # the head of the table repeats
    assert "https://x.example/records/check/2026-00001/" in said[-1].replace("\u200b", "").replace("\r\n", "")


def test_the_qr_code_on_paper_leads_to_the_check():
    pypdfium2, zxingcpp = pytest.importorskip("pypdfium2"), pytest.importorskip("zxingcpp")
    found = pypdfium2.PdfDocument(paper([Text("x")]))
    try:
        picture = found[0].render(scale=3).to_pil()
    finally:
        found.close()
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == ["https://x.example/records/check/2026-00001/"]


def test_no_font_of_the_machine_is_used(monkeypatch):
    import pypdfium2
    from pypdfium2 import raw

    monkeypatch.setenv("FONTCONFIG_FILE", "/nonexistent")
    found = pypdfium2.PdfDocument(paper([Text("机密 Secret 骨")], language="zh-hant"))
    try:
        names = {_font(raw, thing) for thing in found[0].get_objects() if thing.type == raw.FPDF_PAGEOBJ_TEXT}
    finally:
        found.close()
    assert names
    assert all("NotoSansCJK" in name for name in names), names


def _font(raw, thing):
    import ctypes

    font = raw.FPDFTextObj_GetFont(thing)
    size = raw.FPDFFont_GetBaseFontName(font, None, 0)
    name = ctypes.create_string_buffer(size)
    raw.FPDFFont_GetBaseFontName(font, name, size)
    return name.value.decode()


def test_the_same_document_and_time_give_the_same_bytes():
    at = timezone.now()
    made = composed([Text("x"), Facts([("a", "b")])])
    assert pdf(made, at) == pdf(made, at)


def test_a_ledger_of_twenty_thousand_rows(monkeypatch):
    monkeypatch.setattr("shoumi.console.records.paper.SECONDS", 120)
    rows = [(n, f"机密文件第{n}号 #{n} $x$", "机密", 1, "档案库 A") for n in range(20_000)]
    blocks = [Table(("序号", "名称", "密级", "份数", "存放处"), rows, title="台账")]
    began = time.monotonic()
    data = paper(blocks, language="zh-hans")
    assert time.monotonic() - began < 100
    assert data.startswith(b"%PDF-")
    assert len(data) < 5_000_000
    assert "19999" in flat(pages(data)[-1])
    assert len(sheets(xlsx(composed(blocks)))[1]) == 20_001


# --- the workbook ---------------------------------------------------------------------------------------------------


def sheets(data):
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [book.get_sheet_by_index(n).to_python() for n in range(len(book.sheet_names))]


def test_a_workbook_runs_nothing_and_holds_everything():
    blocks = [
        Text(HOSTILE), Facts([("=1+1", "=cmd|'/c calc'!A0"), ("b", "@x")], title="&[Facts]*"),
        Table(("=A", "Thing"), [("=1+1", HOSTILE), ("http://x", None)], title="A/B:C?*[very long title of a table]"),
        Table(("a",), [], title="A/B:C?*[very long title of a table]", empty="nothing"),
        Signatures([Signature("Officer", "Dana", timezone.now())]),
    ]  # fmt: skip
    data = xlsx(composed(blocks))
    form, first, second = sheets(data)
    assert ["=1+1", "=cmd|'/c calc'!A0"] in [row[:2] for row in form]
    assert first[1] == ["=1+1", HOSTILE]
    assert second == [["a"], ["nothing"]]
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = "".join(
            book.read(name).decode() for name in book.namelist() if "sheet" in name and name.endswith(".xml")
        )
    assert "<f>" not in parts
    assert "<hyperlink" not in parts
    assert "SECRET · 2026-00001" in parts  # printed on every page


# --- issuing --------------------------------------------------------------------------------------------------------


def issued(world, form="pdf", user=None):
    return IssueRecord.run(user or world.dana, **examples.given(world, form)).result


def test_numbers_run_and_the_same_record_is_not_issued_twice(world):
    first = issued(world)
    again = issued(world)
    book = issued(world, "xlsx")
    assert (first.pk, first.seq + 1) == (again.pk, book.seq)
    world.north_person.post = "keeper"
    world.north_person.save()
    assert issued(world).seq == first.seq + 2
    with translation.override("zh-hant"):
        assert issued(world).seq == first.seq + 3
    year = timezone.localdate().year
    assert first.number == f"{year}-{first.seq:05d}"
    assert hashlib.sha256(bytes(first.kept.data)).hexdigest() == first.digest
    assert [entry.action for entry in Entry.objects.filter(actor="dana")] == ["records.issue"] * 5


def test_an_issue_that_fails_takes_no_number(world, monkeypatch):
    first = issued(world)
    world.north_person.post = "keeper"
    world.north_person.save()

    def breaks(*_arguments):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(issuing.paper, "pdf", breaks)
        with pytest.raises(RuntimeError):
            issued(world)
    assert issued(world).seq == first.seq + 1


def test_what_would_lock_the_database_for_long_is_refused_with_a_way_out(world, monkeypatch):
    rows = [(n, "key") for n in range(16_000)]
    monkeypatch.setattr(type(SHEET), "blocks", lambda _self, _thing: [Table(("n", "thing"), rows)])
    with pytest.raises(Unmet, match="workbook instead"):
        issued(world)
    assert len(sheets(bytes(issued(world, "xlsx").kept.data))[1]) == 16_001
    monkeypatch.setattr("shoumi.console.records.paper.MOST", 10**9)
    monkeypatch.setattr("shoumi.console.records.paper.SECONDS", 0.05)
    with pytest.raises(Unmet, match="workbook instead"):
        issued(world)


def test_the_press_runs_while_no_transaction_is_held(world, monkeypatch):
    """SQLite has one lock for all who write: setting a page must not hold it. The number is still without a gap."""
    from django.db import connection

    before, depths, press = len(connection.savepoint_ids), [], issuing.paper.pdf

    def watched(*arguments):
        depths.append(len(connection.savepoint_ids) - before)
        return press(*arguments)

    monkeypatch.setattr(issuing.paper, "pdf", watched)
    first = issued(world)
    assert depths == ([0] if connection.vendor == "sqlite" else [depths[0]])
    world.north_person.post = "keeper"
    world.north_person.save()
    assert issued(world).seq == first.seq + 1
    assert Entry.objects.filter(action="records.issue").count() == 2


def test_somebody_quicker_takes_the_number_and_nobody_gets_it_twice(world, monkeypatch):
    press, others = issuing.paper.pdf, []

    def slow(document_, at):
        if document_.stamp.by == world.dana.get_full_name() and len(others) < 2:
            others.append(issuing.take_number())  # while the page is set
        return press(document_, at)

    monkeypatch.setattr(issuing.paper, "pdf", slow)
    made = issued(world)
    assert made.seq == others[-1][1] + 1
    assert made.number in "".join(pages(bytes(made.kept.data)))


def test_what_the_font_lacks_stands_on_paper_as_its_number():
    text = "完成 😀 \U0001f468\u200d\U0001f4bb café 㐂 Ω"
    said = flat("".join(pages(paper([Text(text), Facts([("x", "🎉" * 3)])]))))
    assert "完成[U+1F600][U+1F468][U+1F4BB]café㐂Ω" in said.replace("\u200d", "")
    assert said.count("[U+1F389]") == 3


def test_a_code_holds_its_address_as_it_is(monkeypatch):
    from shoumi.console.records import paper as sheet

    drawn, picture = [], sheet.qr
    monkeypatch.setattr(sheet, "qr", lambda text: drawn.append(text) or picture(text))
    address = "https://records.example.org/custody/scan/" + "Q" * 40
    paper([Labels([Label(address, "t", ())]), Code(address, "x")])
    assert drawn.count(address) == 2


def test_typst_lives_through_a_fork(world):
    """A console that made its demo and then forked its servers must still make PDFs in them."""
    import os

    issued(world)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if paper([Text("x")]).startswith(b"%PDF") else 1)
        except BaseException:
            os._exit(2)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            return
        time.sleep(0.05)
    os.kill(child, 9)
    os.waitpid(child, 0)
    pytest.fail("the child hangs")


def test_only_who_may_issues_it(world):
    for user in (world.south_officer, world.staff, world.leader):
        with pytest.raises(Denied):
            issued(world, user=user)
    assert Entry.objects.filter(action="records.issue", outcome="refused").count() == 3
    with pytest.raises(Gone):
        IssueRecord.run(world.dana, record="no.such", key="1", form="pdf")
    with pytest.raises(Gone):
        IssueRecord.run(world.dana, record=SHEET.name, key="99999", form="pdf")
    with pytest.raises(Denied):
        IssueRecord.run(Machine("stranger"), **examples.given(world))
    assert not Issue.objects.exists()


def test_another_room_issues_in_its_own_action(world):
    made = issuing.issue(SHEET, world.north_person, by=Machine("demo"))
    assert (made.by, made.by_name, made.level) == (None, "shoumi:demo", "SECRET")
    assert made.unit == world.north


def test_a_record_may_leave_out_a_form(world, monkeypatch):
    monkeypatch.setattr(type(SHEET), "forms", ("html", "pdf"))
    with pytest.raises(Unmet):
        issued(world, "xlsx")


def test_file_names_carry_number_and_level(world, window):
    answer = window(world.dana).get(f"/records/{SHEET.name}/{world.north_person.pk}.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="{Issue.objects.get().number}-SECRET-Personal sheet.pdf"'
    )
    assert answer.content.startswith(b"%PDF")
    assert "http://testserver/records/check/" in flat(pages(answer.content)[-1])


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_three_languages_on_page_and_paper(world, window, language):
    from django.conf import settings

    browser = window(world.dana)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    word = {"zh-hans": "机密", "zh-hant": "機密", "en": "SECRET"}[language]
    page = browser.get(f"/records/{SHEET.name}/{world.north_person.pk}.html").content.decode()
    assert word in page
    assert not Issue.objects.exists()  # looking is not issuing
    data = browser.get(f"/records/{SHEET.name}/{world.north_person.pk}.pdf").content
    assert word in pages(data)[0]
    assert Issue.objects.get().language == language
    mark = {"zh-hans": "第1页", "zh-hant": "第1頁", "en": "Page1of"}[language]
    assert mark in flat(pages(data)[0])


def test_a_small_office_says_so_on_every_page(world):
    Office.objects.update(mode="small-office")
    made = issued(world)
    assert all("not separated" in page.replace("\r\n", " ") for page in pages(bytes(made.kept.data)))
    assert made.mode == "small-office"
    Office.objects.update(mode="separated")
    assert "not separated" not in "".join(pages(bytes(issued(world).kept.data)))


# --- pages ----------------------------------------------------------------------------------------------------------


def test_the_list_holds_what_is_within_reach(world, window):
    made = issued(world)
    page = f"/records/issued/{made.pk}/"
    for user, there in ((world.dana, True), (world.leader, True), (world.south_officer, False), (world.charlie, True)):
        if user is world.charlie:
            continue
        browser = window(user)
        assert (made.number in browser.get("/records/").content.decode()) == there
        assert browser.get(page).status_code == (200 if there else 404)
        assert browser.get(f"{page}file/").status_code == (200 if there else 404)
    assert window(world.staff).get("/records/").status_code == 403
    for form in ("html", "pdf", "xlsx"):
        assert (
            window(world.south_officer).get(f"/records/{SHEET.name}/{world.north_person.pk}.{form}").status_code == 404
        )
    assert window(world.dana).get("/records/?export=csv").status_code == 200


def test_queries_do_not_grow_with_rows(world, window):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count():
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/records/").status_code == 200
        return len(found)

    issued(world)
    browser = window(world.dana)
    before = count()
    for number in range(15):
        world.north_person.post = f"post {number}"
        world.north_person.save()
        issued(world, "xlsx")
    assert count() <= before


def test_taken_again_it_is_the_same_and_written_down(world):
    made = issued(world)
    done = FetchIssue.run(world.leader, made)
    assert hashlib.sha256(done.result).hexdigest() == made.digest
    with pytest.raises(Denied):
        FetchIssue.run(world.south_officer, made)
    Kept.objects.all().delete()
    with pytest.raises(Unmet, match="Only the number"):
        FetchIssue.run(world.leader, made)


def upload(data, name="record.pdf"):
    return {"file": SimpleUploadedFile(name, data)}


def test_the_check_page_knows_the_file_and_tells_no_more_than_one_may_know(world, window):
    made = issued(world)
    data = bytes(made.kept.data)
    here = f"/records/check/{made.number}/"
    officer, outsider = window(world.dana), window(world.south_officer)
    for browser in (officer, outsider):
        assert "Genuine." in browser.post(here, upload(data)).content.decode()
        assert "Not this one." in browser.post(here, upload(data + b"x")).content.decode()
        assert "Genuine." in browser.post("/records/check/", upload(data)).content.decode()
        assert "Not known." in browser.post("/records/check/", upload(b"%PDF-")).content.decode()
        assert browser.post(here, {}).status_code == 422
    assert "Norma" in officer.get(here).content.decode()
    for text in (outsider.get(here).content.decode(), outsider.post("/records/check/", upload(data)).content.decode()):
        assert "Norma" not in text
        assert made.digest not in text
    assert "not genuine" in officer.get("/records/check/2026-99999/").content.decode()
    assert officer.get("/records/check/rubbish/").status_code == 404


def test_the_page_shows_the_first_rows_of_a_very_long_table(world, window, monkeypatch):
    monkeypatch.setattr(type(SHEET), "blocks", lambda _self, _thing: [Table(("n",), [(n,) for n in range(500)])])
    page = window(world.dana).get(f"/records/{SHEET.name}/{world.north_person.pk}.html").content.decode()
    assert page.count("<tr>") == 201
    assert "300 more rows" in page


def test_values_are_written_the_same_everywhere():
    day = timezone.localdate()
    assert [written(value) for value in (None, "", True, False, 0, day, "a\x00b")] == [
        "—", "—", "yes", "no", "0", day.isoformat(), "ab",
    ]  # fmt: skip


def test_a_name_is_used_once():
    with pytest.raises(TypeError):

        class Other(Record):
            name = SHEET.name

    assert find(SHEET.name) is SHEET
    assert find("no.such") is None
    assert "approvals.request" in registry()
