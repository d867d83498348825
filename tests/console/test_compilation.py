"""Compilation: a manuscript through the real engine, who may see what, decisions that carry over, proofs, accumulation."""

from __future__ import annotations

import importlib.util
import json
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.utils import CaptureQueriesContext

from shoumi.console.action import Denied, Gone, Invalid, Unmet
from shoumi.console.approvals.actions import Approve
from shoumi.console.approvals.models import Request
from shoumi.console.areas.compilation import examining, store
from shoumi.console.areas.compilation.actions import clearing, items, manuscripts, proofs
from shoumi.console.areas.compilation.models import Item, Manuscript, Proof
from shoumi.console.findings.models import Case
from shoumi.console.scans import reviewing
from shoumi.console.scans.actions.documents import Register
from shoumi.console.scans.models import Document

_spec = importlib.util.spec_from_file_location(
    "examples_compilation", Path(__file__).with_name("examples_compilation.py")
)
made_by = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_by)
PLAIN, cleared, door, granted, key = made_by.PLAIN, made_by.cleared, made_by.door, made_by.granted, made_by.key
manuscript, proof, settle, sign = made_by.manuscript, made_by.proof, made_by.settle, made_by.sign
signing, upload = made_by.signing, made_by.upload
PLAN = (
    "东湖泵站改造分三期施行，首期在丰水期以前更换二号机组，备用电源由城南变电所经双回路供给，"
    "值守人员每六小时轮换，钥匙由站长与保卫干事分别保管，检修期间沿堤三百米内禁止停放车辆，"
    "夜间巡查改走北侧便道，水位超过警戒线时由调度室直接下令开闸，事后两日内补报书面材料。"
)


@pytest.fixture
def plan(world, proven):
    """A registered document of the north."""
    given = {"file": SimpleUploadedFile("plan.txt", PLAN.encode()), "title": "东湖泵站改造方案", "level": "机密",
             "until": "2040-05-01", "unit": world.north.pk, "readers": "keepers"}  # fmt: skip
    Register.run(world.dana, None, door=proven, **given)
    yield Document.objects.latest("pk")
    from shoumi.console.scans import registered

    registered.remove(Document.objects.latest("pk").key)


def enter(world, text, name="yearbook.txt"):
    thing = manuscripts.AddManuscript.run(
        world.staff, door=door(), title="City yearbook", file=upload(text, name), publisher="n-area"
    ).thing
    examining.examine(thing.current.pk)
    thing.refresh_from_db()
    return thing


def again(world, thing, text):
    manuscripts.UploadVersion.run(world.staff, thing, door=door(), file=upload(text))
    thing.refresh_from_db()
    examining.examine(thing.current.pk)
    thing.refresh_from_db()


def decide(action, user, thing, verdict="keep", because="Released by order 12."):
    for item in list(thing.present):
        action.run(user, item, door=door(), verdict=verdict, because=because)


def test_from_upload_to_signed_off_proof_with_the_real_engine(world, plan, django_capture_on_commit_callbacks):
    thing = enter(world, f"水务一章\n{PLAN[20:80]}\n联系人身份证号 11010519491231002X\n")
    assert (thing.state, thing.level, thing.term, thing.problem) == ("compiling", "机密", "2040-05-01", "")
    assert thing.items_count == thing.unsettled >= 2
    passage = thing.items.get(category="passage")
    assert passage.document == plan.key
    assert passage.level == "机密"
    assert passage.length >= 40
    assert passage.percent > 20
    with pytest.raises(Unmet):
        manuscripts.Submit.run(world.staff, thing, door=door())
    decide(items.Propose, world.staff, thing)
    manuscripts.Submit.run(world.staff, thing, door=door())
    decide(items.Review, world.dana, thing, "declassified")
    clearing.PassOn.run(world.dana, thing, door=door(), reason="All released.")
    request = Request.objects.get(flow="compilation.clear", key=str(thing.pk))
    with pytest.raises(Unmet):
        clearing.MakeRecord.run(world.dana, thing, door=door())
    decide(items.Judge, world.approver, thing)
    Approve.run(world.approver, request, door=door(), seen=request.digest, reason="")
    clearing.MakeRecord.run(world.approver, thing, door=door())
    thing.refresh_from_db()
    for user, seat in ((world.dana, "reviewer"), (world.approver, "approver")):
        clearing.Sign.run(user, thing, door=door(), signature=sign(thing, user, seat))
    thing.refresh_from_db()
    assert thing.state == "cleared"
    answers = []
    text = store.take(thing.current.token, "source").decode()
    for name, content in (("same.txt", text), ("proof.html", f"<p>{text.replace(chr(10), '</p><p>')}</p>"),
                          ("edited.txt", text.replace("水务一章", "园林一章。"))):  # fmt: skip
        made = proofs.Compare.run(world.area, thing, door=door(), file=upload(content, name)).thing
        with django_capture_on_commit_callbacks(execute=True):
            examining.compare(made.pk)
        made.refresh_from_db()
        answers.append(made.answer)
        assert not (settings.HOME.path / store.FOLDER / made.token / "proof").exists()
    assert answers == ["same", "layout", "changed"]
    assert made.differences
    assert store.take_json(made.token, "differences")[0]["text"]
    with pytest.raises(Unmet):
        proofs.SignOff.run(world.area, made, door=door())
    proofs.SignOff.run(world.area, Proof.objects.get(answer="layout"), door=door())
    thing.refresh_from_db()
    assert thing.state == "printed"
    assert not list((settings.HOME.path / reviewing.FOLDER).glob("*"))


