"""Every shipped rule: words in three languages, examples that hold, anchors that lead to them, patterns that end."""

from __future__ import annotations

import pytest

from shoumi.engine import messages, pattern_safety, registry, rule
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.patterns import prepare
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Match, Segment, Trail

RULES = [entry for name in rule.shipped() for entry in rule.load(name).rules]
WITHOUT_EXAMPLES = {"personal.people-list", "personal.combination"}  # made of other detections, tested with them

each_rule = pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)


@pytest.fixture(scope="module")
def inspectors(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    return {name: Inspector(Settings(packs=(name,)), home) for name in rule.shipped()}


def found(inspectors, entry, text):
    document = Document(Trail(), (Segment(text),))
    return [
        match
        for match in inspectors[entry.pack].inspect(document)
        if isinstance(match, Match) and match.rule == entry.id
    ]


def test_ids_are_unique_over_all_packs():
    ids = [entry.id for entry in RULES]
    assert sorted(ids) == sorted(set(ids))


@each_rule
def test_words_in_three_languages(entry):
    for words in (entry.name, entry.means):
        assert all(words[language].strip() for language in rule.LANGUAGES)


@each_rule
def test_has_references_and_examples(entry):
    assert entry.references or entry.pack not in ("personal", "credentials")  # marks of custom have no standard
    assert entry.id in WITHOUT_EXAMPLES or (entry.examples and entry.negative_examples)


@each_rule
def test_names_a_detector(entry):
    assert entry.detector in registry.detectors()


@each_rule
def test_examples_match_and_negative_examples_do_not(entry, inspectors):
    for text in entry.examples:
        matches = found(inspectors, entry, text)
        assert matches, text
        assert entry.severity == "info" or any(match.severity != "info" for match in matches), text
        assert all(messages.known(reason.code) for match in matches for reason in match.reasons), text
    for text in entry.negative_examples:
        assert [match for match in found(inspectors, entry, text) if match.severity != "info"] == [], text


@each_rule
def test_anchors_lead_to_every_example(entry):
    if entry.examples and entry.anchors:
        prefilter = prepare([entry], None, b"")
        for text in entry.examples:
            assert entry.id in prefilter.scan(text.encode()) or not text.isascii(), text


@each_rule
def test_pattern_cannot_run_away(entry):
    if entry.pattern is not None:
        assert pattern_safety.against(entry.pattern) is None
