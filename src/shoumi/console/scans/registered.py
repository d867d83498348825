"""The registry of documents, as the console uses it: one door, opened and closed for each look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings


def entry(key: str) -> Any:
    """Return what the registry knows of a document, or None."""
    from shoumi.engine.passages import registry

    if not registry.exists(settings.HOME):
        return None
    with registry.Register(settings.HOME) as register:
        return register.document(key)


def entries(keys: Iterable[str]) -> dict[str, Any]:
    """Return what the registry knows of some documents."""
    from shoumi.engine.passages import registry

    if not registry.exists(settings.HOME):
        return {}
    with registry.Register(settings.HOME) as register:
        return {key: found for key in keys if (found := register.document(key)) is not None}


def everything() -> list[Any]:
    """Return all registered documents."""
    from shoumi.engine.passages import registry

    if not registry.exists(settings.HOME):
        return []
    with registry.Register(settings.HOME) as register:
        return list(register.documents())


def title(key: str) -> str:
    """Return what a document is called."""
    found = entry(key)
    return found.title if found is not None else ""


def change(key: str, **values: Any) -> None:
    """Change what is known of a document: title, level, until, belongs."""
    from dataclasses import replace

    from shoumi.engine.detectors.passages import place
    from shoumi.engine.passages import registry

    if "belongs" in values:
        values["belongs"] = tuple(place(address) for address in values["belongs"])
    with registry.Register(settings.HOME) as register:
        found = register.document(key)
        if found is not None:
            register.change(replace(found, **values))


def release(key: str, because: str) -> None:
    """End a document's protection before its time."""
    from shoumi.engine.passages import registry

    with registry.Register(settings.HOME) as register:
        register.release(key, because)


def remove(key: str) -> None:
    """Forget a document, at once."""
    from shoumi.engine.passages import registry

    with registry.Register(settings.HOME) as register:
        register.remove([key])