def test_the_clearance_is_one_that_the_command_line_verifies(world, tmp_path, monkeypatch):
    from shoumi.engine import clearance

    thing = enter(world, PLAIN)
    manuscripts.Submit.run(world.staff, thing, door=door())
    clearing.PassOn.run(world.dana, thing, door=door(), reason="Nothing found.")
    request = Request.objects.get(flow="compilation.clear", key=str(thing.pk))
    Approve.run(world.approver, request, door=door(), seen=request.digest, reason="")
    clearing.MakeRecord.run(world.dana, thing, door=door())
    thing.refresh_from_db()
    publics = []
    for user, seat in ((world.dana, "reviewer"), (world.approver, "approver")):
        row, private = key(user, seat)
        signed = clearing.clearance(thing.current)
        made = private.sign(reviewing.message(seat, signed["record"])).hex()
        signed["signatures"].append({"role": seat, "key": row.key, "algorithm": "Ed25519", "signature": made})
        clearing.Sign.run(user, thing, door=door(), signature=json.dumps(signed))
        publics.append(private.public_key().public_bytes_raw())
    found = clearance.verify(thing.current.sha256, [PLAIN], clearing.clearance(thing.current), publics)
    assert found.answer == "same"
    assert {role for role, _key in found.signers} == {"reviewer", "approver"}


def test_a_new_version_keeps_decisions_and_shows_only_what_is_new(world, plan, django_capture_on_commit_callbacks):
    thing = enter(world, f"第一章。{PLAN[20:80]}\n")
    decide(items.Propose, world.staff, thing)
    manuscripts.Submit.run(world.staff, thing, door=door())
    decide(items.Review, world.dana, thing)
    clearing.PassOn.run(world.dana, thing, door=door(), reason="Released.")
    decide(items.Judge, world.approver, thing)
    request = Request.objects.get(flow="compilation.clear", key=str(thing.pk))
    Approve.run(world.approver, request, door=door(), seen=request.digest, reason="")
    old = thing.current
    with django_capture_on_commit_callbacks(execute=True):
        again(world, thing, f"前言重写。\n第一章。{PLAN[20:80]}\n联系人身份证号 11010519491231002X\n")
    request.refresh_from_db()
    assert request.state == "lapsed"
    assert thing.state == "compiling"
    kept = thing.present.get(category="passage")
    assert (kept.reviewed, kept.approved, kept.first) == ("keep", "keep", 1)
    assert list(thing.present.filter(first=2).values_list("category", flat=True)) == ["personal"]
    assert thing.unsettled == 1
    with pytest.raises(store.NotThere):
        store.take(old.token, "source")
    with pytest.raises(Unmet):
        clearing.MakeRecord.run(world.approver, thing, door=door())


def test_what_is_kept_is_encrypted_and_private(world):
    secret = "江心洲三号井口令每日更换"
    thing = enter(world, secret)
    folder = settings.HOME.path / store.FOLDER / thing.current.token
    files = list(folder.iterdir())
    assert {one.name for one in files} == {"source", "page-1", "record"}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for one in files:
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
        assert secret.encode() not in one.read_bytes()
        assert "井口".encode() not in one.read_bytes()
    moved = folder / "page-2"
    moved.write_bytes((folder / "page-1").read_bytes())
    with pytest.raises(store.NotThere):
        store.take(thing.current.token, "page-2")


