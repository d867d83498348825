"""What a token may be made for: names of actions, lists and questions, found in the rooms themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, registry
from shoumi.console.api import calls
from shoumi.console.lists import ListPage

READ: Final = "read"
_NEVER: Final = ("api.", "accounts.password.", "accounts.code.", "accounts.setup", "console.list.export")


@cache
def actions() -> dict[str, type[Action]]:
    """Return the actions that programs may do: not those that sign in, make tokens, or belong to another door."""
    return {name: action for name, action in registry().items() if not name.startswith(_NEVER)}


@cache
def lists() -> dict[str, type[ListPage]]:
    """Return the lists that stand at an address of their own."""
    found = {page.name: page for page in _pages(get_resolver()) if page.name}
    return dict(sorted(found.items()))


def _pages(resolver: URLResolver, *, plain: bool = True) -> Iterator[type[ListPage]]:
    for entry in resolver.url_patterns:
        here = plain and not entry.pattern.regex.groups
        if isinstance(entry, URLResolver):
            yield from _pages(entry, plain=here)
        elif isinstance(entry, URLPattern) and here:
            page = getattr(entry.callback, "view_class", None)
            if isinstance(page, type) and issubclass(page, ListPage):
                yield page


def choices(user: Any) -> list[tuple[str, Any]]:
    """Return what an account may give to a token: what it may do itself."""
    found: list[tuple[str, Any]] = [(READ, _("read every list that I may read"))]
    found += [(name, page.title) for name, page in lists().items() if may_read(user, page)]
    found += [(name, call.label) for name, call in calls.registry().items() if user.holds(call.roles)]
    return found + [(name, action.label) for name, action in actions().items() if user.may_act(action)]


def may_read(user: Any, page: type[ListPage]) -> bool:
    """Say whether an account may open a list."""
    return page.anybody or user.holds(page.roles)


def names() -> set[str]:
    """Return every scope there is."""
    return {READ, *lists(), *calls.registry(), *actions()}
