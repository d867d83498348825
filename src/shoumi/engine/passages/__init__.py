"""Registered documents: recognised by content, wherever a part of them turns up.

    register: text → normalise → grams (winnowed) → index segment + sealed metadata → registry
    search:   text → normalise → grams (all) → index → align (chains) → boilerplate, judgement → passages

Nothing here is imported before ``registered`` has said that there is something to look for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shoumi.engine.home import Home

RULES: Final = Path(__file__).with_name("rules.yaml")


def registered(home: Home) -> bool:
    """Whether anything was ever registered: one look at the file system."""
    return (home.path / "registry" / "registry.sqlite").exists()


def generation(home: Home) -> str:
    """Return what changes whenever the registry does, for the keys of cached results; empty when there is none."""
    if not registered(home):
        return ""
    from shoumi.engine.passages.registry import Register

    with Register(home) as register:
        return register.generation
