"""Progress of a long job: one line that renews itself on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from shoumi.engine.scan import Progress

_PLAIN_SECONDS: Final = 10.0


class Line:
    """Shows ``Progress`` on standard error."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._next = _PLAIN_SECONDS
        self._shown = False

    def __call__(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write("\r\x1b[K" + _clip(f"{_facts(progress)}  {progress.current}", width))
            self._shown = True
        elif progress.seconds >= self._next and progress.current:
            self._next = progress.seconds + _PLAIN_SECONDS
            sys.stderr.write(f"{_facts(progress)}  {progress.current}\n")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False


def _facts(progress: Progress) -> str:
    rate = progress.bytes / progress.seconds if progress.seconds > 0 else 0.0
    left = progress.total_bytes - progress.bytes
    more = "" if progress.walked else "+"
    parts = [
        f"{progress.files}/{progress.total_files}{more}",
        f"{amount(progress.bytes)}/{amount(progress.total_bytes)}{more}",
        f"{amount(rate)}/s",
    ]
    if rate > 0 and progress.walked:
        parts.append(f"-{clock(left / rate)}")
    parts.append(f"! {progress.findings}  ? {progress.gaps}")
    return "  ".join(parts)


def amount(count: float) -> str:
    """Return bytes for people."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def clock(seconds: float) -> str:
    """Return a duration as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _clip(text: str, width: int) -> str:
    """Cut a line to columns, wide characters counted twice; control characters never reach the terminal."""
    used, kept = 0, []
    for char in text:
        used += 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if used > width:
            break
        kept.append(char if char.isprintable() else "?")
    return "".join(kept)
