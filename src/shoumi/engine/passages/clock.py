"""What time it is as far as it can be believed: nothing is released because a clock was set forward.

An officer's command (registering, removing, confirming) takes the machine's clock as right and notes it, sealed,
together with the time since the machine started, which nobody can set. Until the machine is started again, time goes on
from there by that counter; after a new start the noted time stands still until the next officer's command. So the
believed time is never later than the real one unless an officer worked under a wrong clock, and it never goes back.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_UPTIME: Final = Path("/proc/uptime")


@dataclass(frozen=True, slots=True)
class Clock:
    """``anchor``: the time that was last confirmed, seconds since 1970; ``boot`` and ``uptime``: when that was."""

    anchor: float = 0.0
    boot: str = ""
    uptime: float = 0.0

    @classmethod
    def read(cls, value: Any) -> Clock:
        """Return the clock that was stored, or one that believes nothing yet."""
        return cls(float(value["anchor"]), str(value["boot"]), float(value["uptime"])) if value else cls()

    def believed(self) -> float:
        """Return the latest time that can be believed, seconds since 1970."""
        boot, uptime = _running()
        if boot and boot == self.boot:
            return self.anchor + max(0.0, uptime - self.uptime)
        return self.anchor

    def confirmed(self) -> dict[str, Any]:
        """Return what to store when an officer works now: never earlier than what was believed before."""
        boot, uptime = _running()
        return {"anchor": max(now(), self.believed()), "boot": boot, "uptime": uptime}


def now() -> float:
    """Return what the machine's clock says, seconds since 1970."""
    return datetime.datetime.now(datetime.UTC).timestamp()


def moment(text: str) -> float:
    """Return an ISO date or time, seconds since 1970; a date ends with its day. Raises ValueError.

    Times without a zone are those of the place where the machine stands.
    """
    if len(text) == 10:
        day = datetime.date.fromisoformat(text) + datetime.timedelta(days=1)
        return datetime.datetime.combine(day, datetime.time()).astimezone().timestamp()
    return datetime.datetime.fromisoformat(text).astimezone().timestamp()


def _running() -> tuple[str, float]:
    """Return the name of this run of the machine and its seconds so far."""
    try:
        return _BOOT.read_text().strip(), float(_UPTIME.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return "", 0.0
