"""Sentences for people: a code and its values in, one sentence in the reader's language out.

The catalogs are the YAML files beside this module: code → {zh-Hans, zh-Hant, en}. A code begins with the name of its
file (``gaps.encrypted`` stands in ``gaps.yaml``), so that only what is shown is ever read; ``{name}`` in a sentence
is replaced by the value of that name. A code without a sentence is shown as it is, never an error: a report must
not fail for want of a word.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from shoumi.engine.errors import UsageError
from shoumi.engine.rule import LANGUAGES
from shoumi.engine.types import Reason

FOLDER: Final = Path(__file__).parent
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STOPS: Final = ".!?。！？…"
_TRADITIONAL: Final = ("hant", "tw", "hk", "mo")


def text(code: str, language: str, **values: str | int) -> str:
    """Return a sentence with its values; the code itself (and the values) when there is no sentence."""
    sentence = _sentence(code, language)
    if sentence is None:
        return code if not values else f"{code} ({', '.join(f'{name}: {value}' for name, value in values.items())})"
    return sentence.format_map(_Values(values)) if "{" in sentence else sentence


def render(reason: Reason, language: str) -> str:
    """Return the sentence of a reason."""
    return text(reason.code, language, **dict(reason.values))


def ended(sentence: str, language: str) -> str:
    """Return a sentence with a full stop when it has none."""
    if not sentence or sentence[-1] in _STOPS:
        return sentence
    return sentence + ("." if language == "en" else "。")


def sentences(reasons: Iterable[Reason], language: str) -> str:
    """Return the sentences of several reasons, one after the other as the language writes them."""
    return (" " if language == "en" else "").join(ended(render(reason, language), language) for reason in reasons)


def known(code: str) -> bool:
    """Return whether a code has a sentence."""
    return _sentence(code, LANGUAGES[0]) is not None


def catalog(name: str) -> Mapping[str, Mapping[str, str]]:
    """Return a catalog by the name of its file; empty when there is none."""
    return _catalog(name)


def template(code: str) -> Mapping[str, str] | None:
    """Return a code's sentences with their placeholders, in every language; None when there are none."""
    found = _catalog(code.partition(".")[0]).get(code)
    if found is None:
        found = next((entry[code] for name in names() if code in (entry := _catalog(name))), None)
    return found


def language(choice: str | None = None) -> str:
    """Return the language to speak: the choice, else SHOUMI_LANG, else that of the locale (English for C and others).

    Raises UsageError for a choice, or a SHOUMI_LANG, that is none of the three.
    """
    asked = choice or os.environ.get("SHOUMI_LANG")
    if asked:
        if asked not in LANGUAGES:
            raise UsageError(f"no language {asked!r}: choose from {', '.join(LANGUAGES)}")
        return asked
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    parts = locale.partition(".")[0].partition("@")[0].lower().replace("-", "_").split("_")
    if parts[0] not in ("zh", "yue", "cmn"):
        return "en"
    return "zh-Hant" if any(part in _TRADITIONAL for part in parts[1:]) else "zh-Hans"


@cache
def names() -> tuple[str, ...]:
    """Return the names of all catalogs."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


class _Values(dict[str, str | int]):
    """Values of a sentence; one that is missing stays visible as its placeholder."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def _catalog(name: str) -> dict[str, dict[str, str]]:
    path = FOLDER / f"{name}.yaml"
    if name not in names():
        return {}
    return yaml.load(path.read_bytes(), Loader=_LOADER) or {}  # noqa: S506  (a safe loader)


@cache
def _sentence(code: str, language: str) -> str | None:
    found = template(code)
    return found.get(language) if found is not None else None
