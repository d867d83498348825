"""The texts that come with Shoumi: complete in three languages, the same in all, and safe to show."""

from __future__ import annotations

import re

import pytest

from shoumi.console.learning import reading
from shoumi.console.learning.content import LANGUAGES, shipped
from shoumi.console.learning.models import AREAS, CLEARANCES, FAMILIES, LESSON, LETTER, MOMENTS

LESSONS = {one.slug: one for one in shipped() if one.kind == LESSON}
LETTERS = {one.slug: one for one in shipped() if one.kind == LETTER}
HOURS = {"zh-hans": "24 小时", "zh-hant": "24 小時", "en": "24 hours"}
REFERENCES = {"zh-hans": r"第[一二三四五六七八九十]+条", "zh-hant": r"第[一二三四五六七八九十]+條", "en": r"art \d+"}
# characters that only the other script uses
SIMPLIFIED, TRADITIONAL = (
    set("国们这来时过发现关应当对问题网络联签个组业"),
    set("國們這來時過發現關應當對問題網絡聯簽個組業"),
)


def test_all_areas_and_both_ends_have_a_lesson():
    assert set(LESSONS) == {area for area, _label in AREAS} | {"before-post", "before-leaving"}
    assert {LESSONS[area].facts["area"] for area, _label in AREAS} == {area for area, _label in AREAS}


@pytest.mark.parametrize("slug", LESSONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_is_complete(slug, language):
    text = reading.read(LESSONS[slug].texts[language])
    assert text.cases >= 2
    assert len(text.questions) >= 8
    assert text.summary
    assert HOURS[language] in text.body  # what to do when it happened
    assert len(re.findall(REFERENCES[language], text.body)) >= 3
    for question in text.questions:
        assert len(question.options) == len(set(question.options)) >= 3
        assert question.text[-1] in "?？"
        assert len(question.why) > 10


@pytest.mark.parametrize("slug", LESSONS)
def test_all_languages_have_the_same_cases_questions_and_right_answers(slug):
    texts = [reading.read(LESSONS[slug].texts[language]) for language in LANGUAGES]
    assert len({text.shape for text in texts}) == 1
    assert len({len(re.findall(r"^## ", text.body, re.M)) for text in texts}) == 1
    assert len({len(re.findall(r"^(?:- |\d+\. )", text.body, re.M)) for text in texts}) == 1


@pytest.mark.parametrize("slug", LETTERS)
def test_a_letter_has_the_same_points_in_all_languages(slug):
    texts = [reading.read(LETTERS[slug].texts[language]) for language in LANGUAGES]
    points = {len(re.findall(r"^\d+\. ", text.body, re.M)) for text in texts}
    assert len(points) == 1
    assert points.pop() >= 4
    assert all(text.title and text.summary and not text.questions for text in texts)


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.slug)
def test_each_language_is_written_in_its_own_script(one):
    assert not set(one.texts["zh-hans"]) & (TRADITIONAL - SIMPLIFIED)
    assert not set(one.texts["zh-hant"]) & (SIMPLIFIED - TRADITIONAL)
    allowed = set(re.findall(r"[㐀-鿿]", "绝密机密秘密工作秘密内部资料注意保管年启用前脱密期定密责任人"))
    assert set(re.findall(r"[㐀-鿿]", one.texts["en"])) <= allowed


@pytest.mark.parametrize("slug", LESSONS)
def test_the_three_languages_cite_the_same_articles(slug):
    """Chinese numerals and English numbers name the same articles."""
    cited = [articles(reading.read(LESSONS[slug].texts[language]).body) for language in ("zh-hans", "zh-hant")]
    assert cited[0] == cited[1]
    english = reading.read(LESSONS[slug].texts["en"]).body
    numbers = {int(number) for number in re.findall(r"\bart (\d+)", english)}
    numbers |= {int(number) for number in re.findall(r"\bart \d+(?:\(\d+\))? and (\d+)", english)}
    assert numbers == cited[0]


def articles(text):
    """Return the numbers of the articles cited in Chinese."""
    found = re.findall(r"第([一二三四五六七八九十]+)[条條]", text)
    return {chinese(word) for word in found}


def chinese(word):
    """Return a number below one hundred written in Chinese."""
    digits = {letter: value for value, letter in enumerate("一二三四五六七八九", 1)}
    tens, ten, ones = word.rpartition("十")
    return (digits.get(tens, 1) * 10 if ten else 0) + (digits.get(ones, 0) if ones else 0)


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.slug)
def test_settings_are_known_words(one):
    for asked in one.facts["required"]:
        assert asked["moment"] in dict(MOMENTS)
        assert asked.get("clearance", "") in dict(CLEARANCES)
        assert set(asked) <= {"moment", "clearance", "role", "days"}
    assert one.kind == LESSON or one.facts["kind"] in dict(FAMILIES)


def test_answers_are_spread_over_the_places():
    """Who always takes the same place fails, also before the order is drawn."""
    for one in LESSONS.values():
        questions = reading.read(one.texts["en"]).questions
        for place in range(4):
            assert sum(place in question.right for question in questions) / len(questions) < 0.75, one.slug


@pytest.mark.parametrize("evil", [
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "![x](https://evil.example/t.png)",
    "[x](javascript:alert(1))", "[x](data:text/html,<script>)", '<a href="https://evil.example" onclick="x()">y</a>',
    "<iframe src=//evil.example></iframe>", "<style>*{display:none}</style>",
])  # fmt: skip
def test_nothing_runs_or_loads(evil):
    html = str(reading.render(evil)).lower()
    assert not re.search(r"<(script|img|iframe|style|a [^>]*(javascript|data:|onclick))", html)


@pytest.mark.parametrize(("source", "word"), [
    ("no head", "title"), ("---\ntitle: x\n---\n", "no text"), ("---\ntitle: [x\n---\ntext", "Line"),
    ("---\ntitle: x\n---\ntext\n# Quiz\n## a?\n- [x] y\n- [ ] n\n", "explanation"),
    ("---\ntitle: x\n---\ntext\n# 测验\n## a?\n- [ ] y\n- [ ] n\n> w\n", "right one"),
    ("---\ntitle: x\n---\ntext\n# 測驗\n## a?\n- [x] y\n- [x] n\n> w\n", "wrong one"),
    ("---\ntitle: x\n---\ntext\n# Quiz\n## a?\nyes\n- [x] y\n- [ ] n\n> w\n", "neither"),
    ("---\ntitle: x\n---\n" + "x" * 200_001, "longer"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_in_a_sentence(source, word):
    from django.utils import translation

    with translation.override("en"), pytest.raises(reading.Unreadable) as caught:
        reading.read(source)
    assert word in str(caught.value.sentence)