def test_no_sentence_of_the_manuscript_is_in_the_database(world, plan):
    from django.db import connection

    enter(world, f"第一章。{PLAN[20:80]}\n联系人身份证号 11010519491231002X\n")
    for table in connection.introspection.table_names():
        if table.startswith("compilation_"):
            with connection.cursor() as cursor:
                cursor.execute(f'select * from "{table}"')
                text = str(cursor.fetchall())
            assert PLAN[30:45] not in text
            assert "11010519491231002X" not in text
            assert "东湖泵站改造方案" not in text


def test_titles_are_for_who_may_see_them(world, plan, enter_as):
    thing = enter(world, f"第一章。{PLAN[20:80]}\n")
    address = f"/compilation/{thing.pk}/"
    shown = enter_as(world.staff).get(address).content.decode()
    assert "东湖泵站改造方案" not in shown
    assert "a registered document" in shown
    decide(items.Propose, world.staff, thing)
    manuscripts.Submit.run(world.staff, thing, door=door())
    for part in ("", "text/", "items/"):
        assert "东湖泵站改造方案" in enter_as(world.dana).get(address + part).content.decode()
        assert "东湖泵站改造方案" not in enter_as(world.staff).get(address + part).content.decode()


@pytest.fixture
def enter_as(enter):
    from django.test import Client

    return lambda user: enter(user, Client())


def test_only_people_of_the_job_open_the_text(world, enter_as):
    thing = manuscript(world, "approving", (("a" * 32, "keep", "keep", ""),))
    item = thing.items.get()
    second = world.account("second", "officer", world.north)
    pages = (f"/compilation/{thing.pk}/text/", f"/compilation/{thing.pk}/items/", f"/compilation/items/{item.pk}/")
    for user in (world.staff, world.dana, world.approver):
        assert [enter_as(user).get(page).status_code for page in pages] == [200] * 3
    for user, code in ((second, 403), (world.leader, 403), (world.area, 403)):
        assert [enter_as(user).get(page).status_code for page in pages] == [code] * 3
        assert "园林" not in enter_as(user).get(f"/compilation/{thing.pk}/").content.decode()
    for user in (world.charlie, world.alice, world.bob, world.south_officer):
        assert [enter_as(user).get(page).status_code for page in (*pages, f"/compilation/{thing.pk}/")] == [404] * 4
        assert "Yearbook" not in enter_as(user).get("/compilation/").content.decode()


def test_an_empty_seat_is_taken_by_who_decides_first(world):
    second = world.account("second", "officer", world.north)
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "", ""), ("b" * 32, "keep", "", "")))
    one, two = thing.items.all()
    items.Review.run(world.dana, one, door=door(), verdict="keep", because="Known.")
    with pytest.raises(Unmet):
        items.Review.run(second, two, door=door(), verdict="keep", because="Known.")
    world.dana.is_active = False
    world.dana.save()
    items.Review.run(second, two, door=door(), verdict="keep", because="Known.")
    thing.refresh_from_db()
    assert thing.reviewer == second


def test_nobody_sits_twice(world):
    """An officer who compiled, or reviewed once, is barred from the other seats, whatever roles they hold."""
    from shoumi.console.accounts.models import Grant, User

    for user in (world.staff, world.dana):
        for role in ("officer", "approver"):
            Grant.objects.get_or_create(user=user, role=role, unit=world.north, ended=None, defaults={"by": "t"})
    staff, dana = (User.objects.full().get(pk=user.pk) for user in (world.staff, world.dana))
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "", ""),))
    item = thing.items.get()
    with pytest.raises(Unmet):
        items.Review.run(staff, item, door=door(), verdict="keep", because="Mine.")
    items.Review.run(dana, item, door=door(), verdict="keep", because="Known.")
    settle(thing)
    clearing.PassOn.run(dana, thing, door=door(), reason="Ready.")
    for user in (staff, dana):
        with pytest.raises(Unmet):
            items.Judge.run(user, item, door=door(), verdict="keep", because="Me too.")


@pytest.mark.parametrize("verdict", ["remove", "rewrite", "ask"])
def test_what_must_not_stay_stops_the_manuscript(world, verdict):
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "", ""),))
    items.Review.run(world.dana, thing.items.get(), door=door(), verdict=verdict, because="No.")
    settle(thing)
    with pytest.raises(Unmet):
        clearing.PassOn.run(world.dana, thing, door=door(), reason="Ready.")


