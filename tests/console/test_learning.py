"""Lessons and letters in the console: assigned, taken, signed, late, waived; who sees what; what many rows cost."""

from __future__ import annotations

import importlib.util
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.action import Denied, Door, Gone, Invalid, Machine, Unmet, Unproven
from shoumi.console.audit.models import Entry
from shoumi.console.learning import assigning, standing
from shoumi.console.learning.actions import materials, requiring, signing, taking, tending
from shoumi.console.learning.models import Assignment, Attempt, Edition, Material, Requirement, Signature

_spec = importlib.util.spec_from_file_location("examples_learning", Path(__file__).parent / "examples_learning.py")
ex = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(ex)
TODAY = timezone.localdate


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def officer(world):
    """A secrecy officer of the whole office."""
    return world.account("chief", "officer", world.root, home=world.root)


def answer(attempt, *, right=True):
    """Answer the next question."""
    attempt.refresh_from_db()
    place = len(attempt.answers)
    number, order = attempt.order[place]
    good = attempt.edition.text().questions[number].right
    chosen = [str(shown) for shown, own in enumerate(order) if (own in good) == right]
    return taking.Answer.run(attempt.user, attempt, place=place, choice=chosen if right else chosen[:1])


def sign(user, letter, proven, **more):
    given = {"read": "on", "edition": letter.current.number, "language": "en", **more}
    return signing.Sign.run(user, letter, door=proven, **given).result


class TestAssigning:
    def test_everybody_a_requirement_reaches_is_assigned_once(self, world):
        lesson = ex.material()
        ex.requirement(lesson, "before-post", unit=world.north, days=10)
        assert assigning.carry_out(assigning.plan()) == (
            Person.objects.filter(unit__path__startswith=world.north.path).count(),
            0,
        )
        assert not assigning.plan()
        assert assigning.carry_out(assigning.plan()) == (0, 0)
        assert set(Assignment.objects.values_list("due_on", flat=True)) == {TODAY() + timedelta(days=10)}

    @pytest.mark.parametrize(("clearance", "role", "names"), [
        ("cleared", "", {"Norma", "Sutherland"}), ("core", "", {"Sutherland"}), ("", "leader", {"Leader", "Norma"}),
        ("important", "leader", {"Norma"}), ("", "audit", {"Charlie"}),
    ])  # fmt: skip
    def test_by_clearance_and_role(self, world, clearance, role, names):
        world.north.leader = world.north_person
        world.north.save()
        ex.requirement(ex.material(), clearance=clearance, role=role)
        assigning.carry_out(assigning.plan())
        assert set(Assignment.objects.values_list("person__name", flat=True)) == names

    def test_yearly_comes_again_before_the_year_is_over(self, world):
        lesson = ex.material()
        ex.requirement(lesson, "yearly", unit=world.north)
        done = date(2026, 1, 31)
        row = ex.assign(world.north_person, lesson)
        Assignment.objects.filter(pk=row.pk).update(ended_on=done, way="quiz", edition=lesson.current)
        mine = lambda day: [a for a in assigning.plan(day=day).new if a.person_id == world.north_person.pk]  # noqa: E731
        assert mine(date(2026, 11, 30)) == []
        assert [a.due_on for a in mine(date(2026, 12, 15))] == [date(2027, 1, 31)]
        assert [a.due_on for a in mine(date(2027, 5, 1))] == [date(2027, 5, 1)]

    def test_before_a_post_is_asked_once(self, world):
        lesson = ex.material()
        ex.requirement(lesson, "before-post", unit=world.cellar)
        person = world.person("quentin", world.cellar)
        row = ex.assign(person, lesson)
        Assignment.objects.filter(pk=row.pk).update(ended_on=date(2001, 1, 1), way="paper", edition=lesson.current)
        assert not assigning.plan()

    def test_who_leaves_the_audience_has_nothing_open(self, world):
        ex.requirement(ex.material(), clearance="cleared")
        assigning.carry_out(assigning.plan())
        Person.objects.filter(pk=world.north_person.pk).update(category="none")
        Person.objects.filter(pk=world.south_person.pk).update(departed_on=TODAY())
        assert assigning.carry_out(assigning.plan()) == (0, 2)
        assert set(Assignment.objects.values_list("way", flat=True)) == {"lapsed"}

    def test_two_at_once_assign_once(self, world):
        ex.requirement(ex.material(), unit=world.cellar)
        world.person("quentin", world.cellar)
        first, second = assigning.plan(), assigning.plan()
        assert (assigning.carry_out(first), assigning.carry_out(second)) == ((1, 0), (0, 0))

    def test_an_officer_of_a_unit_brings_only_theirs_up_to_date(self, world):
        ex.requirement(ex.material())
        tending.BringUpToDate.run(world.dana)
        paths = set(Assignment.objects.values_list("person__unit__path", flat=True))
        assert paths
        assert all(path.startswith(world.north.path) for path in paths)

    def test_the_clock_writes_only_when_something_is_missing(self, world):
        from shoumi.console.learning import jobs

        jobs.assign()
        assert not Entry.objects.filter(action="learning.assign").exists()
        ex.requirement(ex.material())
        jobs.assign()
        jobs.assign()
        assert Entry.objects.filter(action="learning.assign", actor="scheduler").count() == 1


