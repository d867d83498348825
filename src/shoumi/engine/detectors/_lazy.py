"""Regular expressions that are compiled at their first use: a start of the program must not pay for dozens of them.

The text of a pattern comes in; an object with the methods of a compiled pattern leaves. After the first call each
method is the compiled pattern's own, so that nothing is paid twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any


class Lazy:
    """A pattern that compiles itself when it is first asked."""

    search: Callable[[str], re.Match[str] | None]
    match: Callable[[str], re.Match[str] | None]
    fullmatch: Callable[[str], re.Match[str] | None]
    finditer: Callable[[str], Iterator[re.Match[str]]]
    findall: Callable[[str], list[str]]
    sub: Callable[[str, str], str]
    split: Callable[..., list[str]]

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self._pattern, self._flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in Lazy.__annotations__:
            raise AttributeError(name)
        compiled = re.compile(self._pattern, self._flags)
        for method in Lazy.__annotations__:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
