"""Which jobs there are and when the clock starts them. Enters functions of rooms, leaves a registry.

A rhythm is cut into slots, and a slot is a moment: the last full ten minutes, the last six o'clock. A job starts when
its slot is a new one. So a machine that slept catches up once, not a hundred times; a clock set back a little runs
nothing twice, and one set back by more than a period begins anew instead of waiting for a year that is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])
_REGISTRY: Final[dict[str, Declared]] = {}
_RHYTHMIC: Final[list[Callable[..., Any]]] = []


class JobFailed(Exception):
    """A job could not do its work. ``sentence`` is shown to the system administrator: no secret, no content."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so many minutes, or every day at a time of the office's zone."""

    minutes: int = 0
    day_at: time | None = None

    @property
    def period(self) -> timedelta:
        """Return how far two slots lie apart."""
        return timedelta(minutes=self.minutes) if self.day_at is None else timedelta(days=1)

    def slot(self, now: datetime) -> datetime:
        """Return the latest slot that has begun."""
        from django.utils import timezone

        if self.day_at is None:
            seconds = self.minutes * 60
            return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
        here = timezone.localtime(now)
        today = datetime.combine(here.date(), self.day_at, here.tzinfo)
        return today if today <= here else datetime.combine(here.date() - timedelta(days=1), self.day_at, here.tzinfo)


@dataclass(frozen=True, slots=True)
class Declared:
    """A job as its room declares it. ``minutes``: it is ended when it runs longer."""

    name: str
    function: Callable[..., Any]
    label: Any
    tries: int
    minutes: int

    @property
    def rhythm(self) -> Rhythm | None:
        """Return when the clock starts it, if it does."""
        return getattr(self.function, "rhythm", None)


def job(name: str, *, label: Any = "", tries: int = 6, minutes: int = 60) -> Callable[[_F], _F]:
    """Declare a job under a name such as ``room.what``."""

    def declare(function: _F) -> _F:
        if _REGISTRY.setdefault(name, Declared(name, function, label, tries, minutes)).function is not function:
            raise TypeError(f"two jobs are called {name}")
        return function

    return declare


def every(*, minutes: int = 0, day_at: str = "") -> Callable[[_F], _F]:
    """Let the clock start a job: every so many minutes, or daily at ``HH:MM``. Its function takes no arguments."""
    if bool(minutes) == bool(day_at):
        raise TypeError("every() takes minutes or day_at")

    def declare(function: _F) -> _F:
        function.rhythm = Rhythm(minutes, time.fromisoformat(day_at) if day_at else None)  # type: ignore[attr-defined]
        _RHYTHMIC.append(function)
        return function

    return declare


def registry() -> dict[str, Declared]:
    """Return all jobs of every installed room. A function with a rhythm and no name is called ``room.function``."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("jobs")
    named = {declared.function for declared in _REGISTRY.values()}
    for function in _RHYTHMIC:
        if function not in named:
            job(f"{function.__module__.split('.')[-2]}.{function.__name__}")(function)
    return dict(sorted(_REGISTRY.items()))