class TestQuiz:
    def test_the_order_is_drawn_anew(self):
        from shoumi.console.learning.content import shipped

        lesson = next(one for one in shipped() if one.slug == "phones")
        edition = Edition(texts=lesson.texts)
        orders = [taking.shuffled(edition) for _try in range(20)]
        assert len({str(order) for order in orders}) > 15
        assert all(sorted(number for number, _options in order) == list(range(8)) for order in orders)
        assert all(sorted(options) == [0, 1, 2, 3] for order in orders for _number, options in order)

    def test_passed_ends_the_assignment_and_keeps_the_person_in_step(self, world):
        lesson = ex.material()
        row = ex.assign(world.staff.person, lesson)
        attempt = taking.Begin.run(world.staff, lesson).result
        answer(attempt)
        answer(attempt)
        row.refresh_from_db()
        attempt.refresh_from_db()
        world.staff.person.refresh_from_db()
        assert (attempt.passed, attempt.right, row.way, row.edition) == (True, 2, "quiz", lesson.current)
        assert row.ended_on == world.staff.person.trained_on == TODAY()
        assert '"trained_on":[null,' in Entry.objects.first().facts.replace(" ", "")

    def test_trained_only_when_the_last_lesson_is_passed(self, world):
        first, second = ex.material(), ex.material(slug="own-second")
        ex.assign(world.staff.person, first)
        ex.assign(world.staff.person, second)
        for lesson, trained in ((first, None), (second, TODAY())):
            attempt = taking.Begin.run(world.staff, lesson).result
            answer(attempt)
            answer(attempt)
            world.staff.person.refresh_from_db()
            assert world.staff.person.trained_on == trained

    def test_failed_is_counted_and_may_be_tried_again(self, world):
        lesson = ex.material()
        row = ex.assign(world.staff.person, lesson)
        for count in (1, 2):
            attempt = taking.Begin.run(world.staff, lesson).result
            answer(attempt, right=False)
            answer(attempt)
            attempt.refresh_from_db()
            assert (attempt.count, attempt.passed, attempt.right) == (count, False, 1)
        row.refresh_from_db()
        assert row.ended_on is None

    def test_of_several_right_options_all_are_needed(self, world):
        attempt = ex.attempt(world.staff, ex.material())
        taking.Answer.run(world.staff, attempt, place=0, choice=["0"])
        taking.Answer.run(world.staff, attempt, place=1, choice=["0"])
        attempt.refresh_from_db()
        assert attempt.right == 1

    def test_a_try_goes_on_in_another_window_and_no_question_is_answered_twice(self, world):
        lesson = ex.material()
        attempt = taking.Begin.run(world.staff, lesson).result
        assert taking.Begin.run(world.staff, lesson).result == attempt
        answer(attempt)
        with pytest.raises(Unmet):
            taking.Answer.run(world.staff, attempt, place=0, choice=["0"])
        with pytest.raises(Unmet):
            taking.Answer.run(world.staff, attempt, place=2, choice=["0"])
        with pytest.raises(Invalid):
            taking.Answer.run(world.staff, attempt, place=1, choice=["9"])
        answer(attempt)
        with pytest.raises(Unmet):
            taking.Answer.run(world.staff, attempt, place=2, choice=["0"])

    def test_answers_stay_with_their_edition(self, world):
        lesson = ex.material(unit=world.north)
        attempt = taking.Begin.run(world.staff, lesson).result
        answer(attempt)
        text = ex.LESSON.replace("The closed one", "The shut one")
        materials.WriteDraft.run(world.dana, lesson, language="en", text=text, minutes=5, pass_mark=100)
        materials.Publish.run(world.dana, lesson, note="words", again="")
        answer(attempt)
        attempt.refresh_from_db()
        assert (attempt.edition.number, attempt.passed) == (1, True)
        assert "The closed one" in str(attempt.edition.text().questions)

    def test_nobody_answers_for_somebody_else(self, world):
        attempt = ex.attempt(world.staff, ex.material())
        with pytest.raises(Denied):
            taking.Answer.run(world.leader, attempt, place=0, choice=["0"])

    def test_a_lesson_of_another_unit_cannot_be_taken(self, world):
        with pytest.raises(Denied):
            taking.Begin.run(world.staff, ex.material(unit=world.south))
        with pytest.raises(Denied):
            taking.Begin.run(world.staff, ex.material(slug="own-draft", published=False))

    def test_page_by_page(self, world, enter):
        lesson = ex.material()
        browser = enter(world.staff)
        page = browser.post(reverse("learning:lesson", args=(lesson.slug,)))
        where = page["Location"]
        assert "question 1 of 2" in browser.get(where).content.decode()
        assert browser.post(where, {"place": "0"}).status_code == 422
        for place in range(2):
            attempt = Attempt.objects.get()
            number, order = attempt.order[place]
            good = attempt.edition.text().questions[number].right
            chosen = [shown for shown, own in enumerate(order) if own in good]
            said = browser.post(where, {"place": place, "choice": chosen}, follow=True)
            why = attempt.edition.text().questions[number].why
            assert why in said.content.decode()
        assert "Passed" in browser.get(where).content.decode()
        assert browser.get(f"{where}?answered=7").status_code == 200
        assert (
            browser.get(reverse("records:record", args=("learning.certificate", attempt.pk, "html"))).status_code == 200
        )