def test_who_approves_must_be_who_decided(world):
    thing = granted(world, manuscript(world, "reviewing", (("a" * 32, "keep", "keep", "keep"),), approver=world.leader))
    with pytest.raises(Unmet, match="let one person do both"):
        clearing.MakeRecord.run(world.leader, thing, door=door())


def test_a_document_registered_meanwhile_wants_another_look(world, plan):
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "keep", ""),))
    with pytest.raises(Unmet, match="registered or removed"):
        clearing.PassOn.run(world.dana, thing, door=door(), reason="Ready.")


def test_the_engine_notes_the_registry_it_looked_at(world, plan):
    assert enter(world, PLAIN).current.generation == reviewing.generation() != ""


@pytest.mark.parametrize("wrong", ["role", "key", "record", "withdrawn", "stranger", "garbage"])
def test_only_genuine_signatures_of_the_right_people_count(world, wrong):
    thing = signing(world)
    record = store.take_json(thing.current.token, "signed")
    row, private = key(world.dana, "reviewer")
    user, role = world.dana, "reviewer"
    if wrong == "role":
        role = "approver"
    elif wrong == "record":
        record["level"] = "公开"
    elif wrong == "withdrawn":
        from django.utils import timezone

        row.until = timezone.now()
        row.save()
    elif wrong == "stranger":
        user = world.leader
    elif wrong == "key":
        _other, private = key(world.leader, "approver")
    made = private.sign(reviewing.message(role, record)).hex() if wrong != "garbage" else "zz"
    with pytest.raises(Unmet):
        clearing.Sign.run(user, thing, door=door(), signature=made)
    assert not thing.current.signatures.exists()


def test_one_signature_does_not_clear(world):
    thing = signing(world)
    clearing.Sign.run(world.dana, thing, door=door(), signature=sign(thing, world.dana, "reviewer"))
    thing.refresh_from_db()
    assert thing.state == "signing"
    with pytest.raises(Unmet):
        proofs.Compare.run(world.area, thing, door=door(), file=upload())


def test_a_proof_of_an_older_version_cannot_be_signed_off(world):
    thing = cleared(world)
    made = proof(world, thing)
    manuscripts.UploadVersion.run(world.staff, thing, door=door(), file=upload(PLAIN + "改。"))
    with pytest.raises(Unmet):
        proofs.SignOff.run(world.area, made, door=door())
    with pytest.raises(Denied):
        proofs.SignOff.run(world.dana, made, door=door())


def test_what_cannot_be_examined_goes_back_with_a_sentence(world, monkeypatch):
    def fails(*_args, **_more):
        raise reviewing.Unreadable("ended")

    monkeypatch.setattr(reviewing, "review", fails)
    thing = enter(world, PLAIN)
    assert (thing.state, bool(thing.problem)) == ("compiling", True)
    with pytest.raises(Unmet):
        manuscripts.Submit.run(world.staff, thing, door=door())


def test_gaps_stand_first(world, enter_as):
    thing = enter(world, "PK\x03\x04broken", "book.docx")
    assert thing.gaps_count
    page = enter_as(world.staff).get(f"/compilation/{thing.pk}/").content.decode()
    assert page.index("Not examined") < page.index("What it draws on") < page.index("To decide")
    assert "reading/" not in page
    assert settings.HOME.path.name not in page


def test_the_job_runs_twice_and_counts_once(world, plan):
    thing = enter(world, f"第一章。{PLAN[20:80]}\n")
    count = thing.items.count()
    examining.examine(thing.current.pk)
    Manuscript.objects.filter(pk=thing.pk).update(state="examining")
    examining.examine(thing.current.pk)
    assert thing.items.count() == count


def short(place):
    return f"第{place}册说明，收到来稿：{PLAN[place * 13 : place * 13 + 13]}，谢谢{place}\n"


def test_short_excerpts_in_several_manuscripts_become_one_case(world, plan):
    for place in range(8):
        thing = enter(world, short(place))
        assert not thing.items.filter(category="passage").exists()
        assert Case.objects.filter(kind="accumulated").exists() <= (place >= 3)
    case = Case.objects.get(kind="accumulated")
    assert case.unit == world.north
    assert "东湖" not in case.title + case.order
    again(world, thing, short(7) + "改过。\n")
    assert Case.objects.filter(kind="accumulated").count() == 1


def test_a_draft_that_no_longer_has_the_excerpt_does_not_count(world, plan):
    thing = enter(world, "".join(short(place) + "其余从略。" * 40 for place in range(2)))
    again(world, thing, "说明文字，没有摘录。\n")
    for place in range(2, 5):
        enter(world, short(place))
    assert not Case.objects.filter(kind="accumulated").exists()


