"""The labelled corpus of marks: the bar of issue 3 on the project's own texts, and every reason has its sentence."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
import yaml

from shoumi.engine import rule
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Match, Segment, Trail

ROOT = Path(__file__).parents[3]
KINDS = ("mark", "possible", "mention", "none")
PACKS = ("cn", "intl", "company")


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    today = datetime.date(2026, 11, 23)
    return Inspector(Settings(packs=PACKS, mentions=True, today=today), Home(tmp_path_factory.mktemp("home")))


def inspect(inspector: Inspector, text: str, *, name: bool = False) -> list[Match]:
    found = inspector.inspect_name(text, Trail()) if name else inspector.inspect(Document(Trail(), (Segment(text),)))
    return [entry for entry in found if isinstance(entry, Match) and entry.category != "hygiene"]


def score(wanted: str, kind: str) -> float:
    if wanted == "none":
        return 1.0 if kind in ("mention", "none") else 0.5 if kind == "possible" else 0.0
    if wanted == kind:
        return 1.0
    return 0.5 if "possible" in (wanted, kind) and kind != "none" else 0.0


def test_the_corpus_reaches_the_bar(inspector: Inspector) -> None:
    corpus = yaml.safe_load((ROOT / "bench" / "corpus_marks.yaml").read_text(encoding="utf-8"))["texts"]
    points = []
    for entry in corpus:
        found = inspect(inspector, entry["text"], name=entry.get("name", False))
        kind = min((match.data["kind"] for match in found), key=KINDS.index, default="none")
        points.append(score(entry["expect"], kind))
        if "scheme" in entry:
            assert entry["scheme"] in {match.data["scheme"] for match in found}, entry
    assert sum(points) / len(points) >= 0.99


def test_ordinary_scans_leave_out_mentions_alone(inspector: Inspector, tmp_path: Path) -> None:
    settings = Settings(packs=PACKS, today=datetime.date(2026, 11, 23))
    plain = Inspector(settings, Home(tmp_path))
    corpus = yaml.safe_load((ROOT / "bench" / "corpus_marks.yaml").read_text(encoding="utf-8"))["texts"]
    for entry in corpus:
        name = entry.get("name", False)
        found = [match.data["kind"] for match in inspect(inspector, entry["text"], name=name)]
        assert sorted(match.data["kind"] for match in inspect(plain, entry["text"], name=name)) == sorted(
            kind for kind in found if kind != "mention"
        ), entry


def test_every_reason_has_a_sentence_in_three_languages(inspector: Inspector) -> None:
    path = Path(rule.PACKS).parent / "messages" / "marks.yaml"
    sentences = yaml.safe_load(path.read_text(encoding="utf-8"))
    for entry in sentences.values():
        assert tuple(entry) == rule.LANGUAGES
    seen = {
        (reason.code, frozenset(name for name, _ in reason.values))
        for pack in inspector.packs
        for each in pack.rules
        for text in (*each.examples, *each.negative_examples)
        for match in inspector.inspect(Document(Trail(), (Segment(text),)))
        if isinstance(match, Match)
        for reason in match.reasons
    }
    for code, values in seen:
        for sentence in sentences[code].values():
            assert set(re.findall(r"{(\w+)}", sentence)) <= values, code


@pytest.mark.parametrize("name", PACKS)
def test_a_packs_anchors_reach_all_its_examples(inspector: Inspector, name: str) -> None:
    for each in rule.load(name).rules:
        for text in each.examples:
            found = [
                entry for entry in inspector.inspect(Document(Trail(), (Segment(text),))) if isinstance(entry, Match)
            ]
            assert any(entry.rule == each.id and entry.data["kind"] != "mention" for entry in found), (each.id, text)
        for text in each.negative_examples:
            found = [
                entry for entry in inspector.inspect(Document(Trail(), (Segment(text),))) if isinstance(entry, Match)
            ]
            assert not any(entry.rule == each.id and entry.data["kind"] != "mention" for entry in found), (
                each.id,
                text,
            )