class TestLetters:
    def test_signed_is_kept_as_pdf_with_both_digests(self, world, proven):
        import hashlib

        letter = ex.material("letter")
        row = ex.assign(world.staff.person, letter)
        signature = sign(world.staff, letter, proven)
        row.refresh_from_db()
        world.staff.person.refresh_from_db()
        assert (row.way, world.staff.person.committed_on) == ("signed", TODAY())
        assert signature.digest == hashlib.sha256(ex.LETTER.encode()).hexdigest()
        data = bytes(signature.issue.kept.data)
        assert data.startswith(b"%PDF")
        assert hashlib.sha256(data).hexdigest() == signature.issue.digest
        facts = Entry.objects.first().facts
        assert signature.digest in facts
        assert signature.issue.digest in facts

    def test_it_wants_password_and_code(self, world):
        letter = ex.material("letter")
        with pytest.raises(Unproven):
            sign(world.staff, letter, Door("page"))
        assert not Signature.objects.exists()

    def test_a_new_edition_is_signed_again_and_an_old_page_is_refused(self, world, proven):
        letter = ex.material("letter", unit=world.north)
        ex.requirement(letter, "before-post")
        assigning.carry_out(assigning.plan())
        sign(world.staff, letter, proven)
        assert not assigning.plan()
        text = ex.LETTER + "3. I count doors.\n"
        materials.WriteDraft.run(world.dana, letter, language="en", text=text, minutes=5, pass_mark=75)
        materials.Publish.run(world.dana, letter, note="one more")
        assert Assignment.objects.filter(person=world.staff.person, ended_on=None).count() == 1
        with pytest.raises(Unmet) as caught:
            sign(world.staff, letter, proven)  # the page still showed edition 1
        assert "new edition" in str(caught.value)
        letter.refresh_from_db()
        sign(world.staff, letter, proven)
        assert Signature.objects.filter(person=world.staff.person).count() == 2
        with pytest.raises(Unmet):
            sign(world.staff, letter, proven)

    def test_the_qr_code_never_leads_to_somebody_elses_server(self, world, proven):
        form = signing.Sign.open(world.staff, ex.material("letter")).form(
            {"read": "on", "edition": 1, "language": "en", "base": "https://evil.example/"})  # fmt: skip
        assert form.is_valid()
        assert form.cleaned_data["base"] == ""

    def test_unread_is_not_signed(self, world, proven):
        with pytest.raises(Invalid):
            sign(world.staff, ex.material("letter"), proven, read="")

    def test_the_signed_page_is_ones_own_and_the_officers(self, world, proven, enter):
        signature = sign(world.staff, ex.material("letter"), proven)
        page = reverse("learning:signed", args=(signature.pk,))
        for user, status in ((world.staff, 200), (world.dana, 200), (world.leader, 200), (world.south_officer, 404),
                             (world.area, 404), (world.alice, 404)):  # fmt: skip
            assert enter(user).get(page).status_code == status, user