def test_uploads_are_bounded_and_touch_no_temporary_folder(world, enter_as, monkeypatch):
    import tempfile

    def never(*_args, **_more):
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", never)
    browser = enter_as(world.staff)
    large = SimpleUploadedFile("large.txt", b"x" * (9 * 2**20))
    answer = browser.post("/compilation/add/", {"title": "Large", "file": large})
    assert answer.status_code == 302
    monkeypatch.setattr(store, "MOST", 1000)
    answer = browser.post("/compilation/add/", {"title": "Larger", "file": SimpleUploadedFile("a.txt", b"x" * 2**21)})
    assert answer.status_code == 422
    assert "64 MiB" in answer.content.decode()
    from django.test import Client

    strict = enter_as(world.staff) if False else Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post("/compilation/add/", {"title": "Forged", "file": upload()}).status_code == 403


def test_marks_that_overlap_and_hostile_text_are_shown_as_text(world, enter_as):
    thing = manuscript(world, items=(("a" * 32, "", "", ""), ("b" * 32, "", "", "")))
    text = "<script>alert(1)</script> 甲乙丙丁"
    marks = [[0, 12, "a" * 32], [8, 20, "b" * 32], [0, 3, "unknown"]]
    store.keep_json(thing.current.token, "page-1", [{"where": {}, "inside": "", "text": text, "marks": marks}])
    page = enter_as(world.staff).get(f"/compilation/{thing.pk}/text/").content.decode()
    assert "<script>alert" not in page
    assert page.count('<mark class="mark"') == 4


def test_the_list_does_not_ask_more_with_more_rows(world, enter_as):
    from django.db import connection

    browser = enter_as(world.dana)
    counts = []
    for many in (2, 20):
        for _number in range(many):
            manuscript(world, "reviewing", (("a" * 32, "keep", "", ""),), reviewer=world.dana)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get("/compilation/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_manuscript_does_not_ask_more_with_more_items(world, enter_as):
    from django.db import connection

    browser, counts = enter_as(world.dana), []
    for many in (2, 40):
        thing = manuscript(
            world, "reviewing", [(f"{n:032x}", "keep", "", "") for n in range(many)], reviewer=world.dana
        )
        for part in ("", "items/", "text/"):
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(f"/compilation/{thing.pk}/{part}").status_code == 200
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_records_are_for_the_people_of_the_job(world, enter_as):
    thing = cleared(world)
    for name, users in (("review", (world.staff, world.dana, world.approver)), ("clearance", (world.area, world.dana))):
        for user in users:
            page = enter_as(user).get(f"/records/compilation.{name}/{thing.pk}.html")
            assert page.status_code == 200
            assert thing.number in page.content.decode()
        assert enter_as(world.leader).get(f"/records/compilation.{name}/{thing.pk}.html").status_code == 404
    assert enter_as(world.dana).get(f"/records/compilation.clearance/{thing.pk}.pdf").status_code in (200, 302)


def test_asking_the_owner_tells_the_unit_of_the_document(world, plan):
    from shoumi.console.notices.models import Notice

    Document.objects.filter(pk=plan.pk).update(unit=world.south)
    thing = enter(world, f"第一章。{PLAN[20:80]}\n")
    decide(items.Propose, world.staff, thing)
    manuscripts.Submit.run(world.staff, thing, door=door())
    item = thing.items.get(category="passage")
    items.Review.run(world.dana, item, door=door(), verdict="ask", because="May this appear?")
    assert Notice.objects.filter(user=world.south_officer, en__contains=thing.number).exists()


def test_nothing_is_decided_without_a_reason(world):
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "", ""),))
    with pytest.raises(Invalid):
        items.Review.run(world.dana, thing.items.get(), door=door(), verdict="keep", because=" ")
    with pytest.raises(Gone):
        items.Review.run(world.dana, None, door=door(), verdict="keep", because="x")


def test_withdrawing_removes_the_text(world, django_capture_on_commit_callbacks):
    thing = manuscript(world, "reviewing", (("a" * 32, "keep", "", ""),))
    token = thing.current.token
    with django_capture_on_commit_callbacks(execute=True):
        manuscripts.Withdraw.run(world.staff, thing, door=door(), reason="Not needed.")
    with pytest.raises(store.NotThere):
        store.take(token, "source")
    assert Item.objects.filter(manuscript=thing).exists()
