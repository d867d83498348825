"""Checks before sending: a process that has its rules loaded and waits; text or a file in, one word out, nothing kept.

One such process for each of the server's, started at the first check, ended after some idle time or with the server;
what crashes or hangs it costs one answer ("could not be examined") and a new process.
"""

from __future__ import annotations

import atexit
import json
import selectors
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction

from shoumi.console.scans import running
from shoumi.console.scans.models import Asked

BIGGEST: Final = 8 * 2**20  # bytes of one file
MOST: Final = 5  # files at once
SECONDS: Final = 60.0  # for one file; text takes less than one
_START: Final = 60.0
_WAIT: Final = 20.0  # seconds for others who check now
OFTEN: Final = 30  # checks of one account
WINDOW: Final = 600.0  # within so many seconds
_ORDER: Final = ("stop", "think", "unknown", "allow")


class Busy(Exception):
    """Others are checking; try again in a moment."""


class TooOften(Exception):
    """This account has checked too often; who could ask at will could find out what is registered."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = int(seconds + 1.5)  # until the next check may succeed


@dataclass(slots=True)
class Answer:
    """What may be said: the verdict, what was found (masked), what could not be read."""

    verdict: str
    found: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, str]] = field(default_factory=list)
    more: int = 0
    names: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Checker:
    """The waiting process, used by one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def check(self, name: str, data: bytes) -> dict[str, Any]:
        """Return the engine's answer. Raises Busy."""
        if not self._lock.acquire(timeout=_WAIT):
            raise Busy
        try:
            return self._ask(name, data)
        except (OSError, ValueError, TimeoutError):
            self.end()
            return {"verdict": "unknown", "found": [], "more": 0, "gaps": [{"trail": name, "reason": "crashed"}]}
        finally:
            self._lock.release()

    def warm(self) -> None:
        """Start the process before somebody waits for it."""
        if self._lock.acquire(blocking=False):
            try:
                self._started()
            except (OSError, ValueError, TimeoutError):
                self.end()
            finally:
                self._lock.release()

    def _ask(self, name: str, data: bytes) -> dict[str, Any]:
        process = self._started()
        if process.stdin is None:
            raise OSError
        process.stdin.write(json.dumps({"name": name[:200], "size": len(data)}).encode() + b"\n" + data)
        process.stdin.flush()
        return self._answer(process, SECONDS)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.end()
            self._process = running.child("check", start_new_session=True)
            self._answer(self._process, _START)
        return self._process

    def _answer(self, process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        if process.stdout is None:
            raise OSError
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                raise TimeoutError
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    def end(self) -> None:
        """End the waiting process."""
        if self._process is not None:
            with self._process as process:  # closes its pipes
                process.kill()
            self._process = None


CHECKER: Final = Checker()
atexit.register(CHECKER.end)


def count(user: int) -> None:
    """Count a check of an account, over all processes, sessions and tokens. Raises TooOften.

    Kept are two numbers: the checks of this window and of the one before. Of the latter counts what a window that ends
    now still covers; so no border lets twice as many through.
    """
    now = time.time()
    window, gone = int(now // WINDOW), now % WINDOW
    with transaction.atomic():
        Asked.objects.get_or_create(user_id=user)
        row = Asked.objects.select_for_update().get(user_id=user)
        if row.window != window:
            row.before = row.count if row.window == window - 1 else 0
            row.window, row.count = window, 0
        if row.count + row.before * (1 - gone / WINDOW) >= OFTEN:
            raise TooOften(_until(row, gone))
        row.count += 1
        row.save()


def _until(row: Asked, gone: float) -> float:
    """Return after how many seconds less than the limit counts: within this window, or at the latest in the next."""
    if row.count >= OFTEN:
        return WINDOW - gone + WINDOW * (1 - (OFTEN - 1) / row.count)
    return WINDOW * (1 - (OFTEN - row.count) / row.before) - gone


def together(parts: list[tuple[str, bytes]]) -> Answer:
    """Check some texts and files and return one answer: the gravest. Raises Busy."""
    began = time.monotonic()
    answers = [(name, CHECKER.check(name, data)) for name, data in parts]
    words = {answer["verdict"] for _name, answer in answers}
    result = Answer(next((word for word in _ORDER if word in words), "unknown"))
    for name, answer in answers:
        result.names.append(name)
        result.found += [{**one, "name": name} for one in answer["found"]]
        result.gaps += answer["gaps"]
        result.more += answer["more"]
    result.seconds = time.monotonic() - began
    return result