class TestDeparture:
    @pytest.fixture
    def asked(self, world):
        lesson, letter = ex.material(), ex.material("letter", family="departure")
        ex.requirement(lesson, "before-departure", clearance="cleared")
        ex.requirement(letter, "before-departure", clearance="cleared")
        return lesson, letter

    def depart(self, world, proven, person=None):
        from shoumi.console.accounts.actions.people import Depart

        return Depart.run(world.dana, person or world.north_person, door=proven, reason="moves")

    def test_lesson_and_commitment_come_first(self, world, proven, asked):
        with pytest.raises(Unmet) as caught:
            self.depart(world, proven)
        assert "Begin the departure first" in str(caught.value)
        requiring.BeginDeparture.run(world.dana, world.north_person)
        rows = Assignment.objects.filter(person=world.north_person)
        assert {one.moment for one in rows} == {"before-departure"}
        with pytest.raises(Unmet) as caught:
            self.depart(world, proven)
        assert "not done yet" in str(caught.value)
        tending.OnPaper.run(world.dana, rows[0], note="binder 1")
        tending.Waive.run(world.dana, rows[1], door=proven, reason="in hospital")
        self.depart(world, proven)
        world.north_person.refresh_from_db()
        assert world.north_person.departed_on == TODAY()

    def test_begun_is_not_begun_again(self, world, asked):
        requiring.BeginDeparture.run(world.dana, world.north_person)
        with pytest.raises(Unmet):
            requiring.BeginDeparture.run(world.dana, world.north_person)

    def test_who_is_not_cleared_may_go(self, world, proven, asked):
        self.depart(world, proven, world.person("quentin", world.north))

    def test_the_form_names_what_is_left(self, world, enter, asked):
        page = enter(world.dana).get(reverse("accounts:person-depart", args=(world.north_person.pk,)))
        assert "is required before leaving" in page.content.decode()

    def test_the_hourly_run_does_not_begin_departures(self, world, asked):
        assert not assigning.plan()


class TestPosts:
    """What is required before a post or a role is done before, not after."""

    @pytest.fixture
    def asked(self, world):
        lesson, letter = ex.material(), ex.material("letter")
        ex.requirement(lesson, "before-post", clearance="cleared")
        ex.requirement(letter, "before-post", role="approver")
        return lesson, letter

    def clear(self, world, person, category="important"):
        from shoumi.console.accounts.actions.people import ChangePerson

        given = {"number": person.number, "name": person.name, "unit": person.unit_id, "category": category}
        return ChangePerson.run(world.dana, person, **given)

    def grant(self, world, proven, user, role="approver"):
        from shoumi.console.accounts.actions.rights import GrantRole

        return GrantRole.run(world.bob, user, door=proven, role=role, unit=world.north.pk)

    def test_nobody_gets_a_cleared_post_before_its_lesson(self, world, asked):
        person = world.person("quentin", world.north)
        with pytest.raises(Unmet, match="“Doors” is required before this and Quentin has not done it") as caught:
            self.clear(world, person)
        assert caught.value.links == [("Doors", reverse("learning:lesson", args=("own-lesson",)))]
        ex.assign(person, asked[0])
        tending.OnPaper.run(world.dana, Assignment.objects.get(), note="binder 1")
        self.clear(world, person)
        person.refresh_from_db()
        assert person.category == "important"

    def test_what_stays_or_falls_asks_for_nothing(self, world, asked):
        self.clear(world, world.north_person)
        self.clear(world, world.north_person, "none")

    def test_nobody_gets_a_role_before_its_letter(self, world, proven, asked):
        with pytest.raises(Unmet, match="“Promise” is required before this and Staff has not signed it"):
            self.grant(world, proven, world.staff)
        assert not world.staff.granted.exists()
        sign(world.staff, asked[1], proven)
        self.grant(world, proven, world.staff)
        assert world.staff.granted.filter(role="approver").exists()

    def test_an_edition_that_counts_no_more_is_not_enough(self, world, proven, asked):
        sign(world.staff, asked[1], proven)
        Material.objects.filter(pk=asked[1].pk).update(counts_from=2)
        with pytest.raises(Unmet):
            self.grant(world, proven, world.staff)

    def test_another_role_or_unit_asks_for_its_own(self, world, proven, asked):
        self.grant(world, proven, world.staff, "area")
        Requirement.objects.update(unit=world.south)
        self.grant(world, proven, world.staff)

    def test_nobody_is_named_leader_before_the_letter(self, world, asked):
        from shoumi.console.accounts.actions.units import ChangeUnit

        Requirement.objects.filter(role="approver").update(role="leader")
        given = {"name": "Unit north", "code": "north", "parent": world.root.pk, "leader": world.north_person.number}
        with pytest.raises(Unmet, match="Promise"):
            ChangeUnit.run(world.alice, world.north, **given)
        ChangeUnit.run(world.alice, world.north, **{**given, "leader": ""})

    def test_who_is_entered_with_a_clearance_brings_the_days(self, world, asked):
        from shoumi.console.accounts.actions.people import AddPerson

        given = {"number": "9", "name": "Nora", "unit": world.north.pk, "category": "general"}
        with pytest.raises(Unmet, match="enter the day of training"):
            AddPerson.run(world.dana, **given)
        AddPerson.run(world.dana, **given, trained_on="2026-01-05")

    def test_a_list_is_refused_row_by_row_in_the_same_few_queries(self, world, asked, django_assert_num_queries):
        from shoumi.console.accounts import importing
        from shoumi.console.roles import Reach

        def rows(count):
            found = [{"line": str(n), "number": f"i{n}", "name": "N", "unit": "north", "category": "core"}
                     for n in range(count)]  # fmt: skip
            return [{**found[0], "trained_on": "2026-01-05"}, *found[1:]]

        importing.plan(rows(1), Reach(("",)))
        for count in (2, 60):
            with django_assert_num_queries(3):
                plan = importing.plan(rows(count), Reach(("",)))
            assert (len(plan.added), len(plan.bad)) == (1, count - 1)

    def test_the_page_says_what_is_missing_with_a_link(self, world, enter, asked):
        person = world.person("quentin", world.north)
        given = {"number": person.number, "name": person.name, "unit": person.unit_id, "category": "core"}
        page = enter(world.dana).post(reverse("accounts:person-change", args=(person.pk,)), given)
        assert page.status_code == 422
        assert '<a href="/learning/lessons/own-lesson/">Doors</a>' in page.content.decode()

    def test_leaders_see_who_has_not(self, world, enter, asked):
        assigning.carry_out(assigning.plan())
        page = enter(world.leader).get(reverse("learning:open"), {"moment": "before-post"}).content.decode()
        assert "Norma" in page
        assert "Sutherland" not in page


