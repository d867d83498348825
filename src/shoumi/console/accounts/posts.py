"""What must be done before somebody gets a post on secrets or a role: each room's ``posts.py`` registers who answers.

Enters people with what they are to become; leaves what they lack, with a place to go. While anything is left, the
action that gives it refuses. Asked for many at once, so that a list of thousands costs the same few queries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shoumi.console.accounts.departures import Unsettled
from shoumi.console.accounts.models import CORE, GENERAL, IMPORTANT, NONE
from shoumi.console.action import Unmet

_RANKS: Final = {NONE: 0, GENERAL: 1, IMPORTANT: 2, CORE: 3}


@dataclass(frozen=True, slots=True, eq=False)
class Post:
    """What somebody is to become: the holder of a role, or cleared for a category. Unsaved: entered just now."""

    person: Any
    role: str = ""
    category: str = ""


Gate = Callable[[Sequence[Post]], Iterable[tuple[Post, Unsettled]]]
_GATES: Final[list[Gate]] = []


def gate(function: Gate) -> Gate:
    """Register a function that lists what people lack for their posts."""
    _GATES.append(function)
    return function


def rises(before: str, after: str) -> bool:
    """Say whether a clearance is more than the one before; what stays or falls asks for nothing."""
    return _RANKS.get(after, 0) > _RANKS.get(before, 0)


def lacking(posts: Sequence[Post]) -> list[tuple[Post, Unsettled]]:
    """Return everything that is left, with the post that wants it."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("posts")
    return [left for ask in _GATES for left in ask(posts)] if posts else []


def demand(post: Post) -> None:
    """Raise Unmet with a sentence and a link for each thing that is left."""
    left = [one for _post, one in lacking([post])]
    if left:
        links = [(one.words, one.address) for one in left if one.address]
        raise Unmet(" ".join(str(one.sentence) for one in left), links)
