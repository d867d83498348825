"""A lesson with its quiz and a signed commitment, in three languages and on a phone; who has not; a text written and published."""

from __future__ import annotations

import pytest

PHONE = {"width": 360, "height": 740}
WORDS = {
    "zh-hans": ("节假日", "合格", "即时通讯使用承诺", "您有"),
    "zh-hant": ("節假日", "合格", "即時通訊使用承諾", "您有"),
    "en": ("Holidays", "Passed", "Commitment on messengers", "You have"),
}
LEARNERS = {"zh-hans": "erin", "zh-hant": "frank", "en": "grace"}


def answers(slug, language):
    """Return for each question of a lesson the texts of its right options."""
    from shoumi.console.learning import reading

    folder = __import__("pathlib").Path(reading.__file__).parent / "content" / "lessons" / slug
    text = reading.read((folder / f"{language}.md").read_text("utf-8"))
    return {question.text: {question.options[place] for place in question.right} for question in text.questions}


def take_quiz(page, right, picture, name, miss=0):
    """Answer every question on the page, the first ``miss`` wrongly, until the result."""
    for place in range(len(right)):
        wanted = right[page.text_content(".quiz h1")]
        for option in page.locator("label.option").all():
            if (option.text_content().strip() in wanted) == (place >= miss):
                option.click()
                break
        if place == 0:
            picture(page, f"{name}-question")
        page.click(".quiz button.main")
        if place <= miss:
            picture(page, f"{name}-answered-{place}")
        page.click("main a.button.main")


@pytest.mark.parametrize("language", WORDS)
def test_a_lesson_with_quiz_and_a_signed_commitment(page, console, language, sign_in, picture):
    address, _logins, code = console
    title, passed, letter, greeting = WORDS[language]
    name = LEARNERS[language]
    if language == "en":
        page.set_viewport_size(PHONE)
    sign_in(page, name, language)
    page.goto(f"{address}/learning/")
    assert greeting in page.text_content("h1")
    picture(page, f"mine-{language}")
    page.goto(f"{address}/learning/lessons/holidays/")
    assert title in page.text_content("h1")
    assert page.locator(".prose h2").count() >= 5
    picture(page, f"lesson-{language}")
    page.click(".card button.main")
    page.click(".quiz button.main")  # nothing chosen
    assert page.locator("#errors").is_visible()
    take_quiz(page, answers("holidays", language), picture, f"quiz-{language}", miss=1)
    assert page.text_content("h1") == passed
    assert page.locator(".card .why").first.is_visible()
    picture(page, f"result-{language}")
    with page.expect_download() as download:
        page.click("main .buttons a.button.main")
    assert download.value.suggested_filename.endswith(".pdf")

    page.goto(f"{address}/learning/letters/messaging-commitment/")
    assert page.text_content("h1") == letter
    picture(page, f"letter-{language}")
    page.check("input[name=read]")
    if page.locator("#id_proof-password").count():
        page.fill("#id_proof-password", console[1][name])
        page.fill("#id_proof-code", code(name))
    page.click("form.form button.main")
    page.wait_for_url("**/learning/signed/**")
    assert page.text_content("h1") == letter
    picture(page, f"signed-{language}")
    if language == "en":
        for path in ("/learning/", "/learning/lessons/holidays/", "/learning/letters/messaging-commitment/"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    with page.expect_download() as download:
        page.goto(f"{address}/learning/")
        page.locator('a[href*="/learning/signed/"]').first.click()
        page.click("aside a.button.main")
    assert download.value.suggested_filename.endswith(".pdf")


def test_the_officer_sees_who_has_not(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana", "zh-hans")
    page.goto(f"{address}/learning/open/?state=overdue")
    assert page.locator("tbody tr").count() > 3
    picture(page, "open")
    page.locator("tbody a.row").first.click()
    picture(page, "assignment")
    page.goto(f"{address}/learning/units/")
    picture(page, "units")
    page.goto(f"{address}/learning/texts/")
    picture(page, "texts")


def test_the_office_writes_and_publishes_a_lesson(page, console, sign_in, picture):
    address = console[0]
    sign_in(page, "dana", "en")
    page.goto(f"{address}/learning/texts/add/")
    page.select_option("#id_language", "en")
    page.fill("#id_text", "---\ntitle: Our doors\n---\nText.\n\n# Quiz\n\n## Open?\n- [x] No\n- [ ] Yes\n")
    page.click("form.form button.main")
    assert "has no explanation" in page.text_content("#errors")
    picture(page, "write-wrong")
    text = page.input_value("#id_text")  # nothing typed is lost
    page.fill("#id_text", text + "> They are closed.\n")
    page.click("form.form button.main")
    page.wait_for_url("**/learning/texts/*/")
    picture(page, "material-draft")
    page.click("aside a.button.main")
    page.fill("#id_note", "First edition")
    page.click("form.form button.main")
    page.wait_for_url("**/learning/texts/*/")
    assert "in use" in page.text_content(".badges")
    picture(page, "material")


def test_pages_pass_axe(page, console, sign_in):
    from axe_playwright_python.sync_playwright import Axe

    address = console[0]
    sign_in(page, "dana", "en")
    for path in ("/learning/", "/learning/lessons/phones/", "/learning/letters/phone-ten/", "/learning/open/",
                 "/learning/units/", "/learning/texts/", "/learning/texts/add/"):  # fmt: skip
        page.goto(address + path)
        found = Axe().run(page).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"][:120]) for one in found] == []
