"""The lessons and letters that come with Shoumi. Enters nothing, leaves them as the office can take them in.

Each stands in a folder of its own: ``lesson.yaml`` or ``letter.yaml`` says where it belongs and who must do it, one
Markdown file a language says the rest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from shoumi.console.learning.models import LESSON, LETTER

HERE: Final = Path(__file__).parent / "content"
LANGUAGES: Final = ("zh-hans", "zh-hant", "en")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One of them: its name, kind, settings, texts by language."""

    slug: str
    kind: str
    facts: dict[str, Any]
    texts: dict[str, str]

    @property
    def digest(self) -> str:
        """Return a digest of its texts, by which a newer one is known."""
        joined = "\0".join(f"{language}\0{text}" for language, text in sorted(self.texts.items()))
        return hashlib.sha256(joined.encode()).hexdigest()


@cache
def shipped() -> tuple[Shipped, ...]:
    """Return all of them, in order; read once a process."""
    found = []
    for path in (*HERE.glob("lessons/*/lesson.yaml"), *HERE.glob("letters/*/letter.yaml")):
        kind = LESSON if path.name == "lesson.yaml" else LETTER
        texts = {name: (path.parent / f"{name}.md").read_text("utf-8") for name in LANGUAGES}
        found.append(Shipped(path.parent.name, kind, yaml.safe_load(path.read_text("utf-8")), texts))
    return tuple(sorted(found, key=lambda one: (one.facts["order"], one.slug)))
