"""Reports without a name: what comes in waits in an envelope for the next full hour. Nothing says who, whence or when.

Enters text from somebody who is not signed in; leaves a reply code that is shown once and kept only as a keyed hash.
The envelope has a day and no time. On the hour a job opens all of them in random order (``jobs.py``); its audit entry
names "anonymous" and the day.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from typing import Final

from django.conf import settings

from shoumi.console.accounts.models import Unit
from shoumi.console.findings.models import Envelope, Report

WAITING: Final = 200  # envelopes; more in one hour is a flood
GUESSES: Final = 30  # wrong forms in an hour, of everybody together: nobody reads the list of staff by trying names
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look like another


class Flood(Exception):
    """Too much has come in within this hour."""


def submit(text: str, unit: Unit | None, about: list[int]) -> str:
    """Keep a report in an envelope and return its reply code. Raises Flood."""
    _spare()
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    Envelope.objects.create(code=hashed(code), text=text, unit=unit, about=about)
    return code


def reply(code: str, text: str) -> None:
    """Keep a further message of who reported. Raises Flood."""
    _spare()
    Envelope.objects.create(code=hashed(code), text=text, reply=True)


def known(code: str) -> tuple[Report | None, bool]:
    """Return the report of a code, and whether one waits in an envelope."""
    key = hashed(code)
    return Report.objects.filter(code=key).first(), Envelope.objects.filter(code=key).exists()


_wrong: deque[float] = deque()  # in memory alone


def guess() -> bool:
    """Count a form that was wrong; say whether there were not too many."""
    now = time.monotonic()
    while _wrong and now - _wrong[0] > 3600:
        _wrong.popleft()
    _wrong.append(now)
    return len(_wrong) <= GUESSES


def hashed(code: str) -> str:
    """Return the keyed hash of a code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.digest(settings.CODE_KEY, f"reply code {plain}".encode(), "sha256").hex()


def _spare() -> None:
    if Envelope.objects.count() >= WAITING:
        raise Flood