class TestTending:
    def test_reminded_at_most_once_a_week(self, world, officer):
        from shoumi.console.notices.models import Notice

        lesson = ex.material()
        row = ex.assign(world.staff.person, lesson, days=-1)
        ex.assign(world.leader.person, lesson, days=30)  # not due soon
        ex.assign(world.north_person, lesson, days=-1)  # has no account
        tending.Remind.run(officer)
        assert [one.user for one in Notice.objects.all()] == [world.staff]
        row.refresh_from_db()
        assert row.reminded_on == TODAY()
        with pytest.raises(Unmet):
            tending.Remind.run(officer)
        Assignment.objects.filter(pk=row.pk).update(reminded_on=TODAY() - timedelta(days=7))
        tending.Remind.run(officer)

    def test_a_leader_reminds_only_their_unit(self, world):
        ex.assign(world.south_officer.person, ex.material())
        Person.objects.filter(pk=world.south_officer.person_id).update(unit=world.south)
        with pytest.raises(Unmet):
            tending.Remind.run(world.leader)

    def test_the_clock_reminds(self, world):
        from shoumi.console.learning import jobs

        jobs.remind()
        ex.assign(world.staff.person, ex.material())
        jobs.remind()
        jobs.remind()
        assert Entry.objects.filter(action="learning.remind", actor="scheduler").count() == 1

    def test_nobody_notes_or_waives_for_themselves(self, world, proven):
        Person.objects.filter(pk=world.dana.person_id).update(unit=world.north)
        row = ex.assign(world.dana.person, ex.material())
        with pytest.raises(Unmet):
            tending.OnPaper.run(world.dana, row, note="binder")
        with pytest.raises(Unmet):
            tending.Waive.run(world.dana, row, door=proven, reason="busy")

    def test_done_is_done(self, world):
        row = ex.assign(world.north_person, ex.material())
        tending.OnPaper.run(world.dana, row, note="binder", done_on="2026-01-02")
        world.north_person.refresh_from_db()
        assert world.north_person.trained_on == date(2026, 1, 2)
        with pytest.raises(Unmet):
            tending.OnPaper.run(world.dana, row, note="binder")
        tomorrow = (TODAY() + timedelta(days=1)).isoformat()
        again = ex.assign(world.north_person, row.material)
        with pytest.raises(Invalid):
            tending.OnPaper.run(world.dana, again, note="x", done_on=tomorrow)

    def test_the_unit_next_door_is_out_of_reach(self, world, proven):
        row = ex.assign(world.south_person, ex.material())
        for action, given in ((tending.OnPaper, {"note": "x"}), (tending.Waive, {"reason": "x"})):
            with pytest.raises(Denied):
                action.run(world.dana, row, door=proven, **given)
        with pytest.raises(Denied):
            requiring.Give.run(world.dana, world.south_person, material=row.material_id)


