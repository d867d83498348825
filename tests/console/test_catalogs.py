"""No sentence without its translation, in any of the three languages, and the compiled catalogs are those of the source."""

from __future__ import annotations

import re

import polib
import pytest

from shoumi.console import catalogs

ROOMS = catalogs.rooms()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ALIKE = {"CSV", "XLSX", "English", "IMEI"}  # what is the same in every language,
SAME = re.compile(
    r"%\(\w+\)[sd]|\{\w+\}|shoumi \w+ [\w-]+( --?\w+| DISK| FILE(\.\w+)?)*"
)  # and place-holders and commands


def test_everything_is_translated_and_compiled():
    assert catalogs.problems(write=False) == []


@pytest.mark.parametrize("folder", ROOMS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_chinese_is_chinese(folder, language):
    for entry in polib.pofile(str(catalogs.where(folder, language))):
        text = entry.msgstr or entry.msgstr_plural[0]
        if entry.msgid in ALIKE or not re.search(r"[A-Za-z]", SAME.sub("", entry.msgid)):
            continue  # nothing of it is a word of any language
        assert CHINESE.search(text), entry.msgid
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", SAME.sub("", text)), text


@pytest.mark.parametrize("folder", ROOMS, ids=lambda folder: folder.name)
def test_each_script_keeps_to_itself(folder):
    """A traditional sentence holds no character that only simplified text uses, and the other way round."""
    import opencc

    simple, full = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")
    own = set(
        "后里面只台准采托才干系志范奖于几余杰征云占布注念致了郁核秘群"
    )  # one character in both, or several in one
    for entry in polib.pofile(str(catalogs.where(folder, "zh_Hans"))):
        text = entry.msgstr or entry.msgstr_plural[0]
        assert simple.convert(text) == text, text
    for entry in polib.pofile(str(catalogs.where(folder, "zh_Hant"))):
        text = entry.msgstr or entry.msgstr_plural[0]
        wrong = {a for a, b in zip(text, full.convert(text), strict=False) if a != b} - own
        assert not wrong, (text, wrong)


def test_templates_hold_no_sentence_outside_the_catalogs():
    for path in catalogs.HERE.rglob("templates/**/*.html"):
        text = re.sub(
            r"{% blocktranslate.*?{% endblocktranslate %}|{% block width %}.*?{% endblock %}",
            " ",
            path.read_text("utf-8"),
            flags=re.S,
        )
        text = re.sub(r"{%.*?%}|{{.*?}}|<!--.*?-->|<[^>]+>|&\w+;", " ", text, flags=re.S)
        words = set(re.findall(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+", text)) - {"CSV", "XLSX", "PDF", "SHA"}
        assert not words, (path.name, words)


def test_models_actions_and_columns_speak_through_the_catalogs():
    from django.apps import apps
    from django.utils.functional import Promise

    from shoumi.console.action import registry

    for action in registry().values():
        assert isinstance(action.label, Promise), action.name
    for config in apps.get_app_configs():
        for entry in getattr(config, "menu", ()):
            assert isinstance(entry.label, Promise)


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_the_same_sentence_has_the_same_words_in_every_room(language):
    """Catalogs are one at run time, and the first room's words win: who means something else says it otherwise."""
    said: dict[tuple[str, str], dict[str, list[str]]] = {}
    for folder in ROOMS:
        for entry in polib.pofile(str(catalogs.where(folder, language))):
            if entry.msgctxt is None:
                text = entry.msgstr or entry.msgstr_plural[0]
                said.setdefault((entry.msgid, entry.msgid_plural), {}).setdefault(text, []).append(folder.name)
    differing = {key[0]: texts for key, texts in said.items() if len(texts) > 1}
    assert not differing
