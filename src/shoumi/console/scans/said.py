"""What the engine says in words, for the findings room: reasons, names of rules, gaps; titles for who may know them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from shoumi.console.roles import LEADER, OFFICER
from shoumi.console.scans import registered
from shoumi.console.scans.models import KEEPERS, LEADERS, NAMED, Document


class Said:
    """Sentences and names in three languages."""

    def reason(self, code: str, values: dict[str, Any], language: str) -> str:
        """Return the sentence of a reason."""
        from shoumi.engine import messages

        return messages.text(code, language, **values)

    def rule(self, rule: str, language: str) -> str:
        """Return the name of a rule."""
        return _rules().get(rule, {}).get(language, rule)

    def gap(self, reason: str, language: str) -> tuple[str, str]:
        """Return why something was not examined, and what to do."""
        from shoumi.engine import messages

        return messages.text(f"gaps.{reason}", language), messages.text(f"gaps.{reason}.do", language)

    def title(self, document: str, user: Any) -> str:
        """Return what a registered document is called, or nothing when the account may not know."""
        row = Document.objects.select_related("unit").filter(key=document).first()
        return registered.title(document) if row is not None and may_read(row, user) else ""


def may_read(row: Document, user: Any) -> bool:
    """Say whether an account may see a document's title."""
    if row.readers == NAMED:
        return row.named.filter(pk=user.pk).exists()
    roles = {KEEPERS: {OFFICER}, LEADERS: {OFFICER, LEADER}}[row.readers]
    return user.reach(roles).covers(row.unit.path)


@lru_cache(maxsize=1)
def _rules() -> dict[str, dict[str, str]]:
    from django.conf import settings

    from shoumi.engine import passages, rule

    cache = settings.HOME.folder("cache")
    packs = [rule.load(name, cache) for name in rule.shipped()] + [rule.load(str(passages.RULES), cache)]
    return {one.id: dict(one.name) for pack in packs for one in pack.rules}


@lru_cache(maxsize=1)
def packs() -> dict[str, dict[str, str]]:
    """Return the shipped packs with their names."""
    from django.conf import settings

    from shoumi.engine import rule

    cache = settings.HOME.folder("cache")
    return {name: dict(rule.load(name, cache).name) for name in rule.shipped()}