class TestTexts:
    def test_what_comes_with_shoumi_is_taken_in_once(self, world, officer):
        materials.TakeIn.run(officer)
        assert Material.objects.filter(kind="lesson").count() == 9
        assert Material.objects.filter(kind="letter").count() == 8
        cleared = Assignment.objects.filter(material__slug="commitment")
        assert set(cleared.values_list("person__name", flat=True)) == {"Norma", "Sutherland"}
        with pytest.raises(Unmet):
            materials.TakeIn.run(officer)

    def test_a_newer_text_is_offered_unless_the_office_changed_its_own(self, world, officer, monkeypatch):
        from dataclasses import replace

        materials.TakeIn.run(officer)
        phones, drives = Material.objects.get(slug="phones"), Material.objects.get(slug="drives")
        source = drives.current.texts["en"]
        materials.WriteDraft.run(officer, drives, language="en", text=source + "\n", minutes=9, pass_mark=75)
        materials.Publish.run(officer, drives, note="ours")
        newer = [replace(one, texts={k: t + "\n" for k, t in one.texts.items()}) if one.slug in {"phones", "drives"}
                 else one for one in materials.shipped()]  # fmt: skip
        monkeypatch.setattr(materials, "shipped", lambda: newer)
        assert [one.slug for one in materials.news()] == ["phones"]
        materials.TakeIn.run(officer)
        phones.refresh_from_db()
        assert phones.current.number == 2
        assert materials.news() == []

    def test_only_the_officer_of_the_whole_office_takes_in(self, world):
        with pytest.raises(Denied):
            materials.TakeIn.run(world.dana)

    def test_languages_that_differ_are_not_published(self, world):
        lesson = ex.material(unit=world.north)
        other = ex.LESSON.replace("- [x] A code", "- [ ] A code")
        materials.WriteDraft.run(world.dana, lesson, language="zh-hans", text=other, minutes=5, pass_mark=75)
        with pytest.raises(Unmet):
            materials.Publish.run(world.dana, lesson, note="x")

    def test_import_of_a_markdown_file(self, world):
        from django.core.files.uploadedfile import SimpleUploadedFile

        given = {"kind": "lesson", "language": "en", "unit": world.north.pk, "text": ""}
        file = SimpleUploadedFile("doors.md", ex.LESSON.replace("\n", "\r\n").encode("utf-8-sig"))
        made = materials.AddMaterial.run(world.dana, file=file, **given).thing
        assert (made.title, made.slug) == ("Doors", "own-doors")
        for bad in (b"\xff\xfe\x00", b"no head", b"---\ntitle: x\n---\nno quiz"):
            with pytest.raises(Invalid):
                materials.AddMaterial.run(world.dana, file=SimpleUploadedFile("x.md", bad), **given)
        assert materials.AddMaterial.run(world.dana, **given | {"text": ex.LESSON}).thing.slug == "own-doors-2"

    def test_a_lesson_everybody_takes_again(self, world):
        lesson = ex.material(unit=world.north)
        ex.requirement(lesson, "before-post")
        assigning.carry_out(assigning.plan())
        Assignment.objects.update(ended_on=TODAY(), way="quiz", edition=lesson.current)
        for again, count in (("", 0), ("on", Assignment.objects.count())):
            materials.WriteDraft.run(world.dana, lesson, language="en", text=ex.LESSON, minutes=5, pass_mark=75)
            materials.Publish.run(world.dana, lesson, note="x", again=again)
            assert Assignment.objects.filter(ended_on=None).count() == count

    def test_retired_lapses(self, world):
        lesson = ex.material(unit=world.north)
        row = ex.assign(world.north_person, lesson)
        materials.Retire.run(world.dana, lesson, reason="old")
        row.refresh_from_db()
        assert row.way == "lapsed"
        assert not standing.visible(world.staff).exists()

    def test_a_unit_requires_what_the_office_published_but_does_not_change_it(self, world):
        lesson = ex.material()
        given = {
            "moment": "special",
            "unit": world.north.pk,
            "days": 5,
            "until": (TODAY() + timedelta(days=3)).isoformat(),
        }
        asked = requiring.Require.run(world.dana, lesson, **given).thing
        assert asked.assignments.count() > 3
        with pytest.raises(Denied):
            materials.WriteDraft.run(world.dana, lesson, language="en", text=ex.LESSON, minutes=5, pass_mark=75)
        with pytest.raises(Invalid):
            requiring.Require.run(world.dana, lesson, **given | {"unit": world.south.pk})
        with pytest.raises(Invalid):
            requiring.Require.run(world.dana, lesson, **given | {"until": ""})


class TestLeaders:
    def test_their_unit_sees_what_leaders_did(self, world, enter, proven):
        world.north.leader = world.leader.person
        world.north.save()
        lesson = ex.material()
        letter = ex.material("letter", slug="own-resp", family="responsibility")
        ex.assign(world.leader.person, lesson, days=-3)
        sign(world.leader, letter, proven)
        (leader,) = standing.leaders(world.staff.person)
        assert (leader.name, leader.open, leader.overdue, leader.done) == ("Leader", 1, 1, 1)
        assert (leader.responsibility, leader.declaration) == (TODAY(), None)
        page = enter(world.staff).get(reverse("learning:mine")).content.decode()
        assert "Your leaders take the same lessons" in page
        assert "1 overdue" in page
        assert "not declared" in page

    def test_sums_add_up_the_tree(self, world):
        lesson = ex.material()
        ex.assign(world.north_person, lesson, days=-1)
        ex.assign(world.person("quentin", world.cellar), lesson)
        sums = {one.unit.code: one for one in standing.by_unit(world.dana.reach({"officer"}))}
        assert set(sums) == {"north", "cellar"}
        assert (sums["north"].open, sums["north"].overdue, sums["north"].waiting) == (2, 1, 1)
        assert (sums["cellar"].open, sums["cellar"].overdue, sums["cellar"].people) == (1, 0, 1)
        assert sums["north"].share == 0

    def test_asking_from_other_rooms(self, world):
        lesson = ex.material(slug="exams")
        ex.requirement(lesson, "yearly")
        person = world.north_person
        row = ex.assign(person, lesson, days=-1)
        assert standing.lacking(person) == ["Doors"]
        assert not standing.fulfilled(person, "exams")
        for years, good in ((0, True), (2, False)):
            Assignment.objects.filter(pk=row.pk).update(
                ended_on=TODAY() - timedelta(days=366 * years), way="quiz", edition=lesson.current)  # fmt: skip
            assert standing.fulfilled(person, "exams") is good


PAGES = ("mine", "open", "done", "units", "materials")


class TestPages:
    @pytest.fixture
    def things(self, world, proven):
        lesson, letter = ex.material(unit=world.north), ex.material("letter", slug="own-promise", unit=world.north)
        row = ex.assign(world.north_person, lesson)
        ex.requirement(lesson)
        return {
            "assignment": row.pk, "person": world.north_person.pk, "material": lesson.pk, "edition": lesson.current_id,
            "paper": row.pk, "waive": row.pk, "write": lesson.pk, "require": lesson.pk, "retire": lesson.pk,
            "give": world.north_person.pk, "lesson": lesson.slug, "letter": letter.slug,
        }  # fmt: skip

    def test_another_units_officer_sees_nothing(self, world, enter, things):
        browser = enter(world.south_officer)
        for name, key in things.items():
            assert browser.get(reverse(f"learning:{name}", args=(key,))).status_code == 404, name
        for name in PAGES:
            page = browser.get(reverse(f"learning:{name}"))
            assert page.status_code == 200
            assert "Norma" not in page.content.decode()
            assert "Doors" not in page.content.decode()

    def test_the_own_officer_sees_everything(self, world, enter, things):
        browser = enter(world.dana)
        for name, key in things.items():
            wanted = 404 if name in {"lesson", "letter"} else 200  # dana works in another unit than she answers for
            page = browser.get(reverse(f"learning:{name}", args=(key,)))
            assert page.status_code in {200, wanted}, name
        assert "Norma" in browser.get(reverse("learning:open")).content.decode()

    def test_staff_see_their_own_pages_only(self, world, enter, things):
        browser = enter(world.staff)
        for name, key in things.items():
            wanted = {200} if name in {"lesson", "letter"} else {403, 404}
            assert browser.get(reverse(f"learning:{name}", args=(key,))).status_code in wanted, name
        for name in ("open", "done", "units", "materials"):
            assert browser.get(reverse(f"learning:{name}")).status_code == 403

    def test_a_leader_reads_but_changes_nothing(self, world, enter, things):
        browser = enter(world.leader)
        for name in ("assignment", "person", "material", "edition"):
            assert browser.get(reverse(f"learning:{name}", args=(things[name],))).status_code == 200
        for name in ("paper", "waive", "write", "require", "retire", "give"):
            assert browser.get(reverse(f"learning:{name}", args=(things[name],))).status_code in {403, 404}

    def test_exports(self, world, enter, things):
        browser = enter(world.dana)
        for name in ("open", "units"):
            text = browser.get(reverse(f"learning:{name}"), {"export": "csv"}).content.decode("utf-8-sig")
            assert "north" in text.lower()
        source = browser.get(reverse("learning:source", args=(things["edition"], "en"))).content.decode()
        assert source == ex.LESSON

    def test_what_waits(self, world, officer):
        from shoumi.console.todo import todos

        mine = lambda user: [str(one.sentence) for one in todos(user) if "/learning/" in one.address]  # noqa: E731
        assert "17 lessons and letters come with Shoumi" in mine(officer)[0]
        assert mine(world.staff) == []
        for count in range(1, 5):
            ex.assign(world.staff.person, ex.material(slug=f"own-{count}"), days=-count)
            found = mine(world.staff)
            assert len(found) == (count if count < 4 else 1)
        assert "4 lessons and letters are waiting" in found[0]
        assert any("1 person is late" in one for one in mine(world.dana))

    def test_filters(self, world, enter):
        lesson = ex.material()
        ex.assign(world.north_person, lesson, days=-2)
        ex.assign(world.staff.person, lesson, days=3)
        ex.assign(world.leader.person, lesson, days=90)
        browser = enter(world.dana)
        for query, count in (("state=overdue", 1), ("state=soon", 1), ("kind=letter", 0), (f"what={lesson.pk}", 3),
                             ("account=no", 1), ("category=important", 1), (f"unit={world.cellar.pk}", 0),
                             ("q=norma", 1), ("moment=special", 3)):  # fmt: skip
            page = browser.get(f"{reverse('learning:open')}?{query}").content.decode()
            assert int(re.search(r'class="count">(\d+)', page).group(1)) == count, query

    @pytest.mark.parametrize("page", PAGES)
    def test_queries_do_not_grow_with_rows(self, world, enter, page, django_assert_max_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        browser, where = enter(world.dana), reverse(f"learning:{page}")

        def grow(start, count):
            people = [Person(number=f"g{n}", name=f"P{n}", unit=world.north) for n in range(start, start + count)]
            Person.objects.bulk_create(people)
            lessons = [ex.material(slug=f"own-{start}-{n}") for n in range(3)]
            open_rows = [
                Assignment(person=one, material=lesson, moment="yearly", due_on=TODAY())
                for one in people
                for lesson in lessons
            ]
            mine = [
                Assignment(person=world.dana.person, material=lesson, moment="yearly", due_on=TODAY())
                for lesson in lessons
            ]
            done = [Assignment(person=one, material=lessons[0], edition=lessons[0].current, moment="yearly",
                               due_on=TODAY(), ended_on=TODAY(), way="paper") for one in people]  # fmt: skip
            Assignment.objects.bulk_create([*open_rows, *mine, *done])

        grow(0, 3)
        browser.get(where)
        with CaptureQueriesContext(
            connection,
        ) as few:
            browser.get(where)
        grow(100, 60)
        with CaptureQueriesContext(connection) as many:
            assert browser.get(where).status_code == 200
        assert len(many) <= len(few)


def test_five_thousand_people_and_nine_lessons(world, officer, enter):
    """What the hourly run and the pages cost for 45,000 assignments: queries of a fixed number, answers in time."""
    import time

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Person.objects.bulk_create([Person(number=f"g{n}", name=f"P{n}", unit=world.north) for n in range(5000)])
    materials.TakeIn.run(officer)
    assert Assignment.objects.filter(material__kind="lesson").count() > 5000 * 7
    with CaptureQueriesContext(connection) as run:
        assert not assigning.plan()
    requirements = Requirement.objects.count()
    assert len(run) <= 4 * requirements + 3
    browser = enter(officer)
    for name in PAGES:
        where = reverse(f"learning:{name}")
        browser.get(where)
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(where).status_code == 200
        took = time.perf_counter() - began
        print(f"{name}: {took * 1000:.0f} ms, {len(seen)} queries")
        assert len(seen) <= 30


def test_the_machine_may_only_what_it_was_given(world):
    with pytest.raises(Denied):
        tending.Waive.run(
            Machine("scheduler", frozenset({"learning.assign"})),
            ex.assign(world.north_person, ex.material()),
            reason="x",
        )


def test_what_is_gone_is_gone(world):
    with pytest.raises(Gone):
        taking.Begin.run(world.staff, 987)
    assert Unit.objects.count() == 4
